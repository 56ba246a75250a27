"""Personal fields are masked wherever a case is shown, and shown only to who says why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from db.store import Records
from db.tables.journal import Entry
from desktop.cases.lists import CaseLists
from desktop.cases.views import CaseQuery
from desktop.journal.service import JournalView
from desktop.kernel.errors import Invalid, NotAllowed, NotFound
from tests.desktop.cases.support import BOSS, CLERK, GUARD
from tests.desktop.cases.workshop import ANNA, Shop, at_work, workshop
from tests.support.fakes import FakeClock, FakeIds

NAME, PHONE = "欧阳修远", "13866667777"


@pytest.fixture
def shop(records: Records, clock: FakeClock, new_id: FakeIds, tmp_path: Path) -> Shop:
    return workshop(records, clock, new_id, tmp_path)


def told(shop: Shop) -> str:
    """A case by somebody whose name and phone were given; its id."""
    case = shop.cases.open(CLERK, "job", "漏水", person_id="wang", fields={"caller": NAME, "tel": PHONE})
    shop.cases.move(BOSS, case.id, "assign", assignee_id="anna")
    shop.cases.move(ANNA, case.id, "record", fields={"tel": "13955556666", "seen_by": ["wang"]})
    return case.id


def test_nothing_that_is_shown_of_a_case_tells_who_called(shop: Shop, new_id: FakeIds) -> None:
    case_id = told(shop)
    detail = shop.cases.get(case_id)
    page = CaseLists(shop.records, shop.clock, new_id, shop.cases).page(CaseQuery())
    seen = " ".join(map(repr, (detail, page, shop.cases.list(), shop.acts.note(GUARD, case_id, "x"))))
    for hidden in (NAME, PHONE, "13955556666", "王小明", "13812341234"):
        assert hidden not in seen
    assert detail.values["caller"] == "欧***"
    assert [cell["zh"] for cell in page[0].shown] == ["", "139****6666"]
    assert detail.person_name == "王**"


def test_the_journal_hides_it_too(shop: Shop) -> None:
    told(shop)
    page = JournalView(shop.records, shop.clock).page(BOSS, kind="case")
    seen = " ".join(map(repr, page))
    for hidden in (NAME, PHONE, "13955556666"):
        assert hidden not in seen


def test_who_looks_says_why_and_it_is_on_record_before(shop: Shop) -> None:
    case_id = told(shop)
    assert shop.cases.reveal(CLERK, case_id, "caller", " 回访 ") == NAME
    assert shop.cases.reveal(CLERK, case_id, "tel", "回访") == "13955556666"
    last = shop.cases.get(case_id).timeline[-2:]
    assert [(step.actor_name, step.reason) for step in last] == [("Clerk", "回访")] * 2
    assert [change.after["zh"] for step in last for change in step.changes] == ["报修人", "电话"]
    bodies = shop.records.read(lambda s: s.scalars(select(Entry.body).where(Entry.op == "cases.reveal")).all())
    assert [json.loads(body) for body in bodies] == [{"revealed": "caller"}, {"revealed": "tel"}]


def test_nobody_looks_without_the_right_a_reason_or_something_hidden(shop: Shop) -> None:
    case_id = told(shop)
    length = len(shop.cases.get(case_id).timeline)
    for who in (GUARD, ANNA):
        with pytest.raises(NotAllowed):
            shop.cases.reveal(who, case_id, "tel", "回访")
    for field, reason in (("tel", "  "), ("tel", "x" * 501), ("category", "回访"), ("nothing", "回访")):
        with pytest.raises(Invalid):
            shop.cases.reveal(CLERK, case_id, field, reason)
    with pytest.raises(NotFound):
        shop.cases.reveal(CLERK, "nothing", "tel", "回访")
    assert len(shop.cases.get(case_id).timeline) == length


def test_a_mask_that_comes_back_from_a_form_changes_nothing(shop: Shop) -> None:
    case = at_work(shop)
    shop.cases.move(ANNA, case.id, "record", fields={"caller": NAME, "tel": PHONE})
    values = shop.cases.get(case.id).values
    shop.cases.move(ANNA, case.id, "record", fields={"caller": values["caller"], "tel": values["tel"], "hours": 1})
    assert shop.cases.reveal(CLERK, case.id, "caller", "回访") == NAME
    assert shop.cases.reveal(CLERK, case.id, "tel", "回访") == PHONE
