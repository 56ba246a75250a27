"""Maintenance and lost gateways from device to list: the evaluation runs on, cards and gateways hide what it finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec
import pytest

from db.store import Act, Records, Transaction
from db.tables.things import ThingCard
from desktop.alarms.evaluator import Evaluator
from desktop.alarms.service import Alarms
from desktop.alarms.transitions import Transition, change_of
from desktop.things.loader import load_models
from desktop.things.model import ONLINE, Condition, Thing
from tests.desktop.alarms.support import CasesFake, person, rule, thing
from tests.support.fakes import FakeClock

LI = person("li", "alarms.acknowledge")
HIGH = rule("high", Condition(point="a", above=10))
OFFLINE = rule("offline", Condition(point=ONLINE, equals=False))


@pytest.fixture
def alarms(records: Records, clock: FakeClock) -> Alarms:
    def found(tx: Transaction) -> None:
        for name in ("sump", "gateway"):
            tx.add(ThingCard(id=name, kind="test"))

    records.write(Act("test", "system", "系统", "D1", clock.now()), found)
    return Alarms(records, clock, CasesFake(), terminal="D1", confirm_second=lambda *_: LI)


@pytest.fixture
def field(clock: FakeClock) -> Evaluator:
    return Evaluator(wall=lambda: clock.now().timestamp())


def put_out(records: Records, clock: FakeClock, thing_id: str, out: bool) -> None:
    def work(tx: Transaction) -> None:
        tx.session.get_one(ThingCard, thing_id).out_of_service = out

    records.write(Act("test", "system", "系统", "D1", clock.now()), work)


def tell(alarms: Alarms, transitions: Sequence[Transition]) -> None:
    for each in transitions:
        alarms.record(change_of(each))


def test_what_was_repaired_under_maintenance_asks_nobody_when_the_thing_is_back(
    alarms: Alarms, records: Records, clock: FakeClock, field: Evaluator
) -> None:
    field.watch(thing(HIGH))
    tell(alarms, field.sample("sump", "a", 12, 1))
    [found] = alarms.open()
    alarms.acknowledge(LI, [found.id])
    put_out(records, clock, "sump", True)
    clock.advance(3600)
    tell(alarms, field.sample("sump", "a", 3, 3600))
    put_out(records, clock, "sump", False)
    alarms.back_in_service("sump")
    assert alarms.open() == []
    assert alarms.get(found.id).returned_at is not None


def test_what_began_under_maintenance_and_stands_asks_when_the_thing_is_back(
    alarms: Alarms, records: Records, clock: FakeClock, field: Evaluator
) -> None:
    field.watch(thing(HIGH))
    put_out(records, clock, "sump", True)
    tell(alarms, field.sample("sump", "a", 12, 1))
    assert [alarm.state for alarm in alarms.open()] == ["out_of_service"]
    assert alarms.counts()["high"] == 0
    clock.advance(600)
    put_out(records, clock, "sump", False)
    alarms.back_in_service("sump")
    assert [(alarm.state, alarm.asks_since) for alarm in alarms.open()] == [("unacknowledged", clock.now())]


def test_a_gateway_under_maintenance_keeps_the_lost_lines_behind_it_quiet(
    alarms: Alarms, records: Records, clock: FakeClock, field: Evaluator
) -> None:
    meters = [msgspec.structs.replace(thing(OFFLINE, id_=f"meter-{n}"), parent="gateway") for n in range(12)]
    for each in (thing(OFFLINE, id_="gateway"), *meters):
        field.watch(each)
    put_out(records, clock, "gateway", True)
    for each in ("gateway", *(meter.id for meter in meters)):
        tell(alarms, field.sample(each, ONLINE, False, 1))
    assert Counter(alarm.state for alarm in alarms.open()) == {"out_of_service": 1, "suppressed": 12}
    # Reconnected, the one that stays silent is a meter of its own.
    for each in (*(meter.id for meter in meters[1:]), "gateway"):
        tell(alarms, field.sample(each, ONLINE, True, 600))
    put_out(records, clock, "gateway", False)
    alarms.back_in_service("gateway")
    assert [(alarm.thing_id, alarm.state) for alarm in alarms.open()] == [("meter-0", "unacknowledged")]


@pytest.mark.parametrize("kind", ["gateway", "network-switch", "wifi-ap", "optical-node"])
def test_a_gateway_that_is_back_lets_what_hangs_on_it_speak_before_it_asks(
    alarms: Alarms, field: Evaluator, kind: str
) -> None:
    model = load_models().models[kind]
    meters = [msgspec.structs.replace(thing(OFFLINE, id_=f"meter-{n}"), parent="gateway") for n in range(12)]
    for each in (Thing(id="gateway", name="网关", model=model, dialect="linli"), *meters):
        field.watch(each)
    for each in ("gateway", *(meter.id for meter in meters)):
        tell(alarms, field.sample(each, ONLINE, False, 1))
    tell(alarms, field.tick(400))
    assert Counter(alarm.state for alarm in alarms.open()) == {"unacknowledged": 1, "suppressed": 12}
    tell(alarms, field.sample("gateway", ONLINE, True, 1000))
    for n, meter in enumerate(meters[1:]):
        tell(alarms, field.sample(meter.id, ONLINE, True, 1001 + 5 * n))
    tell(alarms, field.tick(1060))
    assert {alarm.thing_id: alarm.state for alarm in alarms.open()} == {
        "gateway": "returned",
        "meter-0": "unacknowledged",
    }
