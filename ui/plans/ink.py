"""How a mark, a mark of many and a value's label are painted on a drawing."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen

from ui.parts.badge import paint_mark, tone_colors
from ui.parts.ink import draw_text, metrics
from ui.parts.value import value_ink
from ui.plans.marks import Cluster, Pin
from ui.theme.tokens import px, theme

SIZE = 22.0


def paint_cluster(painter: QPainter, cluster: Cluster, selected: bool, focused: bool) -> None:
    """A disc with the state's shape; how many there are stands at its corner."""
    centre, pin = QPointF(*cluster.at), cluster.worst
    colors, urgent = theme(), pin.state.tone != "quiet"
    ink, soft = tone_colors(pin.state.tone)
    disc = QRectF(centre.x() - SIZE / 2, centre.y() - SIZE / 2, SIZE, SIZE)
    if selected:
        painter.setPen(QPen(colors.color("accent"), 3 if focused else 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(disc.adjusted(-4, -4, 4, 4))
    painter.setPen(QPen(ink if urgent else colors.color("ink3"), 1.5, _line(pin)))
    painter.setBrush(soft if urgent else colors.color("raised"))
    painter.drawEllipse(disc)
    if pin.gone:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(colors.color("ink3"), Qt.BrushStyle.BDiagPattern))
        painter.drawEllipse(disc.adjusted(2, 2, -2, -2))
    if pin.gone and urgent:
        # An alarm that nobody can take back is an alarm: its shape stands over the hatching, on its own ground.
        paint_mark(painter, centre, pin.state.mark, soft, 17)
        paint_mark(painter, centre, pin.state.mark, ink, 13)
    elif pin.gone:
        pass
    elif pin.state.mark:
        paint_mark(painter, centre, pin.state.mark, ink, 13)
    else:
        paint_mark(painter, centre, "circle", colors.color("ink3"), 7)
    if len(cluster.pins) > 1:
        _paint_count(painter, disc, len(cluster.pins))


def _line(pin: Pin) -> Qt.PenStyle:
    return Qt.PenStyle.DashLine if pin.out else Qt.PenStyle.SolidLine


def _paint_count(painter: QPainter, disc: QRectF, count: int) -> None:
    text = str(count)
    wide = max(16.0, metrics("caption", 500).horizontalAdvance(text) + 8)
    chip = QRectF(disc.right() - 7, disc.top() - 7, wide, 16)
    painter.setPen(QPen(theme().color("raised"), 1.5))
    painter.setBrush(theme().color("ink2"))
    painter.drawRoundedRect(chip, 8, 8)
    draw_text(painter, chip, text, "caption", "raised", 500, Qt.AlignmentFlag.AlignHCenter)


def label_lines(pin: Pin, with_name: bool) -> list[tuple[str, str]]:
    """(text, colour role) of the lines under a mark."""
    lines = [(pin.name, "ink")] if with_name else []
    if pin.values:
        _, value = pin.values[0]
        lines.append((f"{value.text} {value.unit}".strip(), value_ink(value)))
        lines.append((value.note, "ink3"))
    return [line for line in lines if line[0]]


def label_rect(cluster: Cluster, lines: list[tuple[str, str]]) -> QRectF:
    wide = min(200.0, max(metrics("caption", 500).horizontalAdvance(text) for text, _ in lines) + 14)
    x, y = cluster.at
    return QRectF(x - wide / 2, y + SIZE / 2 + 5, wide, 16 * len(lines) + 6)


def paint_label(painter: QPainter, rect: QRectF, lines: list[tuple[str, str]]) -> None:
    """A small card with the main value and its age."""
    painter.setPen(QPen(theme().color("line_strong"), 1))
    painter.setBrush(theme().color("raised"))
    painter.drawRoundedRect(rect, px("radius", "control"), px("radius", "control"))
    for number, (text, color) in enumerate(lines):
        line = QRectF(rect.left() + 6, rect.top() + 3 + 16 * number, rect.width() - 12, 16)
        draw_text(painter, line, text, "caption", color, 400 if number else 500, Qt.AlignmentFlag.AlignHCenter)
