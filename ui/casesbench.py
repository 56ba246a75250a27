"""How long it takes to open the cases page on a store with many cases: from the visit to the painted list, and from the key
to the painted board, each in a window of its own."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from desktop.app import open_console
from desktop.kernel.words import Words
from desktop.security.principal import Principal
from desktop.security.roles import roles
from ui import aio
from ui.app import USUAL_SIZE, application
from ui.cases.board import Board
from ui.parts.buttons import Button
from ui.parts.table import DataTable
from ui.shell.preferences import Preferences
from ui.theme import style
from ui.window import ConsoleWindow

PATIENCE = 30.0
"""Seconds after which a page that shows nothing is given up."""
NOWHERE = "mqtt://127.0.0.1:1"


def run(folder: Path, repeats: int = 7) -> dict[str, Any]:
    """Milliseconds, on the screen there is. The first opening of all is told apart: it loads the page's code too."""
    app = application()
    style.apply(app, "light")
    console = open_console(folder, broker=NOWHERE, hosting="thread")
    who = Principal("bench", "bench", "Bench", frozenset({"manager"}), roles()["manager"], console.terminal)
    cpu: list[float] = []
    lists: list[float] = []
    boards: list[float] = []

    async def main() -> int:
        for _ in range(repeats + 1):
            window = ConsoleWindow(console, Preferences())
            window.resize(*USUAL_SIZE)
            window.enter(who)
            window.show()
            await asyncio.sleep(0.5)
            assert window.workspace is not None
            began, worked = time.perf_counter(), time.process_time()
            window.workspace.go("cases")
            page = window.workspace.page()
            table = next(iter(page.findChildren(DataTable)))
            lists.append(await _shown(began, lambda table=table: table.model().rowCount() > 0, window))  # type: ignore[misc]
            cpu.append((time.process_time() - worked) * 1000)
            await asyncio.sleep(0.3)
            toggle = _named(page, Words(window.workspace.context.words.lang)("cases_list.to_board"))
            board = next(iter(page.findChildren(Board)))
            began = time.perf_counter()
            toggle.click()
            boards.append(await _shown(began, lambda board=board: board.selected_id(), window))  # type: ignore[misc]
            window.stop()
            await aio.cancel_tasks()
            window.deleteLater()
        return 0

    try:
        aio.run(app, main)
    finally:
        console.close()
    return {
        "list_ms": round(statistics.median(lists[1:]), 1),
        "board_ms": round(statistics.median(boards[1:]), 1),
        "list_cpu_ms": round(statistics.median(cpu[1:]), 1),
        "first_list_ms": round(lists[0], 1),
        "slowest_list_ms": round(max(lists[1:]), 1),
        "slowest_board_ms": round(max(boards[1:]), 1),
    }


async def _shown(began: float, holds: Callable[[], object], window: QWidget) -> float:
    """Milliseconds until something is there and painted."""
    while not holds():
        if time.perf_counter() - began > PATIENCE:
            raise TimeoutError("the page shows nothing")
        await asyncio.sleep(0.001)
    window.repaint()
    return (time.perf_counter() - began) * 1000


def _named(page: QWidget, name: str) -> Button:
    return next(button for button in page.findChildren(Button) if button.accessibleName() == name)
