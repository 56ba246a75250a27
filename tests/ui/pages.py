"""A console with a real store and real services for tests of pages; the field and the clock are held still."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest

from db.open import open_records
from db.rollup import Band
from db.store import Transaction
from db.tables.places import Place
from db.tables.things import ThingCard
from desktop.alarms.service import Alarms
from desktop.alarms.views import AlarmView
from desktop.app import Console
from desktop.assets.service import Assets
from desktop.assets.stock import Stock
from desktop.cases.acts import CaseActs
from desktop.cases.lists import CaseLists
from desktop.cases.runhours import run_hours
from desktop.cases.schedules import Schedules
from desktop.cases.service import Cases
from desktop.energy.service import Energy
from desktop.field.messages import AlarmChange, FromField, Health, ToField
from desktop.journal.service import JournalView
from desktop.kernel.bus import Bus, Changed
from desktop.kernel.clock import to_ms
from desktop.kernel.words import Lang, Words
from desktop.people.duty import DutyRoster
from desktop.people.service import People
from desktop.places.sample import build_sample
from desktop.places.service import Places
from desktop.plans.service import Plans
from desktop.reports.service import Reports
from desktop.security import keys
from desktop.security.passwords import Argon2
from desktop.security.principal import Principal, act, system
from desktop.security.service import Accounts
from desktop.security.settings import Settings
from desktop.things.model import AlarmRule, Reading, Thing
from desktop.things.service import Things
from tests.support.fakes import FakeClock, FakeIds, FieldReads
from tests.ui.things.site import MODELS, defaults
from ui.aio import Bridge
from ui.shell.context import Context

TERMINAL = "D1"
PASSWORD = "Test-1234"
SUMP, GAS, LIFT, PUMP = "sump-1", "gas-1", "lift-3-2", "pump-low"
THINGS = {
    SUMP: ("waterlogging", "地下车库 1 号集水坑", "B-1"),
    GAS: ("gas-detector", "3号楼燃气探测器", "3-2"),
    LIFT: ("lift", "3号楼2单元电梯", "3-2"),
    PUMP: ("pump-set", "低区生活水泵组", "P-1"),
}
"""Kind, name and place code by id."""
T = TypeVar("T")
WEAK = Argon2(passes=1, memory_kib=64, lanes=1)


class StillField(FieldReads):
    """Things that were described and readings that stay as they are put."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[Thing, int]] = {}
        self.values: dict[int, Reading] = {}
        self.told: Health | None = None
        self.sent: list[ToField] = []

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def things(self) -> dict[str, tuple[Thing, int]]:
        return self.known

    def reading(self, slot: int) -> Reading:
        return self.values.get(slot, Reading(None, "none", 0.0))

    def health(self) -> Health | None:
        return self.told

    def on(self, handler: Callable[[FromField], None]) -> None: ...

    def send(self, message: ToField) -> None:
        self.sent.append(message)

    def history(
        self, thing_id: str, point: str, since: float, until: float, most: int = 2000
    ) -> list[tuple[float, float]]:
        return []

    def bands(self, thing_id: str, point: str, since: float, until: float, most: int = 500) -> list[Band]:
        return []

    def last_before(self, thing_id: str, point: str, at: float) -> tuple[float, float] | None:
        return None


@dataclass
class Recorder:
    """A speaker that remembers what it was told."""

    said: list[str] = field(default_factory=list)
    offers: list[tuple[str, Callable[[], object]]] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    gone: list[tuple[str, str]] = field(default_factory=list)

    def say(self, text: str, *, act: str = "", key: str = "", on_act: Callable[[], object] | None = None) -> None:
        self.said.append(text)
        if on_act is not None:
            self.offers.append((act, on_act))

    def tell(self, error: BaseException) -> None:
        self.failures.append(error)

    def go(self, page: str, selection: str = "") -> None:
        self.gone.append((page, selection))


