"""Which slots of the latest-value table belong to whom."""

from __future__ import annotations

QUARANTINE = 10.0
"""Seconds before a slot that was given back is given away again: a screen may still read it as what it was."""


class Slots:
    """Hands out neighbouring slots of a table with `capacity` of them."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._next = 0
        self._free: list[tuple[int, int]] = []
        self._resting: list[tuple[float, int, int]] = []

    def take(self, count: int, now: float) -> int | None:
        """The first of `count` neighbouring slots, or None when there is no such room. `now` is monotonic seconds."""
        self._wake(now)
        for index, (first, size) in enumerate(self._free):
            if size >= count:
                if size == count:
                    del self._free[index]
                else:
                    self._free[index] = (first + count, size - count)
                return first
        if self._next + count > self.capacity:
            return None
        first, self._next = self._next, self._next + count
        return first

    def give(self, first: int, count: int, now: float) -> None:
        """Gives slots back; they rest before they are used again."""
        self._resting.append((now + QUARANTINE, first, count))

    def _wake(self, now: float) -> None:
        awake = [(first, count) for until, first, count in self._resting if until <= now]
        if not awake:
            return
        self._resting = [entry for entry in self._resting if entry[0] > now]
        merged: list[tuple[int, int]] = []
        for first, count in sorted(self._free + awake):
            if merged and sum(merged[-1]) == first:
                merged[-1] = (merged[-1][0], merged[-1][1] + count)
            else:
                merged.append((first, count))
        self._free = merged
