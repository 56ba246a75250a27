"""Who gets a case: the one who was first, or the one whose turn it is."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.store import Act, Records, Transaction
from db.tables.security import Operator
from desktop.kernel.errors import Invalid, NotAllowed, Refused
from desktop.security.principal import Principal
from tests.desktop.cases.support import BOSS, CLERK, GUARD, TERMINAL
from tests.desktop.cases.workshop import ANNA, BERT, CARL, FINISHED, TEAM, Shop, at_work, job, workshop
from tests.support.fakes import START, FakeClock, FakeIds


@pytest.fixture
def shop(records: Records, clock: FakeClock, new_id: FakeIds, tmp_path: Path) -> Shop:
    return workshop(records, clock, new_id, tmp_path)


def change(shop: Shop, who: str, **columns: object) -> None:
    def work(tx: Transaction) -> None:
        operator = tx.get(Operator, who)
        for name, value in columns.items():
            setattr(operator, name, value)

    shop.records.write(Act("test.account", "system", "test", TERMINAL, START), work)


def finish(shop: Shop, who: Principal, case_id: str) -> None:
    shop.cases.move(who, case_id, "finish", fields=FINISHED)
    shop.cases.move(BOSS, case_id, "archive", fields={"answer": "fine"})


def test_of_those_who_grab_at_once_one_has_it_and_the_others_are_told_who(shop: Shop) -> None:
    for _ in range(4):
        case, start = job(shop), Barrier(3)

        def grab(who: Principal, case_id: str = case.id, start: Barrier = start) -> str:
            start.wait(5)
            try:
                return shop.cases.move(who, case_id, "grab").assignee_id or ""
            except Refused as refused:
                return f"lost to {refused.facts['who']}"

        with ThreadPoolExecutor(3) as pool:
            answers = list(pool.map(grab, (ANNA, BERT, CARL)))
        (winner,) = (answer for answer in answers if not answer.startswith("lost"))
        assert sorted(answers) == sorted([winner, *[f"lost to {winner.capitalize()}"] * 2])
        assert shop.cases.get(case.id).view.assignee_id == winner
        assert [step.op for step in shop.cases.get(case.id).timeline] == ["cases.open", "cases.move.grab"]
        finish(shop, next(who for who in TEAM if who.id == winner), case.id)


def test_what_is_grabbed_where_it_stands_is_not_grabbed_away(shop: Shop) -> None:
    """A grab that changes no state: the state alone would let the second one through."""
    parent = job(shop)
    errand = shop.cases.open(BOSS, "errand", "借梯", asset_id="ladder", parent_id=parent.id)
    assert shop.cases.move(GUARD, errand.id, "take").assignee_id == "guard"
    with pytest.raises(Refused) as refused:
        shop.cases.move(ANNA, errand.id, "take")
    assert (refused.value.facts["why"], refused.value.facts["who"]) == ("not_yours", "Guard")
    assert "take" not in {move.name for move in shop.cases.moves_for(ANNA, errand.id)}
    assert shop.cases.get(errand.id).view.assignee_id == "guard"


def test_nobody_grabs_more_than_the_cap_and_one_that_is_closed_makes_room(shop: Shop) -> None:
    first, second, third = (job(shop).id for _ in range(3))
    shop.cases.move(ANNA, first, "grab")
    shop.cases.move(ANNA, second, "grab")
    with pytest.raises(Refused) as refused:
        shop.cases.move(ANNA, third, "grab")
    assert (refused.value.facts["why"], refused.value.facts["most"]) == ("cap", "2")
    finish(shop, ANNA, first)
    assert shop.cases.move(ANNA, third, "grab").assignee_id == "anna"


def test_what_waits_for_the_desk_keeps_nobody_from_the_next(shop: Shop) -> None:
    first, second, third = (job(shop).id for _ in range(3))
    shop.cases.move(ANNA, first, "grab")
    shop.cases.move(ANNA, second, "grab")
    shop.cases.move(ANNA, first, "finish", fields=FINISHED)
    assert shop.cases.get(first).view.closed_at is None
    assert shop.cases.move(ANNA, third, "grab").assignee_id == "anna"


def test_a_grab_needs_the_permission_to_work(shop: Shop) -> None:
    case = job(shop)
    for who in (CLERK, GUARD):
        with pytest.raises(NotAllowed):
            shop.cases.move(who, case.id, "grab")


def test_only_the_team_can_be_given_a_case(shop: Shop) -> None:
    for who in ("clerk", "fitter", "nobody"):
        with pytest.raises(Invalid) as refused:
            shop.cases.move(BOSS, job(shop).id, "assign", assignee_id=who)
        assert refused.value.field == "assignee"


def test_what_somebody_has_only_they_take_further(shop: Shop) -> None:
    case = at_work(shop, ANNA)
    with pytest.raises(Refused) as refused:
        shop.cases.move(BERT, case.id, "finish", fields=FINISHED)
    assert (refused.value.facts["why"], refused.value.facts["who"]) == ("not_yours", "Anna")
    assert [move.name for move in shop.cases.moves_for(BERT, case.id)] == ["arrive"]
    back = shop.cases.move(ANNA, case.id, "give_back", reason="缺梯子")
    assert (back.state, back.assignee_id) == ("reported", None)


def test_a_rotation_gives_everybody_the_same(shop: Shop) -> None:
    dealt: Counter[str] = Counter()
    for n in range(26):
        case = shop.cases.move(BOSS, job(shop).id, "deal")
        assert case.assignee_id is not None
        dealt[case.assignee_id] += 1
        assert max(dealt.values()) - min(dealt[who.id] for who in TEAM) <= 1, f"after {n + 1}"
        finish(shop, next(who for who in TEAM if who.id == case.assignee_id), case.id)
    assert set(dealt) == {who.id for who in TEAM}


def test_a_rotation_passes_over_who_left_who_may_not_and_whose_hands_are_full(shop: Shop) -> None:
    change(shop, "bert", state="left")
    change(shop, "carl", roles=["clerk"])
    for _ in range(2):
        at_work(shop, ANNA)
    assert [shop.cases.move(BOSS, job(shop).id, "deal").assignee_id for _ in range(2)] == ["boss", "boss"]
    with pytest.raises(Refused) as refused:
        shop.cases.move(BOSS, job(shop).id, "deal")
    assert refused.value.facts["why"] == "nobody_free"
    change(shop, "bert", state="active")
    assert shop.cases.move(BOSS, job(shop).id, "deal").assignee_id == "bert"


def test_who_was_passed_over_keeps_their_place(shop: Shop) -> None:
    """Four deals after a first full turn: Anna is full when hers comes, and has it as soon as she is free."""
    for who in TEAM:
        finish(shop, who, shop.cases.move(BOSS, job(shop).id, "deal").id)
    full = [at_work(shop, ANNA).id for _ in range(2)]
    assert shop.cases.move(BOSS, job(shop).id, "deal").assignee_id == "bert"
    finish(shop, ANNA, full[0])
    assert shop.cases.move(BOSS, job(shop).id, "deal").assignee_id == "anna"
    assert shop.cases.move(BOSS, job(shop).id, "deal").assignee_id == "boss"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(away=st.lists(st.sampled_from(TEAM), max_size=3, unique=True), then=st.integers(1, 9))
def test_whoever_is_away_for_a_while_the_rest_stay_even(shop: Shop, away: list[Principal], then: int) -> None:
    here = [who for who in TEAM if who not in away]
    for who in away:
        change(shop, who.id, state="left")
    dealt: Counter[str] = Counter()
    for _ in range(then):
        case = shop.cases.move(BOSS, job(shop).id, "deal")
        dealt[str(case.assignee_id)] += 1
        finish(shop, next(who for who in TEAM if who.id == case.assignee_id), case.id)
    for who in away:
        change(shop, who.id, state="active")
    assert set(dealt) <= {who.id for who in here}
    assert max(dealt[who.id] for who in here) - min(dealt[who.id] for who in here) <= 1
