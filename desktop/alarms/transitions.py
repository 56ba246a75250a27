"""That an alarm began or ended: what the evaluator says, the hand-over file keeps and the console is told."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from desktop.field.messages import AlarmChange
from desktop.things.model import AlarmRule, Value


class Active(msgspec.Struct, frozen=True):
    """One occurrence of an alarm, as it read at its onset; kept in the hand-over file while it is active."""

    alarm_id: str
    thing_id: str
    thing_name: str
    kind: str
    rule: AlarmRule
    unit: str
    onset_ms: int
    value: Value | None
    """The value of the rule's first point when the alarm was told."""
    place: str = ""
    """Where the device says it is."""
    parent: str = ""
    """The thing it speaks through."""

    @property
    def limit(self) -> Value | None:
        """What the first condition compares with."""
        first = self.rule.when[0]
        return next((v for v in (first.above, first.below, first.equals, first.differs) if v is not None), None)


@dataclass(frozen=True, slots=True)
class Onset:
    """An alarm began."""

    alarm: Active


@dataclass(frozen=True, slots=True)
class Return:
    """An alarm's condition is gone. `at_ms` is when it went, Unix milliseconds."""

    alarm: Active
    at_ms: int
    value: Value | None


Transition = Onset | Return


def change_of(transition: Transition, seq: int = 0) -> AlarmChange:
    """The message that tells the console of a transition; `seq` is the number the hand-over file gave it."""
    alarm, rule = transition.alarm, transition.alarm.rule
    began = isinstance(transition, Onset)
    return AlarmChange(
        seq=seq,
        alarm_id=alarm.alarm_id,
        thing_id=alarm.thing_id,
        thing_name=alarm.thing_name,
        kind=alarm.kind,
        point=rule.point,
        rule=rule.name,
        priority=rule.priority,
        active=began,
        onset_ms=alarm.onset_ms,
        at_ms=alarm.onset_ms if isinstance(transition, Onset) else transition.at_ms,
        value=alarm.value if isinstance(transition, Onset) else transition.value,
        limit=alarm.limit,
        unit=alarm.unit,
        title=dict(rule.title),
        cause=dict(rule.cause),
        consequence=dict(rule.consequence),
        response=dict(rule.response),
        life_safety=rule.life_safety,
        case=rule.case,
        case_fields=dict(rule.case_fields),
        place=alarm.place,
        latch=rule.latch,
        re_alarm=rule.re_alarm,
        start_case=rule.start_case,
        comms=rule.comms,
        parent=alarm.parent,
    )
