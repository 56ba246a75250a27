"""The wall of tiles and the site's own limits, through the devices page."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QFrame, QPlainTextEdit
from pytest import MonkeyPatch

from desktop.field.messages import Overridden
from desktop.kernel.words import Lang, Words
from desktop.things.model import Reading
from desktop.things.overrides import RuleOverride
from tests.ui.things.conftest import OnLoop
from tests.ui.things.site import MODELS, Site, alarm, at_minutes, defaults, thing
from tests.ui.things.states import NOW, cut_texts, staged
from tests.ui.things.test_page import Driver, one, opened, until
from ui.parts.badge import StateBadge
from ui.parts.ink import draw_text
from ui.parts.value import shown
from ui.theme import style
from ui.things.glance import tile_of
from ui.things.limits import LimitsForm
from ui.things.rulefields import RuleFields
from ui.things.wall import Spark, ThingWall


def wall_of(driver: Driver) -> ThingWall:
    return one(driver.page, ThingWall)


def test_w_goes_to_the_wall_and_back_and_enter_opens_the_panel(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.page.activateWindow()
            driver.list.choose("gas-1")
            QTest.keyClick(driver.list, Qt.Key.Key_W)
            wall = wall_of(driver)
            assert wall.isVisible() and not driver.list.isVisible()
            assert wall.current() == "gas-1" and driver.page.focusWidget() is wall
            QTest.keyClick(wall, Qt.Key.Key_Home)
            QTest.keyClick(wall, Qt.Key.Key_Right)
            QTest.keyClick(wall, Qt.Key.Key_Down)
            assert wall.current() == wall.ids()[1 + wall.columns()]
            chosen = wall.current()
            QTest.keyClick(wall, Qt.Key.Key_Return)
            assert driver.list.isVisible() and driver.list.current() == chosen
            assert driver.panel.view is not None and driver.panel.view.id == chosen

    on_loop(story)


def test_a_double_click_beside_all_tiles_opens_nothing(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.page._turn_wall()
            wall = wall_of(driver)
            opened_: list[str] = []
            wall.opened.connect(opened_.append)
            under = wall.viewport()
            QTest.mouseDClick(under, Qt.MouseButton.LeftButton, pos=under.rect().bottomRight() - QPoint(3, 3))
            assert opened_ == [] and wall.isVisible()
            QTest.mouseDClick(under, Qt.MouseButton.LeftButton, pos=wall._area(1).center())
            assert opened_ == [wall.ids()[1]]

    on_loop(story)


def test_what_stands_nowhere_comes_after_what_has_a_place(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            assert driver.list.ids()[-1] == "ha-0x01"

    on_loop(story)


def test_urgent_things_stand_first_then_the_silent_then_by_place(site: Site, on_loop: OnLoop) -> None:
    site.alarms.append(alarm("lift-2", "trapped", at_minutes(site, 7), site))

    async def story() -> None:
        with opened(site) as driver:
            await until(lambda: driver.list.ids()[:1] == ["lift-2"])
            driver.page._turn_wall()
            wall = wall_of(driver)
            assert wall.ids()[:2] == ["lift-2", "lift-3"]
            tile = wall.row("lift-2")
            assert tile is not None
            assert (tile.state.text, tile.state.mark) == ("疑似困人", "diamond")
            assert "疑似困人" in tile.spoken()
            # A thing that falls silent goes to the front by itself.
            slot = site.field.known["door-1"][1]
            reading = site.field.table[slot]
            site.field.table[slot] = type(reading)(False, "good", reading.at)
            await until(lambda: set(wall.ids()[1:3]) == {"lift-3", "door-1"})

    on_loop(story)


def test_an_alarm_of_a_thing_that_is_gone_says_both(site: Site, on_loop: OnLoop) -> None:
    site.alarms.append(alarm("lift-3", "trapped", at_minutes(site, 7), site))

    async def story() -> None:
        with opened(site) as driver:
            await until(lambda: (row := driver.list.row("lift-3")) is not None and row.state.beside)
            row = driver.list.row("lift-3")
            assert row is not None and row.state.beside is not None
            assert (row.state.text, row.state.tone, row.state.beside.text) == ("疑似困人", "critical", "离线")
            assert "疑似困人, 离线" in row.spoken()
            driver.list.choose("lift-3")
            assert [badge.text() for badge in driver.panel.findChildren(StateBadge) if not badge.isHidden()] == [
                "疑似困人", "离线",
            ]  # fmt: skip
            driver.page._turn_wall()
            tile = wall_of(driver).row("lift-3")
            assert tile is not None and tile.gone
            assert tile.value.note.startswith("离线") and tile.brief.startswith("离线")

    on_loop(story)


def _reading(readings: dict[str, Reading], _thing: str, point: str) -> Reading:
    return readings[point]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_tile_never_drops_how_old_its_value_is(
    qapp: QApplication, monkeypatch: MonkeyPatch, lang: Lang
) -> None:  # fmt: skip
    """However long the alarm's words are, and in the narrowest tile."""
    style.apply(qapp, "light")
    words = Words(lang)
    said: list[str] = []

    def heard(painter: object, rect: object, text: str, *rest: object, **more: object) -> float:
        said.append(text)
        return draw_text(painter, rect, text, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("ui.things.wall.draw_text", heard)
    for model in MODELS.values():
        for state in ("alarm", "stale", "offline", "bad", "uncertain"):
            it = staged(model, state)
            tile = tile_of(it.view, partial(_reading, it.readings), it.alarms, words, NOW, None)
            said.clear()
            image = QImage(ThingWall.LEAST, ThingWall.HEIGHT, QImage.Format.Format_RGB32)
            painter = QPainter(image)
            ThingWall.paint_cell(None, painter, QRectF(image.rect()), tile, False, False)  # type: ignore[arg-type]
            painter.end()
            assert {tile.value.note, tile.brief} & set(said) or tile.value.note == tile.state.text, (
                model.kind,
                state,
                tile,
            )


def test_a_tile_never_cuts_a_digit(qapp: QApplication, monkeypatch: MonkeyPatch) -> None:
    style.apply(qapp, "light")
    it = staged(MODELS["electricity-meter"], "normal")
    counter = next(point for point in MODELS["electricity-meter"].points if point.counter is not None)
    for value in (43_693.72, 1_234_567.89, 98_765_432.1):
        told = shown(counter, Reading(value, "good", NOW), Words("zh"), NOW)
        tile = replace(
            tile_of(it.view, partial(_reading, it.readings), (), Words("zh"), NOW, Spark(NOW, NOW)), value=told
        )
        image = QImage(ThingWall.LEAST, ThingWall.HEIGHT, QImage.Format.Format_RGB32)
        with cut_texts(monkeypatch) as cut:
            painter = QPainter(image)
            ThingWall.paint_cell(None, painter, QRectF(image.rect()), tile, False, False)  # type: ignore[arg-type]
            painter.end()
        assert told.text not in cut


def test_what_returned_looks_like_no_standing_alarm(site: Site, on_loop: OnLoop) -> None:
    site.alarms.append(alarm("gas-1", "gas-low", at_minutes(site, 7), site, "returned"))
    site.alarms.append(alarm("lift-2", "trapped", at_minutes(site, 7), site))

    async def story() -> None:
        with opened(site) as driver:
            await until(lambda: driver.list.ids()[:2] == ["lift-2", "gas-1"])
            row = driver.list.row("gas-1")
            assert row is not None
            assert (row.state.text, row.state.tone) == ("已恢复：可燃气体低限报警", "quiet")
            assert [value.priority for value in row.values] == [None] * len(row.values)
            driver.list.choose("gas-1")
            frames = [f.property("ground") for f in driver.panel.findChildren(QFrame) if f.isVisible()]
            assert not any(str(ground).startswith("notice-") and ground != "notice-quiet" for ground in frames)

    on_loop(story)


def test_a_dead_tile_never_looks_well(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.page._turn_wall()
            wall = wall_of(driver)
            well, gone = wall.row("lift-1"), wall.row("lift-3")
            assert well is not None and gone is not None
            assert (well.state.text, well.value.quality, well.gone) == ("正常", "good", False)
            assert (gone.state.text, gone.value.quality, gone.gone) == ("离线", "offline", True)
            # Online by its own word, but silent: that is no "normal".
            for point in site.field.known["lift-1"][0].model.points:
                site.field.say("lift-1", point.name, 1, "good", age=86_400)
            await until(lambda: (tile := wall.row("lift-1")) is not None and tile.state.text == "数据未更新")
            row = driver.list.row("lift-3")
            assert row is not None and {value.quality for value in row.values} == {"offline"}

    on_loop(story)


def test_only_what_is_in_sight_is_read_of_1600_lights(site: Site, on_loop: OnLoop) -> None:
    usual = defaults("lighting-circuit")
    for n in range(1600):
        site.field.add(thing(f"l-{n}", "lighting-circuit", f"灯 {n}", "G-1"), usual)

    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.page._turn_wall()
            wall = wall_of(driver)
            assert len(wall.ids()) > 1600
            assert len(wall.in_sight()) < 60
            wall.verticalScrollBar().setValue(0)
            read = [id_ for id_ in wall.ids() if wall.row(id_) is not None]
            assert len(read) < 120
            QTest.keyClick(wall, Qt.Key.Key_End)
            assert wall.current() == wall.ids()[-1] and wall.row(wall.current()) is not None
            assert wall.current() in wall.in_sight()

    on_loop(story)


def test_tiles_draw_the_last_hour_once_it_was_read(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.page._turn_wall()
            wall = wall_of(driver)
            await until(
                lambda: (tile := wall.row("pump-1")) is not None and tile.spark is not None and tile.spark.samples
            )
            door = wall.row("door-1")
            assert door is not None and door.spark is None

    on_loop(story)


def test_width_gives_columns(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.page._turn_wall()
            wall = wall_of(driver)
            for width, columns in ((1150, 4), (1704, 6)):
                driver.page.resize(width, 700)
                await until(partial(_has_columns, wall, columns))

    on_loop(story)


def _has_columns(wall: ThingWall, columns: int) -> bool:
    return wall.columns() == columns


def _tells(fields: RuleFields, words: str) -> bool:
    return words in fields.error()


def fields_of(form: LimitsForm, rule: str) -> RuleFields:
    return next(fields for fields in form.rules if fields.rule.name == rule)


async def limits(driver: Driver) -> LimitsForm:
    driver.button("限值").click()
    await until(lambda: driver.page.findChild(LimitsForm) is not None)
    return one(driver.page, LimitsForm)  # type: ignore[type-var]


def test_own_limits_are_stored_with_their_reason_and_marked(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.list.choose("pump-1")
            form = await limits(driver)
            rule = next(
                r for r in site.field.known["pump-1"][0].model.alarms if any(c.below is not None for c in r.when)
            )
            fields = fields_of(form, rule.name)
            own = next(c.below for c in rule.when if c.below is not None) * 1.1
            assert fields.input("below").placeholderText() == f"{own / 1.1:g}"
            fields.input("below").setText(f"{own:g}")
            form.panel.act.click()
            await until(lambda: form.fields[0].error() == "请写明改动的原因。")
            one(form.panel, QPlainTextEdit).setPlainText("本站水箱较小")
            form.panel.act.click()
            await until(lambda: site.shell.said == ["生活水泵组的报警限值已保存"])
            sent = [message for message in site.field.sent if isinstance(message, Overridden)]
            assert sent[0].overrides.rules == {rule.name: RuleOverride(below=float(f"{own:g}"))}
            assert site.things.overrides("pump-1") == sent[0].overrides

    on_loop(story)


def test_a_refused_limit_says_why_beside_it_and_stores_nothing(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.list.choose("gas-1")
            form = await limits(driver)
            one(form.panel, QPlainTextEdit).setPlainText("试试")
            limited = next(fields for fields in form.rules if any(c.above is not None for c in fields.rule.when))
            for typed, told in (("abc", "请填数字"), ("99999", "应在"), ("nan", "不能小于 0")):
                limited.input("above").setText(typed)
                form.panel.act.click()
                await until(partial(_tells, limited, told))
            limited.input("above").setText("")
            assert limited.error() == ""
            limited.input("on_delay").setText("-3")
            form.panel.act.click()
            await until(lambda: "不能小于 0" in limited.error())
            assert site.shell.said == [] and site.field.sent == []

    on_loop(story)


def test_what_protects_lives_cannot_be_switched_off(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.list.choose("lift-1")
            form = await limits(driver)
            for fields in form.rules:
                assert one(fields, QCheckBox).isEnabled() is not fields.rule.life_safety
            assert any(fields.rule.life_safety for fields in form.rules)

    on_loop(story)
