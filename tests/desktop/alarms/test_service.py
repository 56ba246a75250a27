"""Alarms in the records store: no order of messages loses or doubles one, and people's acts follow the life cycle."""

from __future__ import annotations

import inspect
import random
import re
from datetime import timedelta
from itertools import count
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.dialects import sqlite

from db.handover import Handover
from db.store import Act, Records, Transaction
from db.tables.alarms import AlarmRow
from db.tables.cases import CaseRow
from db.tables.journal import Entry
from db.tables.places import Place
from db.tables.security import Operator
from db.tables.things import ThingCard
from desktop.alarms import service
from desktop.alarms.flood import annunciations
from desktop.alarms.intake import AlarmIntake
from desktop.alarms.occurrences import not_over
from desktop.alarms.service import Alarms
from desktop.field.messages import AlarmChange, AlarmStored
from desktop.kernel.clock import from_ms
from desktop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from desktop.kernel.words import catalogue
from desktop.security.principal import Principal
from tests.desktop.alarms.support import WALL_MS, CasesFake, change, person
from tests.support.fakes import FakeClock

ALL = ("alarms.acknowledge", "alarms.shelve", "alarms.to_case")
RUNS = count()
"""Examples of one test share a store: each has its own things."""

LI, WANG = person("li", *ALL), person("wang", *ALL)


def confirm(login: str, password: str) -> Principal:
    if password != "right":
        raise Refused("wrong password")
    return {"wang": WANG, "li": LI, "guard": person("guard")}[login]


@pytest.fixture
def alarms(records: Records, clock: FakeClock) -> Alarms:
    records.write(Act("test", "system", "系统", "D1", clock.now()), found)
    return Alarms(records, clock, CasesFake(), terminal="D1", confirm_second=confirm)


def found(tx: Transaction) -> None:
    tx.add(Place(id="b3", kind="building", code="3", name="3 号楼", parent_id=None))
    tx.session.flush()
    tx.add(Place(id="pump", kind="plant", code="3-P", name="水泵房", parent_id="b3"))
    tx.add(Operator(id=LI.id, login="li", name="李工", password_hash="x", roles=["engineer"]))
    tx.session.flush()
    tx.add(ThingCard(id="sump", kind="sump", name="1 号集水坑", place_id="pump"))


def took_out(records: Records, clock: FakeClock, out: bool) -> None:
    def work(tx: Transaction) -> None:
        tx.session.get_one(ThingCard, "sump").out_of_service = out

    records.write(Act("test", "system", "系统", "D1", clock.now()), work)


def begin(alarms: Alarms, id_: str = "a1", at_ms: int = WALL_MS, **more: object) -> str:
    alarms.record(change(id_, at_ms, **more))
    return id_


def end(
    alarms: Alarms, id_: str = "a1", at_ms: int = WALL_MS + 60_000, onset_ms: int = WALL_MS, **more: object
) -> None:
    alarms.record(change(id_, at_ms, False, onset_ms, **more))


def states(alarms: Alarms) -> dict[str, str]:
    return {alarm.id: alarm.state for alarm in alarms.open()}


def test_an_alarm_is_seen_with_all_that_is_known_of_it(alarms: Alarms) -> None:
    begin(alarms)
    [alarm] = alarms.open()
    assert (alarm.state, alarm.priority, alarm.value, alarm.limit, alarm.unit) == (
        "unacknowledged",
        "high",
        12,
        10,
        "mm",
    )
    assert (alarm.thing_name, alarm.place_id, alarm.place_path) == ("1 号集水坑", "pump", ("3 号楼", "水泵房"))
    assert (alarm.onset_at, alarm.title["zh"], alarm.active) == (from_ms(WALL_MS), "水位过高", True)
    assert alarms.get("a1") == alarm
    assert alarms.counts() == {"critical": 0, "high": 1, "medium": 0, "low": 0}
    end(alarms)
    assert alarms.counts()["high"] == 1, "it came and went, and nobody has said that they saw it"
    alarms.acknowledge(LI, ["a1"])
    assert alarms.counts()["high"] == 0
    with pytest.raises(NotFound):
        alarms.get("nobody")


