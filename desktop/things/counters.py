"""What a counter's readings say was used: rollover, replaced meters, jumps, gaps and stuck meters told apart.

Every pair of neighbouring readings is judged by itself, so that the parts of an interval, split at a reading, add up to
the whole. Pure: readings in, figures out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import fsum
from typing import Literal, Protocol

from desktop.things.model import Counter
from desktop.things.units import unit

MEDIUM_UNITS: Mapping[str, str] = {"electricity": "kWh", "water": "m³", "gas": "m³", "heat": "GJ"}
"""The unit in which amounts of a medium are added up, whatever a meter writes."""

Readings = Sequence[tuple[float, float]]
"""(Unix seconds, reading), each later than the one before."""

Span = tuple[float, float]
"""From, until, in Unix seconds."""

FlawKind = Literal["rollover", "reset", "backwards", "jump", "gap", "stuck"]

ROLLOVER_PART = 0.1
"""A fall is a rollover when at most this part of the counter's range was used across it: from above 90 % to below 10 %.
Anything else is a meter that was replaced or reset."""
BACKWARDS_PART = 0.01
"""A fall of at most this part of the reading is a meter running back (rounding, fed-in energy), not a reset."""
ODD_READINGS = 4
"""So many readings running may be wrong: a gateway that starts tells a few before it has asked its meter."""
RETURN_PART = 0.1
"""They are, when the counter then goes on from where it was, having moved at most this part of how far they were off."""
STUCK_AFTER = 86_400.0
"""Seconds without a change, while use is expected, after which a meter counts as stuck."""


def medium_factor(written: str, medium: str) -> float | None:
    """What turns an amount in the unit a meter writes into one in its medium's own, which is meant where it writes none;
    None for a unit of something else."""
    if not written:
        return 1.0
    known, own = unit(written), unit(MEDIUM_UNITS[medium])
    if known is None or own is None or known.dimension != own.dimension or known.offset:
        return None
    return known.factor / own.factor


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something between two readings that a person should know of. A rollover is counted in full; "backwards" is
    counted as it is (less); of a "reset" only what fits `most_per_hour` and of a "jump" nothing is counted; what a
    "gap" hides is counted, but when within it was used is not known; "stuck" is no use where use was expected."""

    kind: FlawKind
    since: float
    until: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Consumption:
    """What was used, in the counter's own unit."""

    used: float
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Two neighbouring readings and what was used between them."""

    since: float
    until: float
    used: float
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What is known of a meter beside its readings."""

    most_per_hour: float | None = None
    """More than this in an hour cannot be; None when no limit is known, and then no jump is found."""
    gap_after: float | None = None
    """Seconds without a reading that make a gap; None where only changes are stored and silence says "unchanged"."""
    moving: Sequence[Span] | None = None
    """When use was expected, in order and without overlap, as the spans in which others of its use moved (`moves`);
    None: always."""
    stuck_after: float = STUCK_AFTER
    new_from_zero: bool = True
    """Of a meter that begins anew within `most_per_hour`, what it says was used; False where the limit is far too wide to
    tell that from a wrong reading."""


PLAIN = Expectation()


def steps(readings: Readings, counter: Counter, expect: Expectation = PLAIN) -> Iterator[Step]:
    """Every pair of neighbouring readings, judged."""
    for (since, before), (until, after) in pairwise(readings):
        used, kind = _judge(after - before, before, after, (until - since) / 3600, counter.rollover, expect)
        kinds: list[FlawKind] = [kind] if kind else []
        # A counter that stands where it stood hides nothing, however long it was silent.
        if expect.gap_after is not None and until - since > expect.gap_after and before != after:
            kinds.append("gap")
        yield Step(since, until, used, tuple(Flaw(each, since, until, before, after) for each in kinds))


def taken_back(readings: Readings, counter: Counter, expect: Expectation = PLAIN) -> list[int]:
    """The numbers of readings that a later one takes back: they fall or rise out of all reason, and after one or a few of
    them it goes on from the one before (a gateway that starts with 0, a digit misread). Left out, they cost nobody a whole
    meter's worth."""
    odd: list[int] = []
    n = 1
    while n < len(readings) - 1:
        runs = range(1, min(ODD_READINGS, len(readings) - 1 - n) + 1)
        run = next((run for run in runs if _taken_back(readings[n - 1 : n + run + 1], counter, expect)), 0)
        odd += range(n, n + run)
        n += run + 1
    return odd


def _taken_back(readings: Readings, counter: Counter, expect: Expectation) -> bool:
    """Whether the last one goes on from the first, and those between were never true."""
    (since, before), (here, value), *_ = readings
    (there, wrong), (until, after) = readings[-2:]
    if after < before:
        return False
    down = _judge(value - before, before, value, (here - since) / 3600, counter.rollover, expect)[1]
    back = _judge(after - wrong, wrong, after, (until - there) / 3600, counter.rollover, expect)[1]
    # Less, not at most: a reading that stands where the one before stood is not off at all.
    near = after - before < RETURN_PART * min(abs(each - before) for _, each in readings[1:-1])
    return ("reset" in (down, back) and (near or len(readings) == 3)) or (down == "rollover" and near)


