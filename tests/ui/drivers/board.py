"""The board of cases, with mouse and keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.drivers.cases import CasesDriver
from ui.cases.board import Board
from ui.cases.column import LaneBox


class BoardDriver:
    """Cards by their words, columns by their titles."""

    def __init__(self, page: CasesDriver) -> None:
        self.page = page
        found = page.root.findChild(Board)
        assert found is not None
        self.board: Board = found

    def titles(self) -> list[str]:
        return [box.accessibleName() for box in self.board.boxes()]

    def cards(self, title: str) -> list[str]:
        cards = self.lane(title).cards
        return [cards.item(number).text() for number in range(cards.count())]

    def lane(self, title: str) -> LaneBox:
        return next(box for box in self.board.boxes() if box.title == title)

    def lit(self) -> list[str]:
        return [box.title for box in self.board.boxes() if box.lit]

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.board, key)

    # By hand

    def take_up(self, title: str, text: str) -> None:
        """Presses on the card and moves a little: it is in hand."""
        cards = self.lane(title).cards
        number = next(n for n, card in enumerate(self.cards(title)) if text in card)
        at = cards.visualItemRect(cards.item(number)).center()
        self._held = cards.viewport()
        self._mouse(QEvent.Type.MouseButtonPress, self._held, at)
        self._mouse(QEvent.Type.MouseMove, self._held, at + QPoint(30, 10))

    def over(self, title: str) -> None:
        self._mouse(QEvent.Type.MouseMove, self._held, self._held.mapFromGlobal(self._middle(title)))

    def drop(self, title: str) -> None:
        self.over(title)
        self._mouse(QEvent.Type.MouseButtonRelease, self._held, self._held.mapFromGlobal(self._middle(title)))

    def _middle(self, title: str) -> QPoint:
        lane = self.lane(title)
        return lane.mapToGlobal(lane.rect().center())

    @staticmethod
    def _mouse(kind: QEvent.Type, widget: QWidget, at: QPoint) -> None:
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        event = QMouseEvent(
            kind, QPointF(at), QPointF(widget.mapToGlobal(at)), none if kind == QEvent.Type.MouseMove else left,
            none if kind == QEvent.Type.MouseButtonRelease else left, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)
