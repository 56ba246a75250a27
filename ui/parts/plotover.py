"""What stands over the lines of a chart."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.parts.ink import draw_priority, draw_text, metrics
from ui.parts.plotline import Drawn, draw_sign, tone_of
from ui.parts.when import stamp
from ui.theme.tokens import theme

if TYPE_CHECKING:
    from ui.parts.plot import LinePlot

TOP = 20
"""Pixels above the lines, for the units of the axes."""


class Over(QWidget):
    """A sheet over the plot: what stands over the lines: grid, units, limits' signs, signs of the lines, the read-out."""

    def __init__(self, plot: LinePlot) -> None:
        super().__init__(plot)
        self._plot = plot
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, _event: QPaintEvent) -> None:
        plot = self._plot
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = plot._area()
        self._units(painter, area)
        if not any(len(drawn.at) for drawn in plot._drawn):
            draw_text(painter, area, plot._empty, "table", "ink3", align=Qt.AlignmentFlag.AlignHCenter)
        painter.setClipRect(area.adjusted(-1, -6, 1, 2))
        self._grid(painter, area)
        self._limits(painter, area)
        for drawn in plot._drawn:
            self._signs(painter, drawn)
        painter.setClipping(False)
        if plot._cursor is not None and plot._drawn:
            self._readout(painter, area)
        if plot.hasFocus():
            painter.setPen(QPen(theme().color("accent"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def _units(self, painter: QPainter, area: QRectF) -> None:
        plot = self._plot
        for n, unit in enumerate(plot._units):
            band = plot._axes[n].sceneBoundingRect()
            left = plot._view.mapFromScene(band.topLeft()).x()
            if n == 0:
                place = QRectF(left + 4, 0, max(band.width(), 80.0), TOP - 2)
            else:
                place = QRectF(left - 6, 0, max(band.width(), 56.0) + 6, TOP - 2)
            draw_text(painter, place, unit, "caption", "ink2")

    def _grid(self, painter: QPainter, area: QRectF) -> None:
        plot = self._plot
        painter.setPen(QPen(theme().color("line"), 1))
        if plot._units:
            low, high, step = plot._reach[plot._units[0]]
            for n in range(1, round((high - low) / step) + 1):
                y = round(plot._y(plot._units[0], low + n * step)) + 0.5
                painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))

    def _limits(self, painter: QPainter, area: QRectF) -> None:
        plot = self._plot
        for unit in plot._units:
            low, high, _ = plot._reach[unit]
            for limit in plot._limits.get(unit, ()):
                if low <= limit.value <= high:
                    y = plot._y(unit, limit.value)
                    painter.setPen(QPen(theme().color(limit.priority), 1, Qt.PenStyle.DashLine))
                    painter.drawLine(QPointF(area.left(), y), QPointF(area.right() - 14, y))
                    draw_priority(painter, QRectF(area.right() - 11, y - 4.5, 9, 9), limit.priority)

    def _signs(self, painter: QPainter, drawn: Drawn) -> None:
        """A few signs along the line (none where it is the only one) and a dot for each sample that stands alone."""
        plot = self._plot
        part = drawn.seen(plot._since, plot._until)
        marked = set(drawn.alone().tolist()) & set(range(part.start, part.stop))
        if len(plot._drawn) > 1 and part.stop > part.start:
            # At places of the clock, not of the screen: signs travel with their line.
            every = max(1, (part.stop - part.start) // 6)
            marked |= set(range(part.start + (drawn.number * every // 8) % every, part.stop, every))
        for n in marked:
            if np.isfinite(drawn.mean[n]):
                spot = QPointF(plot._x(drawn.at[n]), plot._y(drawn.line.unit, drawn.mean[n]))
                draw_sign(painter, spot, drawn.number, 3.5)

    def _readout(self, painter: QPainter, area: QRectF) -> None:
        plot = self._plot
        assert plot._cursor is not None
        x = plot._x(plot._cursor)
        painter.setPen(QPen(theme().color("ink3"), 1))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        rows: list[tuple[int, str, str]] = []
        for drawn in plot._drawn:
            text, n = plot._value_at(drawn)
            rows.append((drawn.number, drawn.line.name, text))
            if n is not None:
                spot = QPointF(plot._x(drawn.at[n]), plot._y(drawn.line.unit, drawn.mean[n]))
                painter.setPen(QPen(theme().color("surface"), 2))
                painter.setBrush(tone_of(drawn.number))
                painter.drawEllipse(spot, 4.5, 4.5)
        head = stamp(datetime.fromtimestamp(plot._cursor, UTC))
        wide = metrics("caption", 500)
        names = max(metrics("caption").horizontalAdvance(name) for _, name, _ in rows)
        names = min(names, area.width() * 0.4)
        values = max(wide.horizontalAdvance(text) for *_, text in rows)
        width = max(names + values + 54, wide.horizontalAdvance(head) + 24)
        left = x + 12 if x + 12 + width < area.right() else max(area.left(), x - 12 - width)
        box = QRectF(left, area.top() + 4, width, 30 + 20 * len(rows))
        painter.setPen(QPen(theme().color("line_strong"), 1))
        painter.setBrush(theme().color("raised"))
        painter.drawRoundedRect(box, 6, 6)
        draw_text(painter, QRectF(box.left() + 12, box.top() + 4, width, 20), head, "caption", "ink2", 500)
        for n, (number, name, text) in enumerate(rows):
            top = box.top() + 25 + 20 * n
            draw_sign(painter, QPointF(box.left() + 17, top + 10), number)
            draw_text(painter, QRectF(box.left() + 30, top, names + 1, 20), name, "caption", "ink2")
            place = QRectF(box.left() + 30 + names, top, box.right() - 12 - box.left() - 30 - names, 20)
            draw_text(painter, place, text, "caption", "ink", 500, Qt.AlignmentFlag.AlignRight)
