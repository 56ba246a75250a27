"""Alarms that nobody acknowledges go up, step by step, to whoever is on duty: none lost, none doubled, whatever the clock,
the people and a restart do."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.dialects import sqlite

from db.store import Act, Records, Transaction
from db.tables.journal import Entry
from db.tables.security import Operator
from db.tables.things import ThingCard
from desktop.alarms.calls import may_go_up
from desktop.alarms.escalation import ladder, reached, read_ladders
from desktop.alarms.service import Alarms
from desktop.alarms.views import PRIORITIES
from desktop.alarms.waits import Waited
from desktop.kernel.clock import from_ms
from desktop.kernel.words import Words
from desktop.people.duty import DutyRoster, Post, called, nobody_at
from desktop.things.model import Priority
from resources.loader import DataFileError
from tests.desktop.alarms.support import WALL_MS, CasesFake, change, person
from tests.support.fakes import FakeClock, FakeIds
from tests.support.people import MANAGER

LI = person("li", "alarms.acknowledge", "alarms.shelve")
WANG = person("wang", "alarms.acknowledge", "alarms.shelve")
BEGIN = from_ms(WALL_MS)
MINUTE = 60
STAFF: dict[str, Post] = {"feng": "guard", "deng": "guard", "gao": "engineer", "lin": "manager"}


@pytest.fixture
def roster(records: Records, clock: FakeClock, new_id: FakeIds) -> DutyRoster:
    def found(tx: Transaction) -> None:
        for login in (*STAFF, "op-li"):
            tx.add(Operator(id=login, login=login, name=login.title(), password_hash="x", roles=["guard"]))
        tx.add(ThingCard(id="sump", kind="sump", name="1 号集水坑"))

    records.write(Act("test", "system", "系统", "D1", clock.now()), found)
    return DutyRoster(records, clock, new_id)


@pytest.fixture
def alarms(records: Records, clock: FakeClock, roster: DutyRoster) -> Alarms:
    return started(records, clock)


def started(records: Records, clock: FakeClock) -> Alarms:
    return Alarms(records, clock, CasesFake(), terminal="D1", confirm_second=lambda *_: WANG)


def on_duty(roster: DutyRoster, *logins: str) -> None:
    for login in logins:
        roster.put(MANAGER, STAFF[login], login, BEGIN - timedelta(hours=1), BEGIN + timedelta(days=6))


def begin(alarms: Alarms, id_: str = "a1", at_ms: int = WALL_MS, **more: object) -> None:
    alarms.record(change(id_, at_ms, **{"rule": id_, **more}))


def notes(records: Records, id_: str = "a1") -> list[dict[str, object]]:
    wanted = select(Entry.body).where(Entry.op == "alarms.escalate", Entry.entity_id == id_).order_by(Entry.n)
    found = [json.loads(body) for body in records.read(lambda s: list(s.scalars(wanted)))]
    return [body for body in found if "step" in body]


def test_an_unanswered_alarm_goes_up_to_who_is_on_duty_and_the_journal_names_them(
    alarms: Alarms, records: Records, clock: FakeClock, roster: DutyRoster
) -> None:
    on_duty(roster, "feng", "gao", "lin")
    begin(alarms)
    assert alarms.escalate_due() == 0
    assert (alarms.get("a1").escalated, alarms.get("a1").escalated_to) == (0, ())
    clock.advance(10 * MINUTE - 1)
    assert alarms.escalate_due() == 0
    clock.advance(1)
    assert alarms.escalate_due() == 1
    assert alarms.escalate_due() == 0
    assert (alarms.get("a1").escalated, alarms.get("a1").escalated_to) == (1, ("Gao",))
    clock.advance(20 * MINUTE)
    assert alarms.escalate_due() == 1
    assert (alarms.get("a1").escalated, alarms.get("a1").escalated_to) == (2, ("Gao", "Lin"))
    clock.advance(600 * MINUTE)
    assert alarms.escalate_due() == 0
    assert notes(records) == [
        {"step": 1, "posts": ["engineer"], "called": ["Gao"], "called_ids": ["gao"], "nobody": []},
        {"step": 2, "posts": ["manager"], "called": ["Lin"], "called_ids": ["lin"], "nobody": []},
    ]
    assert [(step.op, step.actor_name, step.called) for step in alarms.course("a1")] == [
        ("alarms.escalate", "系统", ("Gao",)),
        ("alarms.escalate", "系统", ("Lin",)),
    ]


def test_a_post_with_nobody_on_the_roster_is_called_itself_and_says_so(
    alarms: Alarms, records: Records, clock: FakeClock
) -> None:
    begin(alarms)
    clock.advance(10 * MINUTE)
    alarms.escalate_due()
    [note] = notes(records)
    assert (note["nobody"], note["called_ids"]) == (["engineer"], [])
    [name] = alarms.get("a1").escalated_to
    assert (called(Words("zh"), name), called(Words("en"), name)) == (
        "工程岗（无人值班）",
        "Engineer (nobody on duty)",
    )
    assert called(Words("zh"), "post:office") == "post:office", "a strange name is no post"


def test_after_a_night_without_a_console_every_step_is_taken_and_noted(
    alarms: Alarms, records: Records, clock: FakeClock, roster: DutyRoster
) -> None:
    on_duty(roster, "gao")
    begin(alarms)
    clock.advance(8 * 3600)
    assert started(records, clock).escalate_due() == 1
    assert [note["step"] for note in notes(records)] == [1, 2]
    assert alarms.get("a1").escalated_to == ("Gao", nobody_at("manager"))
    [step] = alarms.course("a1")
    assert step.called == ("Gao", nobody_at("manager"))


def test_acknowledging_stops_it_and_asking_again_starts_it_anew(
    alarms: Alarms, records: Records, clock: FakeClock
) -> None:
    begin(alarms, re_alarm=3600.0)
    clock.advance(11 * MINUTE)
    alarms.escalate_due()
    alarms.acknowledge(LI, ["a1"])
    clock.advance(50 * MINUTE)
    assert alarms.escalate_due() == 0
    assert alarms.get("a1").escalated == 1, "how far it went stays to be seen"
    clock.advance(10 * MINUTE)
    assert alarms.realarm_due() == 1
    assert (alarms.get("a1").escalated, alarms.get("a1").escalated_to) == (0, ())
    assert alarms.escalate_due() == 0
    clock.advance(10 * MINUTE)
    assert alarms.escalate_due() == 1
    assert [note["step"] for note in notes(records)] == [1, 1]


def test_a_new_onset_starts_at_the_foot(alarms: Alarms, records: Records, clock: FakeClock) -> None:
    begin(alarms, "a1", rule="high")
    clock.advance(31 * MINUTE)
    alarms.escalate_due()
    now = WALL_MS + 31 * 60_000
    alarms.record(change("a1", now, False, WALL_MS, rule="high"))
    alarms.record(change("a2", now + 1000, rule="high"))
    assert alarms.get("a2").escalated == 0
    clock.advance(11 * MINUTE)
    assert alarms.escalate_due() == 1
    assert (alarms.get("a1").escalated, alarms.get("a2").escalated) == (2, 1)


def test_what_is_hidden_does_not_go_up_and_begins_anew_when_it_is_back(
    alarms: Alarms, records: Records, clock: FakeClock
) -> None:
    begin(alarms, "shelved")
    begin(alarms, "gateway", thing_id="gateway", comms=True, priority="low")
    begin(alarms, "suppressed", thing_id="meter", comms=True, parent="gateway")
    begin(alarms, "out")
    alarms.shelve(LI, "shelved", 60, "检修")
    out_of_service(records, clock, True)
    clock.advance(59 * MINUTE)
    assert alarms.escalate_due() == 0
    out_of_service(records, clock, False)
    alarms.back_in_service("sump")
    clock.advance(2 * MINUTE)
    assert alarms.escalate_due() == 0, "until its shelf is written off it is not weighed"
    alarms.expire_shelves()
    alarms.record(
        change("gateway", WALL_MS + 61 * 60_000, False, WALL_MS, thing_id="gateway", rule="gateway", comms=True)
    )
    assert alarms.escalate_due() == 0
    clock.advance(10 * MINUTE)
    assert alarms.escalate_due() == 3
    assert {id_: alarms.get(id_).escalated for id_ in ("shelved", "suppressed", "out", "gateway")} == {
        "shelved": 1, "suppressed": 1, "out": 1, "gateway": 0,
    }  # fmt: skip


def out_of_service(records: Records, clock: FakeClock, out: bool) -> None:
    def work(tx: Transaction) -> None:
        tx.session.get_one(ThingCard, "sump").out_of_service = out

    records.write(Act("test", "system", "系统", "D1", clock.now()), work)


def test_what_is_over_goes_up_only_where_life_hung_on_it(alarms: Alarms, clock: FakeClock) -> None:
    for id_, life_safety in (("level", False), ("gas", True)):
        begin(alarms, id_, life_safety=life_safety)
        alarms.record(change(id_, WALL_MS + 1000, False, WALL_MS, rule=id_, life_safety=life_safety))
    clock.advance(3600)
    assert alarms.escalate_due() == 1
    assert (alarms.get("level").escalated, alarms.get("gas").escalated) == (0, 1)


def test_a_shelf_keeps_earlier_occurrences_of_its_rule_down_as_well(alarms: Alarms, clock: FakeClock) -> None:
    for n in range(2):
        begin(alarms, f"gas-{n}", WALL_MS + n * 60_000, rule="gas", life_safety=True)
        if n == 0:
            alarms.record(change("gas-0", WALL_MS + 1000, False, WALL_MS, rule="gas", life_safety=True))
    alarms.shelve(LI, "gas-1", 60, "标定", ("wang", "right"))
    clock.advance(30 * MINUTE)
    assert alarms.escalate_due() == 0
    assert alarms.get("gas-0").escalated_to == ()


def test_what_came_to_protect_lives_goes_up_beside_the_shelf_of_one(alarms: Alarms, clock: FakeClock) -> None:
    begin(alarms, "a1", rule="gas")
    alarms.shelve(LI, "a1", 60, "检修")
    alarms.record(change("a1", WALL_MS + 1000, False, WALL_MS, rule="gas"))
    begin(alarms, "a2", WALL_MS + 60_000, rule="gas", life_safety=True)
    clock.advance(30 * MINUTE)
    assert alarms.escalate_due() == 1
    assert alarms.get("a2").escalated == 1


def test_a_clock_set_back_makes_nobody_wait_anew(alarms: Alarms, clock: FakeClock) -> None:
    begin(alarms)
    alarms.escalate_due()
    clock.instant -= timedelta(hours=5)
    clock.advance(10 * MINUTE)
    assert alarms.escalate_due() == 1


# Against the ladder as a person would read it

MINUTES = st.integers(1, 40)
WHAT = st.one_of(
    st.tuples(st.just("begin"), st.sampled_from(PRIORITIES), st.booleans()),
    st.tuples(st.sampled_from(["acknowledge", "again", "restart", "return"]), st.integers(0, 3), st.just(0)),
    st.tuples(st.just("jump"), st.sampled_from([-7200, -600, -60, 60, 600, 7200]), st.just(0)),
    st.tuples(st.just("pass"), MINUTES, st.just(0)),
    st.tuples(st.just("pass"), MINUTES, st.just(0)),
)
RE_ALARM = 60
RUNS = count()


class Told:
    """One alarm as the reference knows it."""

    def __init__(self, id_: str, priority: Priority, life_safety: bool, at: datetime) -> None:
        self.id, self.priority, self.life_safety, self.onset = id_, priority, life_safety, at
        self.active, self.acknowledged = True, False
        self.acknowledged_at = at
        self.asks(at)
        self.all_steps: list[int] = []

    def asks(self, at: datetime) -> None:
        self.since, self.watched, self.step = at, 0.0, 0
        self.acknowledged = False

    def look(self, now: datetime) -> None:
        """One look: every rung whose minutes are up and that was not climbed."""
        if self.acknowledged or not (self.active or self.life_safety):
            return
        for number, step in enumerate(ladder(self.priority, self.life_safety)):
            up = (now - self.since).total_seconds() >= step.after * 60 or self.watched >= step.after * 60
            if number > self.step and up:
                self.step = number
                self.all_steps.append(number)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=st.lists(WHAT, max_size=25))
def test_steps_are_those_of_the_ladder_whatever_happens(
    records: Records, roster: DutyRoster, script: list[tuple[str, object, object]]
) -> None:
    clock, run = FakeClock(), next(RUNS)
    alarms = started(records, clock)
    known: list[Told] = []
    try:
        for what, one, two in script:
            play(alarms, clock, known, run, what, one, two)
            if what == "restart":
                alarms = started(records, clock)
            alarms.escalate_due()
            for told in known:
                told.look(clock.now())
            for told in known:
                assert alarms.get(told.id).escalated == told.step, (what, one)
        for told in known:
            assert [note["step"] for note in notes(records, told.id)] == told.all_steps
    finally:
        alarms.only_active(())
        alarms.acknowledge(LI, [told.id for told in known])


def play(
    alarms: Alarms, clock: FakeClock, known: list[Told], run: int, what: str, one: object, two: object
) -> None:  # fmt: skip
    now = clock.now()
    if what == "begin":
        told = Told(f"{run}-{len(known)}", one, bool(two), now)  # type: ignore[arg-type]
        at = round(now.timestamp() * 1000)
        begin(alarms, told.id, at, thing_id=told.id, priority=one, life_safety=two, re_alarm=float(RE_ALARM))
        known.append(told)
        return
    assert isinstance(one, int)
    if what in ("pass", "jump"):
        seconds = one * 60 if what == "pass" else one
        clock.instant += timedelta(seconds=seconds)
        for told in known if what == "pass" else ():
            told.watched += seconds
        clock.seconds += seconds if what == "pass" else 0
        return
    if what == "restart":
        for told in known:
            told.watched = 0.0
        return
    for told in known[one : one + 1]:
        if what == "acknowledge":
            alarms.acknowledge(LI, [told.id])
            if not told.acknowledged:
                told.acknowledged, told.acknowledged_at = True, now
        elif what == "return" and told.active:
            at = round(now.timestamp() * 1000)
            onset = round(told.onset.timestamp() * 1000)
            alarms.record(change(told.id, at, False, onset, thing_id=told.id, rule=told.id))
            told.active = False
    if what == "again":
        alarms.realarm_due()
        for told in known:
            if told.acknowledged and told.active and told.acknowledged_at + timedelta(seconds=RE_ALARM) <= now:
                told.asks(now)


def test_how_long_an_alarm_has_asked_is_the_longer_of_two_clocks() -> None:
    waited = Waited()
    assert waited.of({"a": BEGIN}, BEGIN, 5.0) == {"a": timedelta()}
    assert waited.of({"a": BEGIN}, BEGIN + timedelta(hours=1), 65.0) == {"a": timedelta(hours=1)}
    assert waited.of({"a": BEGIN}, BEGIN - timedelta(hours=1), 125.0) == {"a": timedelta(minutes=2)}
    anew = BEGIN + timedelta(seconds=1)
    assert waited.of({"a": anew}, anew, 125.0) == {"a": timedelta()}
    assert waited.of({}, anew, 126.0) == {}
    assert waited.of({"a": anew}, anew, 200.0) == {"a": timedelta()}


@pytest.mark.parametrize("life_safety", [True, False])
@pytest.mark.parametrize("priority", PRIORITIES)
def test_every_alarm_has_a_ladder_that_is_as_steep_as_it_is_urgent(priority: Priority, life_safety: bool) -> None:
    steps = ladder(priority, life_safety)
    assert [reached(steps, timedelta(minutes=step.after)) for step in steps] == list(range(len(steps)))
    assert reached(steps, timedelta(days=-1)) == 0
    assert len(steps) > 1
    assert steps[1].after >= ladder(priority, True)[1].after
    assert steps[1].after >= ladder("critical", life_safety)[1].after


@pytest.mark.parametrize(
    "low",
    [
        "[]",
        "[{after = 1, posts = ['guard']}]",
        "[{after = 0, posts = []}]",
        "[{after = 0, posts = ['guard']}, {after = 0, posts = ['manager']}]",
        "[{after = 0, posts = ['cook']}]",
        "[{after = 0, post = ['guard']}]",
    ],
)
def test_a_ladder_that_will_not_do_is_refused(tmp_path: Path, low: str) -> None:
    file = tmp_path / "escalation.toml"
    rest = "\n".join(f"{priority} = [{{after = 0, posts = ['guard']}}]" for priority in PRIORITIES[:-1])
    for bad, good in ((low, "[{after = 0, posts = ['guard']}]"), ("[{after = 0, posts = ['guard']}]", low)):
        file.write_text(f"[life_safety]\n{rest}\nlow = {bad}\n[other]\n{rest}\nlow = {good}\n", encoding="utf-8")
        with pytest.raises(DataFileError):
            read_ladders(file)


def test_the_look_does_not_walk_through_years_of_alarms(records: Records) -> None:
    sql = str(may_go_up().compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))  # type: ignore[no-untyped-call]
    plan = records.read(lambda s: [row[3] for row in s.execute(text(f"EXPLAIN QUERY PLAN {sql}"))])
    assert any("ix_alarm_open" in line for line in plan), plan
