"""kill -9 at any moment: nothing acknowledged is lost, no act is there by half, the journal's chain holds."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from db.open import STORE, open_records, quick_check
from db.tables.security import Setting
from tests.support.fakes import FakeIds
from tests.support.killed import ROWS

KILLS = 50


@pytest.mark.slow
def test_killing_the_writer_fifty_times_loses_nothing_that_was_acknowledged(tmp_path: Path, key: bytes) -> None:
    open_records(tmp_path, key, FakeIds()).close()
    chance = random.Random(20261122)
    acknowledged: set[int] = set()
    first = 0
    for kill in range(KILLS):
        acknowledged |= run_and_kill(tmp_path, key, first, chance)
        first = (kill + 1) * 1_000_000
        if kill % 10 == 9:
            check(tmp_path, key, acknowledged)
    assert len(acknowledged) > KILLS


def run_and_kill(folder: Path, key: bytes, first: int, chance: random.Random) -> set[int]:
    """Lets the child acknowledge a few acts, kills it a random moment later; returns what it acknowledged."""
    command = [sys.executable, "-m", "tests.support.killed", str(folder), key.hex(), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(chance.randrange(1, 8))]
        assert all(lines), "the child ended by itself"
        timer = threading.Timer(chance.random() * 0.02, child.kill)
        timer.start()
        lines += child.stdout.readlines()
        timer.join()
    assert child.returncode != 0
    return {int(line) for line in lines if line.endswith("\n")}


def check(folder: Path, key: bytes, acknowledged: set[int]) -> None:
    records = open_records(folder, key, FakeIds())
    try:
        ids = records.read(lambda s: s.scalars(select(Setting.id)).all())
        verdict = records.verify()
    finally:
        records.close()
    rows = Counter(int(id_.split("/")[0]) for id_ in ids)
    assert acknowledged <= rows.keys(), "an acknowledged act is lost"
    assert set(rows.values()) == {ROWS}, "half an act is there"
    assert verdict.ok and verdict.entries == len(ids)
    quick_check(folder / STORE, key)
