"""kill -9 in the middle of writing, compacting and rolling up: no sample that was written is lost, none is there twice."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from db.rollup import DAY
from db.telemetry import Telemetry
from tests.support.killed_history import BEGIN, SERIES, STEP

KILLS = 12


@pytest.mark.slow
def test_killing_the_writer_loses_and_doubles_no_sample(tmp_path: Path, key: bytes) -> None:
    path, chance = tmp_path / "telemetry.db", random.Random(20261122)
    done = next_ = 0
    for kill in range(KILLS):
        done = run_and_kill(path, key, next_, chance)
        store = Telemetry(path, key)
        until = BEGIN + 100_000 * STEP
        for point in (0, SERIES // 2, SERIES - 1):
            rows = store.history("sump", f"p{point}", 0, until, 10**6)
            # The write that was under way may be there, though nobody was told of it.
            assert [v for _, v in rows] == [float(n) for n in range(len(rows))] and len(rows) in (done + 1, done + 2)
            bands = store.bands("sump", f"p{point}", BEGIN - DAY, until, 12)
            assert sum(band.count for band in bands) == len(rows)
        next_ = len(rows)
        if kill % 4 == 3:
            store.settle(BEGIN + next_ * STEP + DAY)
        store.close()
    assert done > KILLS


def run_and_kill(path: Path, key: bytes, first: int, chance: random.Random) -> int:
    """Lets the child write a little, kills it a random moment later; returns the last write it told of."""
    command = [sys.executable, "-m", "tests.support.killed_history", str(path), key.hex(), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(chance.randrange(1, 300))]
        assert all(lines), "the child ended by itself"
        timer = threading.Timer(chance.random() * 0.02, child.kill)
        timer.start()
        lines += child.stdout.readlines()
        timer.join()
    assert child.returncode != 0
    return max(int(line) for line in lines if line.endswith("\n"))
