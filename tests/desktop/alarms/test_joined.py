"""Two alarms of one trouble, by the shipped models: the second joins the first's open case, whichever comes first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest
from sqlalchemy import select

from db.store import Act, Records, Transaction
from db.tables.cases import CaseRow
from db.tables.security import Operator
from desktop.alarms.service import Alarms
from desktop.alarms.transitions import Active, Onset, Return, change_of
from desktop.cases.service import Cases
from desktop.field.messages import AlarmChange
from desktop.kernel.ids import NewId
from desktop.things.loader import load_models
from desktop.things.model import ThingModel
from tests.desktop.alarms.support import WALL_MS, person
from tests.support.fakes import FakeClock

MAY = ("alarms.acknowledge", "alarms.to_case", "cases.open", "cases.work", "cases.archive")
LI, WANG = (person(name, *MAY) for name in ("li", "wang"))

PAIRS = [
    ("gas-detector", "gas-low", "gas-high"),
    ("waterlogging", "deep", "flooded"),
    ("fire-panel", "first-alarm", "fire"),
    ("lift", "trapped", "trapped-call"),
]
BOTH_WAYS = [pair for kind, one, two in PAIRS for pair in ((kind, one, two), (kind, two, one))]


@cache
def models() -> Mapping[str, ThingModel]:
    return load_models().models


class Thing:
    """Says what its shipped model's rules would."""

    def __init__(self, kind: str, id_: str = "") -> None:
        self.model, self.id = models()[kind], id_ or f"{kind}-1"

    def alarm(self, rule: str, second: int) -> Active:
        found = next(one for one in self.model.alarms if one.name == rule)
        assert found.start_case, f"{rule} starts its case"
        return Active(
            alarm_id=f"{self.id}-{rule}-{second}", thing_id=self.id, thing_name="1 号", kind=self.model.kind, rule=found,
            unit="", onset_ms=WALL_MS + second * 1000, value=True,
        )  # fmt: skip

    def onset(self, rule: str, second: int) -> AlarmChange:
        return change_of(Onset(self.alarm(rule, second)))

    def over(self, rule: str, began: int, second: int) -> AlarmChange:
        return change_of(Return(self.alarm(rule, began), WALL_MS + second * 1000, False))


@pytest.fixture
def cases(records: Records, clock: FakeClock, new_id: NewId) -> Cases:
    def found(tx: Transaction) -> None:
        for who in (LI, WANG):
            tx.add(Operator(id=who.id, login=who.login, name=who.name, password_hash="x", roles=["engineer"]))

    records.write(Act("test", "system", "系统", "D1", clock.now()), found)
    return Cases(records, clock, new_id, "D1")


@pytest.fixture
def alarms(records: Records, clock: FakeClock, cases: Cases) -> Alarms:
    return Alarms(records, clock, cases, terminal="D1", confirm_second=lambda *_: WANG)


def opened(records: Records) -> list[CaseRow]:
    return records.read(lambda session: list(session.scalars(select(CaseRow).order_by(CaseRow.id))))


@pytest.mark.parametrize(("kind", "first", "second"), BOTH_WAYS)
def test_the_second_alarm_joins_the_open_case_of_the_first(
    alarms: Alarms, cases: Cases, records: Records, kind: str, first: str, second: str
) -> None:
    thing = Thing(kind)
    one, two = thing.onset(first, 0), thing.onset(second, 30)
    alarms.record(one)
    alarms.record(two)
    [case] = opened(records)
    assert (alarms.get(one.alarm_id).case_id, alarms.get(two.alarm_id).case_id) == (case.id, case.id)
    assert (case.definition, case.urgency) == (one.case, "urgent") == (two.case, "urgent")
    of_case = alarms.of_case(case.id)
    assert of_case is not None and of_case.id == one.alarm_id, "the case is about what began it"
    assert alarms.to_case(LI, two.alarm_id) == case.id
    left = cases.get(case.id).evidence
    assert left is not None and (left.alarm_id, left.joined) == (one.alarm_id, (two.alarm_id,))
    assert [step.op for step in cases.get(case.id).timeline] == ["alarms.onset", "alarms.onset"]


@pytest.mark.parametrize(("kind", "first", "second"), BOTH_WAYS)
def test_told_again_and_late_they_stay_in_one_case(
    alarms: Alarms, cases: Cases, records: Records, kind: str, first: str, second: str
) -> None:
    thing = Thing(kind)
    one, two = thing.onset(first, 0), thing.onset(second, 1)
    for message in (two, one, one, two, thing.over(second, 1, 9), two):
        alarms.record(message)
    [case] = opened(records)
    left = cases.get(case.id).evidence
    assert left is not None and (left.alarm_id, left.joined) == (two.alarm_id, (one.alarm_id,))
    assert {alarms.get(each.alarm_id).case_id for each in (one, two)} == {case.id}


@pytest.mark.parametrize(("kind", "first", "second"), BOTH_WAYS)
def test_after_the_case_is_closed_the_other_alarm_gets_its_own(
    alarms: Alarms, cases: Cases, records: Records, kind: str, first: str, second: str
) -> None:
    thing = Thing(kind)
    alarms.record(thing.onset(first, 0))
    [case] = opened(records)
    cases.move(LI, case.id, "void", reason="误报")
    alarms.record(thing.onset(second, 60))
    assert [one.closed_at is None for one in opened(records)] == [False, True]


@pytest.mark.parametrize(("kind", "first", "second"), PAIRS)
def test_another_thing_s_alarm_does_not_join(
    alarms: Alarms, records: Records, kind: str, first: str, second: str
) -> None:
    alarms.record(Thing(kind).onset(first, 0))
    alarms.record(Thing(kind, "other").onset(second, 1))
    assert len(opened(records)) == 2


@pytest.mark.parametrize(("kind", "first", "second"), BOTH_WAYS)
def test_both_alarms_acknowledgements_are_in_the_case_s_story(
    alarms: Alarms, cases: Cases, records: Records, clock: FakeClock, kind: str, first: str, second: str
) -> None:
    thing = Thing(kind)
    one, two = thing.onset(first, 0), thing.onset(second, 30)
    alarms.record(one)
    alarms.record(two)
    [case] = opened(records)
    for who, alarm in ((LI, one), (WANG, two)):
        clock.advance(30)
        alarms.acknowledge(who, [alarm.alarm_id])
    story = cases.get(case.id).timeline
    assert [(step.op, step.actor_name) for step in story][-2:] == [
        ("alarms.acknowledge", "li"),
        ("alarms.acknowledge", "wang"),
    ]
