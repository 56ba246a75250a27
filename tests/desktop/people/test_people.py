"""Finding people, and showing no more of them than needed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db.store import Records
from db.tables.journal import Entry
from desktop.kernel.errors import Invalid, NotAllowed, NotFound
from desktop.people.service import People
from desktop.people.views import PersonView
from desktop.places.service import Places
from tests.support.fakes import FakeClock, FakeIds
from tests.support.people import CLERK, GUARD, MANAGER, principal


@pytest.fixture
def people(records: Records, clock: FakeClock, new_id: FakeIds) -> People:
    """王小五 (3-2-1201, 13812341234), 王武 (3-2-1202), 单雪 (4-1-0101), 吕100%."""
    places = Places(records, clock, new_id)
    homes = {}
    for building, unit, home in (("3", "3-2", "3-2-1201"), ("3", "3-2", "3-2-1202"), ("4", "4-1", "4-1-0101")):
        for kind, code, parent in (("building", building, None), ("unit", unit, building), ("room", home, unit)):
            if code not in homes:
                homes[code] = places.add(MANAGER, kind, code, code, homes[parent] if parent else None).id
    people = People(records, clock, new_id)
    people.add(CLERK, "王小五", "138 1234 1234", [(homes["3-2-1201"], "owner"), (homes["4-1-0101"], "owner")])
    people.add(CLERK, "王武", "13900005678", [(homes["3-2-1202"], "tenant")])
    people.add(CLERK, "单雪", "13700009012", [(homes["4-1-0101"], "family")])
    people.add(CLERK, "吕100%_", "")
    return people


def found(people: People, text: str, limit: int = 20) -> list[str]:
    """The whole names of who is found, in order."""
    return [people.reveal(CLERK, view.id, "name", "测试") for view in people.find(GUARD, text, limit)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("王小五", ["王小五"]),
        ("小五", ["王小五"]),
        ("王", ["王武", "王小五"]),
        ("wangxiaowu", ["王小五"]),
        ("Wang Xiao", ["王小五"]),
        ("ｗｘｗ", ["王小五"]),
        ("ww", ["王武"]),
        ("w", ["王武", "王小五"]),
        ("shanxue", ["单雪"]),
        ("sx", ["单雪"]),
        ("danxue", []),
        ("lv", ["吕100%_"]),
        ("3-2-1201", ["王小五"]),
        ("3-2", ["王武", "王小五"]),
        ("4", ["单雪", "王小五"]),
        ("1234", ["王小五"]),
        ("138-1234-1234", ["王小五"]),
        ("+8613812341234", ["王小五"]),
        ("0000", ["单雪", "王武"]),
        ("%", ["吕100%_"]),
        ("_", ["吕100%_"]),
        ("' OR 1=1 --", []),
        ("", []),
        ("   ", []),
        ("赵", []),
        ("\x00", []),
        ("\ud800", []),
    ],
)
def test_people_are_found_by_what_one_knows_of_them(people: People, text: str, names: list[str]) -> None:
    assert found(people, text) == names


def test_the_closest_comes_first_and_the_limit_holds(people: People) -> None:
    assert found(people, "王武", 1) == ["王武"]
    assert len(people.find(GUARD, "w", 1)) == 1


def test_who_is_found_is_masked(people: People) -> None:
    view = people.find(GUARD, "wxw")[0]
    assert view == PersonView(view.id, "王**", "138****1234", "resident", "", ("3-2-1201", "4-1-0101"))


def test_what_was_revealed_and_why_is_in_the_journal(people: People, records: Records) -> None:
    view = people.find(GUARD, "wxw")[0]
    assert people.reveal(CLERK, view.id, "phone", " 快递放错门 ") == "13812341234"
    last = records.read(lambda s: s.scalars(select(Entry).order_by(Entry.n.desc())).first())
    assert last is not None
    assert (last.op, last.actor, last.kind, last.entity_id, last.reason, last.body) == (
        "people.reveal", CLERK.id, "person", view.id, "快递放错门", '{"revealed":"phone"}',
    )  # fmt: skip


def test_nothing_is_revealed_without_a_reason(people: People) -> None:
    view = people.find(GUARD, "wxw")[0]
    for field, reason, wrong in (("phone", "  ", "reason"), ("pinyin", "想看", "field")):
        with pytest.raises(Invalid) as caught:
            people.reveal(CLERK, view.id, field, reason)
        assert caught.value.field == wrong
    with pytest.raises(NotFound):
        people.reveal(CLERK, "nobody", "phone", "想看")


def test_permissions_are_checked(people: People) -> None:
    nobody = principal()
    with pytest.raises(NotAllowed):
        people.find(nobody, "w")
    with pytest.raises(NotAllowed):
        people.reveal(GUARD, "any", "phone", "想看")
    with pytest.raises(NotAllowed):
        people.add(GUARD, "赵六")


def test_a_person_who_will_not_do_leaves_nothing(people: People, records: Records) -> None:
    head = records.head()
    for name, phone, homes in (
        ("", "", []),
        ("长" * 41, "", []),
        ("赵六", "12", []),
        ("赵六", "", [("nowhere", "owner")]),
    ):
        with pytest.raises((Invalid, NotFound)):
            people.add(CLERK, name, phone, homes)
    assert records.head() == head


def test_names_beyond_the_first_plane_are_kept_whole(people: People) -> None:
    view = people.add(CLERK, "𠮷田・麦麦提", "13700001111")
    assert view.name == "𠮷" + "*" * 5
    assert found(people, "𠮷田·麦麦提") == ["𠮷田·麦麦提"]
