"""Reads what the figures of the alarms are made of: only the columns they need, for there may be a year of alarms."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Text, and_, select, type_coerce
from sqlalchemy.orm import Session

from db.tables.alarms import AlarmRow
from db.tables.journal import Entry
from db.types import instant_text
from desktop.alarms import reading
from desktop.alarms.kpi import Kpis, Named, Past, Rule, figures
from desktop.alarms.occurrences import ASKS_SINCE, PUT_AWAY, SAME_AS, SILENT, not_over

Period = tuple[datetime, datetime]


def kpis(session: Session, period: Period, now: datetime, positions: int, offset_minutes: int) -> Kpis:
    """The figures of the period, from the alarms and the journal."""
    since, until = period
    past = occurrences_of(session, period)
    found = figures(past, since.timestamp(), until.timestamp(), positions, offset_minutes)
    open_now = reading.views(session, now, not_over())
    states = Counter(alarm.state for alarm in open_now)
    shown = [*((one.thing_id, one.rule) for one in found.top), *((one.thing_id, one.rule) for one in found.chattering)]
    shelves, unauthorised = _shelves(session, period)
    return Kpis(
        since=since,
        until=until,
        positions=positions,
        figures=found,
        stale=sum(alarm.stale(now) for alarm in open_now),
        shelves=shelves,
        unauthorised=unauthorised + sum(one.life_safety and one.silent == "suppressed" for one in past),
        shelved_now=states["shelved"],
        suppressed_now=states["suppressed"],
        out_now=states["out_of_service"],
        names=_names(session, shown),
    )


def occurrences_of(session: Session, period: Period) -> list[Past]:
    """What began in the period, without copies."""
    # As the text they are, all from one index, and past the mapper: a hundred thousand rows are felt.
    kept = (AlarmRow.onset_at, AlarmRow.returned_at, AlarmRow.acknowledged_at, AlarmRow.extra)
    plain = (AlarmRow.thing_id, AlarmRow.rule, AlarmRow.priority, type_coerce(AlarmRow.life_safety, Integer))
    onset = type_coerce(AlarmRow.onset_at, Text)
    within = and_(onset >= instant_text(period[0]), onset < instant_text(period[1]))
    wanted = select(*plain, *(type_coerce(column, Text) for column in kept)).where(within)
    rows: Iterable[Any] = session.connection().execute(wanted)
    found = [_past(*row) for row in rows]
    return [one for one in found if one is not None]


def _past(
    thing_id: str,
    rule: str,
    priority: Any,
    life_safety: int,
    onset_at: str,
    returned_at: str | None,
    acknowledged_at: str | None,
    extra: str,
) -> Past | None:
    onset = datetime.fromisoformat(onset_at).timestamp()
    returned = datetime.fromisoformat(returned_at).timestamp() if returned_at else None
    acknowledged = datetime.fromisoformat(acknowledged_at).timestamp() if acknowledged_at else None
    if extra == "{}":
        return Past(thing_id, rule, priority, bool(life_safety), "", onset, onset, onset, returned, acknowledged)
    more = json.loads(extra)
    if SAME_AS in more:
        return None
    anew = datetime.fromisoformat(more[ASKS_SINCE]).timestamp() if ASKS_SINCE in more else None
    silent = more.get(SILENT, "")
    told = anew if silent else onset
    # One that asks anew was acknowledged before, or is still waiting.
    asked = anew if anew is not None and (acknowledged is None or acknowledged >= anew) else onset
    away = PUT_AWAY in more
    return Past(thing_id, rule, priority, bool(life_safety), silent, onset, told, asked, returned, acknowledged, away)


def _shelves(session: Session, period: Period) -> tuple[int, int]:
    """How often alarms were shelved in the period, and how often that was not in order, by the journal."""
    at = and_(Entry.op == "alarms.shelve", Entry.at >= period[0], Entry.at < period[1])
    columns = (Entry.tx, Entry.entity_id, Entry.actor, Entry.reason, Entry.body, AlarmRow.life_safety)
    wanted = select(*columns).outerjoin(AlarmRow, AlarmRow.id == Entry.entity_id).where(at)
    shelved: dict[tuple[str, str], tuple[str, bool, bool]] = {}
    second: dict[tuple[str, str], str] = {}
    for tx, alarm_id, actor, reason, body, life_safety in session.execute(wanted):
        told = json.loads(body)
        if "after" in told:
            shelved[tx, alarm_id] = actor, bool((reason or "").strip()), bool(life_safety)
        else:
            second[tx, alarm_id] = str(told.get("second", ""))
    in_order = sum(
        reasoned and (not life_safety or second.get(key, "") not in ("", actor))
        for key, (actor, reasoned, life_safety) in shelved.items()
    )
    return len(shelved), len(shelved) - in_order


def _names(session: Session, rules: Iterable[Rule]) -> dict[Rule, Named]:
    """What the newest occurrence of each calls itself."""
    found: dict[Rule, Named] = {}
    for thing_id, rule in set(rules):
        of_rule = select(AlarmRow.thing_name, AlarmRow.texts).where(
            AlarmRow.thing_id == thing_id, AlarmRow.rule == rule
        )
        for thing_name, texts in session.execute(of_rule.order_by(AlarmRow.onset_at.desc()).limit(1)):
            found[thing_id, rule] = Named(thing_name, texts["title"])
    return found
