"""Which alarms each chip shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from desktop.alarms.views import AlarmView

VIEWS = ("open", "unacknowledged", "returned", "suppressed", "week")
SUPPRESSED = ("shelved", "suppressed", "out_of_service")
"""States that are kept out of sight on purpose (ISA-18.2 keeps them in a list of their own)."""
WAITING = ("unacknowledged", "returned")
"""States that somebody has to acknowledge."""

WEEK = timedelta(days=7)
FLOOD = 10
FLOOD_WINDOW = timedelta(minutes=10)
"""More than ten onsets within ten minutes are a flood (ISA-18.2, EEMUA 191): said once, above the list."""


def narrowed(view: str, standing: Sequence[AlarmView]) -> list[AlarmView]:
    """Of the alarms that stand, those of the chip."""
    if view == "suppressed":
        return [alarm for alarm in standing if alarm.state in SUPPRESSED]
    if view == "open":
        return [alarm for alarm in standing if alarm.state not in SUPPRESSED]
    return [alarm for alarm in standing if alarm.state == view]


def counts(standing: Sequence[AlarmView]) -> dict[str, int]:
    """How many each chip would show; the week is not counted."""
    return {view: len(narrowed(view, standing)) for view in VIEWS if view != "week"}


def view_of(alarm: AlarmView) -> str:
    """The chip under which an alarm is found."""
    if alarm.state == "normal":
        return "week"
    return "suppressed" if alarm.state in SUPPRESSED else "open"


def flooding(standing: Sequence[AlarmView], now: datetime) -> list[AlarmView]:
    """The onsets of a flood, empty where there is none."""
    recent = [alarm for alarm in standing if alarm.state not in SUPPRESSED and alarm.onset_at > now - FLOOD_WINDOW]
    return recent if len(recent) > FLOOD else []
