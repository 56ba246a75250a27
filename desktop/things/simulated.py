"""What may stand under `linli:simulate` in a model or a device's own data: how its points move in the simulator.

A shape may refer to another point of its thing (`follow`, `share`, `when`, `meter`), as long as no two wait for each other.
docs/simulator.md describes each for those who write models; `desktop.simulate` makes values of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from desktop.things.model import Event, Point, Value

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

    def __post_init__(self) -> None:
        if (self.equals is None) == (self.above is None):
            raise ValueError("exactly one of equals and above is needed")


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


class EventRate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often an event comes, and what each field of its data may hold."""

    per_hour: Annotated[float, Meta(ge=0)] = field(name="perHour")
    data: dict[str, Annotated[tuple[Value, ...], Meta(min_length=1)]] = field(default_factory=dict)


class ShapeMistake(ValueError):
    """What is wrong with a shape: at which point of the thing, and where in the shape (".low"; empty for the whole)."""

    def __init__(self, point: str, at: str, reason: str) -> None:
        super().__init__(f"{point}: {reason}")
        self.point = point
        self.at = at
        self.reason = reason


def written(points: Iterable[Point], own: Mapping[str, Mapping[str, object]] | None = None) -> dict[str, Written]:
    """The shape of every point that has one, as files say it: the device's `own` before its model's.

    In an order in which each stands after what it looks at. Raises ShapeMistake for data that is no shape, for a point
    that is not there or waits for itself, and for a value that its point never has.
    """
    there = {point.name: point for point in points}
    told = own or {}
    for name in told:
        if name not in there:
            raise ShapeMistake(name, "", "no such point")
    shapes = {name: _shape(name, data) for name, point in there.items() if (data := told.get(name) or point.simulate)}
    for name, shape in shapes.items():
        _check_others(name, shape, shapes, there)
        _check_values(name, shape, there[name])
    ordered = _in_order(shapes)
    for name, shape in ordered.items():
        if isinstance(shape, Meter) and (why := uncountable(shape.of, shapes)):
            raise ShapeMistake(name, ".of", why)
    return ordered


def _shape(name: str, data: Mapping[str, object]) -> Written:
    try:
        shape: Written = msgspec.convert(dict(data), Written, strict=True)
        return shape
    except msgspec.ValidationError as error:
        reason, _, at = str(error).partition(" - at `")
        raise ShapeMistake(name, at.rstrip("`").removeprefix("$"), reason) from error


def _check_others(name: str, shape: Written, shapes: Mapping[str, Written], points: Mapping[str, Point]) -> None:
    """That every point a shape looks at moves, and can be what the shape waits for."""
    for at, other in _looks_at(shape):
        if other not in points:
            raise ShapeMistake(name, at, f"no property is named {other!r}")
        if other not in shapes:
            raise ShapeMistake(name, at, f"{other!r} has no shape of its own")
        if isinstance(shape, Share) and at == ".of" and not _numeric(points[other]):
            raise ShapeMistake(name, at, f"{other!r} is no number")
    if shape.when is not None and not can_be(points[shape.when.point], shape.when.equals):
        raise ShapeMistake(name, ".when.equals", f"{shape.when.point} is never {shape.when.equals!r}")
    if isinstance(shape, Follow):
        if shape.equals is not None and not can_be(points[shape.point], shape.equals):
            raise ShapeMistake(name, ".equals", f"{shape.point} is never {shape.equals!r}")
        if shape.above is not None and not _numeric(points[shape.point]):
            raise ShapeMistake(name, ".above", f"{shape.point!r} is no number")


