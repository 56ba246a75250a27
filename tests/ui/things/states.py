"""Every kind in the states a person must tell apart, with readings made from what its model simulates."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from zlib import crc32

import pytest

from desktop.alarms.views import AlarmView
from desktop.simulate.behaviour import Moment, values
from desktop.simulate.shapes import shapes_of
from desktop.things.limits import URGENCY
from desktop.things.model import ONLINE, AlarmRule, Condition, Point, Quality, Reading, Thing, ThingModel, Value
from desktop.things.views import ThingView
from ui.parts import ink

State = Literal["normal", "alarm", "stale", "offline", "uncertain", "bad", "never", "simulated"]
STATES: tuple[State, ...] = ("normal", "alarm", "stale", "offline")
DOUBTS: tuple[State, ...] = ("normal", "uncertain", "bad", "never", "simulated")
"""What else is to be known of a value: only replayed, not to be read, never seen, simulated."""
NOON = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
NOW = NOON.timestamp()
AGES: dict[State, timedelta] = {
    "stale": timedelta(hours=2),
    "offline": timedelta(days=2),
}
QUALITY: dict[State, Quality] = {"stale": "stale", "offline": "offline", "uncertain": "uncertain", "bad": "bad"}


@dataclass(frozen=True)
class Staged:
    """A thing in one state: what a panel is given to draw."""

    view: ThingView
    readings: dict[str, Reading]
    alarms: tuple[AlarmView, ...] = ()


def staged(model: ThingModel, state: State) -> Staged:
    thing = Thing(
        id=f"{model.kind}-1", name=model.title["zh"], model=model, dialect="linli", maker="上海凯泉",
        simulated=state == "simulated",
    )  # fmt: skip
    view = ThingView(
        thing.id, thing.name, thing, "b3", "3", ("3 栋", "地下一层"), False, "", online=state != "offline"
    )  # fmt: skip
    told = {} if state == "never" else simulated(model)
    rule = loudest(model) if state == "alarm" else None
    if rule is not None:
        for condition in rule.when:
            point = model.point(condition.point)
            if point is not None:
                told[point.name] = breaking(point, condition, told.get(point.name))
    at = NOW - AGES.get(state, timedelta(seconds=3)).total_seconds()
    readings = {name: Reading(value, QUALITY.get(state, "good"), at) for name, value in told.items()}
    readings |= {p.name: Reading(None, "none", 0.0) for p in model.points if p.name not in readings}
    return Staged(view, readings, (alarm_of(view, rule),) if rule is not None else ())


def simulated(model: ThingModel) -> dict[str, Value]:
    """What the kind says at two in the afternoon."""
    return values(shapes_of(model), crc32(model.kind.encode()), Moment(NOW), {})


def loudest(model: ThingModel) -> AlarmRule | None:
    """The most urgent rule on a point that can be seen."""
    own = [rule for rule in model.alarms if rule.point != ONLINE]
    return min(own, key=lambda rule: (URGENCY[rule.priority], not rule.life_safety), default=None)


def breaking(point: Point, condition: Condition, usual: Value | None) -> Value:
    """A value that fulfils the condition."""
    if condition.equals is not None:
        return condition.equals
    if condition.differs is not None:
        if point.type in ("integer", "number"):
            return next((int(key) for key in point.labels if key != str(condition.differs)), 8)
        others = [v for v in point.enum if v != condition.differs] or [not condition.differs]
        return others[0]
    number = condition.above if condition.above is not None else condition.below
    assert number is not None
    beyond = number + abs(number) * 0.02 * (1 if condition.above is not None else -1)
    return round(number) if point.type == "integer" else round(beyond, point.decimals + 1)


def alarm_of(view: ThingView, rule: AlarmRule) -> AlarmView:
    return AlarmView(
        id=f"{view.id}-{rule.name}", thing_id=view.id, thing_name=view.name, thing_kind=view.thing.model.kind,
        place_id=view.place_id, place_path=view.place_path, point=rule.point, rule=rule.name, priority=rule.priority,
        life_safety=rule.life_safety, state="unacknowledged", value=1.0, limit=1.0, unit="", title=rule.title,
        cause=rule.cause, consequence=rule.consequence, response=rule.response, onset_at=NOON - timedelta(minutes=4),
        returned_at=None, acknowledged_at=None, acknowledged_by_name=None, shelved_until=None, case_id=None,
        case_number=None,
    )  # fmt: skip


def with_mimic(staged_: Staged, model: ThingModel) -> Staged:
    """The same thing, described by a model with another panel."""
    thing = Thing(id=staged_.view.id, name=staged_.view.name, model=model, dialect="linli")
    return Staged(replace(staged_.view, thing=thing), staged_.readings, staged_.alarms)


@contextmanager
def cut_texts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every painted text that did not fit its room, while it lasts."""
    cut: list[str] = []
    real: Callable[..., float] = ink.draw_text

    def spy(
        painter: object, rect: object, text: str, role: object, color: str, weight: int = 400, **more: object
    ) -> float:
        wide = ink.metrics(role, weight).horizontalAdvance(text)
        if wide > rect.width() + 0.5:  # type: ignore[attr-defined]
            cut.append(text)
        return real(painter, rect, text, role, color, weight, **more)

    def full(
        painter: object, rect: object, text: str, role: object, color: str, weight: int = 400, align: object = None
    ) -> float:
        return spy(painter, rect, text, role, color, weight, **({} if align is None else {"align": align}))

    with monkeypatch.context() as patched:
        for name, module in list(sys.modules.items()):
            if name.startswith("ui.") and getattr(module, "draw_text", None) is real:
                patched.setattr(module, "draw_text", full)
        yield cut
