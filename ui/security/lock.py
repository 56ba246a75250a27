"""The lock after idling: covers the work, goes on counting alarms, and opens for the same person's password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from desktop.alarms.views import PRIORITIES
from desktop.kernel.errors import LinliError
from desktop.kernel.words import Words
from desktop.security.principal import Principal
from desktop.things.model import Priority
from ui.aio import in_background, slot
from ui.parts.badge import PriorityMark
from ui.parts.buttons import Button
from ui.parts.layout import clear, row
from ui.parts.text import Label
from ui.security.frame import Door, PasswordField

if TYPE_CHECKING:
    from desktop.app import Console

IDLE_MINUTES = 10
"""GB/T 22239 level 2 asks for an automatic end of idle sessions; ten minutes is this project's default."""


class Idle(QObject):
    """Tells when nobody touched the window for `IDLE_MINUTES`.

    It listens at the native window, where each key and pointer event passes once, not at every widget.

    Signals:
        idled: nobody is there.
    """

    idled = Signal()

    def __init__(self, window: QWidget, minutes: float = IDLE_MINUTES) -> None:
        super().__init__(window)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(round(minutes * 60_000))
        self._timer.timeout.connect(self.idled)
        window.winId()
        window.windowHandle().installEventFilter(self)
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (
            QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove,
            QEvent.Type.Wheel, QEvent.Type.TouchBegin,
        ):  # fmt: skip
            self._timer.start()
        return False


class LockScreen(Door):
    """Signals:
    unlocked: the same person is back.
    other: somebody else wants to sign in.
    """

    unlocked = Signal()
    other = Signal()

    def __init__(self, console: Console, words: Words, who: Principal, parent: QWidget | None = None) -> None:
        super().__init__(words, words("signin.lock.title", name=who.name), words("signin.lock.under"), parent=parent)
        self._console, self._who = console, who
        self.password = PasswordField(words, words("signin.password"))
        self.open = Button(words("signin.lock.open"), "primary", key="Return", show_key=False, on=self._try)
        self.open.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        switch = Button(words("signin.lock.other"), "plain", on=self.other.emit)
        self._alarms = row(spacing=16)
        self.column.addWidget(self.password)
        self.column.addWidget(self.open)
        self.column.addWidget(switch)
        self.column.addSpacing(4)
        self.column.addLayout(self._alarms)
        self.password.input.setFocus()

    def show_counts(self, counts: dict[Priority, int]) -> None:
        """The alarms that want a person, by priority."""
        clear(self._alarms)
        found = [priority for priority in PRIORITIES if counts.get(priority)]
        words = self.words("signin.lock.alarms" if found else "signin.lock.no_alarms")
        self._alarms.addWidget(Label(words, "secondary"))
        for priority in found:
            self._alarms.addWidget(PriorityMark(priority, str(counts[priority])))
        self._alarms.addStretch(1)

    @slot
    async def _try(self) -> None:
        if not self.open.isEnabled():
            return
        self.open.setEnabled(False)
        try:
            await in_background(self._console.accounts.confirm, self._who, self.password.text())
        except LinliError as error:
            assert isinstance(self.password.input, QLineEdit)
            self.password.input.clear()
            self.password.set_error(self.words.told(error))
            self.open.setEnabled(True)
            self.password.input.setFocus()
        else:
            self.unlocked.emit()
