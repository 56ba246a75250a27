"""The procedures of the shipped definitions: what they ask for, in which order, and their clocks."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from db.store import Records
from desktop.cases import clocks, rules
from desktop.cases.definition import CaseDefinition, CaseField, Item, Move
from desktop.cases.loading import load_definitions
from desktop.cases.service import Cases
from desktop.kernel.errors import Invalid, NotAllowed, NotFound
from desktop.security.roles import roles
from resources.loader import folder
from tests.desktop.cases.support import BOSS, GUARD, TERMINAL, with_operators
from tests.support.fakes import FakeClock, FakeIds

SHIPPED = load_definitions(folder("cases")).newest()
PROCEDURES = ("fire-alarm", "gas-alarm", "lift-entrapment", "waterlogging")
NOW = "2026-11-22T14:00:00+08:00"


@pytest.fixture
def cases(records: Records, clock: FakeClock, new_id: FakeIds) -> Cases:
    with_operators(records)
    return Cases(records, clock, new_id, TERMINAL)


def opened(cases: Cases, name: str, urgency: str = "urgent") -> str:
    return cases.open(GUARD, name, "试", urgency=urgency).id


def all_done(field: CaseField) -> list[str]:
    return [item.name for item in field.items if item.required]


def value(field: CaseField) -> object:
    samples: dict[str, object] = {"text": "已处理", "number": 1, "date-time": NOW, "checklist": all_done(field)}
    return next(iter(field.options)) if field.type == "choice" else samples[field.type]


def needed(definition: CaseDefinition, move: Move, **more: object) -> dict[str, object]:
    given, held = rules.needed(definition, move, more)
    fields = [field for field in definition.fields if field.name in (*given, *held)]
    return {field.name: value(field) for field in fields} | more


@pytest.mark.parametrize("name", PROCEDURES)
def test_the_usual_next_steps_lead_to_the_archive(cases: Cases, name: str) -> None:
    case_id, definition = opened(cases, name), SHIPPED[name]
    for _ in range(12):
        moves = cases.moves_for(BOSS, case_id)
        if not moves:
            break
        move = next(move for move in moves if move.tone == "primary")
        cases.move(BOSS, case_id, move.name, fields=needed(definition, move))
    assert cases.get(case_id).view.state == "archived"


@pytest.mark.parametrize("name", PROCEDURES)
def test_whoever_stands_guard_can_act_until_the_danger_is_over(name: str) -> None:
    definition, guard = SHIPPED[name], roles()["guard"]
    urgent = {state for clock in definition.clocks for state in clock.states}
    first = [move for move in definition.moves if urgent & set(move.sources) and move.tone == "primary"]
    assert first
    assert {move.permission for move in first} <= guard


def test_a_move_of_one_name_is_one_thing_everywhere() -> None:
    titles = defaultdict(set)
    for move in itertools.chain.from_iterable(definition.moves for definition in SHIPPED.values()):
        titles[move.name].add(move.title["zh"])
    assert {name: found for name, found in titles.items() if len(found) > 1} == {}


def test_trapped_passengers_are_calmed_with_every_line_of_the_script(cases: Cases) -> None:
    case_id, script = opened(cases, "lift-entrapment"), SHIPPED["lift-entrapment"].field("script")
    assert script is not None
    with pytest.raises(Invalid) as refused:
        cases.move(GUARD, case_id, "calm", fields={"script": all_done(script)[1:], "condition": "well"})
    assert (refused.value.field, refused.value.facts["why"]) == ("script", "not_complete")
    cases.move(GUARD, case_id, "calm", fields={"script": all_done(script), "condition": "well"})
    assert cases.get(case_id).values["script"] == all_done(script)


@pytest.mark.parametrize(("urgency", "minutes"), [("urgent", 30), ("normal", 60)])
def test_rescuers_have_thirty_minutes_in_a_city_and_an_hour_elsewhere(cases: Cases, urgency: str, minutes: int) -> None:
    view = cases.open(GUARD, "lift-entrapment", "困人", urgency=urgency)
    assert view.due_at == view.opened_at + timedelta(minutes=minutes)


@pytest.mark.parametrize(("arrival", "in_time"), [("10:30:00", True), ("10:30:01", False)])
def test_an_arrival_is_in_time_at_the_due_instant_and_late_after_it(arrival: str, in_time: bool) -> None:
    trapped = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
    begun = clocks.begun(SHIPPED["lift-entrapment"], "urgent", 1, trapped)
    (promised,) = clocks.reckoned(begun, (), {})
    at = datetime.fromisoformat(f"2026-03-01T{arrival}+00:00")
    assert (clocks.standing(promised, (), at) != "breached") is in_time
    stopped = msgspec.structs.replace(promised, stopped=at)
    assert clocks.standing(stopped, (), at) == ("met" if in_time else "late")


def test_the_clock_stops_at_the_arrival(cases: Cases, clock: FakeClock) -> None:
    case_id = opened(cases, "lift-entrapment")
    cases.move(GUARD, case_id, "call", fields={"called_at": NOW, "maintainer": "日立"})
    cases.move(GUARD, case_id, "rescuers_arrive", fields={"arrived_at": NOW})
    clock.advance(7200)
    assert not cases.get(case_id).view.overdue


def test_water_is_not_under_control_before_the_ramp_is_closed_and_the_power_cut(cases: Cases) -> None:
    case_id, steps = opened(cases, "waterlogging"), SHIPPED["waterlogging"].field("steps")
    assert steps is not None
    cases.move(GUARD, case_id, "act", fields={"steps": ["pumps"], "depth": 260})
    for missing in ("close_ramp", "power", "residents"):
        done = [name for name in all_done(steps) if name != missing]
        with pytest.raises(Invalid):
            cases.move(GUARD, case_id, "control", fields={"steps": done, "depth": 260, "controlled_at": NOW})
    cases.move(GUARD, case_id, "control", fields={"steps": all_done(steps), "depth": 120, "controlled_at": NOW})


def test_gas_the_resident_is_told_before_anybody_is_sent(cases: Cases) -> None:
    case_id = opened(cases, "gas-alarm")
    assert [move.name for move in cases.moves_for(GUARD, case_id)][:2] == ["instruct", "not_reached"]
    with pytest.raises(Invalid):
        cases.move(GUARD, case_id, "not_reached", fields={"reached": "no_answer", "dispatched_at": NOW})
    cases.move(
        GUARD, case_id, "not_reached", fields={"reached": "no_answer", "dispatched_at": NOW}, reason="三次无人接"
    )


@pytest.mark.parametrize(
    ("name", "finding", "next_move"),
    [
        ("gas-alarm", "leak", "stop_leak"),
        ("gas-alarm", "cooking", "no_leak"),
        ("fire-alarm", "fire", "fight"),
        ("fire-alarm", "smoke", "no_fire"),
    ],
)
def test_what_is_found_on_site_decides_what_comes_next(cases: Cases, name: str, finding: str, next_move: str) -> None:
    case_id, definition = opened(cases, name), SHIPPED[name]
    while cases.get(case_id).view.state != "confirmed":
        move = cases.moves_for(BOSS, case_id)[0]
        more = {"finding": finding} if "finding" in move.needs.fields else {}
        cases.move(BOSS, case_id, move.name, fields=needed(definition, move, **more))
    usual = [move.name for move in cases.moves_for(BOSS, case_id) if move.tone == "primary"]
    assert usual == [next_move]


def test_a_real_fire_is_not_closed_without_119_and_a_report(cases: Cases) -> None:
    case_id = opened(cases, "fire-alarm")
    cases.move(GUARD, case_id, "confirm", fields={"confirmed_at": NOW, "finding": "fire"})
    cases.move(GUARD, case_id, "fight", fields={"acts": ["call_119"]})
    definition = SHIPPED["fire-alarm"]
    report = definition.move("report")
    assert report is not None
    whole = needed(definition, report)
    for name in ("reported_at", "reported_to", "acts"):
        with pytest.raises(Invalid):
            cases.move(BOSS, case_id, "report", fields={**whole, name: None})
    cases.move(BOSS, case_id, "report", fields=whole)


def test_the_program_opens_a_case_where_a_person_would_need_the_right(cases: Cases, records: Records) -> None:
    from db.store import Act, Transaction
    from desktop.cases.evidence import Evidence
    from tests.desktop.cases.support import principal

    def by_nobody(tx: Transaction) -> str:
        return cases.open_in(tx, None, "gas-alarm", "燃气", evidence=Evidence(alarm_id="a1")).id

    def by_somebody(tx: Transaction) -> str:
        return cases.open_in(tx, principal("auditor", "auditor"), "gas-alarm", "燃气").id

    act = Act("test", "system", "系统", "D1", datetime(2026, 11, 22, tzinfo=UTC))
    case_id = records.write(act, by_nobody)
    with pytest.raises(NotAllowed):
        records.write(act, by_somebody)
    assert cases.get(case_id).evidence == Evidence(alarm_id="a1")
    records.write(act, lambda tx: cases.tell_in(tx, case_id, {"acknowledged_by": "李"}))
    told = cases.get(case_id).evidence
    assert told is not None and (told.alarm_id, told.acknowledged_by) == ("a1", "李")
    with pytest.raises(NotFound):
        records.write(act, lambda tx: cases.tell_in(tx, "nobody", {}))


CHECKLIST = CaseField(
    name="steps", title={"zh": "清单", "en": "List"}, type="checklist",
    items=(
        Item(name="a", title={"zh": "甲", "en": "A"}, required=True),
        Item(name="b", title={"zh": "乙", "en": "B"}),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "problem", "complete"),
    [
        (["a"], None, True),
        (["a", "b"], None, True),
        (["b"], None, False),
        (["a", "c"], "not_an_option", None),
        ("a", "not_an_option", None),
        ([["a"]], "not_an_option", None),
        ({"a": True}, "not_an_option", None),
    ],
)
def test_a_checklist_holds_its_own_items_and_is_complete_with_the_required_ones(
    value: object, problem: str | None, complete: bool | None
) -> None:
    assert rules.problem_with(CHECKLIST, value) == problem
    if complete is not None:
        assert rules.is_complete(CHECKLIST, value) is complete


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("required: true}", "required: true, when: x}", "unknown field"),
        ("{name: who, title: {zh:", "{name: coming, title: {zh:", "used twice"),
        ("type: checklist", "type: text", "a checklist has items"),
        ("    max_length: 1000", "    max_length: 0", "max_length"),
        ("field: arrived_at", "field: people", "is no date-time"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_checklist_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    good = (folder("cases") / "lift-entrapment.yaml").read_text(encoding="utf-8")
    assert old in good
    (tmp_path / "bad.yaml").write_text(good.replace(old, new, 1), encoding="utf-8")
    (error,) = load_definitions(tmp_path).refused
    assert reason in error.reason, str(error)
