"""Charts with zoom over any length of time: pyqtgraph draws the lines, everything around them is ours.

Import this module where a chart is first needed, never at the start: pyqtgraph and numpy take half a second.
Mouse and keys are handled here, not by pyqtgraph: no menus, no dialog of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.things.limits import Limit
from ui.parts.bars import BarPlot, Bars
from ui.parts.ink import face
from ui.parts.plotline import Drawn, Line, draw_sign, part_of, tone_of
from ui.parts.plotover import TOP, Over
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
SETTLED_MS = 180
"""A person who zooms turns the wheel several times: the owner is told when it rests."""


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
        self._drawn: list[Drawn] = []
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
        self._over = Over(self)
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
        self._drawn = [Drawn(line, number) for number, line in enumerate(lines)]
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
        return [part_of(drawn, drawn.seen(self._since, self._until)) for drawn in self._drawn]

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

    def _value_at(self, drawn: Drawn) -> tuple[str, int | None]:
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


def _value_marks(low: float, high: float, step: float) -> list[tuple[float, str]]:
    decimals = max(0, -int(f"{step:e}".split("e")[1]))
    count = round((high - low) / step)
    return [(low + n * step, f"{low + n * step:,.{decimals}f}".replace("-", "−")) for n in range(count + 1)]
