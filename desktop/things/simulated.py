"""Reads what stands under `linli:simulate` (the shapes of `desktop.things.shapes`), and says what is wrong with it: in a
running simulator it would be too late.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from desktop.things.model import Event, Point, Value
from desktop.things.shapes import (
    Choice,
    Constant,
    Counter,
    Daily,
    Daylight,
    EventRate,
    Follow,
    Meter,
    Occupancy,
    Pumped,
    Rain,
    Schedule,
    Shape,
    Share,
    Square,
    Sum,
    Sump,
    Trip,
    Walk,
    Written,
)


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
        if isinstance(shape, Counter) and shape.during and clocked(shape.during, shapes, shape.equals) is None:
            raise ShapeMistake(name, ".during", f"how long {shape.during!r} is {shape.equals!r} cannot be told")
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
        if isinstance(shape, (Share, Sum, Pumped)) and at.startswith(".of") and not _numeric(points[other]):
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
    elif isinstance(shape, Pumped) and point.type != "boolean":
        raise ShapeMistake(name, ".shape", f"{name} is a {point.type}; whether a pump runs is a boolean")
    elif isinstance(shape, _FREE) and not _numeric(point):
        raise ShapeMistake(name, ".shape", f"{name} is no number that could move freely")
    for at, value in _says(shape):
        if not can_be(point, value):
            raise ShapeMistake(name, at, f"{name} is never {value!r}")


_FREE = (Walk, Daily, Daylight, Rain, Counter, Meter, Share, Sum, Sump)
"""Shapes of which nobody can say beforehand which values they take."""


def _says(shape: Written) -> list[tuple[str, Value]]:
    """The values a shape names, each with its place."""
    said: list[tuple[str, Value]] = []
    if isinstance(shape, Constant):
        said = [(".value", shape.value)]
    elif isinstance(shape, Choice):
        said = [(f".values[{number}]", value) for number, value in enumerate(shape.values)]
    elif isinstance(shape, (Occupancy, Square, Schedule, Follow)):
        said = [(".on", shape.on), (".off", shape.off)]
    elif isinstance(shape, (Walk, Daily, Sump)):
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


def clocked(name: str, shapes: Mapping[str, Written], equals: Value = True) -> str | None:
    """The point whose hours of being on (or off) are those in which `name` is what it `equals`: itself, or what it follows.
    None where nobody can tell them in one step."""
    match shapes[name]:
        case Square(when=None, people=False) | Schedule(when=None) | Occupancy(when=None) as runs:
            return name if equals in (runs.on, runs.off) else None
        case Pumped(when=None):
            return name if equals is True else None
        case Follow(when=None, equals=True) as follows if follows.on == equals:
            return clocked(follows.point, shapes)
    return None


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
    """The points whose values a shape looks at; a meter and a counter look at how others move, not at their values."""
    return [name for at, name in _looks_at(shape) if not isinstance(shape, (Meter, Counter)) or at.startswith(".when")]


def _looks_at(shape: Shape) -> list[tuple[str, str]]:
    """The points a shape names, each with its place in it."""
    named: list[tuple[str, str]] = []
    if isinstance(shape, Follow):
        named = [(".point", shape.point)]
    elif isinstance(shape, (Share, Meter, Pumped)):
        named = [(".of", shape.of)]
    elif isinstance(shape, Counter) and shape.during:
        named = [(".during", shape.during)]
    elif isinstance(shape, Sum):
        named = [(f".of[{number}]", name) for number, name in enumerate(shape.of)]
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
