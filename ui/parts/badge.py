"""State by shape, word and colour, in that order, so that it reads without colour too."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme.fonts import Weight, font
from ui.theme.tokens import theme

Mark = Literal["diamond", "triangle", "circle", "square", "ring", "check", "dash", "half", ""]
BadgeTone = Literal["critical", "high", "medium", "low", "done", "info", "accent", "quiet"]

PRIORITY_MARK: dict[str, Mark] = {"critical": "diamond", "high": "triangle", "medium": "circle", "low": "square"}
"""The shape of each alarm priority; its tone has the priority's own name."""

MARK_SIZE = 10


def paint_mark(painter: QPainter, centre: QPointF, mark: Mark, color: QColor, size: float = MARK_SIZE) -> None:
    """Draws a shape around a point."""
    r = size / 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(centre)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    if mark == "diamond":
        painter.drawPolygon(QPolygonF([QPointF(0, -r), QPointF(r, 0), QPointF(0, r), QPointF(-r, 0)]))
    elif mark == "triangle":
        painter.drawPolygon(QPolygonF([QPointF(0, -r * 0.9), QPointF(r, r * 0.8), QPointF(-r, r * 0.8)]))
    elif mark == "circle":
        painter.drawEllipse(QPointF(0, 0), r * 0.85, r * 0.85)
    elif mark == "square":
        painter.drawRect(QRectF(-r * 0.75, -r * 0.75, r * 1.5, r * 1.5))
    elif mark == "dash":
        painter.drawRoundedRect(QRectF(-r * 0.8, -1, r * 1.6, 2), 1, 1)
    elif mark in ("ring", "half"):
        if mark == "half":
            painter.drawPie(QRectF(-r * 0.75, -r * 0.75, r * 1.5, r * 1.5), 90 * 16, 180 * 16)
        pen = painter.pen()
        pen.setStyle(Qt.PenStyle.SolidLine)
        pen.setColor(color)
        pen.setWidthF(1.6)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(0, 0), r * 0.75, r * 0.75)
    elif mark == "check":
        pen = painter.pen()
        pen.setStyle(Qt.PenStyle.SolidLine)
        pen.setColor(color)
        pen.setWidthF(1.8)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPolyline(
            QPolygonF([QPointF(-r * 0.7, 0), QPointF(-r * 0.15, r * 0.55), QPointF(r * 0.75, -r * 0.55)])
        )
    painter.restore()


def tone_colors(tone: BadgeTone) -> tuple[QColor, QColor]:
    """The text colour and the soft ground of a tone."""
    soft = {
        "critical": "critical_soft",
        "high": "high_soft",
        "medium": "medium_soft",
        "low": "low_soft",
        "accent": "accent_soft",
        "info": "info_soft",
    }.get(tone, "low_soft")
    return theme().color("ink2" if tone == "quiet" else tone), theme().color(soft)


def badge_width(text: str, mark: Mark = "") -> int:
    """The width of a badge, in pixels."""
    text_width = QFontMetrics(font("caption", 500)).horizontalAdvance(text)
    return text_width + 16 + (MARK_SIZE + 5 if mark else 0)


def paint_badge(painter: QPainter, area: QRectF, text: str, tone: BadgeTone, mark: Mark = "") -> None:
    """Draws a badge 20 px high at the left of `area`, cut to its width."""
    ink, soft = tone_colors(tone)
    pill = QRectF(area.left(), area.center().y() - 10, min(area.width(), badge_width(text, mark)), 20)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(soft)
    painter.drawRoundedRect(pill, 4, 4)
    left = pill.left() + 8
    if mark:
        paint_mark(painter, QPointF(left + MARK_SIZE / 2, pill.center().y()), mark, ink)
        left += MARK_SIZE + 5
    room = QRectF(left, pill.top(), pill.right() - 6 - left, pill.height())
    painter.setFont(font("caption", 500))
    painter.setPen(ink)
    cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, round(room.width()) + 2)
    painter.drawText(room.adjusted(0, 0, 4, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, cut)
    painter.restore()


class StateBadge(QWidget):
    """A state as a word on a soft ground, with its shape."""

    def __init__(
        self, text: str = "", tone: BadgeTone = "quiet", mark: Mark = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set(text, tone, mark)

    def set(self, text: str, tone: BadgeTone, mark: Mark = "") -> None:
        self._text, self._tone, self._mark = text, tone, mark
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._text

    def sizeHint(self) -> QSize:
        return QSize(badge_width(self._text, self._mark), 20)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_badge(QPainter(self), QRectF(self.rect()), self._text, self._tone, self._mark)


class MarkedWord(QWidget):
    """A shape and a word beside it, without a ground: the quiet form of a state."""

    def __init__(
        self,
        text: str = "",
        tone: BadgeTone = "quiet",
        mark: Mark = "circle",
        *,
        weight: Weight = 400,
        size: Literal["caption", "table"] = "table",
        ink: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._weight: Weight = weight
        self._size: Literal["caption", "table"] = size
        self._ink = ink
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set(text, tone, mark)

    def set(self, text: str, tone: BadgeTone, mark: Mark) -> None:
        self._text, self._tone, self._mark = text, tone, mark
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._text

    def tone(self) -> BadgeTone:
        return self._tone

    def mark(self) -> Mark:
        return self._mark

    def set_ink(self, role: str) -> None:
        """The colour role of the word; with "" it has the tone's."""
        self._ink = role

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(font(self._size, self._weight, True))
        return QSize(MARK_SIZE + 6 + metrics.horizontalAdvance(self._text) + 2, 20)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        color, _ = tone_colors(self._tone)
        middle = self.height() / 2
        paint_mark(painter, QPointF(MARK_SIZE / 2, middle), self._mark, color)
        painter.setFont(font(self._size, self._weight, True))
        painter.setPen(theme().color(self._ink) if self._ink else color)
        area = QRectF(MARK_SIZE + 6, 0, self.width() - MARK_SIZE - 6, self.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._text)


class PriorityMark(MarkedWord):
    """An alarm priority: ◆ critical, ▲ high, ● medium, ■ low, with its word or a count."""

    def __init__(self, priority: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent=parent, weight=500)
        self.set_priority(priority, text)

    def set_priority(self, priority: str, text: str) -> None:
        """Raises KeyError for a priority that is none of the four."""
        tone: BadgeTone = priority  # type: ignore[assignment]
        self.set(text, tone, PRIORITY_MARK[priority])
