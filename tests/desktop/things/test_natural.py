"""Every kind left to itself: a simulated day without trouble raises no alarm, and yet something moves. And every rule
tells what it is for, and ends when the day is natural again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from desktop.alarms.evaluator import Evaluator
from desktop.alarms.transitions import Onset, Return, Transition
from desktop.simulate.behaviour import Moment, values
from desktop.simulate.shapes import shapes_of
from desktop.things.loader import SUFFIX, load_model
from desktop.things.model import ONLINE, AlarmRule, Condition, Point, Thing, ThingModel, Value
from resources.loader import folder

KINDS = sorted(file.name.removesuffix(SUFFIX) for file in folder("things").glob("*" + SUFFIX))
SEEDS = (1, 20, 300)

BEGIN = 1_750_003_200.0
"""Midnight in Beijing on a Monday in June."""
DAY = 86_400.0

STEP = 293.0
"""Seconds between two looks at a quiet thing: about five minutes, and no part of the periods that the models use."""
CLOSE = 2.0
"""Seconds between two looks while a condition holds: whether its delay runs out must not hang on STEP."""


def model_of(kind: str) -> ThingModel:
    return load_model(folder("things", kind + SUFFIX))


def day(model: ThingModel, seed: int) -> Iterator[tuple[float, dict[str, Value]]]:
    """The moments of a natural day with the values the thing has there."""
    shapes = shapes_of(model, seed)
    at = BEGIN
    while at < BEGIN + DAY:
        now = values(shapes, seed, Moment(at), {})
        yield at, now
        at += CLOSE if any(met(rule, now) for rule in model.alarms) else STEP


def met(rule: AlarmRule, now: dict[str, Value]) -> bool:
    return not rule.comms and all(holds(condition, now) for condition in rule.when)


def holds(condition: Condition, now: dict[str, Value]) -> bool:
    value = True if condition.point == ONLINE else now.get(condition.point)
    if isinstance(value, (int, float)) and condition.above is not None:
        return value >= condition.above
    if isinstance(value, (int, float)) and condition.below is not None:
        return value <= condition.below
    if condition.equals is not None:
        return value == condition.equals
    return condition.differs is not None and value != condition.differs


class Guard:
    """One thing of a kind under evaluation, at a clock of its own."""

    def __init__(self, model: ThingModel) -> None:
        self._at = BEGIN
        self._told: list[Transition] = []
        self._evaluator = Evaluator(wall=lambda: self._at)
        self._evaluator.watch(Thing(id="one", name="One", model=model, dialect="linli"))

    def see(self, at: float, values: Mapping[str, Value]) -> list[Transition]:
        self._at = at
        told = [change for name, value in values.items() for change in self._evaluator.sample("one", name, value, at)]
        told += self._evaluator.tick(at)
        self._told += told
        return told

    def began(self, rule: AlarmRule) -> bool:
        return any(isinstance(change, Onset) and change.alarm.rule == rule for change in self._told)

    def ended(self, rule: AlarmRule) -> bool:
        return any(isinstance(change, Return) and change.alarm.rule == rule for change in self._told)


@pytest.mark.parametrize("kind", KINDS)
def test_no_alarm_comes_by_itself_in_a_natural_day(kind: str) -> None:
    model = model_of(kind)
    began: list[tuple[int, str, float, Value | None]] = []
    for seed in SEEDS:
        guard = Guard(model)
        guard.see(BEGIN, {ONLINE: True})
        for at, now in day(model, seed):
            for change in guard.see(at, now):
                if isinstance(change, Onset):
                    began.append((seed, change.alarm.rule.name, (at - BEGIN) / 3600, change.alarm.value))
    assert began == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_rule_tells_its_trouble_and_ends_after_it(kind: str) -> None:
    """Limits that no value reaches, conditions that rule each other out, and a deadband that nature never leaves."""
    model = model_of(kind)
    shapes = shapes_of(model, SEEDS[0])
    for rule in model.alarms:
        guard = Guard(model)
        natural = values(shapes, SEEDS[0], Moment(BEGIN), {})
        guard.see(BEGIN, {ONLINE: True, **natural})
        trouble = {condition.point: reached(condition, model.point(condition.point)) for condition in rule.when}
        guard.see(BEGIN + 1, natural | trouble)
        after = BEGIN + 2 + rule.on_delay
        guard.see(after, natural | trouble)
        assert guard.began(rule), (rule.name, trouble)
        for step in range(int(DAY / STEP)):
            at = after + step * STEP
            guard.see(at, {ONLINE: True, **values(shapes, SEEDS[0], Moment(at), {})})
        assert guard.ended(rule), (rule.name, trouble)


def reached(condition: Condition, point: Point | None) -> Value:
    """A value that meets the condition, one step of its point beyond the limit."""
    if condition.equals is not None:
        return condition.equals
    if condition.differs is not None:
        others = point.enum if point and point.enum else (False, True)
        return next(value for value in others if value != condition.differs)
    assert point is not None
    step = 1.0 if point.type == "integer" else 10.0**-point.decimals
    if condition.above is not None:
        return min(condition.above + step, point.maximum or condition.above + step)
    assert condition.below is not None
    return condition.below - step if point.minimum is None else max(condition.below - step, point.minimum)


@pytest.mark.parametrize("kind", KINDS)
def test_every_point_has_a_shape_and_stays_inside_its_range(kind: str) -> None:
    model = model_of(kind)
    assert {point.name for point in model.points} == {point.name for point, _ in shapes_of(model)}
    for seed in SEEDS:
        for _, now in day(model, seed):
            for point in model.points:
                value = now[point.name]
                assert not point.enum or value in point.enum, (point.name, value)
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    assert point.minimum is None or value >= point.minimum, (point.name, value)
                    assert point.maximum is None or value <= point.maximum, (point.name, value)


@pytest.mark.parametrize("kind", KINDS)
def test_something_moves_in_a_day(kind: str) -> None:
    model = model_of(kind)
    first, *rest = (now for _, now in day(model, SEEDS[0]))
    assert any(now != first for now in rest)
