"""Reads alarms for screens and reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import msgspec
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from db.tables.alarms import AlarmRow
from db.tables.cases import CaseRow
from db.tables.places import Place
from db.tables.security import Operator
from db.tables.things import ThingCard
from desktop.alarms.occurrences import ASKS_SINCE, CALLED, SAME_AS, SILENT, Kept, is_copy, life_of, not_over
from desktop.alarms.pictures import PICTURES, STILLS
from desktop.alarms.rules import Life, State
from desktop.alarms.views import PRIORITIES, AlarmView, Silence
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


@dataclass(frozen=True)
class Sounded:
    """As much of an alarm as `flood.annunciations` asks for."""

    state: State
    onset_at: datetime
    silent: Silence
    asks_since: datetime | None


def sounded(session: Session, now: datetime, since: datetime) -> Iterator[Sounded]:
    """The alarms that began since then, and those that are not over, in no order: by columns, for in a storm there are
    thousands and everything that changes asks for them."""
    columns = (
        AlarmRow.active, AlarmRow.acknowledged, AlarmRow.latched, AlarmRow.shelved_until, AlarmRow.suppressed_by,
        AlarmRow.onset_at, AlarmRow.extra, ThingCard.out_of_service,
    )  # fmt: skip
    found = select(*columns).outerjoin(ThingCard, ThingCard.id == AlarmRow.thing_id)
    for row in session.execute(found.where(or_(AlarmRow.onset_at >= since, not_over()))):
        if SAME_AS not in row.extra:
            life = life_of(row, now, bool(row.out_of_service))
            yield Sounded(life.state, row.onset_at, row.extra.get(SILENT, ""), _asks_since(row, life))


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
        asks_since=_asks_since(row, life),
    )


def _asks_since(row: Kept, life: Life) -> datetime | None:
    if life.state not in ("unacknowledged", "returned"):
        return None
    anew = row.extra.get(ASKS_SINCE)
    return datetime.fromisoformat(anew) if anew else row.onset_at
