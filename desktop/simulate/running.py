"""For how long something ran since the beginning, of shapes of which that can be told in one step."""

from __future__ import annotations

from functools import lru_cache

from desktop.simulate.curves import DAY, EPOCH, OFFSET, bumps
from desktop.simulate.noise import noise
from desktop.simulate.shapes import Runs
from desktop.things.shapes import Occupancy, Pumped, Schedule, Square

BLOCK = 128
"""Slots that are counted together."""


def ran(shape: Runs, seed: int, at: float) -> float:
    """Hours that it was on from EPOCH to a time (Unix seconds), left to itself."""
    return (_seconds(shape, seed, at) - _seconds(shape, seed, EPOCH)) / 3600


def _seconds(shape: Runs, seed: int, at: float) -> float:
    match shape:
        case Square():
            phase = noise(seed, 0) if shape.phase is None else shape.phase
            number, part = divmod(at / shape.period + phase, 1)
            return (number * shape.duty + min(part, shape.duty)) * shape.period
        case Schedule():
            day, second = divmod(at + OFFSET, DAY)
            start, end = clock(shape.start), clock(shape.end)
            spans = [(start, end)] if start < end else [(0.0, end), (start, float(DAY))]
            return sum(day * (b - a) + min(max(second - a, 0.0), b - a) for a, b in spans)
        case Occupancy():
            slot, since = divmod(at, shape.hold)
            block, rest = divmod(int(slot), BLOCK)
            begun = sum(taken(shape, seed, block * BLOCK + n) for n in range(rest))
            # There is no closed form of luck: each block is counted once.
            full = begun + sum(_taken(shape, seed, n) for n in range(int(EPOCH // shape.hold // BLOCK), block))
            return full * shape.hold + (since if taken(shape, seed, int(slot)) else 0.0)
        case Pumped():
            turn, since = divmod(at + noise(seed, 0) * shape.period, shape.period)
            before, now = divmod(turn - shape.pump + 1, shape.pumps)
            mine = max(since - (shape.period - shape.pumping), 0.0) if now == 0 else shape.pumping
            return before * shape.pumping + mine


def taken(shape: Occupancy, seed: int, slot: int) -> bool:
    """Whether it is taken in the slot-th `hold` seconds (since 1970)."""
    hour = (slot * shape.hold + OFFSET) % DAY / 3600
    return noise(seed, slot) < shape.low + (shape.high - shape.low) * min(bumps(shape, hour), 1.0)


@lru_cache(maxsize=65_536)
def _taken(shape: Occupancy, seed: int, block: int) -> int:
    return sum(taken(shape, seed, slot) for slot in range(block * BLOCK, (block + 1) * BLOCK))


def clock(told: str) -> float:
    """Seconds after midnight of a time such as 06:30."""
    hours, minutes = told.split(":")
    return float(int(hours) * 3600 + int(minutes) * 60)
