"""Reading again what is shown: one at a time, and the last asked for is the last drawn."""

from __future__ import annotations

import asyncio
import threading

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.aio import in_background
from ui.parts.refresh import Refresh


def shown(qtbot: QtBot) -> QWidget:
    page = QWidget()
    qtbot.addWidget(page)
    page.show()
    return page


def test_asked_many_times_while_it_reads_it_reads_once_more(qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> None:
    gate, begun, drawn = threading.Event(), [], []
    owner, state = shown(qtbot), {"now": "old"}

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
    owner = shown(qtbot)

    async def read() -> None:
        if not told:
            raise ValueError("on purpose")
        drawn.append(1)

    refresh = Refresh(owner, read, told.append)
    refresh.ask()
    qtbot.waitUntil(lambda: bool(told))
    refresh.ask()
    qtbot.waitUntil(lambda: drawn == [1])


def test_for_a_hidden_page_nothing_is_read_until_it_is_shown(qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> None:
    page, reads = QWidget(), list[int]()
    qtbot.addWidget(page)

    async def read() -> None:
        reads.append(1)

    refresh = Refresh(page, read, lambda error: None)
    for _ in range(3):
        refresh.ask()
    qtbot.wait(20)
    assert reads == []
    page.show()
    qtbot.waitUntil(lambda: reads == [1])
    page.hide()
    page.show()
    qtbot.wait(20)
    assert reads == [1], "nobody asked meanwhile"


def test_asked_again_during_a_reading_that_fails_it_reads_once_more(
    qtbot: QtBot, loop: asyncio.AbstractEventLoop
) -> None:
    gate, begun, told, drawn = threading.Event(), list[int](), list[Exception](), list[int]()

    async def read() -> None:
        begun.append(1)
        if len(begun) == 1:
            await in_background(gate.wait, 10)
            raise ValueError("on purpose")
        drawn.append(1)

    refresh = Refresh(shown(qtbot), read, told.append)
    refresh.ask()
    qtbot.waitUntil(lambda: begun == [1])
    refresh.ask()
    gate.set()
    qtbot.waitUntil(lambda: drawn == [1])
    assert len(told) == 1
