"""The doors as they were reviewed, in both themes and languages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.app import Console
from desktop.kernel.words import Lang, Words
from tests.support.console import QuietField, make_console
from tests.support.fakes import FakeClock
from ui.security.frame import Door
from ui.security.lock import LockScreen
from ui.security.setup import SetUp
from ui.security.signin import SignIn


@pytest.fixture
def console(tmp_path: Path, key: bytes, clock: FakeClock) -> Iterator[Console]:
    made = make_console(tmp_path, key, clock, QuietField())
    yield made
    made.records.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["setup", "signin", "lock"])
def test_the_door_looks_as_it_was_reviewed(
    qtbot: QtBot, loop: asyncio.AbstractEventLoop, themed: Callable[[str], None], console: Console,
    compare: Callable[[QWidget, str], None], name: str, theme: str, lang: Lang,
) -> None:  # fmt: skip
    themed(theme)
    words = Words(lang)
    door: Door
    if name == "setup":
        door = SetUp(console, words)
    elif name == "signin":
        door = SignIn.at(console, words)
        door.password.set_error(words("signin.locked", rest="9:41"))
    else:
        door = LockScreen(console, words, console.accounts.set_up("wang", "王工", "Aa1-linli-2026"))
        door.show_counts({"critical": 1, "high": 3})
    qtbot.addWidget(door)
    door.resize(900, 640)
    with qtbot.waitExposed(door):
        door.show()
    # A blinking cursor is no part of the picture.
    door.setFocus()
    compare(door, f"{name}-{theme}-{lang}")
