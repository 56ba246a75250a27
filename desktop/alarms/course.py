"""What people, and the program, did about one alarm: read from the journal's entries of its row."""

from __future__ import annotations

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.journal import Entry
from desktop.alarms.views import AlarmStep

TOLD = frozenset({"alarms.onset", "alarms.return"})
"""The alarm's own beginning and end; the row knows their times as the device told them, the journal when it heard."""


def steps(session: Session, alarm_id: str) -> tuple[AlarmStep, ...]:
    """Every act upon the alarm, oldest first. An act that wrote two entries is one step."""
    wanted = select(Entry).where(Entry.kind == "alarm", Entry.entity_id == alarm_id, Entry.op.not_in(TOLD))
    found: dict[tuple[object, ...], AlarmStep] = {}
    for entry in session.scalars(wanted.order_by(Entry.n)):
        key = (entry.op, entry.at, entry.actor_name)
        earlier = found.get(key)
        second = str(json.loads(entry.body).get("second_name", "")) or (earlier.second_name if earlier else "")
        found[key] = AlarmStep(entry.at, entry.op, entry.actor_name, entry.terminal, entry.reason or "", second)
    return tuple(found.values())
