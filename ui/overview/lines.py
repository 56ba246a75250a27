"""Lines of the overview: each opens the page that deals with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from ui.parts.badge import BadgeTone, Mark, paint_mark, tone_colors
from ui.parts.ink import draw_text, hatch, metrics
from ui.parts.layout import row
from ui.parts.series import Sample
from ui.parts.sparkline import Sparkline
from ui.parts.text import Label
from ui.parts.value import Shown
from ui.theme.icons import pixmap
from ui.theme.tokens import px, theme

LINE = 36


class OverviewLine(QWidget):
    """A mark, what it is, where, and since when; Enter or a click opens it."""

    def __init__(
        self, mark: Mark, tone: BadgeTone, title: str, under: str, at: str, open_: Callable[[], object]
    ) -> None:
        super().__init__()
        self._mark, self._tone, self._title, self._under, self._at, self._open = mark, tone, title, under, at, open_
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(", ".join(part for part in (title, under, at) if part))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def title(self) -> str:
        return self._title

    def sizeHint(self) -> QSize:
        return QSize(280, LINE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        paint_ground(painter, area, self.hasFocus(), self.underMouse())
        if self._mark:
            paint_mark(painter, QPointF(22, area.center().y()), self._mark, tone_colors(self._tone)[0])
        at = metrics("caption").horizontalAdvance(self._at)
        right = area.right() - 16
        draw_text(painter, QRectF(right - at, 0, at + 1, area.height()), self._at, "caption", "ink2")
        room = right - at - 16 - 40
        title = min(metrics("body", 500).horizontalAdvance(self._title), room)
        draw_text(painter, QRectF(40, 0, title + 1, area.height()), self._title, "body", "ink", 500)
        left = 40 + title + 12
        if right - at - 16 - left > 40:
            draw_text(painter, QRectF(left, 0, right - at - 16 - left, area.height()), self._under, "table", "ink2")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self._open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)


class SystemRow(QFrame):
    """Icon, system, count, sparkline with its value, and one word at the right."""

    def __init__(self, icon: str, title: str, open_: Callable[[], object]) -> None:
        super().__init__()
        self._open = open_
        self._icon_name, self._shown = icon, Shown("", "", "", "none")
        self._word: tuple[str, BadgeTone, Mark] = ("", "quiet", "")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(LINE)
        self._title = Label(title, "body", weight=500)
        self._title.setFixedWidth(92)
        self._count = Label("", "caption", tabular=True)
        self._count.setFixedWidth(40)
        self._spark = Sparkline()
        self._spark.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._value = _RowValue()
        self._state = _RowWord()
        line = row(self._title, self._count, self._spark, self._value, self._state, spacing=8, margins=(48, 0, 16, 0))
        line.setStretch(2, 1)
        keeps = self._spark.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)
        self._spark.setSizePolicy(keeps)
        self.setLayout(line)

    def show_state(self, count: str, word: str, tone: BadgeTone, mark: Mark) -> None:
        self._count.setText(count)
        self._state.show_word(word, tone, mark)
        self._word = (word, tone, mark)
        self._speak()

    def show_value(self, shown: Shown, title: str) -> None:
        """The value that stands for the system; `title` says what it is."""
        self._spark.setVisible(True)
        self._value.show_value(shown, title)
        self._shown = shown
        self._speak()

    def show_no_value(self) -> None:
        """Nothing of this system is a quantity: better no line than one that says nothing."""
        self._spark.setVisible(False)
        self._value.show_value(Shown("", "", "", "none"), "")

    def show_samples(self, samples: Sequence[Sample], since: float, until: float, gap: float, steps: bool) -> None:
        self._spark.show_samples(samples, since, until, gap=gap, steps=steps)

    def word(self) -> str:
        return self._word[0]

    def _speak(self) -> None:
        value = f"{self._shown.text} {self._shown.unit}".strip()
        told = ", ".join(part for part in (self._title.text(), self._count.text(), value, self._word[0]) if part)
        if told != self.accessibleName():
            self.setAccessibleName(told)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self.rect())
        paint_ground(painter, area, self.hasFocus(), self.underMouse())
        painter.drawPixmap(QPointF(16, area.center().y() - 9), pixmap(self._icon_name, "ink2", 18))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self._open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)


class _RowValue(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._shown, self._title = Shown("", "", "", "none"), ""
        self.setFixedSize(140, LINE - 2)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_value(self, shown: Shown, title: str) -> None:
        if (shown, title) != (self._shown, self._title):
            self._shown, self._title = shown, title
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._title:
            return
        painter = QPainter(self)
        text = f"{self._shown.text} {self._shown.unit}".strip()
        width = metrics("table", 500).horizontalAdvance(text)
        box = QRectF(0, 0, width + 1, self.height())
        if self._shown.quality == "offline":
            hatch(painter, box.adjusted(-2, 8, 2, -8), 3)
        ink = "ink" if self._shown.quality in ("good", "uncertain") else "ink3"
        draw_text(painter, box, text, "table", ink, 500)
        draw_text(
            painter, QRectF(width + 8, 0, self.width() - width - 8, self.height()), self._title, "caption", "ink3"
        )


class _RowWord(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._word: tuple[str, BadgeTone, Mark] = ("", "quiet", "")
        self.setFixedSize(108, LINE - 2)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_word(self, word: str, tone: BadgeTone, mark: Mark) -> None:
        if (word, tone, mark) != self._word:
            self._word = (word, tone, mark)
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        word, tone, mark = self._word
        painter = QPainter(self)
        urgent = tone in ("critical", "high", "medium", "low")
        width = min(metrics("table", 500 if urgent else 400).horizontalAdvance(word), self.width() - 18)
        left = self.width() - width
        if mark:
            paint_mark(painter, QPointF(left - 12, self.height() / 2), mark, tone_colors(tone)[0])
        box = QRectF(left, 0, width + 1, self.height())
        draw_text(painter, box, word, "table", tone if urgent else "ink2", 500 if urgent else 400)


def paint_ground(painter: QPainter, area: QRectF, focused: bool, hovered: bool) -> None:
    """The hairline under a line, the hover ground, and the focus ring."""
    colors = theme()
    if hovered:
        painter.fillRect(area, colors.color("hover"))
    painter.setPen(QPen(colors.color("line"), 1))
    painter.drawLine(QPointF(16, area.bottom() - 0.5), QPointF(area.right() - 16, area.bottom() - 0.5))
    if focused:
        painter.setPen(QPen(colors.color("accent"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area.adjusted(4, 2, -4, -3), px("radius", "control"), px("radius", "control"))