def test_without_a_card_an_alarm_is_where_its_device_says_it_is(alarms: Alarms) -> None:
    begin(alarms, "a1", thing_id="new", place="3-P")
    begin(alarms, "a2", thing_id="lost", place="nowhere")
    begin(alarms, "a3", thing_id="sump", place="3")
    paths = {alarm.id: alarm.place_path for alarm in alarms.open()}
    assert paths == {"a1": ("3 号楼", "水泵房"), "a2": (), "a3": ("3 号楼", "水泵房")}


def test_the_life_of_an_alarm_is_in_the_journal(alarms: Alarms, records: Records) -> None:
    begin(alarms)
    alarms.acknowledge(LI, ["a1"])
    end(alarms)
    assert states(alarms) == {}
    entries = records.read(lambda s: s.execute(select(Entry.op, Entry.actor, Entry.terminal).order_by(Entry.n)).all())
    assert [tuple(entry) for entry in entries][-3:] == [
        ("alarms.onset", "system", "D1"),
        ("alarms.acknowledge", "op-li", "D1"),
        ("alarms.return", "system", "D1"),
    ]
    [alarm] = alarms.log(from_ms(WALL_MS), from_ms(WALL_MS + 1))
    assert (alarm.state, alarm.acknowledged_by_name) == ("normal", "李工")
    assert alarms.log(from_ms(WALL_MS + 1), from_ms(WALL_MS + 2)) == []
    assert records.verify().ok


def test_told_again_it_changes_nothing_and_writes_nothing(alarms: Alarms, records: Records) -> None:
    begin(alarms)
    end(alarms)
    alarms.acknowledge(LI, ["a1"])
    before, head = alarms.get("a1"), records.head()
    begin(alarms)
    end(alarms)
    assert (alarms.get("a1"), records.head()) == (before, head)


def test_a_return_of_an_unknown_onset_is_an_alarm_that_is_over(alarms: Alarms) -> None:
    end(alarms)
    assert states(alarms) == {"a1": "returned"}
    begin(alarms)
    [alarm] = alarms.open()
    assert (alarm.state, alarm.value, alarm.returned_at) == ("returned", 12, from_ms(WALL_MS + 60_000))


def test_acknowledged_alarms_stay_so_over_a_restart(alarms: Alarms, records: Records, clock: FakeClock) -> None:
    begin(alarms)
    alarms.acknowledge(LI, ["a1"])
    again = Alarms(records, clock, CasesFake(), terminal="D1", confirm_second=confirm)
    begin(again)
    assert states(again) == {"a1": "acknowledged"}


def test_what_the_field_service_no_longer_holds_has_ended_and_hides_no_new_one(
    alarms: Alarms, records: Records, clock: FakeClock
) -> None:
    begin(alarms)
    begin(alarms, "b1", WALL_MS + 3000)  # a second observer's copy of it
    clock.instant = from_ms(WALL_MS + 1_800_000)
    assert alarms.only_active(["b1"]) == 0
    assert alarms.only_active(["a1"]) == 0
    assert states(alarms) == {"a1": "unacknowledged"}
    alarms.acknowledge(LI, ["a1"])
    assert alarms.only_active([]) == 1
    assert states(alarms) == {}
    assert alarms.get("a1").returned_at == clock.now()
    before = records.head().n
    assert alarms.only_active([]) == 0 and records.head().n == before
    clock.advance(60)
    begin(alarms, "c1", WALL_MS + 3_600_000)
    assert states(alarms) == {"c1": "unacknowledged"}


def test_what_the_field_service_no_longer_holds_ends_no_sooner_than_it_began(alarms: Alarms, clock: FakeClock) -> None:
    begin(alarms)
    clock.instant -= timedelta(hours=5)
    alarms.only_active([])
    ended = alarms.get("a1")
    assert ended.returned_at == ended.onset_at


