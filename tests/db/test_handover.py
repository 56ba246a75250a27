"""What the hand-over file was told is there after a kill at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from db.engine import open_engine
from db.errors import StoreError
from db.handover import STEPS, Handover

WRITER = """
import sys
from pathlib import Path
from db.handover import Handover

book = Handover(Path(sys.argv[1]), bytes(range(32)))
for n in range(100_000):
    [seq] = book.append([b"change %d" % n], {"alarm": b"%d" % n})
    print(seq, n, flush=True)
"""


def test_what_was_appended_waits_in_order_until_forgotten(tmp_path: Path, key: bytes) -> None:
    book = Handover(tmp_path / "handover.db", key)
    first = book.append([b"a", b"b"])
    second = book.append([b"c"])
    assert book.pending() == [(first[0], b"a"), (first[1], b"b"), (second[0], b"c")]
    book.forget([first[0], second[0], 999])
    book.forget([])
    book.close()
    again = Handover(tmp_path / "handover.db", key)
    assert again.pending() == [(first[1], b"b")]
    again.close()


def test_a_number_is_never_given_twice(tmp_path: Path, key: bytes) -> None:
    """Or a late answer for a forgotten change would forget another."""
    book = Handover(tmp_path / "handover.db", key)
    given = book.append([b"a", b"b"])
    book.forget(given)
    book.close()
    book = Handover(tmp_path / "handover.db", key)
    assert book.append([b"c"])[0] > max(given)
    book.close()


def test_the_active_set_follows_the_changes(tmp_path: Path, key: bytes) -> None:
    book = Handover(tmp_path / "handover.db", key)
    book.append([b"x", b"y"], {"x": b"1", "y": b"2"})
    book.append([b"x again"], {"x": None, "y": b"3"})
    assert book.active() == {"y": b"3"}
    book.close()


def test_the_last_instant_of_a_rule_is_kept_though_it_is_over(tmp_path: Path, key: bytes) -> None:
    book = Handover(tmp_path / "handover.db", key)
    book.forget(book.append([b"x"], {"x": b"1"}, {("sump", "deep"): 1000, ("gas", "low"): 5}))
    book.forget(book.append([b"x"], {"x": None}, {("sump", "deep"): 1001}))
    book.append([b"y"])
    book.close()
    again = Handover(tmp_path / "handover.db", key)
    assert again.told() == {("sump", "deep"): 1001, ("gas", "low"): 5}
    again.close()


def test_a_file_of_the_first_version_is_taken_up_as_it_stands(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "handover.db"
    engine = open_engine(path, key, "writer")
    with engine.begin() as connection:
        for statement in (*STEPS[0], "PRAGMA user_version=1", "INSERT INTO waiting (payload) VALUES (x'61')"):
            connection.exec_driver_sql(statement)
    engine.dispose()
    for _ in range(2):
        book = Handover(path, key)
        assert [payload for _, payload in book.pending()] == [b"a"]
        assert book.told() == {}
        book.close()


def test_a_kill_at_any_moment_loses_nothing_that_was_told(tmp_path: Path, key: bytes) -> None:
    path, told = tmp_path / "handover.db", {}
    for round_ in range(8):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout
            for _ in range(5 + 7 * round_):
                seq, n = writer.stdout.readline().split()
                told[int(seq)] = b"change %d" % int(n)
            os.kill(writer.pid, signal.SIGKILL)
            rest = [line.split() for line in writer.stdout if line.endswith("\n")]
            told.update({int(seq): b"change %d" % int(n) for seq, n in rest})
        book = Handover(path, key)
        kept = dict(book.pending())
        # The set is of the same commit as the last change that is there, told or not.
        assert b"change " + book.active()["alarm"] == kept[max(kept)]
        book.close()
        assert told.items() <= kept.items()


def test_a_file_that_cannot_be_read_is_told_and_left_alone(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "handover.db"
    book = Handover(path, key)
    book.append([b"a"])
    book.close()
    for other in (bytes(32), b"x" * 32):
        with pytest.raises(StoreError) as refused:
            Handover(path, other)
        assert refused.value.reason in ("damaged", "wrong_key")
    book = Handover(path, key)
    assert [payload for _, payload in book.pending()] == [b"a"]
    book.close()
