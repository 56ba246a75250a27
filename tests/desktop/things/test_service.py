"""Things merge what devices say with what the office says, and answer from memory."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from db.act import Act
from db.store import Records, Transaction
from db.tables.journal import Entry
from db.tables.places import Place
from db.tables.things import ThingCard
from desktop.field.messages import FromField, Health, LinkState, ThingGone, ThingSeen, ToField
from desktop.kernel.bus import Changed
from desktop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from desktop.security.principal import Principal
from desktop.things.model import Point, Quality, Reading, Thing, ThingModel
from desktop.things.service import Things
from tests.support.fakes import FakeClock, FieldReads

MODEL = ThingModel(
    kind="pump-set",
    title={"zh": "水泵"},
    points=(Point(name="pressure", title={"zh": "压力"}, type="number", stale_after=30),),
)
ENGINEER = Principal(
    "op-1", "wang", "王工", frozenset({"engineer"}), frozenset({"things.place", "things.out_of_service"}), "T1"
)
GUARD = Principal("op-2", "li", "李", frozenset({"guard"}), frozenset({"things.see"}), "T1")


def thing(id_: str = "pump-1", place: str = "", name: str = "1# 泵组") -> Thing:
    return Thing(id=id_, name=name, model=MODEL, dialect="linli", place=place)


class FakeField(FieldReads):
    """Hardware: a latest-value table that holds what the test writes into it."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[Thing, int]] = {}
        self.table: dict[int, Reading] = {}
        self.sent: list[ToField] = []
        self.link: LinkState = "up"
        self.handlers: list[Callable[[FromField], None]] = []

    def things(self) -> dict[str, tuple[Thing, int]]:
        return dict(self.known)

    def reading(self, slot: int) -> Reading:
        return self.table.get(slot, Reading(None, "none", 0.0))

    def health(self) -> Health | None:
        return Health(
            link=self.link, link_since_ms=0, link_detail="", messages=0, rate=0.0, rejected={}, dropped={}, queued={},
            things=0, points=0, samples_stored=0, broker_dropped=None,
        )  # fmt: skip

    def on(self, handler: Callable[[FromField], None]) -> None:
        self.handlers.append(handler)

    def send(self, message: ToField) -> None:
        self.sent.append(message)

    def history(self, thing_id: str, point: str, since: float, until: float, most: int) -> list[tuple[float, float]]:
        return [(since, 1.0), (until, 2.0)][:most]

    def tell(self, message: FromField) -> None:
        if isinstance(message, ThingSeen):
            self.known[message.thing.id] = message.thing, message.slot
        for handler in self.handlers:
            handler(message)


@pytest.fixture
def field() -> FakeField:
    return FakeField()


@pytest.fixture
def things(records: Records, clock: FakeClock, field: FakeField) -> Things:
    def found(tx: Transaction) -> None:
        tx.add(Place(id="b3", kind="building", code="3", name="3 栋"))
        tx.add(Place(id="u32", kind="unit", code="3-2", name="2 单元", parent_id="b3"))

    records.write(Act("places.found", "op", "op", "T1", clock.now(), 480, None), found)
    return Things(records, clock, field)


def said(value: float, at: float, quality: Quality = "good") -> Reading:
    return Reading(value, quality, at)


def test_a_thing_stands_where_it_announces_itself_until_the_office_places_it(things: Things, field: FakeField) -> None:
    field.tell(ThingSeen(thing(place="3-2"), 0))
    view = things.get("pump-1")
    assert view is not None
    assert (view.place_id, view.place_path, view.name) == ("u32", ("3 栋", "2 单元"), "1# 泵组")

    things.assign(ENGINEER, "pump-1", "b3", "生活水泵")
    view = things.get("pump-1")
    assert view is not None
    assert (view.place_code, view.place_path, view.name) == ("3", ("3 栋",), "生活水泵")


def test_a_code_that_is_no_place_here_leaves_the_thing_unplaced_but_shown(things: Things, field: FakeField) -> None:
    field.tell(ThingSeen(thing(place="99-9"), 0))
    (view,) = things.all()
    assert (view.place_id, view.place_code, view.place_path) == (None, "99-9", ())


def test_placing_is_an_act_with_its_journal_entry(things: Things, field: FakeField, records: Records) -> None:
    field.tell(ThingSeen(thing(), 0))
    things.assign(ENGINEER, "pump-1", "u32", "")
    entry = records.read(lambda s: s.scalars(select(Entry).order_by(Entry.n.desc())).first())
    assert entry is not None
    assert (entry.op, entry.kind, entry.entity_id) == ("things.assign", "thing", "pump-1")


def test_placing_refuses_the_unknown_and_the_unallowed(things: Things, field: FakeField, records: Records) -> None:
    field.tell(ThingSeen(thing(), 0))
    with pytest.raises(Refused):
        things.assign(ENGINEER, "pump-1", "nowhere", "")
    with pytest.raises(NotFound):
        things.assign(ENGINEER, "no-such-thing", "b3", "")
    with pytest.raises(NotAllowed):
        things.assign(GUARD, "pump-1", "b3", "")
    assert records.read(lambda s: s.get(ThingCard, "pump-1")) is None


