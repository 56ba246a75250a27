"""How a simulated point moves: pure functions of its shape, a seed and the time.

The same seed and time give the same value on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from desktop.simulate.curves import DAY, EPOCH, OFFSET, counted, daily, daylight, flow, rain, stirring
from desktop.simulate.noise import noise, seed_of, smooth
from desktop.simulate.running import clock, ran, taken
from desktop.simulate.shapes import AnyShape, Counted, Shapes, Source, Timed, Total
from desktop.things.model import Point, Value
from desktop.things.shapes import (
    Choice,
    Constant,
    Counter,
    Daily,
    Daylight,
    Follow,
    Meter,
    Occupancy,
    Pumped,
    Rain,
    Schedule,
    Share,
    Square,
    Sum,
    Sump,
    Trip,
    Walk,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, in Unix seconds."""

    at: float

    @property
    def local(self) -> float:
        """Seconds since local midnight."""
        return (self.at + OFFSET) % DAY


def values(
    shapes: Shapes,
    seed: int,
    moment: Moment,
    forced: Mapping[str, Value],
    more: Mapping[str, float] | None = None,
) -> dict[str, Value]:
    """Every point's value at a moment. A forced point has the value it is forced to, and what follows it follows; a meter
    has counted so much `more` (flow × hours, by the meter's name) than its curve says."""
    now: dict[str, Value] = {}
    for point, shape in shapes:
        if point.name in forced:
            now[point.name] = forced[point.name]
        elif more and isinstance(shape, Counted) and point.name in more:
            now[point.name] = fitted(point, reading(shape, seed_of(seed, point.name), moment.at, more[point.name]))
        else:
            now[point.name] = value(point, shape, seed, moment, now)
    return now


def value(point: Point, shape: AnyShape, seed: int, moment: Moment, others: Mapping[str, Value]) -> Value:
    """One point's natural value: as its type, rounded to its decimals, inside its range."""
    if shape.when is not None and others[shape.when.point] != shape.when.equals:
        return fitted(point, shape.otherwise if not isinstance(shape, (Total, Counted, Timed)) else 0)
    return fitted(point, _raw(point, shape, seed, moment, others))


def reading(meter: Counted, seed: int, at: float, more: float = 0.0) -> float:
    """What a meter shows at a time (Unix seconds); it goes on at 0 after its rollover."""
    if meter.span is not None:
        since = at - (Moment(at).local if meter.span == "today" else meter.span * 3600)
        return counted(meter.source, at) - counted(meter.source, since) + more * meter.by
    shown = meter.start * (0.8 + 0.4 * noise(seed, 0)) + counted(meter.source, at) + more * meter.by
    return shown if meter.rollover is None else shown % meter.rollover


def fitted(point: Point, raw: Value) -> Value:
    """A raw value as the point reports it."""
    if point.type in ("boolean", "string") or isinstance(raw, (bool, str)):
        return raw
    low = -math.inf if point.minimum is None else point.minimum
    high = math.inf if point.maximum is None else point.maximum
    bounded = min(max(raw, low), high)
    return round(bounded) if point.type == "integer" else round(float(bounded), point.decimals)


