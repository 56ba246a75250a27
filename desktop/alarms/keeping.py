"""How long what cameras showed of an alarm is kept: pictures of people who were asked nothing go when they have served.

China's regulation on public security video systems (in force since 2025-04-01) has images kept for at least 30 days and
deleted once their purpose is met; whether it binds a housing estate depends on the local reading, so the days are a setting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.store import Records, Transaction
from db.tables.alarms import AlarmRow
from db.tables.cases import CaseRow
from db.tables.plans import Picture
from desktop.alarms.pictures import STILLS
from desktop.kernel.clock import Clock
from desktop.security.principal import act, system
from desktop.security.settings import Settings

DAYS = 30
"""Kept for so long where the setting `stills` names no `days`."""

ERASED = "erased"
"""Of a still: when its picture was taken away, ISO 8601. That there was one, and of which camera, stays."""


class StillKeeper:
    """Takes the pictures of cameras away that are old enough and needed no more."""

    def __init__(self, records: Records, settings: Settings, clock: Clock, terminal: str) -> None:
        self._records, self._settings, self._clock, self._terminal = records, settings, clock, terminal

    def erase_old(self) -> int:
        """Empties the pictures that are due and says so in the journal; returns how many. Reads every alarm with pictures:
        call it about once a day, off the screen's thread."""
        if not self._records.read(lambda session: any(_due(session, self._before()))):
            return 0

        def work(tx: Transaction) -> int:
            erased = 0
            for row, hashes in _due(tx.session, self._before()):
                stills: Mapping[str, Mapping[str, Any]] = row.extra[STILLS]
                gone = {one: {**stills[one], ERASED: tx.act.at.isoformat()} for one in hashes}
                row.extra = {**row.extra, STILLS: {**stills, **gone}}
                for one in hashes:
                    tx.session.get_one(Picture, one).data = b""
                erased += len(hashes)
            return erased

        return self._records.write(act(system(self._terminal), "alarms.erase", self._clock), work)

    def _before(self) -> datetime:
        days = self._settings.get("stills").get("days", DAYS)
        return self._clock.now() - timedelta(days=days if isinstance(days, int) and days > 0 else DAYS)


def _due(session: Session, before: datetime) -> Iterator[tuple[AlarmRow, list[str]]]:
    """Alarms with the hashes of what may go: taken before that instant, and no alarm that shows it stands or has an open
    case, nor had one until then. Alarms of one moment share a camera's picture."""
    wanted = select(AlarmRow, CaseRow.closed_at).outerjoin(CaseRow, CaseRow.id == AlarmRow.case_id)
    old: list[tuple[AlarmRow, set[str]]] = []
    needed: set[str] = set()
    for row, closed in session.execute(wanted.where(AlarmRow.extra[STILLS].is_not(None))):
        stills: Mapping[str, Mapping[str, str]] = row.extra.get(STILLS, {})
        there = {one: datetime.fromisoformat(still["at"]) for one, still in stills.items() if ERASED not in still}
        over = not row.active and (row.case_id is None or (closed is not None and closed < before))
        may_go = {one for one, at in there.items() if over and at < before}
        needed |= set(there) - may_go
        old.append((row, may_go))
    for row, may_go in old:
        if hashes := sorted(may_go - needed):
            yield row, hashes
