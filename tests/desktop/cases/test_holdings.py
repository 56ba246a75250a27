"""What a case is opened with and what its fields hold: every type kept as it should be, and refused where it will not do."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from db.store import Records
from desktop.assets.stock import Stock
from desktop.kernel.errors import Invalid, NotAllowed, NotFound
from tests.desktop.cases.support import BOSS, GUARD
from tests.desktop.cases.workshop import ANNA, FINISHED, Shop, at_work, job, workshop
from tests.support.fakes import FakeClock, FakeIds

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
SHA = hashlib.sha256(PNG).hexdigest()
PARTS = {"part": "washer", "quantity": 2, "price": 250, "state": "new", "paid": True}


@pytest.fixture
def shop(records: Records, clock: FakeClock, new_id: FakeIds, tmp_path: Path) -> Shop:
    shop = workshop(records, clock, new_id, tmp_path)
    assert shop.cases.keep_picture(ANNA, PNG, "image/png") == SHA
    return shop


KEPT: list[tuple[str, Any, Any, str]] = [
    ("category", "home/tap", "home/tap", "户内 · 龙头漏水"),
    ("caller", " 赵六 ", "赵*", "赵*"),
    ("tel", "13812341234", "138****1234", "138****1234"),
    ("hours", 1.5, 1.5, "1.5 h"),
    ("quote", 12345, 12345, "¥123.45"),
    ("consent", SHA, SHA, "已签字"),
    ("seen_by", ["wang", "li"], ["wang", "li"], "王**、李*"),
    ("spot", "b3", "b3", "3号楼"),
    ("meter", "pump-1", "pump-1", "pump-1"),
    ("ladder", "ladder", "ladder", "人字梯"),
    ("after", [SHA], [SHA], "1"),
    ("steps", ["clean", "water"], ["water", "clean"], "✓ 关水"),
    ("parts", [PARTS], [PARTS], "垫片"),
    ("arrived_at", "2026-11-22T14:00:00+08:00", "2026-11-22T06:00:00+00:00", "2026-11-22 14:00"),
]


@pytest.mark.parametrize(("name", "given", "kept", "words"), KEPT, ids=[row[0] for row in KEPT])
def test_every_type_is_kept_and_told(shop: Shop, name: str, given: object, kept: object, words: str) -> None:
    case = at_work(shop)
    shop.cases.move(ANNA, case.id, "record", fields={name: given})
    detail = shop.cases.get(case.id)
    assert detail.values[name] == kept
    (fact,) = (fact.value["zh"] for fact in detail.facts if fact.name == name)
    assert words in fact
    title = next(field.title["zh"] for field in detail.definition.fields if field.name == name)
    (after,) = (change.after["zh"] for change in detail.timeline[-1].changes if change.field["zh"] == title)
    assert words in after


REFUSED: list[tuple[str, Any, str]] = [
    ("category", "home", "not_an_option"),
    ("category", "public/tap", "not_an_option"),
    ("category", "home/tap/x", "not_an_option"),
    ("category", ["home/tap"], "not_an_option"),
    ("tel", "1" * 21, "too_long"),
    ("hours", float("nan"), "not_a_number"),
    ("hours", -0.1, "too_small"),
    ("quote", 1.5, "not_a_number"),
    ("quote", 100001, "too_big"),
    ("consent", "x", "not_a_picture"),
    ("consent", "0" * 64, "not_a_picture"),
    ("seen_by", "wang", "not_an_option"),
    ("seen_by", ["wang", "li", "x"], "too_many"),
    ("seen_by", ["wang", "nobody"], "gone"),
    ("spot", "nowhere", "gone"),
    ("ladder", "nothing", "gone"),
    ("meter", 7, "not_an_option"),
    ("after", [SHA, "1" * 64], "not_a_picture"),
    ("after", [SHA] * 3, "too_many"),
    ("after", SHA, "not_a_picture"),
    ("steps", ["dance"], "not_an_option"),
    ("parts", [{"part": "washer"}], "missing"),
    ("parts", [{"part": "nothing", "quantity": 1}], "gone"),
    ("parts", [{**PARTS, "quantity": -1}], "too_small"),
    ("parts", [{**PARTS, "quantity": "2"}], "not_a_number"),
    ("parts", [{**PARTS, "price": 0.5}], "not_a_number"),
    ("parts", [{**PARTS, "state": "old"}], "not_an_option"),
    ("parts", [{**PARTS, "paid": "yes"}], "not_an_option"),
    ("parts", [{**PARTS, "bought": "soon"}], "not_a_time"),
    ("parts", [{**PARTS, "colour": "red"}], "not_asked"),
    ("parts", [PARTS] * 21, "too_many"),
    ("parts", "washer", "not_rows"),
    ("walk", {"route": [], "visits": [{"code": "P-1"}]}, "not_asked"),
    ("arrived_at", "2026-11-22 14:00", "not_a_time"),
    ("answer", "fine", "not_asked"),
]


@pytest.mark.parametrize(("name", "given", "why"), REFUSED)
def test_what_will_not_do_is_refused_by_name(shop: Shop, name: str, given: object, why: str) -> None:
    case = at_work(shop)
    before = shop.cases.get(case.id)
    with pytest.raises(Invalid) as refused:
        shop.cases.move(ANNA, case.id, "record", fields={name: given})
    assert (refused.value.field, refused.value.facts["why"]) == (name, why)
    assert shop.cases.get(case.id) == before


def test_what_a_category_asks_for_is_needed(shop: Shop) -> None:
    case = at_work(shop)
    shop.cases.move(ANNA, case.id, "record", fields={"category": "home/wall"})
    for given, missing in (
        ({}, "after"),
        ({"after": [SHA]}, "quote"),
    ):
        with pytest.raises(Invalid) as refused:
            shop.cases.move(ANNA, case.id, "finish", fields={**FINISHED, **given})
        assert f"{missing}:missing" in refused.value.facts["all"]
    shop.cases.move(ANNA, case.id, "record", fields={"quote": 5000})
    with pytest.raises(Invalid):
        shop.cases.move(ANNA, case.id, "finish", fields={**FINISHED, "after": [SHA]})
    shop.cases.move(ANNA, case.id, "record", fields={"consent": SHA})
    done = shop.cases.move(ANNA, case.id, "finish", fields={**FINISHED, "after": [SHA]})
    assert done.state == "done"


def test_public_work_needs_no_quote(shop: Shop) -> None:
    case = at_work(shop)
    shop.cases.move(ANNA, case.id, "record", fields={"category": "public/lamp"})
    assert shop.cases.move(ANNA, case.id, "finish", fields=FINISHED).state == "done"


def test_a_new_quote_is_another_version_and_nobody_signed_it(shop: Shop) -> None:
    case = at_work(shop)
    shop.cases.move(ANNA, case.id, "record", fields={"quote": 5000, "consent": SHA})
    assert shop.cases.get(case.id).versions == {"quote": 1}
    shop.cases.move(ANNA, case.id, "record", fields={"quote": 5000})
    detail = shop.cases.get(case.id)
    assert (detail.versions, detail.values["consent"]) == ({"quote": 1}, SHA), "the same quote is no other version"
    shop.cases.move(ANNA, case.id, "record", fields={"quote": 6000})
    detail = shop.cases.get(case.id)
    assert (detail.versions, "consent" in detail.values) == ({"quote": 2}, False)
    told = [(change.field["zh"], change.before["zh"], change.after["zh"]) for change in detail.timeline[-1].changes]
    assert told == [("报价", "¥50.00", "¥60.00"), ("业主签字", "已签字", "—")]
    shop.cases.move(ANNA, case.id, "record", fields={"quote": 7000, "consent": SHA})
    assert shop.cases.get(case.id).values["consent"] == SHA


def test_a_case_is_called_by_its_category_where_nobody_names_it(shop: Shop) -> None:
    case = shop.cases.open(BOSS, "job", urgency="urgent", fields={"category": "home/tap"})
    assert case.title == "户内 · 龙头漏水"
    assert shop.cases.open(BOSS, "job", "  自己起的 ", fields={"category": "home/tap"}).title == "自己起的"
    with pytest.raises(Invalid) as refused:
        shop.cases.open(BOSS, "job")
    assert (refused.value.field, refused.value.facts["why"]) == ("title", "missing")


def test_what_a_case_is_about_is_there_and_is_asked_for(shop: Shop) -> None:
    case = shop.cases.open(
        BOSS, "job", "漏水", place_id="b3", person_id="wang", asset_id="ladder", thing_id="pump-1", urgency="normal"
    )
    detail = shop.cases.get(case.id)
    assert (case.place_path, detail.person_name, detail.asset_name) == (("3号楼",), "王**", "人字梯")
    assert (case.person_id, case.asset_id, case.thing_id, detail.opened_by) == ("wang", "ladder", "pump-1", "Boss")
    for name in ("place", "person", "asset"):
        with pytest.raises(NotFound):
            shop.cases.open(BOSS, "job", "漏水", **{f"{name}_id": "nothing"})  # type: ignore[arg-type]
    with pytest.raises(Invalid) as refused:
        shop.cases.open(BOSS, "errand", "借梯")
    assert refused.value.facts["why"] == "missing"
    with pytest.raises(Invalid) as refused:
        shop.cases.open(BOSS, "errand", "借梯", asset_id="ladder", person_id="wang")
    assert refused.value.facts["why"] == "not_asked"
    with pytest.raises(Invalid) as refused:
        shop.cases.open(BOSS, "job", "漏水", urgency="yesterday")
    assert refused.value.field == "urgency"


def test_who_opened_a_case_is_told_even_after_they_left(shop: Shop) -> None:
    assert shop.cases.get(job(shop).id).opened_by == "Boss"
    with pytest.raises(NotAllowed):
        shop.cases.open(GUARD.__class__("x", "x", "X", frozenset(), frozenset(), "D1"), "job", "x")


@pytest.mark.parametrize(
    ("data", "media", "why"),
    [
        (b"GIF89a", "image/gif", "media"),
        (b"GIF89a", "image/png", "media"),
        (b"", "image/jpeg", "media"),
        (b"\xff\xd8\xff" + bytes(5 * 2**20), "image/jpeg", "too_big"),
    ],
)
def test_only_pictures_of_a_sane_size_are_kept(shop: Shop, data: bytes, media: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        shop.cases.keep_picture(ANNA, data, media)
    assert refused.value.facts["why"] == why


def test_a_picture_is_kept_once_and_shown_again(shop: Shop) -> None:
    assert shop.cases.keep_picture(GUARD, PNG, "image/png") == SHA
    image = shop.cases.picture(SHA)
    assert (image.data, image.media) == (PNG, "image/png")
    with pytest.raises(NotFound):
        shop.cases.picture("0" * 64)
    with pytest.raises(NotAllowed):
        shop.cases.keep_picture(GUARD.__class__("x", "x", "X", frozenset(), frozenset(), "D1"), PNG, "image/png")


def test_a_list_whose_last_row_is_taken_away_is_empty_and_its_parts_go_back(
    shop: Shop, clock: FakeClock, new_id: FakeIds
) -> None:
    stock = Stock(shop.records, clock, new_id)
    shop.cases.parts_used = stock.use_in
    stock.receive(BOSS, "washer", 10, "首批入库")
    case = at_work(shop)
    shop.cases.move(ANNA, case.id, "record", fields={"parts": [{"part": "washer", "quantity": 3}]})
    assert stock.parts()[0].total == 7
    shop.cases.move(ANNA, case.id, "record", fields={"hours": 1})
    assert stock.parts()[0].total == 7, "what is not given erases nothing"
    shop.cases.move(ANNA, case.id, "record", fields={"parts": []})
    assert "parts" not in shop.cases.get(case.id).values
    assert stock.parts()[0].total == 10
