"""A rule may hold within a range alone: under 198 V the voltage is low, under half of 220 V a phase is missing and nothing
else. The far end of such a range is no limit that people are shown or may set."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.alarms.evaluator import Evaluator
from desktop.alarms.transitions import Onset
from desktop.things.limits import limits_of
from desktop.things.loader import load_models
from desktop.things.model import ONLINE, Thing
from desktop.things.overrides import Overrides, RuleOverride, applied, problems
from tests.desktop.things.test_models import alarm, edited

MODELS = load_models().models
METER = MODELS["electricity-meter"]


def told(kind: str, values: dict[str, float | bool]) -> set[str]:
    """The rules that begin within ten minutes of these values, with nothing else ever told."""
    evaluator = Evaluator(wall=lambda: 1_795_000_000.0)
    evaluator.watch(Thing(id="x", name="x", model=MODELS[kind], dialect="linli"))
    evaluator.sample("x", ONLINE, True, 0.0)
    changes = [change for point, value in values.items() for change in evaluator.sample("x", point, value, 0.0)]
    changes += evaluator.tick(600.0)
    return {change.alarm.rule.name for change in changes if isinstance(change, Onset)}


@pytest.mark.parametrize("phase", ["a", "b", "c"])
@pytest.mark.parametrize("contact", [{}, {"phase_loss": False}, {"phase_loss": True}])
@pytest.mark.parametrize(
    ("volts", "rule"),
    [(0, "phase-missing"), (92, "phase-missing"), (109.9, "phase-missing"), (110, "voltage-low"), (180, "voltage-low"),
     (197.9, "voltage-low"), (198, ""), (235.4, ""), (235.5, "voltage-high")],
)  # fmt: skip
def test_a_phase_is_low_or_missing_whatever_a_contact_says(
    phase: str, contact: dict[str, float | bool], volts: float, rule: str
) -> None:
    expected = {f"{rule}-{phase}"} if rule else set()
    assert told("electricity-meter", {f"voltage_{phase}": volts, **contact}) == expected


@pytest.mark.parametrize(
    ("volts", "rule"),
    [(0, "line-missing"), (220, "line-missing"), (340, "voltage-low"), (353.3, "voltage-low"), (353.4, ""), (406.6, ""),
     (406.7, "voltage-high")],
)  # fmt: skip
def test_the_lines_of_a_switchboard_are_watched_without_what_it_works_out_itself(volts: float, rule: str) -> None:
    lines = ("ab", "bc", "ca")
    expected = {f"{rule}-{line}" for line in lines} if rule else set()
    assert told("power-distribution", {f"voltage_{line}": volts for line in lines}) == expected


def test_the_far_end_of_a_range_is_no_limit_on_a_gauge() -> None:
    found = [(limit.value, limit.side, limit.alone) for limit in limits_of(METER, "voltage_a")]
    assert found == [(109.9, "below", True), (197.9, "below", True), (235.5, "above", True)]


def test_the_far_end_of_a_range_is_not_a_site_s_to_set() -> None:
    thing = Thing(id="x", name="x", model=METER, dialect="linli")
    (problem,) = problems(METER, Overrides(rules={"voltage-low-a": RuleOverride(above=50.0)}))
    assert problem.at == "rules.voltage-low-a.above"
    lower = applied(thing, Overrides(rules={"voltage-low-a": RuleOverride(below=190.0)})).model
    rule = next(rule for rule in lower.alarms if rule.name == "voltage-low-a")
    assert [(each.above, each.below) for each in rule.when] == [(None, 190.0), (110, None)]


def test_a_site_s_limit_beyond_the_far_end_is_refused() -> None:
    (problem,) = problems(METER, Overrides(rules={"voltage-low-a": RuleOverride(below=100.0)}))
    assert problem.at == "rules.voltage-low-a.below"
    assert "never come" in problem.reason


def test_a_range_that_nothing_is_in_is_refused_with_its_line(tmp_path: Path) -> None:
    file = edited(tmp_path, "electricity-meter", lambda c: alarm(c, "voltage-low-a")["when"][0].update(below=100))
    (refused,) = load_models(tmp_path).refused
    assert "never come" in refused.reason
    assert '"above": 110' in file.read_text(encoding="utf-8").splitlines()[refused.line - 1]
