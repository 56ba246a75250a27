"""A value between its limits: the normal band, a mark at every limit, the value as a tick."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.things.limits import URGENCY, Limit, worst
from desktop.things.model import Priority, Quality
from ui.parts.ink import draw_text, hatch, metrics
from ui.theme.tokens import theme


class LimitBar(QWidget):
    """A quiet grey band from low to high. Colour appears in the band only where the value stands beyond a limit."""

    HEIGHT = 36
    BAR_TOP, BAR_HEIGHT = 10.0, 6.0

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low, self._high = 0.0, 1.0
        self._limits: tuple[Limit, ...] = ()
        self._own: frozenset[float] = frozenset()
        self._value: float | None = None
        self._quality: Quality = "none"
        self._alarm: Priority | None = None
        self._decimals = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_scale(
        self, low: float, high: float, limits: tuple[Limit, ...], decimals: int, own: frozenset[float] = frozenset()
    ) -> None:
        """What the bar spans and where its marks stand; `own` are the limits that this site set for itself."""
        self._low, self._high, self._limits, self._decimals, self._own = low, high, limits, decimals, own
        self.update()

    @property
    def _live(self) -> bool:
        return self._quality == "good"

    def show_value(self, value: float | None, quality: Quality, alarm: Priority | None = None) -> None:
        """Moves the tick. It is hollow when the value is not live and absent when it is not known; the bar is hatched
        when nobody tells it any more. `alarm` is the priority of the most urgent open alarm on the point."""
        if (value, quality, alarm) != (self._value, self._quality, self._alarm):
            self._value, self._quality, self._alarm = value, quality, alarm
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = QRectF(3, self.BAR_TOP, self.width() - 6, self.BAR_HEIGHT)
        self._paint_band(painter, bar)
        self._paint_marks(painter, bar)
        if self._value is not None and self._quality not in ("none", "bad"):
            self._paint_tick(painter, bar, self._value)

    def _x(self, bar: QRectF, value: float) -> float:
        share = (value - self._low) / (self._high - self._low)
        return bar.left() + bar.width() * min(1.0, max(0.0, share))

    def _paint_band(self, painter: QPainter, bar: QRectF) -> None:
        colors = theme()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.color("sunken"))
        painter.drawRoundedRect(bar, 3, 3)
        alone = [m for m in self._limits if m.alone]
        low = max((m.value for m in alone if m.side == "below"), default=self._low)
        high = min((m.value for m in alone if m.side == "above"), default=self._high)
        if high > low:
            left, right = self._x(bar, low), self._x(bar, high)
            painter.setBrush(colors.color("line_strong"))
            painter.drawRoundedRect(QRectF(left, bar.top(), right - left, bar.height()), 3, 3)
        broken = worst(self._limits, self._value, self._alarm) if self._value is not None and self._live else None
        if broken is not None:
            edge = self._x(bar, broken.value)
            zone = QRectF(edge, bar.top(), bar.right() - edge, bar.height())
            if broken.side == "below":
                zone = QRectF(bar.left(), bar.top(), edge - bar.left(), bar.height())
            painter.setBrush(colors.color(broken.priority))
            painter.drawRoundedRect(zone, 3, 3)
        if self._quality in ("offline", "bad"):
            hatch(painter, bar.adjusted(0, -4, 0, 4), 3)

    def _paint_marks(self, painter: QPainter, bar: QRectF) -> None:
        taken: list[tuple[float, float]] = []
        for value, is_limit in self._labels():
            x = self._x(bar, value)
            if is_limit:
                painter.setPen(theme().color("ink2"))
                painter.drawLine(QPointF(x, bar.top() - 2), QPointF(x, bar.bottom() + 3))
                if value in self._own:
                    self._paint_own(painter, x, bar.top() - 4)
            text = f"{value:,.{self._decimals}f}".replace("-", "−")
            width = metrics("caption").horizontalAdvance(text)
            left = min(max(0.0, x - width / 2), self.width() - width)
            if any(left < end + 6 and left + width > start - 6 for start, end in taken):
                continue
            taken.append((left, left + width))
            draw_text(painter, QRectF(left, 20, width + 1, 16), text, "caption", "ink2" if is_limit else "ink3")

    def _paint_own(self, painter: QPainter, x: float, y: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("accent"))
        painter.drawPolygon(QPolygonF([QPointF(x - 3.5, y - 5), QPointF(x + 3.5, y - 5), QPointF(x, y + 1)]))

    def _labels(self) -> list[tuple[float, bool]]:
        """In the order in which they may take the room: the most urgent limit, the one nearest to the value, the others by
        urgency, and the range's ends, which give way to all."""
        value = self._value

        def away(limit: Limit) -> float:
            return 0.0 if value is None else abs(limit.value - value)

        ranked = sorted(self._limits, key=lambda limit: (URGENCY[limit.priority], away(limit)))
        nearest = [min(ranked, key=away)] if value is not None and ranked else []
        limits = dict.fromkeys(limit.value for limit in (*ranked[:1], *nearest, *ranked[1:]))
        return [(limit, True) for limit in limits] + [(self._low, False), (self._high, False)]

    def _paint_tick(self, painter: QPainter, bar: QRectF, value: float) -> None:
        x = self._x(bar, value)
        ink = theme().color("ink" if self._live else "ink3")
        pen = painter.pen()
        pen.setColor(theme().color("surface"))
        pen.setWidthF(2.0)
        painter.setPen(pen)
        painter.setBrush(ink if self._live else theme().color("surface"))
        painter.drawRoundedRect(QRectF(x - 2.5, bar.top() - 5, 5, bar.height() + 10), 2, 2)
        pen.setColor(ink)
        pen.setWidthF(1.2)
        painter.setPen(pen)
        if value < self._low or value > self._high:
            out = 5.0 if value > self._high else -5.0
            middle = bar.center().y()
            points = [QPointF(x + out * 0.2, middle - 4), QPointF(x + out, middle), QPointF(x + out * 0.2, middle + 4)]
            painter.drawPolyline(QPolygonF(points))
        elif not self._live:
            painter.drawRoundedRect(QRectF(x - 2, bar.top() - 4, 4, bar.height() + 8), 2, 2)