def test_a_second_observer_of_an_active_alarm_makes_no_second_one(alarms: Alarms) -> None:
    begin(alarms)
    begin(alarms, "b1", WALL_MS + 3000)
    assert states(alarms) == {"a1": "unacknowledged"}
    end(alarms, "b1", WALL_MS + 60_000, WALL_MS + 3000)
    end(alarms, "a1", WALL_MS + 61_000)
    begin(alarms, "b1", WALL_MS + 3000)
    assert states(alarms) == {"a1": "returned"}
    assert [alarm.id for alarm in alarms.log(from_ms(WALL_MS), from_ms(WALL_MS + 90_000))] == ["a1"]


def test_a_second_observers_alarm_is_nobodys_to_act_upon(alarms: Alarms, records: Records) -> None:
    begin(alarms)
    begin(alarms, "b1", WALL_MS + 3000)
    before = records.head().n
    for act_upon in (
        alarms.get,
        lambda id_: alarms.acknowledge(LI, ["a1", id_]),
        lambda id_: alarms.shelve(LI, id_, 5, "试", ("wang", "right")),
        lambda id_: alarms.unshelve(LI, id_),
        lambda id_: alarms.to_case(LI, id_),
    ):
        with pytest.raises(NotFound):
            act_upon("b1")
    assert records.head().n == before


def test_an_onset_that_overtook_a_return_is_an_alarm_of_its_own(alarms: Alarms) -> None:
    begin(alarms, "a1")
    begin(alarms, "a2", WALL_MS + 100_000)
    end(alarms, "a1", WALL_MS + 50_000)
    assert alarms.get("a2").state == "unacknowledged"
    assert alarms.get("a1").returned_at == from_ms(WALL_MS + 50_000)


def test_an_onset_that_overtook_a_return_starts_its_case(alarms: Alarms) -> None:
    begin(alarms, "a1", start_case=True)
    begin(alarms, "a2", WALL_MS + 120_000, start_case=True)
    assert alarms.start_owed() == 0
    end(alarms, "a1", WALL_MS + 60_000)
    assert alarms.start_owed() == 1
    assert alarms.get("a2").case_id is not None
    assert alarms.start_owed() == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 4), st.booleans(), st.randoms(use_true_random=False))
def test_no_order_of_messages_loses_or_doubles_an_alarm(
    alarms: Alarms, records: Records, ended: int, still_active: bool, chance: random.Random
) -> None:
    alarms_of_run = f"thing-{next(RUNS)}"
    messages: list[AlarmChange] = []
    expected: dict[str, tuple[int, int | None]] = {}
    for n in range(ended + still_active):
        id_, onset, back = f"{alarms_of_run}-{n}", WALL_MS + n * 10_000, WALL_MS + n * 10_000 + 5_000
        messages.append(change(id_, onset, thing_id=alarms_of_run))
        if n < ended:
            messages.append(change(id_, back, False, onset, thing_id=alarms_of_run))
        expected[id_] = (onset, back if n < ended else None)
    messages += [chance.choice(messages) for _ in range(3)] if messages else []
    chance.shuffle(messages)
    for message in messages:
        alarms.record(message)
    seen = [a for a in alarms.log(from_ms(WALL_MS), from_ms(WALL_MS + 10**6)) if a.thing_id == alarms_of_run]
    assert {a.id: (a.onset_at, a.returned_at) for a in seen} == {
        id_: (from_ms(onset), None if back is None else from_ms(back)) for id_, (onset, back) in expected.items()
    }
    assert len(seen) == len(expected)
    assert {a.state for a in seen} <= {"unacknowledged", "returned"}
    open_now = [a for a in alarms.open() if a.thing_id == alarms_of_run]
    assert [a.active for a in open_now] == [still_active] * bool(expected)


def test_acknowledging_many_is_one_act(alarms: Alarms, records: Records) -> None:
    ids = [begin(alarms, f"a{n}", WALL_MS + n, rule=f"r{n}") for n in range(5)]
    with pytest.raises(NotFound):
        alarms.acknowledge(LI, [*ids, "nobody"])
    assert set(states(alarms).values()) == {"unacknowledged"}
    alarms.acknowledge(LI, ids)
    assert set(states(alarms).values()) == {"acknowledged"}
    acts = records.read(lambda s: set(s.scalars(select(Entry.tx).where(Entry.op == "alarms.acknowledge"))))
    assert len(acts) == 1
    with pytest.raises(NotAllowed):
        alarms.acknowledge(person("clerk"), ids)


