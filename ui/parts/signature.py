"""A signature, drawn with mouse, pen or finger: ink on white paper in every theme."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QTabletEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme.fonts import font
from ui.theme.tokens import theme

PAPER, INK, LINE = "#FFFFFF", "#10243E", "#C6CDD2"
"""What is signed is paper, whatever the theme: the picture is printed."""
HIGH, NAME = 140, 28
SCALE = 3
"""Pixels of the picture for each of the screen, so that it prints sharp."""


class SignaturePad(QWidget):
    """Strokes on paper, with the name of who signs under them. Delete clears it.

    Signals:
        changed: a stroke was finished, or all were cleared.
    """

    changed = Signal()

    def __init__(self, name: str, invites: str) -> None:
        """`invites` stands on the empty paper."""
        super().__init__()
        self._invites, self._signer = invites, ""
        self._strokes: list[list[QPointF]] = []
        self._drawing = False
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(320, HIGH)

    def is_empty(self) -> bool:
        return not self._strokes

    def clear(self) -> None:
        self._strokes.clear()
        self._drawing = False
        self.update()
        self.changed.emit()

    def set_signer(self, name: str) -> None:
        """The name under the strokes."""
        self._signer = name
        self.update()

    def image(self) -> QImage:
        """The paper with strokes and name, without the line and the invitation."""
        made = QImage(self.size() * SCALE, QImage.Format.Format_RGB32)
        made.fill(QColor(PAPER))
        painter = QPainter(made)
        painter.scale(SCALE, SCALE)
        self._ink(painter)
        painter.end()
        return made

    # Drawing

    def begin(self, at: QPointF) -> None:
        """A stroke begins."""
        self._drawing = True
        self._strokes.append([at])
        self.update()

    def go(self, at: QPointF) -> None:
        """It goes on."""
        if self._drawing:
            self._strokes[-1].append(at)
            self.update()

    def lift(self) -> None:
        """It ends."""
        if self._drawing:
            self._drawing = False
            self.changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.begin(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.go(event.position())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self.lift()

    def tabletEvent(self, event: QTabletEvent) -> None:
        event.accept()
        if event.type() == QEvent.Type.TabletPress:
            self.begin(event.position())
        elif event.type() == QEvent.Type.TabletMove:
            self.go(event.position())
        elif event.type() == QEvent.Type.TabletRelease:
            self.lift()

    def event(self, event: QEvent) -> bool:
        # A finger: taken here, so that the form under it does not scroll away from the pen.
        if event.type() in (QEvent.Type.TouchBegin, QEvent.Type.TouchUpdate, QEvent.Type.TouchEnd):
            points = event.points()  # type: ignore[attr-defined]
            if points:
                at = points[0].position()
                self.begin(at) if event.type() == QEvent.Type.TouchBegin else self.go(at)
            if event.type() == QEvent.Type.TouchEnd:
                self.lift()
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paper = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(theme().color("accent" if self.hasFocus() else "line_strong"))
        painter.setBrush(QColor(PAPER))
        painter.drawRoundedRect(paper, 6, 6)
        base = self.height() - NAME - 4
        painter.setPen(QColor(LINE))
        painter.drawLine(QPointF(20, base), QPointF(self.width() - 20, base))
        if self.is_empty():
            painter.setFont(font("table"))
            painter.setPen(QColor("#66717A"))
            painter.drawText(QRectF(0, 0, self.width(), base), Qt.AlignmentFlag.AlignCenter, self._invites)
        self._ink(painter)

    def _ink(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(
            QPen(QColor(INK), 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stroke in self._strokes:
            painter.drawPath(_smooth(stroke))
        if self._signer:
            painter.setFont(font("table"))
            area = QRectF(20, self.height() - NAME, self.width() - 40, NAME - 4)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._signer)


def _smooth(stroke: list[QPointF]) -> QPainterPath:
    """The stroke through the middles of its points: a hand draws no corners."""
    path = QPainterPath(stroke[0])
    if len(stroke) == 1:
        path.lineTo(stroke[0] + QPointF(0.1, 0.1))
        return path
    for one, other in pairwise(stroke[1:]):
        path.quadTo(one, (one + other) / 2)
    path.lineTo(stroke[-1])
    return path