def _check_values(name: str, shape: Written, point: Point) -> None:
    """That the point can have every value the shape names, and moves as its type does."""
    if isinstance(shape, Trip):
        moves = "integer" if shape.part in ("floor", "direction") else "boolean"
        if point.type != moves:
            raise ShapeMistake(name, ".part", f"{name} is a {point.type}, and {shape.part} a {moves}")
    elif isinstance(shape, (Walk, Daily, Daylight, Rain, Counter, Meter, Share)) and not _numeric(point):
        raise ShapeMistake(name, ".shape", f"{name} is no number that could move freely")
    for at, value in _says(shape):
        if not can_be(point, value):
            raise ShapeMistake(name, at, f"{name} is never {value!r}")


def _says(shape: Written) -> list[tuple[str, Value]]:
    """The values a shape names, each with its place."""
    said: list[tuple[str, Value]] = []
    if isinstance(shape, Constant):
        said = [(".value", shape.value)]
    elif isinstance(shape, Choice):
        said = [(f".values[{number}]", value) for number, value in enumerate(shape.values)]
    elif isinstance(shape, (Occupancy, Square, Schedule, Follow)):
        said = [(".on", shape.on), (".off", shape.off)]
    elif isinstance(shape, (Walk, Daily)):
        said = [(".low", shape.low), (".high", shape.high)]
    return said if shape.when is None else [*said, (".otherwise", shape.otherwise)]


def can_be(point: Point, value: Value) -> bool:
    """Whether a point can have this value: of its type, in its list, inside its range."""
    if point.enum and value not in point.enum:
        return False
    if isinstance(value, (bool, str)):
        return point.type == ("boolean" if isinstance(value, bool) else "string")
    inside = (point.minimum is None or value >= point.minimum) and (point.maximum is None or value <= point.maximum)
    return point.type in ("integer", "number") and inside


def _numeric(point: Point) -> bool:
    return point.type in ("integer", "number") and not point.enum


def uncountable(name: str, shapes: Mapping[str, Written]) -> str:
    """Why a meter cannot count what flows at a point; empty when it can: its shape has an amount in closed form."""
    match shapes.get(name):
        case None:
            return f"there is no {name!r} to count"
        case Share() as share if share.when is None and share.by >= 0:
            return uncountable(share.of, shapes)
        case Constant(when=None, value=int() | float()) | Daylight(when=None) | Rain(when=None):
            return ""
        case Daily(when=None) as daily if daily.low >= 0 and daily.high > 0:
            return ""
        case other:
            return f"a meter cannot count {name!r} ({type(other).__name__.lower()})"


def _in_order(shapes: Mapping[str, Written]) -> dict[str, Written]:
    """The shapes so that each stands after those that it looks at."""
    ordered: dict[str, Written] = {}
    waiting = dict(shapes)
    while waiting:
        free = [name for name, shape in waiting.items() if all(need in ordered for need in needs(shape))]
        if not free:
            name, shape = next(iter(waiting.items()))
            raise ShapeMistake(name, "", f"looks at {', '.join(needs(shape))}, which looks at it")
        for name in free:
            ordered[name] = waiting.pop(name)
    return ordered


def needs(shape: Shape) -> Sequence[str]:
    """The points whose values a shape looks at."""
    return [name for at, name in _looks_at(shape) if not isinstance(shape, Meter) or at != ".of"]


def _looks_at(shape: Shape) -> list[tuple[str, str]]:
    """The points a shape names, each with its place in it."""
    named: list[tuple[str, str]] = []
    if isinstance(shape, Follow):
        named = [(".point", shape.point)]
    elif isinstance(shape, (Share, Meter)):
        named = [(".of", shape.of)]
    return named if shape.when is None else [*named, (".when.point", shape.when.point)]


def rate_of(event: Event) -> EventRate | None:
    """How often the event comes by itself; None when never. Raises ShapeMistake."""
    if not event.simulate:
        return None
    try:
        return msgspec.convert(dict(event.simulate), EventRate, strict=True)
    except msgspec.ValidationError as error:
        reason, _, at = str(error).partition(" - at `")
        raise ShapeMistake(event.name, at.rstrip("`").removeprefix("$"), reason) from error
