"""Reads alarms for screens and reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast

import msgspec
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from db.tables.alarms import AlarmRow
from db.tables.cases import CaseRow
from db.tables.places import Place
from db.tables.security import Operator
from db.tables.things import ThingCard
from desktop.alarms.occurrences import ASKS_SINCE, CALLED, SILENT, is_copy, life_of
from desktop.alarms.pictures import PICTURES, STILLS
from desktop.alarms.views import PRIORITIES, AlarmView
from desktop.cases.evidence import Still
from desktop.places.service import view as place_view
from desktop.things.model import Priority

_RANK = {priority: rank for rank, priority in enumerate(PRIORITIES)}


def views(session: Session, now: datetime, *where: ColumnElement[bool]) -> list[AlarmView]:
    """Every alarm that meets the conditions, in no order."""
    paths: dict[str, tuple[str, ...]] = {}
    found = (
        select(AlarmRow, ThingCard, Operator.name, CaseRow.number)
        .outerjoin(ThingCard, ThingCard.id == AlarmRow.thing_id)
        .outerjoin(Operator, Operator.id == AlarmRow.acknowledged_by)
        .outerjoin(CaseRow, CaseRow.id == AlarmRow.case_id)
        .where(*where)
    )
    return [
        _view(session, row, card, operator, number, paths, now)
        for row, card, operator, number in session.execute(found)
        if not is_copy(row)
    ]


def most_urgent_first(alarms: Iterable[AlarmView]) -> list[AlarmView]:
    """By priority, then the newest first."""
    newest = sorted(alarms, key=lambda alarm: (alarm.onset_at, alarm.id), reverse=True)
    return sorted(newest, key=lambda alarm: _RANK[alarm.priority])


def newest_of_each_rule(alarms: Sequence[AlarmView]) -> list[AlarmView]:
    """A chattering rule's earlier occurrences that nobody acknowledged stand behind its newest one."""
    newest: dict[tuple[str, str], AlarmView] = {}
    for alarm in sorted(alarms, key=lambda alarm: (alarm.onset_at, alarm.id)):
        newest[alarm.thing_id, alarm.rule] = alarm
    return [alarm for alarm in alarms if alarm.active or newest[alarm.thing_id, alarm.rule] is alarm]


def _path(session: Session, place_id: str | None, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    if place_id is None:
        return ()
    if place_id not in known:
        place = session.get(Place, place_id)
        known[place_id] = place_view(session, place).path if place else ()
    return known[place_id]


def _view(
    session: Session,
    row: AlarmRow,
    card: ThingCard | None,
    operator: str | None,
    number: str | None,
    paths: dict[str, tuple[str, ...]],
    now: datetime,
) -> AlarmView:
    life = life_of(row, now, card is not None and card.out_of_service)
    place_id = row.place_id or (card.place_id if card else None)
    return AlarmView(
        id=row.id,
        thing_id=row.thing_id,
        thing_name=(card and card.name) or row.thing_name,
        thing_kind=row.thing_kind,
        place_id=place_id,
        place_path=_path(session, place_id, paths),
        point=row.point,
        rule=row.rule,
        priority=cast(Priority, row.priority),
        life_safety=row.life_safety,
        state=life.state,
        value=row.value,
        limit=row.limit,
        unit=row.unit,
        title=row.texts["title"],
        cause=row.texts["cause"],
        consequence=row.texts["consequence"],
        response=row.texts["response"],
        onset_at=row.onset_at,
        returned_at=row.returned_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by_name=operator,
        shelved_until=row.shelved_until if life.shelved else None,
        case_id=row.case_id,
        case_number=number,
        latch=row.latched,
        suppressed_by=row.suppressed_by if life.suppressed else None,
        comms=row.comms,
        parent_id=row.parent_id,
        escalated=row.escalated,
        escalated_to=tuple(row.extra.get(CALLED, ())),
        pictures=tuple(row.extra.get(PICTURES, ())),
        stills=msgspec.convert(row.extra.get(STILLS, {}), dict[str, Still]),
        silent=row.extra.get(SILENT, ""),
        asks_since=_asks_since(row) if life.state in ("unacknowledged", "returned") else None,
    )


def _asks_since(row: AlarmRow) -> datetime:
    anew = row.extra.get(ASKS_SINCE)
    return datetime.fromisoformat(anew) if anew else row.onset_at
