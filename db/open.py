"""Opens the records store in the one safe order, or says why not.

SQLite's version → key → application id → schema (migrating an older one) → quick check → ready. The quick check runs here
only when a write-ahead log was left behind, that is after a crash or beside another process: half a second for 90 MB is
too much for every start, and the self-test runs it anyway.
"""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from db.engine import OLDEST_SQLITE, Mode, set_up
from db.errors import StoreError, store_error
from db.files import free_name, sync_folder, write_whole
from db.schema import APPLICATION_ID, SCHEMA
from db.store import Changes, Records

log = logging.getLogger(__name__)

STORE = "records.db"
IDENTITY = "records.db.id"
"""Beside the store: a value that only the right key makes. It tells a wrong key from damage, and a store that was lost
from one that never was."""


def open_records(
    data_dir: Path, key: bytes, new_id: Callable[[], str], on_commit: Callable[[Changes], None] = lambda _: None
) -> Records:
    """The records store of a data folder; a new one where there never was one.

    Raises StoreError: "wrong_key"; "missing" when a store was here and is gone; "newer" for a later Linli's;
    "damaged", after the damaged files were moved aside (`records.db.damaged`): restore a backup then.
    """
    path, beside = data_dir / STORE, data_dir / IDENTITY
    known = _check_key(beside, key)
    if known and not path.exists():
        raise StoreError("missing", f"{path} is gone; restore a backup")
    if not known and (aside := sorted(data_dir.glob(f"{STORE}.damaged*"))):
        raise StoreError("damaged", f"a damaged store was moved to {aside[0].name}; restore a backup")
    unclean = _log_was_left(path)
    try:
        schema = check_header(path, key) if path.exists() else 0
        if known and schema == 0:
            raise StoreError("damaged", f"{path.name} is empty")
        if schema < SCHEMA:
            # Lazily: an up-to-date store does not need the migrations and their library.
            from db.migrations.run import migrate

            migrate(path, key)
        if unclean:
            log.info("the store was not closed; checking it")
            quick_check(path, key)
    except StoreError as error:
        if error.reason == "damaged" and known:
            raise StoreError("damaged", f"{error.detail}; moved to {quarantine(path).name}") from error
        raise
    if not known:
        write_whole(beside, identity(key))
    return Records(path, key, new_id, on_commit)


def key_check(key: bytes) -> str:
    """A value that tells whether a key is the right one and tells nothing of the key."""
    return hmac.digest(key, b"linli/key-check/1", "sha256").hex()


def identity(key: bytes) -> bytes:
    """What stands in the file beside a store of this key."""
    return json.dumps({"key_check": key_check(key)}).encode()


def key_matches(data_dir: Path, key: bytes) -> bool:
    """Whether a key is the one of the folder's store, or the folder knows none yet. Raises StoreError("damaged")."""
    try:
        _check_key(data_dir / IDENTITY, key)
    except StoreError as error:
        if error.reason == "wrong_key":
            return False
        raise
    return True


def check_header(path: Path, key: bytes) -> int:
    """The schema number of a store, 0 for a file without tables.

    Raises StoreError "damaged" (unreadable with this key, or not a store of Linli) or "newer".
    """
    with connected(path, key) as connection:
        application, schema, tables = (
            connection.execute(statement).fetchone()[0]
            for statement in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
        )
    if not tables and not application:
        return 0
    if application != APPLICATION_ID:
        raise StoreError("damaged", f"{path.name} is not a records store of Linli")
    if schema > SCHEMA:
        raise StoreError("newer", f"{path.name} has schema {schema}, this program knows {SCHEMA}")
    return int(schema)


def quick_check(path: Path, key: bytes) -> None:
    """SQLite's own look at every page of a store. Raises StoreError("damaged") with what it found."""
    with connected(path, key) as connection:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreError("damaged", str(found))


def quarantine(path: Path) -> Path:
    """Moves a store and its log aside, for whoever may yet read something from it; returns the new name."""
    aside = free_name(path.with_name(f"{path.name}.damaged"))
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    sync_folder(path.parent)
    return aside


def _check_key(beside: Path, key: bytes) -> bool:
    """Whether the store is known to be this key's. Raises StoreError("wrong_key")."""
    if not beside.exists():
        return False
    try:
        expected = str(json.loads(beside.read_bytes())["key_check"])
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError("damaged", f"{beside.name} cannot be read: {error}") from error
    if not hmac.compare_digest(expected.encode(), key_check(key).encode()):
        raise StoreError("wrong_key", "this key is another store's")
    return True


def _log_was_left(path: Path) -> bool:
    left = path.with_name(path.name + "-wal")
    return left.exists() and left.stat().st_size > 0


class connected:
    """A driver connection of its own for a look at a store, closed after; the driver's refusals come as StoreError."""

    def __init__(self, path: Path, key: bytes, mode: Mode = "reader") -> None:
        if sqlcipher.sqlite_version_info < OLDEST_SQLITE:
            raise StoreError("library", f"SQLite {sqlcipher.sqlite_version} has the WAL-reset fault")
        self._path, self._key, self._mode = path, key, mode

    def __enter__(self) -> Any:
        try:
            # mode=rw: a look must not make a file.
            self._connection = sqlcipher.connect(
                f"{self._path.absolute().as_uri()}?mode=rw", uri=True, timeout=10.0, isolation_level=None
            )
        except sqlcipher.Error as error:
            raise store_error(error) or error from error
        try:
            set_up(self._connection, self._key, self._mode)
        except sqlcipher.Error as error:
            self._connection.close()
            raise store_error(error) or error from error
        return self._connection

    def __exit__(self, _type: Any, error: BaseException | None, _trace: Any) -> None:
        self._connection.close()
        if isinstance(error, sqlcipher.Error):
            raise store_error(error) or error from error
