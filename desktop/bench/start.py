"""Start: process start to first usable window, beside an empty PySide6 window in the same run."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from desktop.bench.machine import machine

EMPTY = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication(sys.argv)
window = QWidget()
window.resize(1280, 720)
window.show()
def usable():
    print("usable", flush=True)
    app.quit()
QTimer.singleShot(0, usable)
app.exec()
"""


def run(repeats: int = 7) -> dict[str, Any]:
    """Starts both windows in turn and takes the time until each says it can be used.

    The console is opened on a sample store that exists already, up to the sign-in page being ready for its first key.
    """
    from desktop.demo import make_demo_store

    with tempfile.TemporaryDirectory(prefix="linli-bench-") as scratch:
        folder = Path(scratch) / "store"
        make_demo_store(folder)
        env = {**os.environ, "LINLI_BENCH_START": "1"}
        env.setdefault("QT_QPA_PLATFORM", "offscreen")
        console = [sys.executable, "-m", "desktop.cli", "console", "--data-dir", str(folder)]
        empty = [sys.executable, "-c", EMPTY]
        # One uncounted start each: the first reads everything from the disk.
        _until_usable(empty, env)
        _until_usable(console, env)
        ours, theirs = [], []
        for _ in range(repeats):
            theirs.append(_until_usable(empty, env))
            ours.append(_until_usable(console, env))
    figure, limit = statistics.median(ours), statistics.median(theirs)
    return {
        "name": "start",
        "figures": {"seconds": round(figure, 3), "all": [round(x, 3) for x in ours]},
        "limit": {"empty_window_seconds": round(limit, 3), "all": [round(x, 3) for x in theirs]},
        "ratio": round(figure / limit, 2),
        "machine": machine(),
    }


def _until_usable(command: list[str], env: dict[str, str]) -> float:
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=env, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == "usable":
            break
    else:
        raise RuntimeError(f"{command[1:4]} ended without a window, exit status {process.wait()}")
    took = time.perf_counter() - began
    process.stdout.close()
    process.wait(30)
    return took
