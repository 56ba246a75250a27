"""What sign-in, set-up and lock share: a calm ground, the community's name, one column in the middle."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.kernel.words import Words
from ui.parts.form import FormField
from ui.parts.layout import framed, row
from ui.parts.text import Label


class Door(QWidget):
    """A page before the work begins."""

    def __init__(self, words: Words, title: str, under: str, width: int = 400, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = words
        self.setProperty("ground", "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        self.column = QVBoxLayout()
        self.column.setContentsMargins(32, 28, 32, 28)
        self.column.setSpacing(12)
        sheet = framed("card", self.column)
        sheet.setFixedWidth(width)
        mark = Label(words("app.name"), "secondary", weight=600, tone="accent")
        self.heading = Label(title, "title", wrap=True)
        self.column.addWidget(mark)
        self.column.addWidget(self.heading)
        self.under = Label(under, "secondary", wrap=True)
        self.column.addWidget(self.under)
        self.column.addSpacing(8)
        inside = QWidget()
        middle = QVBoxLayout(inside)
        middle.addStretch(2)
        # Not an aligned item: Qt would give it its hint's height and forget that its text wraps.
        middle.addLayout(row(None, sheet, None))
        self.foot = Label("", "caption")
        middle.addSpacing(12)
        middle.addWidget(self.foot, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(3)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        inside.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)


class PasswordField(FormField):
    """A password, with a word about the caps lock while it seems to be on.

    Qt does not tell the lock's state, so it is read off what a letter key gives without or with shift.
    """

    def __init__(self, words: Words, label: str, hint: str = "") -> None:
        self._line = QLineEdit()
        self._line.setEchoMode(QLineEdit.EchoMode.Password)
        self._line.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self._words = words
        self._plain_hint = hint
        super().__init__(label, self._line, hint=hint)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.text().isalpha():
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.set_hint(self._words("signin.caps_lock") if event.text().isupper() != shifted else self._plain_hint)
        return super().eventFilter(watched, event)
