"""For how long something ran since the beginning, of shapes of which that can be told in one step."""

from __future__ import annotations

from desktop.simulate.curves import DAY, EPOCH, OFFSET
from desktop.simulate.noise import noise
from desktop.simulate.shapes import Runs
from desktop.things.shapes import Pumped, Schedule, Square


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
        case Pumped():
            turn, since = divmod(at + noise(seed, 0) * shape.period, shape.period)
            before, now = divmod(turn - shape.pump + 1, shape.pumps)
            mine = max(since - (shape.period - shape.pumping), 0.0) if now == 0 else shape.pumping
            return before * shape.pumping + mine


def clock(told: str) -> float:
    """Seconds after midnight of a time such as 06:30."""
    hours, minutes = told.split(":")
    return float(int(hours) * 3600 + int(minutes) * 60)
