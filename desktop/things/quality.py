"""How much a value is worth now (reference: OPC UA quality; age is part of a value)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from desktop.things.model import Reading

AHEAD = 60.0
"""Seconds by which a clock may have been set back without a fresh value looking old."""

Hearing = Literal["live", "bad", "uncertain", "stale", "none"]
"""How a thing tells its main values. Live: one at least can be trusted. Bad: what comes cannot be read. Uncertain: what is
known was only replayed. Stale: nothing is told any more. None: it never told a value."""
TOLD: tuple[Hearing, ...] = ("bad", "uncertain", "stale", "none")
"""Without one that can be trusted the first of these that holds of any value."""


def seen_now(reading: Reading, online: bool | None, line_is_up: bool, stale_after: float, now: float) -> Reading:
    """The reading with its quality as of `now` (Unix seconds).

    The intake writes what a message said; what follows from silence, from the device's last will or from a lost line
    shows only here. A replayed value ages as any other, by the device's own time where it told one. A value that was never
    seen stays "none", one that could not be read stays "bad".
    """
    quality = reading.quality
    if quality in ("none", "bad"):
        return reading
    if online is False or not line_is_up:
        quality = "offline"
    elif is_old(reading, stale_after, now):
        quality = "stale"
    return reading if quality == reading.quality else Reading(reading.value, quality, reading.at, reading.device_at)


def is_old(reading: Reading, stale_after: float, now: float) -> bool:
    """Whether nothing was told for longer than `stale_after` seconds. A time that lies far ahead is a clock that was wrong,
    and says nothing of how fresh the value is."""
    told = reading.device_at if reading.quality == "uncertain" and reading.device_at else reading.at
    return not -max(stale_after, AHEAD) <= now - told <= stale_after


def hearing_of(told: Iterable[tuple[Reading, float]], now: float) -> Hearing:
    """How a thing is heard as of `now` by its main values (as `seen_now` gives them, each with the seconds after which it is
    old): one that is "online" and tells nothing to rely on must not look well. One good value settles it."""
    found: set[Hearing] = {"none"}
    for reading, stale_after in told:
        if reading.quality == "good":
            return "live"
        if reading.quality != "none":
            doubt = reading.quality in ("bad", "uncertain") and not is_old(reading, stale_after, now)
            found.add("bad" if doubt and reading.quality == "bad" else "uncertain" if doubt else "stale")
    return next(hearing for hearing in TOLD if hearing in found)
