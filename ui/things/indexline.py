"""The index of a value under it: its colour, its number and what it is called."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.kernel.words import Words
from desktop.things.index import index_of
from desktop.things.model import Index, Quality
from ui.parts.ink import draw_text
from ui.theme.tokens import theme


class IndexLine(QWidget):
    """Says nothing of a value that is not live: an index is about now."""

    HEIGHT, SWATCH = 20, 10

    def __init__(self, index: Index, words: Words) -> None:
        super().__init__()
        self._index, self._words = index, words
        self._colour, self._text = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def text(self) -> str:
        """As it is read, "实时 IAQI 52 良"; empty while there is nothing to tell."""
        return self._text

    def show_value(self, value: float | None, quality: Quality) -> None:
        """Repaints only when another index is to be seen."""
        colour = text = ""
        if value is not None and quality == "good":
            number, grade = index_of(self._index, value)
            colour = grade.colour
            text = f"{self._words.of(self._index.title)} {number} {self._words.of(grade.title)}"
        if text != self._text:
            self._colour, self._text = colour, text
            self.setAccessibleName(text)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._text:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # An outline, for yellow is hard to see on white.
        painter.setPen(QPen(theme().color("ink3"), 1))
        painter.setBrush(QColor(self._colour))
        top = (self.height() - self.SWATCH) / 2
        painter.drawRoundedRect(QRectF(0.5, top, self.SWATCH, self.SWATCH), 2, 2)
        left = self.SWATCH + 8.0
        draw_text(painter, QRectF(left, 0, self.width() - left, self.height()), self._text, "caption", "ink2")
