"""Questions to the telemetry file's history. Each is answered within one transaction, so that a compaction between two
reads neither hides nor doubles a sample."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import lt

from db.chunks import banded, unpack_samples
from db.rollup import DAY, MINUTE, Band, Columns, empty, joined, merged, of_samples
from db.telemetry_layout import BLOCK, CHUNK, DAYS, QUARTERS, TIERS, Tier, first_id, last_id, of_one, place
from db.telemetry_stored import Query, Stored

FEW_CHUNKS = 400
"""Up to so many raw chunks (96,000 samples) are read to thin them sample by sample; of more, roll-ups are told."""


COARSER = 4
"""A year as 365 days rather than 974 spans of 9 hours: natural widths, and a hundredth of the buckets to read."""


class HistoryQuery(Stored):
    """One series' whole history, the tail with it, within the caller's transaction. Times are Unix ms."""

    def __init__(self, query: Query, series: int) -> None:
        super().__init__(query, series, day_shift(query))
        kept = {str(tier): int(since) for tier, since in query("SELECT tier, since FROM kept", ())}
        self._raw_since = kept.get("raw", 0)
        self._kept = [kept.get(tier.table, 0) for tier in TIERS]
        found = query("SELECT until FROM rolled WHERE series=?", (series,))
        self._rolled = int(found[0][0]) if found else 0

    def samples(self, since: int, until: int, most: int) -> list[tuple[int, float]]:
        """As `TelemetryReader.history`."""
        since, until = place(since), place(until)
        if self._in_chunks(since, until, FEW_CHUNKS) is not None:
            samples = self._with_tail(of_samples(*self.raw(since, until)), since, until).plain()
            return thinned(samples.at, samples.last, since, until, most)
        points: list[tuple[int, float]] = []
        for band in self.bands(since, until, max(2, most // 2)):
            points.append((max(since, band.at_ms), band.low))
            if band.high != band.low:
                points.append((max(since, band.at_ms), band.high))
        return points

    def bands(self, since: int, until: int, most: int) -> list[Band]:
        """As `TelemetryReader.bands`."""
        since, until, most = place(since), place(until), max(2, most)
        if since > until:
            return []
        count = self._in_chunks(since, until, max(100, most // 20))
        # Of the chunks that begin in the span only the last may reach beyond it.
        if count is not None and count - CHUNK <= most:
            samples = self._with_tail(self.raw_bands(since, until), since, until)
            if len(samples.at) <= most:
                return samples.bands()
        # One band more than the span holds: the first may begin before it.
        wanted = -(-(until - since + 1) // (most - 1))
        if wanted < MINUTE and since >= self._raw_since:
            begin = since // wanted * wanted
            return merged(self._with_tail(self.raw_bands(begin, until), begin, until), wanted).bands()
        tier = self._tier(since, wanted)
        width = -(-wanted // tier.width) * tier.width
        shift = self._day_shift if tier is DAYS else 0
        # The first band is whole, as all others are.
        begin = max(0, (since + shift) // width * width - shift)
        # Each part by itself, where buckets follow on each other; then only a band that two parts share is left to merge.
        whole = joined(merged(part, width, shift) for part in self._rolled_up(tier, begin, until))
        shared = not all(map(lt, whole.at, whole.at[1:]))
        return (merged(whole, width, shift) if shared else whole).bands()

    def last(self, until: int) -> tuple[int, float] | None:
        """As `TelemetryReader.last_before`."""
        until = place(until)
        found = self._query(
            "SELECT data FROM raw WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1",
            (self._first, self._first | until),
        )
        newest: list[tuple[int, float]] = []
        if found:
            times, values = unpack_samples(found[0][0])
            index = bisect_right(times, until) - 1
            newest.append((times[index], values[index]))
        # The tail was written later: of the same instant, its value counts.
        newest += sorted(self._tail(0, until).items())[-1:]
        if any(at >= self._raw_since for at, _ in newest):
            return max(reversed(newest), key=lambda sample: sample[0])
        # Where single samples are forgotten, those that came late or are left may be older than what the roll-ups tell.
        newest = [*self._last_rolled_up(until), *newest]
        return max(reversed(newest), key=lambda sample: sample[0], default=None)

    def _last_rolled_up(self, until: int) -> list[tuple[int, float]]:
        """The last value of the last bucket that was over by then, at its last millisecond; of the finest tier."""
        for tier in TIERS:
            shift = self._day_shift if tier is DAYS else 0
            number = (until + 1 + shift) // tier.width - 1
            if number < 0:
                continue
            before = self._rows(
                tier, "id BETWEEN ? AND ? ORDER BY id DESC LIMIT 2", self._first, self._first | number // tier.places
            )
            bands = before.part(0, (number + 1) * tier.width - shift)
            if bands.at:
                return [(bands.at[-1] + tier.width - 1, bands.plain().last[-1])]
        return []

    def _in_chunks(self, since: int, until: int, most: int) -> int | None:
        """How many samples are in the raw chunks that begin in the span; None when those are more than `most`, or when
        raw history does not hold the whole span."""
        if since < self._raw_since:
            return None
        [(chunks, samples)] = self._query(
            "SELECT count(*), coalesce(sum(n), 0) FROM (SELECT n FROM raw WHERE id BETWEEN ? AND ? LIMIT ?)",
            (self._first | since, self._first | until, most + 1),
        )
        return int(samples) if chunks <= most else None

    def _with_tail(self, compacted: Columns, since: int, until: int) -> Columns:
        """Compacted samples and those of the span that wait in the tail; of the same instant the latter count."""
        tail = self._tail(since, until)
        if not tail:
            return compacted
        times = sorted(tail)
        values = [tail[t] for t in times]
        waiting = banded(times, values)
        if compacted.at and times[0] <= compacted.at[-1]:
            compacted = compacted.take([i for i, t in enumerate(compacted.at) if t not in tail])
        return joined([compacted, waiting])

    def _tail(self, since: int, until: int) -> dict[int, float]:
        block = self._series // BLOCK
        rows = self._query(
            "SELECT data FROM tail WHERE id BETWEEN ? AND ? ORDER BY id", (first_id(block), last_id(block))
        )
        return {t: v for (data,) in rows for t, v in of_one(data, self._series) if since <= t <= until}

    def _tier(self, since: int, wanted: int) -> Tier:
        """The coarsest tier that still gives a quarter of the bands; coarser where the finer one is forgotten."""
        finest = next((i for i, kept in enumerate(self._kept) if kept <= since), len(TIERS) - 1)
        coarsest = max((i for i, tier in enumerate(TIERS) if tier.width <= COARSER * wanted), default=0)
        return TIERS[max(finest, coarsest)]

    def _rolled_up(self, tier: Tier, since: int, until: int) -> list[Columns]:
        """Buckets up to where the roll-ups reach; from there the samples themselves, so that the live edge is exact. Parts
        follow on each other in time."""
        until_rolled = min(until, self._rolled - 1)
        parts = []
        if since <= until_rolled and tier is DAYS:
            # Days are rolled up when they are over; of the last one there are the quarters of an hour.
            day = (self._rolled + self._day_shift) // DAY * DAY - self._day_shift
            parts.append(self.tier(DAYS, since, min(until, day - 1)) if since < day else empty())
            parts.append(self.tier(QUARTERS, max(since, day), until_rolled) if until >= day else empty())
        elif since <= until_rolled:
            parts.append(self.tier(tier, since, until_rolled))
        fresh = self.raw_bands(max(since, self._rolled), until) if until >= self._rolled else empty()
        fresh = self._with_tail(fresh, since, until)
        late = fresh.at and fresh.at[0] < self._rolled
        return [joined([*parts, fresh])] if late else [*parts, fresh]


def find(query: Query, thing_id: str, point: str) -> HistoryQuery | None:
    """The history of a point; None when it never had any."""
    found = query("SELECT id FROM series WHERE thing=? AND point=?", (thing_id, point))
    return HistoryQuery(query, int(found[0][0])) if found else None


def day_shift(query: Query) -> int:
    """What is added to a time so that local days begin at its multiples of a day. A day more than the offset, so that it
    is above zero everywhere."""
    found = query("SELECT value FROM setting WHERE name='utc_offset'", ())
    return int(found[0][0]) * MINUTE + DAY


def thinned(times: list[int], values: list[float], since: int, until: int, most: int) -> list[tuple[int, float]]:
    """At most `most` of the samples: the lowest and the highest of each of `most // 2` equal spans of time."""
    if len(times) <= most:
        return list(zip(times, values, strict=True))
    span = max(1, -(-(until - since + 1) // max(1, most // 2)))
    kept: list[tuple[int, float]] = []
    i = 0
    while i < len(times):
        j = bisect_left(times, since + ((times[i] - since) // span + 1) * span, i + 1)
        part = values[i:j]
        ends = {i + part.index(min(part)), i + part.index(max(part))}
        kept += [(times[at], values[at]) for at in sorted(ends)]
        i = j
    return kept[:most]
