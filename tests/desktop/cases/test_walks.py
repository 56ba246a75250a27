"""Random walks over the real store, generated from the definition files themselves."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from db.tables.cases import CaseRow
from db.tables.journal import Entry
from desktop.cases.definition import CaseDefinition, Move
from desktop.cases.loading import load_definitions
from desktop.cases.values import is_blank
from desktop.kernel.errors import Invalid, LinliError, NotAllowed, Refused
from desktop.security.principal import Principal
from resources.loader import folder
from tests.desktop.cases.support import BOSS, CLERK, FITTER, GUARD
from tests.desktop.cases.walking import Ground, answers, good, ground, open_case, visit_all

DEFINITIONS = load_definitions(folder("cases")).newest()
PEOPLE = (BOSS, BOSS, FITTER, CLERK, GUARD)
BY_ITSELF = {"cases.tick", "cases.late"}
ODD: st.SearchStrategy[object] = st.sampled_from(
    [None, "", "  ", True, -1, 10**30, float("inf"), "x" * 5001, "\ud800", [], {}, ["x"], [{}], [{"what": 1}], "a/b"]
)


class Walk(RuleBasedStateMachine):
    """One case of one kind; legal and illegal moves and acts by different people with good, missing and odd values."""

    definition: CaseDefinition

    def __init__(self) -> None:
        super().__init__()
        self.here = ground()

    def teardown(self) -> None:
        self.here.leave()

    @initialize(data=st.data())
    def open(self, data: st.DataObject) -> None:
        self.id = open_case(self.here, self.definition, data.draw)
        self.subtasks: list[str] = []

    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def go_on(self, data: st.DataObject, who: Principal) -> None:
        """A legal move with everything it needs succeeds, as soon as no sub-task is open that it waits for."""
        moves = self.here.cases.moves_for(who, self.id)
        if not moves:
            return
        move = data.draw(st.sampled_from(moves))
        if any(field.type == "points" and field.name in move.fields for field in self.definition.fields):
            visit_all(self.here, BOSS, self.id, self.definition)
        row = self.row()
        fields = answers(self.here, self.definition, move, row.fields, data.draw)
        reason = "因故" if move.needs.reason else None
        to = "boss" if move.needs.assignee else None
        if move.needs.subtasks_closed and self.subtasks:
            head = self.here.records.head()
            with pytest.raises(Refused):
                self.here.cases.move(who, self.id, move.name, fields=fields, reason=reason, assignee_id=to)
            assert self.here.records.head() == head
            for case_id in self.subtasks:
                self.here.cases.move(BOSS, case_id, "void", reason="不做了")
            self.subtasks = []
        view = self.here.cases.move(who, self.id, move.name, fields=fields, reason=reason, assignee_id=to)
        assert view.state == (move.to or row.state)
        assert view.assignee_id == (who.id if move.dispatch == "grab" else to) or not (to or move.dispatch == "grab")

    @rule(
        data=st.data(),
        who=st.sampled_from(PEOPLE),
        reason=st.sampled_from([None, " ", "因故", "y" * 501]),
        assignee=st.sampled_from([None, "fitter", "gone"]),
    )
    def try_anything(self, data: st.DataObject, who: Principal, reason: str | None, assignee: str | None) -> None:
        """Any move with any values: it is legal, or it is refused and nothing at all changed."""
        name = data.draw(st.sampled_from([*(move.name for move in self.definition.moves), "teleport"]))
        chosen = data.draw(st.sets(st.sampled_from([field.name for field in self.definition.fields]), max_size=5))
        fields = {
            f: data.draw(good(field, self.here) | ODD) for f in sorted(chosen) if (field := self.definition.field(f))
        }
        before, head = self.here.cases.get(self.id), self.here.records.head()
        try:
            self.here.cases.move(who, self.id, name, fields=fields, reason=reason, assignee_id=assignee)
        except LinliError as error:
            assert isinstance(error, Invalid | NotAllowed | Refused)
            assert self.here.records.head() == head
        else:
            move = next(move for move in before.moves if move.name == name)
            assert who.may(move.permission)

    @rule(
        who=st.sampled_from(PEOPLE),
        name=st.sampled_from(["suspend", "resume", "urge", "escalate", "note", "set_urgency", "undo", "visit"]),
        n=st.integers(0, 5),
    )
    def act(self, who: Principal, name: str, n: int) -> None:
        """An act that one can do changes no state but an undo's; one that one cannot is refused and changes nothing."""
        acts, now = self.here.acts, self.here.clock.now()
        pauses = self.definition.pauses or ("parts",)
        urgencies = self.definition.urgencies
        points = next((field.name for field in self.definition.fields if field.type == "points"), "result")
        before, head = self.row(), self.here.records.head()
        can = name in acts.what_can(who, self.id)
        try:
            match name:
                case "suspend":
                    until = now + timedelta(hours=n) if n else None
                    acts.suspend(who, self.id, pauses[n % len(pauses)], until=until, reason="等待")
                case "resume":
                    acts.resume(who, self.id)
                case "urge":
                    acts.urge(who, self.id, "住户来电")
                case "escalate":
                    acts.escalate(who, self.id, "协调不动")
                case "note":
                    acts.note(who, self.id, "已电话说明", [self.here.picture])
                case "set_urgency":
                    acts.set_urgency(who, self.id, urgencies[n % len(urgencies)].name, "情况变化")
                case "undo":
                    acts.undo(who, self.id)
                case _:
                    acts.visit(who, self.id, points, f"P-{n}", way="typed")
        except LinliError as error:
            assert isinstance(error, Invalid | NotAllowed | Refused)
            assert self.here.records.head() == head
            assert not can or name == "visit", error
        else:
            assert can or name == "set_urgency"  # not offered where there is but one; asking for that one harms nothing
            assert name == "undo" or self.row().state == before.state

    @rule()
    def ask_another_department(self) -> None:
        if "task" in self.definition.subtasks and self.row().closed_at is None and len(self.subtasks) < 2:
            task = open_case_under(self.here, self.id)
            self.subtasks.append(task)

    @rule(seconds=st.sampled_from([1, 30, 61, 3600, 40_000, 200_000]))
    def wait(self, seconds: int) -> None:
        self.here.clock.advance(seconds)
        self.here.acts.tick()

    @invariant()
    def nothing_is_archived_without_result_evidence_and_follow_up(self) -> None:
        row, closing = self.row(), self.definition.closing
        state = self.definition.state(row.state)
        assert state is not None
        if state.end == "archived":
            for group in (*closing.asked, closing.follow_up):
                assert not all(is_blank(row.fields.get(name)) for name in group), group
        assert (row.closed_at is not None) == (state.end is not None)
        if state.end is not None:
            assert not self.here.cases.moves_for(BOSS, self.id)

    @invariant()
    def the_timeline_explains_the_state(self) -> None:
        """Every column is what the journal's entries make of it, and every change of state was a move that leads there."""
        wanted = select(Entry).where(Entry.kind == "case", Entry.entity_id == self.id).order_by(Entry.n)
        replayed: dict[str, object] = {}
        for entry in self.here.records.read(lambda session: session.scalars(wanted).all()):
            body = json.loads(entry.body)
            for column, value in body.get("before", {}).items():
                assert replayed[column] == value
            if "state" in body.get("before", {}):
                self.led(entry.op, str(body["before"]["state"]), str(body["after"]["state"]))
            replayed |= body.get("after", {})
        row = self.row()
        for column in CaseRow.__mapper__.column_attrs:
            value, told = getattr(row, column.key), replayed.get(column.key)
            same = datetime.fromisoformat(str(told)) == value if isinstance(value, datetime) else told == value
            assert same, f"{column.key}: {value!r}, the journal says {told!r}"

    def led(self, op: str, before: str, after: str) -> None:
        if op == "cases.undo":
            return
        move = self.definition.move(op.removeprefix("cases.move."))
        late = (one for one in self.definition.moves if one.auto)
        found = [move] if move else list(late)
        assert any(before in one.sources and one.to == after for one in found), f"{op}: {before} → {after}"

    def row(self) -> CaseRow:
        return self.here.records.read(lambda session: session.get_one(CaseRow, self.id))


