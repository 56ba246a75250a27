"""Stock is the sum of its moves, never below nought, and of one piece with the case that used it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from db.store import Act, Records, Transaction
from db.tables.cases import CaseRow
from desktop.assets.stock import Stock
from desktop.assets.views import STORE, PartView
from desktop.kernel.errors import Invalid, LinliError, NotAllowed, NotFound
from tests.desktop.cases.kinds import put, row
from tests.desktop.cases.support import BOSS, FITTER, GUARD, TERMINAL, with_operators
from tests.support.fakes import START, FakeClock, FakeIds

Use = Callable[..., None]


@pytest.fixture
def stock(records: Records, clock: FakeClock, new_id: FakeIds) -> Stock:
    with_operators(records)
    put(records, row(1), row(2))
    return Stock(records, clock, new_id)


@pytest.fixture
def washer(stock: Stock) -> PartView:
    part = stock.add_part(BOSS, "PJ-001", "密封垫", "只", 250)
    return stock.receive(BOSS, part.id, 10, "首批入库")


@pytest.fixture
def use(records: Records, stock: Stock) -> Use:
    """Uses parts for a case as its step would, touching the case's row too."""

    def used(case: str, rows: Sequence[Mapping[str, Any]], holder: str = FITTER.id, fails: bool = False) -> None:
        def work(tx: Transaction) -> None:
            case_row = tx.get(CaseRow, case)
            assert case_row is not None
            case_row.fields = {**case_row.fields, "used": list(rows)}
            tx.session.flush()
            stock.use_in(tx, holder, case, rows)
            if fails:
                raise RuntimeError("killed")

        records.write(Act("cases.move.finish", holder, holder, TERMINAL, START), work)

    return used


def undo(records: Records, stock: Stock, case: str) -> None:
    def work(tx: Transaction) -> None:
        case_row = tx.get(CaseRow, case)
        assert case_row is not None
        case_row.fields = {}
        stock.undo_in(tx, case)

    records.write(Act("cases.undo", FITTER.id, "Fitter", TERMINAL, START), work)


def test_parts_come_in_go_out_and_come_back(stock: Stock, washer: PartView) -> None:
    assert washer.by_holder == {STORE: 10} and washer.price == 250
    stock.hand_out(BOSS, washer.id, FITTER.id, 4)
    stock.give_back(FITTER, washer.id, FITTER.id, 1)
    assert stock.of(STORE) == {washer.id: 7} and stock.of(FITTER.id) == {washer.id: 3}
    assert stock.parts()[0].total == 10
    told = [(move.why, move.holder, move.quantity) for move in stock.moves(washer.id)]
    assert sorted(told[:2]) == [("returned", FITTER.id, -1), ("returned", STORE, 1)]
    assert stock.moves(washer.id)[-1].reason == "首批入库"
    assert told[-1] == ("received", STORE, 10)


@pytest.mark.parametrize("quantity", [0, -1, float("nan"), float("inf"), 1e9, True])
def test_what_moves_is_more_than_nought(stock: Stock, washer: PartView, quantity: float) -> None:
    with pytest.raises(Invalid) as refused:
        stock.receive(BOSS, washer.id, quantity)
    assert refused.value.field == "quantity"


def test_nobody_hands_out_more_than_there_is(stock: Stock, washer: PartView) -> None:
    with pytest.raises(Invalid) as refused:
        stock.hand_out(BOSS, washer.id, FITTER.id, 10.001)
    assert (refused.value.facts["why"], refused.value.facts["there"]) == ("too_little", "10")
    with pytest.raises(Invalid):
        stock.give_back(BOSS, washer.id, FITTER.id, 1)
    assert stock.of(STORE) == {washer.id: 10}


def test_a_tenth_ten_times_is_one(stock: Stock, washer: PartView) -> None:
    for _ in range(10):
        stock.hand_out(BOSS, washer.id, FITTER.id, 0.1)
    assert stock.of(FITTER.id) == {washer.id: 1} and stock.of(STORE) == {washer.id: 9}


def test_a_count_sets_what_is_there_and_needs_a_reason(stock: Stock, washer: PartView) -> None:
    assert stock.count_stock(BOSS, washer.id, STORE, 8, "盘点少两只").by_holder == {STORE: 8}
    assert stock.moves(washer.id)[0].quantity == -2
    stock.count_stock(BOSS, washer.id, STORE, 8, "再次盘点")
    assert len(stock.moves(washer.id)) == 2, "what is as it should be moves nothing"
    with pytest.raises(Invalid, match="reason"):
        stock.count_stock(BOSS, washer.id, STORE, 8, "")


def test_a_case_takes_from_its_fitter_first_and_then_from_the_store(stock: Stock, washer: PartView, use: Use) -> None:
    stock.hand_out(BOSS, washer.id, FITTER.id, 2)
    use("case-001", [{"part": washer.id, "quantity": 3}])
    assert stock.of(FITTER.id) == {} and stock.of(STORE) == {washer.id: 7}
    assert {move.number for move in stock.moves(washer.id) if move.why == "used"} == {"D1-20261122-0001"}


