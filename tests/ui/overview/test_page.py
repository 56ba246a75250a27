"""The overview answers its four questions, and says nothing where nothing is to be said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from db.store import Records
from desktop.kernel.bus import Changed
from desktop.kernel.words import Lang
from desktop.things.model import Quality
from tests.support.fakes import FakeClock
from tests.ui.things.conftest import OnLoop
from tests.ui.things.site import MODELS, Site, alarm, at_minutes, case, defaults, make_site, thing, turn
from tests.ui.things.test_page import until
from ui.overview.lines import OverviewLine
from ui.overview.page import OverviewPage
from ui.parts.buttons import Button
from ui.things.silence import census


@contextmanager
def opened(site: Site) -> Iterator[OverviewPage]:
    page = OverviewPage(site.context)
    page.resize(1150, 684)
    page.show()
    try:
        yield page
    finally:
        page.close()
        page.deleteLater()


def fits(page: OverviewPage) -> bool:
    return page.inside.minimumSizeHint().height() <= page.inside.height()


def test_needs_are_ranked_and_the_silent_are_told_in_one_line(site: Site, on_loop: OnLoop) -> None:
    site.alarms += [
        alarm("light-1", "not-on", at_minutes(site, 20), site),
        alarm("lift-2", "trapped", at_minutes(site, 7), site),
        alarm("gas-1", "gas-low", at_minutes(site, 5), site, "acknowledged"),
    ]
    site.cases += [case(1, site, -timedelta(hours=1)), case(2, site, timedelta(hours=2), "更换读头")]

    async def story() -> None:
        with opened(site) as page:
            await until(lambda: len(page.needs()) == 5)
            # What endangers lives stays while it stands, whoever has answered.
            assert page.needs()[:2] == ["疑似困人", "可燃气体低限报警"]
            assert page.needs()[3:] == ["电梯困人回访", "1 台设备失联"]
            assert page.due() == ["更换读头"]
            words = page.system_words()
            assert (words["lift"], words["gas"], words["water"]) == ("报警 1 台", "报警 1 台", "正常")

    on_loop(story)


def test_no_more_lines_than_there_is_room_for_however_much_is_wrong(site: Site, on_loop: OnLoop) -> None:
    site.cases += [case(n, site, -timedelta(hours=n)) for n in range(1, 30)]

    async def story() -> None:
        with opened(site) as page:
            await until(lambda: len(page.needs()) == 8)
            assert page.needs()[-1] == "1 台设备失联"
            rest = next(button for button in page.findChildren(Button) if button.isVisible())
            assert rest.accessibleName() == "另有 22 条"
            rest.click()
            assert site.shell.gone == [("cases", "")]
            site.alarms += [
                replace(alarm("light-1", "not-on", at_minutes(site, n), site), id=f"l-{n}") for n in range(9)
            ]
            site.bus.publish(Changed({"alarm": frozenset({"x"})}))
            await until(lambda: rest.accessibleName() == "另有 31 条")
            rest.click()
            assert site.shell.gone[-1] == ("alarms", "")
            site.alarms.clear()
            site.cases.clear()
            site.bus.publish(Changed({"case": frozenset({"x"})}))
            await until(lambda: not rest.isVisible())

    on_loop(story)


def test_what_lives_depend_on_is_hidden_by_no_number_of_older_alarms(site: Site, on_loop: OnLoop) -> None:
    older = [alarm("light-1", "not-on", at_minutes(site, 60 + n), site) for n in range(19)]
    site.alarms += [replace(one, id=f"l-{n}", priority="critical") for n, one in enumerate(older)]
    site.alarms.append(alarm("lift-2", "trapped", at_minutes(site, 1), site))

    async def story() -> None:
        with opened(site) as page:
            await until(lambda: len(page.needs()) == 8)
            assert page.needs()[0] == "疑似困人"
            page.resize(1600, 1000)
            page.tick()
            assert len(page.needs()) == 17

    on_loop(story)


def test_a_plant_that_tells_nothing_is_not_in_order(site: Site, on_loop: OnLoop) -> None:
    """Every device says that it is there, and its values are five days old."""
    site.clock.advance(5 * 86_400)

    async def story() -> None:
        with opened(site) as page:
            await until(lambda: page.needs()[-1:] != [])
            assert "正常" not in page.system_words().values()
            assert page.system_words()["gas"].startswith("未更新")
            assert page.needs()[-1].endswith("台设备失联")
            page._open_system("gas")
            assert site.shell.gone[-1] == ("things", "dead/gas")

    on_loop(story)


@pytest.mark.parametrize(
    ("quality", "said"), [("bad", "无法识别 1 台"), ("uncertain", "仅重放值 1 台"), ("good", "正常")]
)
def test_a_plant_that_tells_nothing_to_rely_on_is_not_in_order(
    site: Site, on_loop: OnLoop, quality: Quality, said: str
) -> None:
    view = site.things.get("gas-1")
    assert view is not None
    for point in view.thing.model.points:
        site.field.say("gas-1", point.name, 0.2, quality, 3)

    async def story() -> None:
        with opened(site) as page:
            await until(lambda: page.system_words().get("gas") == said)
            page._open_system("gas")
            assert site.shell.gone[-1] == ("things", "gas-1")

    on_loop(story)


def test_every_silent_thing_is_counted_once_and_everywhere_alike(site: Site, on_loop: OnLoop) -> None:
    """Offline, gone stale and never heard of: the systems add up to the line of needs and to the list."""
    site.field.add(thing("lift-5", "lift", "5 号电梯", "10"), {}, online=None)
    site.field.add(thing("lift-6", "lift", "6 号电梯", "10"), {}, online=False)
    counted = census(site.things.all(), site.things)

    async def story() -> None:
        with opened(site) as page:
            await until(lambda: page.system_words().get("lift") == "失联 3 台")
            assert page.needs()[-1] == "3 台设备失联"
            assert len(counted.silent) == 3
            assert counted.online + len(counted.silent) == len(site.things.all())
            site.shell.gone.clear()
            page._open_system("lift")
            assert site.shell.gone == [("things", "dead/lift")]

    on_loop(story)


def test_on_duty_is_who_the_roster_says_and_not_who_is_signed_in(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as page:
            await until(lambda: page.here() == ["值班表上此刻无人"])
            site.turns += [
                turn(site, "engineer", "高远", 8),
                turn(site, "guard", "冯刚", 4),
                turn(site, "guard", "李强", 0.5),
            ]
            site.bus.publish(Changed({"duty": frozenset({"x"})}))
            await until(lambda: page.here() == ["冯刚、李强", "高远"])
            site.clock.advance(3600)
            for _ in range(60):
                page.tick()
            await until(lambda: page.here() == ["冯刚", "高远"])
            QTest.keyClick(page.findChildren(OverviewLine)[-1], Qt.Key.Key_Return)
            assert site.shell.gone == [("duty", "")]

    on_loop(story)


def test_an_alarm_that_is_over_is_told_as_over(site: Site, on_loop: OnLoop) -> None:
    site.alarms.append(alarm("gas-1", "gas-low", at_minutes(site, 7), site, "returned"))

    async def story() -> None:
        with opened(site) as page:
            await until(lambda: page.system_words().get("gas") == "已恢复 1 台")
            assert page.needs()[0] == "可燃气体低限报警"
            page._open_system("gas")
            assert site.shell.gone == [("things", "gas-1")]

    on_loop(story)


def test_midnight_takes_nothing_off_what_is_due(site: Site, on_loop: OnLoop) -> None:
    late = timedelta(days=1) - timedelta(hours=14, minutes=15)
    site.clock.advance(late.total_seconds())
    site.cases += [case(1, site, timedelta(minutes=29), "困人救援"), case(2, site, timedelta(hours=13), "明天的事")]

    async def story() -> None:
        with opened(site) as page:
            await until(lambda: page.due() == ["困人救援"])

    on_loop(story)


def test_a_quiet_community_is_told_so(records: Records, clock: FakeClock, on_loop: OnLoop) -> None:
    site = make_site(records, clock, full=False)

    async def story() -> None:
        with opened(site) as page:
            await until(lambda: page.system_words().get("water"))
            assert page.needs() == []
            assert set(page.system_words().values()) == {"无设备"}

    on_loop(story)


def test_nothing_is_called_normal_while_the_line_is_gone(site: Site, on_loop: OnLoop) -> None:
    site.field.link = "lost"

    async def story() -> None:
        with opened(site) as page:
            await until(lambda: page.system_words().get("water"))
            words = page.system_words()
            # Its own last word was goodbye, which a lost line does not take back.
            assert words.pop("lift") == "离线 1 台"
            assert set(words.values()) == {"在线情况不明"}

    on_loop(story)


def test_a_new_alarm_shows_without_a_touch_and_enter_opens_it(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as page:
            await until(lambda: page.needs() == ["1 台设备失联"])
            site.alarms.append(alarm("lift-2", "trapped", at_minutes(site, 0), site))
            site.bus.publish(Changed({"alarm": frozenset({"x"})}))
            await until(lambda: page.needs()[0] == "疑似困人")
            QTest.keyClick(page.findChildren(OverviewLine)[0], Qt.Key.Key_Return)
            await until(lambda: site.shell.gone)
            assert site.shell.gone[0][0] in ("alarms", "things")

    on_loop(story)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_fits_the_smallest_window_without_scrolling(
    records: Records, clock: FakeClock, on_loop: OnLoop, lang: Lang
) -> None:
    site = make_site(records, clock, lang)
    site.cases += [case(n, site, timedelta(minutes=n)) for n in range(1, 12)]
    site.turns += [
        turn(site, "guard", "冯刚", 8),
        turn(site, "engineer", "高远", 8),
        turn(site, "manager", "周经理", 8),
    ]
    site.cases += [case(n, site, -timedelta(hours=n)) for n in range(20, 30)]

    async def story() -> None:
        with opened(site) as page:
            await until(lambda: len(page.needs()) == 8 and page.due())
            assert page.minimumSizeHint().width() <= 1150
            # 1366×768 and 1280×720 less sidebar 216, top bar 56 and status strip 28.
            for height in (684, 636):
                page.resize(1150, height)
                page.tick()
                await until(lambda: fits(page))

    on_loop(story)


def test_it_fits_with_every_system(site: Site, on_loop: OnLoop) -> None:
    site.turns += [
        turn(site, "guard", "冯刚", 8),
        turn(site, "engineer", "高远", 8),
        turn(site, "manager", "周经理", 8),
    ]
    site.cases += [case(n, site, timedelta(minutes=n)) for n in range(1, 12)]
    site.cases += [case(n, site, -timedelta(hours=n)) for n in range(20, 30)]
    known = {model.system for model in MODELS.values()}
    for n, model in enumerate(next(m for m in MODELS.values() if m.system == system) for system in sorted(known)):
        site.field.add(thing(f"more-{n}", model.kind, f"设备 {n}", "10"), defaults(model.kind))

    async def story() -> None:
        with opened(site) as page:
            await until(lambda: len(page.system_words()) >= 13 and page.due())
            page.tick()
            await until(lambda: fits(page))
            # Where there is little room those on duty share a line, and what is due has the others.
            assert page.here() == ["秩序岗 冯刚  ·  工程岗 高远  ·  经理岗 周经理"]
            assert len(page.due()) >= 3
            page.resize(1150, 560)
            page.tick()
            assert page.due() != []

    on_loop(story)
