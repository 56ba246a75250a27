"""The things of a place or kind: two lines each, painted in one go and only where something changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from ui.parts.badge import paint_mark, tone_colors
from ui.parts.ink import draw_text, hatch, metrics
from ui.parts.value import Shown
from ui.theme.fonts import Weight
from ui.theme.tokens import px, theme
from ui.things.state import StateWord

ROW = px("height", "list")


@dataclass(frozen=True, slots=True)
class ThingRow:
    """What a line shows. Equal rows look the same."""

    name: str
    under: str
    state: StateWord
    values: tuple[Shown, ...]

    def spoken(self) -> str:
        values = ", ".join(f"{value.text} {value.unit}".strip() for value in self.values)
        return ", ".join(part for part in (self.name, self.under, self.state.text, values) if part)


class ThingList(QAbstractScrollArea):
    """Up, Down, Page, Home, End move; Enter opens. `tick` asks for the visible rows and repaints those that differ."""

    chosen = Signal(str)
    opened = Signal(str)

    def __init__(self, name: str, read: Callable[[str], ThingRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._read = read
        self._ids: list[str] = []
        self._rows: dict[str, ThingRow] = {}
        self._current = ""
        self._name = name
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().setSingleStep(ROW // 2)

    def show_ids(self, ids: Sequence[str]) -> None:
        """Which things, in order; the current one stays current while it is there."""
        if list(ids) == self._ids:
            return
        self._ids = list(ids)
        self._rows = {id_: row for id_, row in self._rows.items() if id_ in set(ids)}
        self._fit()
        self.tick()
        self.viewport().update()

    def ids(self) -> list[str]:
        return list(self._ids)

    def current(self) -> str:
        return self._current

    def row(self, thing_id: str) -> ThingRow | None:
        """What stands on the line, if it was ever visible."""
        return self._rows.get(thing_id)

    def choose(self, thing_id: str) -> bool:
        """Makes a thing current and brings it into sight; False when it is not in the list."""
        if thing_id not in self._ids:
            return False
        if thing_id != self._current:
            self._current = thing_id
            self.viewport().update()
            self.chosen.emit(thing_id)
        top, bar = self._ids.index(thing_id) * ROW, self.verticalScrollBar()
        if top < bar.value():
            bar.setValue(top)
        elif top + ROW > bar.value() + self.viewport().height():
            bar.setValue(top + ROW - self.viewport().height())
        self._speak()
        return True

    def tick(self) -> None:
        """Reads the visible rows anew."""
        first, last = self._visible()
        for n in range(first, last):
            id_ = self._ids[n]
            row = self._read(id_)
            if row != self._rows.get(id_):
                self._rows[id_] = row
                self.viewport().update(self._area(n))

    def _visible(self) -> tuple[int, int]:
        top = self.verticalScrollBar().value()
        return top // ROW, min(len(self._ids), (top + self.viewport().height()) // ROW + 1)

    def _area(self, n: int) -> QRect:
        return QRect(0, n * ROW - self.verticalScrollBar().value(), self.viewport().width(), ROW)

    def _fit(self) -> None:
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, len(self._ids) * ROW - self.viewport().height()))
        bar.setPageStep(self.viewport().height())

    def _scrolled(self) -> None:
        self.tick()
        self.viewport().update()

    def _speak(self) -> None:
        row = self._rows.get(self._current)
        self.setAccessibleDescription(row.spoken() if row else "")

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
        n = int(event.position().y() + self.verticalScrollBar().value()) // ROW
        if 0 <= n < len(self._ids):
            self.choose(self._ids[n])

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        if self._current:
            self.opened.emit(self._current)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        page = max(1, self.viewport().height() // ROW - 1)
        last = len(self._ids) - 1
        at = self._ids.index(self._current) if self._current in self._ids else -1
        moves = {
            Qt.Key.Key_Down: at + 1, Qt.Key.Key_Up: max(0, at - 1), Qt.Key.Key_PageDown: at + page,
            Qt.Key.Key_PageUp: at - page, Qt.Key.Key_Home: 0, Qt.Key.Key_End: last,
        }  # fmt: skip
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
            row = self._rows.get(self._ids[n])
            if row is not None and area.intersects(event.rect()):
                _paint_row(painter, QRectF(area), row, self._ids[n] == self._current, self.hasFocus())


def _paint_row(painter: QPainter, area: QRectF, row: ThingRow, current: bool, focused: bool) -> None:
    colors = theme()
    if current:
        painter.fillRect(area, colors.color("accent_soft"))
        painter.fillRect(QRectF(area.left(), area.top(), 3 if focused else 2, area.height()), colors.color("accent"))
    painter.setPen(QPen(colors.color("line"), 1))
    painter.drawLine(QPointF(area.left(), area.bottom() - 0.5), QPointF(area.right(), area.bottom() - 0.5))
    if row.state.mark:
        middle = QPointF(area.left() + 16, area.top() + 18)
        paint_mark(painter, middle, row.state.mark, tone_colors(row.state.tone)[0])
    left, right = area.left() + 30, area.right() - 14
    value_left = _paint_values(painter, QRectF(left, area.top() + 8, right - left, 20), row.values)
    upper = QRectF(left, area.top() + 8, value_left - 12 - left, 20)
    draw_text(painter, upper, row.name, "body", "ink", 500)
    urgent = row.state.tone != "quiet"
    word = metrics("caption", 500 if urgent else 400).horizontalAdvance(row.state.text)
    word = min(word, (right - left) * 0.55)
    state = QRectF(right - word, area.top() + 29, word + 1, 18)
    draw_text(painter, state, row.state.text, "caption", row.state.tone if urgent else "ink3", 500 if urgent else 400)
    draw_text(painter, QRectF(left, area.top() + 29, state.left() - 12 - left, 18), row.under, "caption", "ink3")


def _paint_values(painter: QPainter, area: QRectF, values: Sequence[Shown]) -> float:
    """Right-aligned values; returns where they begin."""
    left = area.right()
    for shown in reversed(values):
        text = f"{shown.text} {shown.unit}".strip()
        weight: Weight = 500 if shown.priority else 400
        width = min(metrics("table", weight).horizontalAdvance(text) + 1, area.width() * 0.42)
        box = QRectF(left - width, area.top(), width + 1, area.height())
        if shown.quality == "offline":
            hatch(painter, box.adjusted(-4, 1, 3, -1), 3)
        ink = "ink" if shown.quality in ("good", "uncertain") else "ink3"
        draw_text(painter, box, text, "table", shown.priority or ink, weight)
        left = box.left() - 16
    return left + 16
