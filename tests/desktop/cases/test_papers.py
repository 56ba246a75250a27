"""Photos of papers are opened by who says why; everywhere else there is only that they are there."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from db.store import Records
from db.tables.journal import Entry
from desktop.cases.service import Cases
from desktop.kernel.errors import Invalid, NotAllowed
from desktop.kernel.ids import NewId
from tests.desktop.cases.support import CLERK, GUARD
from tests.support.fakes import FakeClock

JPEG = b"\xff\xd8\xff\xe0 a letter"


@pytest.fixture
def cases(records: Records, clock: FakeClock, new_id: NewId) -> Cases:
    return Cases(records, clock, new_id, "D1")


def asked_for(cases: Cases, clock: FakeClock) -> tuple[str, list[str]]:
    """A look-up of footage with two photos of the letter: its id and their hashes."""
    letter = [cases.keep_picture(CLERK, JPEG + bytes([n]), "image/jpeg") for n in range(2)]
    since = clock.now() - timedelta(hours=2)
    fields = {
        "purpose": "police", "applicant": "王警官", "letter": letter,
        "begins": since.isoformat(), "ends": clock.now().isoformat(),
    }  # fmt: skip
    return cases.open(CLERK, "footage-lookup", fields=fields).id, letter


def test_papers_are_handed_out_with_a_reason_and_one_entry_that_names_them(
    cases: Cases, clock: FakeClock, records: Records
) -> None:
    case_id, letter = asked_for(cases, clock)
    shown = cases.reveal_papers(CLERK, case_id, "letter", " 核对来函 ")
    assert [image.data for image in shown] == [JPEG + bytes([n]) for n in range(2)]
    entries = records.read(lambda s: s.scalars(select(Entry).where(Entry.op == "cases.reveal")).all())
    assert [(one.actor, one.entity_id, one.reason, json.loads(one.body)) for one in entries] == [
        (CLERK.id, case_id, "核对来函", {"revealed": "letter", "pictures": letter})
    ]
    assert [change.after["zh"] for change in cases.get(case_id).timeline[-1].changes] == ["调取函或证件照片"]


def test_nobody_sees_papers_without_the_right_a_reason_or_in_another_field(cases: Cases, clock: FakeClock) -> None:
    case_id, _ = asked_for(cases, clock)
    length = len(cases.get(case_id).timeline)
    with pytest.raises(NotAllowed):
        cases.reveal_papers(GUARD, case_id, "letter", "看看")
    for field, reason in (("letter", " "), ("applicant", "核对"), ("nothing", "核对")):
        with pytest.raises(Invalid):
            cases.reveal_papers(CLERK, case_id, field, reason)
    with pytest.raises(Invalid):
        cases.reveal(CLERK, case_id, "letter", "核对")
    assert len(cases.get(case_id).timeline) == length
