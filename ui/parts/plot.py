"""Charts with zoom over any length of time: pyqtgraph draws the lines, everything around them is ours.

Import this module where a chart is first needed, never at the start: pyqtgraph and numpy take half a second.
Mouse and keys are handled here, not by pyqtgraph: no menus, no dialog of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsPathItem, QSizePolicy, QWidget

from desktop.things.limits import Limit
from ui.parts.bars import BarPlot, Bars
from ui.parts.ink import draw_priority, draw_text, face, metrics
from ui.parts.series import nice_range
from ui.parts.timeaxis import DAY, time_marks
from ui.parts.when import stamp
from ui.theme.tokens import theme

__all__ = ["BarPlot", "Bars", "Line", "LinePlot", "draw_sign", "tone_of"]

# Qt owns what is drawn and lets go of it in its own order.
pg.setConfigOption("exitCleanup", False)

UNITS = 3
"""Axes that can be told apart: the first unit's at the left, two at the right."""

LEAST_SPAN, MOST_SPAN = 10.0, 5 * 366.0 * DAY
TOP = 20
"""Pixels above the lines, for the units of the axes."""

SETTLED_MS = 180
"""A person who zooms turns the wheel several times: the owner is told when it rests."""

Array = Any
"""A numpy array of floats; pyqtgraph has no types."""


@dataclass(frozen=True)
class Line:
    """One series. `at` are Unix seconds, ascending; `low`, `high` and `mean` as long as `at`.

    For samples that were not rolled up, `low` and `high` are empty: then there is no band.
    """

    name: str
    unit: str
    at: Sequence[float]
    mean: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    tone: int | None = None
    """Which of the theme's series colours, with its dash and its sign; None takes its place among the lines."""
    gap: float = float("inf")
    """Seconds between two samples from which on the line is broken: nobody knows what was there."""
    steps: bool = False
    """The value holds until the next one, as a switch does."""
    decimals: int = 1
    tell: Callable[[float], str] | None = field(default=None, compare=False)
    """Words for a value, with its unit; None writes it with `decimals` and the unit."""

    def told(self, value: float) -> str:
        if self.tell is not None:
            return self.tell(value)
        return f"{value:,.{self.decimals}f} {self.unit}".replace("-", "−").rstrip()


_DASHES: tuple[tuple[float, ...], ...] = ((), (), (6, 3), (), (2, 2.5), (), (8, 3, 2, 3), (4, 2))
_SIGNS = ("circle", "square", "triangle", "diamond", "ring", "box", "down", "cross")


def tone_of(number: int) -> QColor:
    """The colour of the n-th line in the current theme."""
    series = theme().series
    return QColor(series[number % len(series)])


