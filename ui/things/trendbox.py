"""The last hour of one of a thing's values, and the choice of which."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtWidgets import QWidget

from desktop.kernel.words import Words
from desktop.things.limits import limits_of
from desktop.things.model import Point, Quality, Reading
from desktop.things.views import ThingView
from ui.parts.buttons import Button
from ui.parts.chips import FilterChips
from ui.parts.layout import clear, column, row
from ui.parts.series import Sample
from ui.parts.text import Label
from ui.parts.trend import TrendChart, edge
from ui.parts.value import since_words, value_words
from ui.things.figures import number_of

HEIGHT = 176
SILENT = ("offline", "stale")


def silent_since(reading: Reading | None) -> float | None:
    """Since when nobody tells the value, in Unix seconds; None while somebody does."""
    return reading.at if reading is not None and reading.quality in SILENT else None


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
        self._title = Label("", "secondary", weight=600, tone="ink", elide=True)
        self._view: ThingView | None = None
        self._point: Point | None = None
        self._silent: float | None = None
        """Since when the point is silent, as the chart was told."""
        self.setLayout(column(self._head, self.chart, None, spacing=4))

    def show_thing(self, view: ThingView, mains: Sequence[Point]) -> None:
        """Another thing; without a number to draw, nothing is shown."""
        clear(self._head)
        self._view = view
        numeric = [p for p in mains if p.type in ("number", "integer") and not p.labels]
        numeric = numeric or [p for p in view.thing.model.points if p.type == "number" and p not in mains][:1]
        self.setVisible(bool(numeric))
        self._point = None
        if not numeric:
            return
        self._title = Label(self._words("things.panel.last_hour"), "secondary", weight=600, tone="ink", elide=True)
        self._head.addWidget(self._title)
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

    def tick(self, readings: Mapping[str, Reading], now: float) -> None:
        """Takes in the newest sample; of what is silent the hour before it fell silent is shown."""
        if self._view is None or self._point is None or (reading := readings.get(self._point.name)) is None:
            return
        number = number_of(reading.value)
        if number is not None and reading.quality in ("good", "stale"):
            self.chart.add(reading.at, number)
        since = silent_since(reading)
        self._show_title(since, now)
        self.chart.set_silent(since, "" if since is None else self._silence(reading.quality, since, now))
        changed, self._silent = since != self._silent, since
        if changed and edge(now, since) < now:
            # What was read before is of another hour.
            self._wanted(self._view.id, self._point.name)

    def _show_title(self, since: float | None, now: float) -> None:
        text = self._words("things.panel.last_hour" if edge(now, since) == now else "things.panel.hour_before")
        if text != self._title.text():
            self._title.setText(text)

    def _silence(self, quality: Quality, since: float, now: float) -> str:
        words = self._words
        return (
            f"{words(f'things.panel.{quality}_word')}\n{words('things.panel.since', at=since_words(since, now, words))}"
        )

    def _choose(self, view: ThingView, name: str) -> None:
        point = view.thing.model.point(name)
        if point is None:
            return
        self._point, self._silent = point, None
        self.chart.set_silent(None)
        every = point.history == "every"

        def words_of(value: float) -> str:
            text, unit = value_words(point, value, self._words)
            return f"{text} {unit}".strip()

        # What is stored only when it changes may be silent for hours and still be true; a steady voice may not.
        gap = max(30.0, point.stale_after * 1.5) if every else float("inf")
        limits = limits_of(view.thing.model, name)
        self.chart.set_subject(
            self._words.of(point.title), limits, words_of, gap=gap, steps=not every, whole=point.type == "integer"
        )
        self._wanted(view.id, name)
