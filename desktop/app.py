"""The composition root: opens the stores, starts the field service and hands on one typed `Console`."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from db.errors import StoreError
from db.open import open_records
from db.store import Changes, Records
from desktop.alarms.intake import AlarmIntake
from desktop.alarms.keeping import StillKeeper
from desktop.alarms.last_values import last_values
from desktop.alarms.service import Alarms
from desktop.alarms.stills import StillTaker
from desktop.assets.service import Assets
from desktop.assets.stock import Stock
from desktop.cases.acts import CaseActs
from desktop.cases.lists import CaseLists
from desktop.cases.runhours import run_hours
from desktop.cases.schedules import Schedules
from desktop.cases.service import Cases
from desktop.energy.service import Energy
from desktop.field.host import FieldView, ProcessHost, ThreadHost
from desktop.field.messages import AlarmChange, FieldSettings, FromField, Standing
from desktop.field.stills import Stills
from desktop.journal.service import JournalView
from desktop.kernel.bus import Bus, Changed
from desktop.kernel.clock import Clock, SystemClock
from desktop.kernel.ids import NewId, uuid7
from desktop.kernel.terminal import terminal_code
from desktop.people.duty import DutyRoster
from desktop.people.service import People
from desktop.places.service import Places
from desktop.plans.service import Plans
from desktop.reports.service import Reports
from desktop.security import keys
from desktop.security.check import run_checks_open
from desktop.security.service import Accounts
from desktop.security.settings import Settings
from desktop.security.views import Check
from desktop.sitefiles import refused_files
from desktop.things.office import stored_overrides
from desktop.things.service import Things
from resources.loader import folder

log = logging.getLogger(__name__)

Hosting = Literal["process", "thread"]

SITE_CASES = "cases"
"""The folder of a site's own kinds of case, in its data folder."""

READING_BEATS, FIRST_READING = 1800, 30
"""Beats (one a second) between two closings of the meters' days, and before the first."""
ERASING_BEATS, FIRST_ERASING = 86_400, 90
"""Beats between two looks for pictures whose time is up, and before the first."""
SHELF_BEATS = 10
"""Beats between two looks for what its time has come for: shelves that are up, alarms that ask
again, alarms that go up."""


@dataclass
class Console:
    """Everything a window or a command needs, already open. `close` ends it in the right order."""

    data_dir: Path
    terminal: str
    demo: bool
    clock: Clock
    new_id: NewId
    bus: Bus
    records: Records
    settings: Settings
    accounts: Accounts
    places: Places
    people: People
    duty: DutyRoster
    things: Things
    energy: Energy
    plans: Plans
    alarms: Alarms
    cases: Cases
    case_acts: CaseActs
    case_lists: CaseLists
    schedules: Schedules
    assets: Assets
    stock: Stock
    journal: JournalView
    reports: Reports
    field: FieldView
    _closers: list[Callable[[], None]] = dataclasses.field(default_factory=list)

    def check(self) -> list[Check]:
        """The self-test of the running console. Waits for the disk."""

        def link() -> tuple[bool, str]:
            health = self.field.health()
            return health is not None and health.link == "up", health.link_detail if health else "no word yet"

        return run_checks_open(
            self.data_dir,
            self.records,
            self.clock,
            refused=refused_files(self.data_dir),
            link=link,
        )

    def close(self) -> None:
        """Stops the field service, then finishes the writes that are under way, then lets go of the stores."""
        while self._closers:
            self._closers.pop()()


def open_console(
    data_dir: Path,
    *,
    passphrase: str | None = None,
    broker: str | None = None,
    hosting: Hosting = "process",
    clock: Clock | None = None,
    terminal: str | None = None,
) -> Console:
    """Opens the store in `data_dir` and starts its field service.

    `broker` (`mqtt://HOST:PORT`) goes before the store's setting. Raises LinliError or StoreError when the store does not
    open: wrong passphrase, damage, a later version's file.
    """
    clock = clock or SystemClock()
    bus = Bus()

    def new_id() -> str:
        return uuid7(clock.now())

    def committed(ids: Changes) -> None:
        bus.publish(Changed(ids))

    key = keys.unlock(data_dir, passphrase)
    records = open_records(data_dir, key, new_id, committed)
    terminal = terminal or terminal_code(data_dir)
    settings = Settings(records, clock, terminal)
    accounts = Accounts(records, clock, new_id, terminal)
    places = Places(records, clock, new_id)
    community = places.community()
    cases = Cases(records, clock, new_id, terminal, folder("cases"), data_dir / SITE_CASES)
    field = FieldSettings(
        broker=broker or settings.broker(),
        community=community.code if community else "",
        utc_offset=community.offset_minutes if community else 480,
        data_dir=str(data_dir),
        key=keys.field_key(key),
        overrides=stored_overrides(records),
    )
    host: FieldView = (ProcessHost if hosting == "process" else ThreadHost)(field)
    things = Things(records, clock, host)
    alarms = Alarms(
        records,
        clock,
        cases,
        terminal=terminal,
        confirm_second=accounts.second_person,
        last_values=last_values(things, clock),
        parent_of=lambda thing_id: view.thing.parent if (view := things.get(thing_id)) else None,
    )
    energy = Energy(
        records, clock, things, terminal=terminal, offset_minutes=community.offset_minutes if community else 480
    )
    case_lists = CaseLists(records, clock, new_id, cases)
    console = Console(
        data_dir=data_dir,
        terminal=terminal,
        demo=keys.is_open(data_dir),
        clock=clock,
        new_id=new_id,
        bus=bus,
        records=records,
        settings=settings,
        accounts=accounts,
        places=places,
        people=People(records, clock),
        duty=DutyRoster(records, clock, new_id),
        things=things,
        energy=energy,
        plans=Plans(records, clock, new_id),
        alarms=alarms,
        cases=cases,
        case_acts=CaseActs(records, clock, new_id, cases, terminal),
        case_lists=case_lists,
        schedules=Schedules(records, clock, new_id, terminal, cases, run_hours(things)),
        assets=Assets(records, clock, new_id, cases),
        stock=Stock(records, clock, new_id),
        journal=JournalView(records, clock),
        reports=Reports(records, clock, alarms, places, energy, case_lists, cases),
        field=host,
    )
    cases.parts_used, console.case_acts.stock_back = console.stock.use_in, console.stock.undo_in
    console._closers += [records.close, _follow_field(console, Stills(field))]
    return console


