"""Time comes in by one door, so that tests and replays can hold it still."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """A source of time."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump, for ages and delays."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


def from_ms(milliseconds: int) -> datetime:
    """An aware UTC instant from milliseconds since the epoch.

    Raises OverflowError, OSError or ValueError outside the years 1-9999.
    """
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def to_ms(instant: datetime) -> int:
    """Milliseconds since the epoch of an aware instant."""
    return round(instant.timestamp() * 1000)
