"""Verified copies of the records store. A copy counts only once it was opened, checked and its journal walked.

Only SQLite itself touches a store while it is open: reading its file by other means would release its locks.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from db import journal
from db.errors import StoreError
from db.files import sync_folder
from db.journal import Head
from db.open import check_header, connected, quick_check
from db.tables.everything import Base


@dataclass(frozen=True)
class Contents:
    """What a verified store holds: rows by table, the journal's head, the schema's number."""

    rows: Mapping[str, int]
    head: Head
    schema: int

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def copy_store(path: Path, key: bytes, to: Path) -> Contents:
    """Copies a store, in use or not, to the new file `to` in one consistent state; returns what the verified copy holds.

    Raises StoreError: "damaged" when the copy does not pass or lacks what the store had, "full" or "io" when it could
    not be written; what became of `to` is then left for the caller to remove. FileExistsError when `to` is there.
    """
    if to.exists():
        raise FileExistsError(to)
    with connected(path, key) as connection:
        # The store may grow until it is copied; it must not have less than now.
        newest = connection.execute("SELECT n, mac FROM journal ORDER BY n DESC LIMIT 1").fetchone()
    with connected(path, key, "writer") as connection:
        connection.execute("VACUUM INTO ?", (str(to),))
    sync_file(to)
    return verify_store(to, key, dict([newest]) if newest else {})


def verify_store(path: Path, key: bytes, anchors: Mapping[int, str] | None = None) -> Contents:
    """Every proof there is that a file is a whole store: header, quick check, foreign keys, the journal's chain.

    Raises StoreError "damaged" or "newer".
    """
    schema = check_header(path, key)
    if schema == 0:
        raise StoreError("damaged", f"{path.name} is empty")
    quick_check(path, key)
    with connected(path, key) as connection:
        if lost := connection.execute("PRAGMA foreign_key_check").fetchone():
            raise StoreError("damaged", f"a row of {lost[0]} points to nothing in {lost[2]}")
        tables = [table.name for table in Base.metadata.sorted_tables]
        rows = {name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in tables}
    verdict = journal.verify_file(path, key, anchors)
    if not verdict.ok:
        raise StoreError("damaged", f"the journal: {verdict.problem}")
    return Contents(rows, verdict.head, schema)


def close_off(path: Path, key: bytes) -> None:
    """Folds the write-ahead log into a store's file, so that the file alone is the store and may be moved.

    Raises StoreError("busy") while anybody else has the store open.
    """
    with connected(path, key, "writer") as connection:
        connection.execute("PRAGMA busy_timeout=500")
        # Leaving WAL needs the file alone: the one lock that even an idle reader stands in the way of.
        mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
    if mode != "delete":
        raise StoreError("busy", f"{path.name} is open elsewhere")


def sync_file(path: Path) -> None:
    """Puts a closed file and its name on disk: VACUUM INTO does neither."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    sync_folder(path.parent)
