"""Many things at once, painted and read only where they are in sight: what the list and the wall share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from ui.theme.tokens import theme


class Spoken(Protocol):
    """What a cell shows. Equal ones look the same."""

    def spoken(self) -> str:
        """For a screen reader."""
        ...


C = TypeVar("C", bound=Spoken)


class LiveCells(QAbstractScrollArea, Generic[C]):
    """Arrows, Page, Home, End move; Enter opens. `tick` asks for what is in sight and repaints what differs.

    Subclasses say how big a cell is and paint it.

    Signals:
        chosen(id): another thing became current.
        opened(id): Enter or a double click.
    """

    chosen = Signal(str)
    opened = Signal(str)

    HEIGHT = 56
    LEAST = 0
    """The least width of a cell in pixels; 0 for one column over the whole width."""
    GAP = 0

    def __init__(self, name: str, read: Callable[[str], C], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._read = read
        self._ids: list[str] = []
        self._at: dict[str, int] = {}
        self._cells: dict[str, C] = {}
        self._current = ""
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().setSingleStep(self.HEIGHT // 2)

    def paint_cell(self, painter: QPainter, area: QRectF, cell: C, current: bool, focused: bool) -> None:
        """Draws one thing."""
        raise NotImplementedError

    def show_ids(self, ids: Sequence[str]) -> None:
        """Which things, in order; the current one stays current while it is there."""
        if list(ids) == self._ids:
            return
        self._ids = list(ids)
        self._at = {id_: n for n, id_ in enumerate(self._ids)}
        self._cells = {id_: cell for id_, cell in self._cells.items() if id_ in self._at}
        self._fit()
        self.tick()
        self.viewport().update()

    def ids(self) -> list[str]:
        return list(self._ids)

    def current(self) -> str:
        return self._current

    def row(self, thing_id: str) -> C | None:
        """What stands in the cell, if it was ever in sight."""
        return self._cells.get(thing_id)

    def in_sight(self) -> list[str]:
        """The things that can be seen now."""
        first, last = self._visible()
        return self._ids[first:last]

    def columns(self) -> int:
        """How many cells stand beside each other."""
        room = self.viewport().width() - self.GAP
        return max(1, room // (self.LEAST + self.GAP)) if self.LEAST else 1

    def choose(self, thing_id: str) -> bool:
        """Makes a thing current and brings it into sight; False when it is not shown."""
        if thing_id not in self._at:
            return False
        if thing_id != self._current:
            self._current = thing_id
            self.viewport().update()
            self.chosen.emit(thing_id)
        bar, step = self.verticalScrollBar(), self.HEIGHT + self.GAP
        top = self._at[thing_id] // self.columns() * step
        if top < bar.value():
            bar.setValue(top)
        elif top + step + self.GAP > bar.value() + self.viewport().height():
            bar.setValue(top + step + self.GAP - self.viewport().height())
        self._speak()
        return True

    def tick(self) -> None:
        """Reads what is in sight anew."""
        first, last = self._visible()
        for n in range(first, last):
            id_ = self._ids[n]
            cell = self._read(id_)
            if cell != self._cells.get(id_):
                self._cells[id_] = cell
                self.viewport().update(self._area(n))
                if id_ == self._current:
                    self._speak()

    def _visible(self) -> tuple[int, int]:
        top, step, columns = self.verticalScrollBar().value(), self.HEIGHT + self.GAP, self.columns()
        rows = top // step, (top + self.viewport().height()) // step + 1
        return rows[0] * columns, min(len(self._ids), rows[1] * columns)

    def _area(self, n: int) -> QRect:
        columns = self.columns()
        width = (self.viewport().width() - self.GAP * (columns + 1 if self.GAP else 0)) // columns
        left = self.GAP + n % columns * (width + self.GAP)
        top = self.GAP + n // columns * (self.HEIGHT + self.GAP) - self.verticalScrollBar().value()
        return QRect(left, top, width, self.HEIGHT)

    def _fit(self) -> None:
        bar = self.verticalScrollBar()
        rows = -(-len(self._ids) // self.columns())
        bar.setRange(0, max(0, rows * (self.HEIGHT + self.GAP) + self.GAP - self.viewport().height()))
        bar.setPageStep(self.viewport().height())

    def _scrolled(self) -> None:
        self.tick()
        self.viewport().update()

    def _speak(self) -> None:
        cell = self._cells.get(self._current)
        self.setAccessibleDescription(cell.spoken() if cell is not None else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        self.tick()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._speak()
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._under(event)
        if found:
            self.choose(found)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self._under(event)
        if found:
            self.opened.emit(found)

    def _under(self, event: QMouseEvent) -> str:
        """The thing under the pointer; "" beside all of them."""
        first, last = self._visible()
        at = event.position().toPoint()
        return next((self._ids[n] for n in range(first, last) if self._area(n).contains(at)), "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns = self.columns()
        page = max(1, self.viewport().height() // (self.HEIGHT + self.GAP) - 1) * columns
        last = len(self._ids) - 1
        at = self._at.get(self._current, -1)
        moves = {
            Qt.Key.Key_Down: at + columns if at >= 0 else 0, Qt.Key.Key_Up: at - columns if at >= columns else at,
            Qt.Key.Key_PageDown: at + page, Qt.Key.Key_PageUp: at - page, Qt.Key.Key_Home: 0, Qt.Key.Key_End: last,
        }  # fmt: skip
        if self.LEAST:
            moves |= {Qt.Key.Key_Right: at + 1, Qt.Key.Key_Left: at - 1}
        key = Qt.Key(event.key())
        if key in moves and self._ids:
            self.choose(self._ids[min(last, max(0, moves[key]))])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current:
            self.opened.emit(self._current)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), theme().color("surface"))
        first, last = self._visible()
        for n in range(first, last):
            area = self._area(n)
            cell = self._cells.get(self._ids[n])
            if cell is not None and area.intersects(event.rect()):
                self.paint_cell(painter, QRectF(area), cell, self._ids[n] == self._current, self.hasFocus())
