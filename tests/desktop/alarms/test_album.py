"""Whoever looks at what a camera took stands in the journal before they see it."""

from __future__ import annotations

import hashlib
import json

import pytest
from sqlalchemy import select

from db.errors import StoreError
from db.store import Records
from db.tables.journal import Entry
from desktop.alarms.keeping import StillKeeper
from desktop.alarms.service import Alarms
from desktop.cases.service import Cases
from desktop.kernel.errors import NotAllowed, NotFound
from desktop.kernel.ids import NewId
from desktop.security.settings import Settings
from tests.desktop.alarms.support import WALL_MS, change, person
from tests.support.fakes import FakeClock

JPEG = b"\xff\xd8\xff\xe0 what it saw"
STILL = hashlib.sha256(JPEG).hexdigest()
LI = person("li", "alarms.see", "alarms.acknowledge", "alarms.to_case", "cases.open", "cases.see")


@pytest.fixture
def cases(records: Records, clock: FakeClock, new_id: NewId) -> Cases:
    return Cases(records, clock, new_id, "D1")


@pytest.fixture
def alarms(records: Records, clock: FakeClock, cases: Cases) -> Alarms:
    made = Alarms(records, clock, cases, terminal="D1", confirm_second=lambda *_: LI)
    for id_ in ("a1", "a2"):
        made.record(change(id_, WALL_MS, thing_id=id_))
    made.album.keep_stills("a1", {"门厅": JPEG}, clock.now())
    return made


def looks(records: Records) -> list[tuple[str, str, str, str, object]]:
    def work(session: object) -> list[Entry]:
        return list(session.scalars(select(Entry).where(Entry.op.endswith(".reveal"))))  # type: ignore[attr-defined]

    found = records.read(work)
    return [(one.op, one.actor, one.kind, one.entity_id, json.loads(one.body)) for one in found]


def test_a_look_at_what_a_camera_took_is_one_entry_that_names_the_picture_and_has_it_not(
    alarms: Alarms, records: Records
) -> None:
    assert alarms.album.picture(STILL).data == JPEG and looks(records) == []
    assert alarms.album.look(LI, "a1", STILL).data == JPEG
    assert looks(records) == [
        ("alarms.reveal", LI.id, "alarm", "a1", {"revealed": "门厅", "pictures": [STILL]})
    ]  # fmt: skip
    assert [step.op for step in alarms.course("a1")] == ["alarms.still", "alarms.reveal"]
    assert records.verify().ok


def test_a_look_at_it_in_its_case_is_the_cases_entry(alarms: Alarms, cases: Cases, records: Records) -> None:
    case_id = alarms.to_case(LI, "a1")
    assert cases.look(LI, case_id, STILL).data == JPEG
    assert looks(records) == [("cases.reveal", LI.id, "case", case_id, {"revealed": "门厅", "pictures": [STILL]})]
    step = cases.get(case_id).timeline[-1]
    assert (step.op_title["zh"], [change.after["zh"] for change in step.changes]) == ("查看个人信息", ["门厅"])


def test_what_people_photographed_for_the_work_is_looked_at_freely(
    alarms: Alarms, cases: Cases, records: Records
) -> None:
    own = alarms.album.attach(LI, "a1", JPEG + b"pipe", "image/jpeg")
    assert alarms.album.look(LI, "a1", own).data == JPEG + b"pipe"
    assert cases.look(LI, alarms.to_case(LI, "a1"), own).data == JPEG + b"pipe"
    assert looks(records) == []


def test_a_picture_that_is_none_of_its_own_is_not_handed_out(alarms: Alarms, cases: Cases, records: Records) -> None:
    case_id = alarms.to_case(LI, "a2")
    for look, id_ in ((alarms.album.look, "a2"), (alarms.album.look, "nobody"), (cases.look, case_id)):
        with pytest.raises(NotFound):
            look(LI, id_, STILL)
    with pytest.raises(NotAllowed):
        alarms.album.look(person("nobody"), "a1", STILL)
    with pytest.raises(NotAllowed):
        cases.look(person("nobody"), case_id, STILL)
    assert looks(records) == []


def test_of_one_whose_time_is_up_nothing_is_seen_and_nothing_noted(
    alarms: Alarms, records: Records, clock: FakeClock
) -> None:
    alarms.record(change("a1", WALL_MS + 1000, False, WALL_MS, thing_id="a1"))
    clock.advance(31 * 86_400)
    assert StillKeeper(records, Settings(records, clock, "D1"), clock, "D1").erase_old() == 1
    with pytest.raises(NotFound):
        alarms.album.look(LI, "a1", STILL)
    assert looks(records) == []


def test_a_journal_that_cannot_be_written_hands_nothing_out(
    alarms: Alarms, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("full", "no room")

    monkeypatch.setattr("db.journal.append", full)
    with pytest.raises(StoreError):
        alarms.album.look(LI, "a1", STILL)