class Told(Protocol):
    """A stored band of a counter's readings (`Things.bands`): its begin, its last value, how many samples it holds."""

    @property
    def at_ms(self) -> int: ...
    @property
    def last(self) -> float: ...
    @property
    def count(self) -> int: ...


def readings_of(before: tuple[float, float] | None, bands: Sequence[Told], now: float) -> list[tuple[float, float]]:
    """Readings from what is stored: the last one before the days, then each band's last value, which it had when the
    next began. Times in Unix seconds, ascending."""
    found = [before] if before is not None else []
    ends = [*(band.at_ms / 1000 for band in bands[1:]), now]
    for band, end in zip(bands, ends, strict=False):
        at = band.at_ms / 1000 if band.count == 1 else min(end, now)
        if not found or at > found[-1][0]:
            found.append((at, band.last))
    return found


def _judge(
    delta: float, before: float, after: float, hours: float, rollover: float | None, expect: Expectation
) -> tuple[float, FlawKind | None]:
    # An hour's worth may come at once: a meter that tells whole units moves in steps.
    most = None if expect.most_per_hour is None else expect.most_per_hour * max(1.0, hours)
    if delta >= 0:
        return (delta, None) if most is None or delta <= most else (0.0, "jump")
    around = None if rollover is None else delta + rollover
    if rollover and around is not None and 0 <= around <= rollover * ROLLOVER_PART and (most is None or around <= most):
        return around, "rollover"
    if -delta <= abs(before) * BACKWARDS_PART:
        return delta, "backwards"
    # A new meter may begin anywhere. That this one began at 0 is only taken where the use since then can be true.
    fits = expect.new_from_zero and most is not None and 0 <= after <= most
    return (after if fits else 0.0), "reset"


def consumption(
    readings: Readings, counter: Counter, expect: Expectation = PLAIN, until: float | None = None
) -> Consumption:
    """What was used from the first to the last reading. `until` (Unix seconds) is how long no further reading came, for
    a meter of which only changes are stored."""
    judged = list(steps(readings, counter, expect))
    flaws = [flaw for step in judged for flaw in step.flaws]
    flaws += stuck(readings, expect, until)
    return Consumption(fsum(step.used for step in judged), tuple(sorted(flaws, key=lambda f: (f.since, f.until))))


def stuck(readings: Readings, expect: Expectation = PLAIN, until: float | None = None) -> list[Flaw]:
    """Spans without a change that hold more than `stuck_after` seconds in which use was expected."""
    found: list[Flaw] = []

    def close(since: float, end: float, value: float) -> None:
        if end - since > expect.stuck_after and _expected(since, end, expect.moving) > expect.stuck_after:
            found.append(Flaw("stuck", since, end, value, value))

    if not readings:
        return found
    since, value = readings[0]
    for at, now in readings:
        if now != value:
            close(since, at, value)
            since, value = at, now
    close(since, max(readings[-1][0], until if until is not None else readings[-1][0]), value)
    return found


def moves(readings: Readings) -> list[Span]:
    """When a meter moved: the spans between readings that differ, joined where they touch."""
    spans: list[Span] = []
    for (since, before), (until, after) in pairwise(readings):
        if before != after:
            if spans and spans[-1][1] == since:
                spans[-1] = spans[-1][0], until
            else:
                spans.append((since, until))
    return spans


def per_interval(
    readings: Readings, counter: Counter, edges: Sequence[float], expect: Expectation = PLAIN
) -> list[Consumption]:
    """What was used between each edge (Unix seconds, ascending) and the next, as for the hours or days of a chart.

    A step over an edge is shared out by time, as if used evenly; its flaws stand in every interval it touches. What lies
    outside the edges is left out; the parts add up to what `consumption` says when the edges enclose all readings.
    """
    shares = [_Share() for _ in edges[1:]]
    for step in steps(readings, counter, expect):
        first = max(0, bisect_right(edges, step.since) - 1)
        for index in range(first, len(shares)):
            begin, end = max(edges[index], step.since), min(edges[index + 1], step.until)
            if edges[index] >= step.until:
                break
            if end > begin:
                shares[index].used.append(step.used * (end - begin) / (step.until - step.since))
                shares[index].flaws += step.flaws
    return [Consumption(fsum(share.used), tuple(share.flaws)) for share in shares]


@dataclass(slots=True)
class _Share:
    used: list[float] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)


def _expected(since: float, until: float, moving: Sequence[Span] | None) -> float:
    """Seconds of the span in which use was expected."""
    if moving is None:
        return until - since
    return fsum(max(0.0, min(until, end) - max(since, begin)) for begin, end in moving)