def draw_sign(painter: QPainter, at: QPointF, number: int, size: float = 4.0) -> None:
    """The sign of the n-th line, so that lines are told apart without their colour."""
    color = tone_of(number)
    sign = _SIGNS[number % len(_SIGNS)]
    hollow = sign in ("ring", "box", "down", "cross")
    painter.setPen(QPen(color, 1.5))
    painter.setBrush(theme().color("surface") if hollow else color)
    corners = {
        "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)), "box": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
        "triangle": ((0, -1.1), (1.1, 0.9), (-1.1, 0.9)), "down": ((0, 1.1), (1.1, -0.9), (-1.1, -0.9)),
        "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    }  # fmt: skip
    if sign in ("circle", "ring"):
        painter.drawEllipse(at, size, size)
    elif sign == "cross":
        painter.drawLine(at + QPointF(-size, -size), at + QPointF(size, size))
        painter.drawLine(at + QPointF(-size, size), at + QPointF(size, -size))
    else:
        painter.drawPolygon(QPolygonF([at + QPointF(x * size * 0.9, y * size * 0.9) for x, y in corners[sign]]))


class _Drawn:
    """One line with its items in the scene."""

    def __init__(self, line: Line, number: int) -> None:
        self.line, self.number = line, line.tone if line.tone is not None else number
        self.at: Array = np.asarray(line.at, float)
        self.mean: Array = np.asarray(line.mean, float)
        banded = len(line.low) == len(line.high) == len(line.at) > 0
        self.low: Array = np.asarray(line.low, float) if banded else self.mean
        self.high: Array = np.asarray(line.high, float) if banded else self.mean
        dashes = _DASHES[self.number % len(_DASHES)]
        pen = QPen(tone_of(self.number), 1.8)
        pen.setCosmetic(True)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap if dashes else Qt.PenCapStyle.RoundCap)
        if dashes:
            pen.setDashPattern(dashes)
        self.curve = pg.PlotCurveItem(*self._broken(), pen=pen, connect="finite", antialias=True)
        # A lone sample between two gaps is no line; its own dot shows it.
        self.band = QGraphicsPathItem(self._band() if banded else QPainterPath())
        self.band.setPen(Qt.PenStyle.NoPen)
        soft = tone_of(self.number)
        soft.setAlpha(46)
        self.band.setBrush(soft)

    def cuts(self) -> Array:
        """Where a new run begins."""
        apart = np.diff(self.at) > self.line.gap
        return np.flatnonzero(apart | ~np.isfinite(self.mean[1:])) + 1

    def alone(self) -> Array:
        """Indexes of the samples that have a gap on both sides."""
        edges = np.concatenate(([0], self.cuts(), [len(self.at)]))
        return edges[:-1][np.diff(edges) == 1] if len(self.at) else edges[:0]

    def seen(self, since: float, until: float) -> slice:
        return slice(int(np.searchsorted(self.at, since)), int(np.searchsorted(self.at, until, "right")))

    def nearest(self, at: float, within: float) -> int | None:
        """The sample a person means who points at a time, if one is near."""
        if not len(self.at):
            return None
        n = int(np.searchsorted(self.at, at, "right"))
        if self.line.steps:
            return n - 1 if n and at - self.at[n - 1] <= max(self.line.gap, within) else None
        near = min((k for k in (n - 1, n) if 0 <= k < len(self.at)), key=lambda k: abs(self.at[k] - at))
        return near if abs(self.at[near] - at) <= within else None

    def _broken(self) -> tuple[Array, Array]:
        at, value, cuts = self.at, self.mean, self.cuts()
        at, value = np.insert(at, cuts, np.nan), np.insert(value, cuts, np.nan)
        if not self.line.steps or len(at) < 2:
            return at, value
        # Before each next time the former value once more: corners instead of slopes.
        return np.repeat(at, 2)[1:], np.repeat(value, 2)[:-1]

    def _band(self) -> QPainterPath:
        path = QPainterPath()
        edges = [0, *self.cuts().tolist(), len(self.at)]
        for start, end in itertools.pairwise(edges):
            if end - start < 2 or not np.any(self.high[start:end] > self.low[start:end]):
                continue
            at = self.at[start:end]
            upper = [QPointF(x, y) for x, y in zip(at, self.high[start:end], strict=True)]
            lower = [QPointF(x, y) for x, y in zip(at[::-1], self.low[start:end][::-1], strict=True)]
            path.addPolygon(QPolygonF([*upper, *lower]))
        return path


