"""Migrations: the schema they make is the tables', and killing one leaves the old store or the new, never between."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from db.engine import open_engine
from db.migrations.run import SCRIPTS, migrate
from db.open import check_header, connected, open_records, quick_check
from db.schema import APPLICATION_ID, SCHEMA
from db.store import create_schema
from tests.db.test_open import fill
from tests.support.fakes import FakeIds

REBUILD = '''
"""A parent table that others point into is built anew."""
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "{before}"


def upgrade() -> None:
    with op.batch_alter_table("place", recreate="always") as table:
        table.add_column(sa.Column("added", sa.String(), nullable=False, server_default="x"))
    op.execute("INSERT INTO counter (name, value) VALUES ('migrated', 1)")
'''

CHILD = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from db.migrations.run import migrate

path, scripts, stop = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
done = 0

@event.listens_for(Engine, "before_cursor_execute")
def _before(connection, cursor, statement, *rest):
    global done
    done += 1
    if done == stop:
        os.kill(os.getpid(), signal.SIGKILL)

@event.listens_for(Engine, "commit")
def _commit(connection):
    if done + 1 == stop:
        os.kill(os.getpid(), signal.SIGKILL)

migrate(path, bytes(range(32)), scripts)
print(done)
"""


def schema_of(path: Path, key: bytes) -> dict[str, str]:
    with connected(path, key) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: " ".join(sql.split()) for name, sql in rows if name != "alembic_version"}


def test_the_migrations_make_the_schema_of_the_tables(tmp_path: Path, key: bytes) -> None:
    migrate(tmp_path / "migrated.db", key)
    engine = open_engine(tmp_path / "created.db", key, "writer")
    with engine.begin() as connection:
        create_schema(connection)
    engine.dispose()
    assert schema_of(tmp_path / "migrated.db", key) == schema_of(tmp_path / "created.db", key)


def test_the_newest_migration_has_the_schemas_number(tmp_path: Path, key: bytes) -> None:
    numbers = sorted(int(path.name.split("_")[0]) for path in (SCRIPTS / "versions").glob("[0-9]*.py"))
    assert numbers == list(range(1, SCHEMA + 1))
    migrate(tmp_path / "a.db", key)
    with connected(tmp_path / "a.db", key) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA,)


def test_migrating_twice_changes_nothing(tmp_path: Path, key: bytes) -> None:
    migrate(tmp_path / "a.db", key)
    before = schema_of(tmp_path / "a.db", key)
    migrate(tmp_path / "a.db", key)
    assert schema_of(tmp_path / "a.db", key) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET op = 'x'",
        "UPDATE journal SET body = '{}' WHERE n = 1",
        "DELETE FROM journal WHERE n = 2",
        "DELETE FROM journal",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE n = 1",
        "REPLACE INTO journal SELECT * FROM journal WHERE n = 2",
        "INSERT INTO journal SELECT n + 7, op_id, tx, op, v, kind, entity_id, base_rev, at, offset_minutes, actor, "
        "actor_name, terminal, reason, body, body_hash, mac FROM journal WHERE n = 1",
        "INSERT INTO journal SELECT -1, op_id, tx, op, v, kind, entity_id, base_rev, at, offset_minutes, actor, "
        "actor_name, terminal, reason, body, body_hash, mac FROM journal WHERE n = 1",
    ],
)
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_the_journal_only_grows_at_its_end(tmp_path: Path, key: bytes, statement: str, recursive: str) -> None:
    fill(tmp_path, key, 2)
    engine = open_engine(tmp_path / "records.db", key, "writer")
    with engine.connect() as connection:
        connection.connection.driver_connection.execute(f"PRAGMA recursive_triggers={recursive}")
        with pytest.raises(Exception, match="append-only"):
            connection.execute(text(statement))
    engine.dispose()
    records = open_records(tmp_path, key, FakeIds())
    assert records.verify().entries == 2
    records.close()


@pytest.fixture
def rebuilding(tmp_path: Path) -> Path:
    """The migrations with one more that builds a parent table anew."""
    scripts = tmp_path / "scripts"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / "9999_rebuild.py").write_text(REBUILD.format(before=f"{SCHEMA:04}"), encoding="utf-8")
    return scripts


def test_building_a_parent_table_anew_keeps_its_children(tmp_path: Path, key: bytes, rebuilding: Path) -> None:
    path = tmp_path / "records.db"
    with_places(path, key)
    migrate(path, key, rebuilding)
    assert counts(path, key) == (2, 1)


