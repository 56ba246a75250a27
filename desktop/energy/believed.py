"""Whether the clock may be believed: a day that was closed too early, by a clock that ran ahead, is never closed anew."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from desktop.kernel.clock import Clock

AHEAD = 600.0
"""Seconds by which the clock may be ahead of what passed since it was believed; a day is closed so long after its end, so
that this closes no running one."""
AWAY = 1.5 * 86_400
"""Seconds since the last stored reading after which a start may be one with a wrong clock: so long an office is closed
without anybody looking at it."""
CONFIRMED = 86_400.0
"""Seconds that a doubted clock must go on before it is believed: in a day somebody, or a time server, sets it right."""


class BelievedClock:
    """The time, or None while it is in doubt. What passes is measured by the clock that never jumps (a computer that slept
    has so leapt, and waits). At the start nothing has passed yet: there most of the devices' clocks decide, or where none
    tells the time, how long ago the newest reading was stored."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._right: float | None = None
        """By how much the right time is ahead of the clock that never jumps."""
        self._doubted: tuple[float, float] | None = None
        """The same of a time that is in doubt, and since when by the clock that never jumps."""

    def now(self, stored: float | None, differences: Sequence[float]) -> float | None:
        """Unix seconds. `stored` is when the newest reading on disk was taken, `differences` is by how many seconds the
        devices' clocks are ahead of ours."""
        wall, running = self._clock.now().timestamp(), self._clock.monotonic()
        told = wall - running
        if self._right is None:
            self._right = _at_start(wall, stored, differences) - running
        if told - self._right <= AHEAD:
            # Set back it is believed. A little ahead it is not taken for right, or little by little it would be far ahead.
            self._right, self._doubted = min(told, self._right), None
            return wall
        doubted, since = self._doubted or (told, running)
        if abs(told - doubted) > AHEAD:
            doubted, since = told, running
        if running - since < CONFIRMED:
            self._doubted = min(told, doubted), since
            return None
        self._right, self._doubted = min(told, doubted), None
        return wall


def _at_start(wall: float, stored: float | None, differences: Sequence[float]) -> float:
    if differences:
        return wall + min(0.0, median(differences))
    return wall if stored is None or wall - stored <= AWAY else stored