def test_a_chattering_rule_is_one_line_and_one_press(alarms: Alarms) -> None:
    for n in range(6):
        begin(alarms, f"a{n}", WALL_MS + n * 1000)
        end(alarms, f"a{n}", WALL_MS + n * 1000 + 500, WALL_MS + n * 1000)
    begin(alarms, "now", WALL_MS + 9000)
    assert states(alarms) == {"now": "unacknowledged"}
    alarms.acknowledge(LI, ["now"])
    end(alarms, "now", WALL_MS + 9500, WALL_MS + 9000)
    assert states(alarms) == {}


def test_the_most_urgent_comes_first_then_the_newest(alarms: Alarms) -> None:
    for id_, priority, at in (("l", "low", 9), ("c1", "critical", 1), ("m", "medium", 5), ("c2", "critical", 3)):
        begin(alarms, id_, WALL_MS + at, rule=id_, priority=priority)
    assert [alarm.id for alarm in alarms.open()] == ["c2", "c1", "m", "l"]


def test_a_shelf_hides_the_rule_and_brings_back_what_is_still_active(alarms: Alarms, clock: FakeClock) -> None:
    begin(alarms, "a1")
    alarms.acknowledge(LI, ["a1"])
    alarms.shelve(LI, "a1", 30, "检修中")
    [alarm] = alarms.open()
    assert (alarm.state, alarm.shelved_until) == ("shelved", clock.now() + timedelta(minutes=30))
    assert sum(alarms.counts().values()) == 0
    end(alarms, "a1")
    begin(alarms, "a2", WALL_MS + 70_000)
    assert states(alarms) == {"a2": "shelved"}
    clock.advance(29 * 60)
    assert alarms.expire_shelves() == 0
    clock.advance(60)
    assert states(alarms) == {"a2": "unacknowledged"}
    assert alarms.expire_shelves() == 1
    assert states(alarms) == {"a2": "unacknowledged"}


def test_a_shelf_that_ends_over_nothing_leaves_nothing(alarms: Alarms) -> None:
    begin(alarms)
    alarms.shelve(LI, "a1", 30, "检修中")
    end(alarms)
    assert states(alarms) == {"a1": "shelved"}
    alarms.unshelve(LI, "a1")
    assert states(alarms) == {}
    with pytest.raises(Refused):
        alarms.unshelve(LI, "a1")


def test_a_shelf_that_is_up_hides_nothing_of_what_comes_next(alarms: Alarms, clock: FakeClock) -> None:
    """Even where nobody has written yet that its time is up."""
    for id_ in ("seen", "ended", "again"):
        begin(alarms, id_, rule=id_)
        alarms.shelve(LI, id_, 5, "试")
    end(alarms, "again", rule="again")
    clock.advance(300)
    alarms.acknowledge(LI, ["seen"])
    end(alarms, "ended", rule="ended")
    begin(alarms, "anew", WALL_MS + 300_000, rule="again")
    alarms.expire_shelves()
    assert states(alarms) == {"seen": "acknowledged", "ended": "returned", "anew": "unacknowledged"}
    assert {alarm.shelved_until for alarm in alarms.open()} == {None}


def test_a_latched_alarm_is_reset_by_a_person_and_only_then_over(alarms: Alarms, records: Records) -> None:
    begin(alarms, latch=True)
    for who, problem in ((LI, Refused), (person("clerk"), NotAllowed)):
        with pytest.raises(problem):
            alarms.reset(who, "a1")
    end(alarms)
    with pytest.raises(Refused):
        alarms.reset(LI, "a1")
    alarms.acknowledge(LI, ["a1"])
    assert (alarms.get("a1").state, alarms.get("a1").reset_possible) == ("latched", True)
    alarms.reset(LI, "a1")
    assert states(alarms) == {}
    assert [step.op for step in alarms.course("a1")] == ["alarms.acknowledge", "alarms.reset"]
    with pytest.raises(Refused):
        alarms.reset(LI, "a1")


