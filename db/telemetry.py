"""The telemetry file: latest values and their history. It may be lost at any time without losing a business record.

A damaged file, one of another version or under another key is moved aside, counted and made anew.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from db.engine import open_engine, set_up
from db.errors import StoreError, store_error
from db.rollup import Band
from db.telemetry_compact import Compactor, Row
from db.telemetry_layout import BLOCK, SCHEMA, VERSION
from db.telemetry_read import HistoryQuery, find
from db.telemetry_stored import Query

T = TypeVar("T")

CACHE_KB = 16_000
"""Pages kept in memory by the writer."""
CHECKPOINT = 4_000
"""Pages in the write-ahead log until they go into the file: a page that grows every second is written there once, not four
times, and the disk is waited for as seldom."""
UTC_OFFSET = 480
"""Minutes the community's clock is ahead of UTC, for the days of a new file: China's."""

# What a file that is not ours to read looks like; anything else (a full disk, no rights) is told instead.
_UNUSABLE = frozenset({"damaged", "wrong_key", "newer"})


class Latest(NamedTuple):
    """The last live value of a point: `at` is when it was received, `device_at` what the device said, in Unix seconds."""

    thing_id: str
    point: str
    value: bool | int | float | str
    at: float
    device_at: float | None = None


class Telemetry:
    """The telemetry file, open for its one writer (the field service). Safe from any thread.

    Methods that touch the disk raise StoreError when it refuses. `utc_offset` (minutes) says when local days begin; a file
    that exists keeps the one it was made with.
    """

    def __init__(self, path: Path, key: bytes, utc_offset: int = UTC_OFFSET) -> None:
        self.path = path
        self._key = key
        self._utc_offset = utc_offset
        self._lock = threading.Lock()
        self._ids: dict[tuple[str, str], int] = {}
        self._last_id = 0
        self._unsaved: list[tuple[int, str, str]] = []
        self._file: tuple[int, int] | None = None
        self._engine = open_engine(path, key, "telemetry")
        self._healing(self._prepare)

    @property
    def replaced(self) -> int:
        """How many times this file had to be made anew, by the number of the newest one that was moved aside."""
        return max((n for n, _ in _asides(self.path)), default=0)

    def series_id(self, thing_id: str, point: str) -> int:
        """The number of a series, given at the first question. Touches no disk: a new one is written by the next write."""
        key = (thing_id, point)
        found = self._ids.get(key)
        if found is not None:
            return found
        with self._lock:
            if key not in self._ids:
                self._last_id += 1
                self._unsaved.append((self._last_id, thing_id, point))
                self._ids[key] = self._last_id
            return self._ids[key]

    def write(self, rows: Sequence[tuple[int, int, float]]) -> None:
        """Adds samples (series, Unix ms, value) in one transaction; of two in the same millisecond the later stays.

        Times are from 1970 to 2109 and values finite.
        """
        if rows:
            added = self._healing(lambda: self._append(rows))
            self._compactor.appended(added)

    def compact(self, now_ms: int, seconds: float = 0.2) -> bool:
        """Does what is due of moving samples into chunks and rolling them up, in small transactions, until it took so many
        seconds; returns whether more is due. To be called about every second by the thread that writes."""
        return self._healing(lambda: self._compactor.work(self._driver, now_ms, seconds, everything=False))

    def settle(self, now_ms: int) -> None:
        """Compacts whatever there is, due or not, and rolls up every four hours that are over."""
        self._healing(lambda: self._compactor.work(self._driver, now_ms, float("inf"), everything=True))

    def save_latest(self, rows: Sequence[Latest]) -> None:
        """Keeps the last values, so that panels open with them and their age after a restart."""
        values = [(self.series_id(r.thing_id, r.point), json.dumps(r.value), r.at, r.device_at) for r in rows]
        self._insert("INSERT OR REPLACE INTO latest VALUES (?,?,?,?)", values)

    def save_descriptions(self, news: Mapping[str, bytes]) -> None:
        """Keeps descriptions by topic; an empty one is forgotten."""
        self._insert("INSERT OR REPLACE INTO description VALUES (?,?)", [(t, p) for t, p in news.items() if p])
        self._insert("DELETE FROM description WHERE topic=?", [(t,) for t, p in news.items() if not p])

    def descriptions(self) -> list[tuple[str, bytes]]:
        """Every description kept, by topic."""
        with self._begin() as connection:
            rows = connection.exec_driver_sql("SELECT topic, payload FROM description ORDER BY topic").all()
        return [(str(topic), bytes(payload)) for topic, payload in rows]

    def latest(self) -> list[Latest]:
        with self._begin() as connection:
            return _latest(lambda sql, args: connection.exec_driver_sql(sql, args).all())

    def newest(self) -> float | None:
        """When the newest of the latest values was told (Unix seconds); None while there is none."""
        with self._begin() as connection:
            found = connection.exec_driver_sql("SELECT max(at) FROM latest").scalar()
        return None if found is None else float(found)

    def history(
        self, thing_id: str, point: str, since_ms: int, until_ms: int, most: int = 2000
    ) -> list[tuple[int, float]]:
        """As `TelemetryReader.history`."""
        return self._ask(thing_id, point, lambda past: past.samples(since_ms, until_ms, most), [])

    def bands(self, thing_id: str, point: str, since_ms: int, until_ms: int, most: int = 500) -> list[Band]:
        """As `TelemetryReader.bands`."""
        return self._ask(thing_id, point, lambda past: past.bands(since_ms, until_ms, most), [])

    def last_before(self, thing_id: str, point: str, t_ms: int) -> tuple[int, float] | None:
        """As `TelemetryReader.last_before`."""
        return self._ask(thing_id, point, lambda past: past.last(t_ms), None)

    def forget(self, tier: str, before_ms: int) -> int:
        """Drops what a tier ("raw", "minute", "quarter", "day") holds of the time before the instant, and returns how many
        samples or buckets. A commit every so many series, so that none takes long."""
        gone, known = 0, sorted(self._ids.values())
        for begin in range(0, len(known), BLOCK):
            with self._driver() as connection:
                n, whole = self._compactor.forget(connection, known[begin : begin + BLOCK], tier, before_ms)
            gone += n
            self._compactor.kept[tier] = whole
        return gone

    def trust_clock(self, now_ms: int) -> None:
        """Tells that the clock is right: what comes from now on is whole again in tiers that forgot a time to come, which
        the clock once said it was."""
        ahead = {tier: now_ms for tier, since in self._compactor.kept.items() if since > now_ms}
        if ahead:
            with self._driver() as connection:
                connection.executemany("INSERT OR REPLACE INTO kept VALUES (?,?)", list(ahead.items()))
            self._compactor.kept |= ahead

    def size(self) -> int:
        """Bytes of the file in use; room freed by `forget_before` is used again and does not count."""
        with self._begin() as connection:
            pages, free, page = (
                int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
                for name in ("page_count", "freelist_count", "page_size")
            )
        return (pages - free) * page

    def close(self) -> None:
        self._engine.dispose()

    def _insert(self, statement: str, rows: list[Any]) -> None:
        if rows:
            self._healing(lambda: self._insert_once(statement, rows))

    def _insert_once(self, statement: str, rows: list[Any]) -> None:
        with self._saving() as connection:
            connection.exec_driver_sql(statement, rows)

    def _append(self, rows: Sequence[Row]) -> dict[int, int]:
        with self._saving() as connection:
            return self._compactor.append(connection.connection.driver_connection, rows)

    @contextmanager
    def _saving(self) -> Iterator[Connection]:
        """A transaction that first writes the series it may speak of."""
        with self._lock:
            new = list(self._unsaved)
        with self._begin() as connection:
            if new:
                connection.exec_driver_sql("INSERT OR REPLACE INTO series VALUES (?,?,?)", new)
            yield connection
        with self._lock:
            del self._unsaved[: len(new)]

    def _ask(self, thing_id: str, point: str, work: Callable[[HistoryQuery], T], nothing: T) -> T:
        with self._driver() as connection:
            past = find(lambda sql, args: connection.execute(sql, args).fetchall(), thing_id, point)
            return work(past) if past else nothing

    def _prepare(self) -> None:
        with self._begin() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if version == 0:
                for statement in SCHEMA:
                    connection.exec_driver_sql(statement)
                connection.exec_driver_sql("INSERT INTO setting VALUES ('utc_offset', ?)", (self._utc_offset,))
            elif version != VERSION:
                raise StoreError("newer", f"{self.path.name} has version {version}, this program knows {VERSION}")
            known = connection.exec_driver_sql("SELECT id, thing, point FROM series").all()
            # Compaction works on hundreds of chunks at once; the default of 2 MB would decrypt them twice.
            connection.exec_driver_sql(f"PRAGMA cache_size=-{CACHE_KB}")
            connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint={CHECKPOINT}")
            self._compactor = Compactor(connection.connection.driver_connection)
        with self._lock:
            for id_, thing, point in known:
                self._ids[thing, point] = id_
                self._last_id = max(self._last_id, id_)
        self._file = _identity(self.path)

    def _healing(self, work: Callable[[], T]) -> T:
        """Does the work, on a new file when the old one is gone or turns out to be unusable."""
        if self._file and _identity(self.path) != self._file:
            # Deleted under us: what we would write now, nobody could read.
            self._renew(lambda: _remove_endings(self.path))
        try:
            return work()
        except StoreError as error:
            if error.reason not in _UNUSABLE:
                raise
        self._renew(lambda: _move_aside(self.path))
        return work()

    def _renew(self, clear: Callable[[], None]) -> None:
        self._engine.dispose()
        clear()
        self._engine = open_engine(self.path, self._key, "telemetry")
        with self._lock:
            # Series keep their numbers: rows that wait to be written already carry them.
            self._unsaved = [(id_, thing, point) for (thing, point), id_ in self._ids.items()]
        self._prepare()

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except (DBAPIError, sqlcipher.DatabaseError) as error:
            raise store_error(error) or error from error

    @contextmanager
    def _driver(self) -> Iterator[Any]:
        """A transaction on the driver's own connection: a third of the cost a statement, where there are thousands."""
        with self._begin() as connection:
            yield connection.connection.driver_connection


