"""What the trends page draws and writes out: lines out of stored bands and live samples, rows of a table."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from desktop.kernel.words import Words
from desktop.things.limits import Limit, limits_of
from desktop.things.model import Point, Reading, Value
from desktop.things.views import ThingView
from ui.parts.files import Cell
from ui.parts.plot import Line
from ui.parts.value import one_line, value_words
from ui.parts.when import local
from ui.trends.rules import Band, Figures, Pick, figures, is_steps, silence, unit_key

LIVE_KEPT = 4000
"""Live samples kept until the stored ones are read anew."""


@dataclass
class Subject:
    """One picked point with what is known of its past: stored bands, then what came since."""

    pick: Pick
    view: ThingView
    point: Point
    bands: Sequence[Band] = ()
    before: tuple[float, float] | None = None
    """The last sample before the first band: what a value that holds was until then."""
    live: list[tuple[float, float]] = field(default_factory=list)
    held_until: float = 0.0
    """How long a value that holds is known to have held: until now, or until its device fell silent."""
    loaded: bool = False

    def heard(self, reading: Reading, now: float) -> None:
        """Takes in the newest reading, if it is one and newer."""
        value = as_number(reading.value)
        self.held_until = now if reading.quality == "good" else reading.at
        if value is None or reading.quality not in ("good", "stale"):
            return
        if not self.live or reading.at > self.live[-1][0]:
            self.live.append((reading.at, value))
            del self.live[:-LIVE_KEPT]

    def name(self, words: Words) -> str:
        return f"{one_line(self.view.name)} · {one_line(words.of(self.point.title))}"

    def told(self, words: Words) -> Callable[[float], str]:
        """How a value of this point is said, with its unit."""

        def tell(value: float) -> str:
            known: Value = bool(round(value)) if self.point.type == "boolean" else value
            if self.point.labels and value.is_integer() and self.point.type == "integer":
                known = int(value)
            text, unit = value_words(self.point, known, words)
            return f"{text} {unit}".strip()

        return tell

    def line(self, words: Words, tone: int) -> Line:
        """Everything known, for the chart; a value that holds is drawn on as long as it is known to have held."""
        steps = is_steps(self.point)
        at, low, high, mean = self._samples()
        if steps and at and at[-1] < self.held_until:
            last = self.live[-1][1] if self.live else self.bands[-1].last if self.bands else mean[-1]
            at.append(self.held_until)
            for series in (low, high, mean):
                series.append(last)
        return Line(
            self.name(words), unit_key(self.point), at, mean, low, high, tone,
            silence(self.point, self.bands), steps, self.point.decimals, self.told(words),
        )  # fmt: skip

    def stored(self, words: Words, since: float, until: float) -> Line:
        """Only what was told between the times, nothing held or bridged: for a table."""
        at, low, high, mean = self._samples()
        keep = [n for n, when in enumerate(at) if since <= when <= until]
        low, high, mean = ([series[n] for n in keep] for series in (low, high, mean))
        return Line(self.name(words), self.point.symbol, [at[n] for n in keep], mean, low, high)

    def figures(self, since: float, until: float) -> Figures | None:
        """Of what is seen. What held when the period began counts from there."""
        at, low, high, mean = self._samples()
        steps = is_steps(self.point)
        first, end = bisect_left(at, since), bisect_right(at, until)
        if steps and first and (first == len(at) or at[first] > since):
            first -= 1
            at[first] = since
        gap = silence(self.point, self.bands)
        edge = min(until, self.held_until) if steps else until
        if steps and edge < since:
            return None
        return figures(at[first:end], low[first:end], high[first:end], mean[first:end], gap, edge)

    def _samples(self) -> tuple[list[float], list[float], list[float], list[float]]:
        before = [] if self.before is None else [self.before]
        at = [when for when, _ in before] + [band.at_ms / 1000 for band in self.bands]
        low = [value for _, value in before] + [band.low for band in self.bands]
        high = [value for _, value in before] + [band.high for band in self.bands]
        mean = [value for _, value in before] + [band.mean for band in self.bands]
        last = at[-1] if at else 0.0
        for when, value in self.live:
            if when > last:
                at.append(when)
                for series in (low, high, mean):
                    series.append(value)
        return at, low, high, mean

    def limits(self) -> tuple[Limit, ...]:
        return limits_of(self.view.thing.model, self.point.name)

    def figure_words(self, found: Figures | None, words: Words) -> tuple[str, str, str, str]:
        """Least, mean, greatest, last. The mean of a switch is the share of the time it was on; a code has none."""
        if found is None:
            return "—", "—", "—", "—"
        tell = self.told(words)
        if self.point.type == "boolean":
            return "—", f"{found.mean:.0%}", "—", tell(found.last)
        if self.point.labels:
            return "—", "—", "—", tell(float(round(found.last)))
        return tell(found.low), tell(found.mean), tell(found.high), tell(found.last)


def as_number(value: Value | None) -> float | None:
    """The value as a height: yes is 1, no is 0; None for text."""
    return float(value) if isinstance(value, (bool, int, float)) else None


def rows_of(words: Words, subjects: Sequence[Subject], lines: Sequence[Line]) -> list[list[Cell]]:
    """A table of what is seen: one row a line and time. Times carry their offset; numbers stay numbers."""
    heads = ("time", "thing", "place", "point", "unit", "mean", "low", "high", "id")
    rows: list[list[Cell]] = [[words(f"trends.column.{head}") for head in heads]]
    for subject, line in zip(subjects, lines, strict=True):
        thing, point = one_line(subject.view.name), one_line(words.of(subject.point.title))
        place = " / ".join(subject.view.place_path)
        for n, when in enumerate(line.at):
            low, high = (line.low[n], line.high[n]) if line.low else (line.mean[n], line.mean[n])
            numbers = [round(value, 6) for value in (line.mean[n], low, high)]
            rows.append([_time(when), thing, place, point, subject.point.symbol, *numbers, subject.pick.key])
    return rows


def _time(at: float) -> str:
    return local(datetime.fromtimestamp(at, UTC)).isoformat(sep=" ", timespec="milliseconds")
