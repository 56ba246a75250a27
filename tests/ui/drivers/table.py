"""A page with a list and a detail panel beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox
from pytestqt.qtbot import QtBot

from tests.ui.drivers.page import PageDriver
from ui.parts.banner import Banner
from ui.parts.detail import DetailPanel
from ui.parts.finding import FindLine
from ui.parts.page import Page
from ui.parts.sidepanel import SidePanel
from ui.parts.table import DataTable


class ListPageDriver(PageDriver):
    """Rows by their words, chips and buttons by their names, everything else by keys."""

    def __init__(self, qtbot: QtBot, page: Page) -> None:
        super().__init__(page)
        self._qtbot = qtbot
        self.page = page
        self.table: DataTable[Any] = page.findChild(DataTable)
        self.table.setFocus()

    def until(self, holds: Callable[[], object]) -> None:
        """Waits, bounded, until something is so."""
        self._qtbot.waitUntil(lambda: bool(holds()), timeout=10_000)

    def rows(self) -> list[list[str]]:
        """The texts of the rows, in the columns that are shown."""
        model = self.table.model()
        shown = [c for c in range(model.columnCount()) if not self.table.isColumnHidden(c)]
        return [[str(model.index(r, c).data()) for c in shown] for r in range(model.rowCount())]

    def choose(self, text: str) -> None:
        """Goes with the arrow keys to the row that holds a text."""
        number = next(n for n, row in enumerate(self.rows()) if any(text in cell for cell in row))
        self.table.setFocus()
        while (now := self.table.currentIndex().row()) != number:
            QTest.keyClick(self.table, Qt.Key.Key_Down if now < number else Qt.Key.Key_Up)

    def chip(self, name: str) -> None:
        """Chooses the chip that begins with this name, whatever it counts."""
        self.press(next(text for text in self.chips() if text.startswith(name)))

    def chips(self) -> list[str]:
        found = self.root.findChildren(QAbstractButton)
        return [b.accessibleName() for b in found if b.property("kind") == "chip" and b.isVisible()]

    def detail(self) -> DetailDriver:
        panel = next(p for p in self.root.findChildren(DetailPanel))
        return DetailDriver(panel)

    def form(self) -> FormDriver:
        """The form that stands over the page. Raises StopIteration where there is none."""
        return FormDriver(next(p for p in self.root.findChildren(SidePanel) if p.isVisible()))

    def has_form(self) -> bool:
        return any(p.isVisible() for p in self.root.findChildren(SidePanel))

    def act(self, key: str) -> None:
        """Presses a key of the page, as soon as an act with it may be done."""
        wanted = QKeySequence(key)
        self.until(lambda: self.window_has(wanted))
        self.key(key)

    def window_has(self, key: QKeySequence) -> bool:
        from PySide6.QtGui import QShortcut

        def live(shortcut: QShortcut) -> bool:
            owner = shortcut.parent()
            return bool(
                shortcut.key() == key and shortcut.isEnabled() and owner.isVisible() and owner.isEnabled()  # type: ignore[attr-defined]
            )

        return any(live(shortcut) for shortcut in self.root.findChildren(QShortcut))

    def banner(self) -> str:
        """What the banner of the page says, "" without one."""
        return next((b.text() for b in self.root.findChildren(Banner) if b.isVisible()), "")

    def instead(self) -> list[str]:
        """What stands where the list would be."""
        state = self.page.state()
        return PageDriver(state).texts() if state is not None and state.isVisible() else []


class DetailDriver(PageDriver):
    """The panel at the right."""

    def shown(self) -> bool:
        return self.root.isVisible()

    def acts(self) -> list[str]:
        """The acts that can be pressed now."""
        buttons = self.root.findChildren(QAbstractButton)
        return [b.accessibleName() for b in buttons if b.isVisible() and b.isEnabled()]


class FormDriver(PageDriver):
    """A form in a side panel."""

    def pick(self, field: str, text: str) -> None:
        """Chooses the option that holds a text."""
        line = next(
            (f for f in self.root.findChildren(FindLine) if f.accessibleName() == field and f.isVisible()), None
        )
        if line is not None:
            line.setFocus()
            line.clear()
            line.asked.emit("")
            number = next(n for n, option in enumerate(line.offered()) if text in option.title)
            for _ in range(number):
                QTest.keyClick(line, Qt.Key.Key_Down)
            QTest.keyClick(line, Qt.Key.Key_Return)
            return
        boxes = [box for box in self.root.findChildren(QComboBox) if box.isVisible()]
        box = next((b for b in boxes if b.accessibleName() == field), None)
        if box is None:
            raise LookupError(f"no choice {field!r}; there are {[b.accessibleName() for b in boxes]}")
        number = next(n for n in range(box.count()) if text in box.itemText(n))
        box.setFocus()
        while (now := box.currentIndex()) != number:
            QTest.keyClick(box, Qt.Key.Key_Down if now < number else Qt.Key.Key_Up)

    def send(self) -> None:
        self.key("Ctrl+Return")

    def dismiss(self) -> None:
        self.key("Esc")
