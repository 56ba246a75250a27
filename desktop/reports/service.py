"""Reports: made from the records, printed with the journal head they were made from, and noted in the journal."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Protocol

from db.store import Head, Records, Transaction
from desktop.alarms.views import AlarmView
from desktop.cases.figures import Figures
from desktop.cases.pictures import Image
from desktop.cases.views import CaseDetail, Today
from desktop.energy.views import EnergyReport, Span
from desktop.energy.words import period
from desktop.kernel.clock import Clock
from desktop.kernel.errors import Invalid, NotFound
from desktop.kernel.words import Lang, Words
from desktop.places.views import CommunityView
from desktop.reports.alarm_log import AlarmLog
from desktop.reports.case_print import SIZES, CasePrint
from desktop.reports.energy import EnergySheet
from desktop.reports.job_sheet import JobSheet
from desktop.reports.pdf import Sheet
from desktop.reports.service_report import ServiceSheet
from desktop.security.principal import Principal, act, require
from desktop.things.model import Medium


class AlarmSource(Protocol):
    """What a report needs of the alarms."""

    def log(self, since: datetime, until: datetime) -> Sequence[AlarmView]: ...


class EnergySource(Protocol):
    """What a report needs of the meters."""

    def report(self, medium: Medium, span: Span, day: date) -> EnergyReport: ...


class CommunitySource(Protocol):
    """What a report needs of the places."""

    def community(self) -> CommunityView | None: ...


class ServiceSource(Protocol):
    """What a report needs of the cases."""

    def figures(self, since: datetime, until: datetime, definitions: Collection[str] = ()) -> Figures: ...

    def today(self, who: Principal) -> Today: ...


class CaseSource(Protocol):
    """What a printed form needs of a case."""

    def get(self, case_id: str) -> CaseDetail: ...

    def picture(self, sha256: str) -> Image: ...


@dataclass(frozen=True)
class ReportFile:
    """A report that was made. `path_suggestion` is a file name; `head` is the one printed on it."""

    path_suggestion: str
    data: bytes
    title: str
    head: Head


class Reports:
    """Every report of the office."""

    def __init__(
        self,
        records: Records,
        clock: Clock,
        alarms: AlarmSource,
        places: CommunitySource,
        energy: EnergySource,
        cases: ServiceSource,
        case_files: CaseSource | None = None,
    ) -> None:
        self._records = records
        self._clock = clock
        self._alarms = alarms
        self._places = places
        self._energy = energy
        self._cases = cases
        self._case_files = case_files

    def alarm_log(self, who: Principal, since: datetime, until: datetime, lang: Lang) -> ReportFile:
        """The alarms that began from `since` to before `until`, as a PDF; its making is noted in the journal.

        Everything up to the printed journal head is in it. Raises NotAllowed, Invalid("until") for an empty period.
        """
        require(who, "reports.make")
        if until <= since:
            raise Invalid("the period ends before it begins", "until")
        # The head first: what is written while the report is made may be in it, what was before must be.
        head = self._records.head()
        alarms = sorted(self._alarms.log(since, until), key=lambda alarm: (alarm.onset_at, alarm.id))
        community = self._places.community()
        name, offset = (community.name, community.offset_minutes) if community else ("", 480)
        words, zone = Words(lang), timezone(timedelta(minutes=offset))
        began, ended = (instant.astimezone(zone) for instant in (since, until))
        title = words("reports.alarm_log")
        sheet = Sheet(
            community=name or words("reports.no_community"),
            title=title,
            period=words("reports.period", since=f"{began:%Y-%m-%d %H:%M}", until=f"{ended:%Y-%m-%d %H:%M}"),
            made=self._made(who, words, zone),
            head=str(head),
        )
        data = AlarmLog(words, offset).pdf(sheet, alarms)
        self._note(who, "alarm_log", {"since": since, "until": until, "rows": len(alarms)}, data, offset)
        stem = f"{title}_{name}_{began:%Y%m%d}-{ended:%Y%m%d}" if name else f"{title}_{began:%Y%m%d}-{ended:%Y%m%d}"
        return ReportFile(_file_name(stem) + ".pdf", data, title, head)

    def energy(self, who: Principal, medium: Medium, span: Span, day: date, lang: Lang) -> ReportFile:
        """The medium over the day, its month or its year, as a PDF; its making is noted in the journal.

        Raises NotAllowed.
        """
        require(who, "reports.make")
        head = self._records.head()
        report = self._energy.report(medium, span, day)
        community = self._places.community()
        name, offset = (community.name, community.offset_minutes) if community else ("", 480)
        words, zone = Words(lang), timezone(timedelta(minutes=offset))
        title = words(
            "energy.report.of", report=words(f"energy.report.{span}"), medium=words(f"energy.medium.{medium}")
        )
        sheet = Sheet(
            community=name or words("reports.no_community"),
            title=title,
            period=period(words, span, day),
            made=self._made(who, words, zone),
            head=str(head),
        )
        data = EnergySheet(words).pdf(sheet, report)
        facts = {"medium": medium, "since": report.first, "until": report.last, "rows": len(report.meters)}
        self._note(who, "energy", facts, data, offset)
        at = report.first[: {"day": 10, "month": 7, "year": 4}[span]]
        return ReportFile(_file_name("_".join(filter(None, (title, name, at)))) + ".pdf", data, title, head)

    def service_report(
        self, who: Principal, since: datetime, until: datetime, lang: Lang, definitions: Collection[str] = ()
    ) -> ReportFile:
        """How promised times were kept from `since` to before `until`, of these kinds of case or of all, as a PDF; its
        making is noted in the journal. Raises NotAllowed, Invalid("until") for an empty period.
        """
        require(who, "reports.make")
        head = self._records.head()
        figures = self._cases.figures(since, until, definitions)
        community = self._places.community()
        name, offset = (community.name, community.offset_minutes) if community else ("", 480)
        words, zone = Words(lang), timezone(timedelta(minutes=offset))
        first, last = (at.astimezone(zone) for at in (since, until - timedelta(microseconds=1)))
        title = words("service.report.title")
        sheet = Sheet(
            community=name or words("reports.no_community"),
            title=title,
            period=words("service.period.custom", first=f"{first:%Y-%m-%d}", last=f"{last:%Y-%m-%d}"),
            made=self._made(who, words, zone),
            head=str(head),
        )
        data = ServiceSheet(words, zone).pdf(sheet, figures)
        facts = {"since": since, "until": until, "definitions": sorted(definitions), "rows": figures.whole.opened}
        self._note(who, "service", facts, data, offset)
        stem = "_".join(filter(None, (title, name, f"{first:%Y%m%d}-{last:%Y%m%d}")))
        return ReportFile(_file_name(stem) + ".pdf", data, title, head)

    def case_print(self, who: Principal, case_id: str, form: str, lang: Lang) -> bytes:
        """A printed form that the case's definition names, as PDF bytes; its making is noted in the journal.

        Raises NotAllowed, NotFound for a case or form that is not there.
        """
        require(who, "cases.see")
        if self._case_files is None:
            raise NotFound("no cases are known here")
        files, head = self._case_files, self._records.head()
        detail = files.get(case_id)
        chosen = next((one for one in detail.definition.prints if one.name == form), None)
        if chosen is None:
            raise NotFound(f"{detail.definition.name} has no form {form!r}", form=form)
        name, offset, words, zone = self._setting(lang)

        def picture_of(sha256: str) -> bytes:
            try:
                return files.picture(sha256).data
            except NotFound as error:
                raise LookupError(sha256) from error

        sheet = Sheet(
            community=name or words("reports.no_community"),
            title=words.of(chosen.title),
            period=detail.view.number,
            made=self._made(who, words, zone),
            head=str(head),
            size=SIZES[chosen.size],
        )
        data = CasePrint(words, zone, picture_of).pdf(sheet, detail, chosen)
        self._note(who, "case", {"case": detail.view.number, "form": form}, data, offset)
        return data

    def job_sheet(self, who: Principal, lang: Lang) -> bytes:
        """The open cases of `who` with room to write on, as PDF bytes; its making is noted in the journal."""
        require(who, "cases.see")
        head, today = self._records.head(), self._cases.today(who)
        name, offset, words, zone = self._setting(lang)
        day = f"{self._clock.now().astimezone(zone):%Y-%m-%d}"
        sheet = Sheet(
            community=name or words("reports.no_community"),
            title=words("caseprint.job_sheet"),
            period=words("caseprint.job_sheet_of", name=who.name, day=day),
            made=self._made(who, words, zone),
            head=str(head),
            size=SIZES["A4"],
        )
        groups = (("late", today.late), ("due_today", today.due_today), ("later", today.later))
        data = JobSheet(words, zone).pdf(sheet, groups)
        self._note(who, "job_sheet", {"rows": sum(len(cases) for _, cases in groups)}, data, offset)
        return data

    def _setting(self, lang: Lang) -> tuple[str, int, Words, timezone]:
        community = self._places.community()
        name, offset = (community.name, community.offset_minutes) if community else ("", 480)
        return name, offset, Words(lang), timezone(timedelta(minutes=offset))

    def _made(self, who: Principal, words: Words, zone: timezone) -> str:
        at = f"{self._clock.now().astimezone(zone):%Y-%m-%d %H:%M}"
        return words("reports.made", at=at, by=who.name, terminal=who.terminal, zone=zone)

    def _note(self, who: Principal, name: str, facts: dict[str, Any], data: bytes, offset: int) -> None:
        body = {**facts, "sha256": hashlib.sha256(data).hexdigest()}

        def work(tx: Transaction) -> None:
            tx.note("report", name, {"after": body})

        self._records.write(act(who, f"reports.{name}", self._clock, offset_minutes=offset), work)


def _file_name(text: str) -> str:
    """A name every file system takes."""
    return re.sub(r'[<>:"/\\|?*\x00-\x1f\s]+', "-", text).strip("-. ")[:100]
