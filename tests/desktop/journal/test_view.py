"""The journal as people read it."""

from __future__ import annotations

import pytest

from db.act import Act
from db.store import Records
from db.tables.security import Operator
from desktop.journal.service import JournalView, shown
from desktop.kernel.errors import NotAllowed
from desktop.people.service import People
from tests.support.fakes import FakeClock, FakeIds
from tests.support.people import AUDITOR, CLERK, GUARD, MANAGER, principal


@pytest.fixture
def journal(records: Records, clock: FakeClock, new_id: FakeIds) -> JournalView:
    people = People(records, clock, new_id)
    for name in ("王小五", "李雷", "欧阳修远"):
        view = people.add(CLERK, name, "13812341234")
    people.reveal(CLERK, view.id, "phone", "100% 必要")
    return JournalView(records, clock)


def test_pages_go_back_from_the_newest(journal: JournalView) -> None:
    assert [e.n for e in journal.page(AUDITOR, limit=2)] == [4, 3]
    assert [e.n for e in journal.page(AUDITOR, before=3, limit=2)] == [2, 1]
    assert journal.page(AUDITOR, before=1) == []
    assert len(journal.page(AUDITOR, limit=0)) == 1
    assert len(journal.page(AUDITOR, limit=10**9)) == 4


def test_personal_fields_are_masked_and_secret_ones_left_out(
    journal: JournalView, records: Records, clock: FakeClock
) -> None:
    def work(tx):  # type: ignore[no-untyped-def]
        tx.add(Operator(id="o1", login="li", name="李雷", password_hash="argon2-hash", roles=["guard"]))

    records.write(Act("security.create_operator", "x", "某", "D1", clock.now()), work)
    entry, _, person, *_ = journal.page(AUDITOR)
    assert entry.after["name"] == "李*" and "password_hash" not in entry.after
    assert "argon2" not in repr(entry)
    assert (person.after["name"], person.after["phone"]) == ("欧***", "138****1234")
    assert person.after["pinyin"] == "•••" and "xiuyuan" not in repr(person)


def test_a_change_shows_both_sides_masked() -> None:
    assert shown("person", {"name": "张三", "phone": None, "part": "staff"}) == {
        "name": "张*", "phone": None, "part": "staff",
    }  # fmt: skip
    assert shown("operator", {"password_hash": "•", "failures": 2}) == {"failures": 2}
    assert shown("unheard_of", {"name": "x"}) == {"name": "x"}


def test_entries_are_found_by_kind_and_by_text_but_never_by_masked_values(journal: JournalView) -> None:
    assert [e.n for e in journal.page(AUDITOR, text="reveal")] == [4]
    assert [e.n for e in journal.page(AUDITOR, text="100%")] == [4]
    assert [e.n for e in journal.page(AUDITOR, text="PEOPLE.ADD")] == [3, 2, 1]
    assert journal.page(AUDITOR, text="13812341234") == []
    assert journal.page(AUDITOR, text="王小五") == []
    assert journal.page(AUDITOR, text="%") == journal.page(AUDITOR, text="100%")
    assert [e.n for e in journal.page(AUDITOR, kind="person", text="某clerk")] == [4, 3, 2, 1]
    assert journal.page(AUDITOR, kind="alarm") == []


def test_verifying_is_journalled_and_holds_against_what_was_printed(journal: JournalView) -> None:
    head = journal.head()
    verdict = journal.verify(AUDITOR, {head.n: head.mac[:16]})
    assert verdict.ok and verdict.head == head
    entry = journal.page(AUDITOR, limit=1)[0]
    assert (entry.op, entry.actor_name, dict(entry.after)) == (
        "journal.verify", AUDITOR.name, {"ok": True, "entries": 4, "bad_n": None},
    )  # fmt: skip
    assert not journal.verify(AUDITOR, {99: head.mac[:16]}).ok


@pytest.mark.parametrize("who", [GUARD, CLERK, principal("system_admin"), principal("engineer"), principal()])
def test_who_may_not_see_the_journal_does_not(journal: JournalView, who) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NotAllowed):
        journal.page(who)
    with pytest.raises(NotAllowed):
        journal.verify(who)


def test_a_manager_sees_but_does_not_verify(journal: JournalView) -> None:
    assert journal.page(MANAGER)
    with pytest.raises(NotAllowed):
        journal.verify(MANAGER)