def test_a_list_that_is_corrected_moves_the_difference(stock: Stock, washer: PartView, use: Use) -> None:
    stock.hand_out(BOSS, washer.id, FITTER.id, 2)
    use("case-001", [{"part": washer.id, "quantity": 3}])
    use("case-001", [{"part": washer.id, "quantity": 3}])
    assert stock.parts()[0].total == 7
    use("case-001", [{"part": washer.id, "quantity": 1}])
    assert stock.parts()[0].total == 9
    use("case-001", [])
    assert stock.of(FITTER.id) == {washer.id: 2} and stock.of(STORE) == {washer.id: 8}


def test_too_little_stops_the_case_and_leaves_the_stock(
    stock: Stock, records: Records, washer: PartView, use: Use
) -> None:
    with pytest.raises(Invalid) as refused:
        use("case-001", [{"part": washer.id, "quantity": 6}, {"part": washer.id, "quantity": 5}])
    assert (refused.value.field, refused.value.facts["part"]) == ("parts", "密封垫")
    assert stock.of(STORE) == {washer.id: 10}
    assert records.read(lambda session: session.get(CaseRow, "case-001")).fields == {}  # type: ignore[union-attr]


def test_a_step_that_fails_after_taking_parts_took_none(stock: Stock, washer: PartView, use: Use) -> None:
    with pytest.raises(RuntimeError):
        use("case-001", [{"part": washer.id, "quantity": 1}], fails=True)
    assert stock.of(STORE) == {washer.id: 10}


def test_undo_gives_back_what_the_last_act_took_and_only_that(
    stock: Stock, records: Records, washer: PartView, use: Use
) -> None:
    stock.hand_out(BOSS, washer.id, FITTER.id, 2)
    use("case-001", [{"part": washer.id, "quantity": 1}])
    use("case-002", [{"part": washer.id, "quantity": 2}])
    use("case-001", [{"part": washer.id, "quantity": 4}])
    undo(records, stock, "case-001")
    assert stock.parts()[0].total == 7
    undo(records, stock, "case-002")
    assert stock.of(FITTER.id) == {washer.id: 1} and stock.of(STORE) == {washer.id: 8}


def test_of_two_fitters_who_take_the_last_one_gets_it(stock: Stock, washer: PartView, use: Use) -> None:
    stock.count_stock(BOSS, washer.id, STORE, 1, "只剩一只")
    ready, told = Barrier(2), list[str]()

    def take(case: str, holder: str) -> None:
        ready.wait(5)
        try:
            use(case, [{"part": washer.id, "quantity": 1}], holder)
            told.append("got")
        except LinliError as error:
            told.append(error.facts["why"])

    threads = [Thread(target=take, args=args) for args in (("case-001", FITTER.id), ("case-002", BOSS.id))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(told) == ["got", "too_little"] and stock.of(STORE) == {}


def test_holders_are_those_who_work_and_those_who_still_have_something(stock: Stock, washer: PartView) -> None:
    assert {one.id for one in stock.holders()} == {FITTER.id, BOSS.id}
    stock.hand_out(BOSS, washer.id, "gone", 1)
    assert {one.id for one in stock.holders()} == {FITTER.id, BOSS.id, "gone"}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"code": " "}, "code"), ({"code": "pj-001"}, "code"), ({"name": ""}, "name"), ({"unit": ""}, "unit"),
        ({"price": -1}, "price"), ({"price": 1.5}, "price"),
    ],
)  # fmt: skip
def test_a_part_that_will_not_do_is_refused_at_its_field(
    stock: Stock, washer: PartView, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        stock.add_part(BOSS, **{"code": "PJ-002", "name": "水嘴", "unit": "只", "price": 0, **more})
    assert refused.value.field == field


def test_a_part_is_changed_and_keeps_its_stock(stock: Stock, washer: PartView) -> None:
    changed = stock.change_part(BOSS, washer.id, "PJ-001", "密封垫 DN20", "只", 300)
    assert (changed.name, changed.price, changed.by_holder) == ("密封垫 DN20", 300, {STORE: 10})


def test_who_may_not_and_what_is_not_there(stock: Stock, washer: PartView) -> None:
    with pytest.raises(NotAllowed):
        stock.receive(GUARD, washer.id, 1)
    with pytest.raises(NotFound):
        stock.receive(BOSS, "nothing", 1)
    with pytest.raises(NotFound):
        stock.hand_out(BOSS, washer.id, "nobody", 1)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.lists(some.tuples(some.sampled_from("rhbcu"), some.integers(1, 6)), max_size=12))
def test_whatever_is_tried_no_stock_is_below_nought(
    stock: Stock, washer: PartView, use: Use, acts: list[tuple[str, int]]
) -> None:
    tries: dict[str, Callable[[int], object]] = {
        "r": lambda n: stock.receive(BOSS, washer.id, n),
        "h": lambda n: stock.hand_out(BOSS, washer.id, FITTER.id, n),
        "b": lambda n: stock.give_back(BOSS, washer.id, FITTER.id, n),
        "c": lambda n: stock.count_stock(BOSS, washer.id, FITTER.id, n, "盘点"),
        "u": lambda n: use("case-001", [{"part": washer.id, "quantity": n}]),
    }
    for kind, n in acts:
        try:
            tries[kind](n)
        except Invalid as refused:
            assert refused.facts["why"] == "too_little"
        assert all(quantity > 0 for quantity in stock.parts()[0].by_holder.values())
