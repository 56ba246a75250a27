"""The last act is taken back by its author within a minute, and everything stands as it stood."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from db.store import Records
from desktop.assets.stock import Stock
from desktop.cases.views import CaseDetail
from desktop.kernel.errors import Invalid, Refused
from desktop.security.principal import Principal
from tests.desktop.cases.support import BOSS, CLERK
from tests.desktop.cases.workshop import ANNA, BERT, FINISHED, Shop, at_work, job, walk, workshop
from tests.support.fakes import FakeClock, FakeIds

PARTS = [{"part": "washer", "quantity": 2}]


@pytest.fixture
def shop(records: Records, clock: FakeClock, new_id: FakeIds, tmp_path: Path) -> Shop:
    return workshop(records, clock, new_id, tmp_path)


def stands(detail: CaseDetail) -> tuple[object, ...]:
    """Everything of a case but its story."""
    links = [(link.kind, link.outward, link.case.id, link.case.state) for link in detail.links]
    return detail.view, detail.values, detail.facts, detail.clocks, detail.spans, links, detail.versions, detail.moves


Act = Callable[[Shop, str, str], Any]

ACTS: Mapping[str, tuple[Principal, Act]] = {
    "suspend": (ANNA, lambda shop, id_, other: shop.acts.suspend(ANNA, id_, "parts", reason="等配件")),
    "urge": (CLERK, lambda shop, id_, other: shop.acts.urge(CLERK, id_, "又打来电话")),
    "escalate": (ANNA, lambda shop, id_, other: shop.acts.escalate(ANNA, id_, "要两个人")),
    "set_urgency": (BOSS, lambda shop, id_, other: shop.acts.set_urgency(BOSS, id_, "normal", "不急")),
    "link": (CLERK, lambda shop, id_, other: shop.acts.link(CLERK, id_, other, "duplicate")),
    "merge": (BOSS, lambda shop, id_, other: shop.acts.merge(BOSS, id_, other, "同一处")),
    "record": (
        ANNA,
        lambda shop, id_, other: shop.cases.move(ANNA, id_, "record", fields={"quote": 5000, "category": "home/tap"}),
    ),
    "arrive": (
        ANNA,
        lambda shop, id_, other: shop.cases.move(ANNA, id_, "arrive", fields={"arrived_at": shop.clock.now()}),
    ),
    "finish": (ANNA, lambda shop, id_, other: shop.cases.move(ANNA, id_, "finish", fields=FINISHED)),
    "give_back": (ANNA, lambda shop, id_, other: shop.cases.move(ANNA, id_, "give_back", reason="缺人")),
    "void": (BOSS, lambda shop, id_, other: shop.cases.move(BOSS, id_, "void", reason="误登记")),
}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_taken_back_leaves_the_case_as_it_was(shop: Shop, name: str) -> None:
    case, other = at_work(shop), job(shop)
    shop.clock.advance(600)
    before, others = stands(shop.cases.get(case.id)), stands(shop.cases.get(other.id))
    who, act = ACTS[name]
    act(shop, case.id, other.id)
    assert stands(shop.cases.get(case.id)) != before
    detail = shop.cases.get(case.id)
    assert (detail.undo_by, detail.undo_until) == (who.id, shop.clock.now() + timedelta(minutes=1))
    assert "undo" in shop.acts.what_can(who, case.id)
    length = len(detail.timeline)
    shop.acts.undo(who, case.id)
    after = shop.cases.get(case.id)
    assert stands(after) == before
    assert stands(shop.cases.get(other.id)) == others
    assert len(after.timeline) > length, "what was taken back still stands in the story"
    assert after.timeline[-1].op == "cases.undo"
    with pytest.raises(Refused):
        shop.acts.undo(who, case.id)
    assert shop.records.verify().ok


def test_a_reopening_is_taken_back_with_its_round(shop: Shop) -> None:
    case = at_work(shop)
    shop.cases.move(ANNA, case.id, "finish", fields=FINISHED)
    shop.clock.advance(600)
    before = stands(shop.cases.get(case.id))
    assert shop.cases.move(BOSS, case.id, "reopen", reason="又漏了").round == 2
    shop.acts.undo(BOSS, case.id)
    assert stands(shop.cases.get(case.id)) == before


def test_a_resumption_is_taken_back_into_the_pause(shop: Shop) -> None:
    case = at_work(shop)
    shop.acts.suspend(ANNA, case.id, "parts", reason="等配件")
    shop.clock.advance(600)
    before = stands(shop.cases.get(case.id))
    shop.acts.resume(ANNA, case.id)
    shop.acts.undo(ANNA, case.id)
    assert stands(shop.cases.get(case.id)) == before
    assert shop.cases.get(case.id).view.paused


def test_a_tie_that_was_taken_away_is_there_again(shop: Shop) -> None:
    case, other = at_work(shop), job(shop)
    shop.acts.link(CLERK, case.id, other.id)
    shop.clock.advance(600)
    before = stands(shop.cases.get(case.id))
    shop.acts.unlink(CLERK, case.id, other.id)
    assert shop.cases.get(case.id).links == ()
    shop.acts.undo(CLERK, case.id)
    assert stands(shop.cases.get(case.id)) == before


def test_a_visit_is_taken_back(shop: Shop) -> None:
    case_id = walk(shop)
    shop.acts.visit(BOSS, case_id, "walk", "P-1", way="qr")
    before = stands(shop.cases.get(case_id))
    shop.acts.visit(BOSS, case_id, "walk", "P-2", way="typed", ok=False, note="压力低")
    shop.acts.undo(BOSS, case_id)
    assert stands(shop.cases.get(case_id)) == before


def test_a_merge_is_never_half_taken_back(shop: Shop) -> None:
    """Asked of the case that goes on, the merge is either refused or undone on both sides."""
    case, other = at_work(shop), job(shop)
    shop.acts.urge(CLERK, case.id, "快点")
    before, others = stands(shop.cases.get(case.id)), stands(shop.cases.get(other.id))
    shop.acts.merge(BOSS, case.id, other.id, "同一处")
    merged, into = stands(shop.cases.get(case.id)), stands(shop.cases.get(other.id))
    try:
        shop.acts.undo(BOSS, other.id)
    except Refused:
        assert (stands(shop.cases.get(case.id)), stands(shop.cases.get(other.id))) == (merged, into)
    else:
        assert (stands(shop.cases.get(case.id)), stands(shop.cases.get(other.id))) == (before, others)


def test_a_merge_taken_back_gives_the_other_no_urging_that_was_not_its_own(shop: Shop) -> None:
    case, other = at_work(shop), job(shop)
    shop.acts.urge(CLERK, case.id, "快点")
    shop.acts.urge(CLERK, other.id, "快点")
    shop.acts.merge(BOSS, case.id, other.id, "同一处")
    assert shop.cases.get(other.id).view.urged == 2
    shop.acts.undo(BOSS, case.id)
    assert (shop.cases.get(case.id).view.urged, shop.cases.get(other.id).view.urged) == (1, 1)


def refused(shop: Shop, who: Principal, case_id: str) -> str:
    with pytest.raises(Refused) as caught:
        shop.acts.undo(who, case_id)
    assert "undo" not in shop.acts.what_can(who, case_id)
    return caught.value.facts["why"]


def test_what_cannot_be_taken_back_is_refused_with_why(shop: Shop) -> None:
    case = job(shop)
    assert refused(shop, BOSS, case.id) == "nothing_to_undo", "what was opened is voided"
    shop.cases.move(BOSS, case.id, "assign", assignee_id="anna")
    assert refused(shop, ANNA, case.id) == "not_yours"
    shop.cases.move(ANNA, case.id, "record", fields={"hours": 1})
    assert refused(shop, BOSS, case.id) == "not_yours", "another act came after"
    shop.clock.advance(60)
    assert "undo" in shop.acts.what_can(ANNA, case.id)
    shop.clock.advance(0.001)
    assert refused(shop, ANNA, case.id) == "too_late"


def test_a_sub_task_is_not_reopened_under_a_parent_that_went_on(shop: Shop) -> None:
    case = at_work(shop)
    errand = shop.cases.open(BOSS, "errand", "借梯", asset_id="ladder", parent_id=case.id)
    shop.cases.move(ANNA, errand.id, "close", fields={"result": "借到"})
    assert "undo" in shop.acts.what_can(ANNA, errand.id)
    shop.acts.note(ANNA, case.id, "梯子到了")
    assert "undo" in shop.acts.what_can(ANNA, errand.id), "a note is no step"
    shop.cases.move(ANNA, case.id, "finish", fields=FINISHED)
    assert refused(shop, ANNA, errand.id) == "nothing_to_undo"
    assert shop.cases.get(errand.id).view.closed_at is not None


def test_what_the_program_did_is_not_taken_back(shop: Shop) -> None:
    case = at_work(shop)
    until = shop.clock.now() + timedelta(seconds=20)
    shop.acts.suspend(ANNA, case.id, "parts", until=until, reason="等配件")
    shop.clock.advance(30)
    assert shop.acts.tick() == 1
    assert refused(shop, ANNA, case.id) == "nothing_to_undo"


def with_stock(shop: Shop, new_id: FakeIds) -> Stock:
    """Ten washers in the store, three of them with Anna."""
    stock = Stock(shop.records, shop.clock, new_id)
    shop.cases.parts_used, shop.acts.stock_back = stock.use_in, stock.undo_in
    stock.receive(BOSS, "washer", 10)
    stock.hand_out(BOSS, "washer", "anna", 3)
    return stock


def test_a_look_at_what_is_masked_stands_in_nobodys_way(shop: Shop, new_id: FakeIds) -> None:
    stock, case = with_stock(shop, new_id), at_work(shop)
    shop.cases.move(ANNA, case.id, "record", fields={"tel": "13955556666"})
    before = stands(shop.cases.get(case.id))
    shop.cases.move(ANNA, case.id, "record", fields={"parts": PARTS})
    shop.cases.reveal(CLERK, case.id, "tel", "回访")
    assert shop.cases.get(case.id).undo_by == ANNA.id
    with pytest.raises(Refused):
        shop.acts.undo(CLERK, case.id)
    shop.acts.undo(ANNA, case.id)
    assert stands(shop.cases.get(case.id)) == before and stock.of("anna") == {"washer": 3.0}


def test_parts_leave_the_stock_of_whoever_gives_them_and_come_back(shop: Shop, new_id: FakeIds) -> None:
    stock, case = with_stock(shop, new_id), at_work(shop)
    shop.cases.move(ANNA, case.id, "record", fields={"hours": 1})
    assert stock.of("anna") == {"washer": 3.0}, "a step without parts takes none"
    shop.cases.move(ANNA, case.id, "finish", fields={**FINISHED, "parts": PARTS})
    assert stock.of("anna") == {"washer": 1.0}
    shop.acts.undo(ANNA, case.id)
    assert (stock.of("anna"), stock.of("store")) == ({"washer": 3.0}, {"washer": 7.0})
    assert "parts" not in shop.cases.get(case.id).values


def test_taking_back_a_correction_leaves_what_was_used_before(shop: Shop, new_id: FakeIds) -> None:
    stock, case = with_stock(shop, new_id), at_work(shop)
    shop.cases.move(ANNA, case.id, "record", fields={"parts": PARTS})
    shop.cases.move(ANNA, case.id, "record", fields={"parts": [{"part": "washer", "quantity": 3}]})
    assert stock.of("anna") == {}
    shop.acts.undo(ANNA, case.id)
    assert stock.of("anna") == {"washer": 1.0}
    assert shop.cases.get(case.id).values["parts"] == PARTS


def test_parts_that_are_not_there_are_refused_and_nothing_is_stored(shop: Shop, new_id: FakeIds) -> None:
    stock, case = with_stock(shop, new_id), at_work(shop)
    before = shop.cases.get(case.id)
    with pytest.raises(Invalid) as refused_:
        shop.cases.move(ANNA, case.id, "finish", fields={**FINISHED, "parts": [{"part": "washer", "quantity": 11}]})
    assert (refused_.value.field, refused_.value.facts["why"]) == ("parts", "too_little")
    assert shop.cases.get(case.id) == before
    assert stock.of("anna") == {"washer": 3.0}


def test_taking_back_a_word_gives_no_parts_back(shop: Shop, new_id: FakeIds) -> None:
    stock, case = with_stock(shop, new_id), at_work(shop)
    shop.cases.move(ANNA, case.id, "record", fields={"parts": PARTS})
    shop.acts.urge(CLERK, case.id, "快点")
    shop.acts.undo(CLERK, case.id)
    assert stock.of("anna") == {"washer": 1.0}


def test_what_is_opened_with_parts_takes_them_too(shop: Shop, new_id: FakeIds) -> None:
    stock = with_stock(shop, new_id)
    case = shop.cases.open(ANNA, "job", "顺手换的", fields={"parts": PARTS, "quote": 500})
    assert (stock.of("anna"), shop.cases.get(case.id).versions) == ({"washer": 1.0}, {"quote": 1})


def test_a_turn_that_is_taken_back_is_had_again(shop: Shop) -> None:
    case = job(shop)
    for _ in range(6):
        dealt = shop.cases.move(BOSS, case.id, "deal").assignee_id
        shop.acts.undo(BOSS, case.id)
        assert shop.cases.move(BOSS, case.id, "deal").assignee_id == dealt
        case = job(shop)


def test_nobody_has_a_case_twice_after_taking_back_a_grab(shop: Shop) -> None:
    case = job(shop)
    shop.cases.move(ANNA, case.id, "grab")
    back = shop.acts.undo(ANNA, case.id)
    assert (back.state, back.assignee_id) == ("reported", None)
    assert shop.cases.move(BERT, case.id, "grab").assignee_id == "bert"
