"""The first window: on the screen before the store is open, so that nobody waits to type.

It imports neither the stores nor the pages. The store opens on a background thread after the first paint; meanwhile the
person signs in, gives the store's passphrase, or reads why it does not open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from desktop.kernel.errors import LinliError
from desktop.kernel.words import Words
from desktop.opening import Opening
from desktop.security.errors import KeysMissing, WrongPassphrase
from ui import aio
from ui.parts.empty import EmptyState
from ui.security.frame import Door
from ui.security.passphrase import PassphraseDoor
from ui.security.signin import SignIn
from ui.shell.preferences import Preferences
from ui.theme.icons import icon
from ui.theme.tokens import px

if TYPE_CHECKING:
    from desktop.app import Console
    from desktop.security.principal import Principal


@dataclass(frozen=True)
class Entered:
    """The store is open. `who` is None where nobody can sign in yet; `founded` says whether the community is there."""

    console: Console
    who: Principal | None
    founded: bool


class Entry(QMainWindow):
    """Holds one of: opening, passphrase, sign-in, failure. `closing` is set when the person closes it."""

    def __init__(self, opening: Opening, preferences: Preferences) -> None:
        super().__init__()
        self.closing = asyncio.Event()
        self.console: Console | None = None
        self.failure: Exception | None = None
        self._opening = opening
        self._words = words = Words(preferences.lang)
        self._opened: asyncio.Future[Console] = asyncio.get_running_loop().create_future()
        self._entered: asyncio.Future[Entered] = asyncio.get_running_loop().create_future()
        self._given: asyncio.Queue[tuple[str, bool]] = asyncio.Queue()
        self.setWindowTitle(words("app.window"))
        self.setWindowIcon(icon("building-2", "accent", 24))
        self.setMinimumSize(px("width", "window_least"), px("height", "window_least"))
        if opening.sign_in_as:
            self._show(Door(words, words("app.name"), words("signin.opening")))
        else:
            self._show(self._sign_in_page(preferences.community))

    async def enter(self) -> Entered | None:
        """Opens the store and lets somebody in; None when the window was closed before."""
        self._task = aio.start(self._open(), self)
        closed = aio.start(self.closing.wait(), self)
        self._entered.add_done_callback(lambda _entered: closed.cancel())
        await asyncio.wait({closed})
        return self._entered.result() if self._entered.done() else None

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()
        self.closing.set()

    async def _open(self) -> None:
        try:
            console = self.console = await self._opened_somehow()
            look = await aio.in_background(self._opening.look, console)
        except (LinliError, OSError) as error:
            self._fail(error)
            return
        if look.needs_setup or look.who is not None:
            self._entered.set_result(Entered(console, look.who, look.founded))
            return
        self._opened.set_result(console)
        if not isinstance(self.centralWidget(), SignIn):
            self._show(self._sign_in_page(""))

    async def _opened_somehow(self) -> Console:
        """Opens with what there is, else asks for the passphrase until it fits."""
        door: PassphraseDoor | None = None
        if await aio.in_background(self._opening.needs_passphrase):
            door = self._passphrase_page()
        while True:
            passphrase, remember = await self._given.get() if door else (None, False)
            try:
                console = await aio.in_background(self._opening.open, passphrase)
            except (WrongPassphrase, KeysMissing) as error:
                if isinstance(error, KeysMissing) and not await aio.in_background(self._opening.has_passphrase):
                    raise
                problem = self._words.told(error) if door else ""
                door = door or self._passphrase_page()
                door.refuse(problem)
                continue
            if remember and passphrase:
                await aio.in_background(self._opening.remember, passphrase)
            return console

    async def _sign_in(self, login: str, password: str) -> Principal:
        console = await asyncio.shield(self._opened)
        who = await aio.in_background(console.accounts.sign_in, login, password)
        self._entered.set_result(Entered(console, who, True))
        return who

    def _sign_in_page(self, community: str) -> SignIn:
        def sign_in(login: str, password: str) -> Awaitable[Principal]:
            return self._sign_in(login, password)

        return SignIn(self._words, community, self._opening.terminal, sign_in, lambda: datetime.now(UTC))

    def _passphrase_page(self) -> PassphraseDoor:
        page = PassphraseDoor(self._words)
        page.given.connect(lambda text, remember: self._given.put_nowait((text, remember)))
        self._show(page)
        return page

    def _fail(self, error: Exception) -> None:
        """Says what happened and what to do; the window stays until it is closed."""
        self.failure = error
        words = self._words
        self._show(
            EmptyState(
                "triangle-alert",
                words("signin.failed.title"),
                words.told(error),
                act=words("signin.failed.close"),
                on_act=self.close,
                code=getattr(error, "code", type(error).__name__),
            )
        )

    def _show(self, widget: QWidget) -> None:
        old = self.takeCentralWidget()
        self.setCentralWidget(widget)
        if old is not None:
            old.hide()
            old.deleteLater()
