"""An intake by itself, with both its files and no broker."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from db.handover import Handover
from db.telemetry import Telemetry
from desktop.field.alarmbook import AlarmBook
from desktop.field.history import History
from desktop.field.intake import Intake
from desktop.field.latest import LatestTable
from desktop.field.reader import Message
from desktop.field.twins import LineName
from desktop.things.homeassistant.dialect import HomeAssistantDialect
from desktop.things.linli import LinliDialect
from desktop.things.loader import load_models
from tests.desktop.field.site import COMMUNITY, ROOT


def about(thing: str, leaf: str, body: object = None) -> Message:
    """A message of a thing; without a body an emptied one."""
    return f"{ROOT}/{thing}/{leaf}".encode(), b"" if body is None else msgspec.json.encode(body), leaf == "model"


class Alone:
    """The intake, what it told, and what it stored."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self.telemetry = Telemetry(folder / "telemetry.db", key)
        self._handover = Handover(folder / "handover.db", key)
        self.history = History(self.telemetry)
        self.history.start()
        self.intake = Intake(
            [LinliDialect(COMMUNITY, load_models().models), HomeAssistantDialect("homeassistant")], LatestTable(16_384),
            self.telemetry, self.history, AlarmBook(self._handover, lambda _: None), lambda _: None,
        )  # fmt: skip
        self.intake.connected()

    def describe(self, kind: str, *things: str) -> None:
        self.intake.take([about(thing, "model", {"model": kind}) for thing in things])

    def say(self, thing: str, values: Mapping[str, float], line: LineName = "wide") -> None:
        self.intake.take([about(thing, "props", {"v": values})], line)

    def finish(self) -> dict[tuple[str, str], object]:
        """Hands all over; what the next start will know."""
        self.intake.finish()
        self.history.stop()
        return {(row.thing_id, row.point): row.value for row in self.telemetry.latest()}

    def close(self) -> None:
        self.history.stop()
        self.telemetry.close()
        self._handover.close()
