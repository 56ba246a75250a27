"""Decides on every message whether a thing is in alarm. Pure: no threads, no disk, no clock but the one it is given.

It knows onset and return only, and goes on whatever hides an alarm: who acknowledged what, shelves and maintenance are the
records store's (`desktop.alarms.service`). Conditions, deadband and delays are ISA-18.2's; the reading of bad and replayed
values is on the safe side: neither says anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf
from typing import Any, Literal

from desktop.alarms.transitions import Active, Onset, Return, Transition
from desktop.kernel.ids import deterministic_id
from desktop.things.model import AlarmRule, Condition, Thing, Value

# A device's own time counts while it is at most this far from ours (seconds); a clock that stands or was never set
# would give different occurrences the same id.
DEVICE_LATE = 3600.0
DEVICE_EARLY = 120.0

# Without a device's time the onset is cut to this, so that two observers of one event usually agree (milliseconds).
RECEIVED_STEP = 2000

# How long a reloaded alarm waits for its rule once its thing was described: discovery describes piece by piece (seconds).
ORPHAN_WAIT = 600.0


@dataclass(slots=True, eq=False)
class Slot:
    """A point's last good live value, and the conditions that depend on it. Good until its thing is watched anew."""

    value: Value | None = None
    conditions: list[_Condition] = field(default_factory=list)
    over: float = inf
    under: float = -inf
    """A number between these changes no condition's truth, as nearly every message brings one; none is where nobody has
    looked since something changed."""

    def settle(self) -> None:
        """Finds the numbers that leave every condition as it is. None, where one looks for a certain value."""
        over, under = -inf, inf
        for condition in self.conditions:
            if condition.held is None or condition.test not in ("above", "below"):
                return
            if condition.held is (condition.test == "above"):
                over = max(over, condition.bound())
            else:
                under = min(under, condition.bound())
        self.over, self.under = over, under

    def unsettle(self) -> None:
        """A condition's truth or limit is another."""
        self.over, self.under = inf, -inf


@dataclass(slots=True, eq=False)
class _Condition:
    """One condition at work. `held` is its truth by the last good live value, None before there was one."""

    rule: _Rule
    slot: Slot
    test: Literal["above", "below", "equals", "differs"]
    limit: Any
    lenient: Any
    """The limit while the alarm is active: the deadband off the limit."""
    held: bool | None = None
    nor: tuple[Value, ...] = ()

    def bound(self) -> Any:
        """The limit that holds now."""
        return self.limit if self.rule.alarm is None else self.lenient

    def of(self, value: Value) -> bool | None:
        """The condition's truth for a value. Text says nothing about a numeric limit."""
        limit = self.bound()
        if self.test == "above":
            return self.held if isinstance(value, str) else bool(value >= limit)
        if self.test == "below":
            return self.held if isinstance(value, str) else bool(value <= limit)
        if self.test == "equals":
            return bool(value == limit)
        return value != limit and value not in self.nor


@dataclass(slots=True, eq=False)
class _Rule:
    """A rule of a watched thing at work: in alarm while `alarm` is set; a delay runs while `deadline` is set."""

    owner: _Watched
    rule: AlarmRule
    alarm: Active | None = None
    conditions: list[_Condition] = field(default_factory=list)
    deadline: float | None = None
    instant_ms: int = 0
    """Since when it is otherwise than `alarm` says: the onset or return to be told once the delay ran out."""

    def truth(self) -> bool | None:
        """True when all conditions hold, False when one does not, None when nobody can tell yet."""
        truths = [condition.held for condition in self.conditions]
        return False if False in truths else None if None in truths else True

    def refresh(self) -> None:
        """Weighs the last values anew: the limits differ in alarm and out of it."""
        for condition in self.conditions:
            condition.slot.unsettle()
            if condition.slot.value is not None:
                condition.held = condition.of(condition.slot.value)


@dataclass(slots=True, eq=False)
class _Watched:
    """A thing under evaluation."""

    thing: Thing
    slots: dict[str, Slot] = field(default_factory=dict)
    rules: dict[str, _Rule] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class _Orphan:
    """A reloaded alarm whose rule was not described yet; given up at `until` (monotonic seconds)."""

    alarm: Active
    until: float = inf


_NOTHING: tuple[Transition, ...] = ()