def _follow_field(console: Console, stills: Stills) -> Callable[[], None]:
    """Carries what the field service tells into the records store and onto the bus; returns what ends it.

    Alarm changes are recorded on a thread of their own, in order, so that a slow disk holds up neither the intake nor
    the other messages.
    """
    recorder = ThreadPoolExecutor(1, thread_name_prefix="alarm-intake")
    intake = AlarmIntake(console.alarms, console.field.send)

    pictures = StillTaker(console.alarms, console.things.all, console.places.around, stills.take, console.clock)
    old_stills = StillKeeper(console.records, console.settings, console.clock, console.terminal)
    keeper = ThreadPoolExecutor(1, thread_name_prefix="housekeeping")
    beats, stopping = itertools.count(), threading.Event()

    def beat_on() -> None:
        # By our own clock, not by the field's word: shelves end and alarms go up while the field is dead as well.
        under_way: Future[None] | None = None
        while not stopping.wait(1.0):
            if under_way is None or under_way.done():
                under_way = recorder.submit(_logged, on_beat)

    def on_beat() -> None:
        if intake.waiting:
            intake.retry()
        beat = next(beats)
        if beat % SHELF_BEATS == 0:
            console.alarms.expire_shelves()
            console.alarms.start_owed()
            console.alarms.realarm_due()
            console.alarms.escalate_due()
            # Not here: a plan that catches up opens many cases, and after a start every open case is looked at.
            keeper.submit(_logged, console.case_acts.tick)
            keeper.submit(_logged, console.schedules.open_due)
        if beat % READING_BEATS == FIRST_READING:
            # On a thread of its own: it asks for every meter's history, and no alarm waits for that.
            keeper.submit(_logged, console.energy.close_days)
        if beat % ERASING_BEATS == FIRST_ERASING:
            keeper.submit(_logged, old_stills.erase_old)

    def heard(message: FromField) -> None:
        if isinstance(message, AlarmChange):
            recorder.submit(_logged, intake.take, message)
            recorder.submit(_logged, pictures.hear, message)
            return
        if isinstance(message, Standing):
            recorder.submit(_logged, console.alarms.only_active, message.alarm_ids)
            return
        console.bus.publish(message)

    maintained = set(out_of_service(console.records))

    def weigh_maintenance() -> None:
        now = set(out_of_service(console.records))
        for thing_id in maintained - now:
            console.alarms.back_in_service(thing_id)
        maintained.clear()
        maintained.update(now)

    def changed(event: Changed) -> None:
        console.things.changed(event)
        # Not here: this is the store's writer thread, and coming back into service writes.
        if event.touches("thing"):
            recorder.submit(_logged, weigh_maintenance)

    unsubscribe = console.bus.subscribe(Changed, changed)
    console.field.on(heard)
    console.field.start()
    beater = threading.Thread(target=beat_on, name="beat", daemon=True)
    beater.start()

    def end() -> None:
        stopping.set()
        beater.join()
        unsubscribe()
        console.field.stop()
        recorder.shutdown(wait=True)
        stills.close()
        pictures.close()
        keeper.shutdown(wait=True)

    return end


def _logged(work: Callable[..., object], *args: object) -> None:
    """Runs work of the recorder; what it raises nobody waits for, so it is logged here."""
    try:
        work(*args)
    except StoreError as error:
        log.warning("the records store refused: %s", error)
    except Exception:
        log.exception("the work of a beat failed")


def out_of_service(records: Records) -> tuple[str, ...]:
    """Ids of the things under maintenance."""
    from sqlalchemy import select

    from db.tables.things import ThingCard

    return tuple(
        records.read(lambda session: session.scalars(select(ThingCard.id).where(ThingCard.out_of_service)).all())
    )
