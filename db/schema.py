"""What marks a file as a records store, and of which schema. Kept apart so that opening one needs no migrations."""

from __future__ import annotations

from typing import Any

APPLICATION_ID = 0x4C696E6C
"""`Linl`, in the file's header: a key that fits and another id mean a store of something else."""

SCHEMA = 3
"""The number of the newest migration (`db/migrations/versions`), kept in the header's user_version."""

JOURNAL_TRIGGERS = (
    """CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN
  SELECT RAISE(ABORT, 'the journal is append-only');
END""",
    """CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN
  SELECT RAISE(ABORT, 'the journal is append-only');
END""",
    # INSERT OR REPLACE would delete without the delete trigger where recursive_triggers is off.
    """CREATE TRIGGER journal_at_its_end BEFORE INSERT ON journal
WHEN NEW.n <> (SELECT COALESCE(MAX(n), 0) + 1 FROM journal) BEGIN
  SELECT RAISE(ABORT, 'the journal is append-only');
END""",
)


def stamp(connection: Any) -> None:
    """Marks the file, inside the transaction that made its schema."""
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")
