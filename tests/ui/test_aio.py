from __future__ import annotations

import asyncio
import threading

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db.errors import StoreError
from desktop.kernel.bus import Bus, Changed
from desktop.kernel.errors import LinliError
from desktop.kernel.words import Words
from ui import aio


class Screen(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[object] = []
        self.gate = threading.Event()

    @aio.slot
    async def load(self) -> None:
        self.seen.append(await aio.in_background(threading.current_thread))

    @aio.slot
    async def wait_for_gate(self) -> None:
        await aio.in_background(self.gate.wait, 10)
        self.seen.append("answered")

    @aio.slot
    async def fail(self) -> None:
        raise ValueError("on purpose")


def changed(n: int) -> Changed:
    return Changed({"alarm": frozenset({str(n)})})


def test_work_runs_off_the_ui_thread_and_comes_back_to_it(qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> None:
    screen = Screen()
    screen.load()
    qtbot.waitUntil(lambda: bool(screen.seen))
    assert screen.seen[0] is not threading.main_thread()


def test_an_answer_never_meets_a_screen_that_is_gone(qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> None:
    screen = Screen()
    seen, gate = screen.seen, screen.gate
    screen.wait_for_gate()
    qtbot.waitUntil(lambda: bool(aio._tasks))
    screen.deleteLater()
    qtbot.waitUntil(lambda: not aio._tasks)
    gate.set()
    assert seen == []


def test_a_failing_task_reaches_the_handler(qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> None:
    told: list[BaseException] = []
    aio.on_error(told.append)
    Screen().fail()
    qtbot.waitUntil(lambda: bool(told))
    assert isinstance(told[0], ValueError)


def test_a_slot_leaves_out_what_the_signal_adds(qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> None:
    screen = Screen()
    call: object = screen.load
    assert callable(call)
    call(True)
    qtbot.waitUntil(lambda: bool(screen.seen))


def test_a_thousand_changes_give_few_deliveries_and_lose_none(qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> None:
    bus, heard = Bus(), []
    bridge = aio.Bridge(bus)
    bridge.on(Changed, heard.append)
    sender = threading.Thread(target=lambda: [bus.publish(changed(n)) for n in range(1000)])
    sender.start()
    qtbot.waitUntil(lambda: len(set().union(*(event.ids["alarm"] for event in heard))) == 1000 if heard else False)
    sender.join()
    bridge.close()
    assert len(heard) < 50


def test_handlers_run_on_the_qt_thread_until_their_owner_is_gone(qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> None:
    bus, threads = Bus(), []
    bridge, owner = aio.Bridge(bus), QObject()
    later: list[object] = []
    bridge.on(Changed, lambda _event: threads.append(threading.current_thread()), owner)
    bridge.on(Changed, later.append)
    sender = threading.Thread(target=lambda: bus.publish(changed(1)))
    sender.start()
    sender.join()
    qtbot.waitUntil(lambda: bool(threads))
    owner.deleteLater()
    qtbot.waitUntil(lambda: not _valid(owner))
    bus.publish(changed(2))
    qtbot.waitUntil(lambda: len(later) == 2)
    bridge.close()
    assert threads == [threading.main_thread()]


def test_one_failing_handler_does_not_deafen_the_others(qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> None:
    bus, heard, told = Bus(), [], []
    aio.on_error(told.append)
    bridge = aio.Bridge(bus)

    def broken(_event: Changed) -> None:
        raise ValueError("on purpose")

    bridge.on(Changed, broken)
    bridge.on(Changed, heard.append)
    bus.publish(changed(1))
    qtbot.waitUntil(lambda: bool(heard))
    bridge.close()
    assert isinstance(told[0], ValueError)


def test_run_gives_the_result_after_the_clean_up_had_its_turns(qapp: QApplication) -> None:
    steps: list[str] = []

    async def main() -> int:
        try:
            await asyncio.sleep(0)
            return 3
        finally:
            await asyncio.sleep(0.01)
            steps.append("cleaned")

    assert aio.run(qapp, main) == 3
    assert steps == ["cleaned"]


def test_run_passes_a_failure_on(qapp: QApplication) -> None:
    async def main() -> int:
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        aio.run(qapp, main)


def _valid(thing: QObject) -> bool:
    from shiboken6 import isValid

    return bool(isValid(thing))


def test_a_store_that_refuses_is_told_in_words(qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> None:
    def full() -> None:
        raise StoreError("full", "no space left")

    async def main() -> LinliError:
        with pytest.raises(LinliError) as caught:
            await aio.in_background(full)
        return caught.value

    task = aio.start(main())
    qtbot.waitUntil(task.done)
    assert task.result().code == "store_full"
    assert "磁盘" in Words("zh").told(task.result())
