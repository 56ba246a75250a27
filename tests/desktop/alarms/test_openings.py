"""Whoever is in danger gets the case of that danger: a rule names it, says of what kind it is, and it can be opened so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db.store import Records
from db.tables.cases import CaseRow
from desktop.alarms.openings import cannot_open
from desktop.alarms.service import Alarms
from desktop.alarms.transitions import Active, Onset, change_of
from desktop.cases.loading import load_definitions
from desktop.cases.service import Cases
from desktop.field.messages import AlarmChange
from desktop.kernel.ids import NewId
from desktop.things.loader import load_models, load_models_of
from desktop.things.model import AlarmRule
from resources.loader import folder
from tests.desktop.alarms.support import WALL_MS, person
from tests.support.fakes import FakeClock

BOSS = person("boss", "alarms.to_case", "cases.open")
LOADED = load_models()
RULES = {f"{kind}/{rule.name}": rule for kind, model in LOADED.models.items() for rule in model.alarms}
DEFINITIONS = load_definitions(folder("cases")).newest()
POOL = Path(__file__).parents[3] / "docs" / "examples" / "swimming-pool.tm.json"


def test_every_case_of_a_shipped_kind_can_be_opened() -> None:
    assert cannot_open(LOADED.models, DEFINITIONS, folder("things")) == []


@pytest.mark.parametrize(
    ("name", "case", "fields"),
    [
        ("home-security/panic", "emergency-response", {"kind": "security"}),
        ("home-security/gas", "gas-alarm", {}),
        ("aed-cabinet/taken", "emergency-response", {"kind": "injury"}),
        ("ventilation/co-danger", "emergency-response", {"kind": "gas"}),
        ("home-electricity/arc", "emergency-response", {"kind": "fire"}),
        ("home-electricity/very-hot", "emergency-response", {"kind": "fire"}),
        ("structure-sensor/moving", "emergency-response", {"kind": "collapse"}),
        ("water-tank/hatch-open", "emergency-response", {"kind": "security"}),
        ("bed-sensor/no-activity-day", "elderly-visit", {"occasion": "quiet"}),
        ("bed-sensor/out-at-night", "elderly-visit", {"occasion": "quiet"}),
        ("care-water-meter/little-water", "elderly-visit", {"occasion": "quiet"}),
        ("sos-button/pressed", "elderly-visit", {"occasion": "sos"}),
        ("energy-storage/cell-very-hot", "fire-alarm", {}),
    ],
)
def test_danger_to_people_starts_its_case_by_itself(name: str, case: str, fields: dict[str, str]) -> None:
    rule = RULES[name]
    assert (rule.case, rule.case_fields, rule.start_case) == (case, fields, True)


@pytest.mark.parametrize(
    ("name", "case", "fields"),
    [
        ("home-security/intrusion", "emergency-response", {"kind": "security"}),
        ("access-door/forced", "emergency-response", {"kind": "security"}),
        ("ev-charger/connector-burning", "fire-alarm", {}),
        ("perimeter-zone/intrusion", "emergency-response", {"kind": "security"}),
        ("bed-sensor/no-activity", "elderly-visit", {"occasion": "quiet"}),
    ],
)
def test_what_may_be_danger_opens_its_case_when_a_person_says_so(name: str, case: str, fields: dict[str, str]) -> None:
    rule = RULES[name]
    assert (rule.case, rule.case_fields, rule.start_case) == (case, fields, False)


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.life_safety], ids=lambda rule: rule.name)
def test_nothing_that_endangers_life_within_half_an_hour_waits_for_a_click(rule: AlarmRule) -> None:
    assert rule.start_case or rule.priority != "critical"


def begun(kind: str, rule: AlarmRule, onset_ms: int) -> AlarmChange:
    thing = f"{kind}-{rule.name}"
    active = Active(f"a-{thing}", thing, thing, kind, rule, "", onset_ms, None)
    return change_of(Onset(active), seq=1)


def test_every_rule_opens_its_case_as_the_files_say(records: Records, clock: FakeClock, new_id: NewId) -> None:
    """From the model's file over the onset to the stored case, for every shipped rule that says more of it than its name."""
    cases = Cases(records, clock, new_id, "D1")
    alarms = Alarms(records, clock, cases, terminal="D1", confirm_second=lambda *_: BOSS)
    rules = [(kind, rule) for kind, model in LOADED.models.items() for rule in model.alarms]
    named = [(kind, rule) for kind, rule in rules if rule.start_case or rule.case_fields]
    for kind, rule in named:
        change = begun(kind, rule, WALL_MS)
        alarms.record(change)
        if not rule.start_case:
            alarms.to_case(BOSS, change.alarm_id)
    opened = records.read(lambda session: {row.thing_id: row for row in session.scalars(select(CaseRow))})
    assert len(named) > 30
    for kind, rule in named:
        case = opened[f"{kind}-{rule.name}"]
        assert case.definition == rule.case
        assert rule.case_fields.items() <= case.fields.items()


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"case": "emergency-response"}, "'kind' is needed"),
        ({"case": "emergency-response", "caseFields": {"kind": "wobble"}}, "'kind' cannot be 'wobble'"),
        ({"case": "gas-alarm", "caseFields": {"kind": "fire"}}, "'kind' is not asked for"),
        ({"case": "complaint"}, "is not asked for"),
    ],
)
def test_a_case_that_cannot_be_opened_is_told_with_its_line_and_the_alarm_stays(
    tmp_path: Path, terms: dict[str, Any], reason: str
) -> None:
    content = json.loads(POOL.read_text(encoding="utf-8"))
    content["linli:alarms"][1].update(terms, startCase=True)
    (tmp_path / "things").mkdir()
    file = tmp_path / "things" / POOL.name
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    loaded = load_models_of(tmp_path)
    assert "swimming-pool" in loaded.models
    told = cannot_open(loaded.models, DEFINITIONS, folder("things"), tmp_path / "things")
    assert {error.file for error in told} == {file}
    assert reason in " ".join(error.reason for error in told)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert all('"case"' in lines[error.line - 1] or '"caseFields"' in lines[error.line - 1] for error in told)


def test_opening_fields_without_a_case_are_refused(tmp_path: Path) -> None:
    content = json.loads(POOL.read_text(encoding="utf-8"))
    content["linli:alarms"][0] = {k: v for k, v in content["linli:alarms"][0].items() if k != "case"}
    content["linli:alarms"][0]["caseFields"] = {"kind": "fire"}
    (tmp_path / POOL.name).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    (refused,) = load_models(tmp_path).refused
    assert "caseFields" in refused.reason
