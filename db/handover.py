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

VERSION = 1

# AUTOINCREMENT: a number forgotten is never given again, so a late answer cannot forget another change.
SCHEMA = (
    "CREATE TABLE waiting (seq INTEGER PRIMARY KEY AUTOINCREMENT, payload BLOB NOT NULL)",
    "CREATE TABLE active (id TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID",
    f"PRAGMA user_version={VERSION}",
)


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
                if version == 0:
                    for statement in SCHEMA:
                        connection.exec_driver_sql(statement)
        except StoreError:
            self._engine.dispose()
            raise

    def append(self, payloads: Sequence[bytes], active: Mapping[str, bytes | None] | None = None) -> list[int]:
        """Keeps the payloads in one commit and returns their numbers; durable when this returns.

        `active` says in the same commit what changed about the set of active alarms: the new state of an id, or None
        for one that ended. So a restart finds the changes and the set they led to, or neither.
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
