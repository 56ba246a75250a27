"""The self-test: what `linli check` prints and the check page shows. Data in, findings out."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import journal
from db.engine import OLDEST_SQLITE
from db.errors import StoreError
from db.open import STORE, check_header, connected, key_matches, quick_check
from db.store import Records
from db.tables.journal import Entry
from desktop.cases.calendar import load_calendars, missing_years
from desktop.kernel.clock import Clock, SystemClock
from desktop.kernel.errors import LinliError
from desktop.security import keys
from desktop.security.views import Check
from resources.loader import DataFileError, folder

LEAST_FREE = 0.05
"""Part of the disk that must be free."""

# No correct clock shows less: this version did not exist before.
BUILT = datetime(2026, 11, 1, tzinfo=UTC)

FONTS = ("NotoSansSC-Regular.ttf", "NotoSansSC-Medium.ttf", "NotoSansSC-SemiBold.ttf")

BROKER_PATIENCE = 3.0
"""Seconds for the broker to answer."""


def run_checks(
    data_dir: Path,
    passphrase: str | None = None,
    *,
    broker: str | None = None,
    anchors: Mapping[int, str] | None = None,
    clock: Clock | None = None,
    refused: Iterable[DataFileError] = (),
) -> list[Check]:
    """The self-test of a store from outside, as the command line runs it; the store may be open elsewhere.

    `broker` is `mqtt[s]://HOST:PORT`; `anchors` are journal heads as printed on reports. Never raises for what it finds.
    """
    findings = [library()]
    try:
        key = keys.unlock(data_dir, passphrase)
    except LinliError as error:
        findings.append(Check("keys", False, str(error)))
    else:
        findings += [key_slots(data_dir), store(data_dir / STORE, key), chain(data_dir / STORE, key, anchors)]
        findings += [clock_plausible(clock or SystemClock(), newest_entry(data_dir / STORE, key))]
        findings += [telemetry(data_dir, keys.field_key(key))]
    findings += [disk(data_dir), fonts(), data_files(refused), holidays(clock or SystemClock())]
    if broker:
        findings.append(reachable(broker))
    return findings


def run_checks_open(
    data_dir: Path,
    records: Records,
    clock: Clock,
    *,
    refused: Iterable[DataFileError] = (),
    link: Callable[[], tuple[bool, str]] | None = None,
) -> list[Check]:
    """The self-test of a console that is running, on its own open store. `link` tells how the broker's connection is.
    Never raises for what it finds.
    """
    findings = [library(), key_slots(data_dir), _open_store(records), _open_chain(records)]
    findings += [
        clock_plausible(clock, _open_newest(records)),
        telemetry(data_dir, None),
        disk(data_dir),
        fonts(),
        data_files(refused),
        holidays(clock),
    ]
    if link:
        findings.append(Check("broker", *link()))
    return findings


def library() -> Check:
    """SQLite new enough not to lose committed pages."""
    return Check("library", sqlcipher.sqlite_version_info >= OLDEST_SQLITE, f"SQLite {sqlcipher.sqlite_version}")


def key_slots(data_dir: Path) -> Check:
    """The ways into the store. One that lies open, as only a demo has it, is told loudly."""
    try:
        ways = keys.ways(data_dir)
    except LinliError as error:
        return Check("keys", False, str(error))
    if ways.open:
        return Check("keys", True, "WARNING, DEMO STORE: the key lies open beside it and anybody can read it")
    return Check("keys", ways.passphrase, "passphrase" + (", system keyring" if ways.keyring else ""))


def store(path: Path, key: bytes) -> Check:
    """The store opens with its key and SQLite finds every page whole."""
    try:
        if not path.exists():
            raise StoreError("missing", f"{path} is gone; restore a backup")
        if not key_matches(path.parent, key):
            raise StoreError("wrong_key", "this key is another store's")
        schema = check_header(path, key)
        quick_check(path, key)
    except StoreError as error:
        return Check("store", False, str(error))
    return Check("store", True, f"schema {schema}")


def chain(path: Path, key: bytes, anchors: Mapping[int, str] | None = None) -> Check:
    """The journal's chain holds, up to the heads that were printed."""
    try:
        return _verdict(journal.verify_file(path, key, anchors))
    except StoreError as error:
        return Check("journal", False, str(error))


