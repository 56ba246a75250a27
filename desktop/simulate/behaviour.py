"""How a simulated point moves: pure functions of its `linli:simulate` data, a seed and the time.

The same seed and time give the same value on every machine. A shape that refers to another point (`follow`, `share`,
`when`) may only name one that stands before it in the thing model.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from desktop.things.model import Event, Point, ThingModel, Value

DAY = 86_400
OFFSET = 8 * 3_600
"""Beijing time, in which people sleep and lights go on."""
Positive = Annotated[float, Meta(gt=0)]
Clock24 = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time of a simulation, in Unix seconds."""

    at: float
    begun: float

    @property
    def local(self) -> float:
        """Seconds since local midnight."""
        return (self.at + OFFSET) % DAY


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shape holds only while another point has this value."""

    point: str
    equals: Value


class Shape(msgspec.Struct, frozen=True, kw_only=True, tag_field="shape", forbid_unknown_fields=True):
    """What every shape may have: `otherwise` is the value while `when` does not hold."""

    when: When | None = None
    otherwise: Value = 0


class Constant(Shape, frozen=True, tag="constant"):
    value: Value


class Walk(Shape, frozen=True, tag="walk"):
    """Wanders smoothly between `low` and `high`, to a new goal every `period` seconds."""

    low: float
    high: float
    period: Positive


class Daily(Shape, frozen=True, tag="daily"):
    """A day's curve, highest at the hour `peak`, with so much noise on it."""

    low: float
    high: float
    peak: Annotated[float, Meta(ge=0, lt=24)]
    noise: float = 0.0


class Square(Shape, frozen=True, tag="square"):
    """`on` for the share `duty` of each period; every thing at its own time unless `phase` says when."""

    period: Positive
    duty: Annotated[float, Meta(ge=0, le=1)]
    phase: float | None = None
    on: Value = True
    off: Value = False


class Counter(Shape, frozen=True, tag="counter"):
    """Only ever grows, from about `start` when the simulation begins."""

    per_hour: Annotated[float, Meta(ge=0)] = field(name="perHour")
    start: float = 0.0


class Choice(Shape, frozen=True, tag="choice"):
    """One of `values` for `hold` seconds, then perhaps another; a value named twice comes twice as often."""

    values: Annotated[tuple[Value, ...], Meta(min_length=1)]
    hold: Positive


class Schedule(Shape, frozen=True, tag="schedule"):
    """On between two local times of the day, over midnight too."""

    start: Clock24 = field(name="from")
    end: Clock24 = field(name="to")
    on: Value = True
    off: Value = False


class Follow(Shape, frozen=True, tag="follow"):
    """`on` while another point equals a value, or is at least `above`."""

    point: str
    equals: Value | None = None
    above: float | None = None
    on: Value = True
    off: Value = False


class Share(Shape, frozen=True, tag="share"):
    """A multiple of another point, as a current of a power."""

    of: str
    by: float
    noise: float = 0.0


class Trip(Shape, frozen=True, tag="trip"):
    """One aspect of a lift's journeys: every `period` seconds it goes to another floor, 2 s a floor."""

    part: Literal["floor", "direction", "moving", "door_zone", "door_closed", "occupied"]
    lowest: int
    highest: int
    period: Annotated[float, Meta(ge=30)]


AnyShape = Constant | Walk | Daily | Square | Counter | Choice | Schedule | Follow | Share | Trip


