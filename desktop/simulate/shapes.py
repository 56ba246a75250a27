"""The shapes of a thing made ready: what a meter counts is found, and each point stands after those it looks at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from desktop.simulate.noise import seed_of
from desktop.things.model import Point, ThingModel
from desktop.things.shapes import (
    Constant,
    Counter,
    Daily,
    Daylight,
    Meter,
    Occupancy,
    Pumped,
    Rain,
    Schedule,
    Share,
    Square,
    When,
    Written,
)
from desktop.things.simulated import ShapeMistake, clocked, needs, uncountable, written


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


Runs = Square | Schedule | Occupancy | Pumped
"""What a counter can count the hours of."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A counter that grows while something runs (or is `off`), once that was found, with the seed of it."""

    counter: Counter
    runs: Runs
    seed: int
    off: bool = False
    when: When | None = None


AnyShape = Written | Total | Counted | Timed
Shapes = tuple[tuple[Point, AnyShape], ...]


def shapes_of(
    model: ThingModel,
    seed: int = 0,
    own: Mapping[str, Mapping[str, object]] | None = None,
    totals: Mapping[str, Total] | None = None,
) -> Shapes:
    """The shapes of a thing with this seed, ready to be asked for values. `totals` go before all else.

    Raises ValueError for what `written` refuses.
    """
    try:
        shapes = written(model.points, own)
    except ShapeMistake as mistake:
        raise ValueError(f"{model.kind}.{mistake}") from mistake
    points = {point.name: point for point in model.points}
    return tuple((points[name], _ready(points[name], shapes, seed, totals or {})) for name in shapes)


def _ready(point: Point, shapes: Mapping[str, Written], seed: int, totals: Mapping[str, Total]) -> AnyShape:
    if point.name in totals:
        return totals[point.name]
    shape = shapes[point.name]
    if isinstance(shape, Counter) and shape.during:
        name = clocked(shape.during, shapes, shape.equals) or shape.during
        runs = shapes[name]
        assert isinstance(runs, (Square, Schedule, Occupancy, Pumped))
        if isinstance(runs, Pumped):
            return Timed(shape, runs, seed, when=shape.when)
        off = name == shape.during and runs.on != shape.equals
        return Timed(shape, runs, seed_of(seed, name), off, shape.when)
    if not isinstance(shape, Meter):
        return shape
    source = source_of(shape.of, shapes, seed, totals)
    rollover = point.counter.rollover if point.counter else None
    counts = Source(source.curve, source.seed, source.by * shape.by)
    return Counted(shape.of, counts, shape.by, shape.start, rollover, shape.span, shape.when)


def source_of(name: str, shapes: Mapping[str, Written], seed: int, totals: Mapping[str, Total]) -> Source:
    """What flows at a point. Raises ValueError where that cannot be told for a whole time in one step."""
    if name in totals:
        return Source(totals[name], 0)
    if why := uncountable(name, shapes):
        raise ValueError(why)
    shape = shapes[name]
    if isinstance(shape, Share):
        inner = source_of(shape.of, shapes, seed, totals)
        return Source(inner.curve, inner.seed, inner.by * shape.by)
    assert isinstance(shape, (Constant, Daily, Daylight, Rain))
    return Source(shape, seed_of(seed, name))


def looked_at(shape: AnyShape) -> Sequence[str]:
    """The points whose values a shape looks at."""
    if isinstance(shape, (Total, Counted, Timed)):
        return () if shape.when is None else (shape.when.point,)
    return needs(shape)


def only(shapes: Shapes, names: Collection[str]) -> Shapes:
    """The shapes of some points, and of those that they look at."""
    wanted = set(names)
    for point, shape in reversed(shapes):
        if point.name in wanted:
            wanted.update(looked_at(shape))
    return tuple((point, shape) for point, shape in shapes if point.name in wanted)
