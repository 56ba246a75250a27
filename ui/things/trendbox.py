"""The last hour of one of a thing's values, and the choice of which."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtWidgets import QWidget

from desktop.kernel.words import Words
from desktop.things.limits import limits_of
from desktop.things.model import Point, Reading
from desktop.things.views import ThingView
from ui.parts.buttons import Button
from ui.parts.chips import FilterChips
from ui.parts.layout import clear, column, row
from ui.parts.series import Sample
from ui.parts.text import Label
from ui.parts.trend import TrendChart
from ui.parts.value import value_words
from ui.things.figures import number_of

HEIGHT = 176
SILENT = ("offline", "stale")


class TrendBox(QWidget):
    """`show_thing` builds it; `wanted(thing, point)` is called when the stored past of a point is to be read, `more` when a
    person wants more than the last hour."""

    def __init__(
        self, words: Words, wanted: Callable[[str, str], object], more: Callable[[], object] | None = None
    ) -> None:
        super().__init__()
        self._words, self._wanted, self._more = words, wanted, more
        self.chart = TrendChart(words("things.panel.no_history"))
        self.chart.setFixedHeight(HEIGHT)
        self._head = row(spacing=8)
        self._point: Point | None = None
        self.setLayout(column(self._head, self.chart, None, spacing=4))

    def show_thing(self, view: ThingView, mains: Sequence[Point]) -> None:
        """Another thing; without a number to draw, nothing is shown."""
        clear(self._head)
        numeric = [p for p in mains if p.type in ("number", "integer") and not p.labels]
        numeric = numeric or [p for p in view.thing.model.points if p.type == "number" and p not in mains][:1]
        self.setVisible(bool(numeric))
        self._point = None
        if not numeric:
            return
        self._head.addWidget(Label(self._words("things.panel.last_hour"), "secondary", weight=600, tone="ink"))
        if len(numeric) > 1:
            titles = [(p.name, self._words.of(p.title)) for p in numeric]
            chips = FilterChips(titles, self._words("things.panel.trend_of"))
            chips.chosen.connect(lambda name: self._choose(view, name))
            self._head.addWidget(chips)
        else:
            self._head.addWidget(Label(self._words.of(numeric[0].title), "secondary"))
        self._head.addStretch(1)
        if self._more is not None:
            self._head.addWidget(Button(self._words("things.act.trends"), "link", key="T", on=self._more))
        self._choose(view, numeric[0].name)

    def show_history(self, point: str, samples: Sequence[Sample], now: float) -> None:
        """Stored samples, if that is still the point shown."""
        if self._point is not None and self._point.name == point:
            self.chart.show_history(samples)
            self.chart.tick(now)

    def tick(self, readings: Mapping[str, Reading]) -> None:
        """Takes in the newest sample."""
        reading = readings.get(self._point.name) if self._point is not None else None
        if reading is None:
            return
        number = number_of(reading.value)
        if number is not None and reading.quality in ("good", "stale"):
            self.chart.add(reading.at, number)
        self.chart.set_silent(reading.at if reading.quality in SILENT else None)

    def _choose(self, view: ThingView, name: str) -> None:
        point = view.thing.model.point(name)
        if point is None:
            return
        self._point = point
        every = point.history == "every"

        def words_of(value: float) -> str:
            text, unit = value_words(point, value, self._words)
            return f"{text} {unit}".strip()

        # What is stored only when it changes may be silent for hours and still be true; a steady voice may not.
        gap = max(30.0, point.stale_after * 1.5) if every else float("inf")
        limits = limits_of(view.thing.model, name)
        self.chart.set_subject(self._words.of(point.title), limits, words_of, gap=gap, steps=not every)
        self._wanted(view.id, name)