def test_a_new_onset_starts_a_latched_alarm_over_and_one_reset_ends_both(alarms: Alarms) -> None:
    for n in (0, 1):
        begin(alarms, f"a{n}", WALL_MS + n * 100_000, latch=True)
        assert states(alarms) == {f"a{n}": "unacknowledged"}
        end(alarms, f"a{n}", WALL_MS + n * 100_000 + 5000, WALL_MS + n * 100_000)
        alarms.acknowledge(LI, [f"a{n}"])
        assert states(alarms) == {f"a{n}": "latched"}
    alarms.reset(LI, "a1")
    assert states(alarms) == {}


def test_an_acknowledged_alarm_that_stands_asks_again_after_its_time(
    alarms: Alarms, records: Records, clock: FakeClock
) -> None:
    begin(alarms, re_alarm=600.0)
    begin(alarms, "never", rule="never")
    alarms.acknowledge(LI, ["a1", "never"])
    clock.advance(599)
    head = records.head().n
    assert alarms.realarm_due() == 0 and records.head().n == head
    clock.advance(1)
    assert alarms.realarm_due() == 1
    assert states(alarms) == {"a1": "unacknowledged", "never": "acknowledged"}
    assert alarms.get("a1").asks_since == clock.now()
    assert [(step.op, step.actor_name) for step in alarms.course("a1")][1:] == [("alarms.realarm", "系统")]
    assert alarms.realarm_due() == 0


def test_shelving_asks_for_a_time_a_reason_and_the_right(alarms: Alarms) -> None:
    begin(alarms)
    for minutes, reason, field in ((0, "x", "minutes"), (481, "x", "minutes"), (5, " ", "reason")):
        with pytest.raises(Invalid) as refused:
            alarms.shelve(LI, "a1", minutes, reason)
        assert refused.value.field == field
    with pytest.raises(NotAllowed):
        alarms.shelve(person("guard", "alarms.acknowledge"), "a1", 5, "x")
    alarms.shelve(LI, "a1", 5, "x")
    with pytest.raises(Refused):
        alarms.shelve(LI, "a1", 5, "x")


def test_an_alarm_of_life_safety_is_shelved_by_two(alarms: Alarms, records: Records) -> None:
    begin(alarms, life_safety=True)
    for second in (None, ("wang", "wrong"), ("li", "right")):
        with pytest.raises(Refused):
            alarms.shelve(LI, "a1", 5, "误报核实", second)
    with pytest.raises(NotAllowed):
        alarms.shelve(LI, "a1", 5, "误报核实", ("guard", "right"))
    assert states(alarms) == {"a1": "unacknowledged"}
    alarms.shelve(LI, "a1", 5, "误报核实", ("wang", "right"))
    assert states(alarms) == {"a1": "shelved"}
    bodies = records.read(lambda s: list(s.scalars(select(Entry.body).where(Entry.op == "alarms.shelve"))))
    assert any('"second":"op-wang"' in body for body in bodies)


def test_what_one_shelved_hides_nothing_of_a_rule_that_came_to_protect_lives(alarms: Alarms) -> None:
    begin(alarms)
    alarms.shelve(LI, "a1", 60, "检修")
    end(alarms)
    begin(alarms, "a2", WALL_MS + 120_000, life_safety=True)
    assert states(alarms) == {"a2": "unacknowledged"}


def test_out_of_service_hides_and_back_asks_anew(alarms: Alarms, records: Records, clock: FakeClock) -> None:
    begin(alarms)
    alarms.acknowledge(LI, ["a1"])
    took_out(records, clock, True)
    assert states(alarms) == {"a1": "out_of_service"}
    took_out(records, clock, False)
    alarms.back_in_service("sump")
    assert states(alarms) == {"a1": "unacknowledged"}


