"""The intake desk as a clerk drives it: keys, counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from tests.ui.drivers.page import PageDriver
from ui.intake.page import IntakePage
from ui.parts.badge import StateBadge
from ui.parts.finding import FindLine


class IntakeDriver(PageDriver):
    """Types where the cursor is; `presses` counts the keys."""

    def __init__(self, qtbot: QtBot, page: IntakePage) -> None:
        super().__init__(page)
        self._qtbot = qtbot
        self.page = page
        self.presses = 0

    def until(self, holds: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(holds()), timeout=10_000)

    def type(self, keys: str) -> None:
        """Letters, one by one, as the answers come in between."""
        for letter in keys:
            QTest.keyClicks(self.focus(), letter)
            self.presses += 1

    def words(self, text: str) -> None:
        """The caller's own words: these keys are nobody's to spare."""
        QTest.keyClicks(self.focus(), text) if text.isascii() else self._compose(text)

    def _compose(self, text: str) -> None:
        at = self.focus()
        assert isinstance(at, QLineEdit | QPlainTextEdit)
        if isinstance(at, QLineEdit):
            at.insert(text)
            at.textEdited.emit(at.text())
            if isinstance(at, FindLine):
                at.asked.emit(at.text())
        else:
            at.insertPlainText(text)

    def tap(self, key: str) -> None:
        self.key(key)
        self.presses += 1

    def focus(self) -> Any:
        found = self.root.window().focusWidget()
        assert found is not None
        return found

    def at(self) -> str:
        """The field the cursor is in."""
        return str(self.focus().accessibleName())

    def offered(self) -> list[str]:
        line = self.focus()
        return [f"{one.title} {one.detail}".strip() for one in line.offered()] if isinstance(line, FindLine) else []

    def box(self, name: str) -> QComboBox:
        return next(b for b in self.root.findChildren(QComboBox) if b.accessibleName() == name and b.isVisible())

    def text(self, name: str) -> str:
        inputs = [*self.root.findChildren(QLineEdit), *self.root.findChildren(QPlainTextEdit)]
        found: Any = next(w for w in inputs if w.accessibleName() == name and w.isVisible())
        return found.text() if isinstance(found, QLineEdit) else found.toPlainText()

    def badges(self) -> list[str]:
        return [one.text() for one in self.root.findChildren(StateBadge) if one.isVisible()]

    def take_enter(self) -> None:
        QTest.keyClick(self.focus(), Qt.Key.Key_Return)
        self.presses += 1