@dataclass
class Site:
    """A small community with its staff, a few things and no alarms. Pages may not call its store on the UI thread, and
    so tests call it by `off`."""

    console: Console
    clock: FakeClock
    still: StillField
    bridge: Bridge
    pool: ThreadPoolExecutor

    def off(self, work: Callable[..., T], *args: object) -> T:
        """Runs work that waits for the store on another thread."""
        return self.pool.submit(work, *args).result(30)

    def sign_in(self, login: str) -> Principal:
        return self.off(self.console.accounts.sign_in, login, PASSWORD)

    def context(self, login: str, lang: Lang = "zh") -> tuple[Context, Recorder]:
        shell = Recorder()
        return Context(self.console, Words(lang), self.sign_in(login), self.bridge, shell), shell

    def alarm(self, alarm_id: str) -> AlarmView:
        return self.off(self.console.alarms.get, alarm_id)

    def raise_alarm(self, rule: str = "", thing: str = SUMP, *, ago: float = 0.0, **more: object) -> str:
        """An alarm that begins now; returns its id. `more` puts other facts in the place of the model's."""
        change = self._change(rule, thing, ago, True, more)
        self.off(self.console.alarms.record, change)
        return change.alarm_id

    def tell_all(self, ago: float = 3.0) -> None:
        """Every thing says that it is there and what it says on a usual day."""
        at = self.clock.now().timestamp() - ago
        for thing, slot in self.still.known.values():
            usual = defaults(thing.model.kind)
            self.still.values[slot] = Reading(True, "good", at)
            for n, point in enumerate(thing.model.points, 1):
                self.still.values[slot + n] = Reading(usual[point.name], "good", at)

    def end_alarm(self, alarm_id: str) -> None:
        alarm = self.alarm(alarm_id)
        facts = {"onset_ms": to_ms(alarm.onset_at), "alarm_id": alarm_id, "at_ms": to_ms(self.clock.now())}
        self.off(self.console.alarms.record, self._change(alarm.rule, alarm.thing_id, 0.0, False, facts))

    def _change(self, rule: str, thing: str, ago: float, active: bool, more: dict[str, object]) -> AlarmChange:
        model = self.still.known[thing][0].model
        found: AlarmRule = next(one for one in model.alarms if not rule or one.name == rule)
        point = model.point(found.point)
        now = to_ms(self.clock.now()) - int(ago * 1000)
        facts: dict[str, object] = {
            "seq": 0, "alarm_id": self.console.new_id(), "thing_id": thing, "thing_name": self.still.known[thing][0].name,
            "kind": model.kind, "point": found.point, "rule": found.name, "priority": found.priority, "active": active,
            "onset_ms": now, "at_ms": now, "value": found.when[0].above or True, "limit": found.when[0].above,
            "unit": point.symbol if point else "", "title": dict(found.title), "cause": dict(found.cause),
            "consequence": dict(found.consequence), "response": dict(found.response), "life_safety": found.life_safety,
            "case": "device-fault",
        }  # fmt: skip
        return AlarmChange(**{**facts, **more})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample community's store, made once and copied for every test."""
    folder = tmp_path_factory.mktemp("founded")
    clock, new_id = FakeClock(), FakeIds()
    records = open_records(folder, keys.create_keys(folder, None, open=True), new_id)
    accounts = Accounts(records, clock, new_id, TERMINAL, WEAK)
    boss = accounts.set_up("boss", "周经理", PASSWORD)
    build_sample(records, clock, new_id, TERMINAL)
    for operator in accounts.operators():
        if operator.login != "boss":
            accounts.reset_password(boss, operator.id, PASSWORD)

    def cards(tx: Transaction) -> None:
        places = {place.code: place.id for place in tx.session.query(Place)}
        for id_, (kind, name, place) in THINGS.items():
            tx.add(ThingCard(id=id_, kind=kind, name=name, place_id=places[place]))

    records.write(act(system(TERMINAL), "things.sample", clock), cards)
    records.close()
    return folder


@pytest.fixture
def site(founded: Path, tmp_path: Path, clock: FakeClock) -> Iterator[Site]:
    folder = tmp_path / "site"
    shutil.copytree(founded, folder)
    bus, numbers = Bus(), count(1_000_000)

    def new_id() -> str:
        return f"00000000-0000-7000-8000-{next(numbers):012d}"

    records = open_records(folder, keys.unlock(folder, None), new_id, lambda ids: bus.publish(Changed(ids)))
    accounts = Accounts(records, clock, new_id, TERMINAL, WEAK)
    still = StillField()
    for slot, (id_, (kind, name, place)) in enumerate(THINGS.items()):
        still.known[id_] = Thing(id=id_, name=name, model=MODELS[kind], dialect="linli", place=place), slot * 100

    places, cases = Places(records, clock, new_id), Cases(records, clock, new_id, TERMINAL)
    alarms = Alarms(records, clock, cases, terminal=TERMINAL, confirm_second=accounts.second_person)
    stuff = Things(records, clock, still)
    bus.subscribe(Changed, stuff.changed)
    energy = Energy(records, clock, stuff, terminal=TERMINAL)
    lists = CaseLists(records, clock, new_id, cases)
    console = Console(
        folder, TERMINAL, True, clock, new_id, bus, records, Settings(records, clock, TERMINAL), accounts, places,
        People(records, clock), DutyRoster(records, clock, new_id), stuff,
        energy, Plans(records, clock, new_id), alarms, cases,
        CaseActs(records, clock, new_id, cases, TERMINAL), lists,
        Schedules(records, clock, new_id, TERMINAL, cases, run_hours(stuff)), Assets(records, clock, new_id, cases),
        Stock(records, clock, new_id),
        JournalView(records, clock), Reports(records, clock, alarms, places, energy, lists, cases), still,
    )  # fmt: skip
    cases.parts_used, console.case_acts.stock_back = console.stock.use_in, console.stock.undo_in
    bridge = Bridge(bus)
    records.never_on(threading.get_ident())
    with ThreadPoolExecutor(1, thread_name_prefix="test-off") as pool:
        yield Site(console, clock, still, bridge, pool)
    bridge.close()
    records.close()


def at(text: str) -> datetime:
    """An instant of the tests' community, `2026-11-22 14:00`."""
    return datetime.fromisoformat(f"{text}+08:00")
