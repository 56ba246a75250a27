"""The first window is there before the store is: one types meanwhile, gives the passphrase, or reads what is wrong."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.app import Console
from desktop.kernel.errors import LinliError
from desktop.opening import Opening
from desktop.places.views import CommunityView
from desktop.security import keys
from desktop.security.errors import WrongPassphrase
from tests.support.console import QuietField, make_console
from tests.support.fakes import FakeClock
from tests.ui.drivers.page import PageDriver, assert_accessible, assert_no_clipped_text
from ui import aio
from ui.entry import Entered, Entry
from ui.parts.empty import EmptyState
from ui.security.passphrase import PassphraseDoor
from ui.security.signin import SignIn
from ui.shell.preferences import Preferences

PASSWORD, PHRASE = "Aa1-linli-2026", "a passphrase of ours"
CHEAP = keys.Cost(memory_kib=8, passes=1, lanes=1)


@dataclass(frozen=True)
class HeldOpening(Opening):
    """Opens a given console once it may; the passphrase is checked as the real one is."""

    console: Console | None = None
    may_open: threading.Event = field(default_factory=threading.Event)
    failure: LinliError | None = None

    def open(self, passphrase: str | None = None) -> Console:
        assert self.may_open.wait(30)
        if self.failure:
            raise self.failure
        if keys.exist(self.data_dir):
            keys.unlock(self.data_dir, passphrase)
        assert self.console
        return self.console


@pytest.fixture
def console(tmp_path: Path, key: bytes, clock: FakeClock) -> Iterator[Console]:
    made = make_console(tmp_path, key, clock, QuietField())
    yield made
    made.records.close()


@pytest.fixture
def staffed(console: Console) -> Console:
    who = console.accounts.set_up("wang", "王工", PASSWORD)
    console.places.found(who, CommunityView("440983102001", "柳岸花园"))
    return console


Show = Callable[[Opening], tuple[Entry, "asyncio.Task[Entered | None]"]]


@pytest.fixture
def show(qtbot: QtBot, loop: asyncio.AbstractEventLoop, themed: Callable[[str], None]) -> Iterator[Show]:
    themed("light")
    made: list[Entry] = []

    def shown(opening: Opening) -> tuple[Entry, asyncio.Task[Entered | None]]:
        entry = Entry(opening, Preferences(community="柳岸花园"))
        made.append(entry)
        entry.resize(1366, 768)
        with qtbot.waitExposed(entry):
            entry.show()
        return entry, aio.start(entry.enter(), entry)

    yield shown
    for entry in made:
        entry.closing.set()
        entry.hide()
        entry.deleteLater()
    qtbot.waitUntil(lambda: not aio._tasks)
    qtbot.wait(1)


def test_one_types_while_the_store_opens_and_is_let_in_once_it_is_open(
    qtbot: QtBot, show: Show, staffed: Console, tmp_path: Path
) -> None:
    keys.create_keys(tmp_path, None, open=True)
    opening = HeldOpening(tmp_path, console=staffed)
    entry, entering = show(opening)
    door = entry.centralWidget()
    assert isinstance(door, SignIn) and door.heading.text() == "柳岸花园"
    driver = PageDriver(door)
    driver.write("账号", "wang")
    driver.write("密码", PASSWORD)
    driver.press("登录")
    qtbot.waitUntil(lambda: not door.enter.isEnabled())
    assert not entering.done()
    opening.may_open.set()
    qtbot.waitUntil(entering.done)
    entered = entering.result()
    assert entered is not None and entered.who is not None
    assert (entered.who.login, entered.console) == ("wang", staffed)


def test_a_store_that_nobody_can_sign_in_to_goes_straight_to_its_set_up(
    qtbot: QtBot, show: Show, console: Console, tmp_path: Path
) -> None:
    keys.create_keys(tmp_path, None, open=True)
    opening = HeldOpening(tmp_path, console=console)
    opening.may_open.set()
    _, entering = show(opening)
    qtbot.waitUntil(entering.done)
    assert entering.result() == Entered(console, None, False)


def test_the_passphrase_is_asked_for_until_it_fits(qtbot: QtBot, show: Show, staffed: Console, tmp_path: Path) -> None:
    keys.create_keys(tmp_path, PHRASE, cost=CHEAP)
    opening = HeldOpening(tmp_path, console=staffed)
    opening.may_open.set()
    entry, entering = show(opening)
    qtbot.waitUntil(lambda: isinstance(entry.centralWidget(), PassphraseDoor))
    door = entry.centralWidget()
    assert isinstance(door, PassphraseDoor)
    assert_accessible(entry)
    assert_no_clipped_text(entry)
    driver = PageDriver(door)
    driver.write("口令", "not this one")
    driver.press("打开")
    qtbot.waitUntil(lambda: bool(door.passphrase.error()))
    driver.write("口令", PHRASE)
    driver.press("打开")
    qtbot.waitUntil(lambda: isinstance(entry.centralWidget(), SignIn))
    assert not entering.done()


def test_a_store_that_does_not_open_says_so_and_ends_with_the_window(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    keys.create_keys(tmp_path, None, open=True)
    failure = LinliError("the file is gone")
    opening = HeldOpening(tmp_path, failure=failure)
    opening.may_open.set()
    entry, entering = show(opening)
    qtbot.waitUntil(lambda: isinstance(entry.centralWidget(), EmptyState))
    assert_no_clipped_text(entry)
    PageDriver(entry).press("关闭")
    qtbot.waitUntil(entering.done)
    assert entering.result() is None and entry.failure is failure


def test_closing_before_the_store_is_open_ends_at_once(
    qtbot: QtBot, show: Show, staffed: Console, tmp_path: Path
) -> None:
    keys.create_keys(tmp_path, None, open=True)
    opening = HeldOpening(tmp_path, console=staffed)
    entry, entering = show(opening)
    entry.close()
    qtbot.waitUntil(entering.done)
    assert entering.result() is None
    opening.may_open.set()


def test_a_wrong_passphrase_from_the_command_line_is_told_in_the_window(
    qtbot: QtBot, show: Show, staffed: Console, tmp_path: Path
) -> None:
    keys.create_keys(tmp_path, PHRASE, cost=CHEAP)
    opening = HeldOpening(tmp_path, passphrase="wrong", console=staffed, failure=WrongPassphrase("wrong"))
    opening.may_open.set()
    entry, _ = show(opening)
    qtbot.waitUntil(lambda: isinstance(entry.centralWidget(), PassphraseDoor))
