"""Counters of a thing: what each stands at, and what was used today against yesterday."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from desktop.kernel.words import Words
from desktop.things.counters import consumption, per_interval
from desktop.things.model import Point, Reading
from ui.parts.ink import draw_text, hatch, metrics
from ui.parts.layout import clear
from ui.parts.value import UNKNOWN, Shown, paint_note, shown, since_words, value_words
from ui.parts.when import local, midnight
from ui.theme.tokens import theme
from ui.things.figures import NONE_YET
from ui.things.groups import GAP

Samples = Sequence[tuple[float, float]]
SPACING = 8
HEARD = ("good", "uncertain")
LEAST = 236
"""Pixels that a counter with its bars needs."""


@dataclass(frozen=True, slots=True)
class Used:
    """What a counter says was used, in its own unit. None: nothing recorded for that time."""

    today: float | None = None
    yesterday: float | None = None
    since: float | None = None
    """Unix seconds: the record of yesterday begins only here."""


def day_edges(now: float) -> tuple[float, float, float]:
    """Midnight before yesterday, before today, and now, in Unix seconds of the community's own days."""
    today = local(datetime.fromtimestamp(now, UTC)).date()
    return midnight(today - timedelta(days=1)).timestamp(), midnight(today).timestamp(), now


def used(point: Point, samples: Samples, now: float, heard: bool = True) -> Used:
    """Today's and yesterday's use from stored readings; raises ValueError for a point that is no counter.

    Of a counter that is not `heard` any more nothing is known after its last reading: that is no use of zero."""
    if point.counter is None:
        raise ValueError(f"{point.name} is no counter")
    if not samples:
        return Used()
    edges = day_edges(now)
    begin = samples[0][0]
    # A counter is stored when it moves: one whose last sample is of yesterday has used nothing today.
    until = [*samples, (now, samples[-1][1])] if heard and samples[-1][0] < now else list(samples)
    end = until[-1][0]
    if end <= edges[0]:
        return Used()
    parts = per_interval(until, point.counter, edges)
    if begin >= edges[1]:
        return Used(today=consumption(until, point.counter).used)
    late = begin if begin > edges[0] + 3600 else None
    return Used(parts[1].used if end > edges[1] else None, parts[0].used, late)


