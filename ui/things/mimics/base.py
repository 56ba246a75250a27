"""What every mimic is made of: points in sight, a scene that two equal pictures share, and the marks of what is not live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.alarms.views import AlarmView
from desktop.kernel.words import Words
from desktop.things.limits import URGENCY
from desktop.things.model import Priority, Quality, Reading, ThingModel, Value
from ui.parts.ink import draw_priority, draw_text, hatch, metrics
from ui.parts.value import Shown, draw_quality, shown, since_words
from ui.theme.fonts import Role, Weight
from ui.theme.tokens import theme
from ui.things.state import priority_of

LIVE: tuple[Quality, ...] = ("good", "uncertain")
TRUST: tuple[Quality, ...] = ("good", "uncertain", "stale", "offline", "bad", "none")
"""How far a picture is to be trusted is told by its best point."""
NEVER = Reading(None, "none", 0.0)
NOTE = 24.0
"""Height of the line above a picture that is not live."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A point as a mimic shows it. Two equal ones look the same; ages stand in the table below."""

    title: str
    shown: Shown
    value: Value | None

    @property
    def live(self) -> bool:
        return self.shown.quality in LIVE

    @property
    def marked(self) -> bool:
        """Whether a mark stands before the value: of its alarm, or of its quality."""
        return self.shown.priority is not None or self.shown.quality not in ("good", "none")

    @property
    def on(self) -> bool | None:
        """Of a boolean: its value, None while nobody knows."""
        return self.value if isinstance(self.value, bool) else None

    @property
    def number(self) -> float | None:
        return None if isinstance(self.value, (bool, str)) or self.value is None else float(self.value)

    @property
    def text(self) -> str:
        return f"{self.shown.text} {self.shown.unit}".strip()

    def spoken(self) -> str:
        # Of a live value the age is nothing to be told each time; that it was only replayed is.
        trusted = self.live and self.shown.quality != "uncertain"
        return f"{self.title} {self.text}" if trusted else self.shown.spoken(self.title)


class Looking:
    """Gives a scene its points as of one moment."""

    def __init__(
        self, model: ThingModel, words: Words, readings: Mapping[str, Reading], alarms: Sequence[AlarmView], now: float
    ) -> None:
        self.model, self.words, self.alarms = model, words, alarms
        self._readings, self._now = readings, now
        self._seen: list[Reading] = []

    def at(self, name: str) -> Sight | None:
        """The point of this name; None where the mimic names none, or one that the model lacks."""
        point = self.model.point(name) if name else None
        if point is None:
            return None
        reading = self._readings.get(name, NEVER)
        self._seen.append(reading)
        told = shown(point, reading, self.words, reading.at, priority=priority_of(self.alarms, name))
        return Sight(self.words.of(point.title), told, None if told.quality in ("none", "bad") else reading.value)

    def all(self, names: Iterable[str]) -> tuple[Sight, ...]:
        return tuple(sight for sight in map(self.at, names) if sight is not None)

    def trouble(self, name: str) -> Priority:
        """How urgent it is when the point says true: as its rule has it; "medium" where none does."""
        rules = [
            rule.priority
            for rule in self.model.alarms
            if any(c.point == name and (c.equals is True or c.differs is False) for c in rule.when)
        ]
        return min(rules, key=lambda priority: URGENCY[priority], default="medium")

    def trust(self) -> tuple[Quality, str]:
        """How far the whole picture is to be trusted, and the words for it when it is not live."""
        qualities: list[Quality] = [reading.quality for reading in self._seen]
        best: Quality = min(qualities, key=TRUST.index, default="none")
        newest = max((reading.at for reading in self._seen), default=0.0)
        if best == "good":
            return best, ""
        return best, self.words(f"things.mimic.{best}", at=since_words(newest, self._now, self.words))


@dataclass(frozen=True, slots=True)
class Scene:
    """What a picture shows. Equal scenes look the same, so that nothing is painted twice."""

    quality: Quality
    note: str


