"""How late the UI thread is: a 10 ms timer, with the window painting alone and while messages pour in.

Three runs in turn, several times over: idle; the same window repainting ten times a second; the same painting while the
broker brings `rate` messages a second to the field service in its own process. The limit is the painting alone.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer

from desktop.app import Console, open_console
from desktop.bench.machine import machine
from desktop.demo import demo_broker, demo_passwords, make_demo_store
from desktop.places.sample import SAMPLE_COMMUNITY
from ui import aio
from ui.app import USUAL_SIZE, application
from ui.shell.preferences import Preferences
from ui.theme import style
from ui.window import ConsoleWindow

TICK_MS = 10
PAINT_MS = 100
SETTLE = 3.0
"""Seconds for the publisher to reach its pace, or to end, before a run counts."""
THING = "lift-1-1"


def run(seconds: float = 8.0, rate: float = 5000.0, repeats: int = 3) -> dict[str, Any]:
    """Measures on the screen there is (`QT_QPA_PLATFORM=offscreen` without one) and gives lateness in milliseconds."""
    app = application()
    style.apply(app, "light")
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as scratch:
        folder = Path(scratch)
        make_demo_store(folder)
        with demo_broker(folder, None) as url:
            console = open_console(folder, broker=url)
            found: dict[str, Any] = {}

            async def main() -> int:
                found.update(await _measure(console, url, seconds, rate, repeats))
                return 0

            try:
                aio.run(app, main)
            finally:
                console.close()
    return found


async def _measure(console: Console, url: str, seconds: float, rate: float, repeats: int) -> dict[str, Any]:
    who = console.accounts.sign_in("demo", demo_passwords(console.data_dir)["demo"])
    window = ConsoleWindow(console, Preferences())
    window.resize(*USUAL_SIZE)
    window.enter(who)
    window.show()
    painter = QTimer(window)
    painter.setInterval(PAINT_MS)
    painter.timeout.connect(window.repaint)
    # Known to the console before the first run, so that every run paints the same panel.
    with _publisher(url, rate):
        await asyncio.sleep(SETTLE * 2)
        if window.workspace is not None:
            window.workspace.go("things", THING)
        await asyncio.sleep(SETTLE)
    lateness: dict[str, list[list[float]]] = {"idle": [], "painting": [], "intake": []}
    rates: list[float] = []
    for _ in range(repeats):
        painter.stop()
        await asyncio.sleep(SETTLE)
        lateness["idle"].append(await _lateness(window, seconds))
        painter.start()
        lateness["painting"].append(await _lateness(window, seconds))
        with _publisher(url, rate):
            await asyncio.sleep(SETTLE)
            began, before = time.perf_counter(), _messages(console)
            lateness["intake"].append(await _lateness(window, seconds))
            rates.append((_messages(console) - before) / (time.perf_counter() - began))
    painter.stop()
    window.stop()
    await aio.cancel_tasks()
    window.deleteLater()
    p99 = {name: statistics.median(_p(run, 0.99) for run in runs) for name, runs in lateness.items()}
    return {
        "name": "ui",
        "figures": {
            **{name: [_summary(run) for run in runs] for name, runs in lateness.items()},
            "p99_ms": round(p99["intake"], 2),
            "messages_per_second": [round(each) for each in rates],
        },
        "limit": {"painting_p99_ms": round(p99["painting"], 2), "idle_p99_ms": round(p99["idle"], 2)},
        "ratio": round(p99["intake"] / max(p99["painting"], 0.01), 2),
        "machine": machine(),
    }


async def _lateness(owner: QObject, seconds: float) -> list[float]:
    """How late each tick of a precise timer came, in milliseconds."""
    late: list[float] = []
    last = time.perf_counter()
    timer = QTimer(owner)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(TICK_MS)

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        late.append(max(0.0, (now - last) * 1000 - TICK_MS))
        last = now

    timer.timeout.connect(tick)
    timer.start()
    await asyncio.sleep(seconds)
    timer.stop()
    timer.deleteLater()
    return late


@contextmanager
def _publisher(url: str, rate: float) -> Iterator[None]:
    """An estate (over 5,000 points) that publishes at a pace, in a process of its own."""
    command = [sys.executable, "-m", "desktop.cli", "simulate", "--broker", url, "--with-parent", "--size", "estate"]
    process = subprocess.Popen(
        [*command, "--rate", str(rate), "--community", SAMPLE_COMMUNITY], stdin=subprocess.PIPE
    )  # fmt: skip
    try:
        yield
    finally:
        if process.stdin:
            process.stdin.close()
        process.wait(15)


def _messages(console: Console) -> int:
    health = console.field.health()
    return health.messages if health else 0


def _summary(late: list[float]) -> dict[str, float]:
    return {"p50": round(_p(late, 0.5), 2), "p99": round(_p(late, 0.99), 2), "max": round(max(late), 2)}


def _p(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
