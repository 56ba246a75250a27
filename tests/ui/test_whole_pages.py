"""Every page in its window as it was reviewed: light and dark, Chinese and English; every control named, nothing clipped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.field.messages import Health
from desktop.kernel.clock import to_ms
from desktop.kernel.words import Lang
from desktop.things.model import Reading
from tests.ui.drivers.page import PageDriver, assert_accessible, assert_no_clipped_text
from tests.ui.energy.site import read_meters
from tests.ui.pages import GAS, LIFT, PUMP, SUMP, Site, founded, site  # noqa: F401 - fixtures
from tests.ui.plans.site import draw_site
from tests.ui.things.site import defaults
from tests.ui.trends.past import remember
from ui import aio
from ui.shell.pages import PAGES
from ui.shell.preferences import Preferences, ThemeName
from ui.window import ConsoleWindow

TRENDS = f"{PUMP}/pressure,{PUMP}/level,{SUMP}/level@shift"


def live(here: Site) -> None:
    """Values that were heard a moment ago, and three alarms in different states, one of them a case."""
    here.still.told = Health(
        link="up", link_since_ms=to_ms(here.clock.now()), link_detail="", messages=48_211, rate=37.0,
        rejected={"unknown_thing": 2, "not_utf8": 1}, dropped={"history": 0, "events": 0, "things": 0},
        queued={"history": 3}, things=4, points=60, samples_stored=9_120, broker_dropped=0,
    )  # fmt: skip
    first = here.raise_alarm(thing=SUMP, ago=600)
    here.raise_alarm(thing=PUMP, ago=120)
    gas = here.raise_alarm(thing=GAS, ago=4000)
    here.clock.advance(30)
    here.end_alarm(gas)
    boss = here.sign_in("boss")
    here.off(here.console.alarms.acknowledge, boss, [first])
    here.off(here.console.alarms.to_case, boss, first)
    here.clock.advance(30)
    now = here.clock.now().timestamp()
    for thing, first in here.still.known.values():
        usual = defaults(thing.model.kind)
        here.still.values[first] = Reading(True, "good", now - 4)
        for index, point in enumerate(thing.model.points):
            here.still.values[first + 1 + index] = Reading(usual[point.name], "good", now - 4)


@pytest.fixture
def window(
    qtbot: QtBot,
    loop: asyncio.AbstractEventLoop,
    themed: Callable[[str], None],
    site: Site,  # noqa: F811
) -> Iterator[Callable[[ThemeName, Lang], ConsoleWindow]]:
    made: list[ConsoleWindow] = []

    def opened(theme: ThemeName, lang: Lang) -> ConsoleWindow:
        themed(theme)
        live(site)
        site.off(site.console.places.community)
        window = ConsoleWindow(site.console, Preferences(lang=lang, theme=theme, muted=True))
        window.resize(1366, 768)
        made.append(window)
        window.enter(site.sign_in("boss"))
        with qtbot.waitExposed(window):
            window.show()
        return window

    yield opened
    for window in made:
        window.stop()
        window.hide()
        window.deleteLater()
    qtbot.wait(1)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("page", [spec.key for spec in PAGES])
def test_a_page_looks_as_it_was_reviewed(
    qtbot: QtBot, window: Callable[[ThemeName, Lang], ConsoleWindow], compare: Callable[[QWidget, str], None],
    page: str, theme: ThemeName, lang: Lang, site: Site,  # noqa: F811
) -> None:  # fmt: skip
    shown = window(theme, lang)
    assert shown.workspace is not None
    if page == "energy":
        read_meters(site)
    if page == "trends":
        remember(site)
    if page == "plans":
        draw_site(site)
    shown.workspace.go(page, {"things": LIFT, "trends": TRENDS, "energy": "water/month/2026-11-21"}.get(page, ""))
    qtbot.waitUntil(lambda: not aio._tasks)
    qtbot.wait(120)  # the live panel's own beat
    qtbot.waitUntil(lambda: not aio._tasks)
    assert shown.workspace.banner() is None
    assert_accessible(shown)
    assert_no_clipped_text(shown)
    # A blinking cursor is no part of the picture, nor are versions and paths of this machine.
    shown.workspace.setFocus()
    if page != "check":
        compare(shown, f"{page}-{theme}-{lang}")


@pytest.mark.parametrize("size", [(1280, 720), (1080, 1920), (1920, 1080)])
@pytest.mark.parametrize("page", [spec.key for spec in PAGES])
def test_a_page_fits_every_screen(
    qtbot: QtBot, window: Callable[[ThemeName, Lang], ConsoleWindow], page: str, size: tuple[int, int]
) -> None:
    shown = window("light", "en")
    shown.resize(*size)
    assert shown.workspace is not None
    shown.workspace.go(page, PUMP if page == "things" else "")
    qtbot.waitUntil(lambda: not aio._tasks)
    assert_no_clipped_text(shown)
    inside = shown.workspace.page()
    for child in inside.findChildren(QWidget):
        if child.isVisible() and child.window() is shown and child.metaObject().className() in ("Button", "StateBadge"):
            right = child.mapTo(shown, child.rect().topRight()).x()
            assert right <= shown.width(), (
                f"{child.accessibleName()!r} ends {right - shown.width()} px beyond the window"
            )


def test_the_numbers_reach_every_page_in_the_order_of_the_sidebar(
    qtbot: QtBot, window: Callable[[ThemeName, Lang], ConsoleWindow]
) -> None:
    shown = window("light", "zh")
    shown.activateWindow()
    qtbot.waitUntil(shown.isActiveWindow)
    assert shown.workspace is not None
    for number, spec in enumerate(PAGES[:10], 1):
        for modifier in ("Alt", "Ctrl"):
            shown.workspace.go("overview")
            PageDriver(shown).key(f"{modifier}+{number % 10}")
            assert shown.workspace.place()[0] == spec.key
    qtbot.waitUntil(lambda: not aio._tasks)
