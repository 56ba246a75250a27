"""What goes wrong in the simulated community, and when: pure functions of seed and time.

A trouble is an alarm rule of a thing model made true, so that a new kind of thing brings its troubles in its own file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desktop.simulate.behaviour import fitted, noise
from desktop.simulate.building import Device
from desktop.things.model import ONLINE, AlarmRule, Condition, Point, ThingModel, Value

RAMP = 8.0
"""Seconds in which a number goes from its natural value to the trouble's."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The `which`-th device of a kind has a trouble for a while."""

    begins: float
    lasts: float
    kind: str
    rule: str
    which: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """A trouble going on: of which device, after which rule, for how long already (seconds)."""

    device_id: str
    rule: str
    since: float


# Chosen so that within the first minute alarms of every priority begin, some return, and one thing falls silent. The
# delays of the rules come on top.
OPENING = (
    Planned(5, 20, "access-door", "forced", 3),
    Planned(8, 150, "waterlogging", "wet", 0),
    Planned(12, 240, "access-door", "offline", 7),
    Planned(14, 900, "pump-set", "pump1-fault", 0),
    Planned(18, 40, "lighting-circuit", "not-on", 4),
    Planned(24, 60, "lift", "trapped-call", 5),
    Planned(30, 25, "gas-detector", "gas-low", 1),
    Planned(36, 45, "lighting-circuit", "not-off", 1),
)
LATER = (
    ("access-door", "held-open", 90.0),
    ("waterlogging", "deep", 120.0),
    ("barrier", "not-opening", 60.0),
    ("lift", "fault", 180.0),
    ("electricity-meter", "voltage-low-b", 150.0),
    ("pump-set", "pressure-low", 60.0),
    ("lift", "alarm-button", 20.0),
    ("gas-detector", "offline", 120.0),
    ("access-door", "forced", 20.0),
    ("waterlogging", "pump-fault", 200.0),
)
EVERY = 240.0
"""After the opening, a trouble begins every so many seconds."""


def going_on(devices: Sequence[Device], seed: int, elapsed: float) -> dict[str, Trouble]:
    """The troubles of the moment, at most one a device. `elapsed` counts seconds since the simulation began."""
    by_kind: dict[str, list[str]] = {}
    for device in devices:
        by_kind.setdefault(device.kind, []).append(device.id)
    found: dict[str, Trouble] = {}
    for plan in (*_later(seed, elapsed), *OPENING):
        since = elapsed - plan.begins
        if 0 <= since < plan.lasts and (ids := by_kind.get(plan.kind)):
            device_id = ids[plan.which % len(ids)]
            found[device_id] = Trouble(device_id, plan.rule, since)
    return found


def silent(trouble: Trouble, model: ThingModel) -> bool:
    """Whether the trouble is that the thing cannot be reached."""
    return any(condition.point == ONLINE for condition in _rule(trouble, model).when)


def forced(trouble: Trouble, model: ThingModel, natural: Mapping[str, Value]) -> dict[str, Value]:
    """The values that make the rule true; numbers get there in RAMP seconds from their natural value."""
    found: dict[str, Value] = {}
    rule = _rule(trouble, model)
    for condition in rule.when:
        point = model.point(condition.point)
        if point is None:
            continue
        goal = _goal(condition, rule, point)
        start = natural.get(point.name)
        if condition.above is not None or condition.below is not None:
            assert isinstance(goal, (int, float))
            begin = float(start) if isinstance(start, (int, float)) else float(goal)
            goal = begin + (goal - begin) * min(trouble.since / RAMP, 1.0)
        found[point.name] = fitted(point, goal)
    return found


def _later(seed: int, elapsed: float) -> list[Planned]:
    plans: list[Planned] = []
    for number in range(max(int(elapsed // EVERY), 1), 0, -1)[:4]:
        kind, rule, lasts = LATER[int(noise(seed, number) * len(LATER))]
        plans.append(Planned(number * EVERY, lasts, kind, rule, int(noise(seed, -number) * 1_000)))
    return plans


def _rule(trouble: Trouble, model: ThingModel) -> AlarmRule:
    return next(rule for rule in model.alarms if rule.name == trouble.rule)


def _goal(condition: Condition, rule: AlarmRule, point: Point) -> Value:
    """A value that meets the condition clearly: beyond its deadband, and beyond rounding."""
    if condition.equals is not None:
        return condition.equals
    if condition.differs is not None:
        return _other(condition.differs, point)
    limit = condition.above if condition.above is not None else condition.below
    assert limit is not None
    beyond = max(2 * rule.deadband, abs(limit) * 0.08, 10.0**-point.decimals)
    return limit + beyond if condition.above is not None else limit - beyond


def _other(value: Value, point: Point) -> Value:
    if point.enum:
        return next(one for one in point.enum if one != value)
    if isinstance(value, bool):
        return not value
    return f"not {value}" if isinstance(value, str) else value + 1
