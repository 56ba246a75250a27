"""What a list's line and a wall's tile say of a thing, read from memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject

from desktop.alarms.views import AlarmView
from desktop.kernel.words import Words
from desktop.things.model import Point, Reading
from desktop.things.service import Things
from desktop.things.views import ThingView
from ui.aio import in_background, slot
from ui.parts.trend import HOUR
from ui.parts.value import Shown, age_words, one_line, shown
from ui.things.list import ThingRow
from ui.things.state import StateWord, hearing, main_points, priority_of, state_word
from ui.things.wall import Spark, Tile

IN_ROW = 2
SPARKS_EVERY = 60.0
"""Seconds after which the small line of a tile in sight is read again."""
SPARK_SAMPLES = 60

Readings = Callable[[str, str], Reading]
"""A thing's point, now."""


def row_of(view: ThingView, readings: Readings, alarms: Sequence[AlarmView], words: Words, now: float) -> ThingRow:
    """The thing's line. Ages are told in the panel: a list that counts seconds would never be still."""
    points = main_points(view)
    read = {point.name: readings(view.id, point.name) for point in points}
    values = tuple(
        shown(point, read[point.name], words, read[point.name].at, priority=priority_of(alarms, point.name))
        for point in points[:IN_ROW]
    )
    place = " / ".join(view.place_path) or words("things.tree.unplaced")
    return ThingRow(one_line(view.name), place, state_word(view, alarms, words, hearing(view, read, now)), values)


def tile_of(
    view: ThingView, readings: Readings, alarms: Sequence[AlarmView], words: Words, now: float, spark: Spark | None
) -> Tile:
    """The thing's tile with its first main value, whose age is told in minutes, as of now (Unix seconds)."""
    points = main_points(view)
    read = {point.name: readings(view.id, point.name) for point in points}
    place = " / ".join(view.place_path) or words("things.tree.unplaced")
    state = state_word(view, alarms, words, hearing(view, read, now))
    title, value, brief = "", Shown("—", "", "", "none"), ""
    gone = view.online is False
    if points:
        point, reading = points[0], read[points[0].name]
        title = words.of(point.title)
        value = _still(point, reading, words, now, view.thing.simulated, alarms)
        brief = _brief(reading, words, now, state.tone != "quiet")
        if value.quality == "offline" and state.text == words("things.state.offline"):
            # The tile's own word says that it is offline.
            value = replace(value, note=words("things.wall.last", age=_age(reading, words, now)))
    return Tile(one_line(view.name), place, state, title, value, spark, brief, gone)


def _still(
    point: Point, reading: Reading, words: Words, now: float, simulated: bool, alarms: Sequence[AlarmView]
) -> Shown:
    """The value with an age that changes once a minute at most."""
    age = max(0.0, now - reading.at)
    at = reading.at + age // 60 * 60
    told = shown(point, reading, words, at, simulated=simulated, priority=priority_of(alarms, point.name))
    if told.quality == "good" and age < 60:
        return replace(told, note=words("things.age.now"))
    return told


def _age(reading: Reading, words: Words, now: float) -> str:
    """In whole minutes at least."""
    age = max(0.0, now - reading.at)
    return words("things.age.now") if age < 60 else age_words(age, words)


def _brief(reading: Reading, words: Words, now: float, alarmed: bool) -> str:
    """How old the value is, in a word or two; why it cannot be trusted only where an alarm's word says nothing of it."""
    if reading.quality == "none":
        return words("things.quality.none")
    if alarmed and reading.quality in ("uncertain", "bad"):
        return words(f"things.wall.{'replayed' if reading.quality == 'uncertain' else 'unreadable'}")
    age = _age(reading, words, now)
    return words("things.wall.gone", age=age) if alarmed and reading.quality == "offline" else age


def drawn_point(view: ThingView) -> Point | None:
    """The point whose small line a tile draws: its value, when that is a number."""
    points = main_points(view)
    first = points[0] if points else None
    return first if first is not None and first.type in ("number", "integer") and not first.labels else None


class Sparks(QObject):
    """The last hour of every tile in sight, read in the background, one reading of all that lack theirs at a time."""

    def __init__(self, owner: QObject, things: Things, now: Callable[[], float]) -> None:
        super().__init__(owner)
        self._things, self._now = things, now
        self._known: dict[str, Spark] = {}
        self._reading = False

    def of(self, view: ThingView) -> Spark | None:
        """What is known of it; an empty line while nothing is, None where there is nothing to draw."""
        if drawn_point(view) is None:
            return None
        return self._known.get(view.id, UNREAD)

    def want(self, views: Sequence[ThingView]) -> None:
        """These are in sight."""
        old = self._now() - SPARKS_EVERY
        wanted = [
            (view.id, point)
            for view in views
            if (point := drawn_point(view)) is not None and self._known.get(view.id, UNREAD).read_at < old
        ]
        if wanted and not self._reading:
            self._reading = True
            self._read(wanted)

    @slot
    async def _read(self, wanted: list[tuple[str, Point]]) -> None:
        try:
            self._known |= await in_background(partial(_sparks, self._things, wanted, self._now()))
        finally:
            self._reading = False


UNREAD = Spark(0.0, -HOUR)
NOBODY = Tile("—", "", StateWord("", "quiet", ""), "", Shown("—", "", "", "none"), gone=True)
"""A thing that went away between two looks."""


def _sparks(things: Things, wanted: Sequence[tuple[str, Point]], now: float) -> dict[str, Spark]:
    return {
        id_: Spark(
            now,
            now - HOUR,
            tuple(things.history(id_, point.name, now - HOUR, now, SPARK_SAMPLES)),
            point.history != "every",
        )
        for id_, point in wanted
    }
