"""How an alarm reads in a row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import get_args

from PySide6.QtGui import QFontMetrics

from desktop.alarms.rules import State
from desktop.alarms.views import PRIORITIES, AlarmView
from desktop.kernel.clock import Clock
from desktop.kernel.words import Words
from desktop.people.duty import called
from desktop.things.model import Point, Value
from desktop.things.service import Things
from ui.alarms.rows import Row
from ui.parts.badge import PRIORITY_MARK, BadgeTone, badge_width
from ui.parts.table import Column
from ui.parts.value import one_line, unit_words, value_words
from ui.parts.when import lasting, local, short
from ui.theme.fonts import font

YIELDING = ("case", "place", "for", "value", "escalated", "thing")
"""Columns that give way in a narrow window, first to last; the detail has them too."""


def columns(words: Words, clock: Clock, things: Things) -> list[Column[Row]]:
    """Priority, since, for how long, where, on what, what, value against limit, state, to whom it went up, case."""

    def said(tell: Callable[[AlarmView], str]) -> Callable[[Row], str]:
        """The line for the rest says how many it stands for and nothing else."""
        return lambda row: "" if row.kind == "more" else tell(row.alarm)

    def seconds(row: Row) -> float:
        return lasted(row.alarm, clock.now())

    letters = QFontMetrics(font("table"))
    priority_width = max(letters.horizontalAdvance(words(f"alarms.priority.{one}")) for one in PRIORITIES) + 76
    state_width = max(badge_width(words(f"alarms.state.{state}")) for state in get_args(State)) + 24
    return [
        Column(
            "priority", words("alarms.column.priority"), said(lambda a: words(f"alarms.priority.{a.priority}")),
            priority_width, "marked", sort=lambda r: PRIORITIES.index(r.alarm.priority), tone=lambda r: r.alarm.priority,
            mark=lambda r: "" if r.kind == "more" else PRIORITY_MARK[r.alarm.priority], fold=lambda r: r.fold,
        ),
        Column("since", words("alarms.column.since"), lambda r: since(r, clock), 104, "figure",
               sort=lambda r: r.alarm.onset_at),
        Column("for", words("alarms.page.duration"), said(lambda a: lasting(words, lasted(a, clock.now()))), 112,
               "figure", "right", sort=seconds),
        Column("place", words("alarms.column.place"), said(lambda a: one_line(" / ".join(a.place_path))), 132, "quiet"),
        Column("thing", words("alarms.column.thing"), thing_name, 140),
        Column("what", words("alarms.column.title"), lambda r: what(words, r), 200, "strong", stretch=True),
        Column("value", words("alarms.page.value"), said(lambda a: value_against_limit(words, things, a)), 124,
               "figure", "right"),
        Column("state", words("alarms.column.state"), lambda r: state(words, r), state_width, "badge",
               tone=lambda r: state_tone(r.asks)),
        Column("escalated", words("alarms.column.escalated"), said(lambda a: escalated(words, a)), 104, "text"),
        Column("case", words("alarms.column.case"), said(lambda a: a.case_number or ""), 140, "quiet"),
    ]  # fmt: skip


def since(row: Row, clock: Clock) -> str:
    """Of a group when it began; of the rest nothing."""
    return "" if row.kind == "more" else short(min(alarm.onset_at for alarm in row.alarms), clock.now())


def thing_name(row: Row) -> str:
    """A group by its root."""
    return "" if row.kind == "more" else one_line(row.title if row.kind == "group" else row.alarm.thing_name)


def what(words: Words, row: Row) -> str:
    """The alarm's title, with how many stand behind it, whether it was the first, and how many it hides."""
    if row.kind == "more":
        return words("alarms.page.more_n", n=len(row.behind))
    title = one_line(words.of(row.alarm.title))
    if row.group is not None and row.kind == "group":
        title = f"{words('alarms.count', n=len(row.group.alarms))} · {title}"
    if row.first_out:
        title = f"{words('alarms.page.first_out')} · {title}"
    return f"{title} · {words('alarms.page.hides_n', n=row.hides)}" if row.hides else title


def escalated(words: Words, alarm: AlarmView) -> str:
    """Whom it went up to last; empty where nobody had to be called."""
    return called(words, alarm.escalated_to[-1]) if alarm.escalated_to else ""


def state(words: Words, row: Row) -> str:
    """A heading is answered when all of its alarms are; what is shelved says until when."""
    if row.kind == "more":
        return ""
    if row.asks.state == "shelved" and row.asks.shelved_until is not None:
        return words("alarms.shelve.until", time=f"{local(row.asks.shelved_until):%H:%M}")
    return words(f"alarms.state.{row.asks.state}")


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
        return text, symbol or (
            unit_words(unit, words) if isinstance(value, int | float) and not isinstance(value, bool) else ""
        )
    if isinstance(value, bool):
        return words("things.yes" if value else "things.no"), ""
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.4g}", unit_words(unit, words)
    return (f"{value:,.0f}", unit_words(unit, words)) if isinstance(value, int | float) else (one_line(value or ""), "")
