"""Pages on the real event loop, over a real store and a field that holds still."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from db.store import Records
from tests.support.fakes import FakeClock
from tests.ui.things.site import Site, make_site
from ui import aio
from ui.theme import style

OnLoop = Callable[[Callable[[], Coroutine[Any, Any, None]]], None]


@pytest.fixture
def site(qapp: QApplication, records: Records, clock: FakeClock) -> Iterator[Site]:
    style.apply(qapp, "light")
    site = make_site(records, clock)
    yield site
    site.context.bridge.close()


@pytest.fixture
def on_loop(qapp: QApplication) -> Iterator[OnLoop]:
    """Runs a coroutine on Qt's loop; a task that fails fails the test."""
    errors: list[BaseException] = []
    # As the program itself: a page that closes must not end the loop.
    qapp.setQuitOnLastWindowClosed(False)
    aio.on_error(errors.append)

    def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async def whole() -> None:
            try:
                await work()
            finally:
                await aio.cancel_tasks()

        with asyncio.Runner(loop_factory=lambda: aio.new_loop(qapp)) as runner:
            runner.run(whole())
        assert errors == []

    yield run
    aio.stop_workers()
    aio.on_error(None)
