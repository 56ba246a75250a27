"""How late the UI thread is: a 10 ms timer, with the window painting alone and while messages pour in.

Three runs in turn, several times over: idle; the same window repainting ten times a second; the same painting while the
broker brings `rate` messages a second to the field service in its own process. The limit is the painting alone. Told
too: the UI process's CPU in both, how old what the panel shows is (its source stamps every bite it sends), and the
lateness without the time in which the UI thread was ready and no CPU was free (Linux): on a machine with few, source and
broker, which a building has elsewhere, take theirs too.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer

from desktop.app import Console, open_console
from desktop.bench.machine import machine, waited_for_cpu
from desktop.bench.source import STAMP, STAMPED, Source, describe
from desktop.demo import demo_broker, demo_passwords, make_demo_store
from desktop.field.latest import LatestTable
from desktop.places.sample import SAMPLE_COMMUNITY
from ui import aio
from ui.app import USUAL_SIZE, application
from ui.shell.preferences import Preferences
from ui.theme import style
from ui.things import page
from ui.things.list import ThingList
from ui.things.panel import ThingPanel
from ui.window import ConsoleWindow

TICK_MS = 10
LOOK_MS = 7
"""No divisor of the panel's beat, so that no age is looked for more often than another."""
PAINT_MS = 100
SETTLE = 3.0
"""Seconds for the publisher to reach its pace, or to end, before a run counts."""
THINGS = 1000


def run(seconds: float = 8.0, rate: float = 20_000.0, repeats: int = 3) -> dict[str, Any]:
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
    describe(url, SAMPLE_COMMUNITY, THINGS)
    port = int(url.rpartition(":")[2])
    with _publisher(port, rate):
        await asyncio.sleep(SETTLE * 2)
        if window.workspace is not None:
            window.workspace.go("things", STAMPED)
        await asyncio.sleep(SETTLE)
    lateness: dict[str, list[list[float]]] = {"idle": [], "painting": [], "intake": []}
    own: dict[str, list[list[float]]] = {"painting": [], "intake": []}
    cpu: dict[str, list[float]] = {"painting": [], "intake": []}
    ages: list[list[float]] = []
    rates: list[float] = []
    for _ in range(repeats):
        painter.stop()
        await asyncio.sleep(SETTLE)
        lateness["idle"].append((await _lateness(window, seconds))[0])
        painter.start()
        changing = _changing(window, console)
        begin = time.process_time()
        await _measured(window, seconds, lateness["painting"], own["painting"])
        changing.stop()
        cpu["painting"].append((time.process_time() - begin) / seconds)
        with _publisher(port, rate):
            await asyncio.sleep(SETTLE)
            began, before = time.perf_counter(), _messages(console)
            begin = time.process_time()
            await _measured(window, seconds, lateness["intake"], own["intake"])
            cpu["intake"].append((time.process_time() - begin) / seconds)
            painter.stop()
            ages.append(await _ages(window, seconds))
            rates.append((_messages(console) - before) / (time.perf_counter() - began))
    painter.stop()
    window.stop()
    await aio.cancel_tasks()
    window.deleteLater()
    p99 = {name: statistics.median(_p(run, 0.99) for run in runs) for name, runs in lateness.items()}
    p99_own = {name: statistics.median(_p(run, 0.99) for run in runs) for name, runs in own.items()}
    return {
        "name": "ui",
        "figures": {
            **{name: [_summary(run) for run in runs] for name, runs in lateness.items()},
            "p99_ms": round(p99["intake"], 2),
            "own_p99_ms": {name: round(value, 2) for name, value in p99_own.items()},
            "own_ratio": round(p99_own["intake"] / max(p99_own["painting"], 0.01), 2),
            "messages_per_second": [round(each) for each in rates],
            "cpu": {name: [round(each, 3) for each in runs] for name, runs in cpu.items()},
            "cpu_ratio": round(statistics.median(cpu["intake"]) / max(statistics.median(cpu["painting"]), 0.001), 2),
            "age_ms": [_summary(run) for run in ages],
            "age_p99_by_period": round(statistics.median(_p(run, 0.99) for run in ages) / page.TICK_MS, 2),
        },
        "limit": {"painting_p99_ms": round(p99["painting"], 2), "idle_p99_ms": round(p99["idle"], 2)},
        "ratio": round(p99["intake"] / max(p99["painting"], 0.01), 2),
        "machine": machine(),
    }


def _changing(window: ConsoleWindow, console: Console) -> QTimer:
    """Without intake the values of what is seen change all the same, ten times a second, so that both runs paint the
    same: they are written straight into the latest-value table, whose one writer has nothing to do meanwhile."""
    listed = window.findChild(ThingList)
    assert listed is not None
    things = console.field.things()
    firsts = [things[id_][1] for id_ in (*listed.in_sight(), STAMPED)]
    numbers = itertools.count()
    table: LatestTable = console.field._table  # type: ignore[attr-defined]

    def change() -> None:
        odd, now = next(numbers) % 2, time.time()
        for first in firsts:
            table.write(first + 1, 2.5 + odd, "good", now, now)

    timer = QTimer(window)
    timer.setInterval(PAINT_MS)
    timer.timeout.connect(change)
    timer.start()
    return timer


async def _measured(owner: QObject, seconds: float, late: list[list[float]], own: list[list[float]]) -> None:
    found = await _lateness(owner, seconds)
    late.append(found[0])
    own.append(found[1])


async def _lateness(owner: QObject, seconds: float) -> tuple[list[float], list[float]]:
    """How late each tick of a precise timer came, in milliseconds; and without what this thread waited for a CPU."""
    late: list[float] = []
    own: list[float] = []
    last, waited = time.perf_counter(), waited_for_cpu()
    timer = QTimer(owner)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(TICK_MS)

    def tick() -> None:
        nonlocal last, waited
        now, wait = time.perf_counter(), waited_for_cpu()
        late.append(max(0.0, (now - last) * 1000 - TICK_MS))
        own.append(max(0.0, late[-1] - (wait - waited)))
        last, waited = now, wait

    timer.timeout.connect(tick)
    timer.start()
    await asyncio.sleep(seconds)
    timer.stop()
    timer.deleteLater()
    return late, own


async def _ages(window: ConsoleWindow, seconds: float) -> list[float]:
    """How old the value is that the panel shows, asked over and over, in milliseconds. The panel reads and paints by its
    own beat, as ever: nothing else is painted."""
    panel = window.findChild(ThingPanel)
    assert panel is not None
    ages: list[float] = []
    look = QTimer(window)
    look.setTimerType(Qt.TimerType.PreciseTimer)
    look.setInterval(LOOK_MS)

    def weigh() -> None:
        told = panel.shown[STAMP].device_at
        if told is not None:
            ages.append((time.time() - told) * 1000)

    look.timeout.connect(weigh)
    look.start()
    await asyncio.sleep(seconds)
    look.stop()
    look.deleteLater()
    return ages


@contextmanager
def _publisher(port: int, rate: float) -> Iterator[None]:
    """5,000 points that publish at a pace, from a process of its own."""
    source = Source(port, SAMPLE_COMMUNITY, THINGS, THINGS * 50, 0, rate=rate)
    source.go()
    try:
        yield
    finally:
        source.end()


def _messages(console: Console) -> int:
    health = console.field.health()
    return health.messages if health else 0


def _summary(late: list[float]) -> dict[str, float]:
    return {"p50": round(_p(late, 0.5), 2), "p99": round(_p(late, 0.99), 2), "max": round(max(late), 2)}


def _p(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
