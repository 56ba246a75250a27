"""A clock that is set back makes nobody wait anew: not for the end of a shelf, not for an alarm to ask again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from db.store import Records
from desktop.alarms.service import LONGEST_SHELF, Alarms
from desktop.alarms.waits import Ahead
from tests.desktop.alarms.support import WALL_MS, CasesFake, change, person
from tests.support.fakes import START, FakeClock

LI = person("li", "alarms.acknowledge", "alarms.shelve")
HOUR = 3600


@pytest.fixture
def alarms(records: Records, clock: FakeClock) -> Alarms:
    return started(records, clock)


def started(records: Records, clock: FakeClock) -> Alarms:
    return Alarms(records, clock, CasesFake(), terminal="D1", confirm_second=lambda *_: LI)


def states(alarms: Alarms) -> list[str]:
    return [alarm.state for alarm in alarms.open()]


def test_a_shelf_lasts_no_longer_than_it_was_set_for(alarms: Alarms, clock: FakeClock) -> None:
    alarms.record(change("a1", WALL_MS))
    alarms.shelve(LI, "a1", 60, "检修")
    assert alarms.expire_shelves() == 0
    clock.instant -= timedelta(days=2)
    clock.advance(HOUR - 1)
    assert (alarms.expire_shelves(), states(alarms)) == (0, ["shelved"])
    clock.advance(1)
    assert (alarms.expire_shelves(), states(alarms)) == (1, ["unacknowledged"])
    assert alarms.expire_shelves() == 0


def test_a_shelf_of_a_clock_that_was_ahead_lasts_a_shift_at_most(
    alarms: Alarms, records: Records, clock: FakeClock
) -> None:
    alarms.record(change("a1", WALL_MS))
    alarms.shelve(LI, "a1", 60, "检修")
    clock.instant -= timedelta(days=400)
    again = started(records, clock)
    assert again.expire_shelves() == 0
    clock.advance(LONGEST_SHELF * 60)
    assert (again.expire_shelves(), states(again)) == (1, ["unacknowledged"])


def test_an_acknowledged_alarm_asks_again_after_its_time(alarms: Alarms, clock: FakeClock) -> None:
    alarms.record(change("a1", WALL_MS, re_alarm=900.0))
    alarms.acknowledge(LI, ["a1"])
    assert alarms.realarm_due() == 0
    clock.instant -= timedelta(days=2)
    clock.advance(899)
    assert alarms.realarm_due() == 0
    clock.advance(1)
    assert (alarms.realarm_due(), states(alarms)) == (1, ["unacknowledged"])
    alarms.acknowledge(LI, ["a1"])
    assert alarms.realarm_due() == 0


def test_a_time_to_come_is_up_by_either_clock() -> None:
    ahead = Ahead(timedelta(hours=8))
    soon, far = {"a": START + timedelta(hours=1)}, {"a": START + timedelta(days=9)}
    assert ahead.up(soon, START, 0) == set()
    assert ahead.up(soon, START + timedelta(hours=1), 1) == {"a"}
    assert ahead.up(soon, START - timedelta(days=1), HOUR - 1) == set()
    assert ahead.up(soon, START - timedelta(days=1), HOUR) == {"a"}
    assert ahead.up(far, START, HOUR) == set()
    assert ahead.up(far, START, 9 * HOUR) == {"a"}
    assert ahead.up({}, START, 9 * HOUR) == set()
    assert ahead.up(far, START, 9 * HOUR) == set()
