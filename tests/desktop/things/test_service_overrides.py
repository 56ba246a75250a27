"""The office sets limits of a thing, with reason and journal; what speaks through a lost thing is lost with it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db.store import Records
from db.tables.journal import Entry
from db.tables.things import ThingCard
from desktop.field.messages import Overridden, ThingSeen
from desktop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from desktop.security.principal import Principal
from desktop.things.loader import load_models
from desktop.things.model import Reading, Thing
from desktop.things.office import stored_overrides
from desktop.things.overrides import Overrides, PointOverride, RuleOverride, applied
from desktop.things.service import Things
from tests.desktop.things.test_service import ENGINEER, FakeField, thing
from tests.support.fakes import FakeClock

MANAGER = Principal("op-3", "zhao", "赵", frozenset({"manager"}), frozenset({"things.limits", "things.place"}), "T1")
GAS = load_models().models["gas-detector"]
BOUND = next(rule for rule in GAS.alarms if rule.maximum_limit is not None)
STRICTER = Overrides(rules={BOUND.name: RuleOverride(above=10)})


@pytest.fixture
def field() -> FakeField:
    found = FakeField()
    for slot, id_ in enumerate(("gas-1", "gas-2")):
        found.known[id_] = Thing(id=id_, name=id_, model=GAS, dialect="linli"), slot * 20
    return found


@pytest.fixture
def things(records: Records, clock: FakeClock, field: FakeField) -> Things:
    return Things(records, clock, field)


def test_a_limit_is_kept_journalled_with_its_reason_and_told_to_the_field(
    things: Things, field: FakeField, records: Records
) -> None:
    things.override(MANAGER, "gas-1", STRICTER, "  后厨改造  ")
    assert things.overrides("gas-1") == STRICTER
    assert stored_overrides(records) == {"gas-1": STRICTER}
    assert field.sent == [Overridden("gas-1", STRICTER)]
    entry = records.read(lambda s: s.scalars(select(Entry).order_by(Entry.n.desc())).first())
    assert entry is not None
    assert (entry.op, entry.kind, entry.entity_id, entry.reason) == ("things.override", "thing", "gas-1", "后厨改造")
    things.override(MANAGER, "gas-1", Overrides(), "改回")
    assert stored_overrides(records) == {}


@pytest.mark.parametrize(
    ("overrides", "field_name"),
    [
        (
            Overrides(rules={BOUND.name: RuleOverride(above=(BOUND.maximum_limit or 0) + 1)}),
            f"rules.{BOUND.name}.above",
        ),
        (Overrides(points={"nope": PointOverride(stale_after=3)}), "points.nope"),
        (Overrides(parent="gas-1"), "parent"),
        (Overrides(parent="nobody"), "parent"),
    ],
)
def test_what_the_model_forbids_is_refused_with_its_place(
    things: Things, field: FakeField, records: Records, overrides: Overrides, field_name: str
) -> None:
    with pytest.raises(Invalid) as refused:
        things.override(MANAGER, "gas-1", overrides, "试试")
    assert refused.value.field == field_name
    assert records.read(lambda s: s.get(ThingCard, "gas-1")) is None
    assert field.sent == []


def test_it_needs_a_reason_a_known_thing_and_the_manager(things: Things, field: FakeField) -> None:
    with pytest.raises(Invalid, match="reason"):
        things.override(MANAGER, "gas-1", STRICTER, " ")
    with pytest.raises(NotFound):
        things.override(MANAGER, "gas-9", STRICTER, "试试")
    with pytest.raises(NotAllowed):
        things.override(ENGINEER, "gas-1", STRICTER, "试试")
    assert field.sent == []


def test_limits_are_weighed_against_the_model_s_own_not_against_those_set_before(
    things: Things, field: FakeField
) -> None:
    off = Overrides(rules={rule.name: RuleOverride(off=True) for rule in GAS.alarms if not rule.life_safety})
    field.tell(ThingSeen(applied(Thing(id="gas-1", name="g", model=GAS, dialect="linli"), off), 0))
    again = {rule.name: RuleOverride(off_delay=5) for rule in GAS.alarms}
    things.override(MANAGER, "gas-1", Overrides(rules=again), "恢复")
    assert things.overrides("gas-1").rules == again


def test_a_parent_is_not_set_to_what_speaks_through_the_thing(things: Things, field: FakeField) -> None:
    field.tell(ThingSeen(Thing(id="gas-2", name="g", model=GAS, dialect="linli", parent="gas-1"), 20))
    with pytest.raises(Invalid) as refused:
        things.override(MANAGER, "gas-1", Overrides(parent="gas-2"), "试试")
    assert refused.value.field == "parent"


def test_what_cannot_be_read_is_no_override_and_is_told(
    things: Things, records: Records, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    from db.act import Act
    from db.store import Transaction

    def later(tx: Transaction) -> None:
        tx.add(ThingCard(id="gas-1", kind="gas-detector", overrides={"new_word": 1}))

    records.write(Act("sync.pull", "op", "op", "T2", clock.now(), 480, None), later)
    assert stored_overrides(records) == {"gas-1": Overrides()}
    assert "cannot be read" in caplog.text
    caplog.clear()


def chain(field: FakeField, *words: bool | None) -> None:
    """Things t-0, t-1 …, each speaking through the next, and what each says of itself."""
    for index, word in enumerate(words):
        parent = f"t-{index + 1}" if index + 1 < len(words) else ""
        seen = Thing(id=f"t-{index}", name=f"第{index}个", model=thing().model, dialect="linli", parent=parent)
        field.tell(ThingSeen(seen, 100 + index * 4))
        if word is not None:
            field.table[100 + index * 4] = Reading(word, "good", 1.0)


@pytest.mark.parametrize(
    ("words", "online"),
    [
        ((True, True, True), True), ((True, False), False), ((True, True, False), False), ((True, None, False), False),
        ((None, False), False), ((None, True), None), ((False, True), False), ((True, None), True),
    ],
)  # fmt: skip
def test_a_lost_bridge_takes_its_children_along(
    things: Things, field: FakeField, clock: FakeClock, words: tuple[bool | None, ...], online: bool | None
) -> None:
    chain(field, *words)
    assert things.online("t-0") is online
    field.table[101] = Reading(0.4, "good", clock.now().timestamp())
    assert things.reading("t-0", "pressure").quality == ("offline" if online is False else "good")
    view = things.get("t-0")
    assert view is not None
    assert (view.online, view.parent_id, view.parent_name) == (online, "t-1", "第1个")


def test_things_that_speak_through_each_other_end_the_question(things: Things, field: FakeField) -> None:
    for id_, parent, slot in (("a", "b", 100), ("b", "a", 104)):
        field.tell(ThingSeen(Thing(id=id_, name=id_, model=thing().model, dialect="linli", parent=parent), slot))
        field.table[slot] = Reading(True, "good", 1.0)
    assert things.online("a") is True
    field.table[104] = Reading(False, "good", 2.0)
    assert things.online("a") is False


def test_the_parent_s_name_is_the_office_s(things: Things, field: FakeField) -> None:
    chain(field, True, True)
    things.assign(MANAGER, "t-1", None, "北区网关")
    view = things.get("t-0")
    assert view is not None
    assert view.parent_name == "北区网关"


def test_what_somebody_else_set_meanwhile_is_not_written_over(things: Things, field: FakeField) -> None:
    seen = things.overrides("gas-1")
    things.override(MANAGER, "gas-1", STRICTER, "后厨改造", read=seen)
    mine = Overrides(points={"concentration": PointOverride(stale_after=60)})
    with pytest.raises(Refused) as refused:
        things.override(MANAGER, "gas-1", mine, "换了探头", read=seen)
    assert refused.value.facts["rule"] == "changed"
    assert things.overrides("gas-1") == STRICTER
    assert field.sent == [Overridden("gas-1", STRICTER)]
    both = Overrides(rules=STRICTER.rules, points=mine.points)
    things.override(MANAGER, "gas-1", both, "换了探头", read=STRICTER)
    assert things.overrides("gas-1") == both