class MimicView(QWidget):
    """`show_readings` repaints only when something changed, and tells a screen reader the whole in words.

    As wide as it is let, 320 px and more; its height follows from its width.
    """

    LEAST = 320

    def __init__(self, model: ThingModel, words: Words, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._words = model, words
        self._scene: Scene | None = None
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    # What a shape brings

    def scene(self, look: Looking) -> Scene:
        """What is to be seen."""
        raise NotImplementedError

    def spoken(self, scene: Scene) -> str:
        """The picture in words."""
        raise NotImplementedError

    def height_for(self, width: float) -> float:
        """How high the picture is when it is this wide, in pixels."""
        raise NotImplementedError

    def paint(self, painter: QPainter, area: QRectF, scene: Scene) -> None:
        """Draws the scene."""
        raise NotImplementedError

    # What all share

    def show_readings(self, readings: Mapping[str, Reading], alarms: Sequence[AlarmView], now: float) -> None:
        """What the latest-value table holds now (Unix seconds)."""
        scene = self.scene(Looking(self._model, self._words, readings, alarms, now))
        if scene == self._scene:
            return
        self._scene = scene
        said = self.spoken(scene)
        self.setAccessibleDescription(f"{scene.note} {said}".strip())
        self._fit()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, self._height(480))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.LEAST, 80)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _height(self, width: float) -> int:
        return round(self.height_for(width) + (NOTE if self._scene is not None and self._scene.note else 0))

    def _fit(self) -> None:
        height = self._height(self.width())
        if height != self.minimumHeight() or height != self.maximumHeight():
            self.setFixedHeight(height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._scene is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        if self._scene.note:
            if self._scene.quality in ("offline", "bad", "none"):
                hatch(painter, area.adjusted(0.5, 0.5, -0.5, -0.5), 6)
            draw_quality(painter, QRectF(8, 7, 10, 10), self._scene.quality)
            draw_text(painter, QRectF(24, 0, area.width() - 32, NOTE), self._scene.note, "caption", "ink2", 500)
            area = area.adjusted(0, NOTE, 0, 0)
        self.paint(painter, area, self._scene)
        if self.hasFocus():
            painter.setPen(QPen(theme().color("accent"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)


def ink_for(sight: Sight | None) -> str:
    """The ink of what a point draws: fading when it is not live."""
    return "ink" if sight is not None and sight.live else "ink3"


def draw_line(painter: QPainter, *points: tuple[float, float], ink: str = "ink2", width: float = 1.5) -> None:
    """A line through the points."""
    painter.setPen(QPen(theme().color(ink), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
    for one, other in pairwise(points):
        painter.drawLine(QPointF(*one), QPointF(*other))


def draw_shape(
    painter: QPainter, points: Sequence[tuple[float, float]], ink: str, *, fill: str = "", width: float = 1.5
) -> None:
    """A closed figure, hollow without `fill`."""
    painter.setPen(QPen(theme().color(ink), width))
    painter.setBrush(theme().color(fill) if fill else Qt.BrushStyle.NoBrush)
    painter.drawPolygon(QPolygonF([QPointF(*point) for point in points]))


def draw_sight(
    painter: QPainter, rect: QRectF, sight: Sight, role: Role = "table", weight: Weight = 400,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:  # fmt: skip
    """A value with its unit; marked, faded and hatched as far as it is not to be trusted."""
    told = sight.shown
    marked = sight.marked
    text = sight.text
    room = 16.0 if marked else 0.0
    width = min(metrics(role, weight).horizontalAdvance(text) + 1, rect.width() - room)
    left = rect.left()
    if align == Qt.AlignmentFlag.AlignRight:
        left = rect.right() - width - room
    elif align == Qt.AlignmentFlag.AlignHCenter:
        left = rect.left() + (rect.width() - width - room) / 2
    mark = QRectF(left, rect.center().y() - 5, 10, 10)
    if told.priority is not None:
        draw_priority(painter, mark, told.priority)
    elif marked:
        draw_quality(painter, mark, told.quality)
    emphasis: Weight = 500 if told.priority and weight == 400 else weight
    draw_text(painter, QRectF(left + room, rect.top(), width + 1, rect.height()), text, role, ink_for(sight), emphasis)
