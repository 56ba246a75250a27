"""What cameras showed goes when its time is up and nobody needs it; what people attached stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from db.store import Records
from db.tables.journal import Entry
from desktop.alarms.keeping import StillKeeper
from desktop.alarms.service import Alarms
from desktop.cases.service import Cases
from desktop.kernel.ids import NewId
from desktop.security.principal import Principal
from desktop.security.settings import Settings
from tests.desktop.alarms.support import WALL_MS, change, person
from tests.support.fakes import FakeClock

JPEG = b"\xff\xd8\xff\xe0 what it saw"
MAY = ("alarms.acknowledge", "alarms.to_case", "cases.open", "cases.work", "cases.archive", "settings.change")
LI: Principal = person("li", *MAY)


@pytest.fixture
def cases(records: Records, clock: FakeClock, new_id: NewId) -> Cases:
    return Cases(records, clock, new_id, "D1")


@pytest.fixture
def alarms(records: Records, clock: FakeClock, cases: Cases) -> Alarms:
    return Alarms(records, clock, cases, terminal="D1", confirm_second=lambda *_: LI)


@pytest.fixture
def settings(records: Records, clock: FakeClock) -> Settings:
    return Settings(records, clock, "D1")


@pytest.fixture
def keeper(records: Records, settings: Settings, clock: FakeClock) -> StillKeeper:
    return StillKeeper(records, settings, clock, "D1")


def seen(alarms: Alarms, clock: FakeClock, over: bool = True, id_: str = "a1") -> str:
    """An alarm that a camera saw; the picture's hash."""
    alarms.record(change(id_, WALL_MS, thing_id=id_))
    alarms.album.keep_stills(id_, {"门厅": JPEG + id_.encode()}, clock.now())
    if over:
        alarms.record(change(id_, WALL_MS + 1000, False, WALL_MS, thing_id=id_))
    return alarms.get(id_).pictures[0]


def test_after_thirty_days_the_picture_goes_and_that_there_was_one_stays(
    alarms: Alarms, keeper: StillKeeper, clock: FakeClock, records: Records
) -> None:
    picture = seen(alarms, clock)
    clock.advance(30 * 86_400)
    assert keeper.erase_old() == 0
    clock.advance(1)
    assert keeper.erase_old() == 1 and keeper.erase_old() == 0
    assert alarms.album.picture(picture).data == b""
    left = alarms.get("a1").stills[picture]
    assert (left.camera, left.erased) == ("门厅", clock.now().isoformat())
    assert alarms.course("a1")[-1].op == "alarms.erase"
    told = records.read(lambda s: list(s.scalars(select(Entry.actor).where(Entry.op == "alarms.erase"))))
    assert told == ["system"] and records.verify().ok


def test_what_people_attached_stays(alarms: Alarms, keeper: StillKeeper, clock: FakeClock) -> None:
    seen(alarms, clock)
    own = alarms.album.attach(LI, "a1", JPEG, "image/jpeg")
    clock.advance(400 * 86_400)
    assert keeper.erase_old() == 1
    assert alarms.album.picture(own).data == JPEG


def test_an_alarm_that_stands_or_whose_case_is_open_keeps_its_pictures(
    alarms: Alarms, cases: Cases, keeper: StillKeeper, clock: FakeClock
) -> None:
    seen(alarms, clock, over=False)
    seen(alarms, clock, id_="a2")
    case = alarms.to_case(LI, "a2")
    clock.advance(400 * 86_400)
    assert keeper.erase_old() == 0
    void = cases.get(case).definition.void
    assert void is not None
    move = next(move for move in cases.get(case).moves if move.to == void.name)
    cases.move(LI, case, move.name, reason="误报")
    clock.advance(30 * 86_400)
    assert keeper.erase_old() == 0
    clock.advance(1)
    assert keeper.erase_old() == 1


def test_a_picture_of_two_alarms_stays_until_neither_needs_it(
    alarms: Alarms, keeper: StillKeeper, clock: FakeClock
) -> None:
    picture = seen(alarms, clock)
    alarms.record(change("a2", WALL_MS, thing_id="other"))
    alarms.album.keep_stills("a2", {"门厅": JPEG + b"a1"}, clock.now())
    assert alarms.get("a2").pictures == (picture,)
    clock.advance(31 * 86_400)
    assert keeper.erase_old() == 0 and alarms.album.picture(picture).data
    alarms.record(change("a2", WALL_MS + 1000, False, WALL_MS, thing_id="other"))
    assert keeper.erase_old() == 2
    assert alarms.get("a1").stills[picture].erased and alarms.get("a2").stills[picture].erased


def test_a_picture_that_came_later_is_as_old_as_it_is(alarms: Alarms, keeper: StillKeeper, clock: FakeClock) -> None:
    seen(alarms, clock)
    clock.advance(20 * 86_400)
    alarms.album.keep_stills("a1", {"车道": JPEG}, clock.now())
    clock.advance(11 * 86_400)
    assert keeper.erase_old() == 1


@pytest.mark.parametrize(("days", "kept"), [(90, 90), (7, 7), (0, 30), ("30", 30), (-1, 30)])
def test_a_community_sets_its_own_days(
    alarms: Alarms, keeper: StillKeeper, settings: Settings, clock: FakeClock, days: object, kept: int
) -> None:
    settings.put(LI, "stills", {"days": days})
    seen(alarms, clock)
    clock.advance(timedelta(days=kept).total_seconds())
    assert keeper.erase_old() == 0
    clock.advance(1)
    assert keeper.erase_old() == 1
