"""Roll-ups: what many samples were within a minute, a quarter of an hour or a local day. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import fsum, isfinite
from operator import mul
from typing import NamedTuple

MINUTE = 60_000
QUARTER = 15 * MINUTE
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Band:
    """What a point was from `at_ms` on, up to the next band: lowest, highest, mean and last value of `count` samples.

    `at_ms` (Unix ms) is the begin of the span of time, or the sample's own time where it stands for one.
    """

    at_ms: int
    low: float
    high: float
    mean: float
    last: float
    count: int


class Columns(NamedTuple):
    """Bands in order of time, column by column: an order of magnitude faster to cut and merge than one by one."""

    at: list[int]
    low: list[float]
    high: list[float]
    mean: list[float]
    last: list[float]
    counts: list[int]

    def bands(self) -> list[Band]:
        return list(map(Band, *self))

    def part(self, begin: int, end: int) -> Columns:
        """Those that begin at `begin` (ms) or later and before `end`."""
        i, j = bisect_left(self.at, begin), bisect_left(self.at, end)
        return self.where(slice(i, j))

    def where(self, cut: slice) -> Columns:
        at, low, high, mean, last, counts = self
        return Columns(at[cut], low[cut], high[cut], mean[cut], last[cut], counts[cut])

    def take(self, places: Sequence[int]) -> Columns:
        """Those at the places, in their order."""
        at, low, high, mean, last, counts = self
        return Columns(
            [at[i] for i in places],
            [low[i] for i in places],
            [high[i] for i in places],
            [mean[i] for i in places],
            [last[i] for i in places],
            [counts[i] for i in places],
        )


def empty() -> Columns:
    return Columns([], [], [], [], [], [])


def of_samples(times: list[int], values: list[float]) -> Columns:
    """Every sample as a band of its own."""
    return Columns(times, values, values, values, values, [1] * len(times))


def joined(parts: Iterable[Columns]) -> Columns:
    """All parts in order of time; of the same instant, what stands in the later part goes last."""
    filled = [part for part in parts if part.at]
    if len(filled) < 2:
        return filled[0] if filled else empty()
    at: list[int] = list(chain.from_iterable(part.at for part in filled))
    low, high, mean, last = (list(chain.from_iterable(part[i] for part in filled)) for i in range(1, 5))
    whole = Columns(at, low, high, mean, last, list(chain.from_iterable(part.counts for part in filled)))
    if any(a.at[-1] > b.at[0] for a, b in pairwise(filled)):
        return whole.take(sorted(range(len(at)), key=at.__getitem__))
    return whole


def merged(columns: Columns, width: int, shift: int = 0) -> Columns:
    """Bands `width` ms wide, beginning where (time + shift) is a multiple of it. Empty spans have no band."""
    out = empty()
    at, lows, highs, means, lasts, counts = columns
    i, end = 0, len(at)
    while i < end:
        begin = (at[i] + shift) // width * width - shift
        j = i + 1
        if j < end and at[j] < begin + width:
            j = bisect_left(at, begin + width, j)
        out.at.append(begin)
        if j == i + 1:
            out.low.append(lows[i])
            out.high.append(highs[i])
            out.mean.append(means[i])
            out.counts.append(counts[i])
        else:
            out.low.append(min(lows[i:j]))
            out.high.append(max(highs[i:j]))
            count = sum(counts[i:j])
            out.mean.append(_mean(means[i:j], counts[i:j], count))
            out.counts.append(count)
        out.last.append(lasts[j - 1])
        i = j
    return out


def _mean(means: Sequence[float], counts: Sequence[int], count: int) -> float:
    try:
        total = fsum(means) if count == len(means) else fsum(map(mul, means, counts))
        if isfinite(total):
            return total / count
    except OverflowError:
        pass
    # Values near the end of what a double holds: their sum is beyond it, their mean is not.
    return fsum(mean * (n / count) for mean, n in zip(means, counts, strict=True))
