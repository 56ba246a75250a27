"""The devices page through its driver: what a person reads and what keys do."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from db.store import Records
from desktop.alarms.views import AlarmView
from desktop.field.messages import Happened, ThingSeen
from desktop.kernel.bus import Changed
from desktop.kernel.words import Lang
from tests.support.fakes import FakeClock
from tests.ui.things.conftest import OnLoop
from tests.ui.things.site import Site, alarm, at_minutes, make_site, thing
from ui import aio
from ui.parts.sidepanel import SidePanel
from ui.things.list import ThingList
from ui.things.page import ThingsPage
from ui.things.panel import ThingPanel

W = TypeVar("W", bound=QWidget)


class Driver:
    """The page as its person knows it."""

    def __init__(self, page: ThingsPage) -> None:
        self.page = page
        self.list = one(page, ThingList)
        self.panel = one(page, ThingPanel)
        self.filter = one(page, QLineEdit)

    def key(self, widget: QWidget, key: Qt.Key) -> None:
        QTest.keyClick(widget, key)

    def names(self) -> list[str]:
        rows = [self.list.row(id_) for id_ in self.list.ids()]
        return [row.name for row in rows if row is not None]

    def said(self) -> list[str]:
        """Every text in the panel that a person can see."""
        return [label.text() for label in self.panel.findChildren(QLabel) if label.isVisibleTo(self.page)]

    def button(self, text: str) -> QPushButton:
        return next(button for button in self.page.findChildren(QPushButton) if button.text() == text)

    def form(self) -> SidePanel:
        return one(self.page, SidePanel)


def one(under: QWidget, kind: type[W]) -> W:
    found = under.findChild(kind)
    assert found is not None
    return found


@contextmanager
def opened(site: Site) -> Iterator[Driver]:
    page = ThingsPage(site.context)
    page.resize(1150, 684)
    page.show()
    try:
        yield Driver(page)
    finally:
        page.close()
        page.deleteLater()


async def until(holds: Callable[[], object], within: float = 5.0) -> None:
    deadline = asyncio.get_running_loop().time() + within
    while not holds():
        assert asyncio.get_running_loop().time() < deadline, "it never came true"
        await asyncio.sleep(0.01)


def test_what_is_in_alarm_stands_first_and_is_opened(site: Site, on_loop: OnLoop) -> None:
    site.alarms.append(alarm("lift-2", "trapped", at_minutes(site, 7), site))

    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            assert driver.list.current() == "lift-2"
            await until(lambda: "疑似困人" in driver.said())
            assert "13:53 起，未确认" in driver.said()
            driver.button("查看").click()
            assert site.shell.gone == [("alarms", "lift-2-trapped")]

    on_loop(story)


def test_alarms_read_before_one_came_do_not_take_it_away(site: Site, on_loop: OnLoop) -> None:
    answer, begun, heard = threading.Event(), list[int](), list[Changed]()

    def slow() -> list[AlarmView]:
        found = list(site.alarms)
        begun.append(1)
        assert len(begun) > 1 or answer.wait(10)
        return found

    site.context.console.alarms.open = slow  # type: ignore[method-assign]

    async def story() -> None:
        with opened(site) as driver:
            await until(lambda: begun == [1])
            site.context.bridge.on(Changed, heard.append, driver.page)
            site.alarms.append(alarm("lift-2", "trapped", at_minutes(site, 7), site))
            site.bus.publish(Changed({"alarm": frozenset({"lift-2-trapped"})}))
            await until(lambda: heard)
            # Long enough for a second reading to be answered first, if one were begun beside the first.
            await asyncio.sleep(0.1)
            answer.set()
            await until(lambda: len(begun) == 2 and not aio._tasks)
            driver.list.choose("lift-2")
            await until(lambda: "疑似困人" in driver.said())

    on_loop(story)


def test_the_panel_is_drawn_from_the_model_and_follows_the_table(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.list.choose("pump-1")
            assert driver.panel.values() == {"pressure": "0.61 MPa", "level": "72 %"}
            site.field.say("pump-1", "pressure", 0.44)
            await until(lambda: driver.panel.values()["pressure"] == "0.44 MPa")
            await until(lambda: len(driver.panel.trend.samples) > 100)

    on_loop(story)


def test_nothing_is_read_while_the_page_is_hidden(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.list.choose("pump-1")
            driver.page.hide()
            site.field.say("pump-1", "pressure", 0.44)
            await asyncio.sleep(0.3)
            assert driver.panel.values()["pressure"] == "0.61 MPa"
            driver.page.show()
            await until(lambda: driver.panel.values()["pressure"] == "0.44 MPa")

    on_loop(story)


def test_slash_filters_enter_goes_to_the_list_and_arrows_move(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.page.activateWindow()
            driver.key(driver.page, Qt.Key.Key_Slash)
            assert driver.page.focusWidget() is driver.filter
            QTest.keyClicks(driver.filter, "lift")
            assert driver.list.ids() == ["lift-3", "lift-1", "lift-2", "lift-4"]
            driver.key(driver.filter, Qt.Key.Key_Return)
            assert driver.page.focusWidget() is driver.list
            driver.key(driver.list, Qt.Key.Key_Home)
            driver.key(driver.list, Qt.Key.Key_Down)
            assert driver.list.current() == "lift-1"
            driver.key(driver.list, Qt.Key.Key_Return)
            assert driver.page.focusWidget() is driver.panel.trend

    on_loop(story)


def test_the_tree_narrows_the_list(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            tree = driver.page._tree
            tree.choose("place:1 栋")
            assert set(driver.list.ids()) == {"lift-1", "lift-2", "door-1"}
            tree.choose("place:1 栋/2 单元")
            assert driver.list.ids() == ["lift-2"]
            driver.page._by.choose("kind")
            tree.choose("system:access")
            assert set(driver.list.ids()) == {"door-1", "bar-1"}
            driver.page.select_key("gas-1")
            assert driver.list.current() == "gas-1"
            driver.page.select_key("u11")
            assert set(driver.list.ids()) == {"lift-1", "door-1"}

    on_loop(story)


def test_acts_are_disabled_and_say_why(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.list.choose("door-1")
            model = site.field.known["door-1"][0].model
            assert model.actions
            for action in model.actions:
                assert not driver.button(action.title["zh"]).isEnabled()
            await until(lambda: any("远程操作尚未开放" in text for text in driver.said()))

    on_loop(story)


def test_hostile_words_are_shown_as_they_are(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.list.choose("ha-0x01")
            assert "<img src=x> 门厅灯" in driver.said()
            assert driver.panel.values()["state"] == "<b>on</b>"
            told = [label for label in driver.panel.findChildren(QLabel) if "for x in y" in label.text()]
            assert told
            labels = [label for label in driver.page.findChildren(QLabel) if label.text()]
            assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}

    on_loop(story)


def test_a_lost_line_says_these_are_the_last_known_values(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.list.choose("pump-1")
            site.field.link = "lost"
            await until(lambda: any("连接已断开（42 秒前）" in text for text in driver.said()))
            assert driver.panel.values()["pressure"] == "0.61 MPa"
            row = driver.list.row("pump-1")
            assert row is not None
            assert {value.quality for value in row.values} == {"offline"}
            assert row.state.text == "在线情况不明"
            site.field.link = "up"
            await until(lambda: not any("连接已断开" in text for text in driver.said()))

    on_loop(story)


def test_a_new_device_and_its_events_appear_by_themselves(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            new = thing("lift-9", "lift", "9 号电梯", "10")
            site.field.add(new, {})
            site.bus.publish(ThingSeen(new, site.field.known["lift-9"][1]))
            await until(lambda: "lift-9" in driver.list.ids())
            driver.list.choose("lift-9")
            at = round(site.clock.now().timestamp() * 1000)
            site.tell(Happened("lift-9", "<i>pressed</i>", at, {"by": "x"}))
            await until(lambda: "<i>pressed</i>" in driver.said())

    on_loop(story)


def test_the_last_ten_passages_of_a_door_are_there_whatever_was_looked_at_meanwhile(
    site: Site, on_loop: OnLoop
) -> None:
    at = round(site.clock.now().timestamp() * 1000)
    site.tell(Happened("door-1", "passage", at - 1000, {"by": "张三"}))

    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.list.choose("door-1")
            await until(lambda: "张三" in driver.said())
            driver.list.choose("lift-1")
            for n in range(12):
                site.tell(Happened("door-1", "passage", at + n, {"by": f"住户{n}"}))
            driver.list.choose("door-1")
            await until(lambda: "住户11" in driver.said())
            said = driver.said()
            assert [f"住户{n}" in said for n in range(12)] == [False] * 2 + [True] * 10
            assert "张三" not in said

    on_loop(story)


def test_its_points_are_shown_over_any_span(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.list.choose("lift-2")
            driver.button("趋势").click()
            [(page, points)] = site.shell.gone
            assert page == "trends" and points.split(",")[0] == "lift-2/floor"

    on_loop(story)


def test_a_thing_is_placed_and_taken_out_of_service(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.list.choose("ha-0x01")
            driver.button("安置").click()
            await until(lambda: driver.page.findChild(SidePanel) is not None)
            place, name = driver.form().findChildren(QLineEdit)
            place.setText("nowhere")
            driver.form().act.click()
            await until(lambda: any("没有这个位置" in label.text() for label in driver.form().findChildren(QLabel)))
            assert site.shell.said == []
            place.setText("1-2")
            name.setText("门厅灯")
            driver.form().act.click()
            await until(lambda: site.shell.said == ["门厅灯已安置"])
            view = site.things.get("ha-0x01")
            assert view is not None
            assert (view.name, view.place_path) == ("门厅灯", ("1 栋", "2 单元"))

    on_loop(story)


def test_without_things_the_page_says_what_will_appear(records: Records, clock: FakeClock, on_loop: OnLoop) -> None:
    site = make_site(records, clock, full=False)

    async def story() -> None:
        with opened(site) as driver:
            state = driver.page.state()
            assert state is not None
            assert state.accessibleName() == "还没有设备"

    on_loop(story)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_focus_target_has_a_name(records: Records, clock: FakeClock, on_loop: OnLoop, lang: Lang) -> None:
    site = make_site(records, clock, lang)

    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            for id_ in list(driver.list.ids()):
                driver.list.choose(id_)
                nameless = [
                    widget for widget in driver.page.findChildren(QWidget)
                    if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
                    and not widget.accessibleName()
                ]  # fmt: skip
                assert nameless == []

    on_loop(story)


def test_a_theme_switch_is_a_repaint(site: Site, on_loop: OnLoop, qapp: QApplication) -> None:
    async def story() -> None:
        from ui.theme import style

        with opened(site) as driver:
            await until(driver.list.current)
            light = driver.panel.grab().toImage()
            style.apply(qapp, "dark")
            dark = driver.panel.grab().toImage()
            style.apply(qapp, "light")
            assert _brightness(dark) < 80 < _brightness(light)

    on_loop(story)


def _brightness(image: QImage) -> int:
    return image.pixelColor(3, 3).lightness()