class Evaluator:
    """Evaluates the rules of every watched thing. Not thread-safe: it belongs to the intake.

    `now` is monotonic seconds throughout and measures delays, nothing else; one before an earlier one counts as that
    earlier one. `wall` gives Unix seconds, for the instants of messages without a believable device time.
    """

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._now = -inf
        self._things: dict[str, _Watched] = {}
        self._orphans: dict[tuple[str, str], _Orphan] = {}
        self._last_ms: dict[tuple[str, str], int] = {}
        """The newest instant told of a rule."""
        self._off_grid: dict[tuple[str, str], int] = {}
        """Milliseconds that are added to a rule's instants by our clock since that was put back."""
        self._delays: list[tuple[float, int, _Rule]] = []
        """A heap of running delays; an entry whose rule has another deadline by now is void."""
        self._delays_made = 0
        self._due = inf
        """When the first of them runs out."""

    def sample(
        self,
        thing_id: str,
        point: str,
        value: Value | None,
        now: float,
        device_at: float | None = None,
        live: bool = True,
    ) -> Sequence[Transition]:
        """Takes a value in and returns what began or ended by it, or by delays that ran out before it.

        None (the device sent what is no value), NaN and replayed values (`live` False) neither raise nor clear.
        """
        told = self.expire(now)
        slot = self.slot(thing_id, point)
        if slot is None or not live or value is None or value == slot.value or value != value:
            return told
        return [*told, *self.change(slot, value, device_at)]

    def slot(self, thing_id: str, point: str) -> Slot | None:
        """Where a point's value is kept, for `change`; None when no rule looks at it."""
        watched = self._things.get(thing_id)
        return watched.slots.get(point) if watched else None

    def expire(self, now: float) -> Sequence[Transition]:
        """What delays bring that ran out by now."""
        if now > self._now:
            self._now = now
        return self._expire() if self._now >= self._due else _NOTHING

    def change(self, slot: Slot, value: Value, device_at: float | None) -> Sequence[Transition]:
        """Takes a live value that is another than the slot's, and no NaN; `expire` comes first. The hot path."""
        slot.value = value
        if not isinstance(value, str) and slot.over < value < slot.under:
            return _NOTHING
        changed: list[_Rule] | None = None
        for condition in slot.conditions:
            held = condition.of(value)
            if held is not condition.held:
                condition.held = held
                changed = [condition.rule] if changed is None else [*changed, condition.rule]
        if changed is None:
            slot.settle()
            return _NOTHING
        slot.unsettle()
        instant_ms = self._instant(device_at)
        if len(changed) == 1:
            return self._step(changed[0], instant_ms)
        return [t for rule in dict.fromkeys(changed) for t in self._step(rule, instant_ms)]

    def tick(self, now: float) -> Sequence[Transition]:
        """What delays bring that ran out without a new message. Call it about once a second."""
        told = list(self.expire(now))
        for key, orphan in list(self._orphans.items()):
            if orphan.until <= self._now:
                del self._orphans[key]
                told.append(self._gone(orphan.alarm))
        return told

    def watch(self, thing: Thing) -> Sequence[Transition]:
        """Evaluates the thing by this description from now on.

        Watched before, it keeps the state of rules that stayed the same. An active alarm stays active under a changed
        rule as long as the last values say so, and returns when its rule is gone.
        """
        before = self._things.get(thing.id)
        watched = self._things[thing.id] = _Watched(thing)
        for rule in thing.model.alarms:
            watched.rules[rule.name] = self._take_up(watched, rule, before)
        told: list[Transition] = []
        for name, old in before.rules.items() if before else ():
            if watched.rules.get(name) is not old:
                old.deadline = None
            if old.alarm and name not in watched.rules:
                told.append(self._gone(old.alarm))
        for (thing_id, _), orphan in self._orphans.items():
            if thing_id == thing.id:
                orphan.until = min(orphan.until, self._now + ORPHAN_WAIT)
        return [*told, *self._weigh(watched)]

    def forget(self, thing_id: str) -> Sequence[Transition]:
        """The thing is gone for good: its active alarms return."""
        watched = self._things.pop(thing_id, None)
        rules = list(watched.rules.values()) if watched else []
        for rule in rules:
            rule.deadline = None
        alarms = [rule.alarm for rule in rules if rule.alarm]
        alarms += [self._orphans.pop(key).alarm for key in list(self._orphans) if key[0] == thing_id]
        return [self._gone(alarm) for alarm in alarms]

    def active(self) -> list[Active]:
        """Every alarm that began and did not return, to be kept over a restart."""
        rules = [rule for watched in self._things.values() for rule in watched.rules.values()]
        return [rule.alarm for rule in rules if rule.alarm] + [orphan.alarm for orphan in self._orphans.values()]

    def restore(self, alarms: Iterable[Active], told: Mapping[tuple[str, str], int] | None = None) -> None:
        """Takes up the active alarms of the run before, without telling of them again. Call it before watching.

        `told` is the last instant (Unix ms) told of each rule of a thing, of what is over too: an occurrence that begins
        within the same two seconds, or by a device's clock that stands, must not get the id of one that ended.
        """
        for alarm in alarms:
            key = (alarm.thing_id, alarm.rule.name)
            self._orphans[key] = _Orphan(alarm)
            self._last_ms[key] = alarm.onset_ms
        self._last_ms.update(told or {})
        # Where the run before went beside the grid, this one goes on.
        self._off_grid = {key: last_ms % RECEIVED_STEP for key, last_ms in self._last_ms.items()}

    def _take_up(self, watched: _Watched, rule: AlarmRule, before: _Watched | None) -> _Rule:
        """The rule at work in `watched`, with the state it had under the description before."""
        old = before.rules.get(rule.name) if before else None
        if old and old.rule == rule:
            taken = old
            taken.owner = watched
        else:
            taken = _Rule(watched, rule, old.alarm if old else None)
        orphan = self._orphans.pop((watched.thing.id, rule.name), None)
        if orphan:
            taken.alarm = orphan.alarm
        taken.conditions = []
        for condition in rule.when:
            known = before.slots.get(condition.point) if before else None
            slot = watched.slots.setdefault(condition.point, Slot(known.value if known else None))
            taken.conditions.append(_at_work(taken, slot, condition))
            slot.conditions.append(taken.conditions[-1])
        return taken

    def _weigh(self, watched: _Watched) -> list[Transition]:
        """Evaluates every rule of a thing by the last values."""
        told: list[Transition] = []
        instant_ms = self._instant(None)
        for rule in watched.rules.values():
            rule.refresh()
            told += self._step(rule, instant_ms)
        return told

    def _step(self, rule: _Rule, instant_ms: int) -> Sequence[Transition]:
        """Compares what is with what was told: starts or stops a delay, or tells at once where there is none."""
        truth = rule.truth()
        if truth is None or truth is (rule.alarm is not None):
            # Nobody can tell, or it is as told: no delay runs.
            rule.deadline = None
            return _NOTHING
        if rule.deadline is not None:
            return _NOTHING
        rule.instant_ms = instant_ms
        delay = rule.rule.off_delay if rule.alarm else rule.rule.on_delay
        if delay <= 0:
            return (self._tell(rule),)
        rule.deadline = self._now + delay
        self._delays_made += 1
        heappush(self._delays, (rule.deadline, self._delays_made, rule))
        self._due = self._delays[0][0]
        return _NOTHING

    def _expire(self) -> Sequence[Transition]:
        """Tells what the delays that ran out by now lead to."""
        told: list[Transition] = []
        while self._delays and self._delays[0][0] <= self._now:
            deadline, _, rule = heappop(self._delays)
            if rule.deadline == deadline:
                told.append(self._tell(rule))
        self._due = self._delays[0][0] if self._delays else inf
        return told

    def _tell(self, rule: _Rule) -> Transition:
        """Turns the rule's alarm on or off."""
        rule.deadline = None
        watched, slot = rule.owner, rule.conditions[0].slot
        at_ms = self._distinct(watched.thing.id, rule.rule.name, rule.instant_ms)
        if rule.alarm is None:
            told: Transition = Onset(_begun(watched.thing, rule.rule, at_ms, slot.value))
            rule.alarm = told.alarm
        else:
            told = Return(rule.alarm, max(at_ms, rule.alarm.onset_ms), slot.value)
            rule.alarm = None
        rule.refresh()
        return told

    def _gone(self, alarm: Active) -> Return:
        at_ms = self._distinct(alarm.thing_id, alarm.rule.name, self._instant(None))
        return Return(alarm, max(at_ms, alarm.onset_ms), None)

    def _distinct(self, thing_id: str, rule: str, at_ms: int) -> int:
        """The instant, or a free one near it: no two occurrences of a rule share an instant, for it makes their ids."""
        key = thing_id, rule
        last_ms = self._last_ms.get(key)
        if last_ms is not None:
            if at_ms <= last_ms - DEVICE_LATE * 1000:
                # The clock was put back: what it says now, it may have said before. Off the grid nobody has been yet.
                self._off_grid[key] = 1 + last_ms % (RECEIVED_STEP - 1)
            if at_ms % RECEIVED_STEP == 0:
                at_ms += self._off_grid.get(key, 0)
            if last_ms - DEVICE_LATE * 1000 < at_ms <= last_ms:
                at_ms = last_ms + 1
        self._last_ms[key] = at_ms
        return at_ms

    def _instant(self, device_at: float | None) -> int:
        """The instant of a message in Unix milliseconds: the device's where it told a believable one, else ours."""
        wall = self._wall()
        if device_at is not None and wall - DEVICE_LATE <= device_at <= wall + DEVICE_EARLY:
            return round(device_at * 1000)
        return int(wall * 1000) // RECEIVED_STEP * RECEIVED_STEP


def _begun(thing: Thing, rule: AlarmRule, onset_ms: int, value: Value | None) -> Active:
    point = thing.model.point(rule.point)
    return Active(
        alarm_id=deterministic_id("alarm", thing.id, rule.name, str(onset_ms)),
        thing_id=thing.id,
        thing_name=thing.name,
        kind=thing.model.kind,
        rule=rule,
        unit=point.symbol if point else "",
        onset_ms=onset_ms,
        value=value,
        place=thing.place,
        parent=thing.parent,
    )


def _at_work(rule: _Rule, slot: Slot, condition: Condition) -> _Condition:
    deadband = max(0.0, rule.rule.deadband)
    if condition.above is not None:
        return _Condition(rule, slot, "above", condition.above, condition.above - deadband)
    if condition.below is not None:
        return _Condition(rule, slot, "below", condition.below, condition.below + deadband)
    if condition.equals is not None:
        return _Condition(rule, slot, "equals", condition.equals, condition.equals)
    return _Condition(rule, slot, "differs", condition.differs, condition.differs, nor=condition.nor)
