"""A clock that goes wrong, and samples that come late, take nothing from what is on record."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.rollup import DAY, HOUR, MINUTE, QUARTER, Band
from db.telemetry import Telemetry
from tests.db.test_telemetry_history import BEGIN, FAR, agrees, filled, waves

DAYS = 40
END = BEGIN + DAYS * DAY
RAW = END - 30 * DAY


@pytest.fixture
def store(tmp_path: Path) -> Telemetry:
    """Forty days at a sample a minute, of which thirty are kept as samples."""
    found = filled(tmp_path / "telemetry.db", SAMPLES)
    found.settle(END)
    assert found.forget("raw", RAW) > 0
    return found


SAMPLES = waves(DAYS * 24 * 60, MINUTE)


def told(store: Telemetry, since: int, until: int, most: int = 2000) -> list[Band]:
    return store.bands("sump", "level", since, until - 1, most)


@pytest.mark.parametrize("another", [False, True])
@pytest.mark.parametrize("clock", [END, RAW - 10 * DAY])
def test_a_clock_set_back_blanks_no_chart(store: Telemetry, another: bool, clock: int) -> None:
    """Neither of the series that told something then nor of any other, while it is wrong and after."""
    week = (RAW - 9 * DAY, RAW - 2 * DAY)
    before = told(store, *week)
    series = store.series_id("other" if another else "sump", "level")
    store.write([(series, RAW - 10 * DAY + 777, 20.0)])
    for now in (clock, END + 5 * HOUR):
        store.settle(now)
        after = told(store, *week)
        assert after == before and after
    store.close()


def test_a_late_sample_joins_the_buckets_of_samples_that_are_forgotten(store: Telemetry) -> None:
    late = (RAW - 3 * DAY + 777, 99.0)
    everything = dict([*SAMPLES, late])
    store.write([(store.series_id("sump", "level"), *late)])
    for _ in range(3):
        for since, until, most in ((late[0] - HOUR, late[0] + HOUR, 50), (BEGIN, END, 60), (BEGIN, END, 2000)):
            agrees(told(store, since, until, most), everything, since, until - 1, most, frozenset({late[0]}))
        store.settle(END + HOUR)
    [band] = [band for band in told(store, BEGIN, END) if band.at_ms <= late[0] < band.at_ms + QUARTER * 3][-1:]
    assert band.high == 99.0 and band.last != 99.0
    # What came late is not told as the newest there was before a moment.
    assert store.last_before("sump", "level", late[0] + 30 * MINUTE) != late
    store.close()


def test_samples_of_both_sides_of_what_is_forgotten_come_late_at_once(store: Telemetry) -> None:
    rows = [(t, 50.0) for t in range(RAW - DAY + 11, RAW + DAY, 7 * MINUTE)]
    everything = dict([*SAMPLES, *rows])
    store.write([(store.series_id("sump", "level"), t, v) for t, v in rows])
    store.settle(END + HOUR)
    late = frozenset(t for t, _ in rows)
    for most in (60, 2000):
        agrees(told(store, BEGIN, END, most), everything, BEGIN, END - 1, most, late)
    assert store.history("sump", "level", RAW, FAR, 10**6) == sorted((t, v) for t, v in everything.items() if t >= RAW)
    store.close()


def test_a_month_under_a_clock_that_was_ahead_makes_what_follows_no_past(tmp_path: Path) -> None:
    store = filled(tmp_path / "telemetry.db", waves(DAYS * 24 * 60, MINUTE, FAR))
    store.forget("raw", FAR + 35 * DAY)
    now = BEGIN + HOUR
    store.trust_clock(now)
    samples = waves(60 * 12, MINUTE, now)
    store.write([(store.series_id("sump", "level"), t, v) for t, v in samples])
    store.settle(now + DAY)
    assert store.history("sump", "level", now, now + DAY, 5000) == samples
    agrees(told(store, now, now + DAY, 60), dict(samples), now, now + DAY - 1, 60)
    store.close()


def test_the_quarters_of_a_day_that_never_ended_are_not_forgotten(tmp_path: Path) -> None:
    """A series that fell silent within a day has no roll-up of that day yet."""
    samples = waves(5 * 60, MINUTE)
    store = filled(tmp_path / "telemetry.db", samples)
    for tier in ("minute", "quarter"):
        store.forget(tier, BEGIN + 900 * DAY)
    agrees(told(store, BEGIN - DAY, FAR, 40), dict(samples), BEGIN - DAY, FAR - 1, 40)
    store.close()
