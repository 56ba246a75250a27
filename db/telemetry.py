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

T = TypeVar("T")

VERSION = 2

SCHEMA = (
    "CREATE TABLE series (id INTEGER PRIMARY KEY, thing TEXT NOT NULL, point TEXT NOT NULL, UNIQUE (thing, point))",
    # Clustered by series and time: a chart reads neighbouring pages (three to five times faster than rowid + index).
    "CREATE TABLE sample (series INTEGER, t INTEGER, v REAL, PRIMARY KEY (series, t)) WITHOUT ROWID",
    "CREATE TABLE latest (series INTEGER PRIMARY KEY, value TEXT NOT NULL, at REAL NOT NULL, device_at REAL)",
    # What devices said of themselves, as it came: the broker's retained set, for when the broker is dark.
    "CREATE TABLE description (topic TEXT PRIMARY KEY, payload BLOB NOT NULL) WITHOUT ROWID",
    f"PRAGMA user_version={VERSION}",
)

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

    Methods that touch the disk raise StoreError when it refuses.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = key
        self._lock = threading.Lock()
        self._ids: dict[tuple[str, str], int] = {}
        self._last_id = 0
        self._unsaved: list[tuple[int, str, str]] = []
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
        """Adds samples (series, Unix ms, value) in one transaction; of two in the same millisecond the later stays."""
        self._insert("INSERT OR REPLACE INTO sample VALUES (?,?,?)", sorted(rows))

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

    def history(
        self, thing_id: str, point: str, since_ms: int, until_ms: int, most: int = 2000
    ) -> list[tuple[int, float]]:
        """As `TelemetryReader.history`."""
        with self._begin() as connection:
            return _history(
                lambda sql, args: connection.exec_driver_sql(sql, args).all(), thing_id, point, since_ms, until_ms, most
            )

    def forget_before(self, t_ms: int) -> int:
        """Drops samples older than the instant and returns how many. One commit a series, so that none takes long."""
        gone = 0
        for series in sorted(self._ids.values()):
            with self._begin() as connection:
                cursor = connection.exec_driver_sql("DELETE FROM sample WHERE series=? AND t<?", (series, t_ms))
                gone += cursor.rowcount
        return gone

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
        with self._lock:
            new = list(self._unsaved)
        with self._begin() as connection:
            if new:
                connection.exec_driver_sql("INSERT OR REPLACE INTO series VALUES (?,?,?)", new)
            connection.exec_driver_sql(statement, rows)
        with self._lock:
            del self._unsaved[: len(new)]

    def _prepare(self) -> None:
        with self._begin() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if version == 0:
                for statement in SCHEMA:
                    connection.exec_driver_sql(statement)
            elif version != VERSION:
                raise StoreError("newer", f"{self.path.name} has version {version}, this program knows {VERSION}")
            known = connection.exec_driver_sql("SELECT id, thing, point FROM series").all()
        with self._lock:
            for id_, thing, point in known:
                self._ids[thing, point] = id_
                self._last_id = max(self._last_id, id_)

    def _healing(self, work: Callable[[], T]) -> T:
        """Does the work, on a new file when the old one turns out to be unusable."""
        try:
            return work()
        except StoreError as error:
            if error.reason not in _UNUSABLE:
                raise
        self._engine.dispose()
        _move_aside(self.path)
        self._engine = open_engine(self.path, self._key, "telemetry")
        with self._lock:
            # Series keep their numbers: rows that wait to be written already carry them.
            self._unsaved = [(id_, thing, point) for (thing, point), id_ in self._ids.items()]
        self._prepare()
        return work()

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise store_error(error) or error from error


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
        return self._ask(_latest)

    def history(
        self, thing_id: str, point: str, since_ms: int, until_ms: int, most: int = 2000
    ) -> list[tuple[int, float]]:
        """Samples (Unix ms, value) from `since_ms` to `until_ms`, both included, in order of time.

        Of more than `most` there remain the lowest and the highest of each of `most // 2` equal spans of time, so that
        a chart still shows every peak.
        """
        return self._ask(lambda query: _history(query, thing_id, point, since_ms, until_ms, most))

    def _ask(self, work: Callable[[_Query], list[T]]) -> list[T]:
        if not self.path.exists():
            return []
        try:
            # mode=rw: a reader must not make an empty file where there was none.
            connection = sqlcipher.connect(f"{self.path.absolute().as_uri()}?mode=rw", uri=True, timeout=10.0)
            try:
                set_up(connection, self._key, "reader")
                if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                    return []
                return work(lambda sql, args: connection.execute(sql, args).fetchall())
            finally:
                connection.close()
        except sqlcipher.DatabaseError as error:
            raise store_error(error) or error from error


_Query = Callable[[str, tuple[Any, ...]], Sequence[Any]]


def _latest(query: _Query) -> list[Latest]:
    rows = query("SELECT thing, point, value, at, device_at FROM latest JOIN series ON series.id = series", ())
    return [Latest(thing, point, json.loads(value), at, device_at) for thing, point, value, at, device_at in rows]


def _history(
    query: _Query, thing_id: str, point: str, since_ms: int, until_ms: int, most: int
) -> list[tuple[int, float]]:
    found = query("SELECT id FROM series WHERE thing=? AND point=?", (thing_id, point))
    if not found:
        return []
    window = (found[0][0], since_ms, until_ms)
    where = "FROM sample WHERE series=? AND t BETWEEN ? AND ?"
    rows = query(f"SELECT t, v {where} ORDER BY t LIMIT ?", (*window, most + 1))
    if len(rows) > most:
        span = max(1, -(-(until_ms - since_ms + 1) // max(1, most // 2)))
        # With one min() or max() SQLite takes the other columns from the row that holds it.
        extremes = [query(f"SELECT t, {f}(v) {where} GROUP BY (t - ?) / ?", (*window, since_ms, span)) for f in _ENDS]
        rows = sorted({(t, v) for side in extremes for t, v in side})[:most]
    return [(t, v) for t, v in rows]


_ENDS = ("min", "max")


def _asides(path: Path) -> list[tuple[int, Path]]:
    pattern = re.compile(re.escape(path.name) + r"\.aside-(\d+)")
    return [(int(m[1]), p) for p in path.parent.iterdir() if (m := pattern.fullmatch(p.name))]


def _move_aside(path: Path) -> None:
    """Renames the file to `<name>.aside-<n>`, n one higher than before; only the newest is kept, or the disk would fill."""
    old = _asides(path)
    path.replace(path.with_name(f"{path.name}.aside-{max((n for n, _ in old), default=0) + 1}"))
    for _, aside in old:
        aside.unlink()
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