def open_case_under(here: Ground, parent_id: str) -> str:
    fields = {"department": "cleaning", "description": "清理现场"}
    return here.cases.open(BOSS, "task", parent_id=parent_id, fields=fields).id


def _walk_of(name: str) -> type:
    machine = type(f"Walk_{name}", (Walk,), {"definition": DEFINITIONS[name]})
    case: type = machine.TestCase  # type: ignore[attr-defined]
    case.settings = settings(  # type: ignore[attr-defined]
        max_examples=3,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a story of 20 steps takes minutes to shrink
    )
    return case


for _name in DEFINITIONS:
    globals()[f"Test_{_name.replace('-', '_')}"] = _walk_of(_name)
del _name


def nothing_can_be_left_out(
    here: Ground, case_id: str, move: Move, fields: dict[str, object], reason: str | None, to: str | None
) -> None:
    """Without any one of what it needs, or by one who may not, the step is refused and changes nothing."""
    head = here.records.head()
    for left_out in fields:
        rest = {name: value for name, value in fields.items() if name != left_out}
        with pytest.raises(Invalid) as refused:
            here.cases.move(BOSS, case_id, move.name, fields=rest, reason=reason, assignee_id=to)
        assert f"{left_out}:" in refused.value.facts["all"], left_out
    for no_reason, nobody in ((None, to), (reason, None)):
        if (no_reason, nobody) != (reason, to):
            with pytest.raises(Invalid):
                here.cases.move(BOSS, case_id, move.name, fields=fields, reason=no_reason, assignee_id=nobody)
    for who in (GUARD, CLERK, FITTER):
        if not who.may(move.permission):
            with pytest.raises(NotAllowed):
                here.cases.move(who, case_id, move.name, fields=fields, reason=reason, assignee_id=to)
    assert here.records.head() == head


@pytest.mark.parametrize("name", sorted(DEFINITIONS))
@settings(max_examples=1, phases=[Phase.generate], deadline=None, database=None)
@given(data=st.data())
def test_the_usual_next_steps_lead_to_the_archive_and_none_can_be_cut_short(name: str, data: st.DataObject) -> None:
    """With the first of every list of answers (the one example is the simplest), and the step drawn as the usual one."""
    here, definition, steps = ground(), DEFINITIONS[name], 0
    try:
        case_id = open_case(here, definition, data.draw)
        while (moves := here.cases.moves_for(BOSS, case_id)) and steps < 20:
            steps += 1
            here.clock.advance(60)
            visit_all(here, BOSS, case_id, definition)
            move = moves[0]
            assert move.tone == "primary", f"{here.cases.get(case_id).view.state}: no usual next step"
            fields = answers(here, definition, move, here.cases.get(case_id).values, data.draw)
            reason, to = "因故" if move.needs.reason else None, "boss" if move.needs.assignee else None
            nothing_can_be_left_out(here, case_id, move, fields, reason, to)
            here.cases.move(BOSS, case_id, move.name, fields=fields, reason=reason, assignee_id=to)
        assert here.cases.get(case_id).view.state == "archived"
    finally:
        here.leave()
