"""The other readings of a thing: a quiet table, one widget, repainted a line at a time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.parts.ink import draw_priority, draw_text, hatch, metrics
from ui.parts.value import Shown, paint_note
from ui.theme.tokens import px, theme

ROW = px("height", "row_compact") + 2


NOTE = 96.0
"""The least width of the ages, in pixels."""


class PointTable(QWidget):
    """Name, value with unit, age. Arrows move a reading line for the screen reader."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._titles: list[str] = []
        self._shown: list[Shown] = []
        self._current = 0
        self._note_width = NOTE
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_points(self, titles: Sequence[str], shown: Sequence[Shown]) -> None:
        """Repaints the lines that differ."""
        note = max((_note_width(one) for one in shown), default=0.0)
        if note > self._note_width:
            # Only ever wider: values that move to and fro with every age are hard to read.
            self._note_width = note
            self.update()
        if list(titles) != self._titles or len(shown) != len(self._shown):
            self._titles, self._shown = list(titles), list(shown)
            self.setFixedHeight(max(1, len(titles)) * ROW)
            self.update()
            return
        for n, (old, new) in enumerate(zip(self._shown, shown, strict=True)):
            if old != new:
                self._shown[n] = new
                self.update(QRect(0, n * ROW, self.width(), ROW))

    def texts(self) -> list[tuple[str, str, str, str]]:
        """(title, value, unit, note) of every line."""
        return [(title, s.text, s.unit, s.note) for title, s in zip(self._titles, self._shown, strict=True)]

    def sizeHint(self) -> QSize:
        return QSize(360, max(1, len(self._titles)) * ROW)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is None or not self._titles:
            super().keyPressEvent(event)
            return
        self._current = min(len(self._titles) - 1, max(0, self._current + step))
        self.setAccessibleDescription(self._shown[self._current].spoken(self._titles[self._current]))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        first, last = event.rect().top() // ROW, event.rect().bottom() // ROW + 1
        for n in range(max(0, first), min(len(self._titles), last)):
            self._paint_line(painter, n)

    def _paint_line(self, painter: QPainter, n: int) -> None:
        shown, top, width = self._shown[n], n * ROW, self.width()
        line = QRectF(0, top, width, ROW)
        if self.hasFocus() and n == self._current:
            painter.fillRect(line, theme().color("accent_soft"))
        painter.setPen(QPen(theme().color("line"), 1))
        painter.drawLine(QPointF(0, line.bottom() - 0.5), QPointF(width, line.bottom() - 0.5))
        note = min(self._note_width, width * 0.4)
        value_right = width - note - 16
        # A value has what its own title leaves: one long title does not push the values of all lines together.
        taken = min(metrics("table").horizontalAdvance(self._titles[n]) + 1, value_right * 0.72)
        draw_text(painter, QRectF(0, top, taken, ROW), self._titles[n], "table", "ink2")
        box = QRectF(taken + 8, top, value_right - taken - 8, ROW)
        ink = "ink" if shown.quality in ("good", "uncertain") else "ink3"
        text = f"{shown.text} {shown.unit}".strip()
        if shown.quality == "offline":
            wide = min(metrics("table").horizontalAdvance(text) + 12, box.width())
            hatch(painter, QRectF(box.right() - wide, box.top() + 5, wide + 4, box.height() - 10), 3)
        right = Qt.AlignmentFlag.AlignRight
        used = draw_text(painter, box, text, "table", ink, 500 if shown.priority else 400, right)
        if shown.priority is not None:
            draw_priority(painter, QRectF(box.right() - used - 18, top + ROW / 2 - 5, 10, 10), shown.priority)
        paint_note(painter, QRectF(width - note, top, note, ROW), shown, right)


@lru_cache(maxsize=512)
def _wide(note: str) -> float:
    return metrics("caption").horizontalAdvance(note) + 2


def _note_width(shown: Shown) -> float:
    return _wide(shown.note) + (0 if shown.quality in ("good", "none") else 17)
