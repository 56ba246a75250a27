"""Bars by category: this year beside last year, parts of a whole, a top ten. Painted like every other part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.parts.arrows import SIDEWAYS, UPRIGHT, claimed
from ui.parts.ink import draw_text, metrics
from ui.parts.series import nice_range
from ui.theme.tokens import theme

LEGEND, MARKS = 24.0, 22.0
APART = 8.0
"""Pixels between the values above two bars; where one has not the room, none stands, and the read-out tells them."""
UNKNOWN = "—"


@dataclass(frozen=True)
class Bars:
    """One series: a value for each category, None where nobody knows (drawn as "—", never as nought)."""

    name: str
    values: Sequence[float | None]
    tone: int = 0
    """Which of the theme's series colours; later series are hatched as well, for printing in grey."""


class BarPlot(QWidget):
    """One or more series side by side, or `stacked`; `horizontal` for long names, as a top ten.

    ← → (↑ ↓ when horizontal) move the read-out from category to category, Enter or a click opens one, Escape puts it away.

    Signals:
        opened(n): the category at this place was clicked or opened by Enter.
    """

    opened = Signal(int)

    def __init__(
        self, name: str, empty: str, *, stacked: bool = False, horizontal: bool = False, parent: QWidget | None = None
    ) -> None:
        """`name` tells the screen reader what is shown; `empty` stands where there is nothing."""
        super().__init__(parent)
        self._name, self._empty, self._stacked, self._horizontal = name, empty, stacked, horizontal
        self._categories: tuple[str, ...] = ()
        self._series: tuple[Bars, ...] = ()
        self._tell: Callable[[float], str] = _plain
        self._unit = ""
        self._whole = 0.0
        self._chosen: int | None = None
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_bars(
        self,
        categories: Sequence[str],
        series: Sequence[Bars],
        unit: str = "",
        tell: Callable[[float], str] | None = None,
        *,
        whole: float = 0.0,
    ) -> None:
        """`tell` writes a value (without the unit); the axis reaches `whole` (100 for shares) however small the values.
        Raises ValueError where a series is not as long as the categories."""
        if any(len(one.values) != len(categories) for one in series):
            raise ValueError("a series has not one value for each category")
        self._categories, self._series, self._unit = tuple(categories), tuple(series), unit
        self._tell = tell or _plain
        self._whole = whole
        self._chosen = None
        self._describe()
        self.updateGeometry()
        self.update()

    def readout(self, n: int) -> str:
        """What the n-th category says, in words."""
        parts = [f"{one.name} {self._told(one.values[n])} {self._unit}".strip() for one in self._series]
        return f"{self._categories[n]}: {', '.join(parts)}"

    def sizeHint(self) -> QSize:
        rows = max(1, len(self._categories))
        return QSize(420, int(LEGEND + MARKS + rows * 28)) if self._horizontal else QSize(520, 240)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, 140)

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._categories or not self._series:
            draw_text(painter, QRectF(self.rect()), self._empty, "table", "ink3", align=Qt.AlignmentFlag.AlignHCenter)
        else:
            area = self._area()
            reach = self._reach()
            self._paint_legend(painter)
            self._paint_grid(painter, area, reach)
            for n in range(len(self._categories)):
                self._paint_category(painter, area, reach, n)
            if self._chosen is not None:
                self._paint_readout(painter, area)
        if self.hasFocus():
            painter.setPen(QPen(theme().color("accent"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def _area(self) -> QRectF:
        whole = QRectF(self.rect()).adjusted(8, LEGEND + 4, -12, -MARKS)
        if self._horizontal:
            names = max(metrics("caption").horizontalAdvance(name) for name in self._categories)
            room = max(metrics("caption").horizontalAdvance(self._label(n)) for n in range(len(self._categories)))
            return whole.adjusted(min(names, whole.width() * 0.4) + 8, 0, -room - 6, MARKS - 6)
        low, high, step = self._reach()
        widest = max(metrics("caption").horizontalAdvance(_mark(value, step)) for value in (low, high))
        return whole.adjusted(widest + 6, 14, 0, 0)

    def _reach(self) -> tuple[float, float, float]:
        totals = [0.0, self._whole]
        for n in range(len(self._categories)):
            values = [value for one in self._series if (value := one.values[n]) is not None]
            if self._stacked:
                totals += [sum(v for v in values if v > 0), sum(v for v in values if v < 0)]
            else:
                totals += values
        return nice_range(min(totals), max(totals))

    def _paint_legend(self, painter: QPainter) -> None:
        x = 8.0
        if self._unit:
            x += draw_text(painter, QRectF(x, 0, 120, LEGEND), self._unit, "caption", "ink2") + 16
        if len(self._series) < 2:
            return
        for n, one in enumerate(self._series):
            self._fill(painter, QRectF(x, LEGEND / 2 - 5, 14, 10), one, n)
            x += 20 + draw_text(painter, QRectF(x + 20, 0, 200, LEGEND), one.name, "caption", "ink2") + 16

    def _paint_grid(self, painter: QPainter, area: QRectF, reach: tuple[float, float, float]) -> None:
        low, high, step = reach
        for n in range(round((high - low) / step) + 1):
            value = low + n * step
            painter.setPen(QPen(theme().color("line_strong" if abs(value) < step / 1000 else "line"), 1))
            if self._horizontal:
                x = round(self._along(area, reach, value)) + 0.5
                painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            else:
                y = round(self._along(area, reach, value)) + 0.5
                painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
                place = QRectF(0, y - 8, area.left() - 6, 16)
                draw_text(painter, place, _mark(value, step), "caption", "ink3", align=Qt.AlignmentFlag.AlignRight)

    def _paint_category(self, painter: QPainter, area: QRectF, reach: tuple[float, float, float], n: int) -> None:
        slot = self._slot(area, n)
        if n == self._chosen:
            painter.fillRect(slot, theme().color("hover"))
        up = down = 0.0
        across = 1 if self._stacked else len(self._series)
        for k, one in enumerate(self._series):
            value = one.values[n]
            if value is None:
                continue
            start = 0.0
            if self._stacked:
                start, up, down = (up, up + value, down) if value >= 0 else (down, up, down + value)
            self._fill(
                painter, self._bar(area, slot, reach, start, start + value, 0 if self._stacked else k, across), one, k
            )
        self._paint_words(painter, area, slot, reach, n)

    def _paint_words(
        self, painter: QPainter, area: QRectF, slot: QRectF, reach: tuple[float, float, float], n: int
    ) -> None:
        caption = metrics("caption")
        if self._horizontal:
            names = QRectF(8, slot.top(), area.left() - 16, slot.height())
            draw_text(painter, names, self._categories[n], "caption", "ink2", align=Qt.AlignmentFlag.AlignRight)
            end = self._along(area, reach, max(0.0, self._greatest(n)))
            place = QRectF(end + 6, slot.top(), self.width() - end - 8, slot.height())
            draw_text(painter, place, self._label(n), "caption", "ink")
            return
        every = self._every(slot.width(), caption)
        if n % every == 0:
            place = QRectF(slot.center().x() - slot.width() * every / 2, area.bottom() + 4, slot.width() * every, 16)
            draw_text(painter, place, self._categories[n], "caption", "ink3", align=Qt.AlignmentFlag.AlignHCenter)
        label = self._label(n)
        if label == UNKNOWN or self._widest() + APART <= slot.width():
            top = self._along(area, reach, max(0.0, self._greatest(n)))
            place = QRectF(slot.left() - 4, top - 16, slot.width() + 8, 15)
            draw_text(painter, place, label, "caption", "ink2", align=Qt.AlignmentFlag.AlignHCenter)

    def _paint_readout(self, painter: QPainter, area: QRectF) -> None:
        assert self._chosen is not None
        text = self.readout(self._chosen)
        width = min(metrics("caption", 500).horizontalAdvance(text) + 20, self.width() - 8.0)
        centre = self._slot(area, self._chosen).center()
        left = min(max(4.0, centre.x() - width / 2), self.width() - width - 4)
        top = centre.y() - 34 if self._horizontal and centre.y() > 60 else area.top() - 12
        box = QRectF(left, max(2.0, top), width, 24)
        painter.setPen(QPen(theme().color("line_strong"), 1))
        painter.setBrush(theme().color("raised"))
        painter.drawRoundedRect(box, 6, 6)
        draw_text(painter, box.adjusted(10, 0, -8, 0), text, "caption", "ink", 500)

    def _fill(self, painter: QPainter, bar: QRectF, one: Bars, number: int) -> None:
        series = theme().series
        color = QColor(series[(one.tone or number) % len(series)])
        painter.setPen(QPen(color, 1) if number else Qt.PenStyle.NoPen)
        if number:
            # A light ground under the hatch: two series stay apart without their colours.
            ground = QColor(color)
            ground.setAlpha(50)
            painter.setBrush(ground)
            painter.drawRect(bar)
            pattern = Qt.BrushStyle.BDiagPattern if number % 2 else Qt.BrushStyle.FDiagPattern
            painter.setBrush(QBrush(color, pattern))
        else:
            painter.setBrush(color)
        painter.drawRect(bar)

    # Places

    def _slot(self, area: QRectF, n: int) -> QRectF:
        count = len(self._categories)
        if self._horizontal:
            height = area.height() / count
            return QRectF(area.left(), area.top() + n * height, area.width(), height)
        width = area.width() / count
        return QRectF(area.left() + n * width, area.top(), width, area.height())

    def _bar(
        self, area: QRectF, slot: QRectF, reach: tuple[float, float, float],
        start: float, end: float, place: int, across: int,
    ) -> QRectF:  # fmt: skip
        thick = min((slot.height() if self._horizontal else slot.width()) * 0.68 / across, 36.0)
        a, b = sorted((self._along(area, reach, start), self._along(area, reach, end)))
        offset = (place - across / 2) * thick
        if self._horizontal:
            return QRectF(a, slot.center().y() + offset + 0.5, max(b - a, 1.0), max(1.0, thick - 1))
        return QRectF(slot.center().x() + offset + 0.5, a, max(1.0, thick - 1), max(b - a, 1.0))

    def _along(self, area: QRectF, reach: tuple[float, float, float], value: float) -> float:
        share = (value - reach[0]) / (reach[1] - reach[0])
        return area.left() + share * area.width() if self._horizontal else area.bottom() - share * area.height()

    def _greatest(self, n: int) -> float:
        values = [value for one in self._series if (value := one.values[n]) is not None]
        return sum(v for v in values if v > 0) if self._stacked else max(values, default=0.0)

    def _label(self, n: int) -> str:
        """The value beside the bars: of the first series, or of the whole where they are stacked."""
        if self._stacked:
            known = [value for one in self._series if (value := one.values[n]) is not None]
            return self._told(sum(known) if known else None)
        return self._told(self._series[0].values[n])

    def _told(self, value: float | None) -> str:
        return UNKNOWN if value is None else self._tell(value)

    def _widest(self) -> float:
        return max(metrics("caption").horizontalAdvance(self._label(n)) for n in range(len(self._categories)))

    def _every(self, width: float, caption: QFontMetricsF) -> int:
        """Every which category is named, so that names do not meet."""
        widest = max(caption.horizontalAdvance(name) for name in self._categories) + 8
        return max(1, -int(-widest // width))

    # What a person does

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._choose(self._hit(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        n = self._hit(event.position())
        if n is not None:
            self.opened.emit(n)

    def leaveEvent(self, _event: QEvent) -> None:
        self._choose(None)

    def event(self, event: QEvent) -> bool:
        return claimed(event, UPRIGHT if self._horizontal else SIDEWAYS) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        back, on = UPRIGHT if self._horizontal else SIDEWAYS
        count, key = len(self._categories), event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._chosen is not None:
            self.opened.emit(self._chosen)
        elif key == Qt.Key.Key_Escape and self._chosen is not None:
            self._choose(None)
        elif count and key == on:
            self._choose(0 if self._chosen is None else min(count - 1, self._chosen + 1))
        elif count and key == back:
            self._choose(count - 1 if self._chosen is None else max(0, self._chosen - 1))
        else:
            super().keyPressEvent(event)

    def _hit(self, at: QPointF) -> int | None:
        if not self._categories or not self._series:
            return None
        area = self._area()
        return next((n for n in range(len(self._categories)) if self._slot(area, n).contains(at)), None)

    def _choose(self, n: int | None) -> None:
        if n != self._chosen:
            self._chosen = n
            self._describe()
            self.update()

    def _describe(self) -> None:
        if self._chosen is not None:
            self.setAccessibleDescription(self.readout(self._chosen))
        else:
            self.setAccessibleDescription("; ".join(self.readout(n) for n in range(min(24, len(self._categories)))))


def _plain(value: float) -> str:
    decimals = 0 if abs(value) >= 100 or value == int(value) else 1
    return f"{value:,.{decimals}f}".replace("-", "−")


def _mark(value: float, step: float) -> str:
    decimals = max(0, -int(f"{step:e}".split("e")[1]))
    return f"{value:,.{decimals}f}".replace("-", "−")
