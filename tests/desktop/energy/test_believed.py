"""A day is never closed before it is over, however the clock leaps."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.energy.believed import AHEAD, AWAY, CONFIRMED, BelievedClock
from tests.support.fakes import FakeClock

HOUR, DAY = 3600.0, 86_400.0

wrong = st.lists(st.floats(-30 * DAY, 30 * DAY), min_size=1, max_size=22)
"""Hour by hour, by how much the clock is off; it is set right before a day has passed."""
spells = st.lists(st.tuples(st.integers(1, 30), wrong), max_size=6)


@given(spells)
def test_no_time_is_believed_that_is_still_to_come(spells: list[tuple[int, list[float]]]) -> None:
    clock = FakeClock()
    believed = BelievedClock(clock)
    right = clock.now()
    assert believed.now(None, []) == right.timestamp()
    for hours, offs in spells:
        for off in (*[0.0] * hours, *offs):
            right += timedelta(hours=1)
            clock.seconds += HOUR
            clock.instant = right + timedelta(seconds=off)
            told = believed.now(clock.now().timestamp(), [off])
            assert told is None or told - AHEAD <= right.timestamp()


def test_what_creeps_ahead_little_by_little_is_doubted_as_well() -> None:
    clock = FakeClock()
    believed = BelievedClock(clock)
    told = []
    for _ in range(20):
        told.append(believed.now(None, []))
        clock.advance(HOUR)
        clock.instant += timedelta(seconds=120)
    assert None not in told[:6] and told[6:] == [None] * 14


def test_a_computer_that_slept_is_believed_after_a_day_of_running() -> None:
    clock = FakeClock()
    believed = BelievedClock(clock)
    believed.now(None, [])
    clock.instant += timedelta(hours=12)
    assert believed.now(None, []) is None
    clock.advance(CONFIRMED - 1)
    assert believed.now(None, []) is None
    clock.advance(1)
    assert believed.now(None, []) == clock.now().timestamp()
    clock.advance(HOUR)
    assert believed.now(None, []) == clock.now().timestamp()


@pytest.mark.parametrize("differences", [[], [-5 * DAY, -5 * DAY, 0.0]])
def test_a_start_long_after_the_last_reading_waits_though_new_ones_are_stored(differences: list[float]) -> None:
    clock = FakeClock()
    believed = BelievedClock(clock)
    assert believed.now(clock.now().timestamp() - 5 * DAY, differences) is None
    clock.advance(HOUR)
    assert believed.now(clock.now().timestamp(), differences) is None
    clock.instant -= timedelta(days=5)
    assert believed.now(None, []) == clock.now().timestamp()


def test_a_start_after_a_long_weekend_is_believed_where_the_devices_tell_the_same_time() -> None:
    clock = FakeClock()
    now = clock.now().timestamp()
    assert BelievedClock(clock).now(now - 4 * DAY, [2.0, -1.0, 9 * DAY]) == now
    assert BelievedClock(clock).now(now - AWAY, []) == now
