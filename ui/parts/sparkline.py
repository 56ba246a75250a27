"""The last hour in a word's space: a shape to glance at, no axes, no colour."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.parts.series import Sample, runs, stepped, thin
from ui.theme.tokens import theme


class Sparkline(QWidget):
    """A line with a dot at its newest end; an empty one draws a dotted base line, for nothing is known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._samples: Sequence[Sample] = ()
        self._window = (0.0, 1.0)
        self._gap = float("inf")
        self._steps = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_samples(
        self, samples: Sequence[Sample], since: float, until: float, *, gap: float = float("inf"), steps: bool = False
    ) -> None:
        """Draws the samples of the window, in Unix seconds."""
        self._samples, self._window, self._gap, self._steps = samples, (since, until), gap, steps
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, 28)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 28)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(2, 4, -5, -4)
        if not self._samples:
            painter.setPen(QPen(theme().color("line_strong"), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(area.left(), area.center().y()), QPointF(area.right(), area.center().y()))
            return
        lines = self._polylines(area)
        painter.setPen(QPen(theme().color("ink3"), 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for line in lines:
            painter.drawPolyline(line)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("ink"))
        painter.drawEllipse(lines[-1].last(), 2.2, 2.2)

    def _polylines(self, area: QRectF) -> list[QPolygonF]:
        since, until = self._window
        values = [value for _, value in self._samples]
        low, high = min(values), max(values)
        reach = high - low
        across = area.width() / max(until - since, 1e-9)

        def point(sample: Sample) -> QPointF:
            share = (sample[1] - low) / reach if reach > 1e-12 else 0.5
            return QPointF(area.left() + (sample[0] - since) * across, area.bottom() - share * area.height())

        lines: list[QPolygonF] = []
        for run in runs(self._samples, self._gap):
            drawn = thin(stepped(run) if self._steps else run, since, until, int(area.width()))
            lines.append(QPolygonF([point(sample) for sample in drawn]))
        return lines
