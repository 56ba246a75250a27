"""The plans page: marks by state, putting things on by mouse and by keys, both languages and themes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.kernel.words import Lang, Words
from desktop.plans.views import PlanView
from resources.loader import folder
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.drivers.plans import PlansDriver
from tests.ui.pages import GAS, LIFT, PUMP, SUMP, Recorder, Site
from ui.parts.sidepanel import SidePanel
from ui.plans.page import PlansPage
from ui.plans.side import ThingCard

Open = Callable[..., tuple[PlansDriver, Recorder]]
PLACED = {PUMP: (0.17, 0.45), LIFT: (0.83, 0.31), GAS: (0.8, 0.31)}


def drawn_plan(site: Site) -> str:
    """A plan with three of the four things on it; returns its id."""
    boss, plans = site.sign_in("boss"), site.console.plans
    data = folder("sample", "plan.svg").read_bytes()
    plan = site.off(plans.add, boss, None, "总平面图", data)
    site.off(plans.put_all, boss, plan.id, PLACED)
    return str(plan.id)


@pytest.fixture
def open_page(qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site, themed: Callable[[str], None]) -> Open:
    def opened(
        login: str = "boss", lang: Lang = "zh", theme: str = "light", filled: bool = True
    ) -> tuple[PlansDriver, Recorder]:
        themed(theme)
        if filled:
            drawn_plan(site)
        context, shell = site.context(login, lang)
        page = PlansPage(context)
        qtbot.addWidget(page)
        page.resize(1150, 684)
        with qtbot.waitExposed(page):
            page.show()
        page.activateWindow()
        driver = PlansDriver(qtbot, page)
        driver.until(driver.marks if filled else page.state)
        return driver, shell

    return opened


def pins(site: Site) -> dict[str, tuple[float, float]]:
    return dict(site.off(site.console.plans.all)[0].pins)


def test_a_thing_says_its_state_and_opens_by_double_click_and_by_enter(open_page: Open, site: Site) -> None:
    site.raise_alarm(thing=PUMP)
    page, shell = open_page()
    assert page.marks()[0].startswith("低区生活水泵组")
    page.click(PUMP)
    assert page.canvas.selected() == PUMP
    assert page.says("低区生活水泵组")
    card = page.root.findChildren(ThingCard)[0]
    assert card.height() >= card.sizeHint().height() > 100
    page.key("Return")
    page.double_click(PUMP)
    assert shell.gone == [("things", PUMP), ("things", PUMP)]


def test_marks_that_would_overlap_are_one_with_the_worst_state(open_page: Open, site: Site) -> None:
    site.raise_alarm(thing=GAS)
    page, _ = open_page()
    page.root.resize(700, 400)
    page.until(lambda: "2" in page.marks())
    both = next(c for c in page.canvas.clusters() if len(c.pins) == 2)
    assert (both.worst.id, both.worst.state.tone) == (GAS, "critical")
    for _ in range(6):
        page.key("+")
    page.until(lambda: "2" not in page.marks())
    page.key("0")
    assert "2" in page.marks()


def test_a_thing_is_dragged_on_moved_and_taken_off_with_undo(open_page: Open, site: Site) -> None:
    page, shell = open_page("gao.engineer")
    page.press("编辑")
    page.until(lambda: page.listed() == ["地下车库 1 号集水坑"])
    middle = page.canvas.viewport().rect().center()
    page.drag_in("地下车库 1 号集水坑", middle)
    page.until(lambda: page.canvas.selected() == SUMP)
    x, y = pins(site)[SUMP]
    assert abs(x - 0.5) < 0.01 and abs(y - 0.5) < 0.01
    assert page.listed() == []
    page.drag(SUMP, QPoint(60, -40))
    page.until(lambda: pins(site)[SUMP][0] > x + 0.03)
    assert pins(site)[SUMP][1] < y - 0.03
    page.press("移下设备")
    page.until(lambda: shell.offers)
    assert SUMP not in pins(site)
    shell.offers[-1][1]()
    page.until(lambda: SUMP in pins(site))


def test_a_thing_is_put_on_and_moved_by_keys_alone(open_page: Open, site: Site) -> None:
    page, _ = open_page()
    page.key("E")
    page.until(lambda: page.listed() == ["地下车库 1 号集水坑"])
    assert page.root.window().focusWidget() is page.waiting
    page.key("Return")
    page.until(lambda: page.canvas.selected() == SUMP)
    page.key("Right")
    page.key("Right")
    page.key("Shift+Down")
    page.until(lambda: pins(site)[SUMP] == (0.51, 0.53))
    page.key("Del")
    page.until(lambda: SUMP not in pins(site))


def test_a_reading_begun_before_a_change_takes_nothing_back(
    open_page: Open, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, _ = open_page()
    page.key("E")
    page.until(lambda: page.listed() == ["地下车库 1 号集水坑"])
    read, answer, begun = site.console.plans.all, threading.Event(), 0

    def slow() -> list[PlanView]:
        nonlocal begun
        found = read()
        begun += 1
        assert answer.wait(10)
        return found

    monkeypatch.setattr(site.console.plans, "all", slow)
    site.raise_alarm(thing=PUMP)
    page.until(lambda: begun == 1)
    page.key("Return")
    page.until(lambda: page.canvas.selected() == SUMP)
    answer.set()
    page.until(lambda: begun > 1)
    assert page.canvas.selected() == SUMP


def test_who_may_not_change_sees_no_acts(open_page: Open) -> None:
    page, _ = open_page("feng.guard")
    for name in ("编辑", "导入平面图"):
        with pytest.raises(LookupError):
            page.button(name)


def test_an_office_without_plans_is_told_what_will_be_here(open_page: Open) -> None:
    page, _ = open_page(filled=False)
    assert page.says("还没有平面图")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_clipped_and_everything_has_a_name(open_page: Open, lang: Lang, theme: str) -> None:
    page, _ = open_page(lang=lang, theme=theme)
    page.click(PUMP)
    page.key("E")
    assert_accessible(page.root)
    assert_no_clipped_text(page.root)
    page.key("E")
    assert_no_clipped_text(page.root)


def test_a_drawing_is_taken_in_and_a_hostile_one_is_refused_in_words(
    open_page: Open, site: Site, tmp_path: Path
) -> None:
    page, shell = open_page()
    bad, good = tmp_path / "bad.svg", tmp_path / "地下一层.svg"
    bad.write_bytes(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script/></svg>')
    good.write_bytes(folder("sample", "plan.svg").read_bytes())
    _choose(page, bad)
    page.until(lambda: shell.said)
    assert shell.said == [Words("zh")("plans.refused.active")]
    _choose(page, good)
    page.until(lambda: page.root.findChildren(SidePanel))
    page.press("导入")
    page.until(lambda: len(site.off(site.console.plans.all)) == 2)
    page.until(lambda: page.says("2"))
    assert site.off(site.console.plans.all)[1].name == "地下一层"


def test_a_drawing_is_renamed_where_it_is_edited(open_page: Open, site: Site) -> None:
    page, shell = open_page("gao.engineer")
    with pytest.raises(LookupError):
        page.button("改名")
    page.key("E")
    page.key("F2")
    page.until(lambda: page.root.findChildren(SidePanel))
    page.key("F2")
    (form,) = page.root.findChildren(SidePanel)
    field = form.findChildren(QLineEdit)[0]
    assert field.text() == "总平面图"
    field.setText("   ")
    form.act.click()
    page.until(lambda: "请填写名称。" in [label.text() for label in form.findChildren(QLabel)])
    field.setText("地下一层")
    form.act.click()
    page.until(lambda: shell.said == ["平面图已改名：地下一层"])
    page.until(
        lambda: page.says("地下一层") or [b for b in page.root.findChildren(QPushButton) if b.text() == "地下一层"]
    )
    assert [plan.name for plan in site.off(site.console.plans.all)] == ["地下一层"]
    assert pins(site).keys() == PLACED.keys()


def _choose(page: PlansDriver, file: Path) -> None:
    page.press("导入平面图")
    page.root.findChildren(QFileDialog)[-1].fileSelected.emit(str(file))
