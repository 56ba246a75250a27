"""`linli alarms | report`: what the records store holds, without a window and without a broker."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from db.open import open_records
from db.rollup import Band
from desktop.alarms.service import Alarms
from desktop.cases.lists import CaseLists
from desktop.cases.service import Cases
from desktop.commands.folders import data_dir
from desktop.commands.stores import new_id, passphrase, print_json, say
from desktop.energy.service import Energy
from desktop.kernel.clock import SystemClock
from desktop.kernel.errors import Invalid
from desktop.kernel.terminal import terminal_code
from desktop.places.service import Places
from desktop.reports.service import ReportFile, Reports
from desktop.security import keys
from desktop.security.principal import command_line
from desktop.security.service import Accounts
from desktop.things.model import Reading
from desktop.things.views import ThingView


def alarms(args: argparse.Namespace) -> int:
    """Lists alarms that are not over, or all of them."""
    with _Office(args) as office:
        found = office.alarms.log(datetime.min.replace(tzinfo=UTC), _far()) if args.all else office.alarms.open()
    rows: list[dict[str, Any]] = [
        {
            "id": alarm.id,
            "thing": alarm.thing_id,
            "point": alarm.point,
            "priority": alarm.priority,
            "state": alarm.state,
            "since": alarm.onset_at.isoformat(),
            "value": alarm.value,
            "text": alarm.title.get(args.lang or "zh", alarm.title["zh"]),
        }
        for alarm in found
    ]
    if args.json:
        print_json(rows)
    else:
        for row in rows:
            say(f"{row['priority']:<8} {row['state']:<14} {row['since'][:19]} {row['thing']:<18} {row['text']}")
    return 0


def report(args: argparse.Namespace) -> int:
    """Writes the alarm log or the promised times of a period, or the energy report of a month, as a PDF."""
    makers: dict[str, Callable[[_Office, argparse.Namespace], ReportFile]] = {
        "alarms": _alarm_log, "energy": _energy, "service": _service,
    }  # fmt: skip
    with _Office(args) as office:
        made = makers[args.name](office, args)
    args.out.write_bytes(made.data)
    if args.json:
        print_json({"file": str(args.out), "bytes": len(made.data), "head": str(made.head)})
    else:
        say(f"{args.out}: {made.title}, journal head {made.head}")
    return 0


def _alarm_log(office: _Office, args: argparse.Namespace) -> ReportFile:
    now = SystemClock().now()
    since = _instant(args.since, office.zone, now - timedelta(days=7))
    until = _instant(args.until, office.zone, now)
    if since >= until:
        raise Invalid("the period ends before it begins", "from")
    return office.reports.alarm_log(command_line(office.terminal), since, until, args.lang or "zh")


def _service(office: _Office, args: argparse.Namespace) -> ReportFile:
    now = SystemClock().now()
    since = _instant(args.since, office.zone, now - timedelta(days=7))
    until = _instant(args.until, office.zone, now)
    return office.reports.service_report(command_line(office.terminal), since, until, args.lang or "zh")


def _energy(office: _Office, args: argparse.Namespace) -> ReportFile:
    if args.month is None:
        day = SystemClock().now().astimezone(office.zone).date() - timedelta(days=1)
    else:
        try:
            day = date.fromisoformat(f"{args.month}-01")
        except ValueError as error:
            raise Invalid(f"{args.month} is no month (YYYY-MM)", "month") from error
    return office.reports.energy(command_line(office.terminal), args.medium, "month", day, args.lang or "zh")


class _Office:
    """The store's services without the field service."""

    def __init__(self, args: argparse.Namespace) -> None:
        folder, clock = data_dir(args), SystemClock()
        self.terminal = terminal_code(folder)
        self._records = open_records(folder, keys.unlock(folder, passphrase(args, folder)), new_id)
        accounts = Accounts(self._records, clock, new_id, self.terminal)
        cases = Cases(self._records, clock, new_id, self.terminal)
        self.places = Places(self._records, clock, new_id)
        self.alarms = Alarms(self._records, clock, cases, terminal=self.terminal, confirm_second=accounts.second_person)
        community = self.places.community()
        offset = community.offset_minutes if community else 480
        self.zone = timezone(timedelta(minutes=offset))
        energy = Energy(self._records, clock, _Unheard(), terminal=self.terminal, offset_minutes=offset)
        lists = CaseLists(self._records, clock, new_id, cases)
        self.reports = Reports(self._records, clock, self.alarms, self.places, energy, lists)

    def __enter__(self) -> _Office:
        return self

    def __exit__(self, *_error: object) -> None:
        self._records.close()


class _Unheard:
    """No field service, so no live meter: what is on record says it all."""

    def all(self) -> tuple[ThingView, ...]:
        return ()

    def bands(self, thing_id: str, point: str, since: float, until: float, most: int = 500) -> list[Band]:
        return []

    def last_before(self, thing_id: str, point: str, at: float) -> tuple[float, float] | None:
        return None

    def reading(self, thing_id: str, point: str) -> Reading:
        return Reading(None, "none", 0.0)


def _instant(text: str | None, zone: timezone, default: datetime) -> datetime:
    if text is None:
        return default
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    except ValueError as error:
        raise Invalid(f"{text} is no date (YYYY-MM-DD or YYYY-MM-DDTHH:MM)", "from") from error


def _far() -> datetime:
    return datetime.max.replace(tzinfo=UTC)
