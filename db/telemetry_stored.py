"""One series' rows of the telemetry file: chunks of samples and the buckets of the tiers, as they were compacted."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import repeat
from operator import add, mul
from typing import Any

from db.chunks import unpack_bands, unpack_samples, unpack_scaled
from db.rollup import Columns, divided, joined, of_samples
from db.telemetry_layout import DAYS, Tier, first_id

Query = Callable[[str, tuple[Any, ...]], Sequence[Any]]

Samples = tuple[list[int], list[float]]


class Stored:
    """What is compacted of a series, read within the caller's transaction. Times are Unix ms, spans include both ends."""

    def __init__(self, query: Query, series: int, day_shift: int) -> None:
        self._query = query
        self._series = series
        self._first = first_id(series)
        self._day_shift = day_shift

    def raw(self, since: int, until: int) -> Samples:
        """The samples of the span."""
        times: list[int] = []
        values: list[float] = []
        for data in self._chunks(since, until):
            more_times, more_values = unpack_samples(data)
            times += more_times
            values += more_values
        i, j = bisect_left(times, since), bisect_right(times, until)
        return (times, values) if j - i == len(times) else (times[i:j], values[i:j])

    def raw_bands(self, since: int, until: int) -> Columns:
        """The samples of the span, each a band of its own, at a scale where all have one."""
        parts = list(map(unpack_scaled, self._chunks(since, until)))
        finest = max((scale for _, _, scale in parts), default=0)
        if not all(scale for _, _, scale in parts):
            finest = 0
        times: list[int] = []
        values: list[float] = []
        for more_times, more_values, scale in parts:
            times += more_times
            if scale == finest:
                values += more_values
            else:
                values += [n * (finest // scale) for n in more_values] if finest else divided(more_values, scale)
        i, j = bisect_left(times, since), bisect_right(times, until)
        return of_samples(times[i:j], values[i:j], finest)

    def tier(self, tier: Tier, since: int, until: int) -> Columns:
        """The buckets that touch the span."""
        shift = self._day_shift if tier is DAYS else 0
        first, last = (since + shift) // tier.width, (until + shift) // tier.width
        rows = self._rows(
            tier,
            "id BETWEEN ? AND ? ORDER BY id",
            self._first | first // tier.places,
            self._first | last // tier.places,
        )
        return rows.part(first * tier.width - shift, (last + 1) * tier.width - shift)

    def _chunks(self, since: int, until: int) -> list[bytes]:
        rows = self._query(
            "SELECT data FROM raw WHERE id >= coalesce((SELECT max(id) FROM raw WHERE id BETWEEN ? AND ?), ?) AND id <= ?"
            " ORDER BY id",
            (self._first, self._first | since, self._first | since, self._first | until),
        )
        return [data for (data,) in rows]

    def _rows(self, tier: Tier, where: str, *bounds: int) -> Columns:
        shift = self._day_shift if tier is DAYS else 0
        parts = []
        for id_, data in sorted(self._query(f"SELECT id, data FROM {tier.table} WHERE {where}", bounds)):
            numbers, bands = unpack_bands(data)
            begin = (id_ - self._first) * tier.places * tier.width - shift
            parts.append(bands._replace(at=list(map(add, map(mul, numbers, repeat(tier.width)), repeat(begin)))))
        return joined(parts)
