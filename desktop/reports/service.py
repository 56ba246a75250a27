"""Reports: made from the records, printed with the journal head they were made from, and noted in the journal."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Protocol

from db.store import Head, Records, Transaction
from desktop.alarms.views import AlarmView
from desktop.kernel.clock import Clock
from desktop.kernel.errors import Invalid
from desktop.kernel.words import Lang, Words
from desktop.places.views import CommunityView
from desktop.reports.alarm_log import AlarmLog
from desktop.reports.pdf import Sheet
from desktop.security.principal import Principal, act, require


class AlarmSource(Protocol):
    """What a report needs of the alarms."""

    def log(self, since: datetime, until: datetime) -> Sequence[AlarmView]: ...


class CommunitySource(Protocol):
    """What a report needs of the places."""

    def community(self) -> CommunityView | None: ...


@dataclass(frozen=True)
class ReportFile:
    """A report that was made. `path_suggestion` is a file name; `head` is the one printed on it."""

    path_suggestion: str
    data: bytes
    title: str
    head: Head


class Reports:
    """Every report of the office."""

    def __init__(self, records: Records, clock: Clock, alarms: AlarmSource, places: CommunitySource) -> None:
        self._records = records
        self._clock = clock
        self._alarms = alarms
        self._places = places

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
        made = words(
            "reports.made", at=f"{self._clock.now().astimezone(zone):%Y-%m-%d %H:%M}", by=who.name, terminal=who.terminal,
            zone=zone,
        )  # fmt: skip
        title = words("reports.alarm_log")
        sheet = Sheet(
            community=name or words("reports.no_community"),
            title=title,
            period=words("reports.period", since=f"{began:%Y-%m-%d %H:%M}", until=f"{ended:%Y-%m-%d %H:%M}"),
            made=made,
            head=str(head),
        )
        data = AlarmLog(words, offset).pdf(sheet, alarms)
        self._note(who, since, until, len(alarms), data, offset)
        stem = f"{title}_{name}_{began:%Y%m%d}-{ended:%Y%m%d}" if name else f"{title}_{began:%Y%m%d}-{ended:%Y%m%d}"
        return ReportFile(_file_name(stem) + ".pdf", data, title, head)

    def _note(self, who: Principal, since: datetime, until: datetime, rows: int, data: bytes, offset: int) -> None:
        body = {"since": since, "until": until, "rows": rows, "sha256": hashlib.sha256(data).hexdigest()}

        def work(tx: Transaction) -> None:
            tx.note("report", "alarm_log", {"after": body})

        self._records.write(act(who, "reports.alarm_log", self._clock, offset_minutes=offset), work)


def _file_name(text: str) -> str:
    """A name every file system takes."""
    return re.sub(r'[<>:"/\\|?*\x00-\x1f\s]+', "-", text).strip("-. ")[:100]
