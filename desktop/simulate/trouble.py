"""What a scenario's steps do to a device: which values it is forced to. Pure.

A step's `rule` makes an alarm rule of the thing model true, so that a new kind of thing brings its troubles in its own file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from desktop.simulate.behaviour import fitted
from desktop.simulate.scenario import Doing, Move, Step
from desktop.things.model import ONLINE, AlarmRule, Condition, Point, ThingModel, Value

Before = Callable[[float], Mapping[str, Value]]
RAMP = 8.0
"""Seconds in which a number goes from its natural value to where a rule needs it, and back (a third of a short step)."""


def silent(step: Step, model: ThingModel) -> bool:
    """Whether the step is that the thing cannot be reached."""
    return step.silent or (
        bool(step.rule) and any(condition.point == ONLINE for condition in _rule(step.rule, model).when)
    )


def forced(
    doings: Iterable[Doing], model: ThingModel, natural: Mapping[str, Value], before: Before | None = None
) -> dict[str, Value]:
    """The values that steps at work force; of two that force one point the later in the file has it. `before` gives what
    was natural so many seconds ago: where a number began to move (without it, what is natural now)."""
    found: dict[str, Value] = {}
    for doing in doings:
        wanted = wants(doing.step, model)
        moves = any(isinstance(each, Move) and each.to is not None and each.start is None for each in wanted.values())
        begun = before(doing.since) if moves and before is not None else natural
        for name, goal in wanted.items():
            point = model.point(name)
            if point is not None:
                found[name] = fitted(point, _at(goal, doing, natural.get(name, 0), begun.get(name, 0)))
    return found


def wants(step: Step, model: ThingModel) -> dict[str, Value | Move]:
    """Where a step takes the points of a thing: its rule comes true, then its own points hold."""
    return {**(_made_true(_rule(step.rule, model), model, step.lasts) if step.rule else {}), **step.points}


def _at(wanted: Value | Move, doing: Doing, natural: Value, begun: Value) -> Value:
    if not isinstance(wanted, Move):
        return wanted
    return wanted.at(_number(natural), _number(begun), doing.since, doing.step.lasts)


def _number(value: Value) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _made_true(rule: AlarmRule, model: ThingModel, lasts: float) -> dict[str, Value | Move]:
    """The values that make a rule true for so many seconds; numbers go there from their natural value and back."""
    ramp = min(RAMP, lasts / 3)
    found: dict[str, Value | Move] = {}
    for condition in rule.limits:
        point = model.point(condition.point)
        if point is None:
            continue
        goal = _goal(condition, rule, point)
        found[point.name] = Move(to=float(goal), over=ramp, back=ramp) if condition.numeric else goal
    return found


def _rule(name: str, model: ThingModel) -> AlarmRule:
    return next(rule for rule in model.alarms if rule.name == name)


def _goal(condition: Condition, rule: AlarmRule, point: Point) -> Value:
    """A value that meets the condition clearly: beyond its deadband, and beyond rounding."""
    if condition.equals is not None:
        return condition.equals
    if condition.differs is not None:
        return _other((condition.differs, *condition.nor), point)
    limit = condition.above if condition.above is not None else condition.below
    assert limit is not None
    beyond = max(2 * rule.deadband, abs(limit) * 0.08, 10.0**-point.decimals)
    return float(fitted(point, limit + beyond if condition.above is not None else limit - beyond))


def _other(same: Sequence[Value], point: Point) -> Value:
    """A value that is none of these."""
    value = same[0]
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return next(one for one in (*point.enum, f"not {value}") if one not in same)
    return next(one for one in (*point.enum, *(value + n + 1 for n in range(len(same)))) if one not in same)
