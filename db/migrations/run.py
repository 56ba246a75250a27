"""Brings a records store to the newest schema, all of it or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from db.engine import open_engine
from db.errors import StoreError
from db.schema import stamp
from db.tables.base import Base

SCRIPTS = Path(__file__).parent


def migrate(path: Path, key: bytes, scripts: Path = SCRIPTS) -> None:
    """Runs every migration the store lacks in one transaction; makes the store where there is none.

    `scripts` is the folder whose `versions` holds the migrations. Raises StoreError("damaged") when rows point nowhere
    afterwards; then nothing was changed.
    """
    engine = open_engine(path, key, "writer")
    try:
        with engine.connect() as connection:
            # Rebuilding a table that others point into would delete their rows; only outside a transaction can this
            # be switched, so before the first statement begins one.
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys=OFF")
            with connection.begin():
                _upgrade(connection, ScriptDirectory(str(scripts)))
                if lost := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise StoreError("damaged", f"a row of {lost[0]} points to nothing in {lost[2]}")
                stamp(connection)
    finally:
        engine.dispose()


def _upgrade(connection: Connection, scripts: ScriptDirectory) -> None:
    # The names of constraints come from the convention, as they do for the tables.
    names = MetaData(naming_convention=Base.metadata.naming_convention)
    context = MigrationContext.configure(
        connection,
        opts={"target_metadata": names, "fn": lambda heads, _: scripts._upgrade_revs("head", heads)},
    )
    with Operations.context(context):
        context.run_migrations()
