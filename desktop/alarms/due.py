"""Which alarms wait for their time: for the end of a shelf, to ask again, for the case that their rule starts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from db.tables.alarms import AlarmRow
from desktop.alarms.occurrences import HIDDEN, OWED, is_out, life_of, not_over
from desktop.alarms.rules import after


def on_shelves(session: Session) -> dict[str, datetime]:
    """Until when alarms are shelved, by id."""
    found = select(AlarmRow.id, AlarmRow.shelved_until).where(not_over(), AlarmRow.shelved_until.is_not(None))
    return {id_: until for id_, until in session.execute(found) if until is not None}


def answered(session: Session, now: datetime) -> dict[str, tuple[datetime, int]]:
    """Of alarms in sight that will ask again: when they were acknowledged, and after how many seconds they do; by id."""
    found = and_(AlarmRow.active.is_(True), AlarmRow.acknowledged.is_(True), AlarmRow.re_alarm > 0)
    rows = [
        row
        for row in session.scalars(select(AlarmRow).where(found))
        if after(life := life_of(row, now, is_out(session, row)), "realarm") != life
    ]
    return {row.id: (row.acknowledged_at or row.onset_at, row.re_alarm) for row in rows}


def owed(session: Session, now: datetime) -> list[AlarmRow]:
    """Active alarms in sight whose rule starts a case by itself that was not started at their onset."""
    active = select(AlarmRow).where(AlarmRow.active.is_(True), AlarmRow.case_id.is_(None))
    rows = [row for row in session.scalars(active) if OWED in row.extra]
    return [row for row in rows if life_of(row, now, is_out(session, row)).state not in HIDDEN]
