"""A lift's shaft with its car."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from desktop.alarms.views import AlarmView
from desktop.kernel.words import Words
from desktop.things.limits import URGENCY
from desktop.things.model import Priority, ShaftMimic, ThingModel
from ui.parts.ink import draw_priority, draw_text, hatch, metrics
from ui.theme.tokens import theme
from ui.things.mimics.base import Looking, MimicView, Scene, Sight, draw_line, draw_shape, draw_sight, ink_for

HEIGHT, SHAFT = 232.0, 72.0
UP, DOWN = 1, 2


@dataclass(frozen=True, slots=True)
class ShaftScene(Scene):
    floor: Sight | None
    lowest: int
    highest: int
    direction: Sight | None
    door_closed: Sight | None
    occupied: Sight | None
    alarm: tuple[Priority, str, bool] | None
    """The most urgent one: priority, title, and whether people are in danger."""


class ShaftView(MimicView):
    """The car at its floor with door, people and direction; an alarm of life safety is a frame around the car."""

    def __init__(self, mimic: ShaftMimic, model: ThingModel, words: Words) -> None:
        super().__init__(model, words, words("things.mimic.shaft", title=words.of(model.title)))
        self._mimic = mimic
        self._lowest, self._highest = _served(model, mimic.floor)

    def scene(self, look: Looking) -> ShaftScene:
        floor = look.at(self._mimic.floor)
        if floor is not None and floor.number is not None:
            # What the model cannot know of this building is learnt from where the car goes.
            self._lowest = min(self._lowest, int(floor.number))
            self._highest = max(self._highest, int(floor.number))
        mimic = self._mimic
        direction, door, people = look.at(mimic.direction), look.at(mimic.door_closed), look.at(mimic.occupied)
        span = self._lowest, self._highest
        return ShaftScene(*look.trust(), floor, *span, direction, door, people, self._alarm(look.alarms))

    def _alarm(self, alarms: Sequence[AlarmView]) -> tuple[Priority, str, bool] | None:
        first = min(alarms, key=lambda alarm: (URGENCY[alarm.priority], not alarm.life_safety), default=None)
        return None if first is None else (first.priority, self._words.of(first.title), first.life_safety)

    def spoken(self, scene: Scene) -> str:
        assert isinstance(scene, ShaftScene)
        sights = (scene.floor, scene.direction, scene.door_closed, scene.occupied)
        parts = [sight.spoken() for sight in sights if sight is not None]
        return "; ".join([scene.alarm[1], *parts] if scene.alarm else parts)

    def height_for(self, width: float) -> float:
        return HEIGHT

    def paint(self, painter: QPainter, area: QRectF, scene: Scene) -> None:
        assert isinstance(scene, ShaftScene)
        shaft = QRectF(area.left() + 48, area.top() + 10, SHAFT, area.height() - 22)
        self._paint_shaft(painter, shaft, scene)
        car = self._car(shaft, scene)
        if car is not None:
            self._paint_car(painter, car, scene)
        self._paint_words(
            painter, QRectF(shaft.right() + 28, area.top() + 8, area.right() - shaft.right() - 36, 0), scene
        )

    def _step(self, shaft: QRectF, scene: ShaftScene) -> float:
        return shaft.height() / max(1, scene.highest - scene.lowest + 1)

    def _car(self, shaft: QRectF, scene: ShaftScene) -> QRectF | None:
        if scene.floor is None or scene.floor.number is None:
            return None
        step = self._step(shaft, scene)
        middle = shaft.bottom() - step * (scene.floor.number - scene.lowest + 0.5)
        height = min(44.0, max(30.0, step))
        top = min(max(shaft.top(), middle - height / 2), shaft.bottom() - height)
        return QRectF(shaft.left() + 12, top, shaft.width() - 24, height)

    def _paint_shaft(self, painter: QPainter, shaft: QRectF, scene: ShaftScene) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("sunken"))
        painter.drawRect(shaft)
        if scene.quality == "offline":
            hatch(painter, shaft)
        draw_line(painter, (shaft.left(), shaft.top()), (shaft.left(), shaft.bottom()), ink="line_strong")
        draw_line(painter, (shaft.right(), shaft.top()), (shaft.right(), shaft.bottom()), ink="line_strong")
        step = self._step(shaft, scene)
        every = next(n for n in (1, 2, 5, 10, 20, 50, 100) if step * n >= 16)
        for floor in range(scene.lowest, scene.highest + 1):
            y = shaft.bottom() - step * (floor - scene.lowest)
            if floor % every == 0 or floor in (scene.lowest, scene.highest):
                label = QRectF(shaft.left() - 44, y - step / 2 - 8, 36, 16)
                near = floor not in (scene.lowest, scene.highest) and (
                    abs(floor - scene.lowest) * step < 16 or abs(floor - scene.highest) * step < 16
                )
                if not near:
                    draw_text(
                        painter, label, f"{floor}".replace("-", "−"), "caption", "ink3",
                        align=Qt.AlignmentFlag.AlignRight,
                    )  # fmt: skip
            draw_line(painter, (shaft.left() - 4, y), (shaft.left(), y), ink="line_strong", width=1)

    def _paint_car(self, painter: QPainter, car: QRectF, scene: ShaftScene) -> None:
        live = scene.floor is not None and scene.floor.live
        danger = scene.alarm is not None and scene.alarm[2]
        ink = scene.alarm[0] if danger and scene.alarm else ("ink" if live else "ink3")
        painter.setPen(QPen(theme().color(ink), 3 if danger else 1.6))
        painter.setBrush(theme().color(f"{ink}_soft" if danger else "surface"))
        painter.drawRect(car)
        if not live:
            hatch(painter, car)
        if scene.occupied is not None and scene.occupied.on:
            _person(painter, QPointF(car.center().x(), car.center().y()), ink_for(scene.occupied))
        door = scene.door_closed
        if door is not None and door.on is not None:
            tone = ink_for(door)
            if door.on:
                # Two leaves that meet: the car is shut.
                draw_line(painter, (car.center().x(), car.top() + 2), (car.center().x(), car.top() + 7), ink=tone)
                draw_line(
                    painter, (car.left() + 2, car.bottom() - 4), (car.right() - 2, car.bottom() - 4), ink=tone, width=3
                )
            else:
                y = car.bottom() - 4
                draw_line(painter, (car.left() + 2, y), (car.left() + 10, y), ink=tone, width=3)
                draw_line(painter, (car.right() - 10, y), (car.right() - 2, y), ink=tone, width=3)
        if scene.direction is not None and scene.direction.number in (UP, DOWN):
            _arrow(painter, QPointF(car.right() + 24, car.center().y()), scene.direction)

    def _paint_words(self, painter: QPainter, room: QRectF, scene: ShaftScene) -> None:
        left, top, width = room.left(), room.top(), room.width()
        if scene.alarm is not None:
            priority, title, danger = scene.alarm
            role, height = ("section", 34.0) if danger else ("table", 26.0)
            box = QRectF(left - 4, top, width + 8, height)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color(f"{priority}_soft"))
            painter.drawRoundedRect(box, 6, 6)
            draw_priority(painter, QRectF(left + 6, box.center().y() - 6, 12, 12), priority)
            inner = box.adjusted(28, 0, -6, 0)
            draw_text(painter, inner, title, "section" if role == "section" else "table", priority, 600)
            top += height + 10
        if scene.floor is not None:
            draw_text(painter, QRectF(left, top, width, 18), scene.floor.title, "caption", "ink3")
            draw_sight(painter, QRectF(left, top + 17, width, 40), scene.floor, "figure", 600)
            top += 64
        for sight in (scene.direction, scene.door_closed, scene.occupied):
            if sight is None:
                continue
            name = min(width * 0.5, max(72.0, metrics("table").horizontalAdvance(sight.title) + 16))
            draw_text(painter, QRectF(left, top, name - 8, 24), sight.title, "table", "ink2")
            draw_sight(painter, QRectF(left + name, top, width - name, 24), sight, "table", 500)
            top += 26


def _served(model: ThingModel, floor: str) -> tuple[int, int]:
    """The floors to begin with: what the kind simulates, else a small house. A model's own range is every lift's."""
    point = model.point(floor)
    if point is None:
        return 1, 6
    low, high = point.simulate.get("lowest"), point.simulate.get("highest")
    return (int(low), int(high)) if isinstance(low, int) and isinstance(high, int) and high > low else (1, 6)


def _person(painter: QPainter, centre: QPointF, ink: str) -> None:
    color = theme().color(ink)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(centre + QPointF(0, -7), 3.4, 3.4)
    painter.drawRoundedRect(QRectF(centre.x() - 5, centre.y() - 2.5, 10, 10), 4, 4)


def _arrow(painter: QPainter, centre: QPointF, direction: Sight) -> None:
    up = -1 if direction.number == UP else 1
    x, y = centre.x(), centre.y()
    ink = ink_for(direction)
    draw_shape(
        painter, [(x, y + 7 * up), (x + 6, y - 3 * up), (x - 6, y - 3 * up)], ink, fill=ink if direction.live else ""
    )