def test_out_of_service_needs_a_reason(things: Things, field: FakeField) -> None:
    field.tell(ThingSeen(thing(), 0))
    with pytest.raises(Invalid) as refused:
        things.set_out_of_service(ENGINEER, "pump-1", True, "  ")
    assert refused.value.field == "reason"

    things.set_out_of_service(ENGINEER, "pump-1", True, "换轴承")
    view = things.get("pump-1")
    assert view is not None
    assert (view.out_of_service, view.out_reason) == (True, "换轴承")

    things.set_out_of_service(ENGINEER, "pump-1", False, "")
    view = things.get("pump-1")
    assert view is not None
    assert (view.out_of_service, view.out_reason) == (False, "")


@pytest.mark.parametrize(
    ("stored", "age", "online", "link", "quality"),
    [
        ("good", 5, True, "up", "good"),
        ("good", 31, True, "up", "stale"),
        ("good", 5, False, "up", "offline"),
        ("good", 5, True, "lost", "offline"),
        ("uncertain", 29, True, "up", "uncertain"),
        ("uncertain", 500, True, "up", "stale"),
        ("good", -61, True, "up", "stale"),
        ("good", -20, True, "up", "good"),
        ("bad", 5, False, "lost", "bad"),
        ("none", 5, False, "lost", "none"),
    ],
)
def test_quality_follows_silence_last_will_and_line(
    things: Things, field: FakeField, clock: FakeClock,
    stored: Quality, age: float, online: bool, link: LinkState, quality: Quality,
) -> None:  # fmt: skip
    field.tell(ThingSeen(thing(), 10))
    now = clock.now().timestamp()
    field.table[10] = Reading(online, "good", now)
    field.table[11] = said(0.4, now - age, stored)
    field.link = link
    reading = things.reading("pump-1", "pressure")
    assert (reading.quality, reading.at) == (quality, now - age)
    assert things.readings("pump-1") == {"pressure": reading}
    view = things.get("pump-1")
    assert view is not None
    assert view.online is (online if link == "up" else None)


def test_the_unknown_reads_as_none_and_never_raises(things: Things) -> None:
    assert things.get("x") is None
    assert things.readings("x") == {}
    assert things.reading("x", "y").quality == "none"


def test_a_withdrawn_thing_leaves_the_list(things: Things, field: FakeField) -> None:
    field.tell(ThingSeen(thing(), 0))
    field.tell(ThingGone("pump-1"))
    assert things.all() == ()


def test_the_list_is_the_same_until_something_comes_goes_or_changes(things: Things, field: FakeField) -> None:
    field.tell(ThingSeen(thing("pump-1"), 0))
    field.tell(ThingSeen(thing("pump-2"), 4))
    listed = things.all()
    field.table[1] = said(0.4, 5.0)
    assert things.all() is listed

    field.table[4] = Reading(True, "good", 5.0)
    assert [view.online for view in things.all()] == [None, True]
    field.table[4] = Reading(False, "good", 6.0)
    assert [view.online for view in things.all()] == [None, False]
    field.link = "lost"
    assert [view.online for view in things.all()] == [None, None]
    field.tell(ThingSeen(thing("pump-2", name="Two"), 4))
    assert [view.name for view in things.all()] == ["1# 泵组", "Two"]
    things.assign(ENGINEER, "pump-1", "b3", "One")
    assert {view.name for view in things.all()} == {"One", "Two"}
    field.tell(ThingGone("pump-2"))
    assert [view.name for view in things.all()] == ["One"]


def test_how_a_thing_is_heard_follows_its_main_values(things: Things, field: FakeField, clock: FakeClock) -> None:
    now = clock.now().timestamp()
    said_now = [
        said(0.4, now), said(0.4, now - 31), said(0.4, now - 500, "uncertain"), said(0.4, now, "bad"),
        said(0.4, now - 500, "bad"), None, Reading(0.4, "uncertain", now, now - 500),
    ]  # fmt: skip
    for n, reading in enumerate(said_now):
        field.tell(ThingSeen(thing(f"pump-{n}"), n * 4))
        field.table[n * 4] = Reading(True, "good", now)
        if reading is not None:
            field.table[n * 4 + 1] = reading
    heard = ["live", "stale", "stale", "bad", "stale", "none", "stale"]
    assert things.hearings() == {f"pump-{n}": how for n, how in enumerate(heard)}
    field.table[0] = field.table[12] = Reading(False, "good", now)
    assert (things.hearings()["pump-0"], things.hearings()["pump-3"]) == ("stale", "stale")


def test_live_reads_never_touch_the_store(things: Things, field: FakeField, records: Records) -> None:
    field.tell(ThingSeen(thing(place="3"), 0))
    records.never_on(threading.get_ident())
    assert [view.name for view in things.all()] == ["1# 泵组"]
    assert things.get("pump-1") is not None
    assert things.readings("pump-1")["pressure"].quality == "none"


def test_a_change_made_elsewhere_is_taken_in(
    things: Things, field: FakeField, records: Records, clock: FakeClock
) -> None:
    field.tell(ThingSeen(thing(), 0))

    def card(tx: Transaction) -> None:
        tx.add(ThingCard(id="pump-1", kind="pump-set", place_id="b3"))

    records.write(Act("sync.pull", "op", "op", "T2", clock.now(), 480, None), card)
    things.changed(Changed({"alarm": frozenset({"x"})}))
    assert things.all()[0].place_id is None
    things.changed(Changed({"thing": frozenset({"pump-1"})}))
    assert things.all()[0].place_id == "b3"


def test_history_is_the_field_s(things: Things) -> None:
    assert things.history("pump-1", "pressure", 1.0, 9.0) == [(1.0, 1.0), (9.0, 2.0)]
