"""Moves samples from the tail into chunks, rolls chunks up, and forgets what is old.

Every step is one transaction that takes from one place and puts into the other, so that the end of the process at any
moment neither loses nor doubles a sample. Roll-ups are made anew from all raw samples of their four hours: doing it twice
changes nothing, and a sample that comes late only sets back how far its series counts as rolled up. Where raw history is
forgotten there is nothing to make them from: such a late sample goes into the buckets that are there.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from operator import itemgetter, lt
from typing import Any

from db.chunks import banded, pack_bands, pack_samples, unpack_samples
from db.rollup import DAY, Columns, joined, merged
from db.telemetry_layout import (
    BLOCK,
    CHUNK,
    DAYS,
    LAST_PLACE,
    LONGEST,
    MINUTES,
    PLACE_BITS,
    QUARTERS,
    SAMPLE_BYTES,
    SPAN,
    TIERS,
    Tier,
    first_id,
    last_id,
    pack_tail,
    ungrouped,
)
from db.telemetry_read import day_shift
from db.telemetry_stored import Stored

EVER = 1 << 62

Row = tuple[int, int, float]
"""Series, Unix ms, value."""
Chunk = tuple[int, int, int, bytes]
"""A row of raw history: its number, how many samples, ms from the first to the last, and they."""


OLDEST_TAIL = 3_600_000
"""Ms after which samples of slow series are compacted; those of quick ones are as soon as they fill their chunks."""
FULL_TAIL = BLOCK * CHUNK * SAMPLE_BYTES
"""Bytes of a block in the tail that fill a chunk of each of its series."""
TURN = 0.05
"""Seconds a transaction of roll-ups takes: readers and the next second's samples wait no longer."""
LATE = 120_000
"""Ms after the end of four hours until they are rolled up."""


