"""Opens an encrypted SQLite file the one safe way (sqlcipher3; never a second SQLite in the process).

The settings and their reasons: WAL with `synchronous=FULL` is the only mode that lost nothing acknowledged in
power-cut trials; transactions are begun explicitly so that DDL is transactional too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from db.errors import StoreError

# The WAL-reset race that can lose committed pages is fixed from here on.
OLDEST_SQLITE = (3, 51, 3)

Mode = Literal["writer", "reader", "telemetry"]


def open_engine(path: Path, key: bytes, mode: Mode) -> Engine:
    """An engine on an existing or new encrypted file.

    `key` is 32 raw bytes. A writer begins every transaction with BEGIN IMMEDIATE and keeps one connection; a reader
    refuses to write; telemetry is a writer with `synchronous=NORMAL`, for the file that may be lost.
    Raises StoreError("library") when SQLite is older than the WAL fix, and ValueError for a key of another length.
    """
    if sqlcipher.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError("library", f"SQLite {sqlcipher.sqlite_version} has the WAL-reset fault")
    if len(key) != 32:
        raise ValueError("a store key is 32 bytes")
    pool: dict[str, Any] = {"pool_size": 4} if mode == "reader" else {"pool_size": 1, "max_overflow": 0}
    engine = create_engine(
        f"sqlite:///{path}",
        module=sqlcipher,
        poolclass=QueuePool,
        connect_args={"check_same_thread": False, "timeout": 10.0},
        **pool,
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        # The driver must not begin or commit by itself, or DDL would commit half a migration.
        connection.isolation_level = None
        set_up(connection, key, mode)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN" if mode == "reader" else "BEGIN IMMEDIATE")

    return engine


def set_up(connection: Any, key: bytes, mode: Mode) -> None:
    """Keys a raw driver connection and sets its pragmas. The key must be the first statement."""
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
    for pragma in (
        "journal_mode=WAL" if mode != "reader" else "query_only=ON",
        "synchronous=NORMAL" if mode == "telemetry" else "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "trusted_schema=OFF",
        "cell_size_check=ON",
        "busy_timeout=10000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
