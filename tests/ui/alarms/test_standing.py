"""Reading what stands: one reading at a time, the newest told last, whatever window is shown."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.kernel.bus import Changed
from tests.ui.pages import LIFT, PUMP, SUMP, Site
from ui import aio
from ui.alarms.standing import Hearing, read_standing
from ui.alarms.views import Standing


def test_the_newest_is_told_last_and_a_hundred_questions_cost_few_readings(
    qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site
) -> None:
    told: list[Standing] = []
    owner = QObject()
    hearing = Hearing(site.console, told.append, owner)
    for thing in (PUMP, LIFT, SUMP):
        site.raise_alarm(thing=thing)
        for _ in range(33):
            hearing.ask()
    qtbot.waitUntil(lambda: not aio._tasks)
    assert len(told[-1].alarms) == 3
    assert len(told) <= 4


def test_what_is_taken_out_of_service_is_told_at_once(
    qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site
) -> None:
    told: list[Standing] = []
    owner = QObject()
    hearing = Hearing(site.console, told.append, owner)
    site.bridge.on(Changed, hearing.changed, owner)
    site.raise_alarm(thing=SUMP)
    qtbot.waitUntil(lambda: bool(told) and told[-1].alarms[0].state == "unacknowledged")
    site.off(site.console.things.set_out_of_service, site.sign_in("boss"), SUMP, True, "检修")
    qtbot.waitUntil(lambda: told[-1].alarms[0].state == "out_of_service")


def test_what_was_annunciated_counts_although_it_is_over(site: Site) -> None:
    over = site.raise_alarm(thing=PUMP, life_safety=False)
    site.end_alarm(over)
    site.off(site.console.alarms.acknowledge, site.sign_in("boss"), [over])
    site.raise_alarm(thing=LIFT)
    standing = site.off(read_standing, site.console)
    assert len(standing.alarms) == 1
    assert standing.recent(site.clock.now()) == 2
    assert standing.flood_since(site.clock.now()) is None


def test_what_comes_to_ask_anew_is_annunciated_however_old_it_is(site: Site) -> None:
    """Shelves that end together, or a gateway's devices: as many alarms as if they began now."""
    who = site.sign_in("boss")
    old = [
        site.raise_alarm(thing=PUMP, ago=86_400, thing_id=f"pump-{n}", life_safety=False, rule="") for n in range(12)
    ]
    for alarm_id in old:
        site.off(site.console.alarms.shelve, who, alarm_id, 60, "检修")
    site.clock.advance(3600)
    site.off(site.console.alarms.expire_shelves)
    standing = site.off(read_standing, site.console)
    assert standing.recent(site.clock.now()) == 12
    assert standing.flood_since(site.clock.now()) is not None