def test_an_alarm_becomes_one_case_linked_both_ways(alarms: Alarms, records: Records) -> None:
    begin(alarms, priority="critical", case="device-fault")
    alarms.acknowledge(LI, ["a1"])
    case_id = alarms.to_case(LI, "a1")
    assert alarms.to_case(LI, "a1") == case_id
    assert (alarms.get("a1").case_id, alarms.get("a1").case_number) == (case_id, "D1-1")
    [case] = records.read(lambda s: list(s.scalars(select(CaseRow))))
    assert (case.definition, case.urgency, case.thing_id, case.place_id) == ("device-fault", "urgent", "sump", "pump")
    assert case.fields["alarm"] == "水位过高 2026-11-22 14:00:00"
    found = alarms.of_case(case_id)
    assert found is not None and found.id == "a1"
    assert alarms.of_case("another") is None
    assert "12 mm" in case.fields["description"]
    assert "李工" in case.fields["description"]
    with pytest.raises(NotAllowed):
        alarms.to_case(person("guard"), "a1")


def test_the_course_of_an_alarm_tells_who_did_what_and_why(alarms: Alarms, clock: FakeClock) -> None:
    begin(alarms, life_safety=True)
    alarms.acknowledge(LI, ["a1"])
    clock.advance(60)
    alarms.shelve(LI, "a1", 5, "误报核实", ("wang", "right"))
    clock.advance(60)
    alarms.unshelve(WANG, "a1")
    end(alarms)
    told = [(step.op, step.actor_name, step.reason, step.second_name) for step in alarms.course("a1")]
    assert told == [
        ("alarms.acknowledge", "li", "", ""),
        ("alarms.shelve", "li", "误报核实", "wang"),
        ("alarms.unshelve", "wang", "", ""),
    ]


def test_what_began_under_a_shelf_tells_who_shelved_it_and_why(alarms: Alarms, clock: FakeClock) -> None:
    begin(alarms, life_safety=True)
    alarms.shelve(LI, "a1", 60, "误报核实", ("wang", "right"))
    for n in (1, 2):
        at_ms = WALL_MS + n * 120_000
        end(alarms, f"a{n}", at_ms - 60_000, at_ms - 120_000)
        begin(alarms, f"a{n + 1}", at_ms, life_safety=True)
    assert states(alarms) == {"a3": "shelved"}
    alarms.unshelve(WANG, "a3")
    assert [(step.op, step.actor_name, step.reason, step.second_name) for step in alarms.course("a3")] == [
        ("alarms.shelve", "li", "误报核实", "wang"),
        ("alarms.unshelve", "wang", "", ""),
    ]


def test_when_alarms_sounded_is_read_as_the_views_tell_it(alarms: Alarms, records: Records, clock: FakeClock) -> None:
    begin(alarms, "seen", rule="seen")
    begin(alarms, "copy", WALL_MS + 1000, rule="seen")
    begin(alarms, "over", WALL_MS + 2000, rule="over")
    end(alarms, "over", WALL_MS + 3000, WALL_MS + 2000, rule="over")
    begin(alarms, "shelved", WALL_MS + 4000, rule="shelved")
    begin(alarms, "again", WALL_MS + 5000, rule="again", re_alarm=600.0)
    begin(alarms, "hidden", WALL_MS + 6000, rule="hidden", thing_id="meter", comms=True, parent="gateway")
    begin(alarms, "gateway", WALL_MS + 7000, rule="offline", thing_id="gateway", comms=True)
    alarms.acknowledge(LI, ["seen", "again"])
    alarms.shelve(LI, "shelved", 5, "试")
    clock.advance(700)
    alarms.realarm_due()
    took_out(records, clock, True)
    begin(alarms, "tried", WALL_MS + 8000, rule="tried")
    for out in (True, False):
        took_out(records, clock, out)
        if not out:
            alarms.back_in_service("sump")
        everything = {one.id: one for one in (*alarms.log(from_ms(WALL_MS), from_ms(WALL_MS + 10**7)), *alarms.open())}
        found = alarms.annunciations(from_ms(WALL_MS))
        assert found == annunciations(everything.values())
        assert found.count(clock.now()) == (0 if out else 4)
    assert alarms.annunciations(clock.now())[-1] == clock.now(), "what stands counts however old it is"
    assert [one.id for one in alarms.log(from_ms(WALL_MS), clock.now(), ("sump", "over"))] == ["over"]


