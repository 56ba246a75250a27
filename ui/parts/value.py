"""A value as people read it: number and unit or word, how old it is, and how far to trust it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.kernel.words import Words
from desktop.things.model import Point, Priority, Quality, Reading, Value
from ui.parts.ink import draw_chip, draw_priority, draw_text, hatch, metrics
from ui.parts.when import local
from ui.theme.fonts import Role
from ui.theme.tokens import px, theme

UNKNOWN = "—"
SPOKEN_UNITS = ("d", "h", "min", "s")
"""Symbols that are letters of another language to a reader of Chinese."""
FIGURES: tuple[Role, ...] = ("figure", "title", "section", "table")
"""Sizes of a main value: a number stands large, a word as large as its room lets it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A reading turned into words. Two equal ones look the same, so that nothing is painted twice."""

    text: str
    unit: str
    note: str
    """How old it is, or why it cannot be trusted."""
    quality: Quality
    simulated: str = ""
    """The word that marks a simulated thing, empty for a real one."""
    priority: Priority | None = None
    """Of the most urgent open alarm on the point."""

    @property
    def trusted(self) -> bool:
        return self.quality == "good"

    def spoken(self, title: str) -> str:
        """For a screen reader: title, value, and what is to be known about it."""
        value = f"{self.text} {self.unit}".strip()
        return ", ".join(part for part in (f"{title} {value}".strip(), self.note, self.simulated) if part)


def value_words(point: Point, value: Value | None, words: Words) -> tuple[str, str]:
    """The value and its unit's symbol. Text from outside comes back on one line, without control characters."""
    if value is None:
        return UNKNOWN, ""
    label = point.labels.get(_label_key(value))
    if label is not None:
        # An open list of numbers is a table of codes: who repairs it looks up the code and not our word.
        coded = point.type == "integer" and not point.enum and value != 0
        return (words("things.coded", label=words.of(label), code=_label_key(value)) if coded else words.of(label)), ""
    if isinstance(value, bool):
        return words("things.yes" if value else "things.no"), ""
    if isinstance(value, str):
        return one_line(value), point.symbol
    unit = unit_words(point.symbol, words)
    if isinstance(value, int) or (value.is_integer() and point.type == "integer"):
        return _signed(f"{int(value):,d}"), unit
    return _signed(f"{value:,.{point.decimals}f}"), unit


def unit_words(symbol: str, words: Words) -> str:
    """The symbol, or the word where people of the language say one: 34 天, 34 d."""
    return words(f"things.unit.{symbol}") if symbol in SPOKEN_UNITS else symbol


def one_line(text: str) -> str:
    """Text from outside without line breaks and control characters."""
    return "".join(char if char.isprintable() else " " for char in text).strip() or UNKNOWN


