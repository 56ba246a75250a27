"""Beside `differs`, `nor` lists other values that are no difference: for the alarm, for its trouble, and in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from desktop.alarms.evaluator import Evaluator
from desktop.alarms.transitions import Onset, Return
from desktop.simulate.scenario import Doing, Step
from desktop.simulate.trouble import forced
from desktop.things.loader import load_models
from desktop.things.model import ONLINE, Thing, ThingModel, Value
from tests.desktop.things.test_models import alarm, edited


def read(tmp_path: Path, kind: str, rule: str, **condition: Any) -> ThingModel:
    edited(tmp_path, kind, lambda content: alarm(content, rule)["when"][0].update(condition))
    loaded = load_models(tmp_path)
    assert loaded.refused == ()
    return loaded.models[kind]


def test_what_stands_in_nor_neither_begins_nor_holds_an_alarm(tmp_path: Path) -> None:
    model = read(tmp_path, "lift", "fault", nor=[40, 90])
    evaluator = Evaluator(wall=lambda: 1_795_000_000.0)
    evaluator.watch(Thing(id="x", name="x", model=model, dialect="linli"))
    said: list[tuple[int, list[type]]] = []
    for n, code in enumerate((0, 40, 90, 7, 8, 40)):
        told = [
            *evaluator.sample("x", ONLINE, True, 60.0 * n),
            *evaluator.sample("x", "service_mode", 1, 60.0 * n),
            *evaluator.sample("x", "fault_code", code, 60.0 * n),
            *evaluator.tick(60.0 * n + 59),
        ]
        said.append((code, [type(change) for change in told if change.alarm.rule.name == "fault"]))
    assert said == [(0, []), (40, []), (90, []), (7, [Onset]), (8, []), (40, [Return])]


@pytest.mark.parametrize(
    ("kind", "rule", "condition", "point", "value"),
    [
        ("lift", "fault", {"nor": [1, 2, 4]}, "fault_code", 3),
        ("lift", "stopped", {"equals": None, "differs": 1, "nor": [0, 2]}, "service_mode", 3),
        ("gas-detector", "fault", {"equals": None, "differs": "normal", "nor": ["preheat"]}, "state", "fault"),
    ],
)
def test_its_trouble_is_a_difference(
    tmp_path: Path, kind: str, rule: str, condition: dict[str, Any], point: str, value: Value
) -> None:
    model = read(tmp_path, kind, rule, **condition)
    step = Step(at=0, lasts=60, kind=kind, rule=rule)
    assert forced([Doing(step, 30.0)], model, {})[point] == value


@pytest.mark.parametrize(
    ("kind", "rule", "condition", "reason"),
    [
        ("lift", "stopped", {"nor": [1]}, "nor stands beside differs"),
        ("lift", "fault", {"nor": ["40"]}, "fault_code is never '40'"),
        ("lift", "fault", {"nor": [True]}, "fault_code is never True"),
        ("gas-detector", "fault", {"equals": None, "differs": "normal", "nor": ["odd"]}, "state is never 'odd'"),
    ],
)
def test_a_mistake_in_it_is_told_with_its_line(
    tmp_path: Path, kind: str, rule: str, condition: dict[str, Any], reason: str
) -> None:
    file = edited(tmp_path, kind, lambda content: alarm(content, rule)["when"][0].update(condition))
    (refused,) = load_models(tmp_path).refused
    assert reason in refused.reason
    assert '"nor"' in file.read_text(encoding="utf-8").splitlines()[refused.line - 1]
