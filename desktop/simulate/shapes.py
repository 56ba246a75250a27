"""The shapes a simulated point may have: what may stand under `linli:simulate`, and how it is read.

A shape may refer to another point of its thing (`follow`, `share`, `when`, `meter`), as long as no two wait for each other.
docs/simulator.md describes each for those who
write models.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from desktop.simulate.noise import seed_of
from desktop.things.model import Event, Point, ThingModel, Value

Positive = Annotated[float, Meta(gt=0)]
Hour = Annotated[float, Meta(ge=0, lt=24)]
Part = Annotated[float, Meta(ge=0, le=1)]
Clock24 = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]


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


class Hours(Shape, frozen=True, kw_only=True):
    """When in a day something is high: at the hour `peak`, or at several `peaks` with valleys between them."""

    peak: Hour | None = None
    peaks: tuple[Hour, ...] = ()

    def __post_init__(self) -> None:
        given = self.peaks if self.peak is None else (self.peak, *self.peaks)
        if not given or (self.peak is not None and self.peaks):
            raise ValueError("one of peak and peaks is needed")
        if len(set(given)) != len(given):
            raise ValueError("two peaks at one hour")

    @property
    def hours(self) -> tuple[float, ...]:
        return self.peaks if self.peak is None else (self.peak,)


class Daily(Hours, frozen=True, kw_only=True, tag="daily"):
    """A day's curve from `low` to `high`, with so much noise on it (which a meter does not count).

    `weekend` multiplies Saturdays and Sundays; `season` is by how much midsummer lies above the year's mean (0.3) or
    below it (-0.3); `vary` by how much one day differs from the next. The three are shares of the curve.
    """

    low: float
    high: float
    noise: float = 0.0
    weekend: Annotated[float, Meta(ge=0, le=2)] = 1.0
    season: Annotated[float, Meta(ge=-0.9, le=0.9)] = 0.0
    vary: Part = 0.0

    def __post_init__(self) -> None:
        Hours.__post_init__(self)
        if min(1.0, self.weekend) - abs(self.season) - 1.5 * self.vary < -1e-9:
            raise ValueError("weekend, season and vary could make it negative together")


class Daylight(Shape, frozen=True, tag="daylight"):
    """Follows the sun: 0 at night, never over `high`, brighter and longer in summer (`season`), with dull days (`vary`)."""

    high: Positive
    season: Annotated[float, Meta(ge=0, le=0.3)] = 0.2
    vary: Annotated[float, Meta(ge=0, le=0.45)] = 0.45


class Rain(Shape, frozen=True, tag="rain"):
    """Rains once in `every` hours, for `lasts` hours, up to `high`: some rains are heavy, some hardly wet the ground."""

    every: Positive
    lasts: Positive
    high: Positive

    def __post_init__(self) -> None:
        if self.lasts >= self.every:
            raise ValueError("it rains for less than every so many hours")


class Occupancy(Hours, frozen=True, kw_only=True, tag="occupancy"):
    """Taken or free: for each `hold` seconds `on` with a chance that goes from `low` to `high` over the day."""

    low: Part
    high: Part
    hold: Positive
    on: Value = True
    off: Value = False


class Square(Shape, frozen=True, tag="square"):
    """`on` for the share `duty` of each period; every thing at its own time unless `phase` says when."""

    period: Positive
    duty: Part
    phase: float | None = None
    on: Value = True
    off: Value = False


class Counter(Shape, frozen=True, tag="counter"):
    """Only ever grows, from about `start`; begins anew after `reset` hours where something sets it back (a calibration)."""

    per_hour: Annotated[float, Meta(ge=0)] = field(name="perHour")
    start: float = 0.0
    reset: Positive | None = None


class Meter(Shape, frozen=True, tag="meter"):
    """Counts what flows at the point `of` (a rate an hour: kW makes kWh), times `by`; the curve of `of` must be `constant`,
    `daily`, `daylight`, `rain`, or a `share` of one of these."""

    of: str
    by: Positive = 1.0
    start: float = 0.0
    span: Positive | Literal["today"] | None = None
    """Instead of all that ever flowed, what flowed since local midnight or in the last so many hours."""


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


Written = (
    Constant | Walk | Daily | Daylight | Rain | Occupancy | Square | Counter | Meter | Choice | Schedule | Follow | Share
    | Trip
)  # fmt: skip
"""What a file may say."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What a meter counts: a curve, the seed of its point, and a factor."""

    curve: Curve
    seed: int
    by: float = 1.0


@dataclass(frozen=True, slots=True)
class Total:
    """What flows at all the sources together, and `loss` (a share) more that reaches none of them."""

    sources: tuple[Source, ...]
    loss: float
    when: When | None = None


Curve = Constant | Daily | Daylight | Rain | Total
"""What a meter can count."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A meter, once what it counts was found: the curve behind `point`, in the meter's own units. `by` is as written."""

    point: str
    source: Source
    by: float
    start: float
    rollover: float | None
    span: float | Literal["today"] | None = None
    when: When | None = None


