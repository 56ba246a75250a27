"""kill -9 of the console or of its field service at any moment, while alarms come and go through a real broker: the
records hold exactly the occurrences that the devices made, each begun once and ended once.

A device holds each state until the field service has it on disk (the promise begins there), and no longer; what happens
between the hand-over file and the records store, and at every restart, is the program's to answer for.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine, select

from db.engine import open_engine
from db.open import STORE, open_records, quick_check
from db.tables.alarms import AlarmRow
from db.tables.cases import CaseRow
from db.tables.journal import Entry
from desktop.alarms.evaluator import RECEIVED_STEP
from desktop.alarms.transitions import Active
from desktop.field.service import HANDOVER_FILE
from desktop.kernel.clock import SystemClock
from desktop.places.service import Places
from desktop.places.views import CommunityView
from desktop.security import keys
from tests.desktop.field.site import COMMUNITY, Building
from tests.support.broker import Mosquitto, wait_until
from tests.support.fakes import FakeIds
from tests.support.people import MANAGER

THINGS = tuple(f"gas-{n}" for n in range(4))
KILLS = 6
ON, OFF = 30.0, 2.0
"""%LEL: above the lower limit and below the upper one, and calm."""


class Killed:
    """A console that is killed and started again."""

    def __init__(self, folder: Path, broker: str, answers: int = 0) -> None:
        """With `answers` the first one stands still as soon as it gave that many; those after it do not."""
        self._command = [sys.executable, "-m", "tests.support.killed_console", str(folder), broker]
        self.field = 0
        self.start(*[str(answers)] * bool(answers))

    def start(self, *more: str) -> None:
        self.console = subprocess.Popen(
            [*self._command, *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read, args=(self.console,))
        self._reader.start()

    def _read(self, console: subprocess.Popen[str]) -> None:
        assert console.stdout
        for line in console.stdout:
            self.field = int(line)

    def kill_console(self) -> None:
        self.console.kill()
        self._gone()

    def kill_field(self) -> None:
        if self.field:
            with suppress(ProcessLookupError):
                os.kill(self.field, signal.SIGKILL)

    def close(self) -> int:
        assert self.console.stdin
        self.console.stdin.close()
        self._gone()
        return self.console.returncode

    def _gone(self) -> None:
        self.console.wait(30)
        self._reader.join(30)
        for end in (self.console.stdin, self.console.stdout):
            if end:
                with suppress(OSError):
                    end.close()
        self.field = 0


@dataclass
class Device:
    """Raises alarms and knows when: (from, until) of each state it held, Unix ms."""

    id: str
    on: bool = True
    since: int = 0
    raised: list[tuple[int, int]] = field(default_factory=list)
    ended: list[tuple[int, int]] = field(default_factory=list)

    def turn(self, now: int) -> None:
        """The field service has what it held: it holds the other from now on."""
        (self.raised if self.on else self.ended).append((self.since, now))
        self.on, self.since = not self.on, now


class Source(threading.Thread):
    """Every device says its state again and again; it turns as soon as the hand-over file tells the same."""

    def __init__(self, building: Building, handover: Engine) -> None:
        super().__init__(name="source")
        self._building, self._handover = building, handover
        self._chance = random.Random(5)
        self._tick = threading.Event()
        self.stopping = threading.Event()
        self.devices = [Device(id_) for id_ in THINGS]

    @property
    def turns(self) -> int:
        return sum(len(one.raised) + len(one.ended) for one in self.devices)

    def run(self) -> None:
        for device in self.devices:
            device.since = now_ms()
        while not self._settled():
            for device in self.devices:
                self._building.say(device.id, concentration=ON if device.on else OFF)
            self._tick.wait(0.03)
        for device in self.devices:
            device.turn(now_ms())

    def _settled(self) -> bool:
        """Turns what the field service has; when it is to stop, whether everything is calm and known to be."""
        active = active_things(self._handover)
        known = [device for device in self.devices if device.on == (device.id in active)]
        last = self.stopping.is_set()
        for device in known:
            if device.on or (not last and self._chance.random() < 0.5):
                device.turn(now_ms())
        return last and len(known) == len(self.devices) and not any(one.on or one.id in active for one in self.devices)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def active_things(handover: Engine) -> set[str]:
    with handover.connect() as connection:
        states = connection.exec_driver_sql("SELECT state FROM active").scalars().all()
    return {msgspec.msgpack.decode(state, type=Active).thing_id for state in states}


def waiting(handover: Engine) -> int:
    with handover.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM waiting").scalar_one())


@contextmanager
def site(folder: Path) -> Iterator[tuple[Mosquitto, Building, bytes]]:
    """A store with its community, a broker, and the devices described on it."""
    key = keys.create_keys(folder / "store", None, open=True)
    records = open_records(folder / "store", key, FakeIds())
    Places(records, SystemClock(), FakeIds()).found(MANAGER, CommunityView(COMMUNITY, "试验小区"))
    records.close()
    broker = Mosquitto(folder)
    building = Building(broker)
    for thing in THINGS:
        building.describe(thing)
        building.status(thing, "online")
    yield broker, building, key
    building.stop()
    broker.stop()


@pytest.mark.slow
def test_no_order_of_kills_loses_or_doubles_an_occurrence(tmp_path: Path) -> None:
    store, chance = tmp_path / "store", random.Random(20261122)
    with site(tmp_path) as (broker, building, key):
        console = Killed(store, broker.url)
        wait_until(lambda: console.field and (store / HANDOVER_FILE).exists(), 60, "the field service is there")
        handover = open_engine(store / HANDOVER_FILE, keys.field_key(key), "reader")
        wait_until(lambda: has_tables(handover), 30, "the hand-over file is made")
        source = Source(building, handover)
        source.start()
        pause = threading.Event()
        for n in range(KILLS):
            before = source.turns
            wait_until(lambda before=before: source.turns > before + len(THINGS), 60, "alarms come and go")  # type: ignore[misc]
            pause.wait(chance.random() * 0.5)
            if n % 2:
                console.kill_field()
            else:
                console.kill_console()
                console.start()
        source.stopping.set()
        source.join(60)
        assert not source.is_alive()
        wait_until(lambda: waiting(handover) == 0, 60, "the records have everything")
        assert active_things(handover) == set()
        handover.dispose()
        assert console.close() == 0
    for device in source.devices:
        assert len(device.raised) == len(device.ended) > KILLS // 4
    check(store, key, source.devices)


@pytest.mark.slow
@pytest.mark.parametrize("answers", [1, 2], ids=["the onset's", "the return's"])
def test_a_kill_right_after_an_answer_finds_recorded_what_it_answered_for(tmp_path: Path, answers: int) -> None:
    """What the field service forgot, the records have, with its own instants: a start that heals what it can (it ends
    what no longer stands, now) must have nothing to heal."""
    store, thing = tmp_path / "store", THINGS[0]
    begun = now_ms()
    instants = [(begun, None), (begun, begun + 7)][answers - 1]
    with site(tmp_path) as (broker, building, key):
        console = Killed(store, broker.url, answers)
        wait_until(lambda: console.field and (store / HANDOVER_FILE).exists(), 60, "the field service is there")
        handover = open_engine(store / HANDOVER_FILE, keys.field_key(key), "reader")
        wait_until(lambda: has_tables(handover), 30, "the hand-over file is made")

        def told(at_ms: int, value: float, numbers: int) -> bool:
            building.say_at(thing, at_ms, concentration=value)
            # More than once, where the killed console's service heard it too before it ended.
            return numbers_given(handover) >= numbers and waiting(handover) == 0

        wait_until(lambda: told(begun, ON, 1), 60, "the onset was answered for")
        if answers == 2:
            wait_until(lambda: told(begun + 7, OFF, 2), 60, "the return was answered for")
        console.kill_console()
        assert occurrences(store, key) == [instants]
        console.start()
        wait_until(lambda: console.field, 60, "the field service is there again")
        wait_until(lambda: told(begun + 7, OFF, 2), 60, "the return was answered for")
        handover.dispose()
        assert console.close() == 0
    assert occurrences(store, key) == [(begun, begun + 7)]


def numbers_given(handover: Engine) -> int:
    """How many changes the hand-over file ever had."""
    with handover.connect() as connection:
        return int(connection.exec_driver_sql("SELECT coalesce(max(seq), 0) FROM sqlite_sequence").scalar_one())


def occurrences(store: Path, key: bytes) -> list[tuple[int, int | None]]:
    """(onset, return) of everything the records hold, Unix ms."""
    records = open_records(store, key, FakeIds())
    try:
        rows = records.read(lambda s: list(s.scalars(select(AlarmRow).order_by(AlarmRow.onset_at))))
    finally:
        records.close()
    return [(to_ms(row.onset_at), row.returned_at and to_ms(row.returned_at)) for row in rows]


def to_ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def has_tables(handover: Engine) -> bool:
    with handover.connect() as connection:
        return bool(connection.exec_driver_sql("SELECT count(*) FROM sqlite_master WHERE name='active'").scalar_one())


def check(store: Path, key: bytes, devices: list[Device]) -> None:
    records = open_records(store, key, FakeIds())
    try:
        rows = records.read(lambda s: list(s.scalars(select(AlarmRow).order_by(AlarmRow.onset_at))))
        entries = records.read(
            lambda s: s.execute(select(Entry.entity_id, Entry.body).where(Entry.kind == "alarm")).all()
        )
        cases = records.read(lambda s: list(s.scalars(select(CaseRow.thing_id))))
        verdict = records.verify()
    finally:
        records.close()
    assert verdict.ok, verdict.problem
    for device in devices:
        mine = [row for row in rows if row.thing_id == device.id and "same_as" not in row.extra]
        assert [row.rule for row in mine] == ["gas-low"] * len(device.raised), device.id
        for row, raised, ended in zip(mine, device.raised, device.ended, strict=True):
            assert row.returned_at is not None and not row.active
            # Without a device's own time the instants are cut to two seconds, and made distinct.
            assert raised[0] - RECEIVED_STEP <= row.onset_at.timestamp() * 1000 <= raised[1] + 1
            assert ended[0] - RECEIVED_STEP <= row.returned_at.timestamp() * 1000 <= ended[1] + 1
            told = [json.loads(body).get("after", {}) for id_, body in entries if id_ == row.id]
            assert sum("onset_at" in each for each in told) == 1
            assert sum(each.get("returned_at") is not None for each in told) == 1
    assert sorted(filter(None, cases)) == sorted(device.id for device in devices), "one open case for each thing"
    quick_check(store / STORE, key)
