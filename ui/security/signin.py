"""Signing in: login, password, and plain words about what is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from desktop.kernel.errors import LinliError
from desktop.kernel.words import Words
from desktop.security.errors import LockedOut
from ui.aio import in_background, slot
from ui.parts.buttons import Button
from ui.parts.form import FormField
from ui.parts.when import span
from ui.security.frame import Door, PasswordField

if TYPE_CHECKING:
    from desktop.app import Console
    from desktop.security.principal import Principal


class SignIn(Door):
    """Signals:
    signed_in(principal): somebody is at the terminal now.
    """

    signed_in = Signal(object)

    def __init__(
        self,
        words: Words,
        community: str,
        terminal: str,
        sign_in: Callable[[str, str], Awaitable[Principal]],
        now: Callable[[], datetime],
        parent: QWidget | None = None,
    ) -> None:
        """`sign_in` may still be waiting for the store to open: the person types meanwhile."""
        super().__init__(words, community or words("app.name"), words("signin.under"), parent=parent)
        self._sign_in, self._now = sign_in, now
        self._until: datetime | None = None
        self.login = FormField(words("signin.login"), QLineEdit())
        self.password = PasswordField(words, words("signin.password"))
        self.enter = Button(words("signin.enter"), "primary", key="Return", show_key=False, on=self._try)
        self.enter.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for widget in (self.login, self.password, self.enter):
            self.column.addWidget(widget)
        self.foot.setText(words("signin.foot", terminal=terminal))
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._locked)
        self.login.input.setFocus()

    @classmethod
    def at(cls, console: Console, words: Words) -> SignIn:
        """The sign-in of an open console."""

        def sign_in(login: str, password: str) -> Awaitable[Principal]:
            return in_background(console.accounts.sign_in, login, password)

        community = console.places.community()
        return cls(words, community.name if community else "", console.terminal, sign_in, console.clock.now)

    @slot
    async def _try(self) -> None:
        if not self.enter.isEnabled():
            return
        login, password = self.login.text().strip(), self.password.text()
        if not login or not password:
            field, word = (
                (self.login, "signin.login_missing") if not login else (self.password, "signin.password_missing")
            )
            field.set_error(self.words(word))
            field.input.setFocus()
            return
        self.enter.setEnabled(False)
        self.enter.set_label(self.words("signin.checking"))
        try:
            who = await self._sign_in(login, password)
        except LockedOut as error:
            self._until = error.until
            self._tick.start()
            self._locked()
        except LinliError as error:
            self._again(self.words.told(error))
        else:
            self.signed_in.emit(who)

    def _again(self, problem: str) -> None:
        self.enter.setEnabled(True)
        self.enter.set_label(self.words("signin.enter"))
        assert isinstance(self.password.input, QLineEdit)
        self.password.input.clear()
        self.password.set_error(problem)
        self.password.input.setFocus()

    def _locked(self) -> None:
        rest = (self._until - self._now()).total_seconds() if self._until else 0.0
        if rest <= 0:
            self._tick.stop()
            self._again("")
            return
        self.enter.set_label(self.words("signin.enter"))
        self.password.set_error(self.words("signin.locked", rest=span(rest)))
