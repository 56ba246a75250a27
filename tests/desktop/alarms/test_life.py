"""The life of alarms in the store against the slow reference: anything in any order, repeated, with clocks that jump and
services that start anew. Each step compares every line that people would see."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from db.engine import open_engine
from db.store import Records, Transaction, create_schema
from db.tables.things import ThingCard
from desktop.alarms.service import Alarms
from desktop.field.messages import AlarmChange
from desktop.kernel.errors import Refused
from desktop.security.principal import Principal, act
from tests.desktop.alarms.reference import Reference, Ruled
from tests.desktop.alarms.support import WALL_MS, CasesFake, change, person
from tests.support.fakes import FakeClock, FakeIds

PARENTS = {"bridge": "gateway", "meter": "bridge", "fire": "bridge"}
"""A gateway, a bridge behind it, and what hangs on that."""

LI, WANG = (person(name, "alarms.acknowledge", "alarms.shelve") for name in ("li", "wang"))

Key = tuple[str, str]


def all_rules() -> dict[Key, Ruled]:
    rules = (
        Ruled("gateway", "offline", comms=True),
        Ruled("bridge", "offline", comms=True),
        Ruled("meter", "offline", comms=True),
        Ruled("meter", "high", re_alarm=600),
        Ruled("meter", "tripped", latch=True),
        Ruled("fire", "offline", comms=True, life_safety=True),
    )
    return {(one.thing, one.rule): one for one in rules}


KEYS = sorted(all_rules())
LATCHING = ("meter", "tripped")
ANY = st.sampled_from([LATCHING, LATCHING, *KEYS])
PICK = st.integers(0, 2)
"""One of those in the focus: most of what happens, happens to a few."""

JUMPS = (1, 60, 600, 1800, -60, -600)
"""Seconds."""


def second(_login: str, _password: str) -> Principal:
    return WANG


class Site:
    """One site: an evaluator that tells of its rules, people who act, a clock that jumps."""

    def __init__(self, focus: list[Key]) -> None:
        self.focus = focus
        # In memory where there is such a place: a dying disk is tested elsewhere, thousands of steps wait here.
        self.folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
        path, key = self.folder / "records.db", bytes(32)
        engine = open_engine(path, key, "writer")
        with engine.begin() as connection:
            create_schema(connection)
        engine.dispose()
        self.records, self.clock = Records(path, key, FakeIds()), FakeClock()
        self.field_ms = WALL_MS
        self.active: dict[Key, tuple[str, int]] = {}
        self.sent: list[AlarmChange] = []
        self.reference = Reference(all_rules(), PARENTS)
        self.records.write(act(LI, "test", self.clock), lambda tx: [tx.add(card(name)) for name in THINGS])
        self.alarms = self.start()

    def close(self) -> None:
        self.records.close()
        shutil.rmtree(self.folder)

    def start(self) -> Alarms:
        return Alarms(
            self.records, self.clock, CasesFake(), terminal="D1", confirm_second=second, parent_of=PARENTS.get
        )

    @property
    def now(self) -> float:
        return self.clock.now().timestamp()

    # What the field service tells

    def a_condition_changes(self, pick: int, _: int) -> None:
        self.condition_changes(self.focused(pick))

    def condition_changes(self, key: Key) -> None:
        self.field_ms += 1000
        known, one = self.active.pop(key, None), self.reference.rules[key]
        alarm, onset = known or (f"{'-'.join(key)}-{self.field_ms}", self.field_ms)
        if known is None:
            self.active[key] = alarm, onset
        self.say(change(
            alarm, self.field_ms, known is None, onset, thing_id=key[0], rule=key[1], comms=one.comms, latch=one.latch,
            re_alarm=float(one.re_alarm), life_safety=one.life_safety, parent=PARENTS.get(key[0], ""),
        ))  # fmt: skip

    def a_line_is_lost_or_found(self, pick: int, _: int) -> None:
        self.condition_changes(("gateway" if pick else "bridge", "offline"))

    def say(self, message: AlarmChange) -> None:
        self.sent.append(message)
        self.alarms.record(message)
        key = message.thing_id, message.rule
        self.reference.tell(key, message.alarm_id, message.active, self.now, message.onset_ms / 1000)

    def a_message_comes_again(self, _: int, which: int) -> None:
        if self.sent:
            self.alarms.record(self.sent[-1 - which % len(self.sent)])

    def both_start_anew(self, pick: int, lost: int) -> None:
        """The console reads its store; the field service tells what it holds, which may be less than before."""
        self.alarms = self.start()
        if lost > 5:
            self.active.pop(self.focused(pick), None)
        held = {alarm for alarm, _ in self.active.values()}
        self.alarms.only_active(held)
        self.reference.gone(held, self.now)
        for message in [one for one in self.sent if one.active and one.alarm_id in held]:
            self.alarms.record(message)

    # What people and the clock do

    def acknowledge(self, pick: int, _: int) -> None:
        if one := self.known(pick):
            self.alarms.acknowledge(LI, [one.alarm])
            self.reference.acknowledge(one, self.now)

    def reset(self, pick: int, _: int) -> None:
        if one := self.known(pick):
            took = self.tried(lambda: self.alarms.reset(LI, one.alarm))
            assert took == self.reference.reset(one, self.now)

    def shelve(self, pick: int, size: int) -> None:
        minutes = 1 + 3 * size
        if one := self.known(pick):
            took = self.tried(lambda: self.alarms.shelve(LI, one.alarm, minutes, "试", ("wang", "x")))
            assert took == self.reference.shelve(one, self.now + minutes * 60, self.now)

    def unshelve(self, pick: int, _: int) -> None:
        if one := self.known(pick):
            took = self.tried(lambda: self.alarms.unshelve(LI, one.alarm))
            assert took == self.reference.unshelve(one, self.now)

    def maintenance(self, pick: int, _: int) -> None:
        thing = self.focused(pick)[0]
        out = thing not in self.reference.out

        def put(tx: Transaction) -> None:
            tx.session.get_one(ThingCard, thing).out_of_service = out

        self.records.write(act(LI, "test", self.clock), put)
        if out:
            self.reference.out.add(thing)
        else:
            self.alarms.back_in_service(thing)
            self.reference.back(thing, self.now)

    def the_clock_jumps(self, _: int, which: int) -> None:
        self.clock.instant += timedelta(seconds=JUMPS[which % len(JUMPS)])

    def beat(self, _: int, __: int) -> None:
        self.alarms.expire_shelves()
        self.alarms.realarm_due()
        self.reference.beat(self.now)

    # What must hold

    def compare(self) -> None:
        """The list that people see is the one the reference says."""
        listed = self.alarms.open()
        shown = {key: self.reference.shown(one, self.now) for key, one in self.reference.rules.items()}
        assert {(a.thing_id, a.rule): (a.state, a.id, a.suppressed_by) for a in listed} == {
            key: (shown[key], one.alarm, one.explained)
            for key, one in self.reference.rules.items()
            if shown[key] != "normal"
        }
        for alarm in listed:
            one = self.reference.rules[alarm.thing_id, alarm.rule]
            if alarm.state == "unacknowledged" and one.shelf is None:
                assert alarm.asks_since == datetime.fromtimestamp(one.asks_since, UTC)

    def focused(self, pick: int) -> Key:
        return self.focus[pick % len(self.focus)]

    def known(self, pick: int) -> Ruled | None:
        one = self.reference.rules[self.focused(pick)]
        return one if one.alarm else None

    def tried(self, act_upon: Callable[[], None]) -> bool:
        try:
            act_upon()
        except Refused:
            return False
        return True


THINGS = ("gateway", "bridge", "meter", "fire")


def card(name: str) -> ThingCard:
    return ThingCard(id=name, kind="test")


HAPPENINGS = (
    *(Site.a_condition_changes,) * 5, *(Site.acknowledge,) * 4, *(Site.a_line_is_lost_or_found,) * 3,
    *(Site.reset,) * 3, *(Site.shelve, Site.the_clock_jumps) * 3, *(Site.maintenance, Site.beat) * 2,
    Site.unshelve, Site.a_message_comes_again, Site.both_start_anew,
)  # fmt: skip
"""What mostly happens, more often."""

SCRIPTS = st.lists(st.tuples(st.sampled_from(HAPPENINGS), PICK, st.integers(0, 9)), min_size=30, max_size=60)


@settings(max_examples=30, deadline=None)
@given(st.lists(ANY, min_size=1, max_size=2, unique=True), SCRIPTS)
def test_whatever_happens_people_see_what_the_reference_says(
    focus: list[Key], script: list[tuple[Callable[[Site, int, int], None], int, int]]
) -> None:
    site = Site(focus)
    try:
        for happens, pick, number in script:
            happens(site, pick, number)
            site.compare()
    finally:
        site.close()
