"""The statistics: every figure in words against its target, charts, and lists that lead to the alarm."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QWidget

from desktop.alarms.kpi import targets
from desktop.kernel.words import Lang, Words
from tests.ui.alarms.test_page import Open, open_page
from tests.ui.drivers.alarms import AlarmsDriver
from tests.ui.drivers.page import PageDriver, assert_accessible, assert_no_clipped_text
from tests.ui.pages import GAS, LIFT, PUMP, SUMP, Site
from ui.alarms.figures import FiguresPage
from ui.alarms.figurewords import target_words, value_words
from ui.parts.bars import BarPlot

__all__ = ["open_page"]


def past(site: Site) -> str:
    """A few days with alarms, one that chatters and one that stands since two days; returns the latter's id."""
    stale = site.raise_alarm(thing=SUMP, ago=2 * 86400, priority="high")
    for n in range(12):
        one = site.raise_alarm(thing=LIFT, ago=n * 30_000, priority="low")
        site.end_alarm(one)
    for _ in range(3):
        one = site.raise_alarm(thing=PUMP, priority="medium")
        site.clock.advance(5)
        site.end_alarm(one)
        site.clock.advance(5)
    return stale


def figures(page: AlarmsDriver) -> PageDriver:
    """K, and what it opens once it was read."""
    page.act("K")
    shown = PageDriver(page.root.findChild(FiguresPage))
    page.until(lambda: not shown.says("正在读取") and len(shown.texts()) > 20)
    return shown


def test_k_shows_every_measure_against_its_target_and_escape_leads_back(site: Site, open_page: Open) -> None:
    past(site)
    page, _ = open_page()
    shown = figures(page)
    words = Words("zh")
    for target in targets():
        # Of three rules the ten busiest are all.
        judged = target.name != "top_ten"
        assert shown.says(words(f"alarms.kpi.{target.name}")) is judged, target.name
        assert shown.says(target_words(words, target)) or not judged, target.name
    assert shown.says("16 条")
    page.key("Esc")
    page.until(lambda: not page.root.findChildren(FiguresPage))
    page.act("K")


def test_the_period_is_chosen_and_the_chart_has_a_bar_for_each_day(site: Site, open_page: Open) -> None:
    past(site)
    page, _ = open_page()
    shown = figures(page)
    days = next(plot for plot in shown.root.findChildren(BarPlot) if plot.accessibleName().startswith("每天报警数"))
    assert days.readout(6).startswith("11-22: 报警")
    shown.press("近 30 天")
    page.until(lambda: days.readout(29).startswith("11-22: 报警") if len(days._categories) == 30 else False)


def test_what_stands_too_long_and_what_chatters_leads_to_its_alarm(site: Site, open_page: Open) -> None:
    stale = past(site)
    page, shell = open_page()
    shown = figures(page)
    thing = site.alarm(stale)
    shown.press(f"查看 {thing.thing_name} · {thing.title['zh']}")
    page.until(lambda: shell.gone == [("alarms", stale)])
    page.until(lambda: not page.root.findChildren(FiguresPage))
    shown = figures(page)
    chattering = next(text for text in shown.texts() if text.startswith("低区生活水泵组 · "))
    shown.press(f"查看 {chattering}")
    page.until(lambda: len(shell.gone) == 2)
    assert site.alarm(shell.gone[1][1]).thing_id == PUMP


def test_what_is_shelved_is_not_among_what_stands_too_long(site: Site, open_page: Open) -> None:
    stands = past(site)
    shelved = site.raise_alarm(thing=GAS, ago=2 * 86400, life_safety=False)
    site.off(site.console.alarms.shelve, site.sign_in("boss"), shelved, 60, "检修")
    page, _ = open_page()
    shown = figures(page)
    assert shown.says(site.alarm(stands).thing_name)
    assert not shown.says(site.alarm(shelved).thing_name)


def test_how_long_people_took_and_what_is_hidden_is_told(site: Site, open_page: Open) -> None:
    who = site.sign_in("boss")
    quick, slow, shelved = (
        site.raise_alarm(thing=thing, priority="medium", life_safety=False) for thing in (SUMP, LIFT, PUMP)
    )
    site.off(site.console.alarms.shelve, who, shelved, 480, "检修")
    for alarm_id, seconds in ((quick, 120), (slow, 600)):
        site.clock.advance(seconds)
        site.off(site.console.alarms.acknowledge, who, [alarm_id])
    site.off(site.console.things.set_out_of_service, who, GAS, True, "年检")
    site.raise_alarm(thing=GAS)
    site.clock.advance(1)
    page, _ = open_page()
    shown = figures(page)
    assert shown.says("确认 2 条：中位 7 分钟，九成不超过 12 分钟")
    assert shown.says("搁置 1，抑制 0，停用 1") and shown.says("搁置 0，抑制 0，停用 1")


def test_without_alarms_nothing_is_judged_by_shares(site: Site, open_page: Open) -> None:
    page, _ = open_page()
    page.act("K")
    shown = PageDriver(page.root.findChild(FiguresPage))
    page.until(lambda: shown.says("这段时间没有报警。"))
    assert not shown.says(Words("zh")("alarms.kpi.low_share"))


def test_values_read_as_people_write_them() -> None:
    words, by_name = Words("zh"), {target.name: target for target in targets()}
    assert value_words(words, by_name["per_hour"], 6.04) == "每小时 6 条"
    assert value_words(words, by_name["in_flood"], 0.0123) == "1.2 %"
    assert value_words(words, by_name["stale"], 4) == "4"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_looks_as_it_was_reviewed(
    site: Site, open_page: Open, themed: Callable[[str], None], compare: Callable[[QWidget, str], None],
    lang: Lang, theme: str,
) -> None:  # fmt: skip
    themed(theme)
    past(site)
    page, _ = open_page("boss", lang)
    figures(page)
    assert_accessible(page.root)
    assert_no_clipped_text(page.root)
    compare(page.root, f"alarms-figures-{theme}-{lang}")
