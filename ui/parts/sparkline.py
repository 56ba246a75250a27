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
        paint_spark(painter, area, self._samples, self._window, gap=self._gap, steps=self._steps)


def paint_spark(
    painter: QPainter, area: QRectF, samples: Sequence[Sample], window: tuple[float, float], *,
    gap: float = float("inf"), steps: bool = False, live: bool = True,
) -> None:  # fmt: skip
    """The line over a window in Unix seconds. One that is not live fades and has no dot: its end is not now."""
    colors = theme()
    if not samples:
        painter.setPen(QPen(colors.color("line_strong"), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(area.left(), area.center().y()), QPointF(area.right(), area.center().y()))
        return
    lines = _polylines(area, samples, window, gap, steps)
    painter.setPen(QPen(colors.color("ink3" if live else "line_strong"), 1.4, Qt.PenStyle.SolidLine))
    for line in lines:
        painter.drawPolyline(line)
    if live:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.color("ink"))
        painter.drawEllipse(lines[-1].last(), 2.2, 2.2)


def _polylines(
    area: QRectF, samples: Sequence[Sample], window: tuple[float, float], gap: float, steps: bool
) -> list[QPolygonF]:
    since, until = window
    values = [value for _, value in samples]
    low, high = min(values), max(values)
    reach = high - low
    across = area.width() / max(until - since, 1e-9)

    def point(sample: Sample) -> QPointF:
        share = (sample[1] - low) / reach if reach > 1e-12 else 0.5
        return QPointF(area.left() + (sample[0] - since) * across, area.bottom() - share * area.height())

    lines: list[QPolygonF] = []
    for run in runs(samples, gap):
        drawn = thin(stepped(run) if steps else run, since, until, int(area.width()))
        lines.append(QPolygonF([point(sample) for sample in drawn]))
    return lines
