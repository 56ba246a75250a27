"""What the trends page reckons with: what is picked, how long a silence breaks a line, and figures of what is seen."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from desktop.things.model import Point
from ui.parts.timeaxis import DAY, HOUR

SPANS: dict[str, float] = {
    "hour": HOUR, "shift": 8 * HOUR, "day": DAY, "week": 7 * DAY, "month": 30 * DAY, "year": 365 * DAY,
}  # fmt: skip
MOST = 8
"""Lines that can be told apart, and read out together."""
UNITS = 3
"""Axes that can be told apart."""


class Band(Protocol):
    """What the page needs of a stored band (see `Things.bands`)."""

    @property
    def at_ms(self) -> int: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def mean(self) -> float: ...
    @property
    def last(self) -> float: ...
    @property
    def count(self) -> int: ...


@dataclass(frozen=True, order=True)
class Pick:
    """One point of one thing."""

    thing_id: str
    point: str

    @property
    def key(self) -> str:
        return f"{self.thing_id}/{self.point}"


def pick_of(key: str) -> Pick | None:
    """Reads `<thing>/<point>`; None for anything else. A thing's id may hold slashes, a point's name none."""
    thing_id, slash, point = key.strip().rpartition("/")
    return Pick(thing_id, point) if slash and thing_id and point else None


def selection_of(picks: Sequence[Pick], span: str) -> str:
    """What is shown, as the shell carries it: `<thing>/<point>,<thing>/<point>@<span>`."""
    return f"{','.join(pick.key for pick in picks)}@{span}" if picks else ""


def read_selection(key: str) -> tuple[list[Pick], str]:
    """The picks and the span of a selection; "" for a span that is none. Each pick once, at most `MOST`."""
    points, at, span = key.rpartition("@")
    if not at or span not in SPANS:
        points, span = key, ""
    picks = [pick for part in points.split(",") if (pick := pick_of(part)) is not None]
    return list(dict.fromkeys(picks))[:MOST], span


def can_be_drawn(point: Point) -> bool:
    """A number or a switch whose past is kept; text has no height."""
    return point.type != "string" and point.history != "none"


def is_state(point: Point) -> bool:
    """A switch or a code: values that have names, and none between them."""
    return point.type == "boolean" or bool(point.labels)


def is_steps(point: Point) -> bool:
    """Whether a value holds until the next: a switch, a code, or a number that is stored only when it changes."""
    return is_state(point) or point.history == "change"


def silence(point: Point, bands: Sequence[Band]) -> float:
    """Seconds between two bands from which on nobody knows what was there.

    What is stored only when it changes may be silent for long and still be true. Of what speaks steadily, twice its own
    rhythm is bridged; the rhythm is the usual distance of the bands, at least that of its samples.
    """
    if point.history != "every":
        return math.inf
    steady = max(30.0, point.stale_after * 1.5)
    apart = sorted(b.at_ms - a.at_ms for a, b in itertools.pairwise(bands))
    return max(steady, apart[len(apart) // 2] / 1000 * 2.1) if apart else steady


@dataclass(frozen=True)
class Figures:
    """Of one line in the period that is seen."""

    low: float
    mean: float
    high: float
    last: float


def figures(
    at: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    mean: Sequence[float],
    last: Sequence[float],
    gap: float,
    until: float,
) -> Figures | None:
    """Least, mean, greatest and last; None where nothing was seen.

    The mean weighs each value with the time until the next (at most `gap`, the last at most until `until`): samples
    that come in bursts must not count more than the quiet hours between.
    """
    if not at:
        return None
    ends = [*at[1:], max(until, at[-1])]
    weights = [min(end - start, gap) for start, end in zip(at, ends, strict=True)]
    total = sum(weights)
    if total > 0:
        average = sum(value * weight for value, weight in zip(mean, weights, strict=True)) / total
    else:
        average = sum(mean) / len(mean)
    # Rounding must not carry the mean beyond the values it is made of.
    least, greatest = min(low), max(high)
    return Figures(least, min(greatest, max(least, average)), greatest, last[-1])


def unit_key(point: Point) -> str:
    """What has an axis of its own: a unit; bare numbers and switches share the one without a name."""
    return "" if is_state(point) else point.symbol
