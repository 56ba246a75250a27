"""How many hours a machine has run, as its own counter says."""

from __future__ import annotations

from typing import Protocol

from desktop.cases.opening import RunHours
from desktop.things.model import Reading
from desktop.things.views import ThingView

HOURS = {"h": 1.0, "min": 1 / 60, "s": 1 / 3600}
"""Hours in a unit of time, by UCUM code."""


class Known(Protocol):
    """What is needed of `desktop.things.service.Things`."""

    def get(self, thing_id: str) -> ThingView | None: ...

    def reading(self, thing_id: str, point: str) -> Reading: ...


def run_hours(things: Known) -> RunHours:
    """Reads a counter of hours now. A value that is old or in doubt is none: better a day later than by mistake."""

    def read(thing_id: str, point: str) -> float | None:
        view = things.get(thing_id)
        counter = view.thing.model.point(point) if view else None
        reading = things.reading(thing_id, point)
        value = reading.value
        if counter is None or counter.unit not in HOURS or reading.quality != "good":
            return None
        return value * HOURS[counter.unit] if isinstance(value, int | float) else None

    return read


def counters_of(view: ThingView) -> tuple[str, ...]:
    """The names of the points of a thing that count its run hours."""
    return tuple(point.name for point in view.thing.model.points if point.counter is not None and point.unit in HOURS)