class EventRate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often an event comes, and what each field of its data may hold."""

    per_hour: Annotated[float, Meta(ge=0)] = field(name="perHour")
    data: dict[str, Annotated[tuple[Value, ...], Meta(min_length=1)]] = field(default_factory=dict)


def shapes_of(model: ThingModel) -> tuple[tuple[Point, AnyShape], ...]:
    """The shape of every point that has one. Raises ValueError for data that is none, or that names a later point."""
    found: list[tuple[Point, AnyShape]] = []
    known: set[str] = set()
    for point in model.points:
        if not point.simulate:
            continue
        try:
            shape = msgspec.convert(dict(point.simulate), AnyShape, strict=True)
        except msgspec.ValidationError as error:
            raise ValueError(f"{model.kind}.{point.name}: {error}") from error
        for name in _needs(shape):
            if name not in known:
                raise ValueError(f"{model.kind}.{point.name}: {name!r} does not stand before it")
        known.add(point.name)
        found.append((point, shape))
    return tuple(found)


def rate_of(event: Event) -> EventRate | None:
    """How often the event comes by itself; None when never. Raises ValueError."""
    if not event.simulate:
        return None
    try:
        return msgspec.convert(dict(event.simulate), EventRate, strict=True)
    except msgspec.ValidationError as error:
        raise ValueError(f"{event.name}: {error}") from error


def values(
    shapes: tuple[tuple[Point, AnyShape], ...], seed: int, moment: Moment, forced: Mapping[str, Value]
) -> dict[str, Value]:
    """Every point's value at a moment. A forced number is where its point is drawn to (see `drawn`); what follows a
    forced point follows it."""
    now: dict[str, Value] = {}
    for point, shape in shapes:
        now[point.name] = forced[point.name] if point.name in forced else value(point, shape, seed, moment, now)
    return now


def value(point: Point, shape: AnyShape, seed: int, moment: Moment, others: Mapping[str, Value]) -> Value:
    """One point's natural value: as its type, rounded to its decimals, inside its range."""
    if shape.when is not None and others[shape.when.point] != shape.when.equals:
        return fitted(point, shape.otherwise)
    return fitted(point, _raw(point, shape, seed, moment, others))


def fitted(point: Point, raw: Value) -> Value:
    """A raw value as the point reports it."""
    if point.type in ("boolean", "string") or isinstance(raw, (bool, str)):
        return raw
    low = -math.inf if point.minimum is None else point.minimum
    high = math.inf if point.maximum is None else point.maximum
    bounded = min(max(raw, low), high)
    return round(bounded) if point.type == "integer" else round(float(bounded), point.decimals)


def noise(seed: int, number: int) -> float:
    """An even, repeatable number in [0, 1) (splitmix64)."""
    x = (seed + (number + 1) * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    x = ((x ^ x >> 27) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return ((x ^ x >> 31) >> 11) / (1 << 53)


def seed_of(seed: int, *names: str) -> int:
    """A seed of its own for each thing and point."""
    return seed << 32 ^ zlib.crc32("\x1f".join(names).encode()) * 0x9E3779B1


def _needs(shape: AnyShape) -> tuple[str, ...]:
    direct = {Follow: "point", Share: "of"}.get(type(shape))
    names = (getattr(shape, direct),) if direct else ()
    return names if shape.when is None else (*names, shape.when.point)


def _raw(point: Point, shape: AnyShape, thing_seed: int, moment: Moment, others: Mapping[str, Value]) -> Value:
    seed = seed_of(thing_seed, point.name)
    match shape:
        case Constant():
            return shape.value
        case Walk():
            return shape.low + (shape.high - shape.low) * _smooth(seed, moment.at / shape.period)
        case Daily():
            swing = 0.5 + 0.5 * math.cos((moment.local / 3600 - shape.peak) / 24 * math.tau)
            return shape.low + (shape.high - shape.low) * swing + shape.noise * _jitter(seed, moment)
        case Square():
            phase = noise(seed, 0) if shape.phase is None else shape.phase
            return shape.on if (moment.at / shape.period + phase) % 1 < shape.duty else shape.off
        case Counter():
            start = shape.start * (0.8 + 0.4 * noise(seed, 0))
            return start + shape.per_hour * (moment.at - moment.begun) / 3600
        case Choice():
            return shape.values[int(noise(seed, int(moment.at // shape.hold)) * len(shape.values))]
        case Schedule():
            start, end, now = _seconds(shape.start), _seconds(shape.end), moment.local
            lit = start <= now < end if start < end else now >= start or now < end
            return shape.on if lit else shape.off
        case Follow():
            other = others[shape.point]
            met = other == shape.equals if shape.above is None else _number(other) >= shape.above
            return shape.on if met else shape.off
        case Share():
            return _number(others[shape.of]) * shape.by + shape.noise * _jitter(seed, moment)
        case Trip():
            return _trip(shape, thing_seed, moment.at)


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
    # Every second journey goes back to the lowest floor, as people do.
    if number % 2:
        return shape.lowest
    return shape.lowest + int(noise(seed, number) * (shape.highest - shape.lowest + 1))


def _smooth(seed: int, x: float) -> float:
    number = math.floor(x)
    part = x - number
    a, b = noise(seed, number), noise(seed, number + 1)
    return a + (b - a) * part * part * (3 - 2 * part)


def _jitter(seed: int, moment: Moment) -> float:
    return 2 * noise(seed, int(moment.at)) - 1


def _seconds(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def _number(other: Value) -> float:
    return 0.0 if isinstance(other, str) else float(other)
