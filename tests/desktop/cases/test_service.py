"""A case goes from first word to archive, and its timeline tells every step."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.store import Act, Records, Transaction
from db.tables.places import Community, Place
from desktop.cases.service import Cases
from desktop.cases.views import CaseView
from desktop.kernel.errors import Invalid, LinliError, NotAllowed, NotFound, Refused
from desktop.security.principal import Principal
from resources.loader import folder
from tests.desktop.cases.support import BOSS, CLERK, FITTER, GUARD, TERMINAL, with_operators
from tests.support.fakes import START, FakeClock, FakeIds

DONE = {"result": "换了浮球开关", "cause": "wear", "evidence": "复测水位 120 mm"}


@pytest.fixture
def cases(records: Records, clock: FakeClock, new_id: FakeIds) -> Cases:
    with_operators(records)
    return Cases(records, clock, new_id, TERMINAL)


def opened(cases: Cases, who: Principal = GUARD) -> CaseView:
    return cases.open(who, "device-fault", "积水超限", fields={"description": " 泵不转 "})


def followed_up(cases: Cases, satisfaction: str = "satisfied") -> CaseView:
    case = opened(cases)
    cases.move(CLERK, case.id, "assign", assignee_id="fitter")
    cases.move(FITTER, case.id, "start")
    cases.move(FITTER, case.id, "finish", fields=DONE)
    return cases.move(CLERK, case.id, "follow_up", fields={"satisfaction": satisfaction})


def test_a_case_goes_from_first_word_to_archive(cases: Cases, clock: FakeClock) -> None:
    case = followed_up(cases)
    clock.advance(60)
    end = cases.move(BOSS, case.id, "archive")
    assert (end.state, end.closed_at, end.assignee_name) == ("archived", START + timedelta(seconds=60), "Fitter")
    detail = cases.get(case.id)
    assert [step.op for step in detail.timeline] == [
        "cases.open", "cases.move.assign", "cases.move.start", "cases.move.finish", "cases.move.follow_up",
        "cases.move.archive",
    ]  # fmt: skip
    assert [step.op_title["zh"] for step in detail.timeline][:2] == ["登记", "派单"]
    assert {step.terminal for step in detail.timeline} == {TERMINAL}
    finish = detail.timeline[3]
    assert (finish.actor_name, finish.at) == ("Fitter", START)
    changes = [(c.field["zh"], c.before["zh"], c.after["zh"]) for c in finish.changes]
    assert changes == [
        ("状态", "处理中", "待回访"),
        ("故障原因", "—", "老化磨损"),
        ("处理结果", "—", "换了浮球开关"),
        ("处理凭证", "—", "复测水位 120 mm"),
    ]
    assert [(fact.name, fact.value["en"]) for fact in detail.facts][:2] == [
        ("description", "泵不转"),
        ("cause", "Wear"),
    ]
    assert detail.moves == ()


def test_numbers_carry_terminal_and_local_day(cases: Cases, clock: FakeClock) -> None:
    assert [opened(cases).number for _ in range(2)] == ["D1-20261122-0001", "D1-20261122-0002"]
    clock.advance(10 * 3600)  # 16:00 UTC is midnight in Beijing
    assert opened(cases).number == "D1-20261123-0001"


def test_an_unsatisfied_follow_up_reopens_under_the_same_number(cases: Cases, clock: FakeClock) -> None:
    case = followed_up(cases, "unsatisfied")
    with pytest.raises(Refused):
        cases.move(BOSS, case.id, "archive")
    clock.advance(3600)
    again = cases.move(CLERK, case.id, "reopen", reason="夜里又积水")
    assert (again.number, again.round, again.state, again.assignee_id) == (case.number, 2, "reported", None)
    assert again.due_at == clock.now() + timedelta(minutes=480)
    detail = cases.get(case.id)
    assert {fact.name for fact in detail.facts} == {"description"}
    assert detail.timeline[-1].reason == "夜里又积水"
    assert ("处理结果", "换了浮球开关", "—") in [
        (c.field["zh"], c.before["zh"], c.after["zh"]) for c in detail.timeline[-1].changes
    ]


@pytest.mark.parametrize(
    ("missing", "why"),
    [("result", "missing"), ("cause", "missing"), ("evidence", "missing")],
)
def test_a_finish_without_its_fields_is_refused_by_name(cases: Cases, missing: str, why: str) -> None:
    case = opened(cases)
    cases.move(CLERK, case.id, "assign", assignee_id="fitter")
    cases.move(FITTER, case.id, "start")
    with pytest.raises(Invalid) as caught:
        cases.move(FITTER, case.id, "finish", fields={**DONE, missing: "  "})
    assert (caught.value.field, caught.value.facts["why"]) == (missing, why)
    assert cases.get(case.id).view.state == "in_progress"


@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        ({"labour": [{"worker": "李", "minutes": float("nan")}]}, "labour", "not_a_number"),
        ({"labour": [{"worker": "李", "minutes": True}]}, "labour", "not_a_number"),
        ({"labour": [{"worker": "李", "minutes": -1}]}, "labour", "too_small"),
        ({"labour": [{"worker": "李", "minutes": 1e999}]}, "labour", "not_a_number"),
        ({"labour": [{"minutes": 30}]}, "labour", "missing"),
        ({"cause": "magic"}, "cause", "not_an_option"),
        ({"cause": ["wear"]}, "cause", "not_an_option"),
        ({"result": "x" * 1001}, "result", "too_long"),
        ({"result": "\ud800"}, "result", "unreadable"),
        ({"result": "a\x00b"}, "result", "unreadable"),
        ({"result": 5}, "result", "not_text"),
        ({"colour": "red"}, "colour", "not_asked"),
        ({"arrived_at": "2026-11-22T06:00:00+00:00"}, "arrived_at", "not_asked"),
    ],
)
def test_values_are_held_to_type_and_bounds(cases: Cases, fields: dict[str, object], field: str, why: str) -> None:
    case = opened(cases)
    cases.move(CLERK, case.id, "assign", assignee_id="fitter")
    cases.move(FITTER, case.id, "start")
    with pytest.raises(Invalid) as caught:
        cases.move(FITTER, case.id, "finish", fields={**DONE, **fields})
    assert (caught.value.field, caught.value.facts["why"]) == (field, why)


@pytest.mark.parametrize(("given", "ok"), [
    (datetime(2026, 11, 22, 8, 30, tzinfo=UTC), True), ("2026-11-22T16:30:00+08:00", True),
    ("2026-11-22T16:30:00", False), (datetime(2026, 11, 22, 8, 30), False), ("soon", False), (1763800200, False),
    ("0001-01-01T00:00:00+14:00", False),
])  # fmt: skip
def test_an_instant_needs_its_offset(cases: Cases, clock: FakeClock, given: object, ok: bool) -> None:
    case = opened(cases)
    clock.instant = datetime(2026, 11, 22, 8, 31, tzinfo=UTC)
    cases.move(CLERK, case.id, "assign", assignee_id="fitter")
    if not ok:
        with pytest.raises(Invalid):
            cases.move(FITTER, case.id, "arrive", fields={"arrived_at": given})
        return
    cases.move(FITTER, case.id, "arrive", fields={"arrived_at": given})
    (told,) = (fact.value["zh"] for fact in cases.get(case.id).facts if fact.name == "arrived_at")
    assert told.startswith("2026-11-22 16:30")


def test_permissions_are_held_in_the_service(cases: Cases, clock: FakeClock) -> None:
    case = opened(cases)
    with pytest.raises(NotAllowed):
        cases.move(GUARD, case.id, "assign", assignee_id="fitter")
    with pytest.raises(NotAllowed):
        cases.open(Principal("x", "x", "X", frozenset(), frozenset(), TERMINAL), "device-fault", "x")
    assert [move.name for move in cases.moves_for(CLERK, case.id)] == ["assign", "rotate"]
    assert [move.name for move in cases.moves_for(BOSS, case.id)] == ["assign", "grab", "rotate", "void"]
    assert cases.moves_for(GUARD, case.id) == ()
    assert [move.name for move in cases.get(case.id).moves] == ["assign", "grab", "rotate", "void"]


@pytest.mark.parametrize("assignee", [None, "nobody", "gone"])
def test_a_case_is_handed_only_to_an_active_account(cases: Cases, assignee: str | None) -> None:
    case = opened(cases)
    with pytest.raises(Invalid) as caught:
        cases.move(CLERK, case.id, "assign", assignee_id=assignee)
    assert caught.value.field == "assignee"


def test_what_is_not_there_is_told(cases: Cases) -> None:
    case = opened(cases)
    for call in (
        lambda: cases.get("nothing"),
        lambda: cases.move(BOSS, "nothing", "assign"),
        lambda: cases.open(BOSS, "nothing", "x"),
        lambda: cases.open(BOSS, "device-fault", "x", place_id="nowhere"),
    ):
        with pytest.raises(NotFound):
            call()
    with pytest.raises(Refused):
        cases.move(BOSS, case.id, "teleport")
    for bad in ("", " ", "x" * 201):
        with pytest.raises(Invalid):
            cases.open(BOSS, "device-fault", bad)
    with pytest.raises(Invalid):
        cases.open(BOSS, "device-fault", "x", urgency="yesterday")
    with pytest.raises(Invalid):
        cases.move(BOSS, case.id, "void", reason="  ")


def test_of_two_who_race_one_wins(cases: Cases) -> None:
    case = opened(cases)

    def assign(to: str) -> str:
        try:
            return cases.move(CLERK, case.id, "assign", assignee_id=to).assignee_id or ""
        except LinliError as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(assign, ["fitter", "boss"]))
    assert answers.count("refused") == 1
    detail = cases.get(case.id)
    assert detail.view.assignee_id in answers
    assert [step.op for step in detail.timeline] == ["cases.open", "cases.move.assign"]


def test_overdue_counts_only_while_somebody_still_works(cases: Cases, clock: FakeClock) -> None:
    case = cases.open(GUARD, "device-fault", "急", urgency="urgent")
    assert case.due_at == START + timedelta(minutes=30)
    clock.advance(30 * 60)
    assert not cases.get(case.id).view.overdue
    clock.advance(1)
    assert cases.get(case.id).view.overdue
    cases.move(CLERK, case.id, "assign", assignee_id="fitter")
    cases.move(FITTER, case.id, "start")
    assert not cases.move(FITTER, case.id, "finish", fields=DONE).overdue


def test_lists_show_the_pressing_first_and_the_closed_on_request(cases: Cases) -> None:
    slow = cases.open(GUARD, "device-fault", "慢", urgency="low")
    soon = cases.open(GUARD, "device-fault", "急", urgency="urgent")
    void = opened(cases)
    cases.move(BOSS, void.id, "void", reason="重复登记")
    assert [case.id for case in cases.list()] == [soon.id, slow.id]
    assert {case.id for case in cases.list(open_only=False)} == {slow.id, soon.id, void.id}
    assert [case.id for case in cases.list(states=["voided"], open_only=False)] == [void.id]


def test_the_place_is_told_from_the_building_down(cases: Cases, records: Records) -> None:
    def found(tx: Transaction) -> None:
        tx.add(Community(id="c", code="110101001001", name="示范社区", offset_minutes=0))
        tx.add(Place(id="b", kind="building", code="3", name="3号楼"))
        tx.add(Place(id="p", parent_id="b", kind="plant", code="3-P", name="水泵房"))

    records.write(Act("test.found", "system", "test", TERMINAL, START), found)
    case = cases.open(GUARD, "device-fault", "x", place_id="p")
    assert case.place_path == ("3号楼", "水泵房")


def test_a_kind_that_was_never_seen_works_from_its_file_alone(
    tmp_path: Path, records: Records, clock: FakeClock, new_id: FakeIds
) -> None:
    (tmp_path / "lost.yaml").write_text(LOST, encoding="utf-8")
    with_operators(records)
    cases = Cases(records, clock, new_id, TERMINAL, tmp_path)
    case = cases.open(GUARD, "lost-property", "一串钥匙", urgency="any", fields={"where": "南门"})
    (move,) = cases.moves_for(GUARD, case.id)
    end = cases.move(GUARD, case.id, move.name, fields={"to": "王女士", "proof": "说出了钥匙扣", "ok": "yes"})
    assert (end.state, end.state_title["en"]) == ("closed", "Closed")
    assert len(cases.get(case.id).timeline) == 2


def test_a_running_case_keeps_its_version(tmp_path: Path, records: Records, clock: FakeClock, new_id: FakeIds) -> None:
    (tmp_path / "lost.v1.yaml").write_text(LOST, encoding="utf-8")
    with_operators(records)
    old = Cases(records, clock, new_id, TERMINAL, tmp_path).open(
        GUARD, "lost-property", "伞", urgency="any", fields={"where": "门"}
    )
    newer = LOST.replace("version: 1", "version: 2").replace("en: Hand over", "en: Give out")
    (tmp_path / "lost.yaml").write_text(newer, encoding="utf-8")
    cases = Cases(records, clock, new_id, TERMINAL, tmp_path)
    new = cases.open(GUARD, "lost-property", "伞", urgency="any", fields={"where": "门"})
    titles = [cases.moves_for(GUARD, case.id)[0].title["en"] for case in (old, new)]
    assert titles == ["Hand over", "Give out"]


def test_a_case_whose_file_is_gone_can_be_read_and_not_moved(
    tmp_path: Path, records: Records, clock: FakeClock, new_id: FakeIds
) -> None:
    with_operators(records)
    case = opened(Cases(records, clock, new_id, TERMINAL, folder("cases")))
    cases = Cases(records, clock, new_id, TERMINAL, tmp_path)
    assert cases.list()[0].state_title["zh"] == "reported"
    assert len(cases.get(case.id).timeline) == 1
    with pytest.raises(Refused):
        cases.move(BOSS, case.id, "assign", assignee_id="fitter")


LOST = """
name: lost-property
version: 1
title: {zh: 失物招领, en: Lost property}
source: ours
opening: {needs: [where]}
clocks: [{name: kept, title: {zh: 保管, en: Kept}, states: [found]}]
urgencies: [{name: any, title: {zh: 一般, en: Any}, minutes: {kept: 43200}}]
fields:
  - {name: where, title: {zh: 地点, en: Where}, type: text}
  - {name: to, title: {zh: 领取人, en: Handed to}, type: text}
  - {name: proof, title: {zh: 凭据, en: Proof}, type: text}
  - {name: ok, title: {zh: 确认, en: Confirmed}, type: choice, options: {"yes": {zh: 是, en: "Yes"}}}
closing: {result: [to], evidence: [proof], follow_up: [ok]}
states:
  - {name: found, title: {zh: 待领, en: Waiting}, initial: true}
  - {name: closed, title: {zh: 已领, en: Closed}, end: archived}
moves:
  - name: hand_over
    title: {zh: 发还, en: Hand over}
    from: [found]
    to: closed
    permission: cases.open
    needs: {fields: [to, proof, ok]}
"""
