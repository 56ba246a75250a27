"""How an alarm reads in a row."""

from __future__ import annotations

from datetime import datetime

from desktop.alarms.views import PRIORITIES, AlarmView
from desktop.kernel.clock import Clock
from desktop.kernel.words import Words
from desktop.things.model import Value
from ui.parts.badge import PRIORITY_MARK, BadgeTone
from ui.parts.table import Column
from ui.parts.value import one_line
from ui.parts.when import short, span


def columns(words: Words, clock: Clock) -> list[Column[AlarmView]]:
    """Priority, since, for how long, where, what, value against limit, state, case."""

    def lasts(alarm: AlarmView) -> str:
        return span(_seconds(alarm, clock.now()))

    return [
        Column(
            "priority", words("alarms.column.priority"), lambda a: words(f"alarms.priority.{a.priority}"), 92, "marked",
            sort=lambda a: PRIORITIES.index(a.priority), tone=lambda a: a.priority,
            mark=lambda a: PRIORITY_MARK[a.priority],
        ),
        Column("since", words("alarms.column.since"), lambda a: short(a.onset_at, clock.now()), 104, "figure",
               sort=lambda a: a.onset_at),
        Column("for", words("alarms.page.duration"), lasts, 84, "figure", "right",
               sort=lambda a: _seconds(a, clock.now())),
        Column("where", words("alarms.column.place"), lambda a: " / ".join(a.place_path) or "—", 132, "quiet"),
        Column("thing", words("alarms.column.thing"), lambda a: one_line(a.thing_name), 148),
        Column("what", words("alarms.column.title"), lambda a: words.of(a.title), 180, "strong", stretch=True),
        Column("value", words("alarms.column.value"), lambda a: value_against_limit(words, a), 128, "figure", "right"),
        Column("state", words("alarms.column.state"), lambda a: words(f"alarms.state.{a.state}"), 116, "badge",
               tone=state_tone),
        Column("case", words("alarms.column.case"), lambda a: a.case_number or "", 150, "quiet"),
    ]  # fmt: skip


def state_tone(alarm: AlarmView) -> BadgeTone:
    """Only what nobody has answered yet has the colour of its priority."""
    return alarm.priority if alarm.state == "unacknowledged" else "quiet"


def value_against_limit(words: Words, alarm: AlarmView) -> str:
    """`312 / 250 mm`; a state in words has no limit."""
    if isinstance(alarm.value, bool) or alarm.value is None:
        return "—" if alarm.value is None else words("things.yes" if alarm.value else "things.no")
    if isinstance(alarm.value, str) or isinstance(alarm.limit, str | bool) or alarm.limit is None:
        return one_line(f"{_number(alarm.value)} {alarm.unit}")
    return f"{_number(alarm.value)} / {_number(alarm.limit)} {alarm.unit}".rstrip()


def _number(value: Value) -> str:
    return f"{value:,.4g}" if isinstance(value, float) and not value.is_integer() else (
        f"{value:,.0f}" if isinstance(value, int | float) else str(value)
    )  # fmt: skip


def _seconds(alarm: AlarmView, now: datetime) -> float:
    return ((alarm.returned_at or now) - alarm.onset_at).total_seconds()
