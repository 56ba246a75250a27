"""The things of a place or kind: two lines each, painted in one go and only where something changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen

from ui.parts.badge import paint_mark, tone_colors
from ui.parts.ink import draw_text, hatch, metrics
from ui.parts.value import Shown, value_ink
from ui.theme.fonts import Weight
from ui.theme.tokens import px, theme
from ui.things.cells import LiveCells
from ui.things.state import StateWord


@dataclass(frozen=True, slots=True)
class ThingRow:
    """What a line shows. Equal rows look the same."""

    name: str
    under: str
    state: StateWord
    values: tuple[Shown, ...]

    def spoken(self) -> str:
        values = ", ".join(f"{value.text} {value.unit}".strip() for value in self.values)
        return ", ".join(part for part in (self.name, self.under, self.state.spoken(), values) if part)


class ThingList(LiveCells[ThingRow]):
    """One thing under another, the full width each."""

    HEIGHT = px("height", "list")

    def paint_cell(self, painter: QPainter, area: QRectF, cell: ThingRow, current: bool, focused: bool) -> None:
        _paint_row(painter, area, cell, current, focused)


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
    end = state.left() - 12
    if row.state.beside is not None:
        end = _paint_beside(painter, QRectF(left, state.top(), end - left, 18), row.state.beside)
    draw_text(painter, QRectF(left, area.top() + 29, end - left, 18), row.under, "caption", "ink3")


def _paint_beside(painter: QPainter, area: QRectF, word: StateWord) -> float:
    """A mark and a word at the right of the area; returns where they begin, with a gap before."""
    wide = metrics("caption").horizontalAdvance(word.text)
    left = area.right() - wide
    paint_mark(painter, QPointF(left - 9, area.center().y()), word.mark, tone_colors(word.tone)[0], 8)
    draw_text(painter, QRectF(left, area.top(), wide + 1, area.height()), word.text, "caption", "ink2")
    return left - 14 - 12


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
        draw_text(painter, box, text, "table", value_ink(shown), weight)
        left = box.left() - 16
    return left + 16
