"""A single-line diagram: incomers, one busbar, feeders, each with its breaker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from desktop.kernel.words import Words
from desktop.things.model import Feeder, OneLineMimic, Priority, ThingModel
from ui.parts.ink import draw_priority, draw_text, hatch, metrics
from ui.theme.tokens import theme
from ui.things.mimics.base import Looking, MimicView, Scene, Sight, draw_line, draw_sight

Breaker = Literal["closed", "open", "tripped", "unknown", "none"]
"""Filled square: closed. Hollow: open. Hollow with a cross: tripped. Dashed: nobody knows. None: it has no breaker."""

COLUMN = 92.0
"""The least width of a feeder that hangs from the busbar; narrower ones stand beside it as lines."""
LINE, SQUARE = 46.0, 14.0
INCOMER, HANGING = 104.0, 122.0
INCOMER_LEAST, BUS_VALUES = 110.0, 190.0


@dataclass(frozen=True, slots=True)
class Branch:
    """An incomer or a feeder."""

    title: str
    breaker: Breaker
    word: str
    live: bool
    trip: Priority | None
    values: tuple[Sight, ...]


@dataclass(frozen=True, slots=True)
class OneLineScene(Scene):
    incomers: tuple[Branch, ...]
    feeders: tuple[Branch, ...]
    values: tuple[Sight, ...]


class OneLineView(MimicView):
    """Feeders hang from the busbar where there is room, and stand beside it one under another where there is not."""

    def __init__(self, mimic: OneLineMimic, model: ThingModel, words: Words) -> None:
        super().__init__(model, words, words("things.mimic.one_line", title=words.of(model.title)))
        self._mimic = mimic
        widest = max((metrics("table", 500).horizontalAdvance(words.of(f.title)) for f in mimic.feeders), default=0.0)
        self._column = max(COLUMN, widest + 14)

    def scene(self, look: Looking) -> OneLineScene:
        incomers = tuple(self._branch(look, feeder) for feeder in self._mimic.incomers)
        feeders = tuple(self._branch(look, feeder) for feeder in self._mimic.feeders)
        values = look.all(self._mimic.values)
        return OneLineScene(*look.trust(), incomers, feeders, values)

    def _branch(self, look: Looking, feeder: Feeder) -> Branch:
        closed, tripped = look.at(feeder.closed), look.at(feeder.tripped)
        values = look.all(feeder.values)
        told = [sight for sight in (closed, tripped) if sight is not None]
        state: Breaker = "none"
        if tripped is not None and tripped.on:
            state = "tripped"
        elif closed is not None and closed.on is not None:
            state = "closed" if closed.on else "open"
        elif told:
            state = "unknown"
        word = "" if state == "none" else self._words(f"things.mimic.breaker.{state}")
        trip = look.trouble(feeder.tripped) if state == "tripped" else None
        live = all(sight.live for sight in (told or values)) and bool(told or values)
        return Branch(look.words.of(feeder.title), state, word, live, trip, values)

    def spoken(self, scene: Scene) -> str:
        assert isinstance(scene, OneLineScene)
        parts = [sight.spoken() for sight in scene.values]
        for branch in (*scene.incomers, *scene.feeders):
            said = ", ".join(part for part in (branch.word, *(value.text for value in branch.values)) if part)
            parts.append(f"{branch.title} {said}".strip())
        return "; ".join(parts)

    def height_for(self, width: float) -> float:
        feeders = len(self._mimic.feeders)
        below = HANGING if self._hang(width, feeders) else LINE * feeders
        return INCOMER + 18 + below + 12

    def _hang(self, width: float, feeders: int) -> bool:
        return feeders * self._column <= width - 20

    def paint(self, painter: QPainter, area: QRectF, scene: Scene) -> None:
        assert isinstance(scene, OneLineScene)
        area = area.adjusted(10, 6, -10, 0)
        bus = area.top() + INCOMER
        # The busbar carries what the incomers bring; drawn as known only while one of them is.
        ink = "ink" if any(branch.live for branch in scene.incomers) else "ink3"
        beside = area.width() - (BUS_VALUES if scene.values else 0.0)
        wide = min(240.0, max(INCOMER_LEAST, beside / max(1, len(scene.incomers))))
        for n, branch in enumerate(scene.incomers):
            column = QRectF(area.left() + n * wide, area.top(), wide, INCOMER)
            self._paint_hanging(painter, column, branch, column.top(), bus)
        draw_line(painter, (area.left(), bus), (area.right(), bus), ink=ink, width=4)
        self._paint_bus_values(painter, area, bus, scene.values, wide * len(scene.incomers))
        if self._hang(area.width() + 20, len(scene.feeders)):
            across = area.width() / max(1, len(scene.feeders))
            for n, branch in enumerate(scene.feeders):
                column = QRectF(area.left() + n * across, bus, across, HANGING)
                self._paint_hanging(painter, column, branch, bus, bus + HANGING)
            return
        last = bus + 18 + LINE * (len(scene.feeders) - 0.5)
        draw_line(painter, (area.left() + 2, bus), (area.left() + 2, last), ink=ink, width=4)
        for n, branch in enumerate(scene.feeders):
            self._paint_beside(painter, QRectF(area.left(), bus + 18 + LINE * n, area.width(), LINE), branch)

    def _paint_bus_values(
        self, painter: QPainter, area: QRectF, bus: float, values: tuple[Sight, ...], taken: float
    ) -> None:
        """At the right above the busbar, one line a value; bare of their titles where incomers fill the width."""
        room = area.width() - taken
        titled = room >= BUS_VALUES - 10
        left = area.right() - min(BUS_VALUES, room) if titled else area.right() - 84
        top = bus - 24 * len(values) - 6
        for sight in values:
            line = QRectF(left, top, area.right() - left, 22)
            if titled:
                draw_text(painter, line.adjusted(0, 0, -84, 0), sight.title, "caption", "ink3")
            draw_sight(painter, line, sight, "table", 500, Qt.AlignmentFlag.AlignRight)
            top += 24

    def _paint_hanging(self, painter: QPainter, column: QRectF, branch: Branch, top: float, bottom: float) -> None:
        """A branch downwards: line, breaker, words at the right of it."""
        x = column.left() + 16
        incoming = bottom - top < HANGING
        low = bottom if incoming else bottom - 56
        y = top + (52 if incoming else 30)
        self._paint_wire(painter, x, top + (22 if incoming else 0), low, y, branch)
        if not incoming:
            tip = "ink2" if branch.live else "ink3"
            draw_line(painter, (x - 4, low - 6), (x, low), (x + 4, low - 6), ink=tip)
        self._paint_breaker(painter, x, y, branch)
        words = QRectF(x + 16, y - 10, column.right() - x - 18, 20)
        if incoming:
            title = QRectF(column.left() + 6, top, column.width() - 8, 20)
            draw_text(painter, title, branch.title, "table", "ink", 500)
            self._paint_values(painter, words.translated(0, 21), branch)
        else:
            title = QRectF(column.left() + 4, low + 4, column.width() - 8, 20)
            draw_text(painter, title, branch.title, "table", "ink", 500)
            self._paint_values(painter, title.translated(0, 22), branch)
        self._paint_word(painter, words, branch)

    def _paint_beside(self, painter: QPainter, line: QRectF, branch: Branch) -> None:
        """A branch to the right of the busbar."""
        y, x = line.center().y(), line.left() + 34
        ink = "ink2" if branch.live else "ink3"
        draw_line(painter, (line.left() + 2, y), (x - SQUARE / 2, y), ink=ink)
        through = branch.breaker in ("closed", "none")
        draw_line(
            painter,
            (x + (SQUARE / 2 if branch.breaker != "none" else 0), y),
            (x + 24, y),
            ink=ink if through else "ink3",
        )
        self._paint_breaker(painter, x, y, branch)
        room = QRectF(x + 32, y - 20, line.right() - x - 32, 20)
        draw_text(painter, room.adjusted(0, 0, -110, 0), branch.title, "table", "ink", 500)
        self._paint_word(painter, room.translated(0, 20), branch)
        align = Qt.AlignmentFlag.AlignRight
        for n, value in enumerate(branch.values[:2]):
            draw_sight(
                painter, room.translated(0, 10 if len(branch.values) == 1 else 20 * n), value, "table", align=align
            )

    def _paint_wire(self, painter: QPainter, x: float, top: float, bottom: float, y: float, branch: Branch) -> None:
        ink = "ink2" if branch.live else "ink3"
        half = SQUARE / 2 if branch.breaker != "none" else 0.0
        draw_line(painter, (x, top), (x, y - half), ink=ink)
        draw_line(painter, (x, y + half), (x, bottom), ink=ink)

    def _paint_breaker(self, painter: QPainter, x: float, y: float, branch: Branch) -> None:
        if branch.breaker == "none":
            return
        half = SQUARE / 2
        box = QRectF(x - half, y - half, SQUARE, SQUARE)
        ink = "ink" if branch.live else "ink3"
        color = branch.trip if branch.trip and branch.live else ink
        style = Qt.PenStyle.DashLine if branch.breaker == "unknown" else Qt.PenStyle.SolidLine
        painter.setPen(QPen(theme().color(color), 1.6, style))
        filled = "ink2" if branch.live else "line_strong"
        painter.setBrush(theme().color(filled if branch.breaker == "closed" else "surface"))
        painter.drawRect(box)
        if not branch.live:
            hatch(painter, box)
        if branch.breaker == "tripped":
            draw_line(painter, (x - half, y - half), (x + half, y + half), ink=color)
            draw_line(painter, (x - half, y + half), (x + half, y - half), ink=color)

    def _paint_word(self, painter: QPainter, room: QRectF, branch: Branch) -> None:
        if branch.trip is not None:
            draw_priority(painter, QRectF(room.left(), room.center().y() - 5, 10, 10), branch.trip, filled=branch.live)
            room = room.adjusted(15, 0, 0, 0)
        tone = (branch.trip or "ink2") if branch.live else "ink3"
        draw_text(painter, room, branch.word, "caption", tone, 500 if branch.trip else 400)

    def _paint_values(self, painter: QPainter, room: QRectF, branch: Branch) -> None:
        for n, value in enumerate(branch.values[:2]):
            draw_sight(painter, room.translated(0, 20 * n), value, "table", 400)
