from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.app import Console
from desktop.places.views import CommunityView
from desktop.security.principal import Principal
from tests.support.console import QuietField, make_console
from tests.support.fakes import FakeClock
from tests.ui.shell.pages import PAGES
from ui.shell.preferences import Preferences
from ui.window import ConsoleWindow

PASSWORD = "Aa1-linli-2026"


@pytest.fixture
def field() -> QuietField:
    return QuietField()


@pytest.fixture
def console(tmp_path: Path, key: bytes, clock: FakeClock, field: QuietField) -> Iterator[Console]:
    made = make_console(tmp_path, key, clock, field)
    yield made
    made.records.close()


@pytest.fixture
def who(console: Console) -> Principal:
    made = console.accounts.set_up("wang", "王工", PASSWORD)
    console.places.found(made, CommunityView("440983102001", "柳岸花园"))
    return made


@pytest.fixture
def open_window(
    qtbot: QtBot, loop: asyncio.AbstractEventLoop, console: Console, themed: Callable[[str], None]
) -> Iterator[Callable[[], ConsoleWindow]]:
    made: list[ConsoleWindow] = []

    def opened() -> ConsoleWindow:
        window = ConsoleWindow(console, Preferences(), PAGES)
        window.resize(1366, 768)
        made.append(window)
        with qtbot.waitExposed(window):
            window.show()
        # Shortcuts belong to the active window.
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    yield opened
    for window in made:
        window.stop()
        window.hide()
        window.deleteLater()
    qtbot.wait(1)
