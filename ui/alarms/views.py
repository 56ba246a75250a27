"""Which alarms each chip shows, and since when it is a flood. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from desktop.alarms.flood import HIDDEN, WINDOW, in_flood
from desktop.alarms.views import AlarmView

VIEWS = ("open", "life_safety", "unacknowledged", "latched", "suppressed", "shelved", "stale", "week")
FLAT = ("suppressed", "shelved", "week")
"""Views that are lists: what is out of sight on purpose, and the log, have no group to begin with."""
WAITING = ("unacknowledged", "returned")
"""States that somebody has to acknowledge."""

WEEK = timedelta(days=7)
LOOK_BACK = timedelta(hours=6)
"""A flood that is older than this began at the latest then, as far as the page tells."""


@dataclass(frozen=True)
class Standing:
    """What stands now, and what was annunciated of late."""

    alarms: tuple[AlarmView, ...] = ()
    sounded: tuple[datetime, ...] = field(default=(), repr=False)
    """Instants of annunciations in order, of the last hours."""

    def recent(self, now: datetime) -> int:
        """Annunciations of the last ten minutes."""
        return bisect_right(self.sounded, now) - bisect_right(self.sounded, now - WINDOW)

    def flood_since(self, now: datetime) -> datetime | None:
        """When the flood began that goes on now; None while there is none."""
        return flood_since(self.sounded, now)


def flood_since(sounded: Sequence[datetime], now: datetime) -> datetime | None:
    """Walks through the annunciations (in order) as ISA-18.2 counts them, so that nobody has to remember whether it was a
    flood before; None while there is no flood."""
    began: datetime | None = None
    for at in sorted({at for sound in sounded for at in (sound, sound + WINDOW) if at <= now} | {now}):
        if not in_flood(sounded, at, began is not None):
            began = None
        elif began is None:
            began = at
    return began


def narrowed(view: str, standing: Sequence[AlarmView], now: datetime) -> list[AlarmView]:
    """Of the alarms that stand, those of the chip."""
    if view == "suppressed":
        return [alarm for alarm in standing if alarm.state in ("suppressed", "out_of_service")]
    if view == "shelved":
        return [alarm for alarm in standing if alarm.state == "shelved"]
    seen = [alarm for alarm in standing if alarm.state not in HIDDEN]
    if view == "life_safety":
        return [alarm for alarm in seen if alarm.life_safety]
    if view == "unacknowledged":
        return [alarm for alarm in seen if alarm.state in WAITING]
    if view == "latched":
        return [alarm for alarm in seen if alarm.state == "latched"]
    if view == "stale":
        return [alarm for alarm in seen if alarm.stale(now)]
    return seen


def counts(standing: Sequence[AlarmView], now: datetime) -> dict[str, int]:
    """How many each chip would show; the week is not counted."""
    return {view: len(narrowed(view, standing, now)) for view in VIEWS if view != "week"}


def view_of(alarm: AlarmView, standing: Sequence[AlarmView]) -> str:
    """The chip under which an alarm is found. An earlier occurrence is in no list of what stands: its newest is."""
    if alarm.id not in {one.id for one in standing}:
        return "week"
    if alarm.state == "shelved":
        return "shelved"
    return "suppressed" if alarm.state in HIDDEN else "open"