class TelemetryReader:
    """Reads the telemetry file while the field process writes it; safe from any thread.

    A connection lives for one question (about a millisecond), so that a file which the writer replaced is seen at once.
    No file yet means no values; a file that cannot be read raises StoreError.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = key

    def latest(self) -> list[Latest]:
        """The last live value of every point that has one."""
        return self._ask(_latest, [])

    def history(
        self, thing_id: str, point: str, since_ms: int, until_ms: int, most: int = 2000
    ) -> list[tuple[int, float]]:
        """Samples (Unix ms, value) from `since_ms` to `until_ms`, both included, in order of time.

        Of more than `most` there remain the lowest and the highest of each of `most // 2` equal spans of time, so that
        a chart still shows every peak.
        """
        return self._about(thing_id, point, lambda past: past.samples(since_ms, until_ms, most), [])

    def bands(self, thing_id: str, point: str, since_ms: int, until_ms: int, most: int = 500) -> list[Band]:
        """What the point was from `since_ms` to `until_ms` (Unix ms), both included, as at most `most` bands (two at least).

        The samples themselves where they are few enough, each a band of its own; else spans of time of one width, cut
        from samples or from the roll-ups of 1 minute, 15 minutes or 1 local day. The first band may begin before
        `since_ms`; it is whole, as all are. Spans without a sample have no band. Up to the last sample that was written,
        nothing is missing.
        """
        return self._about(thing_id, point, lambda past: past.bands(since_ms, until_ms, most), [])

    def last_before(self, thing_id: str, point: str, t_ms: int) -> tuple[int, float] | None:
        """The last sample at or before the instant (Unix ms); where raw history is forgotten, the last value of the last
        roll-up that was over by then, at its last millisecond. None when there is nothing so old."""
        return self._about(thing_id, point, lambda past: past.last(t_ms), None)

    def _about(self, thing_id: str, point: str, work: Callable[[HistoryQuery], T], nothing: T) -> T:
        def ask(query: Query) -> T:
            past = find(query, thing_id, point)
            return work(past) if past else nothing

        return self._ask(ask, nothing)

    def _ask(self, work: Callable[[Query], T], nothing: T) -> T:
        if not self.path.exists():
            return nothing
        try:
            # mode=rw: a reader must not make an empty file where there was none.
            connection = sqlcipher.connect(f"{self.path.absolute().as_uri()}?mode=rw", uri=True, timeout=10.0)
            try:
                set_up(connection, self._key, "reader")
                connection.isolation_level = None
                connection.execute("BEGIN")
                if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                    return nothing
                return work(lambda sql, args: connection.execute(sql, args).fetchall())
            finally:
                connection.close()
        except sqlcipher.DatabaseError as error:
            raise store_error(error) or error from error


def _latest(query: Query) -> list[Latest]:
    rows = query("SELECT thing, point, value, at, device_at FROM latest JOIN series ON series.id = series", ())
    return [Latest(thing, point, json.loads(value), at, device_at) for thing, point, value, at, device_at in rows]


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file it is that has this name now."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _asides(path: Path) -> list[tuple[int, Path]]:
    pattern = re.compile(re.escape(path.name) + r"\.aside-(\d+)")
    return [(int(m[1]), p) for p in path.parent.iterdir() if (m := pattern.fullmatch(p.name))]


def _move_aside(path: Path) -> None:
    """Renames the file to `<name>.aside-<n>`, n one higher than before; only the newest is kept, or the disk would fill."""
    old = _asides(path)
    path.replace(path.with_name(f"{path.name}.aside-{max((n for n, _ in old), default=0) + 1}"))
    for _, aside in old:
        aside.unlink()
    _remove_endings(path)


def _remove_endings(path: Path) -> None:
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
