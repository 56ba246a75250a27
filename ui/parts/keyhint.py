"""The key of an act, shown beside it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme.fonts import font
from ui.theme.tokens import theme


def key_text(sequence: str) -> str:
    """A key sequence as people read it: `Ctrl+K`. What Qt calls Return says Enter on the key."""
    text = QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)
    return text.replace("Return", "Enter")


def key_width(text: str) -> int:
    """The width `paint_key` needs, in pixels."""
    return max(20, QFontMetrics(font("caption")).horizontalAdvance(text) + 10)


def paint_key(painter: QPainter, area: QRectF, text: str, ink: str = "ink3", line: str = "line_strong") -> None:
    """Draws a key cap with its text in the middle of `area`."""
    cap = QRectF(area.left(), area.center().y() - 9, area.width(), 18)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme().color(line))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(cap.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setPen(theme().color(ink))
    painter.setFont(font("caption"))
    painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


class KeyHint(QWidget):
    """A key cap. Not a control: it takes no focus and no clicks."""

    def __init__(self, sequence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = key_text(sequence)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        return QSize(key_width(self._text), 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_key(QPainter(self), QRectF(self.rect()), self._text)
