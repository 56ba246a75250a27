"""The plans page as an engineer drives it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.drivers.page import PageDriver
from ui.plans.canvas import Canvas
from ui.plans.page import PlansPage
from ui.plans.side import Waiting


class PlansDriver(PageDriver):
    """Drawing, marks and the list of what is not on it."""

    def __init__(self, qtbot: QtBot, page: PlansPage) -> None:
        super().__init__(page)
        self._qtbot = qtbot
        self.canvas = page.findChildren(Canvas)[0]
        self.waiting = page.findChildren(Waiting)[0]

    def until(self, holds: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(holds()), timeout=10_000)

    def marks(self) -> list[str]:
        """What each mark says, the most urgent first; of marks that share one, how many there are."""
        return [f"{len(c.pins)}" if len(c.pins) > 1 else c.worst.spoken() for c in self.canvas.clusters()]

    def listed(self) -> list[str]:
        return [self.waiting.item(n).text() for n in range(self.waiting.count())]

    def click(self, thing: str) -> None:
        QTest.mouseClick(self.canvas.viewport(), Qt.MouseButton.LeftButton, pos=self.at(thing))

    def double_click(self, thing: str) -> None:
        QTest.mouseDClick(self.canvas.viewport(), Qt.MouseButton.LeftButton, pos=self.at(thing))

    def at(self, thing: str) -> QPoint:
        """Where a mark lies on the drawing's widget."""
        place = self.canvas.place_of(thing)
        assert place is not None, f"{thing} is not on the plan"
        return place.toPoint()

    def drag(self, thing: str, by: QPoint) -> None:
        begin = self.at(thing)
        _drag(self.canvas.viewport(), begin, begin + by)

    def drag_in(self, name: str, to: QPoint) -> None:
        """From the list to a point of the drawing's widget."""
        item = self.waiting.item(self.listed().index(name))
        begin = self.waiting.visualItemRect(item).center()
        end = self.waiting.viewport().mapFromGlobal(self.canvas.viewport().mapToGlobal(to))
        _drag(self.waiting.viewport(), begin, end)


def _drag(widget: QWidget, begin: QPoint, end: QPoint) -> None:
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=begin)
    QTest.mouseMove(widget, (begin + end) / 2)
    QTest.mouseMove(widget, end)
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end)
