"""All things of a kind, a system or a place as tiles: who needs a look stands first, who is silent is seen at once."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from ui.parts.badge import paint_mark, tone_colors
from ui.parts.ink import draw_chip, draw_text, hatch, metrics, soft
from ui.parts.series import Sample
from ui.parts.sparkline import paint_spark
from ui.parts.value import Shown, draw_quality, value_ink
from ui.theme.fonts import Weight
from ui.theme.tokens import px, theme
from ui.things.cells import LiveCells
from ui.things.state import StateWord


@dataclass(frozen=True, slots=True)
class Spark:
    """A value's recent past. Two are the same when they were read at the same moment."""

    read_at: float
    since: float
    samples: tuple[Sample, ...] = ()
    steps: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """What a tile shows. Equal tiles look the same."""

    name: str
    place: str
    state: StateWord
    title: str
    value: Shown
    spark: Spark | None = None
    """None for a value that is no number."""
    brief: str = ""
    """The value's note in a word or two, for where there is no room for it whole."""
    gone: bool = False
    """Nobody answers there: the whole tile is hatched, whatever its values said last."""

    def spoken(self) -> str:
        told = self.value.spoken(self.title)
        return ", ".join(part for part in (self.name, self.place, self.state.spoken(), told) if part)


SPLIT = 0.52
"""The share of a tile's width that a figure has beside its small line."""


class ThingWall(LiveCells[Tile]):
    """Tiles in as many columns as the width allows."""

    HEIGHT, LEAST, GAP = 120, 216, 8

    def paint_cell(self, painter: QPainter, area: QRectF, cell: Tile, current: bool, focused: bool) -> None:
        _paint_ground(painter, area, cell, current, focused)
        inside = area.adjusted(12, 8, -12, -8)
        dead = cell.gone or cell.value.quality in ("offline", "stale", "none", "bad")
        name = QRectF(inside.left(), inside.top(), inside.width(), 20)
        if cell.value.simulated:
            chip = metrics("caption").horizontalAdvance(cell.value.simulated) + 10
            draw_chip(painter, inside.right() - chip, name.center().y(), cell.value.simulated)
            name = name.adjusted(0, 0, -chip - 8, 0)
        draw_text(painter, name, cell.name, "body", "ink2" if cell.gone else "ink", 500)
        draw_text(painter, QRectF(inside.left(), inside.top() + 19, inside.width(), 18), cell.place, "caption", "ink3")
        _paint_value(painter, QRectF(inside.left(), inside.top() + 42, inside.width(), 40), cell, dead)
        _paint_state(painter, QRectF(inside.left(), inside.bottom() - 18, inside.width(), 18), cell)


def _paint_ground(painter: QPainter, area: QRectF, cell: Tile, current: bool, focused: bool) -> None:
    colors, radius = theme(), px("radius", "control")
    urgent = cell.state.tone != "quiet"
    ink, ground = tone_colors(cell.state.tone)
    frame = area.adjusted(0.5, 0.5, -0.5, -0.5)
    painter.setPen(QPen(ink if urgent else colors.color("line"), 1))
    painter.setBrush(ground if urgent else colors.color("surface"))
    painter.drawRoundedRect(frame, radius, radius)
    if cell.gone:
        hatch(painter, frame, radius)
    if current:
        painter.setPen(QPen(colors.color("accent"), 2.5 if focused else 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush if urgent else soft("accent", 18))
        painter.drawRoundedRect(area.adjusted(1.5, 1.5, -1.5, -1.5), radius, radius)


def _paint_value(painter: QPainter, room: QRectF, cell: Tile, dead: bool) -> None:
    told, spark = cell.value, cell.spark
    unit = metrics("table").horizontalAdvance(told.unit) + 4 if told.unit else 0.0
    wide = metrics("section", 600).horizontalAdvance(told.text) + unit
    if spark is not None and wide > room.width() * SPLIT - 8:
        # A figure without its last digits is another figure: the line gives way.
        spark = None
    split = room.width() * (SPLIT if spark is not None else 1.0)
    draw_text(painter, QRectF(room.left(), room.top(), split - 8, 16), cell.title, "caption", "ink3")
    figure = QRectF(room.left(), room.top() + 16, split - 8, 24)
    taken = draw_text(
        painter,
        figure.adjusted(0, 0, -unit, 0),
        told.text,
        "section" if wide <= split - 8 else "table",
        "ink3" if dead else value_ink(told),
        600,
    )
    if told.unit:
        draw_text(
            painter, QRectF(figure.left() + taken + 4, figure.top() + 2, unit + 1, 22), told.unit, "table", "ink3"
        )
    if spark is not None:
        area = QRectF(room.left() + split, room.top() + 8, room.width() - split - 3, 26)
        window = (spark.since, spark.read_at)
        paint_spark(painter, area, spark.samples, window, steps=spark.steps, live=not dead)


def _paint_state(painter: QPainter, line: QRectF, cell: Tile) -> None:
    """The state's word at the left, the value's age or trouble at the right: in full where there is room for both, else in
    brief, and then it is the word that yields. An age is never left out."""
    told, urgent = cell.value, cell.state.tone != "quiet"
    left = line.left()
    if cell.state.mark:
        paint_mark(painter, QPointF(left + 5, line.center().y()), cell.state.mark, tone_colors(cell.state.tone)[0])
        left += 15
    weight: Weight = 500 if urgent else 400
    word = metrics("caption", weight).horizontalAdvance(cell.state.text)
    marked = told.quality not in ("good", "none")
    notes = [note for note in (told.note, cell.brief) if note and note != cell.state.text]
    wide = [metrics("caption").horizontalAdvance(note) + (14 if marked else 0) for note in notes]
    room = line.right() - left - 12
    fitting = next((n for n, each in enumerate(wide) if word + each <= room), len(notes) - 1)
    taken = wide[fitting] if notes else 0.0
    box = QRectF(left, line.top(), room - taken + (0 if notes else 12), line.height())
    draw_text(painter, box, cell.state.text, "caption", cell.state.tone if urgent else "ink2", weight)
    if notes:
        if marked:
            draw_quality(painter, QRectF(line.right() - taken, line.center().y() - 5, 9, 9), told.quality)
        rest = QRectF(line.right() - taken, line.top(), taken, line.height())
        draw_text(painter, rest, notes[fitting], "caption", "ink3", align=Qt.AlignmentFlag.AlignRight)
