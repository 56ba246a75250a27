"""The last hour of one value: line, limits, gaps where nothing was told, and a read-out by mouse or keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import ceil, floor

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.things.limits import Limit
from ui.parts.ink import draw_priority, draw_text, hatch, metrics
from ui.parts.series import Sample, nearest, nice_range, runs, stepped, thin
from ui.parts.when import local
from ui.theme.tokens import theme

HOUR = 3600.0
SILENCE = HOUR / 4
"""How much of a silence is shown after the last that was told, at most."""


PIECE = 8
"""Points drawn at a stroke: one of hundreds that goes to and fro takes Qt twenty times as long (measured: 165 to 7 ms)."""
MOST_KEPT, COLUMNS = 4_000, 800
"""Of a value that is told ten times a second an hour has 36,000 samples; kept is what some 800 columns can show."""


def edge(now: float, silent_since: float | None) -> float:
    """Until when the hour of a value is shown: now, or a quarter of an hour after it fell silent. An hour of nothing but
    silence would tell nobody what it did before. Unix seconds."""
    return now if silent_since is None else min(now, silent_since + SILENCE)


class TrendChart(QWidget):
    """Call `set_subject` once a point, `show_history` when it was read, `add` for each new sample, `tick` once a second.

    Left and right move the read-out from sample to sample, Home and End to the ends, Escape puts it away.
    """

    LEFT, RIGHT, TOP, BOTTOM = 52.0, 20.0, 10.0, 24.0

    def __init__(self, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty = empty
        self._samples: list[Sample] = []
        self._limits: tuple[Limit, ...] = ()
        self._format: Callable[[float], str] = str
        self._gap, self._steps, self._whole = float("inf"), False, False
        self._until = 0.0
        self._window = HOUR
        self._cursor: float | None = None
        self._silent_since: float | None = None
        self._silent_word = ""
        self._title = ""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_subject(
        self, title: str, limits: tuple[Limit, ...], format_: Callable[[float], str], *, gap: float, steps: bool,
        whole: bool = False,
    ) -> None:  # fmt: skip
        """Whose trend it is. `gap` is the seconds of silence that break the line; `steps` holds each value; `whole` says
        that there is nothing between two whole numbers."""
        self._title, self._limits, self._format, self._gap, self._steps = title, limits, format_, gap, steps
        self._whole = whole
        self._samples, self._cursor = [], None
        self.setAccessibleName(title)
        self.update()

    def set_empty(self, text: str) -> None:
        self._empty = text
        self.update()

    def show_history(self, samples: Sequence[Sample]) -> None:
        """Stored samples; live ones that came since stay."""
        last = samples[-1][0] if samples else 0.0
        self._samples = [*samples, *(sample for sample in self._samples if sample[0] > last)]
        self.update()

    def add(self, at: float, value: float) -> None:
        """A live sample; shown at the next tick."""
        if not self._samples or at > self._samples[-1][0]:
            self._samples.append((at, value))

    def tick(self, now: float) -> None:
        """Moves the window's right edge to now (Unix seconds) and forgets what has left it. Where nobody told anything for
        long it stays at the last that was told: see `edge`."""
        self._until = edge(now, self._silent_since)
        since = self._until - self._window
        keep = next((n for n, sample in enumerate(self._samples) if sample[0] >= since), len(self._samples))
        # One sample before the window stays: a held value enters it from the left.
        if keep > 1:
            del self._samples[: keep - 1]
        if len(self._samples) > MOST_KEPT:
            self._samples = thin(self._samples, since, self._until, COLUMNS)
        self.update()

    def set_silent(self, since: float | None, word: str = "") -> None:
        """Since when nobody tells the value (Unix seconds), None while somebody does. That time is hatched, with `word` on
        it (a line each), and no value is held into it."""
        if (since, word) != (self._silent_since, self._silent_word):
            self._silent_since, self._silent_word = since, word
            self.update()

    @property
    def samples(self) -> Sequence[Sample]:
        return self._samples

    def readout(self) -> str:
        """What the cursor stands on, in words; empty when there is none."""
        sample = None if self._cursor is None else nearest(self._samples, self._cursor)
        return "" if sample is None else f"{_clock(sample[0], True)}  {self._format(sample[1])}"

    def sizeHint(self) -> QSize:
        return QSize(420, 168)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 132)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        low, high, step = self._reach()
        self._paint_grid(painter, area, low, high, step)
        if not self._samples:
            draw_text(painter, area, self._empty, "table", "ink3", align=Qt.AlignmentFlag.AlignHCenter)
        self._paint_limits(painter, area, low, high)
        painter.save()
        painter.setClipRect(area.adjusted(0, -2, 3, 2))
        self._paint_silence(painter, area)
        self._paint_line(painter, area, low, high)
        painter.restore()
        self._paint_cursor(painter, area, low, high)
        if self.hasFocus():
            painter.setPen(QPen(theme().color("accent"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def _area(self) -> QRectF:
        return QRectF(
            self.LEFT, self.TOP, self.width() - self.LEFT - self.RIGHT, self.height() - self.TOP - self.BOTTOM
        )

    def _reach(self) -> tuple[float, float, float]:
        """The values' own range, widened to a limit that is near, so that "how close" can be seen."""
        values = [value for _, value in self._samples] or [0.0, 1.0]
        low, high = min(values), max(values)
        near = max(high - low, abs(high) * 0.25, 1e-9)
        low = min([low, *(m.value for m in self._limits if low - near <= m.value < low)])
        high = max([high, *(m.value for m in self._limits if high < m.value <= high + near)])
        low, high, step = nice_range(low, high)
        return (floor(low), ceil(high), 1.0) if self._whole and step < 1 else (low, high, step)

    def _to(self, area: QRectF, sample: Sample, low: float, high: float) -> QPointF:
        across = (sample[0] - (self._until - self._window)) / self._window
        return QPointF(
            area.left() + across * area.width(), area.bottom() - (sample[1] - low) / (high - low) * area.height()
        )

    def _paint_grid(self, painter: QPainter, area: QRectF, low: float, high: float, step: float) -> None:
        colors = theme()
        lines = max(1, round((high - low) / step))
        # Without samples there is nothing to read off: only the ground line stays.
        for n in range(lines + 1 if self._samples else 1):
            y = round(area.bottom() - area.height() * n / lines) + 0.5
            painter.setPen(QPen(colors.color("line"), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            if self._samples:
                label = QRectF(0, y - 8, self.LEFT - 8, 16)
                decimals = max(0, -int(f"{step:e}".split("e")[1]))
                text = f"{low + n * step:,.{decimals}f}".replace("-", "−")
                draw_text(painter, label, text, "caption", "ink3", align=Qt.AlignmentFlag.AlignRight)
        if self._until:
            self._paint_time(painter, area)

    def _paint_time(self, painter: QPainter, area: QRectF) -> None:
        quarter = self._window / 4
        since = self._until - self._window
        at = (since // quarter + 1) * quarter
        while at <= self._until:
            x = area.left() + (at - since) / self._window * area.width()
            painter.setPen(QPen(theme().color("line_strong"), 1))
            painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 4))
            text = _clock(at)
            width = metrics("caption").horizontalAdvance(text)
            if x - width / 2 > 0 and x + width / 2 < self.width():
                draw_text(painter, QRectF(x - width / 2, area.bottom() + 5, width + 1, 18), text, "caption", "ink3")
            at += quarter

    def _paint_limits(self, painter: QPainter, area: QRectF, low: float, high: float) -> None:
        for limit in self._limits:
            if not low <= limit.value <= high:
                continue
            y = self._to(area, (self._until, limit.value), low, high).y()
            painter.setPen(QPen(theme().color(limit.priority), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            draw_priority(painter, QRectF(area.right() + 5, y - 4.5, 9, 9), limit.priority)

    def _paint_silence(self, painter: QPainter, area: QRectF) -> None:
        if self._silent_since is None:
            return
        left = max(area.left(), self._to(area, (self._silent_since, 0.0), 0.0, 1.0).x())
        silent = QRectF(left, area.top(), area.right() - left, area.height())
        hatch(painter, silent)
        lines = self._silent_word.split("\n")
        width = max(metrics("caption").horizontalAdvance(line) for line in lines) + 12
        if not self._samples or not self._silent_word or width > silent.width():
            return
        # On a ground of its own, or the grid strikes it through.
        box = QRectF(silent.center().x() - width / 2, silent.center().y() - 9 * len(lines), width, 18 * len(lines))
        painter.fillRect(box, theme().color("surface"))
        for n, line in enumerate(lines):
            row = QRectF(box.left() + 6, box.top() + 18 * n, width - 11, 18)
            draw_text(painter, row, line, "caption", "ink2", align=Qt.AlignmentFlag.AlignHCenter)

    def _paint_line(self, painter: QPainter, area: QRectF, low: float, high: float) -> None:
        painter.setPen(QPen(theme().color("ink2"), 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        since = self._until - self._window
        end = self._until if self._silent_since is None else self._silent_since
        parts = runs(self._samples, self._gap)
        for n, run in enumerate(parts):
            held = [*run, (max(end, run[-1][0]), run[-1][1])] if self._steps and n == len(parts) - 1 else run
            drawn = thin(stepped(held) if self._steps else held, since, self._until, int(area.width()))
            line = [self._to(area, sample, low, high) for sample in drawn]
            if len(line) == 1:
                painter.drawPoint(line[0])
            for first in range(0, len(line) - 1, PIECE):
                painter.drawPolyline(QPolygonF(line[first : first + PIECE + 1]))

    def _paint_cursor(self, painter: QPainter, area: QRectF, low: float, high: float) -> None:
        sample = None if self._cursor is None else nearest(self._samples, self._cursor)
        if sample is None:
            return
        spot = self._to(area, sample, low, high)
        painter.setPen(QPen(theme().color("ink3"), 1))
        painter.drawLine(QPointF(spot.x(), area.top()), QPointF(spot.x(), area.bottom()))
        painter.setPen(QPen(theme().color("surface"), 2))
        painter.setBrush(theme().color("ink"))
        painter.drawEllipse(spot, 4.5, 4.5)
        text = self.readout()
        width = metrics("caption", 500).horizontalAdvance(text) + 16
        left = spot.x() + 8 if spot.x() + 8 + width < area.right() else spot.x() - 8 - width
        box = QRectF(left, area.top(), width, 24)
        painter.setPen(QPen(theme().color("line_strong"), 1))
        painter.setBrush(theme().color("raised"))
        painter.drawRoundedRect(box, 6, 6)
        draw_text(painter, box.adjusted(8, 0, -7, 0), text, "caption", "ink", 500)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        area = self._area()
        share = (event.position().x() - area.left()) / max(area.width(), 1.0)
        self._point_at(self._until - self._window * (1 - min(1.0, max(0.0, share))))

    def leaveEvent(self, _event: QEvent) -> None:
        self._point_at(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        at = [sample[0] for sample in self._samples if sample[0] >= self._until - self._window]
        if key == Qt.Key.Key_Escape and self._cursor is not None:
            self._point_at(None)
        elif not at or key not in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Home:
            self._point_at(at[0])
        elif key == Qt.Key.Key_End or self._cursor is None:
            self._point_at(at[-1])
        elif key == Qt.Key.Key_Left:
            self._point_at(max((t for t in at if t < self._here()), default=at[0]))
        else:
            self._point_at(min((t for t in at if t > self._here()), default=at[-1]))

    def _here(self) -> float:
        sample = nearest(self._samples, self._cursor if self._cursor is not None else self._until)
        return sample[0] if sample else self._until

    def _point_at(self, at: float | None) -> None:
        if at != self._cursor:
            self._cursor = at
            self.setAccessibleDescription(self.readout())
            self.update()


def _clock(at: float, seconds: bool = False) -> str:
    return f"{local(datetime.fromtimestamp(at, UTC)):{'%H:%M:%S' if seconds else '%H:%M'}}"
