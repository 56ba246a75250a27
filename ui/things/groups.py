"""The other readings of a thing, under the headings of its model, in as many columns as the width allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.alarms.views import AlarmView
from desktop.kernel.words import Words
from desktop.things.model import Panel, Point, Reading
from ui.parts.detail import section
from ui.parts.layout import clear
from ui.parts.value import Shown, shown
from ui.things.figures import NONE_YET
from ui.things.points import ROW, PointTable
from ui.things.state import priority_of

COLUMN_LEAST = 340
"""Pixels that a line with name, value and age needs."""
HEADING = 48
GAP = 28


def grouped(panel: Panel, points: Sequence[Point], words: Words, rest: str) -> list[tuple[str, list[Point]]]:
    """Points under their headings, in the model's order; what no group names stands last under `rest`."""
    left = {point.name: point for point in points}
    found: list[tuple[str, list[Point]]] = []
    for group in panel.groups:
        own = [left.pop(name) for name in group.points if name in left]
        if own:
            found.append((words.of(group.title), own))
    return [*found, (rest, list(left.values()))] if left else found


def spread(heights: Sequence[int], columns: int) -> list[int]:
    """How many of the groups stand in each column, in order, so that the highest column is as low as can be."""
    if columns == 1 or len(heights) < 2:
        return [len(heights)]
    cut = min(range(1, len(heights)), key=lambda n: max(sum(heights[:n]), sum(heights[n:])))
    return [cut, len(heights) - cut]


class PointGroups(QWidget):
    """One table a heading. `show_points` builds them, `tick` moves their values."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._groups: list[tuple[str, list[Point], PointTable]] = []
        self._sections: list[QWidget] = []
        self._columns = 0
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(GAP)
        self._boxes = [QVBoxLayout(), QVBoxLayout()]
        for box in self._boxes:
            box.setSpacing(20)
            self._row.addLayout(box, 1)

    def show_points(self, panel: Panel, points: Sequence[Point]) -> None:
        """Other points under other headings."""
        for box in self._boxes:
            clear(box)
        self._groups, self._sections = [], []
        title = self._words("things.panel.points" if not panel.groups else "things.panel.more_points")
        for heading, own in grouped(panel, points, self._words, title):
            table = PointTable(heading)
            table.show_points([self._words.of(point.title) for point in own], [_unseen(p, self._words) for p in own])
            self._groups.append((heading, own, table))
            self._sections.append(section(heading, table))
        self._columns = 0
        self.setVisible(bool(self._groups))
        self._arrange()

    def headings(self) -> list[str]:
        return [heading for heading, _, _ in self._groups]

    def columns(self) -> int:
        """How many columns are drawn now."""
        return self._columns

    def texts(self) -> list[tuple[str, str, str, str]]:
        """(title, value, unit, note) of every line."""
        return [text for _, _, table in self._groups for text in table.texts()]

    def tick(self, readings: Mapping[str, Reading], alarms: Sequence[AlarmView], now: float) -> None:
        """What the latest-value table holds now (Unix seconds)."""
        for _, points, table in self._groups:
            told = [
                shown(p, readings.get(p.name, NONE_YET), self._words, now, priority=priority_of(alarms, p.name))
                for p in points
            ]
            table.show_points([self._words.of(point.title) for point in points], told)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        wide = self.width() >= 2 * COLUMN_LEAST + GAP
        columns = 2 if wide and len(self._sections) > 1 else 1
        if columns == self._columns:
            return
        self._columns = columns
        for box in self._boxes:
            while box.takeAt(0) is not None:
                pass
        counts = spread([HEADING + ROW * len(points) for _, points, _ in self._groups], columns)
        sections = iter(self._sections)
        for box, count in zip(self._boxes, counts, strict=False):
            for _ in range(count):
                box.addWidget(next(sections))
            box.addStretch(1)
        self._row.setStretch(1, 1 if columns == 2 else 0)
        self._row.setSpacing(GAP if columns == 2 else 0)


def _unseen(point: Point, words: Words) -> Shown:
    return shown(point, NONE_YET, words, 0.0)
