"""What custom-painted parts share: fonts by role, the shapes of priorities, the hatch of what is not live."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from desktop.things.model import Priority
from ui.theme.fonts import Role, Weight, font
from ui.theme.tokens import px, theme

GLYPH: dict[Priority, str] = {"critical": "◆", "high": "▲", "medium": "●", "low": "■"}
"""The shape of each priority as a character, where text must carry it."""


@cache
def face(role: Role, weight: Weight = 400) -> QFont:
    """The bundled font with figures of one width, made once: painting asks for it at every line."""
    return font(role, weight, tabular=True)


@cache
def metrics(role: Role, weight: Weight = 400) -> QFontMetricsF:
    return QFontMetricsF(face(role, weight))


def draw_text(
    painter: QPainter, rect: QRectF, text: str, role: Role, color: str,
    weight: Weight = 400, align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> float:  # fmt: skip
    """One line of plain text, elided to the rectangle; returns the width it took."""
    measure = metrics(role, weight)
    if measure.horizontalAdvance(text) > rect.width():
        text = measure.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.setFont(face(role, weight))
    painter.setPen(theme().color(color))
    painter.drawText(rect, int(align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), text)
    return measure.horizontalAdvance(text)


def draw_priority(painter: QPainter, rect: QRectF, priority: Priority, filled: bool = True) -> None:
    """◆ ▲ ● ■ centred in the rectangle, in the priority's colour."""
    color = theme().color(priority)
    painter.setPen(QPen(color, 1.5))
    painter.setBrush(QBrush(color) if filled else Qt.BrushStyle.NoBrush)
    centre, half = rect.center(), min(rect.width(), rect.height()) / 2
    if priority == "medium":
        painter.drawEllipse(centre, half * 0.85, half * 0.85)
        return
    offsets = {
        "critical": ((0, -1), (1, 0), (0, 1), (-1, 0)),
        "high": ((0, -0.9), (0.95, 0.8), (-0.95, 0.8)),
        "low": ((-0.75, -0.75), (0.75, -0.75), (0.75, 0.75), (-0.75, 0.75)),
    }[priority]
    painter.drawPolygon(QPolygonF([QPointF(centre.x() + x * half, centre.y() + y * half) for x, y in offsets]))


def hatch(painter: QPainter, rect: QRectF, radius: float = 0.0) -> None:
    """The diagonal hatch that says: nobody is telling this now."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(theme().color("line"), Qt.BrushStyle.BDiagPattern))
    painter.drawRoundedRect(rect, radius, radius)


def draw_chip(painter: QPainter, left: float, middle: float, text: str) -> float:
    """A small outlined word, vertically centred at `middle`; returns its width."""
    width = metrics("caption").horizontalAdvance(text) + px("space", "grid")
    rect = QRectF(left + 0.5, middle - 9.5, width, 18)
    painter.setPen(QPen(theme().color("line_strong"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect, 4, 4)
    painter.setFont(face("caption"))
    painter.setPen(theme().color("ink2"))
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), text)
    return width + 1


def soft(role: str, alpha: int) -> QColor:
    """A role's colour, let through."""
    color = theme().color(role)
    color.setAlpha(alpha)
    return color
