"""What is lent comes back with both names under it, and what leaves through the gate was approved by the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from db.store import Act, Records, Transaction
from db.tables.places import Community, Place
from desktop.cases.acts import CaseActs
from desktop.cases.service import Cases
from desktop.kernel.errors import Invalid, NotAllowed
from tests.desktop.cases.support import BOSS, CLERK, GUARD, TERMINAL, with_operators
from tests.support.fakes import START, FakeClock, FakeIds

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20
KEYS = {"what": "钥匙", "quantity": 1}


@pytest.fixture
def cases(records: Records, clock: FakeClock, new_id: FakeIds) -> Cases:
    def work(tx: Transaction) -> None:
        tx.add(Community(id="c", code="110101001001", name="和苑"))
        tx.add(Place(id="b3", kind="building", code="3", name="3号楼"))

    with_operators(records)
    records.write(Act("test.places", "system", "test", TERMINAL, START), work)
    return Cases(records, clock, new_id, TERMINAL)


def lent(cases: Cases, **fields: object) -> str:
    given = {"borrower": "王小明", "purpose": "看房", "things": [KEYS], **fields}
    case_id = cases.open(GUARD, "lending", "借钥匙", fields=given).id
    signature = cases.keep_picture(GUARD, PNG, "image/png")
    cases.move(GUARD, case_id, "hand_out", fields={"out_signature": signature})
    return case_id


def test_taking_things_back_leaves_the_borrowers_signature(cases: Cases, clock: FakeClock) -> None:
    case_id = lent(cases)
    signed = cases.get(case_id).values["out_signature"]
    back = {"back_at": clock.now().isoformat(), "state": "good", "things": [{**KEYS, "returned": True}]}
    cases.move(GUARD, case_id, "take_back", fields=back)
    assert cases.get(case_id).values["out_signature"] == signed


def test_the_gate_ticks_goods_off_and_the_desk_approves_and_archives(cases: Cases, clock: FakeClock) -> None:
    asked = {"kind": "furniture", "applicant": "张三", "goods": [{"what": "床", "quantity": 1}]}
    case_id = cases.open(GUARD, "goods-release", "搬出", place_id="b3", fields=asked).id
    with pytest.raises(NotAllowed):
        cases.move(GUARD, case_id, "approve", fields={"confirmed_by": "phone"})
    cases.move(CLERK, case_id, "approve", fields={"confirmed_by": "phone"})
    gone = {
        "goods": [{"what": "床", "quantity": 1, "gone": 1}],
        "result": "all",
        "released_at": clock.now().isoformat(),
    }
    cases.move(GUARD, case_id, "release", fields=gone)
    with pytest.raises(NotAllowed):
        cases.move(GUARD, case_id, "archive", fields={"checked_by": "match"})
    assert cases.move(CLERK, case_id, "archive", fields={"checked_by": "match"}).state == "archived"


def test_what_is_lent_is_due_when_it_was_promised_back(cases: Cases, clock: FakeClock) -> None:
    promised = clock.now() + timedelta(days=3)
    case_id = lent(cases, due_back=promised.isoformat())
    assert cases.get(case_id).view.due_at == promised
    clock.advance(9 * 3600)
    assert not cases.get(case_id).view.overdue
    clock.advance(3 * 86_400)
    assert cases.get(case_id).view.overdue


def test_a_promise_that_nobody_plans_for_is_a_mistyped_year(cases: Cases, clock: FakeClock) -> None:
    far = clock.now() + timedelta(days=733)
    with pytest.raises(Invalid) as refused:
        lent(cases, due_back=far.isoformat())
    assert (refused.value.field, refused.value.facts["why"]) == ("due_back", "too_far")
    lent(cases, due_back=(far - timedelta(days=1, minutes=1)).isoformat())


def test_what_is_lent_without_a_promise_is_due_within_its_minutes(cases: Cases) -> None:
    view = cases.get(lent(cases)).view
    assert view.due_at == view.opened_at + timedelta(minutes=480)


def test_a_pause_moves_what_was_promised_and_an_earlier_promise_is_warned_of_in_its_own_time(
    cases: Cases, records: Records, clock: FakeClock, new_id: FakeIds
) -> None:
    promised = clock.now() + timedelta(minutes=100)
    case_id = lent(cases, due_back=promised.isoformat())
    [back] = cases.get(case_id).clocks
    assert back.warn_at == clock.now() + timedelta(minutes=80)
    acts = CaseActs(records, clock, new_id, cases, TERMINAL)
    acts.suspend(BOSS, case_id, "resident", until=clock.now() + timedelta(minutes=30), reason="住户外出")
    assert cases.get(case_id).view.due_at == promised + timedelta(minutes=30)
