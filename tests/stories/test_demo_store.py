"""The demo's store is made whole or not at all, and never over somebody's own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop.demo import demo_passwords, make_demo_store
from desktop.kernel.errors import Refused
from desktop.security import keys

pytestmark = pytest.mark.slow

MAKE = (
    "import sys; from pathlib import Path; from desktop.demo import make_demo_store; make_demo_store(Path(sys.argv[1]))"
)


def test_a_making_that_was_killed_is_simply_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    child = subprocess.Popen([sys.executable, "-c", MAKE, str(folder)])
    deadline = time.monotonic() + 60
    while not list(folder.glob("making-*/records.db")) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert not (folder / "demo.json").exists()
    # And had it been killed a moment later, with some of its files moved already:
    keys.create_keys(folder, None, open=True)
    (folder / "records.db.id").write_bytes(b"half")
    make_demo_store(folder)
    assert not list(folder.glob("making-*"))
    assert "demo" in demo_passwords(folder) and keys.is_open(folder)
    before = (folder / "records.db").stat().st_mtime_ns
    make_demo_store(folder)
    assert (folder / "records.db").stat().st_mtime_ns == before


def test_a_store_of_somebody_is_left_alone(tmp_path: Path) -> None:
    keys.create_keys(tmp_path, "a passphrase of theirs", cost=keys.Cost(memory_kib=8, passes=1, lanes=1))
    with pytest.raises(Refused):
        make_demo_store(tmp_path)
