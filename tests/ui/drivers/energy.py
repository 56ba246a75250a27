"""The energy page, as a person reads it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from tests.ui.drivers.page import PageDriver
from ui.parts.bars import BarPlot
from ui.parts.figure import Figure
from ui.parts.table import DataTable


class EnergyDriver(PageDriver):
    """Figures and tables by their names, everything else by keys."""

    def until(self, qtbot: QtBot, holds: Callable[[], object]) -> None:
        """Waits, bounded, until something is so."""
        qtbot.waitUntil(lambda: bool(holds()), timeout=10_000)

    def figures(self) -> list[str]:
        return [each.accessibleName() for each in self.root.findChildren(Figure) if each.isVisible()]

    def figure(self, name: str) -> str:
        """What stands with this name, "" where nothing does yet."""
        return next((text for text in self.figures() if text.startswith(name)), "")

    def table(self, name: str) -> DataTable[object]:
        return next(t for t in self.root.findChildren(DataTable) if t.accessibleName() == name)

    def rows(self, name: str) -> list[list[str]]:
        model = self.table(name).model()
        return [
            [str(model.index(row, column).data()) for column in range(model.columnCount())]
            for row in range(model.rowCount())
        ]

    def chart(self) -> BarPlot:
        return next(iter(self.root.findChildren(BarPlot)))

    def chips(self) -> list[str]:
        found = self.root.findChildren(QAbstractButton)
        return [b.accessibleName() for b in found if b.property("kind") == "chip" and b.isVisible()]

    def open_row(self, name: str, text: str) -> None:
        """Goes to the row with the arrow keys and opens it with Enter."""
        table = self.table(name)
        number = next(n for n, row in enumerate(self.rows(name)) if any(text in cell for cell in row))
        table.setFocus()
        while table.currentIndex().row() != number:
            QTest.keyClick(table, Qt.Key.Key_Down)
        QTest.keyClick(table, Qt.Key.Key_Return)
