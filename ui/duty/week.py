"""A week of turns as cells of a grid: a day by a post. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from desktop.people.duty import POSTS, Turn
from ui.parts.when import local, midnight

DAYS = 7
NIGHT_TAIL = timedelta(hours=12)
"""A turn goes on into a further day's cell only where it fills half of that day: a night is of the day it began on."""

Cell = tuple[int, int]
"""Row (the post's place in `POSTS`) and day of the week, Monday nought."""


@dataclass(frozen=True)
class Entry:
    """A turn in one cell."""

    turn: Turn
    hours: str
    """As 08–20, 08:30–20, or empty for a whole day."""
    now: bool
    """Whether it is this moment's, on this moment's day."""


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def cells(turns: Iterable[Turn], monday: date, now: datetime) -> dict[Cell, tuple[Entry, ...]]:
    """What stands where, each cell in order of time; cells without a turn are left out."""
    found: dict[Cell, list[Entry]] = {}
    for turn in sorted(turns, key=lambda turn: (turn.begins_at, turn.name, turn.id)):
        for day in range(DAYS):
            begins, ends = midnight(monday + timedelta(days=day)), midnight(monday + timedelta(days=day + 1))
            inside = min(turn.ends_at, ends) - max(turn.begins_at, begins)
            if inside <= timedelta() or (turn.begins_at < begins and inside < NIGHT_TAIL):
                continue
            # After midnight a night is still that of the evening before.
            night = ends <= now and turn.ends_at - ends < NIGHT_TAIL
            going_on = turn.begins_at <= now < turn.ends_at and (begins <= now < ends or night)
            entry = Entry(turn, _hours(turn, begins, ends), going_on)
            found.setdefault((POSTS.index(turn.post), day), []).append(entry)
    return {cell: tuple(entries) for cell, entries in found.items()}


def _hours(turn: Turn, begins: datetime, ends: datetime) -> str:
    if turn.begins_at <= begins and turn.ends_at >= ends:
        return ""
    since = turn.begins_at if turn.begins_at > begins else begins
    return f"{_clock(since)}–{_clock(turn.ends_at)}"


def _clock(at: datetime) -> str:
    then = local(at)
    return f"{then:%H:%M}" if then.minute else f"{then:%H}"
