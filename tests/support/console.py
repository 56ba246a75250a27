"""A console over a real store, with a field service that says what a test tells it to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from db.engine import open_engine
from db.rollup import Band
from db.store import Changes, Records, create_schema
from desktop.alarms.service import Alarms
from desktop.app import Console
from desktop.assets.service import Assets
from desktop.assets.stock import Stock
from desktop.cases.acts import CaseActs
from desktop.cases.lists import CaseLists
from desktop.cases.schedules import Schedules
from desktop.cases.service import Cases
from desktop.energy.service import Energy
from desktop.field.host import FieldView
from desktop.field.messages import FromField, Health, ToField
from desktop.journal.service import JournalView
from desktop.kernel.bus import Bus, Changed
from desktop.people.duty import DutyRoster
from desktop.people.service import People
from desktop.places.service import Places
from desktop.plans.service import Plans
from desktop.reports.service import Reports
from desktop.security.passwords import Argon2
from desktop.security.service import Accounts
from desktop.security.settings import Settings
from desktop.things.model import Thing
from desktop.things.service import Things
from tests.support.fakes import FakeClock, FakeIds, FieldReads

TERMINAL = "T1"


class QuietField(FieldReads):
    """Knows what it is given, forwards what it is told to say."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[Thing, int]] = {}
        self.said: Health | None = None
        self._handlers: list[Callable[[FromField], None]] = []

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def things(self) -> dict[str, tuple[Thing, int]]:
        return self.known

    def health(self) -> Health | None:
        return self.said

    def on(self, handler: Callable[[FromField], None]) -> None:
        self._handlers.append(handler)

    def send(self, message: ToField) -> None: ...

    def history(
        self, thing_id: str, point: str, since: float, until: float, most: int = 2000
    ) -> list[tuple[float, float]]:
        return []

    def bands(self, thing_id: str, point: str, since: float, until: float, most: int = 500) -> list[Band]:
        return []

    def last_before(self, thing_id: str, point: str, at: float) -> tuple[float, float] | None:
        return None


def make_console(folder: Path, key: bytes, clock: FakeClock, field: QuietField, *, demo: bool = False) -> Console:
    """An empty community's console; nobody can sign in yet. The caller closes `records`."""
    bus, new_id = Bus(), FakeIds()
    path = folder / "records.db"
    engine = open_engine(path, key, "writer")
    with engine.begin() as connection:
        create_schema(connection)
    engine.dispose()

    def committed(ids: Changes) -> None:
        bus.publish(Changed(ids))

    records = Records(path, key, new_id, committed)
    host: FieldView = field
    # A cheap hash: the cost of the real one is the security room's to test.
    accounts = Accounts(records, clock, new_id, TERMINAL, Argon2(passes=1, memory_kib=8, lanes=1))
    places = Places(records, clock, new_id)
    cases = Cases(records, clock, new_id, TERMINAL)
    alarms = Alarms(records, clock, cases, terminal=TERMINAL, confirm_second=accounts.second_person)
    things = Things(records, clock, host)
    energy = Energy(records, clock, things, terminal=TERMINAL)
    lists = CaseLists(records, clock, new_id, cases)
    return Console(
        data_dir=folder, terminal=TERMINAL, demo=demo, clock=clock, new_id=new_id, bus=bus, records=records,
        settings=Settings(records, clock, TERMINAL), accounts=accounts, places=places, people=People(records, clock),
        duty=DutyRoster(records, clock, new_id), things=things, energy=energy, plans=Plans(records, clock, new_id),
        alarms=alarms,
        cases=cases, case_acts=CaseActs(records, clock, new_id, cases, TERMINAL),
        case_lists=lists, schedules=Schedules(records, clock, new_id, TERMINAL, cases),
        assets=Assets(records, clock, new_id, cases), stock=Stock(records, clock, new_id),
        journal=JournalView(records, clock),
        reports=Reports(records, clock, alarms, places, energy, lists, cases), field=host,
    )  # fmt: skip
