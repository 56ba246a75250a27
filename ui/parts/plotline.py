"""The lines of a chart: what they are, how they are told apart, and what is seen of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsPathItem

from ui.theme.tokens import theme

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


class Drawn:
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
            at, high, low = self.at[start:end], self.high[start:end], self.low[start:end]
            if self.line.steps:
                # Corners here too, or a slope would tell of values between.
                at, high, low = np.repeat(at, 2)[1:], np.repeat(high, 2)[:-1], np.repeat(low, 2)[:-1]
            upper = [QPointF(x, y) for x, y in zip(at, high, strict=True)]
            lower = [QPointF(x, y) for x, y in zip(at[::-1], low[::-1], strict=True)]
            path.addPolygon(QPolygonF([*upper, *lower]))
        return path


def part_of(drawn: Drawn, part: slice) -> Line:
    line = drawn.line
    banded = bool(line.low)
    return Line(
        line.name, line.unit, drawn.at[part].tolist(), drawn.mean[part].tolist(),
        drawn.low[part].tolist() if banded else (), drawn.high[part].tolist() if banded else (),
        drawn.number, line.gap, line.steps, line.decimals, line.tell,
    )  # fmt: skip
