"""The hand-over file: alarm changes that are durable here before anyone hears of them, until the records store has them.

A small encrypted file of the field service's own (WAL, `synchronous=FULL`), apart from the telemetry that may be lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from db.engine import open_engine
from db.errors import StoreError, store_error

# What each version of the file added.
# AUTOINCREMENT: a number forgotten is never given again, so a late answer cannot forget another change.
STEPS = (
    (
        "CREATE TABLE waiting (seq INTEGER PRIMARY KEY AUTOINCREMENT, payload BLOB NOT NULL)",
        "CREATE TABLE active (id TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID",
    ),
    ("CREATE TABLE told (thing TEXT, rule TEXT, at_ms INTEGER NOT NULL, PRIMARY KEY (thing, rule)) WITHOUT ROWID",),
)
VERSION = len(STEPS)


class Handover:
    """An open hand-over file; safe from any thread.

    What the bytes mean is the caller's business. Every method raises StoreError for a disk, key or file that refuses;
    a damaged file is told and never replaced, for it may hold alarms that nobody else has.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        """Opens the file, or makes it. Raises StoreError("newer") for one made by a later Linli."""
        self.path = path
        self._engine = open_engine(path, key, "writer")
        try:
            with self._begin() as connection:
                version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
                if version > VERSION:
                    raise StoreError("newer", f"{path.name} has version {version}, this program knows {VERSION}")
                for statement in (one for step in STEPS[version:] for one in step):
                    connection.exec_driver_sql(statement)
                if version < VERSION:
                    connection.exec_driver_sql(f"PRAGMA user_version={VERSION}")
        except StoreError:
            self._engine.dispose()
            raise

    def append(
        self,
        payloads: Sequence[bytes],
        active: Mapping[str, bytes | None] | None = None,
        told: Mapping[tuple[str, str], int] | None = None,
    ) -> list[int]:
        """Keeps the payloads in one commit and returns their numbers; durable when this returns.

        `active` says in the same commit what changed about the set of active alarms: the new state of an id, or None
        for one that ended; `told` which instant (Unix ms) of a rule of a thing was the last one given to a change. So a
        restart finds the changes and what they led to, or neither.
        """
        with self._begin() as connection:
            seqs = []
            for payload in payloads:
                cursor = connection.exec_driver_sql("INSERT INTO waiting (payload) VALUES (?)", (payload,))
                seqs.append(int(cursor.lastrowid))
            for id_, state in (active or {}).items():
                if state is None:
                    connection.exec_driver_sql("DELETE FROM active WHERE id=?", (id_,))
                else:
                    connection.exec_driver_sql("INSERT OR REPLACE INTO active VALUES (?,?)", (id_, state))
            if last := [(*which, at_ms) for which, at_ms in (told or {}).items()]:
                connection.exec_driver_sql("INSERT OR REPLACE INTO told VALUES (?,?,?)", last)
        return seqs

    def pending(self) -> list[tuple[int, bytes]]:
        """What nobody has answered for yet, in the order it was appended."""
        with self._begin() as connection:
            rows = connection.exec_driver_sql("SELECT seq, payload FROM waiting ORDER BY seq").all()
        return [(seq, payload) for seq, payload in rows]

    def forget(self, seqs: Iterable[int]) -> None:
        """The records store has these: they need not be kept. Unknown numbers are no mistake (answers may repeat)."""
        if gone := [(seq,) for seq in seqs]:
            with self._begin() as connection:
                connection.exec_driver_sql("DELETE FROM waiting WHERE seq=?", gone)

    def active(self) -> dict[str, bytes]:
        """The active alarms as the last appends left them."""
        with self._begin() as connection:
            rows = connection.exec_driver_sql("SELECT id, state FROM active").all()
        return {str(id_): bytes(state) for id_, state in rows}

    def told(self) -> dict[tuple[str, str], int]:
        """The last instant of each rule of a thing, as the last appends left them: Unix milliseconds."""
        with self._begin() as connection:
            rows = connection.exec_driver_sql("SELECT thing, rule, at_ms FROM told").all()
        return {(str(thing), str(rule)): int(at_ms) for thing, rule, at_ms in rows}

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            told = store_error(error)
            if told and told.reason == "io":
                # After a failed fsync the page cache may lie: never go on with this connection.
                self._engine.dispose()
            raise told or error from error
