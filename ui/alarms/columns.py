"""How an alarm reads in a row."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from desktop.alarms.rules import State
from desktop.alarms.views import PRIORITIES, AlarmView
from desktop.kernel.clock import Clock
from desktop.kernel.words import Words
from desktop.things.model import Point, Value
from desktop.things.service import Things
from ui.parts.badge import PRIORITY_MARK, BadgeTone, badge_width
from ui.parts.table import Column
from ui.parts.value import one_line, value_words
from ui.parts.when import lasting, short

YIELDING = ("case", "place", "for", "thing")
"""Columns that give way in a narrow window, first to last; the detail has them too."""


def columns(words: Words, clock: Clock, things: Things) -> list[Column[AlarmView]]:
    """Priority, since, for how long, where, on what, what, value against limit, state, case."""

    def seconds(alarm: AlarmView) -> float:
        return lasted(alarm, clock.now())

    state_width = max(badge_width(words(f"alarms.state.{state}")) for state in get_args(State)) + 24
    return [
        Column(
            "priority", words("alarms.column.priority"), lambda a: words(f"alarms.priority.{a.priority}"), 92, "marked",
            sort=lambda a: PRIORITIES.index(a.priority), tone=lambda a: a.priority,
            mark=lambda a: PRIORITY_MARK[a.priority],
        ),
        Column("since", words("alarms.column.since"), lambda a: short(a.onset_at, clock.now()), 100, "figure",
               sort=lambda a: a.onset_at),
        Column("for", words("alarms.page.duration"), lambda a: lasting(words, seconds(a)), 120, "figure", "right",
               sort=seconds),
        Column("place", words("alarms.column.place"), lambda a: one_line(" / ".join(a.place_path)), 140, "quiet"),
        Column("thing", words("alarms.column.thing"), lambda a: one_line(a.thing_name), 140),
        Column("what", words("alarms.column.title"), lambda a: one_line(words.of(a.title)), 124, "strong", stretch=True),
        Column("value", words("alarms.page.value"), lambda a: value_against_limit(words, things, a), 124, "figure",
               "right"),
        Column("state", words("alarms.column.state"), lambda a: words(f"alarms.state.{a.state}"), state_width, "badge",
               tone=state_tone),
        Column("case", words("alarms.column.case"), lambda a: a.case_number or "", 140, "quiet"),
    ]  # fmt: skip


def state_tone(alarm: AlarmView) -> BadgeTone:
    """Only what nobody has answered yet has the colour of its priority."""
    return alarm.priority if alarm.state == "unacknowledged" else "quiet"


def value_against_limit(words: Words, things: Things, alarm: AlarmView) -> str:
    """`312 / 250 mm` as it was at the onset; a state in words has no limit."""
    point = point_of(things, alarm)
    text, unit = _in_words(words, point, alarm.value, alarm.unit)
    if isinstance(alarm.limit, bool | str) or alarm.limit is None:
        return one_line(f"{text} {unit}")
    return one_line(f"{text} / {_in_words(words, point, alarm.limit, alarm.unit)[0]} {unit}")


def point_of(things: Things, alarm: AlarmView) -> Point | None:
    """The point the alarm speaks of; None while its thing is not known here."""
    view = things.get(alarm.thing_id)
    return view.thing.model.point(alarm.point) if view else None


def lasted(alarm: AlarmView, now: datetime) -> float:
    """Seconds from onset to return, or to now."""
    return ((alarm.returned_at or now) - alarm.onset_at).total_seconds()


def _in_words(words: Words, point: Point | None, value: Value | None, unit: str) -> tuple[str, str]:
    if point is not None:
        text, symbol = value_words(point, value, words)
        return text, symbol or (unit if isinstance(value, int | float) and not isinstance(value, bool) else "")
    if isinstance(value, bool):
        return words("things.yes" if value else "things.no"), ""
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.4g}", unit
    return (f"{value:,.0f}", unit) if isinstance(value, int | float) else (one_line(value or ""), "")
