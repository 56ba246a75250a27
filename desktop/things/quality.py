"""How much a value is worth now (reference: OPC UA quality; age is part of a value)."""

from __future__ import annotations

from desktop.things.model import Reading

AHEAD = 60.0
"""Seconds by which a clock may have been set back without a fresh value looking old."""


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
