"""The limits a point is drawn with, taken from the alarm rules of its thing model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from desktop.kernel.words import Text
from desktop.things.model import Point, Priority, ThingModel


@dataclass(frozen=True, slots=True)
class Limit:
    """A mark on a bar or a line in a trend: at or beyond `value` on its `side` the rule's condition holds."""

    value: float
    side: Literal["above", "below"]
    priority: Priority
    title: Text

    def broken_by(self, value: float) -> bool:
        return value >= self.value if self.side == "above" else value <= self.value


def limits_of(model: ThingModel, point: str) -> tuple[Limit, ...]:
    """Every numeric limit on the point, from low to high; the more urgent rule wins where two share a value."""
    found: dict[tuple[float, str], Limit] = {}
    for rule in model.alarms:
        for condition in rule.when:
            if condition.point != point:
                continue
            for side, value in (("above", condition.above), ("below", condition.below)):
                if value is None:
                    continue
                limit = Limit(value, "above" if side == "above" else "below", rule.priority, rule.title)
                known = found.get((value, side))
                if known is None or URGENCY[limit.priority] < URGENCY[known.priority]:
                    found[value, side] = limit
    return tuple(sorted(found.values(), key=lambda limit: limit.value))


def worst(limits: tuple[Limit, ...], value: float) -> Limit | None:
    """The most urgent limit the value is at or beyond."""
    return min((limit for limit in limits if limit.broken_by(value)), key=lambda m: URGENCY[m.priority], default=None)


def span(point: Point, limits: tuple[Limit, ...]) -> tuple[float, float]:
    """The range to draw: the point's own, else wide enough to show every limit with room on both sides."""
    lows = [point.minimum] if point.minimum is not None else [limit.value for limit in limits]
    highs = [point.maximum] if point.maximum is not None else [limit.value for limit in limits]
    low, high = min(lows, default=0.0), max(highs, default=1.0)
    top = max((limit.value for limit in limits), default=high)
    if low >= 0 and 0 < top < high / ROOM:
        # A gauge that reaches far beyond its limits would press them all against its lower end.
        high = top * 2
    if point.minimum is None:
        low = min(0.0, low * 1.25)
    if point.maximum is None:
        high = max(high * 1.25, low + 1.0)
    return (low, high) if high > low else (low, low + 1.0)


ROOM = 4.0
"""A range more than so many times its highest limit is cut: the rest tells nothing about how near one is."""

URGENCY: dict[Priority, int] = {"critical": 0, "high": 1, "medium": 2, "low": 3}