def newest_entry(path: Path, key: bytes) -> datetime | None:
    """The newest time in the journal, None where it cannot be read: another check tells that."""
    try:
        with connected(path, key) as connection:
            newest = connection.execute("SELECT max(at) FROM journal").fetchone()[0]
    except StoreError:
        return None
    return datetime.fromisoformat(newest) if newest else None


def clock_plausible(clock: Clock, newest: datetime | None) -> Check:
    """The clock is not before this version was made, nor before what the journal has seen."""
    now = clock.now()
    shown = now.astimezone().isoformat(timespec="seconds")
    if now < BUILT:
        return Check("clock", False, f"{shown} is before this version was made")
    # Two minutes: time servers set clocks back a little.
    if newest and (newest - now).total_seconds() > 120:
        return Check(
            "clock", False, f"{shown}, but the journal was written until {newest.isoformat(timespec='seconds')}"
        )
    return Check("clock", True, shown)


def telemetry(data_dir: Path, key: bytes | None) -> Check:
    """The history of values, a file that may be lost: that it is not there yet is no failure."""
    path = data_dir / "telemetry.db"
    if not path.exists():
        return Check("telemetry", True, "not there yet")
    size = f"{path.stat().st_size / 1e6:.1f} MB"
    if key is None:
        return Check("telemetry", True, size)
    try:
        with connected(path, key) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except StoreError as error:
        return Check("telemetry", error.reason == "busy", f"{size}, {error}")
    return Check("telemetry", True, size)


def disk(data_dir: Path) -> Check:
    """Room for the store to grow and for a backup."""
    there = next(path for path in (data_dir, *data_dir.absolute().parents) if path.exists())
    usage = shutil.disk_usage(there)
    return Check("disk", usage.free >= LEAST_FREE * usage.total, f"{100 * usage.free / usage.total:.0f} % free")


def fonts() -> Check:
    """The bundled fonts, for the screen and for PDFs."""
    lost = [name for name in FONTS if not folder("fonts", name).is_file()]
    return Check("fonts", not lost, f"missing: {', '.join(lost)}" if lost else f"{len(FONTS)} files")


def data_files(refused: Iterable[DataFileError]) -> Check:
    """Thing models and case definitions that were refused at load."""
    problems = [str(error) for error in refused]
    return Check("data_files", not problems, "; ".join(problems) or "all read")


def holidays(clock: Clock) -> Check:
    """The yearly files of public holidays. No failure where one is missing, for promised times still leave out weekends,
    but told loudly."""
    try:
        missing = missing_years(load_calendars(folder("calendars")).values(), clock.now().astimezone().date())
    except DataFileError as error:
        return Check("calendars", False, str(error))
    years = ", ".join(map(str, missing))
    return Check("calendars", True, f"WARNING, NO HOLIDAYS OF {years}: only weekends are off" if years else "all there")


def reachable(url: str) -> Check:
    """Whether something listens where the broker should be."""
    parts = urlsplit(url)
    try:
        port = parts.port or (8883 if parts.scheme == "mqtts" else 1883)
        with socket.create_connection((parts.hostname or "127.0.0.1", port), BROKER_PATIENCE):
            return Check("broker", True, f"{parts.hostname}:{port} answers")
    except (OSError, ValueError) as error:
        # The address may hold a password: only host and reason are shown.
        return Check("broker", False, f"{parts.hostname}: {error}")


def _open_store(records: Records) -> Check:
    try:
        found = records.read(_quick_check)
    except StoreError as error:
        return Check("store", False, str(error))
    return Check("store", found == "ok", found)


def _quick_check(session: Session) -> str:
    return str(session.connection().exec_driver_sql("PRAGMA quick_check(1)").scalar_one())


def _open_chain(records: Records) -> Check:
    try:
        return _verdict(records.verify())
    except StoreError as error:
        return Check("journal", False, str(error))


def _open_newest(records: Records) -> datetime | None:
    try:
        return records.read(lambda session: session.scalar(select(func.max(Entry.at))))
    except StoreError:
        return None  # the store's own check tells it


def _verdict(verdict: journal.Verdict) -> Check:
    entries = f"{verdict.entries} entries, head {verdict.head}"
    return Check("journal", verdict.ok, entries if verdict.ok else f"{verdict.problem} ({entries} hold)")
