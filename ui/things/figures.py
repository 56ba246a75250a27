"""The two or three values that matter most: large, with their limits drawn under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QWidget

from desktop.alarms.views import AlarmView
from desktop.kernel.words import Words
from desktop.things.limits import limits_of, span
from desktop.things.model import Point, Reading, Value
from desktop.things.views import ThingView
from ui.parts.layout import clear, column, row
from ui.parts.limitbar import LimitBar
from ui.parts.value import ValueWithAge, shown
from ui.things.indexline import IndexLine
from ui.things.state import main_points, priority_of

NONE_YET = Reading(None, "none", 0.0)


class Figures(QWidget):
    """`show_thing` builds them, `tick` moves them."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._row = row(spacing=28)
        self.setLayout(self._row)
        self._main: list[tuple[Point, ValueWithAge, LimitBar | None]] = []
        self._indices: dict[str, IndexLine] = {}

    @property
    def points(self) -> list[Point]:
        return [point for point, _, _ in self._main]

    def values(self) -> dict[str, str]:
        """As they are read, by point."""
        return {point.name: f"{widget.shown.text} {widget.shown.unit}".strip() for point, widget, _ in self._main}

    def show_thing(self, view: ThingView) -> None:
        """Another thing, or one with other limits."""
        clear(self._row)
        self._indices = {}
        self._main = [self._figure(view, point) for point in main_points(view)]

    def _figure(self, view: ThingView, point: Point) -> tuple[Point, ValueWithAge, LimitBar | None]:
        widget = ValueWithAge(self._words.of(point.title))
        bar: LimitBar | None = None
        box = column(widget, spacing=6)
        if point.type in ("number", "integer"):
            limits = limits_of(view.thing.model, point.name)
            low, high = span(point, limits)
            limits = tuple(limit for limit in limits if low < limit.value < high)
            # A bar says something where there are limits, or a whole to be part of.
            if limits or point.symbol == "%":
                bar = LimitBar()
                bar.set_scale(low, high, limits, point.decimals, _own(view, point))
                box.addWidget(bar)
        if point.index is not None:
            line = self._indices[point.name] = IndexLine(point.index, self._words)
            box.addWidget(line)
        box.addStretch(1)
        self._row.addLayout(box, 1)
        return point, widget, bar

    def tick(self, readings: Mapping[str, Reading], alarms: Sequence[AlarmView], now: float) -> None:
        """What the latest-value table holds now (Unix seconds)."""
        for point, widget, bar in self._main:
            reading = readings.get(point.name, NONE_YET)
            priority = priority_of(alarms, point.name)
            widget.show_value(shown(point, reading, self._words, now, priority=priority))
            if bar is not None:
                bar.show_value(number_of(reading.value), reading.quality, priority)
            if line := self._indices.get(point.name):
                line.show_value(number_of(reading.value), reading.quality)


def _own(view: ThingView, point: Point) -> frozenset[float]:
    """The limits on the point that this site set otherwise than the model."""
    unchanged = view.thing.unchanged
    if unchanged is None:
        return frozenset()
    models = {(limit.value, limit.side) for limit in limits_of(unchanged, point.name)}
    mine = limits_of(view.thing.model, point.name)
    return frozenset(limit.value for limit in mine if (limit.value, limit.side) not in models)


def number_of(value: Value | None) -> float | None:
    """The value as a number; None for words, yes and no."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
