"""Tampering: whatever was done to the journal behind the store's back is found, and where."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from db import journal
from db.open import STORE, connected
from tests.db.test_open import fill

ENTRIES = 12
TAMPERINGS = 220
COLUMNS = (
    "op_id",
    "tx",
    "op",
    "kind",
    "entity_id",
    "at",
    "actor",
    "actor_name",
    "terminal",
    "body",
    "body_hash",
    "mac",
)


@pytest.fixture
def filled(tmp_path: Path, key: bytes) -> Path:
    fill(tmp_path, key, ENTRIES)
    with connected(tmp_path / STORE, key, "writer") as connection:
        for trigger in ("journal_no_update", "journal_no_delete", "journal_at_its_end"):
            connection.execute(f"DROP TRIGGER {trigger}")
    return tmp_path / STORE


def test_every_tampering_is_found_and_the_first_bad_entry_named(filled: Path, tmp_path: Path, key: bytes) -> None:
    chance = random.Random(7)
    anchor = journal.verify_file(filled, key).head
    for number in range(TAMPERINGS):
        path = tmp_path / "tampered.db"
        shutil.copyfile(filled, path)
        with connected(path, key, "writer") as connection:
            kind = ("edit", "number", "delete", "swap", "cut")[number % 5]
            bad = tamper(connection, kind, chance)
        verdict = journal.verify_file(path, key, {anchor.n: anchor.mac[:16]})
        assert not verdict.ok and verdict.bad_n == bad, f"{kind}, {number}: {verdict}"
        assert verdict.problem
        for left in tmp_path.glob("tampered.db*"):
            left.unlink()


def tamper(connection: Any, kind: str, chance: random.Random) -> int:
    """Changes the journal in one way; returns the number at which the chain is then bad."""
    n = chance.randrange(1, ENTRIES)
    if kind == "edit":
        column = chance.choice(COLUMNS)
        value = "2020-01-01T00:00:00.000000+00:00" if column == "at" else f"x{chance.random()}"
        connection.execute(f"UPDATE journal SET {column} = ? WHERE n = ?", (value, n))
    elif kind == "number":
        column = chance.choice(("v", "base_rev", "offset_minutes"))
        connection.execute(f"UPDATE journal SET {column} = {column} + 1 WHERE n = ?", (n,))
    elif kind == "delete":
        connection.execute("DELETE FROM journal WHERE n = ?", (n,))
        # The next one stands in its place.
        return n + 1
    elif kind == "swap":
        connection.execute("UPDATE journal SET n = -1 WHERE n = ?", (n,))
        connection.execute("UPDATE journal SET n = ? WHERE n = ?", (n, n + 1))
        connection.execute("UPDATE journal SET n = ? WHERE n = -1", (n + 1,))
    else:
        connection.execute("DELETE FROM journal WHERE n > ?", (n,))
        return n + 1
    return n


@pytest.mark.parametrize("column", ["at", "body", "body_hash", "mac", "op", "v"])
@pytest.mark.parametrize("value", ["yesterday", b"\x00\xff", 7.5])
def test_what_cannot_even_be_read_is_found_and_does_not_stop_the_verifier(
    filled: Path, key: bytes, column: str, value: object
) -> None:
    with connected(filled, key, "writer") as connection:
        connection.execute(f"UPDATE journal SET {column} = ? WHERE n = 5", (value,))
    verdict = journal.verify_file(filled, key)
    assert not verdict.ok and verdict.bad_n == 5


def test_a_cut_tail_is_found_only_against_what_was_printed(filled: Path, key: bytes) -> None:
    head = journal.verify_file(filled, key).head
    with connected(filled, key, "writer") as connection:
        connection.execute("DELETE FROM journal WHERE n > 8")
    assert journal.verify_file(filled, key).ok
    verdict = journal.verify_file(filled, key, {head.n: head.mac[:16]})
    assert not verdict.ok and "cut off" in verdict.problem


def test_a_whole_chain_made_anew_is_not_the_one_that_was_printed(filled: Path, key: bytes) -> None:
    assert not journal.verify_file(filled, key, {3: "0" * 16}).ok


def test_the_journals_key_is_not_the_stores(key: bytes) -> None:
    assert journal.chain_key(key) != key
