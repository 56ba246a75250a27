"""Reading again what is shown: one at a time, and the last asked for is the last drawn."""

from __future__ import annotations

import asyncio
import threading

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from ui.aio import in_background
from ui.parts.refresh import Refresh


def test_asked_many_times_while_it_reads_it_reads_once_more(qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> None:
    gate, begun, drawn = threading.Event(), [], []
    owner, state = QObject(), {"now": "old"}

    async def read() -> None:
        seen = state["now"]
        begun.append(seen)
        await in_background(gate.wait, 10)
        drawn.append(seen)

    refresh = Refresh(owner, read, lambda error: None)
    refresh.ask()
    qtbot.waitUntil(lambda: bool(begun))
    state["now"] = "new"
    for _ in range(50):
        refresh.ask()
    gate.set()
    qtbot.waitUntil(lambda: len(drawn) == 2)
    assert drawn == ["old", "new"]


def test_a_reading_that_fails_is_told_and_the_next_one_tries_again(
    qtbot: QtBot, loop: asyncio.AbstractEventLoop
) -> None:
    told: list[Exception] = []
    drawn: list[int] = []
    owner = QObject()

    async def read() -> None:
        if not told:
            raise ValueError("on purpose")
        drawn.append(1)

    refresh = Refresh(owner, read, told.append)
    refresh.ask()
    qtbot.waitUntil(lambda: bool(told))
    refresh.ask()
    qtbot.waitUntil(lambda: drawn == [1])
