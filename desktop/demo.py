"""`linli demo`: a whole sample community on this machine, made of the real parts.

A real encrypted store, a real broker, a simulated building publishing over it in a process of its own, the field
service in another, and the console. Only the building is not real, and every value of it is marked as simulated.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol

from db.open import open_records
from db.store import Records, Transaction
from db.tables.energy import FLOW, MeterReading
from db.tables.places import Place
from db.tables.things import ThingCard
from db.telemetry import Telemetry
from desktop.cases.sample import fill_sample
from desktop.commands.stores import new_id, say
from desktop.field.broker import Kind, start_broker
from desktop.field.service import TELEMETRY_FILE
from desktop.kernel.clock import SystemClock
from desktop.kernel.errors import Refused
from desktop.kernel.ids import deterministic_id
from desktop.opening import Opening
from desktop.people.duty import DutyRoster
from desktop.people.sample_duty import put_week
from desktop.places.sample import SAMPLE_COMMUNITY, build_sample
from desktop.plans.sample import draw_sample
from desktop.plans.service import Plans
from desktop.security import keys
from desktop.security.principal import act, system
from desktop.security.service import Accounts
from desktop.security.settings import Settings
from desktop.simulate.building import devices
from desktop.simulate.past import past_days, remember, today
from desktop.simulate.scenario import DEFAULT, known
from desktop.simulate.sensors import Sensors, fleet
from desktop.things.loader import load_models

TERMINAL = "D1"

SEED = 1
"""Of the simulated building, so that its past and its present are of one piece."""

DAYS, LATE_DAYS = 400, 120
"""For how many days before it began the demo has readings of the supply meters, and of all others; these have the days
of a year before again, to hold this month against. All days of all meters would take a new demo several seconds more."""

OTHERS = ("feng.guard", "zhou.desk", "gao.engineer", "yuan.audit")
"""Accounts of the sample's staff that get a password too, to see the console as a guard, clerk, engineer or auditor."""


class RunConsole(Protocol):
    """The window's entry (`ui.app.run_console`), handed in because this floor does not know it."""

    def __call__(
        self, opening: Opening, *, seconds: float | None = ..., screenshots: Path | None = ..., lang: str | None = ...
    ) -> int: ...


def run_demo(args: argparse.Namespace, run_console: RunConsole) -> int:
    """Runs the demo until its window closes or `--seconds` pass. Without a display it draws offscreen, and says so."""
    known(args.scenario)
    folder = args.data_dir or default_folder()
    headless = args.headless or not has_display()
    seconds, screenshots = args.seconds, args.screenshots
    if headless:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        screenshots = screenshots or folder / "screenshots"
        seconds = 60.0 if seconds is None else seconds
        if not args.headless:
            say(f"no display here: running headless for {seconds:.0f} s, screenshots go to {screenshots}")
    make_demo_store(folder)
    password = demo_passwords(folder)["demo"]
    with demo_broker(folder, args.own_broker) as url, simulated_building(url, args.scenario):
        found_broker(folder, url)
        say(f"demo in {folder}: broker {url}; sign in as demo, password {password}")
        opening = Opening(folder, broker=url, sign_in_as=("demo", password))
        return run_console(opening, seconds=seconds, screenshots=screenshots, lang=args.lang)


def found_broker(folder: Path, url: str) -> None:
    """Notes the broker's address of this run in the store, so that other commands on it need not be told."""
    records = open_records(folder, keys.unlock(folder, None), new_id)
    try:
        Settings(records, SystemClock(), TERMINAL).found_broker(url)
    finally:
        records.close()


def default_folder() -> Path:
    """Where the demo lives when nobody says: beside, not in, the real store's folder."""
    import platformdirs

    return Path(platformdirs.user_data_dir("linli-demo", appauthor=False))