def test_a_migration_that_leaves_rows_pointing_nowhere_is_undone(tmp_path: Path, key: bytes, rebuilding: Path) -> None:
    path = tmp_path / "records.db"
    with_places(path, key)
    script = rebuilding / "versions" / "9999_rebuild.py"
    script.write_text(script.read_text() + "    op.execute(\"DELETE FROM place WHERE id = 'b'\")\n", encoding="utf-8")
    before = schema_of(path, key)
    with pytest.raises(Exception, match="points to nothing"):
        migrate(path, key, rebuilding)
    assert schema_of(path, key) == before and counts(path, key) == (2, 1)


def test_a_migration_killed_before_any_statement_leaves_old_or_new(
    tmp_path: Path, key: bytes, rebuilding: Path
) -> None:
    """A sweep over the statements of making a store and of rebuilding a table, in about a dozen kills."""
    for name, scripts in (("fresh", SCRIPTS), ("rebuilt", rebuilding)):
        first = tmp_path / f"{name}-0.db"
        if name == "rebuilt":
            with_places(first, key)
        old = state(first, key)
        total = killed_at(copy_of(first, tmp_path / f"{name}-all.db"), scripts, -1)
        new = state(tmp_path / f"{name}-all.db", key)
        assert old != new
        # The last is between the last statement and the commit.
        for stop in sorted({1, 2, *range(3, total, max(1, total // 3)), total, total + 1}):
            path = copy_of(first, tmp_path / f"{name}-{stop}.db")
            killed_at(path, scripts, stop)
            assert state(path, key) == old, f"killed at statement {stop} of {total}"
            migrate(path, key, scripts)
            assert state(path, key) == new


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not here; the sweep over statements ran")
def test_a_migration_killed_at_any_write_leaves_old_or_new(tmp_path: Path, key: bytes) -> None:
    """Killed at the file writes of the commit itself, which no hook inside the process sees."""
    trial = subprocess.run(["strace", "-e", "trace=none", "true"], capture_output=True, check=False)
    if trial.returncode != 0:
        pytest.skip("strace may not trace here; the sweep over statements ran")
    outcomes = set()
    for stop in (1, 2, 3, 5, 8, 13, 30, 50):
        path = tmp_path / f"w{stop}.db"
        inject = f"inject=pwrite64:signal=SIGKILL:when={stop}"
        command = [sys.executable, "-c", CHILD, str(path), str(SCRIPTS), "-1"]
        subprocess.run(["strace", "-f", "-o", "/dev/null", "-e", inject, *command], capture_output=True, check=False)
        outcomes.add(check_header(path, key) if path.exists() else 0)
        if outcomes & {SCHEMA}:
            quick_check(path, key)
        migrate(path, key)
        assert check_header(path, key) == SCHEMA
        quick_check(path, key)
    assert 0 in outcomes and outcomes <= {0, SCHEMA}


def with_places(path: Path, key: bytes) -> None:
    """A store with a building and a unit in it, and a thing that points at the building."""
    migrate(path, key)
    with connected(path, key, "writer") as connection:
        for id_, parent in (("b", None), ("u", "b")):
            connection.execute(
                "INSERT INTO place VALUES (?, ?, 'building', '1', '1', 0, 'active', 0, '{}')", (id_, parent)
            )
        connection.execute("INSERT INTO thing VALUES ('t', 'lift', '', 'b', 0, '', '{}', 'active', 0, '{}')")


def counts(path: Path, key: bytes) -> tuple[int, int]:
    with connected(path, key) as connection:
        places, things = (connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("place", "thing"))
    return places, things


def state(path: Path, key: bytes) -> object:
    """Everything a half migration would show in."""
    if not path.exists() or check_header(path, key) == 0:
        return "empty"
    quick_check(path, key)
    return schema_of(path, key), counts(path, key)


def copy_of(path: Path, to: Path) -> Path:
    if path.exists():
        shutil.copyfile(path, to)
    return to


def killed_at(path: Path, scripts: Path, stop: int) -> int:
    """Migrates in a child that is killed before its `stop`-th statement (-1: never); the statements of a whole run."""
    command = [sys.executable, "-c", CHILD, str(path), str(scripts), str(stop)]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    assert child.returncode == (0 if stop < 0 else -9), child.stderr
    return int(child.stdout) if stop < 0 else 0