class MeterRow(QWidget):
    """Reading, age, and a pair of bars: today above, yesterday below it."""

    HEIGHT = 84
    WORD, FIGURE = 40.0, 84.0

    def __init__(self, point: Point, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.point, self._words = point, words
        self._title = words.of(point.title)
        self._shown: Shown = shown(point, NONE_YET, words, 0.0)
        self._used, self._now = Used(), 0.0
        self._samples: Samples = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(self.HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._speak()

    def show_value(self, told: Shown) -> None:
        """The counter's own reading."""
        if told != self._shown:
            turned = (told.quality in HEARD) != (self._shown.quality in HEARD)
            self._shown = told
            if turned and self._samples:
                self.show_samples(self._samples, self._now)
            self._speak()
            self.update()

    def show_samples(self, samples: Samples, now: float) -> None:
        """Stored readings of two days, as of now (Unix seconds)."""
        self._samples = samples
        self.show_used(used(self.point, samples, now, self._shown.quality in HEARD), now)

    def show_used(self, used_: Used, now: float) -> None:
        """What was used; `now` in Unix seconds."""
        self._now = now
        if used_ != self._used:
            self._used = used_
            self._speak()
            self.update()

    def texts(self) -> tuple[str, str]:
        """Today's and yesterday's use as they are read."""
        return self._amount(self._used.today), self._amount(self._used.yesterday)

    def sizeHint(self) -> QSize:
        return QSize(LEAST, self.HEIGHT)

    def _speak(self) -> None:
        today, yesterday = self.texts()
        self.setAccessibleName(self._shown.spoken(self._title))
        self.setAccessibleDescription(self._words("things.meter.spoken", today=today, yesterday=yesterday))

    def _amount(self, amount: float | None) -> str:
        if amount is None:
            return UNKNOWN
        text, unit = value_words(self.point, round(amount, max(1, self.point.decimals)), self._words)
        return f"{text} {unit}".strip()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        told, width = self._shown, float(self.width())
        value = f"{told.text} {told.unit}".strip()
        taken = metrics("table", 500).horizontalAdvance(value) + 1
        head = QRectF(0, 2, width, 22)
        box = QRectF(width - taken, head.top(), taken + 1, 22)
        draw_text(painter, head.adjusted(0, 0, -taken - 12, 0), self._title, "table", "ink2")
        if told.quality == "offline":
            hatch(painter, box.adjusted(-4, 1, 3, -1), 3)
        ink = "ink" if told.quality in ("good", "uncertain") else "ink3"
        draw_text(painter, box, value, "table", ink, 500)
        most = max(self._used.today or 0.0, self._used.yesterday or 0.0)
        for n, (key, amount) in enumerate((("today", self._used.today), ("yesterday", self._used.yesterday))):
            self._paint_bar(painter, QRectF(0, 26 + 18 * n, width, 18), key, amount, most)
        note = QRectF(0, 62, width, 18)
        if self._used.since is not None:
            at = since_words(self._used.since, self._now, self._words)
            draw_text(painter, note, self._words("things.meter.since", at=at), "caption", "ink3")
        paint_note(painter, note, told, Qt.AlignmentFlag.AlignRight)

    def _paint_bar(self, painter: QPainter, line: QRectF, key: str, amount: float | None, most: float) -> None:
        draw_text(painter, line, self._words(f"things.meter.{key}"), "caption", "ink3")
        text = self._amount(amount)
        right = Qt.AlignmentFlag.AlignRight
        word = max(self.WORD, metrics("caption").horizontalAdvance(self._words("things.meter.yesterday")) + 10)
        draw_text(painter, line, text, "caption", "ink2" if amount is not None else "ink3", align=right)
        room = QRectF(word, line.center().y() - 4, max(0.0, line.width() - word - self.FIGURE), 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("sunken"))
        painter.drawRect(room)
        if amount is None or most <= 0:
            return
        live = self._shown.quality in ("good", "uncertain")
        painter.setBrush(theme().color(("ink2" if live else "ink3") if key == "today" else "line_strong"))
        bar = QRectF(room.left(), room.top(), room.width() * max(0.0, amount) / most, room.height())
        painter.drawRect(bar)
        if key == "today" and self._shown.quality == "offline":
            hatch(painter, room)


class Meters(QWidget):
    """The counters of one thing, two beside each other where there is room."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._rows: list[MeterRow] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setVerticalSpacing(SPACING)
        self._columns = 0

    def show_points(self, points: Sequence[Point]) -> None:
        """Other counters."""
        clear(self._grid)
        self._rows = [MeterRow(point, self._words) for point in points]
        self._columns = 0
        self._arrange()

    def rows(self) -> list[MeterRow]:
        return list(self._rows)

    def show_used(self, point: str, samples: Samples, now: float) -> None:
        """Stored readings of a counter since the day before yesterday's end."""
        for row in self._rows:
            if row.point.name == point:
                row.show_samples(samples, now)

    def tick(self, readings: Mapping[str, Reading], now: float) -> None:
        """What the latest-value table holds now (Unix seconds)."""
        for row in self._rows:
            row.show_value(shown(row.point, readings.get(row.point.name, NONE_YET), self._words, now))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        columns = 2 if self.width() >= 2 * LEAST + GAP else 1
        if columns == self._columns:
            return
        self._columns = columns
        for row in self._rows:
            self._grid.removeWidget(row)
        for n, row in enumerate(self._rows):
            self._grid.addWidget(row, n // columns, n % columns)
        lines = -(-len(self._rows) // columns)
        self.setFixedHeight(max(0, lines * (MeterRow.HEIGHT + SPACING) - SPACING))
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1 if columns == 2 else 0)