def _raw(point: Point, shape: AnyShape, thing_seed: int, moment: Moment, others: Mapping[str, Value]) -> Value:
    seed = seed_of(thing_seed, point.name)
    match shape:
        case Constant():
            return shape.value
        case Walk():
            return shape.low + (shape.high - shape.low) * smooth(seed, moment.at / shape.period)
        case Daily():
            return daily(shape, seed, moment.at) + shape.noise * _jitter(seed, moment)
        case Daylight():
            return daylight(shape, seed, moment.at)
        case Rain():
            return rain(shape, seed, moment.at)
        case Occupancy():
            return shape.on if taken(shape, seed, int(moment.at // shape.hold)) else shape.off
        case Square():
            return _square(shape, seed, moment.at)
        case Counter():
            return _count(shape, seed, moment.at)
        case Timed():
            hours = ran(shape.runs, shape.seed, moment.at)
            hours = (moment.at - EPOCH) / 3600 - hours if shape.off else hours
            return _begun(shape.counter, seed) + shape.counter.per_hour * hours
        case Counted():
            return reading(shape, seed, moment.at)
        case Total():
            return flow(Source(shape, seed), moment.at)
        case Meter():
            raise TypeError("a meter is made ready by shapes_of")
        case Choice():
            slot = int(moment.at // shape.hold)
            if shape.people and noise(seed ^ 1, slot) >= stirring(slot * shape.hold):
                return shape.values[0]
            return shape.values[int(noise(seed, slot) * len(shape.values))]
        case Schedule():
            start, end, now = clock(shape.start), clock(shape.end), moment.local
            lit = start <= now < end if start < end else now >= start or now < end
            return shape.on if lit else shape.off
        case Follow():
            other = others[shape.point]
            met = other == shape.equals if shape.above is None else _number(other) >= shape.above
            return shape.on if met else shape.off
        case Share():
            return _number(others[shape.of]) * shape.by + shape.noise * _jitter(seed, moment)
        case Sum():
            return sum(_number(others[name]) for name in shape.of) * shape.by
        case Sump():
            _, since = _cycle(shape, thing_seed, moment.at)
            filling = shape.period - shape.pumping
            full = since / filling if since < filling else (shape.period - since) / shape.pumping
            return shape.low + (shape.high - shape.low) * full
        case Pumped():
            turn, since = _cycle(shape, thing_seed, moment.at)
            mine = turn % shape.pumps == shape.pump - 1 and since >= shape.period - shape.pumping
            return mine or _number(others[shape.of]) >= shape.above
        case Trip():
            return _trip(shape, thing_seed, moment.at)


def _square(shape: Square, seed: int, at: float) -> Value:
    phase = noise(seed, 0) if shape.phase is None else shape.phase
    number, part = divmod(at / shape.period + phase, 1)
    if shape.people and noise(seed ^ 1, int(number)) >= stirring((number - phase) * shape.period):
        return shape.on if shape.duty >= 0.5 else shape.off
    return shape.on if part < shape.duty else shape.off


def _count(shape: Counter, seed: int, at: float) -> float:
    hours = (at - EPOCH) / 3600
    if shape.reset is not None:
        # Each thing at its own time, or all would be due for calibration on one day.
        hours = (hours + noise(seed, 1) * shape.reset) % shape.reset
    return _begun(shape, seed) + shape.per_hour * hours


def _begun(shape: Counter, seed: int) -> float:
    """What it showed when it was put in."""
    return shape.start * (0.8 + 0.4 * noise(seed, 0))


def _cycle(shape: Sump | Pumped, seed: int, at: float) -> tuple[int, float]:
    """The number of a sump's period, and the seconds since it began."""
    clock = at + noise(seed, 0) * shape.period
    return int(clock // shape.period), clock % shape.period


def _trip(shape: Trip, seed: int, at: float) -> Value:
    clock = at + noise(seed, 0) * shape.period
    number, since = int(clock // shape.period), clock % shape.period
    here, there = _stop(shape, seed, number - 1), _stop(shape, seed, number)
    leaves = 4.0
    travel = min(abs(there - here) * 2.0, shape.period - 15)
    moving = there != here and leaves <= since < leaves + travel
    if shape.part == "moving":
        return moving
    if shape.part == "door_zone":
        return not moving
    if shape.part == "direction":
        return (1 if there > here else 2) if moving else 0
    if shape.part == "occupied":
        return there != here and 2 <= since < leaves + travel + 3
    if shape.part == "door_closed":
        return there == here or not (since < leaves - 1 or leaves + travel + 1 <= since < leaves + travel + 7)
    progress = 0.0 if travel == 0 else min(max((since - leaves) / travel, 0.0), 1.0)
    return here + round((there - here) * progress)


def _stop(shape: Trip, seed: int, number: int) -> int:
    # Every second journey goes back to the lowest floor, as people do; and at night hardly anybody calls it away.
    called = stirring((number - noise(seed, 0)) * shape.period)
    if number % 2 or noise(seed ^ 1, number) >= called:
        return shape.lowest
    return shape.lowest + int(noise(seed, number) * (shape.highest - shape.lowest + 1))


def _jitter(seed: int, moment: Moment) -> float:
    return 2 * noise(seed, int(moment.at)) - 1


def _number(other: Value) -> float:
    return 0.0 if isinstance(other, str) else float(other)