def has_display() -> bool:
    """Whether a window can be shown: always on Windows and macOS; X11 or Wayland elsewhere."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return os.environ.get("QT_QPA_PLATFORM") != "offscreen"
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def make_demo_store(folder: Path) -> None:
    """Makes the sample community, once. Its key lies open beside it (`linli check` says so): it holds nobody's data.

    Made beside its place and moved there whole, so that an interrupted making leaves nothing half-done. Raises Refused
    when a store that is no demo's is there.
    """
    if (folder / "demo.json").exists():
        return
    killed = list(folder.glob("making-*"))
    if keys.exist(folder) and not (killed and keys.is_open(folder)):
        raise Refused(f"{folder} holds a store that is not the demo's")
    # A making that was killed left its scratch folder, and perhaps files it had moved out already: its own, all of them.
    for left in killed:
        shutil.rmtree(left)
        for moved in (
            "keys.json",
            *(file.name for file in folder.glob("records.db*")),
            "telemetry.db",
            "terminal.json",
        ):
            (folder / moved).unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="making-", dir=folder) as scratch:
        passwords = _fill(Path(scratch))
        file = Path(scratch) / "demo.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(passwords, indent=1), encoding="utf-8")
        # demo.json last: it says that everything is there.
        for made in sorted(Path(scratch).iterdir(), key=lambda made: made.name == "demo.json"):
            made.replace(folder / made.name)


def _fill(folder: Path) -> dict[str, str]:
    """Keys, community, people, cards and accounts; gives the passwords by login."""
    clock = SystemClock()
    key = keys.create_keys(folder, None, open=True)
    records = open_records(folder, key, new_id)
    try:
        accounts = Accounts(records, clock, new_id, TERMINAL)
        passwords = {"demo": new_password()}
        who = accounts.set_up("demo", "演示", passwords["demo"])
        build_sample(records, clock, new_id, TERMINAL)
        records.write(act(system(TERMINAL), "things.sample", clock), _cards)
        draw_sample(Plans(records, clock, new_id), who)
        operators = accounts.operators()
        sensors = fleet(devices("small"), load_models().models, SEED)
        _readings(records, sensors, today(clock.now().timestamp()))
        ids = {operator.login: operator.id for operator in operators}
        for left in fill_sample(records, accounts, new_id, TERMINAL, who, clock.now()).left_out:
            say(f"not in the sample's work: {left}")
        put_week(DutyRoster(records, clock, new_id), who, ids, today(clock.now().timestamp()), 480)
        for operator in operators:
            if operator.login in OTHERS:
                passwords[operator.login] = new_password()
                accounts.reset_password(who, operator.id, passwords[operator.login])
    finally:
        records.close()
    telemetry = Telemetry(folder / TELEMETRY_FILE, keys.field_key(key))
    now = clock.now().timestamp()
    remember(telemetry, sensors, now)
    # Here, or the first minutes of the field service would do it.
    telemetry.settle(round(now * 1000))
    telemetry.close()
    return passwords


def new_password() -> str:
    """One that the password rule takes, different for every demo."""
    return secrets.token_urlsafe(8) + "aA1"


def demo_passwords(folder: Path) -> dict[str, str]:
    """The generated passwords of the demo's operators, by login."""
    found: dict[str, str] = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
    return found


def _cards(tx: Transaction) -> None:
    """The office's cards of the building's things, so that a device which never speaks is missed."""
    places = {place.code: place.id for place in tx.session.query(Place)}
    for thing in devices("small"):
        tx.add(ThingCard(id=thing.id, kind=thing.kind, name=thing.name, place_id=places.get(thing.place)))


def _readings(records: Records, sensors: Sequence[Sensors], until: date) -> None:
    """What the meters counted on each day, back to where there is a year before to hold against."""
    late, year_ago = ((until - timedelta(days=days)).isoformat() for days in (LATE_DAYS, 365))
    rows = [
        row for row in past_days(sensors, until, DAYS, LATE_DAYS)
        if row.use == "supply" or not year_ago <= row.day < late
    ]  # fmt: skip

    def work(tx: Transaction) -> None:
        places = {place.code: place.id for place in tx.session.query(Place)}
        where = {one.device.id: places.get(one.device.place) for one in sensors}
        for row in rows:
            tx.add(
                MeterReading(
                    id=deterministic_id("reading", row.thing_id, row.point, row.day),
                    thing_id=row.thing_id, point=row.point, day=row.day, medium=row.medium, unit=row.unit,
                    use=row.use, place_id=where[row.thing_id], reading=row.reading, used=row.used, night=row.night,
                    extra={FLOW: row.flow},
                )
            )  # fmt: skip

    records.write(act(system(TERMINAL), "energy.sample", SystemClock()), work)


@contextmanager
def demo_broker(folder: Path, which: Kind | None) -> Iterator[str]:
    """A broker of the demo's own on a free loopback port; gives its address."""
    broker = start_broker(folder / "broker", which)
    try:
        yield broker.url
    finally:
        broker.stop()


@contextmanager
def simulated_building(url: str, scenario: str = DEFAULT) -> Iterator[None]:
    """The sample building in a process of its own, which ends with this one whatever happens to it."""
    command: list[Any] = [sys.executable, "-m", "desktop.cli", "simulate", "--broker", url, "--with-parent"]
    command += ["--community", SAMPLE_COMMUNITY, "--seed", str(SEED), "--scenario", scenario]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    try:
        yield
    finally:
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
