"""What people, and the program, did about one alarm: read from the journal's entries of its row."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.alarms import AlarmRow
from db.tables.journal import Entry
from desktop.alarms.occurrences import SHELVED_WITH
from desktop.alarms.views import AlarmStep

TOLD = frozenset({"alarms.onset", "alarms.return"})
"""The alarm's own beginning and end; the row knows their times as the device told them, the journal when it heard."""


def steps(session: Session, alarm_id: str) -> tuple[AlarmStep, ...]:
    """Every act upon the alarm, oldest first; of one that began under the shelf of an earlier one, also how that was
    shelved."""
    row = session.get(AlarmRow, alarm_id)
    earlier = str(row.extra.get(SHELVED_WITH, "")) if row is not None else ""
    shelved = [step for step in _upon(session, earlier) if step.op == "alarms.shelve"]
    return (*shelved[-1:], *_upon(session, alarm_id))


def _upon(session: Session, alarm_id: str) -> tuple[AlarmStep, ...]:
    """The acts upon one row. An act that wrote two entries is one step."""
    entries = session.scalars(select(Entry).where(Entry.kind == "alarm", Entry.entity_id == alarm_id).order_by(Entry.n))
    found: dict[tuple[object, ...], AlarmStep] = {}
    for entry in entries:
        body = json.loads(entry.body)
        op = _suppression(body) or entry.op
        if op in TOLD:
            continue
        key = (op, entry.at, entry.actor_name)
        earlier = found.get(key)
        second = str(body.get("second_name", "")) or (earlier.second_name if earlier else "")
        called = (*(earlier.called if earlier else ()), *body.get("called", ()))
        found[key] = AlarmStep(entry.at, op, entry.actor_name, entry.terminal, entry.reason or "", second, called)
    return tuple(found.values())


def _suppression(body: Mapping[str, Mapping[str, object]]) -> str | None:
    """What another alarm's beginning or end did to this one, in the entry of that."""
    before, after = body.get("before", {}), body.get("after", {})
    if after.get("suppressed_by"):
        return "alarms.suppress"
    return "alarms.unsuppress" if before.get("suppressed_by") else None
