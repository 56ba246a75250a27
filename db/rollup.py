"""Roll-ups: what many samples were within a minute, a quarter of an hour or a local day. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain, compress, pairwise, repeat
from math import fsum, isfinite
from operator import add, mul, ne, sub, truediv
from typing import Any, NamedTuple

MINUTE = 60_000
QUARTER = 15 * MINUTE
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Band(NamedTuple):
    """What a point was from `at_ms` on, up to the next band: lowest, highest, mean and last value of `count` samples.

    `at_ms` (Unix ms) is the begin of the span of time, or the sample's own time where it stands for one.
    """

    at_ms: int
    low: float
    high: float
    mean: float
    last: float
    count: int  # type: ignore[assignment]  # in the place of tuple's own, which nobody needs of a band


class Columns(NamedTuple):
    """Bands in order of time, column by column: an order of magnitude faster to cut and merge than one by one.

    With a `scale` the values are integers, so many times what they stand for, and in the place of the mean is the sum: so
    they are stored, and so they merge exactly and without being made first.
    """

    at: list[int]
    low: list[float]
    high: list[float]
    mean: list[float]
    last: list[float]
    counts: list[int]
    scale: int = 0

    def bands(self) -> list[Band]:
        return list(map(partial(tuple.__new__, Band), zip(*self.plain()[:6], strict=True)))

    def plain(self) -> Columns:
        """The values themselves."""
        if not self.scale:
            return self
        at, low, high, sums, last, counts, scale = self
        mean = map(truediv, map(truediv, sums, counts), repeat(float(scale)))
        return Columns(at, divided(low, scale), divided(high, scale), list(mean), divided(last, scale), counts)

    def scaled(self, scale: int) -> Columns:
        """The same at a scale that is a multiple of its own."""
        factor = scale // self.scale
        if factor == 1:
            return self
        low, high, sums, last = ([n * factor for n in each] for each in (self.low, self.high, self.mean, self.last))
        return Columns(self.at, low, high, sums, last, self.counts, scale)

    def part(self, begin: int, end: int) -> Columns:
        """Those that begin at `begin` (ms) or later and before `end`."""
        i, j = bisect_left(self.at, begin), bisect_left(self.at, end)
        return self.where(slice(i, j))

    def where(self, cut: slice) -> Columns:
        at, low, high, mean, last, counts, scale = self
        return Columns(at[cut], low[cut], high[cut], mean[cut], last[cut], counts[cut], scale)

    def take(self, places: Sequence[int]) -> Columns:
        """Those at the places, in their order."""
        at, low, high, mean, last, counts, scale = self
        return Columns(
            [at[i] for i in places],
            [low[i] for i in places],
            [high[i] for i in places],
            [mean[i] for i in places],
            [last[i] for i in places],
            [counts[i] for i in places],
            scale,
        )


def empty() -> Columns:
    return Columns([], [], [], [], [], [])


def of_samples(times: list[int], values: list[float], scale: int = 0) -> Columns:
    """Every sample as a band of its own."""
    return Columns(times, values, values, values, values, [1] * len(times), scale)


def divided(numbers: Iterable[float], scale: int) -> list[float]:
    """What the integers of a scale stand for."""
    return list(map(truediv, numbers, repeat(scale)))


def joined(parts: Iterable[Columns]) -> Columns:
    """All parts in order of time; of the same instant, what stands in the later part goes last."""
    filled = [part for part in parts if part.at]
    if len(filled) < 2:
        return filled[0] if filled else empty()
    # To the finest scale, where all have one.
    scale = max(part.scale for part in filled) if all(part.scale for part in filled) else 0
    filled = [part.scaled(scale) if scale else part.plain() for part in filled]
    at: list[int] = list(chain.from_iterable(part.at for part in filled))
    columns = zip(*((part.low, part.high, part.mean, part.last) for part in filled), strict=True)
    low, high, mean, last = (list(chain.from_iterable(each)) for each in columns)
    whole = Columns(at, low, high, mean, last, list(chain.from_iterable(part.counts for part in filled)), scale)
    if any(a.at[-1] > b.at[0] for a, b in pairwise(filled)):
        return whole.take(sorted(range(len(at)), key=at.__getitem__))
    return whole


def merged(columns: Columns, width: int, shift: int = 0) -> Columns:
    """Bands `width` ms wide, beginning where (time + shift) is a multiple of it. Empty spans have no band."""
    at, n = columns.at, len(columns.at)
    step = at[1] - at[0] if n > 1 else 0
    each = width // step if step and width % step == 0 else 0
    # Few of them in a wide band, or far apart, would cost as much as the span is long.
    if (
        columns.scale
        and 0 < each <= n
        and at[-1] - at[0] == step * (n - 1)
        and at == list(range(at[0], at[-1] + 1, step))
    ):
        # Without a gap: all but the first and the last few of them fill their bands.
        begin = min(n, -(-(-(at[0] + shift) % width) // step))
        end = begin + (n - begin) // each * each
        head, tail = columns.where(slice(begin)), columns.where(slice(end, n))
        whole = _folded(columns.where(slice(begin, end)), each, width, shift)
        return joined((_merged(head, width, shift), whole, _merged(tail, width, shift)))
    return _merged(columns, width, shift)


def _folded(columns: Columns, each: int, width: int, shift: int) -> Columns:
    """So many as one band, all along; at a scale."""
    lows, highs, sums, counts = (
        [column[i::each] for i in range(each)] for column in (columns.low, columns.high, columns.mean, columns.counts)
    )
    return Columns(
        at=[t - (t + shift) % width for t in columns.at[::each]],
        low=_by(min, lows),
        high=_by(max, highs),
        mean=_by(add, sums),
        last=columns.last[each - 1 :: each],
        counts=_by(add, counts),
        scale=columns.scale,
    )


def _by(two: Callable[..., Any], columns: Sequence[list[Any]]) -> list[Any]:
    """The columns as one, without a line of Python for each row."""
    found = columns[0]
    for each in columns[1:]:
        found = list(map(two, found, each))
    return found


def _merged(columns: Columns, width: int, shift: int) -> Columns:
    at, low, high, mean, last, counts, scale = columns
    starts = _starts(at, width, shift)
    if len(starts) == len(at):
        return columns._replace(at=[t - (t + shift) % width for t in at])
    ends = [*starts[1:], len(at)]
    cuts = list(map(slice, starts, ends))
    single = sum(counts) == len(at)
    many = list(map(sub, ends, starts)) if single else list(map(sum, map(counts.__getitem__, cuts)))
    if scale:
        means: list[float] = list(map(sum, map(mean.__getitem__, cuts)))
    else:
        means = _means(mean if single else list(map(mul, mean, counts)), columns, cuts, many)
    return Columns(
        at=[t - (t + shift) % width for t in map(at.__getitem__, starts)],
        low=list(map(min, map(low.__getitem__, cuts))),
        high=list(map(max, map(high.__getitem__, cuts))),
        mean=means,
        last=[last[end - 1] for end in ends],
        counts=many,
        scale=scale,
    )


def _starts(at: Sequence[int], width: int, shift: int) -> list[int]:
    """Where in the times a new band begins."""
    if not at:
        return []
    edges = range(at[0] - (at[0] + shift) % width, at[-1] + 1, width)
    if len(edges) <= len(at):
        return sorted(set(map(bisect_left, repeat(at), edges)))
    numbers = [(t + shift) // width for t in at]
    return [0, *compress(range(1, len(at)), map(ne, numbers[1:], numbers))]


def _means(sums: list[float], columns: Columns, cuts: Sequence[slice], many: Sequence[int]) -> list[float]:
    """The mean of what each cut takes of the columns, `many` samples whose sums are given row by row."""
    try:
        found = list(map(truediv, map(fsum, map(sums.__getitem__, cuts)), many))
        if all(map(isfinite, found)):
            return found
    except OverflowError:
        pass
    # Values near the end of what a double holds: their sum is beyond it, their mean is not.
    return [
        fsum(mean * (n / count) for mean, n in zip(columns.mean[cut], columns.counts[cut], strict=True))
        for cut, count in zip(cuts, many, strict=True)
    ]