class Compactor:
    """The writing half of history: it works on a driver's connection within the caller's transactions, and remembers what
    of the file it needs to know what is due."""

    def __init__(self, connection: Any) -> None:
        query = _query(connection)
        self.rolled: dict[int, int] = dict(query("SELECT series, until FROM rolled", ()))
        """Up to when each series is rolled up."""
        self.kept: dict[str, int] = dict(query("SELECT tier, since FROM kept", ()))
        """From when on each tier is whole."""
        self.day_shift = day_shift(query)
        self._waiting: dict[int, int] = {}
        """Bytes in the tail by block."""
        self._place = 0
        for block, size, place in query(
            f"SELECT id >> {PLACE_BITS}, sum(length(data)), max(id & {LAST_PLACE}) FROM tail GROUP BY 1", ()
        ):
            self._waiting[block] = size
            self._place = max(self._place, place)
        self._open: set[int] = set(self.rolled)
        """Series that may have samples which are not rolled up."""
        self._due: set[int] = set()
        self._to_roll: set[int] = set()
        self._widest: dict[int, int] = {}
        """Bytes of the largest write by block: with CHUNK such writes, every series that tells each time fills a chunk."""
        self._swept: int | None = 0 if self._waiting else None
        self._span = 0

    def work(
        self, begin: Callable[[], AbstractContextManager[Any]], now_ms: int, seconds: float, everything: bool
    ) -> bool:
        """Does what is due in transactions that `begin` gives, until it took so many seconds; whether more is due."""
        end = time.monotonic() + seconds
        if self._swept is None:
            self._swept = now_ms
        if everything or not 0 <= now_ms - self._swept < OLDEST_TAIL:
            self._swept = now_ms
            self._due |= self._waiting.keys()
        for block, size in self._waiting.items():
            if size >= min(FULL_TAIL, CHUNK * self._widest.get(block, FULL_TAIL)):
                self._due.add(block)
        while self._due and time.monotonic() < end:
            block = min(self._due)
            with begin() as connection:
                committed = self.store_block(connection, block)
            committed()
            self._due.discard(block)
        if everything or (now_ms - LATE) // SPAN != self._span:
            self._span = (now_ms - LATE) // SPAN
            self._to_roll |= self._open
        while self._to_roll and time.monotonic() < end:
            self._roll_some(begin, min(end, time.monotonic() + TURN))
        return bool(self._due or self._to_roll)

    def _roll_some(self, begin: Callable[[], AbstractContextManager[Any]], end: float) -> None:
        """Rolls up in one transaction as much as goes until the time is over."""
        rolled: dict[int, int] = {}
        done: list[int] = []
        with begin() as connection:
            for series in sorted(self._to_roll):
                while until := self.roll(
                    connection, series, rolled.get(series, self.rolled[series]), self._span * SPAN
                ):
                    rolled[series] = until
                    if time.monotonic() >= end:
                        break
                else:
                    done.append(series)
                if time.monotonic() >= end:
                    break
        self.rolled |= rolled
        self._to_roll.difference_update(done)

    def append(self, connection: Any, rows: Sequence[Row]) -> dict[int, int]:
        """Puts samples into the tail; returns the bytes added by block, for `appended` after the commit."""
        # In order of series: blocks are slices then, and the rows of a block look alike from write to write.
        rows = sorted(rows, key=_series)
        series, times, values = list(map(_series, rows)), list(map(_time, rows)), list(map(_value, rows))
        self._place += 1
        packed: list[tuple[int, bytes]] = []
        i = 0
        while i < len(series):
            block = series[i] // BLOCK
            j = bisect_left(series, (block + 1) * BLOCK, i)
            packed.append((first_id(block) | self._place, pack_tail(block, series[i:j], times[i:j], values[i:j])))
            i = j
        connection.executemany("INSERT INTO tail VALUES (?,?)", packed)
        return {id_ >> PLACE_BITS: len(data) for id_, data in packed}

    def appended(self, added: Mapping[int, int]) -> None:
        for block, size in added.items():
            self._waiting[block] = self._waiting.get(block, 0) + size
            self._widest[block] = max(size, self._widest.get(block, 0))

    def store_block(self, connection: Any, block: int) -> Callable[[], None]:
        """Moves a block's tail into chunks; returns what to call after the commit."""
        first, last = first_id(block), last_id(block)
        rows = connection.execute(
            "SELECT data FROM tail WHERE id BETWEEN ? AND ? ORDER BY id", (first, last)
        ).fetchall()
        times, values = ungrouped([data for (data,) in rows])
        back: dict[int, int] = {}
        gone: list[tuple[int]] = []
        made: list[Chunk] = []
        for index, (each, those) in enumerate(zip(times, values, strict=True)):
            if each:
                series = block * BLOCK + index
                if not all(map(lt, each, each[1:])):
                    # Late or coalesced: in order of time, and of the same instant the later counts.
                    each, those = map(list, zip(*sorted(dict(zip(each, those, strict=True)).items()), strict=True))
                if each[0] < self.rolled.get(series, EVER):
                    each, those, since = self.late(connection, series, each, those)
                    if since is not None:
                        back[series] = since
                if each:
                    old, new = self.chunks_of(connection, series, each, those)
                    gone += old
                    made += new
        connection.executemany("DELETE FROM raw WHERE id=?", gone)
        connection.executemany("INSERT INTO raw VALUES (?,?,?,?)", made)
        connection.execute("DELETE FROM tail WHERE id BETWEEN ? AND ?", (first, last))
        connection.executemany("INSERT OR REPLACE INTO rolled VALUES (?,?)", list(back.items()))
        touched = {block * BLOCK + index for index, each in enumerate(times) if each}

        def committed() -> None:
            self._waiting.pop(block, None)
            self.rolled |= back
            self._open |= touched

        return committed

    def late(
        self, connection: Any, series: int, times: list[int], values: list[float]
    ) -> tuple[list[int], list[float], int | None]:
        """What to do with samples (in order of time) the first of which is older than what is rolled up: those that go
        into raw history, and from where on to roll up anew, if at all."""
        rolled, whole = self.rolled.get(series), self.kept.get("raw", 0)
        # Only whole spans are made anew.
        from_ = -(-whole // SPAN) * SPAN
        if rolled is None or times[0] >= from_:
            return times, values, times[0] // SPAN * SPAN
        n = bisect_left(times, min(from_, rolled))
        self.merge(connection, series, banded(times[:n], values[:n]), rolled)
        back = times[n] // SPAN * SPAN if n < len(times) and times[n] < rolled else None
        n = bisect_left(times, min(whole, rolled))
        return times[n:], values[n:], back

    def merge(self, connection: Any, series: int, samples: Columns, rolled: int) -> None:
        """Puts samples into the buckets that hold others already, in every tier that still keeps them. The last value of
        such a bucket stays: when in it that was is not known any more."""
        stored = Stored(_query(connection), series, self.day_shift)
        for tier in TIERS:
            shift = self.day_shift if tier is DAYS else 0
            bands = merged(samples, tier.width, shift)
            kept = bands.part(
                self.kept.get(tier.table, 0) - tier.width + 1, (rolled + shift) // tier.width * tier.width - shift
            )
            self.put(connection, stored, series, tier, kept, late=True)

    def chunks_of(
        self, connection: Any, series: int, times: list[int], values: list[float]
    ) -> tuple[list[tuple[int]], list[Chunk]]:
        """What puts samples (in order of time) into the chunks of their series: the numbers of those to delete, then those
        to insert. Of the same instant the new sample stays."""
        base, since, until = first_id(series), times[0], times[-1]
        rows = connection.execute(
            "SELECT id, n, span, data FROM raw WHERE id BETWEEN"
            " coalesce((SELECT max(id) FROM raw WHERE id BETWEEN ? AND ?), ?) AND ? ORDER BY id",
            (base, base | since, base | since, base | until),
        ).fetchall()
        if rows and not _touches(rows[0], base, since):
            del rows[0]
        if rows:
            old: list[tuple[int, float]] = [s for row in rows for s in zip(*unpack_samples(row[3]), strict=True)]
            if old[-1][0] < since:
                times, values = [t for t, _ in old] + times, [v for _, v in old] + values
            else:
                both = sorted((dict(old) | dict(zip(times, values, strict=True))).items())
                times, values = [t for t, _ in both], [v for _, v in both]
        return [(row[0],) for row in rows], list(_cut(base, times, values))

    def roll(self, connection: Any, series: int, was: int, until: int) -> int | None:
        """Rolls up the next four hours of a series that have samples and are over at `until` (ms), where it was rolled up
        to `was`; returns up to when it is then, or None when there is nothing to do."""
        if was + SPAN > until:
            return None
        base, begin = first_id(series), was
        stored = Stored(_query(connection), series, self.day_shift)
        samples = stored.raw_bands(begin, begin + SPAN - 1)
        if not samples.at:
            # The next sample is in the chunk that began before, else in the next one.
            times, _ = stored.raw(begin + SPAN, begin + LONGEST)
            after = (base | begin + LONGEST, last_id(series))
            chunk = connection.execute("SELECT min(id) FROM raw WHERE id BETWEEN ? AND ?", after).fetchone()[0]
            if not times and chunk is None:
                self._open.discard(series)
                return None
            begin = (times[0] if times else chunk - base) // SPAN * SPAN
            if begin + SPAN > until:
                return None
            samples = stored.raw_bands(begin, begin + SPAN - 1)
        end = begin + SPAN
        minutes = merged(samples, MINUTES.width)
        self.put(connection, stored, series, MINUTES, minutes)
        self.put(connection, stored, series, QUARTERS, merged(minutes, QUARTERS.width))
        over = (end + self.day_shift) // DAY * DAY - self.day_shift
        # Days that ended while the series was silent, or end with this span.
        for day in {(was - 1 + self.day_shift) // DAY * DAY - self.day_shift, over - DAY}:
            if day + DAY <= end:
                quarters = stored.tier(QUARTERS, max(0, day), day + DAY - 1)
                self.put(connection, stored, series, DAYS, merged(quarters, DAY, self.day_shift))
        connection.execute("INSERT OR REPLACE INTO rolled VALUES (?,?)", (series, end))
        return end

    def put(self, connection: Any, stored: Stored, series: int, tier: Tier, bands: Columns, late: bool = False) -> None:
        """Puts buckets into their rows. Those that were there before are replaced, or added to by what is late."""
        base, shift = first_id(series), self.day_shift if tier is DAYS else 0
        width, per = tier.width, tier.places
        while bands.at:
            number = (bands.at[0] + shift) // width // per
            begin, end = number * per * width - shift, (number + 1) * per * width - shift
            part, bands = bands.part(begin, end), bands.part(end, EVER)
            if part.at:
                old = stored.tier(tier, max(0, begin), end - 1)
                fresh = set(part.at)
                if late:
                    part = merged(joined([part, old]), width, shift)
                elif not fresh.issuperset(old.at):
                    others = old.take([i for i, at in enumerate(old.at) if at not in fresh])
                    part = joined([others, part])
                places = [(at - begin) // width for at in part.at]
                data = pack_bands(places, part)
                connection.execute(
                    f"INSERT OR REPLACE INTO {tier.table} VALUES (?,?,?)", (base | number, len(places), data)
                )

    def forget(self, connection: Any, series: Sequence[int], table: str, before: int) -> tuple[int, int]:
        """Drops what lies wholly before the instant (ms); returns how many samples or buckets, and from when on the tier
        is whole then. What is not rolled up stays: raw history, and the quarters of a day that is not over."""
        gone, whole = 0, self.kept.get(table, 0)
        tier = next((tier for tier in TIERS if tier.table == table), None)
        shift = self.day_shift if tier is DAYS else 0
        wide = tier.width * tier.places if tier else 1
        ends = "id + 1" if tier else "id + span + 1"
        for each in series:
            base = first_id(each)
            rolled = self.rolled.get(each, 0)
            if tier is QUARTERS:
                rolled = (rolled + self.day_shift) // DAY * DAY - self.day_shift
            until = before if tier in (MINUTES, DAYS) else min(before, rolled)
            last = (until + shift) // wide if tier else until - LONGEST
            if last > 0:
                ids = base, (base | last) - 1
                asked = f"SELECT sum(n), max({ends}) FROM {table} WHERE id BETWEEN ? AND ?"
                [(n, end)] = connection.execute(asked, ids).fetchall()
                if n:
                    connection.execute(f"DELETE FROM {table} WHERE id BETWEEN ? AND ?", ids)
                    gone += n
                    # Of what was there, not of the clock: one that was ahead says nothing of the time to come.
                    whole = max(whole, (end - base) * wide - shift)
        connection.execute("INSERT OR REPLACE INTO kept VALUES (?,?)", (table, whole))
        return gone, whole


_series: Callable[[Row], int] = itemgetter(0)
_time: Callable[[Row], int] = itemgetter(1)
_value: Callable[[Row], float] = itemgetter(2)


def _query(connection: Any) -> Callable[[str, tuple[Any, ...]], list[Any]]:
    def query(sql: str, args: tuple[Any, ...]) -> list[Any]:
        found: list[Any] = connection.execute(sql, args).fetchall()
        return found

    return query


def _touches(row: Chunk, base: int, since: int) -> bool:
    """Whether a chunk that begins before `since` must be written anew: it reaches beyond, or has room left."""
    id_, n, span, _ = row
    begin = id_ - base
    return begin + span >= since or (n < CHUNK and since - begin < LONGEST)


def _cut(base: int, times: list[int], values: list[float]) -> Iterable[Chunk]:
    """Chunks of at most CHUNK samples that span less than LONGEST."""
    i = 0
    while i < len(times):
        j = min(i + CHUNK, len(times))
        while times[j - 1] - times[i] >= LONGEST:
            j -= 1
        yield base | times[i], j - i, times[j - 1] - times[i], pack_samples(times[i:j], values[i:j])
        i = j