AnyShape = Written | Total | Counted
Shapes = tuple[tuple[Point, AnyShape], ...]


class EventRate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often an event comes, and what each field of its data may hold."""

    per_hour: Annotated[float, Meta(ge=0)] = field(name="perHour")
    data: dict[str, Annotated[tuple[Value, ...], Meta(min_length=1)]] = field(default_factory=dict)


def written(model: ThingModel, own: Mapping[str, Mapping[str, object]] | None = None) -> dict[str, Written]:
    """The shape of every point that has one, as files say it: the device's `own` before its model's.

    In an order in which each stands after what it looks at. Raises ValueError for data that is no shape, and for a point
    that is not there or waits for itself.
    """
    found: dict[str, Written] = {}
    told = own or {}
    for name in told:
        if model.point(name) is None:
            raise ValueError(f"{model.kind}.{name}: no such point")
    for point in model.points:
        data = told.get(point.name) or point.simulate
        if not data:
            continue
        try:
            shape = msgspec.convert(dict(data), Written, strict=True)
        except msgspec.ValidationError as error:
            raise ValueError(f"{model.kind}.{point.name}: {error}") from error
        found[point.name] = shape
    return _in_order(model.kind, found)


def _in_order(kind: str, shapes: Mapping[str, Written]) -> dict[str, Written]:
    """The shapes so that each stands after those that it looks at."""
    ordered: dict[str, Written] = {}
    waiting = dict(shapes)
    while waiting:
        free = [name for name, shape in waiting.items() if all(need in ordered for need in needs(shape))]
        if not free:
            name, shape = next(iter(waiting.items()))
            raise ValueError(f"{kind}.{name}: looks at {', '.join(needs(shape))}, which is not there or looks at it")
        for name in free:
            ordered[name] = waiting.pop(name)
    return ordered


def shapes_of(
    model: ThingModel,
    seed: int = 0,
    own: Mapping[str, Mapping[str, object]] | None = None,
    totals: Mapping[str, Total] | None = None,
) -> Shapes:
    """The shapes of a thing with this seed, ready to be asked for values. `totals` go before all else.

    Raises ValueError as `written`, and for a meter of something that has no curve.
    """
    shapes = written(model, own)
    points = {point.name: point for point in model.points}
    return tuple((points[name], _ready(model, points[name], shapes, seed, totals or {})) for name in shapes)


def _ready(
    model: ThingModel, point: Point, shapes: Mapping[str, Written], seed: int, totals: Mapping[str, Total]
) -> AnyShape:
    if point.name in totals:
        return totals[point.name]
    shape = shapes[point.name]
    if not isinstance(shape, Meter):
        return shape
    try:
        source = source_of(shape.of, shapes, seed, totals)
    except ValueError as error:
        raise ValueError(f"{model.kind}.{point.name}: {error}") from error
    rollover = point.counter.rollover if point.counter else None
    counts = Source(source.curve, source.seed, source.by * shape.by)
    return Counted(shape.of, counts, shape.by, shape.start, rollover, shape.span, shape.when)


def source_of(name: str, shapes: Mapping[str, Written], seed: int, totals: Mapping[str, Total]) -> Source:
    """What flows at a point. Raises ValueError where that cannot be told for a whole time in one step."""
    if name in totals:
        return Source(totals[name], 0)
    match shapes.get(name):
        case None:
            raise ValueError(f"there is no {name!r} to count")
        case Share() as share if share.when is None and share.by >= 0:
            inner = source_of(share.of, shapes, seed, totals)
            return Source(inner.curve, inner.seed, inner.by * share.by)
        case Constant(when=None, value=int() | float()) | Daylight(when=None) | Rain(when=None) as curve:
            return Source(curve, seed_of(seed, name))
        case Daily(when=None) as daily if daily.low >= 0 and daily.high > 0:
            return Source(daily, seed_of(seed, name))
        case other:
            raise ValueError(f"a meter cannot count {name!r} ({type(other).__name__.lower()})")


def only(shapes: Shapes, names: Collection[str]) -> Shapes:
    """The shapes of some points, and of those that they look at."""
    wanted = set(names)
    for point, shape in reversed(shapes):
        if point.name in wanted:
            wanted.update(needs(shape))
    return tuple((point, shape) for point, shape in shapes if point.name in wanted)


def rate_of(event: Event) -> EventRate | None:
    """How often the event comes by itself; None when never. Raises ValueError."""
    if not event.simulate:
        return None
    try:
        return msgspec.convert(dict(event.simulate), EventRate, strict=True)
    except msgspec.ValidationError as error:
        raise ValueError(f"{event.name}: {error}") from error


def needs(shape: AnyShape) -> Sequence[str]:
    """The points whose values a shape looks at."""
    names: tuple[str, ...] = ()
    if isinstance(shape, Follow):
        names = (shape.point,)
    elif isinstance(shape, Share):
        names = (shape.of,)
    return names if shape.when is None else (*names, shape.when.point)
