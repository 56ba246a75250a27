"""The store's own passphrase, asked for where there is no other way into its keys."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from desktop.kernel.words import Words
from ui.parts.buttons import Button
from ui.security.frame import Door, PasswordField


class PassphraseDoor(Door):
    """Signals:
    given(passphrase, remember): the person pressed open.
    """

    given = Signal(str, bool)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, words("signin.passphrase.title"), words("signin.passphrase.under"), parent=parent)
        self.passphrase = PasswordField(words, words("signin.passphrase.label"))
        self.remember = QCheckBox(words("signin.passphrase.remember"))
        self.open = Button(words("signin.passphrase.open"), "primary", key="Return", show_key=False, on=self._give)
        self.open.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for widget in (self.passphrase, self.remember, self.open):
            self.column.addWidget(widget)
        self.passphrase.input.setFocus()

    def refuse(self, problem: str) -> None:
        """What was wrong; the person tries again."""
        self.open.setEnabled(True)
        self.open.set_label(self.words("signin.passphrase.open"))
        self.passphrase.set_error(problem)
        self.passphrase.input.setFocus()

    def _give(self) -> None:
        if not self.open.isEnabled():
            return
        text = self.passphrase.text()
        if not text:
            self.passphrase.set_error(self.words("signin.passphrase.missing"))
            return
        self.open.setEnabled(False)
        self.open.set_label(self.words("signin.opening"))
        self.given.emit(text, self.remember.isChecked())
