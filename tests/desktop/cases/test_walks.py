"""Random walks over the real store, generated from the definition file itself."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from db.engine import open_engine
from db.store import Records, create_schema
from db.tables.cases import CaseRow
from db.tables.journal import Entry
from desktop.cases.definition import CaseField, load_definitions
from desktop.cases.service import Cases
from desktop.kernel.errors import Invalid, LinliError, NotAllowed, Refused
from desktop.security.principal import Principal
from resources.loader import folder
from tests.desktop.cases.support import BOSS, CLERK, FITTER, GUARD, TERMINAL, with_operators
from tests.support.fakes import FakeClock, FakeIds

DEFINITIONS = load_definitions(folder("cases")).newest()
PEOPLE = (BOSS, BOSS, FITTER, CLERK, GUARD)
ODD: st.SearchStrategy[object] = st.sampled_from(
    [None, "", "  ", True, -1, 10**30, float("inf"), "x" * 1001, "\ud800", [], {}]
)


def good(field: CaseField) -> st.SearchStrategy[object]:
    """A value the field must take."""
    if field.type == "choice":
        return st.sampled_from(sorted(field.options))
    if field.type == "number":
        return st.integers(int(field.minimum or 0), int(field.maximum or 100))
    if field.type == "date-time":
        return st.just("2026-11-22T08:00:00+08:00")
    if field.type == "checklist":
        done = [item.name for item in field.items if item.required]
        return st.sets(st.sampled_from([item.name for item in field.items])).map(lambda more: [*done, *sorted(more)])
    return st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)


class Walk(RuleBasedStateMachine):
    """One case; legal and illegal moves by different people with good, missing and odd values."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        path, key = self.folder / "records.db", bytes(32)
        engine = open_engine(path, key, "writer")
        with engine.begin() as connection:
            create_schema(connection)
        engine.dispose()
        self.clock, ids = FakeClock(), FakeIds()
        self.records = Records(path, key, ids)
        with_operators(self.records)
        self.cases = Cases(self.records, self.clock, ids, TERMINAL)

    def teardown(self) -> None:
        self.records.close()
        shutil.rmtree(self.folder)

    @initialize(name=st.sampled_from(sorted(DEFINITIONS)))
    def open(self, name: str) -> None:
        self.definition = DEFINITIONS[name]
        urgency = self.definition.urgencies[0].name
        self.id = self.cases.open(GUARD, name, "积水超限", urgency=urgency).id

    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def go_on(self, data: st.DataObject, who: Principal) -> None:
        """A legal move with everything it needs succeeds."""
        moves = self.cases.moves_for(who, self.id)
        if not moves:
            return
        move = data.draw(st.sampled_from(moves))
        fields = {name: data.draw(good(field)) for name in move.needs.fields if (field := self.definition.field(name))}
        view = self.cases.move(
            who, self.id, move.name, fields=fields, reason="因故" if move.needs.reason else None,
            assignee_id="fitter" if move.needs.assignee else None,
        )  # fmt: skip
        assert view.state == move.to

    @rule(
        data=st.data(),
        who=st.sampled_from(PEOPLE),
        reason=st.sampled_from([None, " ", "因故", "y" * 501]),
        assignee=st.sampled_from([None, "fitter", "gone"]),
    )
    def try_anything(self, data: st.DataObject, who: Principal, reason: str | None, assignee: str | None) -> None:
        """Any move with any values: it is legal, or it is refused and nothing at all changed."""
        name = data.draw(st.sampled_from([*(move.name for move in self.definition.moves), "teleport"]))
        chosen = data.draw(st.sets(st.sampled_from([field.name for field in self.definition.fields])))
        fields = {f: data.draw(good(field) | ODD) for f in sorted(chosen) if (field := self.definition.field(f))}
        before, head = self.cases.get(self.id), self.records.head()
        try:
            self.cases.move(who, self.id, name, fields=fields, reason=reason, assignee_id=assignee)
        except LinliError as error:
            assert isinstance(error, Invalid | NotAllowed | Refused)
            assert self.records.head() == head
        else:
            assert name in {move.name for move in before.moves}

    @rule(seconds=st.integers(1, 200_000))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @invariant()
    def nothing_is_archived_without_result_evidence_and_follow_up(self) -> None:
        row = self.row()
        if row.state == "archived":
            assert all(row.fields.get(name) for name in self.definition.closing.fields)
            assert row.fields.get("satisfaction") != "unsatisfied"
        assert (row.closed_at is not None) == (row.state in ("archived", "voided"))

    @invariant()
    def the_timeline_explains_the_state(self) -> None:
        wanted = select(Entry.body).where(Entry.kind == "case", Entry.entity_id == self.id).order_by(Entry.n)
        replayed: dict[str, object] = {}
        for body in self.records.read(lambda session: session.scalars(wanted).all()):
            entry = json.loads(body)
            for column, value in entry.get("before", {}).items():
                assert replayed[column] == value
            replayed |= entry["after"]
        row = self.row()
        for column in CaseRow.__mapper__.column_attrs:
            value = getattr(row, column.key)
            told = replayed[column.key]
            same = type(value).fromisoformat(told) == value if hasattr(value, "hour") else told == value
            assert same, f"{column.key}: {value!r}, the journal says {told!r}"
        steps = self.cases.get(self.id).timeline
        again = {f"cases.move.{move.name}" for move in self.definition.moves if move.again}
        assert row.round == 1 + sum(step.op in again for step in steps)

    def row(self) -> CaseRow:
        return self.records.read(lambda session: session.get_one(CaseRow, self.id))


TestWalk = Walk.TestCase
TestWalk.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