class LinePlot(QWidget):
    """Several lines over time. `show_lines` whenever there is something new, `tick` once a second for the live edge.

    Wheel or + − zoom at the pointer, drag or ← → move, Home returns to the live edge; Shift with ← → moves the read-out
    from sample to sample, Escape puts it away. Values scale by themselves to what is seen.

    Signals:
        ranged(since, until): a person chose another period (Unix seconds); told once it rests.
        pointed(at): the read-out stands there; not a number when it was put away.
    """

    ranged = Signal(float, float)
    pointed = Signal(float)

    def __init__(self, name: str, empty: str, parent: QWidget | None = None) -> None:
        """`name` tells the screen reader what is shown; `empty` stands where there is no line."""
        super().__init__(parent)
        self._name, self._empty = name, empty
        self._drawn: list[_Drawn] = []
        self._limits: Mapping[str, Sequence[Limit]] = {}
        self._units: list[str] = []
        self._reach: dict[str, tuple[float, float, float]] = {}
        self._now, self._span, self._following = 0.0, 3600.0, True
        self._since, self._until = -3600.0, 0.0
        self._cursor: float | None = None
        self._grip: tuple[float, float] | None = None
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._make_scene()
        self._over = _Over(self)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLED_MS)
        self._settle.timeout.connect(lambda: self.ranged.emit(self._since, self._until))

    # What the owner says

    def show_lines(self, lines: Sequence[Line], limits: Mapping[str, Sequence[Limit]] | None = None) -> None:
        """The lines, all of them, and the limits by unit. The period stays. Raises ValueError beyond three units."""
        units = list(dict.fromkeys(line.unit for line in lines))
        if len(units) > UNITS:
            raise ValueError(f"{len(units)} units, and only {UNITS} axes can be told apart")
        self._limits = limits or {}
        for drawn in self._drawn:
            for item in (drawn.curve, drawn.band):
                item.scene().removeItem(item)
        self._drawn = [_Drawn(line, number) for number, line in enumerate(lines)]
        for drawn in self._drawn:
            box = self._boxes[units.index(drawn.line.unit)]
            box.addItem(drawn.band, ignoreBounds=True)
            box.addItem(drawn.curve, ignoreBounds=True)
        self._units = units
        for n, axis in enumerate(self._axes):
            axis.setVisible(n < max(1, len(units)))
        self._apply()

    def set_empty(self, text: str) -> None:
        """What stands where there is no line."""
        self._empty = text
        self._over.update()

    def put_away_readout(self) -> None:
        """As Escape does."""
        self._point(None)

    def show_span(self, seconds: float, now: float) -> None:
        """The last `seconds`, moving with `tick`; Home returns here."""
        self._span, self._now, self._following = seconds, now, True
        self._since, self._until = now - seconds, now
        self._apply()

    def show_range(self, since: float, until: float) -> None:
        """A period that stands still."""
        self._since, self._until = since, until
        self._following = False
        self._apply()

    def tick(self, now: float) -> None:
        """Time goes on: a plot at the live edge moves with it."""
        moved, self._now = now - self._now, now
        if self._following and self._grip is None:
            self._since, self._until = (self._since + moved, self._until + moved)
            self._apply()

    # What the owner asks

    @property
    def range(self) -> tuple[float, float]:
        """The period that is seen, in Unix seconds."""
        return self._since, self._until

    @property
    def following(self) -> bool:
        """Whether the right edge is now."""
        return self._following

    def seen(self) -> list[Line]:
        """Each line with only the samples that are seen."""
        return [_part(drawn, drawn.seen(self._since, self._until)) for drawn in self._drawn]

    def readout(self) -> list[str]:
        """What the read-out says: the time, then a value for each line ("—" where nobody knows). Empty without one."""
        if self._cursor is None or not self._drawn:
            return []
        return [stamp(datetime.fromtimestamp(self._cursor, UTC)), *(self._value_at(d)[0] for d in self._drawn)]

    def picture(self) -> QImage:
        """What is seen, without the read-out."""
        cursor, self._cursor = self._cursor, None
        image = self.grab().toImage()
        self._cursor = cursor
        return image

    def sizeHint(self) -> QSize:
        return QSize(720, 320)

    def minimumSizeHint(self) -> QSize:
        return QSize(280, 160)

    # The scene

    def _make_scene(self) -> None:
        colors = theme()
        self._view = pg.PlotWidget(self, background=None)
        self._view.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setStyleSheet("background: transparent")
        self._view.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self._view.setAccessibleName(self._name)
        for action in self._view.scene().contextMenu:
            action.deleteLater()
        self._view.scene().contextMenu = []
        plot = self._view.getPlotItem()
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.layout.setContentsMargins(0, TOP, 8, 0)
        main = plot.getViewBox()
        main.setMouseEnabled(False, False)
        main.setDefaultPadding(0)
        self._boxes = [main]
        self._axes = [plot.getAxis("left")]
        self._time = plot.getAxis("bottom")
        for n in range(1, UNITS):
            box = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0)
            axis = pg.AxisItem("right")
            plot.layout.addItem(axis, 2, n + 2)
            plot.scene().addItem(box)
            axis.linkToView(box)
            box.setXLink(main)
            self._boxes.append(box)
            self._axes.append(axis)
        for axis in (*self._axes, self._time):
            axis.setPen(QPen(colors.color("line_strong"), 1))
            axis.setTextPen(colors.color("ink3"))
            axis.setStyle(tickFont=face("caption"), tickLength=-4, tickTextOffset=6, autoExpandTextSpace=True)
        for axis in self._axes[1:]:
            axis.hide()
        main.sigResized.connect(self._match_boxes)

    def _match_boxes(self) -> None:
        for box in self._boxes[1:]:
            box.setGeometry(self._boxes[0].sceneBoundingRect())

    def _apply(self) -> None:
        """Draws the period: ranges, marks, grid and limits."""
        for box in self._boxes:
            box.setXRange(self._since, self._until, padding=0)
        area = self._area()
        self._time.setTicks([time_marks(self._since, self._until, max(2, int(area.width() // 92))), []])
        self._reach = {unit: self._unit_reach(unit) for unit in self._units}
        for unit, box, axis in zip(self._units, self._boxes, self._axes, strict=False):
            low, high, step = self._reach[unit]
            box.setYRange(low, high, padding=0)
            axis.setTicks([_value_marks(low, high, step), []])
        if not self._units:
            self._boxes[0].setYRange(0, 1, padding=0)
            self._axes[0].setTicks([[], []])
        self._over.update()
        self._describe()

    def _unit_reach(self, unit: str) -> tuple[float, float, float]:
        lows, highs = [], []
        for drawn in self._drawn:
            part = drawn.seen(self._since, self._until)
            if drawn.line.unit == unit and part.stop > part.start and np.isfinite(drawn.low[part]).any():
                lows.append(float(np.nanmin(drawn.low[part])))
                highs.append(float(np.nanmax(drawn.high[part])))
        low, high = min(lows, default=0.0), max(highs, default=1.0)
        near = max(high - low, abs(high) * 0.25, 1e-9)
        for limit in self._limits.get(unit, ()):
            if low - near <= limit.value <= high + near:
                low, high = min(low, limit.value), max(high, limit.value)
        return nice_range(low, high)

    def _area(self) -> QRectF:
        """Where the lines are, in this widget's pixels."""
        shown = self._boxes[0].sceneBoundingRect()
        return QRectF(self._view.mapFromScene(shown.topLeft()), self._view.mapFromScene(shown.bottomRight()))

    def _x(self, at: float) -> float:
        area = self._area()
        return area.left() + (at - self._since) / (self._until - self._since) * area.width()

    def _y(self, unit: str, value: float) -> float:
        area, (low, high, _) = self._area(), self._reach[unit]
        return area.bottom() - (value - low) / (high - low) * area.height()

    def _at(self, x: float) -> float:
        area = self._area()
        return self._since + (x - area.left()) / max(1.0, area.width()) * (self._until - self._since)

    def _value_at(self, drawn: _Drawn) -> tuple[str, int | None]:
        assert self._cursor is not None
        within = max((self._until - self._since) / 40, min(drawn.line.gap, self._until - self._since) / 2)
        n = drawn.nearest(self._cursor, within)
        if n is None or not np.isfinite(drawn.mean[n]):
            return "—", None
        text = drawn.line.told(float(drawn.mean[n]))
        if drawn.high[n] > drawn.low[n]:
            low, high = drawn.line.told(float(drawn.low[n])), drawn.line.told(float(drawn.high[n]))
            text = f"{text}  ({low} … {high})"
        return text, n

    def _describe(self) -> None:
        since, until = (datetime.fromtimestamp(at, UTC) for at in (self._since, self._until))
        words = [f"{stamp(since)} – {stamp(until)}"]
        said = self.readout()
        if said:
            words = [said[0], *(f"{d.line.name} {text}" for d, text in zip(self._drawn, said[1:], strict=True))]
        else:
            words += [d.line.name for d in self._drawn]
        self.setAccessibleDescription("; ".join(words))

    # What a person does

    def zoom(self, factor: float, at: float | None = None) -> None:
        """Shows a period `factor` times as long, `at` (else the live edge or the middle) staying where it is."""
        length = self._until - self._since
        if at is None:
            at = self._until if self._following else (self._since + self._until) / 2
        new = min(MOST_SPAN, max(LEAST_SPAN, length * factor))
        since = at - (at - self._since) * new / length
        self._chosen(since, since + new)

    def shift(self, share: float) -> None:
        """Moves by a share of the period; to the right at most to now."""
        step = (self._until - self._since) * share
        self._chosen(self._since + step, self._until + step)

    def home(self) -> None:
        """Back to the live edge and the owner's span."""
        self._chosen(self._now - self._span, self._now)

    def _chosen(self, since: float, until: float) -> None:
        if self._now and until > self._now:
            since, until = since - (until - self._now), self._now
        self._following = bool(self._now) and self._now - until < (until - since) / 200
        self._since, self._until = since, until
        self._apply()
        self._settle.start()

    def _point(self, at: float | None) -> None:
        if at != self._cursor:
            self._cursor = at
            self._over.update()
            self._describe()
            self.pointed.emit(float("nan") if at is None else at)

    def _step_cursor(self, forward: bool) -> None:
        times = np.unique(np.concatenate([d.at[d.seen(self._since, self._until)] for d in self._drawn] or [[]]))
        if not len(times):
            return
        if self._cursor is None:
            self._point(float(times[-1]))
            return
        if forward:
            n = int(np.searchsorted(times, self._cursor, "right"))
        else:
            n = int(np.searchsorted(times, self._cursor, "left")) - 1
        self._point(float(times[min(len(times) - 1, max(0, n))]))

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if turned:
            following = self._following and event.position().x() > self._area().right() - 60
            self.zoom(0.8 ** (turned / 120), None if following else self._at(event.position().x()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = (event.position().x(), self._since)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            x, since = self._grip
            length = self._until - self._since
            moved = (event.position().x() - x) / max(1.0, self._area().width()) * length
            self._chosen(since - moved, since - moved + length)
        inside = self._area().contains(event.position())
        self._point(self._at(event.position().x()) if inside else None)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._grip = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.home()

    def leaveEvent(self, _event: QEvent) -> None:
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shift = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(0.5)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.zoom(2.0)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            if shift:
                self._step_cursor(key == Qt.Key.Key_Right)
            else:
                self.shift(0.2 if key == Qt.Key.Key_Right else -0.2)
        elif key == Qt.Key.Key_Home:
            self.home()
        elif key == Qt.Key.Key_Escape and self._cursor is not None:
            self._point(None)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._view.setGeometry(self.rect())
        self._over.setGeometry(self.rect())
        self._over.raise_()
        # The axes are laid out when Qt turns; the marks follow how wide they became.
        QTimer.singleShot(0, self, self._apply)


class _Over(QWidget):
    """What stands over the lines: grid, units, limits' signs, signs of the lines, the read-out."""

    def __init__(self, plot: LinePlot) -> None:
        super().__init__(plot)
        self._plot = plot
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, _event: QPaintEvent) -> None:
        plot = self._plot
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = plot._area()
        self._units(painter, area)
        if not any(len(drawn.at) for drawn in plot._drawn):
            draw_text(painter, area, plot._empty, "table", "ink3", align=Qt.AlignmentFlag.AlignHCenter)
        painter.setClipRect(area.adjusted(-1, -6, 1, 2))
        self._grid(painter, area)
        self._limits(painter, area)
        for drawn in plot._drawn:
            self._signs(painter, drawn)
        painter.setClipping(False)
        if plot._cursor is not None and plot._drawn:
            self._readout(painter, area)
        if plot.hasFocus():
            painter.setPen(QPen(theme().color("accent"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def _units(self, painter: QPainter, area: QRectF) -> None:
        plot = self._plot
        for n, unit in enumerate(plot._units):
            band = plot._axes[n].sceneBoundingRect()
            left = plot._view.mapFromScene(band.topLeft()).x()
            if n == 0:
                place = QRectF(left + 4, 0, max(band.width(), 80.0), TOP - 2)
            else:
                place = QRectF(left - 6, 0, max(band.width(), 56.0) + 6, TOP - 2)
            draw_text(painter, place, unit, "caption", "ink2")

    def _grid(self, painter: QPainter, area: QRectF) -> None:
        plot = self._plot
        painter.setPen(QPen(theme().color("line"), 1))
        if plot._units:
            low, high, step = plot._reach[plot._units[0]]
            for n in range(1, round((high - low) / step) + 1):
                y = round(plot._y(plot._units[0], low + n * step)) + 0.5
                painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))

    def _limits(self, painter: QPainter, area: QRectF) -> None:
        plot = self._plot
        for unit in plot._units:
            low, high, _ = plot._reach[unit]
            for limit in plot._limits.get(unit, ()):
                if low <= limit.value <= high:
                    y = plot._y(unit, limit.value)
                    painter.setPen(QPen(theme().color(limit.priority), 1, Qt.PenStyle.DashLine))
                    painter.drawLine(QPointF(area.left(), y), QPointF(area.right() - 14, y))
                    draw_priority(painter, QRectF(area.right() - 11, y - 4.5, 9, 9), limit.priority)

    def _signs(self, painter: QPainter, drawn: _Drawn) -> None:
        """A few signs along the line (none where it is the only one) and a dot for each sample that stands alone."""
        plot = self._plot
        part = drawn.seen(plot._since, plot._until)
        marked = set(drawn.alone().tolist()) & set(range(part.start, part.stop))
        if len(plot._drawn) > 1 and part.stop > part.start:
            # At places of the clock, not of the screen: signs travel with their line.
            every = max(1, (part.stop - part.start) // 6)
            marked |= set(range(part.start + (drawn.number * every // 8) % every, part.stop, every))
        for n in marked:
            if np.isfinite(drawn.mean[n]):
                spot = QPointF(plot._x(drawn.at[n]), plot._y(drawn.line.unit, drawn.mean[n]))
                draw_sign(painter, spot, drawn.number, 3.5)

    def _readout(self, painter: QPainter, area: QRectF) -> None:
        plot = self._plot
        assert plot._cursor is not None
        x = plot._x(plot._cursor)
        painter.setPen(QPen(theme().color("ink3"), 1))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        rows: list[tuple[int, str, str]] = []
        for drawn in plot._drawn:
            text, n = plot._value_at(drawn)
            rows.append((drawn.number, drawn.line.name, text))
            if n is not None:
                spot = QPointF(plot._x(drawn.at[n]), plot._y(drawn.line.unit, drawn.mean[n]))
                painter.setPen(QPen(theme().color("surface"), 2))
                painter.setBrush(tone_of(drawn.number))
                painter.drawEllipse(spot, 4.5, 4.5)
        head = stamp(datetime.fromtimestamp(plot._cursor, UTC))
        wide = metrics("caption", 500)
        names = max(metrics("caption").horizontalAdvance(name) for _, name, _ in rows)
        names = min(names, area.width() * 0.4)
        values = max(wide.horizontalAdvance(text) for *_, text in rows)
        width = max(names + values + 54, wide.horizontalAdvance(head) + 24)
        left = x + 12 if x + 12 + width < area.right() else max(area.left(), x - 12 - width)
        box = QRectF(left, area.top() + 4, width, 30 + 20 * len(rows))
        painter.setPen(QPen(theme().color("line_strong"), 1))
        painter.setBrush(theme().color("raised"))
        painter.drawRoundedRect(box, 6, 6)
        draw_text(painter, QRectF(box.left() + 12, box.top() + 4, width, 20), head, "caption", "ink2", 500)
        for n, (number, name, text) in enumerate(rows):
            top = box.top() + 25 + 20 * n
            draw_sign(painter, QPointF(box.left() + 17, top + 10), number)
            draw_text(painter, QRectF(box.left() + 30, top, names + 1, 20), name, "caption", "ink2")
            place = QRectF(box.left() + 30 + names, top, box.right() - 12 - box.left() - 30 - names, 20)
            draw_text(painter, place, text, "caption", "ink", 500, Qt.AlignmentFlag.AlignRight)


def _part(drawn: _Drawn, part: slice) -> Line:
    line = drawn.line
    banded = bool(line.low)
    return Line(
        line.name, line.unit, drawn.at[part].tolist(), drawn.mean[part].tolist(),
        drawn.low[part].tolist() if banded else (), drawn.high[part].tolist() if banded else (),
        drawn.number, line.gap, line.steps, line.decimals, line.tell,
    )  # fmt: skip


def _value_marks(low: float, high: float, step: float) -> list[tuple[float, str]]:
    decimals = max(0, -int(f"{step:e}".split("e")[1]))
    count = round((high - low) / step)
    return [(low + n * step, f"{low + n * step:,.{decimals}f}".replace("-", "−")) for n in range(count + 1)]
