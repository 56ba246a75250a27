"""What of the messages is kept for charts and for the next start."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest

from db.handover import Handover
from db.telemetry import Telemetry
from desktop.field.alarmbook import AlarmBook
from desktop.field.history import History
from desktop.field.intake import SLICE, Intake
from desktop.field.latest import LatestTable
from desktop.field.reader import Message
from desktop.things.linli import LinliDialect
from desktop.things.loader import load_models
from tests.desktop.field.site import COMMUNITY, ROOT

KIND = "electricity-meter"
POINTS = ("active_power", "energy", "power_factor", "frequency", "voltage_a")


def about(thing: str, leaf: str, body: object = None) -> Message:
    """A message of a thing; without a body an emptied one."""
    return f"{ROOT}/{thing}/{leaf}".encode(), b"" if body is None else msgspec.json.encode(body), leaf == "model"


class Ears:
    """An intake with both its files."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self.telemetry = Telemetry(folder / "telemetry.db", key)
        self._handover = Handover(folder / "handover.db", key)
        self.history = History(self.telemetry)
        self.history.start()
        self.intake = Intake(
            [LinliDialect(COMMUNITY, load_models().models)], LatestTable(16_384), self.telemetry, self.history,
            AlarmBook(self._handover, lambda _: None), lambda _: None,
        )  # fmt: skip
        self.intake.connected()

    def describe(self, *things: str) -> None:
        self.intake.take([about(thing, "model", {"model": KIND}) for thing in things])

    def say(self, thing: str, values: Mapping[str, float]) -> None:
        self.intake.take([about(thing, "props", {"v": values})])

    def finish(self) -> dict[tuple[str, str], object]:
        """Hands all over; what the next start will know."""
        self.intake.finish()
        self.history.stop()
        return {(row.thing_id, row.point): row.value for row in self.telemetry.latest()}

    def close(self) -> None:
        self.history.stop()
        self.telemetry.close()
        self._handover.close()


@pytest.fixture
def ears(tmp_path: Path, key: bytes) -> Iterator[Ears]:
    found = Ears(tmp_path, key)
    yield found
    found.close()


def test_every_point_of_a_flood_is_stored_with_its_newest_value(ears: Ears) -> None:
    things = [f"meter-{n}" for n in range(SLICE // len(POINTS) + 50)]
    ears.describe(*things)
    for odd in (0, 1):
        for n, thing in enumerate(things):
            ears.say(thing, dict.fromkeys(POINTS[:2], 10.0 + n / 1000 + odd))
            ears.say(thing, dict.fromkeys(POINTS[2:], 0.5 + odd / 4))
    begin = int(time.time() * 1000) - 60_000
    latest = ears.finish()
    assert len(latest) == len(things) * len(POINTS)
    for n, thing in enumerate(things):
        assert latest[thing, "energy"] == 11.0 + n / 1000
        assert ears.telemetry.history(thing, "energy", begin, begin + 120_000)[-1][1] == 11.0 + n / 1000
    assert ears.history.dropped == 0


def test_of_a_thing_that_was_taken_away_nothing_is_known_at_the_next_start(ears: Ears) -> None:
    ears.describe("meter-1", "meter-2")
    for thing in ("meter-1", "meter-2"):
        ears.say(thing, {"energy": 7.0})
    ears.intake.take([about("meter-1", "model")])
    assert ears.finish() == {("meter-2", "energy"): 7.0}


def test_a_second_holds_one_sample_of_a_point_and_the_next_one_the_next(ears: Ears) -> None:
    ears.describe("meter-1")
    for value in (7.0, 8.0, 9.0):
        ears.say("meter-1", {"energy": value})
    ears.intake.tick()
    time.sleep(0.002)
    ears.say("meter-1", {"energy": 10.0})
    begin = int(time.time() * 1000) - 60_000
    assert ears.finish() == {("meter-1", "energy"): 10.0}
    stored = ears.telemetry.history("meter-1", "energy", begin, begin + 120_000)
    assert [value for _, value in stored] == [9.0, 10.0]
