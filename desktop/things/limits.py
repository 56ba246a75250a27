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
    alone: bool = True
    """Whether being beyond it is enough; false where the rule asks for something else as well (a night, a running pump)."""

    def broken_by(self, value: float) -> bool:
        return value >= self.value if self.side == "above" else value <= self.value


def limits_of(model: ThingModel, point: str) -> tuple[Limit, ...]:
    """Every numeric limit on the point, from low to high. Where two share a value the rule that asks for nothing else wins,
    and then the more urgent one."""
    found: dict[tuple[float, str], Limit] = {}
    for rule in model.alarms:
        for condition in rule.limits:
            if condition.point != point:
                continue
            for side, value in (("above", condition.above), ("below", condition.below)):
                if value is None:
                    continue
                limit = Limit(
                    value, "above" if side == "above" else "below", rule.priority, rule.title, len(rule.limits) == 1
                )
                known = found.get((value, side))
                if known is None or _first(limit) < _first(known):
                    found[value, side] = limit
    return tuple(sorted(found.values(), key=lambda limit: limit.value))


def _first(limit: Limit) -> tuple[bool, int]:
    return not limit.alone, URGENCY[limit.priority]


def worst(limits: tuple[Limit, ...], value: float, alarm: Priority | None = None) -> Limit | None:
    """The most urgent limit the value is at or beyond. Of one that does not stand alone nobody can tell by the value: it
    counts while an `alarm` of its priority is open on the point."""
    broken = (limit for limit in limits if limit.broken_by(value) and (limit.alone or limit.priority == alarm))
    return min(broken, key=lambda m: URGENCY[m.priority], default=None)


def span(point: Point, limits: tuple[Limit, ...]) -> tuple[float, float]:
    """The range to draw: the point's own, else wide enough to show every limit with room on both sides."""
    lows = [point.minimum] if point.minimum is not None else [limit.value for limit in limits]
    highs = [point.maximum] if point.maximum is not None else [limit.value for limit in limits]
    low, high = min(lows, default=0.0), max(highs, default=1.0)
    top = max((limit.value for limit in limits), default=high)
    bottom = min((limit.value for limit in limits), default=low)
    if bottom >= 0 and low <= -top:
        # Far below zero nothing is told that "below the lowest limit" does not tell.
        low = 0.0
    whole = point.symbol.startswith("%") and all(limit.side == "below" for limit in limits)
    if low >= 0 and 0 < top < high / ROOM and not whole:
        # A gauge that reaches far beyond its limits would press them all against its lower end.
        high = top * 2
    if point.minimum is None:
        low = min(0.0, low * 1.25)
    if point.maximum is None:
        high = max(high * 1.25, low + 1.0)
    if {limit.side for limit in limits} == {"below", "above"} and 0 < top - bottom < (high - low) / WIDE:
        # What is held between limits is looked at between them: a mains voltage from 0 to 1000 V is all in one corner.
        margin = (top - bottom) / 2
        low, high = max(low, bottom - margin), min(high, top + margin)
    return (low, high) if high > low else (low, low + 1.0)


WIDE = 3.0
"""A range more than so many times as wide as its lowest and highest limit lie apart is drawn around them."""
ROOM = 4.0
"""A range more than so many times its highest limit is cut: the rest tells nothing about how near one is."""

URGENCY: dict[Priority, int] = {"critical": 0, "high": 1, "medium": 2, "low": 3}