def age_words(seconds: float, words: Words) -> str:
    """3 秒前, 2 分钟前, 5 小时前, 3 天前."""
    seconds = max(0.0, seconds)
    for key, size, until in (("seconds", 1, 60), ("minutes", 60, 3600), ("hours", 3600, 86400)):
        if seconds < until:
            return words(f"things.age.{key}", n=int(seconds // size))
    return words("things.age.days", n=int(seconds // 86400))


def since_words(at: float, now: float, words: Words) -> str:
    """A moment by the wall clock, with its date when it was not today. Unix seconds."""
    moment, today = (local(datetime.fromtimestamp(t, UTC)) for t in (at, now))
    key = "things.at.today" if moment.date() == today.date() else "things.at.day"
    return words(key, time=f"{moment:%H:%M}", date=f"{moment:%m-%d}")


def shown(
    point: Point, reading: Reading, words: Words, now: float, *,
    simulated: bool = False, priority: Priority | None = None,
) -> Shown:  # fmt: skip
    """The reading in words, as of `now` (Unix seconds)."""
    text, unit = value_words(point, reading.value, words)
    if reading.quality == "good":
        note = age_words(now - reading.at, words)
    elif reading.quality == "none":
        text, unit, note = UNKNOWN, "", words("things.quality.none")
    else:
        key = f"things.quality.{reading.quality}"
        note = words(key, at=since_words(reading.at, now, words), age=age_words(now - reading.at, words))
    return Shown(text, unit, note, reading.quality, words("things.simulated") if simulated else "", priority)


def value_ink(shown: Shown) -> str:
    """The colour of a figure: that of its alarm only while somebody tells it, for an old one may have gone long ago."""
    if shown.quality not in ("good", "uncertain"):
        return "ink3"
    return shown.priority or "ink"


class ValueWithAge(QWidget):
    """Title, the figure with its unit, and its age, painted in one go."""

    HEIGHT = 84

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._shown = Shown(UNKNOWN, "", "", "none")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_value(self, shown: Shown) -> None:
        """Repaints only when something that can be seen changed."""
        if shown != self._shown:
            self._shown = shown
            self.setAccessibleName(shown.spoken(self._title))
            self.update()

    def set_title(self, title: str) -> None:
        self._title = title
        self.update()

    @property
    def shown(self) -> Shown:
        return self._shown

    def sizeHint(self) -> QSize:
        return QSize(200, self.HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(round(min(260.0, max(120.0, metrics("table").horizontalAdvance(self._title) + 20))), self.HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_value(painter, QRectF(self.rect()), self._title, self._shown)


def paint_value(painter: QPainter, rect: QRectF, title: str, shown: Shown) -> None:
    """Three lines: title 20 px, figure 40 px, note 20 px; the figure hatched when nobody tells it."""
    left, width = rect.left(), rect.width()
    if shown.priority is not None:
        draw_priority(painter, QRectF(left, rect.top() + 4, 12, 12), shown.priority)
        title_left = left + 18
    else:
        title_left = left
    used = draw_text(painter, QRectF(title_left, rect.top(), width - 18, 20), title, "table", "ink2")
    if shown.simulated:
        draw_chip(painter, title_left + used + 8, rect.top() + 10, shown.simulated)
    figure = QRectF(left, rect.top() + 21, width, 40)
    unit_width = metrics("section").horizontalAdvance(shown.unit) + 6 if shown.unit else 0.0
    room = width - unit_width - (8.0 if shown.quality == "offline" else 0.0)
    role = next((r for r in FIGURES if metrics(r, 600).horizontalAdvance(shown.text) <= room), FIGURES[-1])
    taken = min(metrics(role, 600).horizontalAdvance(shown.text), room)
    if shown.quality == "offline":
        hatch(
            painter, figure.adjusted(0, 3, min(0.0, taken + unit_width + 24 - width), -3), px("radius", "control") / 2
        )
    ink = "ink" if shown.quality in ("good", "uncertain") else "ink3"
    indent = 8.0 if shown.quality == "offline" else 0.0
    draw_text(painter, figure.adjusted(indent, 0, -unit_width, 0), shown.text, role, ink, 600)
    if shown.unit:
        unit = QRectF(left + indent + taken + 6, figure.top() + 8, unit_width, 30)
        draw_text(painter, unit, shown.unit, "section", "ink2" if ink == "ink" else "ink3")
    paint_note(painter, QRectF(left, figure.bottom() + 1, width, 20), shown)


def paint_note(
    painter: QPainter, rect: QRectF, shown: Shown, align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft
) -> None:
    """The age, with a mark in front where the value is not live: shape before word before colour."""
    color = "ink3" if shown.quality in ("good", "none") else "ink2"
    if shown.quality in ("good", "none"):
        draw_text(painter, rect, shown.note, "caption", color, align=align)
        return
    width = min(metrics("caption").horizontalAdvance(shown.note), rect.width() - 16)
    left = rect.right() - width - 16 if align == Qt.AlignmentFlag.AlignRight else rect.left()
    draw_quality(painter, QRectF(left, rect.center().y() - 5, 10, 10), shown.quality)
    draw_text(painter, QRectF(left + 16, rect.top(), width + 1, rect.height()), shown.note, "caption", color)


def draw_quality(painter: QPainter, rect: QRectF, quality: Quality) -> None:
    """The shape of what is not live: a clock (stale), a struck ring (offline), a cross (bad), a ring (replayed)."""
    painter.setPen(QPen(theme().color("ink2"), 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    centre = rect.center()
    if quality == "bad":
        painter.drawLine(rect.topLeft(), rect.bottomRight())
        painter.drawLine(rect.bottomLeft(), rect.topRight())
        return
    painter.drawEllipse(rect)
    if quality == "stale":
        painter.drawLine(centre, centre - QPointF(0, 3.4))
        painter.drawLine(centre, centre + QPointF(2.6, 0))
    elif quality == "offline":
        painter.drawLine(centre - QPointF(3.2, -3.2), centre + QPointF(3.2, -3.2))


def _label_key(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _signed(text: str) -> str:
    return "−" + text[1:] if text.startswith("-") else text
