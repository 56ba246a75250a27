"""Fakes for the only things that are faked: time, ids and hardware."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from desktop.things.model import Reading

START = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


class FakeClock:
    """A clock that moves only when told."""

    def __init__(self, start: datetime = START) -> None:
        self.instant = start
        self.seconds = 1000.0

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)
        self.seconds += seconds


class FakeIds:
    """Ids 00000000-0000-7000-8000-000000000001, …2, …: readable and in order."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def __call__(self) -> str:
        return f"00000000-0000-7000-8000-{next(self._numbers):012d}"


class FieldReads:
    """What a stand-in for the field tells by its readings."""

    def reading(self, slot: int) -> Reading:
        return Reading(None, "none", 0.0)

    def truths(self, slots: Sequence[int]) -> tuple[bool | None, ...]:
        values = (self.reading(slot).value for slot in slots)
        return tuple(value if isinstance(value, bool) else None for value in values)
