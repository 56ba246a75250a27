"""From an alarm to its case, with the real cases: what it is given, that it starts once, and what is told it later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from db.errors import StoreError
from db.store import Act, Records, Transaction
from db.tables.cases import CaseRow
from db.tables.journal import Entry
from db.tables.plans import Picture
from db.tables.security import Operator
from db.tables.things import ThingCard
from desktop.alarms.last_values import last_values
from desktop.alarms.service import Alarms
from desktop.cases.evidence import Evidence, Series
from desktop.cases.service import Cases
from desktop.kernel.clock import from_ms
from desktop.kernel.errors import Invalid, NotAllowed, NotFound
from desktop.kernel.ids import NewId
from desktop.things.model import Point, Thing, ThingModel
from desktop.things.views import ThingView
from tests.desktop.alarms.support import TEXT, WALL, WALL_MS, change, person
from tests.support.fakes import FakeClock

MAY = ("alarms.acknowledge", "alarms.shelve", "alarms.to_case", "cases.open", "cases.work", "cases.archive")
LI, WANG = (person(name, *MAY) for name in ("li", "wang"))
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40
SEEN = (Series("level", TEXT, "mm", tuple((WALL + n, 200.0 + n) for n in range(20))),)


@pytest.fixture
def cases(records: Records, clock: FakeClock, new_id: NewId) -> Cases:
    def found(tx: Transaction) -> None:
        tx.add(Operator(id=LI.id, login="li", name="李工", password_hash="x", roles=["engineer"]))

    records.write(Act("test", "system", "系统", "D1", clock.now()), found)
    return Cases(records, clock, new_id, "D1")


def made(records: Records, clock: FakeClock, cases: Cases, seen: Sequence[Series] = SEEN) -> Alarms:
    return Alarms(
        records, clock, cases, terminal="D1", confirm_second=lambda *_: WANG, last_values=lambda _thing, _point: seen
    )


@pytest.fixture
def alarms(records: Records, clock: FakeClock, cases: Cases) -> Alarms:
    return made(records, clock, cases)


def trapped(alarms: Alarms, id_: str = "a1", ms: int = 0, rule: str = "trapped", **more: object) -> None:
    facts = {"thing_id": "lift", "rule": rule, "priority": "critical", "case": "lift-entrapment", "start_case": True}
    alarms.record(change(id_, WALL_MS + ms, **{**facts, **more}))  # type: ignore[arg-type]


def over(alarms: Alarms, id_: str = "a1", ms: int = 60_000, rule: str = "trapped") -> None:
    alarms.record(change(id_, WALL_MS + ms, False, WALL_MS, thing_id="lift", rule=rule))


def opened(records: Records) -> list[CaseRow]:
    return records.read(lambda session: list(session.scalars(select(CaseRow).order_by(CaseRow.id))))


def test_the_onset_starts_the_case_in_its_own_transaction(alarms: Alarms, records: Records, cases: Cases) -> None:
    trapped(alarms)
    (case,) = opened(records)
    assert (case.definition, case.urgency, case.thing_id) == ("lift-entrapment", "urgent", "lift")
    assert alarms.get("a1").case_id == case.id
    entries = records.read(lambda s: [tuple(row) for row in s.execute(select(Entry.kind, Entry.actor, Entry.tx))])
    of_alarm = {tx for kind, _, tx in entries if kind == "alarm"}
    assert [(actor, tx in of_alarm) for kind, actor, tx in entries if kind == "case"] == [("system", True)]
    left = cases.get(case.id).evidence
    assert left == Evidence(alarm_id="a1", values=SEEN)
    assert len(left.values[0].samples) == 20


@pytest.mark.parametrize("by_itself", [True, False])
def test_an_emergency_begins_as_what_its_rule_says_it_is(alarms: Alarms, records: Records, by_itself: bool) -> None:
    facts: dict[str, object] = {
        "case": "emergency-response",
        "case_fields": {"kind": "security"},
        "start_case": by_itself,
    }
    trapped(alarms, rule="panic", **facts)
    if not by_itself:
        alarms.to_case(LI, "a1")
    (case,) = opened(records)
    assert (case.definition, case.urgency, case.state) == ("emergency-response", "urgent", "reported")
    assert case.fields["kind"] == "security"
    assert {"description", "alarm"} < case.fields.keys()


def test_whoever_arrives_may_find_another_emergency_than_the_device_could_tell(
    alarms: Alarms, records: Records, cases: Cases, clock: FakeClock
) -> None:
    trapped(alarms, rule="panic", case="emergency-response", case_fields={"kind": "security"})
    (case,) = opened(records)
    cases.move(LI, case.id, "respond")
    clock.advance(300)
    cases.move(LI, case.id, "arrive", fields={"arrived_at": clock.now().isoformat(), "kind": "injury"})
    assert opened(records)[0].fields["kind"] == "injury"


def test_the_clock_runs_from_the_alarm_and_thirty_minutes_are_in_time(
    alarms: Alarms, records: Records, cases: Cases, clock: FakeClock
) -> None:
    clock.advance(300)  # the console heard of it five minutes late
    trapped(alarms)
    (case,) = opened(records)
    assert case.due_at == from_ms(WALL_MS) + timedelta(minutes=30)
    cases.move(LI, case.id, "call", fields={"called_at": "2026-11-22T14:06:00+08:00", "maintainer": "日立 王工"})
    clock.instant = case.due_at
    assert not cases.get(case.id).view.overdue
    clock.advance(1)
    assert cases.get(case.id).view.overdue


@pytest.mark.parametrize(("arrival", "words"), [("14:30:00", "14:30:00（按时）"), ("14:30:01", "14:30:01（超时）")])
def test_an_arrival_is_told_with_whether_it_was_in_time(
    alarms: Alarms, records: Records, cases: Cases, clock: FakeClock, arrival: str, words: str
) -> None:
    trapped(alarms)
    (case,) = opened(records)
    clock.advance(31 * 60)
    cases.move(LI, case.id, "call", fields={"called_at": "2026-11-22T14:06:00+08:00", "maintainer": "日立 王工"})
    cases.move(LI, case.id, "rescuers_arrive", fields={"arrived_at": f"2026-11-22T{arrival}+08:00"})
    told = {fact.name: fact.value["zh"] for fact in cases.get(case.id).facts}
    assert told["arrived_at"] == f"2026-11-22 {words}"


def test_told_again_and_started_anew_it_opens_no_second_case(
    alarms: Alarms, records: Records, clock: FakeClock, cases: Cases
) -> None:
    trapped(alarms)
    trapped(alarms)
    trapped(made(records, clock, cases))
    trapped(alarms, "copy", 3000)  # a second observer's
    assert len(opened(records)) == 1
    case_id = alarms.get("a1").case_id
    assert case_id is not None
    cases.move(LI, case_id, "void", reason="误报")
    trapped(alarms)
    assert len(opened(records)) == 1


def test_a_new_onset_belongs_to_the_open_case_and_a_later_one_gets_its_own(
    alarms: Alarms, records: Records, cases: Cases
) -> None:
    trapped(alarms)
    over(alarms)
    trapped(alarms, "a2", 120_000)
    trapped(alarms, "a3", 125_000, rule="trapped-call")
    first = alarms.get("a1").case_id
    assert first is not None
    assert {alarms.get(id_).case_id for id_ in ("a1", "a2", "a3")} == {first}
    cases.move(LI, first, "void", reason="误报")
    over(alarms, "a2", 180_000)
    trapped(alarms, "a4", 240_000)
    assert alarms.get("a4").case_id not in (None, first)
    assert len(opened(records)) == 2


def test_another_lift_has_a_case_of_its_own(alarms: Alarms, records: Records) -> None:
    trapped(alarms)
    trapped(alarms, "a2", thing_id="lift-2")
    assert sorted(case.thing_id or "" for case in opened(records)) == ["lift", "lift-2"]


def test_an_onset_that_its_return_overtook_still_starts_its_case(alarms: Alarms, records: Records) -> None:
    over(alarms)
    assert opened(records) == []
    trapped(alarms)
    assert len(opened(records)) == 1


def test_under_a_shelf_nothing_starts(alarms: Alarms, records: Records) -> None:
    trapped(alarms, start_case=False)
    alarms.shelve(LI, "a1", 30, "检修")
    over(alarms)
    trapped(alarms, "a2", 120_000)
    assert opened(records) == []


def test_back_in_sight_the_case_that_is_owed_starts_with_its_last_values(
    alarms: Alarms, records: Records, clock: FakeClock
) -> None:
    trapped(alarms, start_case=False)
    alarms.shelve(LI, "a1", 30, "检修")
    over(alarms)
    trapped(alarms, "a2", 120_000)
    assert alarms.start_owed() == 0
    clock.advance(1801)
    assert alarms.start_owed() == 1
    (case,) = opened(records)
    assert alarms.get("a2").case_id == case.id
    assert case.extra["evidence"]["values"]
    assert alarms.start_owed() == 0


def test_what_ended_while_it_was_hidden_owes_no_case(alarms: Alarms, records: Records) -> None:
    trapped(alarms, start_case=False)
    alarms.shelve(LI, "a1", 30, "检修")
    over(alarms)
    trapped(alarms, "a2", 120_000)
    over(alarms, "a2", 180_000)
    alarms.unshelve(LI, "a2")
    assert (alarms.start_owed(), opened(records)) == (0, [])


def test_after_maintenance_what_still_stands_starts_its_case(
    alarms: Alarms, records: Records, clock: FakeClock
) -> None:
    def service(out: bool) -> None:
        def put(tx: Transaction) -> None:
            card = tx.get(ThingCard, "lift") or tx.add(ThingCard(id="lift", kind="lift", name="1 号梯"))
            card.out_of_service = out

        records.write(Act("test", "system", "系统", "D1", clock.now()), put)

    service(True)
    trapped(alarms, life_safety=True)
    assert alarms.start_owed() == 0
    service(False)
    assert (alarms.start_owed(), len(opened(records))) == (1, 1)


def test_what_lives_depend_on_starts_its_case_under_a_shelf_too(alarms: Alarms, records: Records) -> None:
    """The shelf quiets the bell; somebody may be in the lift all the same."""
    trapped(alarms, start_case=False, life_safety=True)
    alarms.shelve(LI, "a1", 30, "检修", ("wang", "x"))
    over(alarms)
    trapped(alarms, "a2", 120_000, life_safety=True)
    assert alarms.get("a2").state == "shelved"
    (case,) = opened(records)
    assert alarms.get("a2").case_id == case.id
    over(alarms, "a2", 180_000)
    trapped(alarms, "a3", 240_000, life_safety=True)
    assert [alarms.get("a3").case_id, len(opened(records))] == [case.id, 1]


@pytest.mark.parametrize(("life_safety", "started"), [(True, 1), (False, 0)])
def test_behind_a_lost_gateway_only_what_lives_depend_on_starts_its_case(
    records: Records, clock: FakeClock, cases: Cases, life_safety: bool, started: int
) -> None:
    alarms = Alarms(
        records, clock, cases, terminal="D1", confirm_second=lambda *_: WANG, parent_of={"lift": "gateway"}.get
    )
    alarms.record(change("g1", WALL_MS, thing_id="gateway", rule="offline", comms=True))
    trapped(alarms, ms=1000, comms=True, parent="gateway", life_safety=life_safety)
    assert alarms.get("a1").state == ("unacknowledged" if life_safety else "suppressed")
    assert len(opened(records)) == started


def test_what_is_under_maintenance_starts_nothing(alarms: Alarms, records: Records, clock: FakeClock) -> None:
    """Whoever maintains a lift tries its alarm; the people on site raise a real one."""

    def put(tx: Transaction) -> None:
        tx.add(ThingCard(id="lift", kind="lift", name="1 号梯", out_of_service=True))

    records.write(Act("test", "system", "系统", "D1", clock.now()), put)
    trapped(alarms, life_safety=True)
    assert (alarms.get("a1").state, opened(records)) == ("out_of_service", [])


def test_a_case_that_cannot_be_opened_costs_no_alarm(
    alarms: Alarms, records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    trapped(alarms, case="no-such-case")
    assert alarms.get("a1").state == "unacknowledged"
    assert opened(records) == []
    assert "no case was started" in caplog.text
    notes = records.read(lambda s: list(s.scalars(select(Entry.body).where(Entry.kind == "alarm"))))
    assert any("no-such-case" in body and "no_case" in body for body in notes)


def test_a_history_that_cannot_be_read_costs_no_alarm_and_no_case(
    records: Records, clock: FakeClock, cases: Cases, caplog: pytest.LogCaptureFixture
) -> None:
    def unreadable(_thing: str, _point: str) -> Sequence[Series]:
        raise StoreError("io", "disk I/O error")

    alarms = Alarms(records, clock, cases, terminal="D1", confirm_second=lambda *_: LI, last_values=unreadable)
    trapped(alarms)
    (case,) = opened(records)
    left = cases.get(case.id).evidence
    assert left is not None and left.values == ()
    assert "cannot be read" in caplog.text


def test_the_case_learns_who_acknowledged_and_which_pictures_there_are(
    alarms: Alarms, records: Records, cases: Cases, clock: FakeClock
) -> None:
    trapped(alarms)
    (case,) = opened(records)
    clock.advance(20)
    alarms.acknowledge(LI, ["a1"])
    sha256 = alarms.album.attach(LI, "a1", PNG, "image/png")
    left = cases.get(case.id).evidence
    assert left is not None
    assert (left.acknowledged_by, left.acknowledged_at) == ("li", clock.now().isoformat())
    assert left.pictures == alarms.get("a1").pictures == (sha256,)
    assert alarms.album.picture(sha256).data == PNG
    ops = [(step.op, step.op_title["zh"]) for step in cases.get(case.id).timeline]
    assert ops[1:] == [("alarms.acknowledge", "确认报警"), ("alarms.attach", "添加照片")]


def test_a_case_made_by_a_person_has_what_was_known_before(
    alarms: Alarms, records: Records, cases: Cases, clock: FakeClock
) -> None:
    trapped(alarms, start_case=False, priority="low")
    alarms.acknowledge(LI, ["a1"])
    sha256 = alarms.album.attach(LI, "a1", JPEG, "image/jpeg")
    left = cases.get(alarms.to_case(LI, "a1")).evidence
    assert left == Evidence(
        alarm_id="a1", values=SEEN, acknowledged_at=clock.now().isoformat(), acknowledged_by="李工", pictures=(sha256,)
    )
    # The definition has no urgency "low": its least pressing one stands in.
    assert [case.urgency for case in opened(records)] == ["normal"]


def test_a_picture_is_kept_once_however_often_it_is_attached(alarms: Alarms, records: Records) -> None:
    trapped(alarms)
    trapped(alarms, "a2", thing_id="lift-2")
    hashes = {alarms.album.attach(LI, id_, PNG, "image/png") for id_ in ("a1", "a1", "a2")}
    assert len(hashes) == 1
    assert [len(alarms.get(id_).pictures) for id_ in ("a1", "a2")] == [1, 1]
    assert len(records.read(lambda session: list(session.scalars(select(Picture.sha256))))) == 1
    assert records.verify().ok


@pytest.mark.parametrize(
    ("data", "media", "why"),
    [
        (JPEG, "image/png", "media"),
        (b"<svg/>", "image/svg+xml", "media"),
        (b"", "image/png", "media"),
        (PNG + b"\0" * 5 * 2**20, "image/png", "too_big"),
    ],
)
def test_what_is_no_picture_or_too_big_is_refused(alarms: Alarms, data: bytes, media: str, why: str) -> None:
    trapped(alarms)
    with pytest.raises(Invalid) as refused:
        alarms.album.attach(LI, "a1", data, media)
    assert (refused.value.field, refused.value.facts["why"]) == ("picture", why)
    assert alarms.get("a1").pictures == ()


def test_pictures_have_their_number_and_their_right(alarms: Alarms) -> None:
    trapped(alarms)
    for n in range(12):
        alarms.album.attach(LI, "a1", PNG + bytes([n]), "image/png")
    alarms.album.attach(LI, "a1", PNG + bytes([3]), "image/png")
    with pytest.raises(Invalid):
        alarms.album.attach(LI, "a1", PNG + b"more", "image/png")
    with pytest.raises(NotAllowed):
        alarms.album.attach(person("clerk"), "a1", PNG, "image/png")
    for act_upon in (
        lambda: alarms.album.attach(LI, "nobody", PNG, "image/png"),
        lambda: alarms.album.picture("0" * 64),
    ):
        with pytest.raises(NotFound):
            act_upon()


class PastFake:
    """A thing with a boolean, an integer and a number, and what was stored of them."""

    def __init__(self, stored: dict[str, list[tuple[float, float]]]) -> None:
        self.stored = stored
        points = (
            Point(name="door", title=TEXT, type="boolean", main=True),
            Point(name="floor", title=TEXT, type="integer", main=True),
            Point(name="load", title=TEXT, type="number", symbol="kg"),
            Point(name="hours", title=TEXT, type="number", symbol="h"),
        )
        model = ThingModel(kind="lift", title=TEXT, points=points)
        self.thing = Thing(id="lift", name="1 号梯", model=model, dialect="linli")

    def get(self, thing_id: str) -> ThingView | None:
        if thing_id != "lift":
            return None
        return ThingView(
            id="lift", name="1 号梯", thing=self.thing, place_id=None, place_code="", place_path=(),
            out_of_service=False, out_reason="", online=True,
        )  # fmt: skip

    def history(
        self, thing_id: str, point: str, since: float, until: float, most: int = 2000
    ) -> list[tuple[float, float]]:
        return [one for one in self.stored.get(point, []) if since <= one[0] <= until]


def test_the_last_values_are_those_of_the_point_and_of_the_main_points(clock: FakeClock) -> None:
    now = clock.now().timestamp()
    stored = {
        "load": [(now - 60 + n, float(n)) for n in range(50)],
        "floor": [(now - 5 * 86_400, 3.0), (now - 7200, 5.0)],
        "door": [(now - 30, 0.0), (now - 10, 1.0)],
        "hours": [(now - 10, 77.0)],
    }
    read = last_values(PastFake(stored), clock)
    found = {series.point: series.samples for series in read("lift", "load")}
    assert list(found) == ["load", "door", "floor"]
    assert found["load"] == tuple((now - 60 + n, float(n)) for n in range(30, 50))
    assert found["floor"] == ((now - 5 * 86_400, 3), (now - 7200, 5))
    assert [value for _, value in found["door"]] == [False, True]
    assert read("nobody", "load") == ()
    assert [series.point for series in last_values(PastFake({}), clock)("lift", "load")] == []
