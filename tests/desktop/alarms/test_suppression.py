"""One lost gateway is one line: what speaks through it is hidden by it, in any order and over several levels."""

from __future__ import annotations

from itertools import permutations

import pytest
from sqlalchemy import select

from db.store import Records
from db.tables.cases import CaseRow
from desktop.alarms.service import Alarms
from desktop.kernel.errors import Refused
from tests.desktop.alarms.support import WALL_MS, CasesFake, change, person
from tests.support.fakes import FakeClock

LI = person("li", "alarms.acknowledge", "alarms.shelve")
ABOVE = {"meter": "bridge", "bridge": "gateway"}


@pytest.fixture
def alarms(records: Records, clock: FakeClock) -> Alarms:
    return started(records, clock)


def started(records: Records, clock: FakeClock, above: dict[str, str] = ABOVE) -> Alarms:
    return Alarms(records, clock, CasesFake(), terminal="D1", confirm_second=lambda *_: LI, parent_of=above.get)


def lost(alarms: Alarms, thing: str, ms: int = 0, *, life_safety: bool = False, start_case: bool = False) -> None:
    alarms.record(change(
        thing, WALL_MS + ms, thing_id=thing, rule="offline", comms=True, parent=ABOVE.get(thing, ""),
        life_safety=life_safety, start_case=start_case,
    ))  # fmt: skip


def found_again(alarms: Alarms, thing: str, ms: int = 60_000) -> None:
    alarms.record(change(thing, WALL_MS + ms, False, WALL_MS, thing_id=thing, rule="offline"))


def lines(alarms: Alarms) -> dict[str, tuple[str, str | None]]:
    return {alarm.thing_id: (alarm.state, alarm.suppressed_by) for alarm in alarms.open()}


@pytest.mark.parametrize("order", list(permutations(["gateway", "bridge", "meter"])))
def test_in_any_order_the_gateway_alone_is_told(alarms: Alarms, order: tuple[str, ...]) -> None:
    for thing in order:
        lost(alarms, thing)
    assert lines(alarms) == {
        "gateway": ("unacknowledged", None),
        "bridge": ("suppressed", "gateway"),
        "meter": ("suppressed", "bridge"),
    }
    assert sum(alarms.counts().values()) == 1


def test_a_bridge_without_an_alarm_of_its_own_hides_nothing_and_breaks_no_chain(alarms: Alarms) -> None:
    lost(alarms, "meter")
    lost(alarms, "gateway")
    assert lines(alarms)["meter"] == ("suppressed", "gateway")
    lost(alarms, "bridge")
    assert lines(alarms)["meter"] == ("suppressed", "bridge")
    found_again(alarms, "bridge")
    assert lines(alarms)["meter"] == ("suppressed", "gateway")


def test_what_still_stands_when_the_gateway_is_back_asks_anew(alarms: Alarms, clock: FakeClock) -> None:
    lost(alarms, "bridge")
    alarms.acknowledge(LI, ["bridge"])
    lost(alarms, "gateway")
    lost(alarms, "meter")
    found_again(alarms, "meter")
    clock.advance(90)
    found_again(alarms, "gateway")
    assert lines(alarms) == {"gateway": ("returned", None), "bridge": ("unacknowledged", None)}
    assert alarms.get("bridge").asks_since == clock.now()
    assert [step.op for step in alarms.course("bridge")] == [
        "alarms.acknowledge", "alarms.suppress", "alarms.unsuppress",
    ]  # fmt: skip


def test_what_is_hidden_by_design_is_not_acknowledged_or_shelved(alarms: Alarms) -> None:
    lost(alarms, "gateway")
    lost(alarms, "bridge")
    alarms.acknowledge(LI, ["bridge"])
    with pytest.raises(Refused):
        alarms.shelve(LI, "bridge", 5, "试")
    found_again(alarms, "gateway")
    assert lines(alarms)["bridge"] == ("unacknowledged", None)


def test_an_alarm_of_life_safety_is_never_hidden(alarms: Alarms) -> None:
    lost(alarms, "gateway")
    lost(alarms, "bridge", life_safety=True)
    assert lines(alarms)["bridge"] == ("unacknowledged", None)


def test_what_is_no_lost_line_is_never_hidden_and_hides_nothing(alarms: Alarms) -> None:
    lost(alarms, "gateway")
    alarms.record(change("wet", WALL_MS, thing_id="bridge", rule="high", parent="gateway"))
    alarms.record(change("hot", WALL_MS, thing_id="bridge", rule="hot", parent="gateway"))
    lost(alarms, "meter")
    found_again(alarms, "gateway")
    assert {alarm.id: alarm.state for alarm in alarms.open() if alarm.id in ("wet", "meter")} == {
        "wet": "unacknowledged", "meter": "unacknowledged",
    }  # fmt: skip


def test_a_gateway_the_field_no_longer_holds_hides_nothing(alarms: Alarms) -> None:
    lost(alarms, "gateway")
    lost(alarms, "bridge")
    alarms.only_active(["bridge"])
    assert lines(alarms)["bridge"] == ("unacknowledged", None)


def test_two_that_name_each_other_as_parent_are_not_both_silent(records: Records, clock: FakeClock) -> None:
    alarms = started(records, clock, {"one": "two", "two": "one"})
    for thing, parent in (("one", "two"), ("two", "one")):
        alarms.record(change(thing, WALL_MS, thing_id=thing, rule="offline", comms=True, parent=parent))
    assert sorted(state for state, _ in lines(alarms).values()) == ["suppressed", "unacknowledged"]


def test_a_hidden_alarm_starts_no_case(alarms: Alarms, records: Records) -> None:
    lost(alarms, "gateway", start_case=True)
    lost(alarms, "bridge", start_case=True)
    assert records.read(lambda session: list(session.scalars(select(CaseRow.thing_id)))) == ["gateway"]
