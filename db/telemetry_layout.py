"""How history lies in the telemetry file.

Samples arrive in `tail`: one row a write and block of 256 series, so that a second of 20,000 points dirties a hundred or two
pages. Compaction moves them to `raw`: up to 240 samples or a day of one series a row. Roll-ups of 1 minute, 15 minutes and
1 local day hold four hours, four days and a year a row.

Every row's number is `series << 42 | place`, the place being a time in ms (raw) or the row's number in its tier: the table
itself is clustered by series and time, without a second index and with room for large rows in its leaves.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, repeat
from operator import sub
from typing import NamedTuple

from db.rollup import DAY, HOUR, MINUTE, QUARTER

VERSION = 3

PLACE_BITS = 42
LAST_PLACE = (1 << PLACE_BITS) - 1
"""The latest time (ms) there can be: the year 2109."""
LAST_SERIES = (1 << 21) - 1

BLOCK = 256
"""Series that share the rows of the tail."""
CHUNK = 240
"""Samples in a raw chunk at most."""
SAMPLE_BYTES = 17
"""Of a sample in the tail."""
LONGEST = DAY
"""What a raw chunk spans at most: a meter that tells every quarter of an hour still fills a row a day."""
SPAN = 4 * HOUR
"""Roll-ups are made from so much raw history at once: a row of the 1-minute tier."""


class Tier(NamedTuple):
    """A roll-up: its table, the width of a bucket in ms, and how many places a row has."""

    table: str
    width: int
    places: int


MINUTES = Tier("minute", MINUTE, SPAN // MINUTE)
QUARTERS = Tier("quarter", QUARTER, 4 * DAY // QUARTER)
DAYS = Tier("day", DAY, 366)
TIERS = (MINUTES, QUARTERS, DAYS)
TABLES = ("raw", *(tier.table for tier in TIERS))

SCHEMA = (
    "CREATE TABLE series (id INTEGER PRIMARY KEY, thing TEXT NOT NULL, point TEXT NOT NULL, UNIQUE (thing, point))",
    "CREATE TABLE tail (id INTEGER PRIMARY KEY, data BLOB NOT NULL)",
    # `span`: ms from the first to the last sample.
    "CREATE TABLE raw (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, span INTEGER NOT NULL, data BLOB NOT NULL)",
    *(f"CREATE TABLE {tier.table} (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, data BLOB NOT NULL)" for tier in TIERS),
    # Up to when the roll-ups of a series hold its raw chunks; what comes after is read from those.
    "CREATE TABLE rolled (series INTEGER PRIMARY KEY, until INTEGER NOT NULL)",
    # From when on a tier is whole; what was before is forgotten.
    "CREATE TABLE kept (tier TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE latest (series INTEGER PRIMARY KEY, value TEXT NOT NULL, at REAL NOT NULL, device_at REAL)",
    # What devices said of themselves, as it came: the broker's retained set, for when the broker is dark.
    "CREATE TABLE description (topic TEXT PRIMARY KEY, payload BLOB NOT NULL) WITHOUT ROWID",
    f"PRAGMA user_version={VERSION}",
)


def first_id(series: int) -> int:
    return series << PLACE_BITS


def last_id(series: int) -> int:
    return series << PLACE_BITS | LAST_PLACE


def place(t_ms: int) -> int:
    """The time, within what a row's number can hold."""
    return min(max(t_ms, 0), LAST_PLACE)


def pack_tail(block: int, series: Sequence[int], times: Sequence[int], values: Sequence[float]) -> bytes:
    """One write's samples of one block: place in the block, time, value, column by column; too short-lived to deflate."""
    places = bytes(map(sub, series, repeat(block * BLOCK)))
    return places + array("q", times).tobytes() + array("d", values).tobytes()


def ungrouped(rows: Iterable[bytes]) -> tuple[list[list[int]], list[list[float]]]:
    """Times and values by place in the block, out of all its rows in the tail, in the order they were written."""
    times: list[list[int]] = [[] for _ in range(BLOCK)]
    values: list[list[float]] = [[] for _ in range(BLOCK)]
    # Rows that hold the same series, as they do while all points tell every second, are cut column by column.
    for places, alike in groupby(rows, key=lambda data: data[: len(data) // SAMPLE_BYTES]):
        wide = len(places)
        if len(set(places)) < wide:
            for data in alike:
                for place, t, v in zip(
                    places, array("q", data[wide : 9 * wide]), array("d", data[9 * wide :]), strict=True
                ):
                    times[place].append(t)
                    values[place].append(v)
            continue
        all_times, all_values = array("q"), array("d")
        for data in alike:
            all_times.frombytes(data[wide : 9 * wide])
            all_values.frombytes(data[9 * wide :])
        for column, place in enumerate(places):
            times[place] += all_times[column::wide]
            values[place] += all_values[column::wide]
    return times, values


def of_one(data: bytes, series: int) -> Iterator[tuple[int, float]]:
    """The samples of one series in a row of the tail."""
    count = len(data) // SAMPLE_BYTES
    wanted = series % BLOCK
    at = data.find(wanted, 0, count)
    while at >= 0:
        begin = count + 8 * at
        time = array("q", data[begin : begin + 8])[0]
        yield time, array("d", data[begin + 8 * count : begin + 8 * count + 8])[0]
        at = data.find(wanted, at + 1, count)
