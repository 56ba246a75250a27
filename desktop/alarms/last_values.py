"""What a case is given of the thing it is about: how its values ran up to now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from desktop.alarms.case import LastValues
from desktop.cases.evidence import Series
from desktop.kernel.clock import Clock
from desktop.things.model import Point, Value
from desktop.things.views import ThingView

COUNT = 20
"""Values of each point."""

LOOKS = (600.0, 6 * 3600.0, 7 * 86_400.0)
"""How far back is looked, seconds: further while there are fewer than wanted, for a value that never changes is stored
seldom."""

MOST = 5000
"""Samples asked for at once; more are thinned by the history, which a short look avoids."""


class Past(Protocol):
    """What is needed of `desktop.things.service.Things`."""

    def get(self, thing_id: str) -> ThingView | None: ...
    def history(
        self, thing_id: str, point: str, since: float, until: float, most: int = 2000
    ) -> list[tuple[float, float]]: ...


def last_values(things: Past, clock: Clock) -> LastValues:
    """Reads the last 20 values of the point and of the thing's other main points."""

    def read(thing_id: str, point: str) -> Sequence[Series]:
        view = things.get(thing_id)
        if view is None:
            return ()
        now = clock.now().timestamp()
        return [series for one in _wanted(view, point) if (series := _series(things, thing_id, one, now)).samples]

    return read


def _wanted(view: ThingView, point: str) -> Iterator[Point]:
    own = view.thing.model.point(point)
    if own is not None:
        yield own
    yield from (other for other in view.thing.model.points if other.main and other.name != point)


def _series(things: Past, thing_id: str, point: Point, now: float) -> Series:
    samples: list[tuple[float, float]] = []
    for seconds in LOOKS:
        samples = things.history(thing_id, point.name, now - seconds, now, MOST)[-COUNT:]
        if len(samples) >= COUNT:
            break
    return Series(point.name, point.title, point.symbol, tuple((at, _typed(point, value)) for at, value in samples))


def _typed(point: Point, value: float) -> Value:
    """History keeps numbers; a boolean or an integer reads as what it is."""
    return bool(value) if point.type == "boolean" else int(value) if point.type == "integer" else value
