"""What of the messages is kept for charts and for the next start."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.field.intake import SLICE
from tests.desktop.field.alone import Alone, about

KIND = "electricity-meter"
POINTS = ("active_power", "energy", "power_factor", "frequency", "voltage_a")


@pytest.fixture
def alone(tmp_path: Path, key: bytes) -> Iterator[Alone]:
    found = Alone(tmp_path, key)
    yield found
    found.close()


def test_every_point_of_a_flood_is_stored_with_its_newest_value(alone: Alone) -> None:
    things = [f"meter-{n}" for n in range(SLICE // len(POINTS) + 50)]
    alone.describe(KIND, *things)
    for odd in (0, 1):
        for n, thing in enumerate(things):
            alone.say(thing, dict.fromkeys(POINTS[:2], 10.0 + n / 1000 + odd))
            alone.say(thing, dict.fromkeys(POINTS[2:], 0.5 + odd / 4))
    begin = int(time.time() * 1000) - 60_000
    latest = alone.finish()
    assert len(latest) == len(things) * len(POINTS)
    for n, thing in enumerate(things):
        assert latest[thing, "energy"] == 11.0 + n / 1000
        assert alone.telemetry.history(thing, "energy", begin, begin + 120_000)[-1][1] == 11.0 + n / 1000
    assert alone.history.dropped == 0


def test_of_a_thing_that_was_taken_away_nothing_is_known_at_the_next_start(alone: Alone) -> None:
    alone.describe(KIND, "meter-1", "meter-2")
    for thing in ("meter-1", "meter-2"):
        alone.say(thing, {"energy": 7.0})
    alone.intake.take([about("meter-1", "model")])
    assert alone.finish() == {("meter-2", "energy"): 7.0}


def test_a_second_holds_one_sample_of_a_point_and_the_next_one_the_next(alone: Alone) -> None:
    alone.describe(KIND, "meter-1")
    for value in (7.0, 8.0, 9.0):
        alone.say("meter-1", {"energy": value})
    alone.intake.tick()
    time.sleep(0.002)
    alone.say("meter-1", {"energy": 10.0})
    begin = int(time.time() * 1000) - 60_000
    assert alone.finish() == {("meter-1", "energy"): 10.0}
    stored = alone.telemetry.history("meter-1", "energy", begin, begin + 120_000)
    assert [value for _, value in stored] == [9.0, 10.0]
