"""How much a value is worth now (reference: OPC UA quality; age is part of a value)."""

from __future__ import annotations

from desktop.things.model import Reading


def seen_now(reading: Reading, online: bool | None, line_is_up: bool, stale_after: float, now: float) -> Reading:
    """The reading with its quality as of `now` (Unix seconds).

    The intake writes what a message said; what follows from silence, from the device's last will or from a lost line
    shows only here. A value that was never seen stays "none", one that could not be read stays "bad".
    """
    quality = reading.quality
    if quality in ("none", "bad"):
        return reading
    if online is False or not line_is_up:
        quality = "offline"
    elif quality == "good" and now - reading.at > stale_after:
        quality = "stale"
    return reading if quality == reading.quality else Reading(reading.value, quality, reading.at, reading.device_at)
