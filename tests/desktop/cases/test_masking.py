"""What a form was shown masked comes back as what stands behind the masks, whatever was done to the rows beside it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from desktop.cases.definition import CaseDefinition, CaseField, Closing, ItemColumn
from desktop.cases.masking import is_personal, masked, plain, unmasked

Row = dict[str, Any]

WORKERS = CaseField(
    name="workers", title={}, type="items",
    columns=(
        ItemColumn(name="name", title={}, personal="name"),
        ItemColumn(name="phone", title={}, personal="phone"),
        ItemColumn(name="pass", title={}),
    ),
)  # fmt: skip
CLOSING = Closing(result=(), evidence=(), follow_up=())
KIND = CaseDefinition(
    name="permit", version=1, title={}, source="test", states=(), moves=(), closing=CLOSING, urgencies=(),
    fields=(WORKERS,),
)  # fmt: skip
LI: Row = {"name": "李大勇", "phone": "13912345678", "pass": "A1"}
LIN: Row = {"name": "李小勇", "pass": "A2"}
NEW: Row = {"name": "王五", "pass": "A3"}


def shown(rows: list[Row]) -> list[Row]:
    found = masked(WORKERS, rows)
    assert isinstance(found, list)
    return found


def back(held: list[Row], given_: list[Row]) -> object:
    return unmasked(KIND, {"workers": held}, {"workers": given_})["workers"]


def test_a_list_shows_its_personal_columns_masked_and_the_rest_as_it_is() -> None:
    assert is_personal(WORKERS)
    assert shown([LI, LIN]) == [{"name": "李**", "phone": "139****5678", "pass": "A1"}, {"name": "李**", "pass": "A2"}]
    assert plain(WORKERS, [LI, LIN]) == "李大勇  13912345678\n李小勇"


def test_a_row_that_was_taken_out_takes_nobody_else_along() -> None:
    assert back([LI, LIN], [shown([LI, LIN])[1]]) == [LIN]


def test_rows_that_were_changed_beside_the_mask_keep_who_it_is() -> None:
    li, lin = shown([LI, LIN])
    assert back([LI, LIN], [{**lin, "pass": "A9"}, NEW, li]) == [{**LIN, "pass": "A9"}, NEW, LI]


def test_what_was_written_over_a_mask_stands() -> None:
    li, _ = shown([LI, LIN])
    assert back([LI, LIN], [{**li, "name": "赵六"}]) == [{**LI, "name": "赵六"}]


def test_a_mask_of_nobody_stays_as_it_was_given() -> None:
    assert back([LI], [{"name": "孙*"}]) == [{"name": "孙*"}]
    assert back([], [NEW]) == [NEW]


ROWS = st.lists(
    st.fixed_dictionaries(
        {"pass": st.uuids().map(str)},
        optional={
            "name": st.text("张王李赵", min_size=1, max_size=3),
            "phone": st.text("0123456789", min_size=7, max_size=11),
        },
    ),
    max_size=6,
)


@given(ROWS, st.randoms())
def test_any_order_and_any_rows_left_out_come_back_as_they_were(held: list[Row], chance: Any) -> None:
    pairs = [(row, mask) for row, mask in zip(held, shown(held), strict=True) if chance.random() < 0.7]
    chance.shuffle(pairs)
    assert back(held, [mask for _, mask in pairs]) == [row for row, _ in pairs]
