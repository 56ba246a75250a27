"""What is heard of alarms. Pure: the player is elsewhere.

One tone a priority, always the same. An alarm sounds once when it asks for an acknowledgement: at its onset, when it asks
again, comes back into sight, or goes up a step because nobody answered. What endangers lives goes on until somebody has
acknowledged it, also when it is over by then. Hidden alarms are silent. In a flood only the highest priority sounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from desktop.alarms.views import PRIORITIES, AlarmView
from desktop.things.model import Priority
from ui.alarms.views import WAITING

Asked = Mapping[str, tuple[datetime | None, int]]
"""Since when each unanswered alarm asks and how far it went up, by its id."""


@dataclass(frozen=True)
class Heard:
    """What sounds now and what goes on sounding."""

    once: Priority | None
    going_on: Priority | None


def asked(alarms: Iterable[AlarmView]) -> dict[str, tuple[datetime | None, int]]:
    """What is unanswered; remembered until the next look."""
    return {alarm.id: (alarm.asks_since, alarm.escalated) for alarm in alarms if alarm.state in WAITING}


def sounds(before: Asked | None, alarms: Iterable[AlarmView], flood: bool) -> Heard:
    """What is heard of these alarms, after what was unanswered before. None for `before` is the first look: what stood
    already does not sound, except what is critical or endangers lives."""
    waiting = [alarm for alarm in alarms if alarm.state in WAITING]
    lives = _loudest(alarm for alarm in waiting if alarm.life_safety)
    asking = [alarm for alarm in waiting if alarm.state == "unacknowledged"]
    new = [alarm for alarm in asking if _new(before, alarm)]
    highest = _loudest(asking)
    if flood:
        new = [alarm for alarm in new if alarm.priority == highest or alarm.life_safety]
    once = _loudest(new)
    # At the first look an alarm that is over is heard as well where it endangered somebody and nobody saw it.
    return Heard(once or (lives if before is None else None), lives)


def _new(before: Asked | None, alarm: AlarmView) -> bool:
    if before is None:
        return alarm.life_safety or alarm.priority == "critical"
    known = before.get(alarm.id)
    return known is None or known != (alarm.asks_since, alarm.escalated)


def _loudest(alarms: Iterable[AlarmView]) -> Priority | None:
    return min((alarm.priority for alarm in alarms), key=PRIORITIES.index, default=None)