def test_every_act_has_a_word_in_the_course() -> None:
    ops = set(re.findall(r'"alarms\.([a-z_]+)", self\._clock', inspect.getsource(service)))
    assert {"shelve", "expire", "owed", "gone"} <= ops
    for lang in ("zh", "en"):
        assert [op for op in sorted(ops) if f"alarms.op.{op}" not in catalogue(lang)] == []


class Crash(Exception):
    """The machine stops here."""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["before", "between", "answered", "after", "fine", "fine"]), max_size=12), st.randoms())
def test_no_order_of_crashes_loses_or_doubles_a_change(
    alarms: Alarms, records: Records, tmp_path: Path, key: bytes, crashes: list[str], chance: random.Random
) -> None:
    """Field and console share nothing but the hand-over file; either may stop between any two steps."""
    run = f"run-{next(RUNS)}"
    handover = Handover(tmp_path / f"{run}.db", key)
    encoder, decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(AlarmChange)
    for n in range(3):
        onset = WALL_MS + n * 10_000
        begun = change(f"{run}-{n}", onset, thing_id=run)
        ended = change(f"{run}-{n}", onset + 5000, False, onset, thing_id=run)
        handover.append([encoder.encode(begun), encoder.encode(ended)])
    stops = iter(crashes)
    while waiting := handover.pending():
        chance.shuffle(waiting)
        try:
            for seq, payload in waiting:
                stop = next(stops, "fine")

                def answer(stored: AlarmStored, stop: str = stop, handover: Handover = handover) -> None:
                    if stop == "between":
                        raise Crash
                    handover.forget([stored.seq])
                    if stop == "answered":
                        raise Crash

                if stop == "before":
                    raise Crash
                AlarmIntake(alarms, answer).take(msgspec.structs.replace(decoder.decode(payload), seq=seq))
                if stop == "after":
                    raise Crash
        except Crash:
            handover.close()
            handover = Handover(tmp_path / f"{run}.db", key)
    handover.close()
    seen = [a for a in alarms.log(from_ms(WALL_MS), from_ms(WALL_MS + 10**6)) if a.thing_id == run]
    assert [(a.id, a.state) for a in seen] == [(f"{run}-{n}", "returned") for n in range(3)]
    assert [a.returned_at for a in seen] == [from_ms(WALL_MS + n * 10_000 + 5000) for n in range(3)]


def test_a_change_the_store_refuses_waits_and_is_answered_later(
    alarms: Alarms, records: Records, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from db.errors import StoreError

    answers: list[int] = []
    intake = AlarmIntake(alarms, lambda stored: answers.append(stored.seq))

    def full(_act: object, _work: object) -> None:
        raise StoreError("full", "database or disk is full")

    with monkeypatch.context() as disk:
        disk.setattr(records, "write", full)
        intake.take(change("a1", WALL_MS, seq=4))
        intake.retry()
    assert (answers, intake.waiting, len(caplog.records)) == ([], 1, 1)
    intake.retry()
    assert (answers, intake.waiting) == ([4], 0)
    assert states(alarms) == {"a1": "unacknowledged"}


def test_changes_that_share_a_number_wait_each_for_itself(
    alarms: Alarms, records: Records, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from db.errors import StoreError

    intake = AlarmIntake(alarms, lambda _: None)

    def full(_act: object, _work: object) -> None:
        raise StoreError("full", "database or disk is full")

    with monkeypatch.context() as disk:
        disk.setattr(records, "write", full)
        for n, name in enumerate(("a1", "a2")):
            intake.take(change(name, WALL_MS + n, seq=0, thing_id=name))
    assert intake.waiting == 2
    intake.retry()
    assert set(states(alarms)) == {"a1", "a2"}


def test_open_alarms_are_found_by_the_index_among_any_number_of_old_ones(alarms: Alarms, records: Records) -> None:
    wanted = str(
        select(AlarmRow.id).where(not_over()).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    )
    steps = records.read(lambda s: [row.detail for row in s.execute(text(f"EXPLAIN QUERY PLAN {wanted}"))])
    assert any("ix_alarm_open" in step for step in steps)
    assert not any(step.startswith("SCAN") for step in steps)
