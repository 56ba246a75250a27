"""What the trends page draws and writes out: lines out of stored bands and live samples, rows of a table."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from desktop.kernel.words import Words
from desktop.things.limits import Limit, limits_of
from desktop.things.model import Point, Reading, Value
from desktop.things.views import ThingView
from ui.parts.files import Cell
from ui.parts.plot import Line
from ui.parts.value import one_line, value_words
from ui.parts.when import local
from ui.trends.rules import Band, Figures, Pick, figures, is_state, is_steps, silence, unit_key

LIVE_KEPT = 4000
"""Live samples kept until the stored ones are read anew."""


class Samples(NamedTuple):
    """Stored bands and live samples, column by column: when (Unix seconds), and what was told from then on."""

    at: list[float]
    low: list[float]
    high: list[float]
    mean: list[float]
    last: list[float]

    def add(self, at: float, value: float) -> None:
        for column, each in zip(self, _single(at, value), strict=True):
            column.append(each)

    def part(self, cut: slice) -> Samples:
        return Samples(*(column[cut] for column in self))


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
        """Everything known, for the chart; a value that holds is drawn on as long as it is known to have held.

        Of a switch or a code the last value of each band is drawn: between two states there is none.
        """
        steps, known = is_steps(self.point), self._samples()
        if steps and known.at and known.at[-1] < self.held_until:
            known.add(self.held_until, known.last[-1])
        return Line(
            self.name(words), unit_key(self.point), known.at, known.last if is_state(self.point) else known.mean,
            known.low, known.high, tone, silence(self.point, self.bands), steps, self.point.decimals, self.told(words),
        )  # fmt: skip

    def stored(self, since: float, until: float) -> Samples:
        """Only what was told between the times, nothing held or bridged: for a table."""
        known = self._samples()
        return known.part(slice(bisect_left(known.at, since), bisect_right(known.at, until)))

    def figures(self, since: float, until: float) -> Figures | None:
        """Of what is seen. What held when the period began counts from there."""
        known = self._samples()
        at, steps = known.at, is_steps(self.point)
        newest = at[-1] if at else 0.0
        first, end = bisect_left(at, since), bisect_right(at, until)
        if steps and first and (first == len(at) or at[first] > since):
            first -= 1
            at[first] = since
        gap = silence(self.point, self.bands)
        edge = min(until, max(self.held_until, newest)) if steps else until
        if steps and edge < since:
            return None
        return figures(*known.part(slice(first, end)), gap, edge)

    def _samples(self) -> Samples:
        bands = self.bands
        known = Samples(
            [band.at_ms / 1000 for band in bands], [band.low for band in bands], [band.high for band in bands],
            [band.mean for band in bands], [band.last for band in bands],
        )  # fmt: skip
        if self.before is not None:
            known = Samples(*([first, *column] for first, column in zip(_single(*self.before), known, strict=True)))
        newest = known.at[-1] if known.at else 0.0
        for when, value in self.live:
            if when > newest:
                known.add(when, value)
        return known

    def limits(self) -> tuple[Limit, ...]:
        """To be drawn beside the values; a state has none of a height."""
        return () if is_state(self.point) else limits_of(self.view.thing.model, self.point.name)

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


def _single(at: float, value: float) -> tuple[float, float, float, float, float]:
    """A row of `Samples` that is one sample."""
    return at, value, value, value, value


def as_number(value: Value | None) -> float | None:
    """The value as a height: yes is 1, no is 0; None for text."""
    return float(value) if isinstance(value, (bool, int, float)) else None


def rows_of(words: Words, subjects: Sequence[Subject], seen: Sequence[Samples]) -> list[list[Cell]]:
    """A table of what is seen: one row a line and time. Times carry their offset; numbers stay numbers, and a code has no
    mean."""
    heads = ("time", "thing", "place", "point", "unit", "mean", "low", "high", "last", "id")
    rows: list[list[Cell]] = [[words(f"trends.column.{head}") for head in heads]]
    for subject, samples in zip(subjects, seen, strict=True):
        thing, point = one_line(subject.view.name), one_line(words.of(subject.point.title))
        place = " / ".join(subject.view.place_path)
        for when, low, high, mean, last in zip(*samples, strict=True):
            numbers: list[Cell] = [round(value, 6) for value in (mean, low, high, last)]
            if subject.point.labels:
                numbers[0] = ""
            rows.append([_time(when), thing, place, point, subject.point.symbol, *numbers, subject.pick.key])
    return rows


def _time(at: float) -> str:
    return local(datetime.fromtimestamp(at, UTC)).isoformat(sep=" ", timespec="milliseconds")
