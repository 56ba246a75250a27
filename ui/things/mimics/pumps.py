"""A tank, pumps in parallel and the pressure behind them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from desktop.kernel.words import Words
from desktop.things.limits import Limit, limits_of, worst
from desktop.things.model import Priority, Pump, PumpsMimic, ThingModel
from ui.parts.ink import draw_chip, draw_priority, draw_text, hatch, metrics
from ui.theme.tokens import theme
from ui.things.mimics.base import Looking, MimicView, Scene, Sight, draw_line, draw_shape, draw_sight, ink_for

ROW, TOP, LEAST_HEIGHT = 64.0, 34.0, 150.0
RADIUS = 15.0
NARROW, FOOT = 460.0, 24.0
"""Below this width the pressure has a line of its own at the foot."""
FULL = 100.0
"""A tank's level is told in per cent."""


@dataclass(frozen=True, slots=True)
class PumpSight:
    """One pump: stopped, running or in fault, or nobody knows."""

    title: str
    running: Sight | None
    word: str
    fault: Priority | None
    values: tuple[Sight, ...]


@dataclass(frozen=True, slots=True)
class PumpsScene(Scene):
    pumps: tuple[PumpSight, ...]
    level: Sight | None
    pressure: Sight | None
    automatic: Sight | None


class PumpsView(MimicView):
    """Water goes from left to right. A running pump is filled, a stopped one hollow, one in fault carries its mark."""

    def __init__(self, mimic: PumpsMimic, model: ThingModel, words: Words) -> None:
        super().__init__(model, words, words("things.mimic.pumps", title=words.of(model.title)))
        self._mimic = mimic
        self._limits: tuple[Limit, ...] = limits_of(model, mimic.level) if mimic.level else ()

    def scene(self, look: Looking) -> PumpsScene:
        pumps = tuple(self._pump(look, pump) for pump in self._mimic.pumps)
        level, pressure = look.at(self._mimic.level), look.at(self._mimic.pressure)
        automatic = look.at(self._mimic.automatic)
        return PumpsScene(*look.trust(), pumps, level, pressure, automatic)

    def _pump(self, look: Looking, pump: Pump) -> PumpSight:
        running, fault = look.at(pump.running), look.at(pump.fault)
        broken = look.trouble(pump.fault) if fault is not None and fault.on else None
        if fault is not None and broken is not None:
            word = fault.shown.text
        elif running is None or running.on is None:
            word = self._words("things.mimic.unknown")
        else:
            word = running.shown.text
        return PumpSight(look.words.of(pump.title), running, word, broken, look.all(pump.values))

    def spoken(self, scene: Scene) -> str:
        assert isinstance(scene, PumpsScene)
        parts = [sight.spoken() for sight in (scene.level, scene.pressure, scene.automatic) if sight is not None]
        for pump in scene.pumps:
            values = ", ".join(value.text for value in pump.values)
            parts.append(f"{pump.title} {pump.word}{', ' + values if values else ''}")
        return "; ".join(parts)

    def height_for(self, width: float) -> float:
        below = FOOT if width - 20 < NARROW and self._mimic.pressure else 0.0
        return max(LEAST_HEIGHT, TOP + ROW * len(self._mimic.pumps) + 8) + below

    def paint(self, painter: QPainter, area: QRectF, scene: Scene) -> None:
        assert isinstance(scene, PumpsScene)
        area = area.adjusted(10, 0, -10, 0)
        narrow = area.width() < NARROW
        tank = (84.0 if narrow else 112.0) if scene.level is not None else 0.0
        gauge = 124.0 if scene.pressure is not None and not narrow else 28.0
        rows = [area.top() + TOP + ROW * (n + 0.5) for n in range(len(scene.pumps))]
        left, right = area.left() + tank + (14 if tank else 10), area.right() - gauge - 10
        if scene.automatic is not None:
            self._paint_automatic(painter, area, scene.automatic)
        for y, pump in zip(rows, scene.pumps, strict=True):
            self._paint_pump(painter, left, right, y, pump, narrow)
        middle = (rows[0] + rows[-1]) / 2
        live = any(pump.running is not None and pump.running.live for pump in scene.pumps)
        ink = "ink2" if live else "ink3"
        draw_line(painter, (left, rows[0]), (left, rows[-1]), ink=ink)
        draw_line(painter, (right, rows[0]), (right, rows[-1]), ink=ink)
        if scene.level is not None:
            bottom = area.top() + max(LEAST_HEIGHT, TOP + ROW * len(rows)) - 12
            box = QRectF(area.left(), area.top() + 30, tank - 26, bottom - area.top() - 30)
            self._paint_tank(painter, box, scene.level)
            # Out at the bottom, under the marks of the limits.
            out = box.bottom() - 3
            draw_line(painter, (box.right(), out), (left, out), (left, rows[-1]), ink=ink)
        else:
            draw_line(painter, (area.left(), middle), (left, middle), ink=ink)
        self._paint_outlet(painter, QRectF(right, middle - 40, gauge + 10, 80), None if narrow else scene.pressure, ink)
        if narrow and scene.pressure is not None:
            foot = QRectF(left, area.bottom() - FOOT, area.right() - left, FOOT)
            wide = metrics("table").horizontalAdvance(scene.pressure.title) + 1
            draw_text(painter, QRectF(foot.left(), foot.top(), wide, FOOT), scene.pressure.title, "table", "ink2")
            draw_sight(painter, foot.adjusted(wide + 8, 0, 0, 0), scene.pressure, "table", 600)

    def _paint_automatic(self, painter: QPainter, area: QRectF, automatic: Sight) -> None:
        text = automatic.text if automatic.on is not None else self._words("things.mimic.unknown")
        width = metrics("caption").horizontalAdvance(text) + 9
        draw_chip(painter, area.right() - width, area.top() + 15, text)
        if automatic.on is False and automatic.live:
            # By hand is the state to be seen: nobody but a person starts the pump then.
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("ink2"))
            painter.drawRect(QRectF(area.right() - width - 14, area.top() + 11, 8, 8))

    def _paint_tank(self, painter: QPainter, box: QRectF, level: Sight) -> None:
        told = level.shown
        draw_text(painter, QRectF(box.left(), box.top() - 30, box.width() + 26, 16), level.title, "caption", "ink3")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("sunken"))
        painter.drawRect(box)
        number = level.number
        if number is not None:
            height = box.height() * min(1.0, max(0.0, number / FULL))
            water = QRectF(box.left(), box.bottom() - height, box.width(), height)
            broken = worst(self._limits, number) if level.live else None
            painter.setBrush(theme().color(f"{broken.priority}_soft" if broken else "line_strong"))
            painter.drawRect(water)
            if told.quality == "offline":
                hatch(painter, water)
            painter.setPen(QPen(theme().color(broken.priority if broken else ink_for(level)), 1.5))
            painter.drawLine(water.topLeft(), water.topRight())
        # Open above: a tank, not a box.
        edge = (
            (box.left(), box.top()),
            (box.left(), box.bottom()),
            (box.right(), box.bottom()),
            (box.right(), box.top()),
        )
        draw_line(painter, *edge, ink="ink2" if level.live else "ink3")
        last = -99.0
        for limit in self._limits:
            y = box.bottom() - box.height() * min(1.0, max(0.0, limit.value / FULL))
            draw_line(painter, (box.right() - 5, y), (box.right() + 4, y), ink="ink2", width=1)
            if abs(y - last) > 13:
                label = QRectF(box.right() + 6, y - 8, 24, 16)
                draw_text(painter, label, f"{limit.value:g}", "caption", "ink3")
                last = y
        text = QRectF(box.left() - 4, box.top() + 4, box.width() + 8, 22)
        draw_sight(painter, text, level, "body", 600, Qt.AlignmentFlag.AlignHCenter)

    def _paint_pump(
        self, painter: QPainter, left: float, right: float, y: float, pump: PumpSight, narrow: bool
    ) -> None:
        running = pump.running
        ink = ink_for(running)
        x = left + (24 if narrow else 40)
        draw_line(painter, (left, y), (x - RADIUS, y), ink="ink2" if ink == "ink" else "ink3")
        draw_line(painter, (x + RADIUS, y), (right, y), ink="ink2" if ink == "ink" else "ink3")
        on = running is not None and bool(running.on) and pump.fault is None
        live = running is not None and running.live
        painter.setPen(QPen(theme().color(pump.fault if pump.fault and live else ink), 2 if on else 1.5))
        painter.setBrush(theme().color("ink2" if on and live else "surface"))
        painter.drawEllipse(QPointF(x, y), RADIUS, RADIUS)
        if not live:
            hatch(painter, QRectF(x - RADIUS, y - RADIUS, 2 * RADIUS, 2 * RADIUS), RADIUS)
        blade = [(x - 6, y - 9), (x + 11, y), (x - 6, y + 9)]
        draw_shape(painter, blade, "surface" if on and live else ink, fill="surface" if on and live else "", width=1.2)
        if pump.fault is not None:
            draw_priority(painter, QRectF(x + 6, y - 20, 12, 12), pump.fault, filled=live)
        self._paint_words(painter, QRectF(x + RADIUS + 8, y - 22, right - x - RADIUS - 14, 44), pump, live)

    def _paint_words(self, painter: QPainter, room: QRectF, pump: PumpSight, live: bool) -> None:
        title_width = metrics("table").horizontalAdvance(pump.title)
        tone = (pump.fault or "ink") if live else "ink3"
        above = QRectF(room.left(), room.top(), room.width(), 20)
        draw_text(painter, above, pump.title, "table", "ink2")
        rest = above.adjusted(title_width + 8, 0, 0, 0)
        draw_text(painter, rest, pump.word, "table", tone, 500 if pump.fault or live else 400)
        left = room.left()
        for value in pump.values:
            width = metrics("caption").horizontalAdvance(value.text) + (18 if value.marked else 2)
            if left + width > room.right() + 4:
                break
            draw_sight(painter, QRectF(left, room.bottom() - 19, width, 18), value, "caption")
            left += width + 10

    def _paint_outlet(self, painter: QPainter, box: QRectF, pressure: Sight | None, ink: str) -> None:
        y = box.center().y()
        end = box.right() - 6
        draw_line(painter, (box.left(), y), (end, y), ink=ink)
        draw_shape(painter, [(end - 8, y - 5), (end, y), (end - 8, y + 5)], ink, fill=ink, width=1)
        if pressure is not None:
            words = box.adjusted(8, 0, 0, 0)
            draw_text(painter, QRectF(words.left(), y - 44, words.width(), 16), pressure.title, "caption", "ink3")
            draw_sight(painter, QRectF(words.left(), y - 27, words.width(), 22), pressure, "body", 600)
