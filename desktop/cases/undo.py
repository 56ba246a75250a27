"""The last act on a case taken back by its author, within a minute: a compensating entry, never an erased one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.store import Transaction
from db.tables.cases import CaseLink, CaseRow, Turn
from db.tables.journal import Entry
from desktop.cases.rows import row_of
from desktop.cases.rules import UNDO
from desktop.kernel.errors import Refused
from desktop.security.principal import Principal

FINAL = ("cases.open", "cases.undo", "cases.note")
"""What is not taken back: a case that was opened by mistake is voided, with a reason; what was said was said."""

LOOKED = "cases.reveal"
"""A look at what is masked: it changes nothing, and the act before it stays the last one."""

MOMENTS = ("due_at", "warn_at", "closed_at", "planned_at")


@dataclass(frozen=True)
class LastAct:
    """An act that could be taken back: its transaction, whose it was, and until when."""

    tx: str
    actor: str
    until: datetime


def last_act(session: Session, case_id: str) -> LastAct | None:
    """The last act on the case, where it is of a kind that can be taken back and nothing rests on it yet."""
    upon = (Entry.kind == "case", Entry.entity_id == case_id, Entry.op != LOOKED)
    entry = session.scalars(select(Entry).where(*upon).order_by(Entry.n.desc()).limit(1)).first()
    if entry is None or not entry.op.startswith("cases.") or entry.op in FINAL or entry.actor == "system":
        return None
    if json.loads(entry.body).get("after", {}).get("closed_at") and _parent_went_on(session, case_id, entry.n):
        return None
    return LastAct(entry.tx, entry.actor, entry.at + UNDO)


def _parent_went_on(session: Session, case_id: str, n: int) -> bool:
    """Whether the case is a sub-task and its parent took a step after entry `n`: that may have waited for it to be over."""
    later = (Entry.kind == "case", Entry.n > n, Entry.op.startswith("cases.move."))
    parent = select(CaseRow.parent_id).where(CaseRow.id == case_id).scalar_subquery()
    return session.scalars(select(Entry.n).where(*later, Entry.entity_id == parent).limit(1)).first() is not None


def take_back(tx: Transaction, who: Principal, row: CaseRow) -> list[CaseRow]:
    """Puts the case back to what it was before its last act, and with it the cases, links and turns that act touched.

    Returns the cases, the one that was asked for first. Raises Refused where there is no such act, or another came after it
    on one of these cases (`facts["why"]` is nothing_to_undo, not_yours or too_late).
    """
    last = last_act(tx.session, row.id)
    if last is None:
        raise Refused(f"the last act on {row.number} cannot be taken back", why="nothing_to_undo")
    if last.actor != who.id:
        raise Refused(f"the last act on {row.number} was somebody else's", why="not_yours")
    if tx.act.at > last.until:
        raise Refused(f"the last act on {row.number} is more than a minute old", why="too_late")
    restored = [row]
    for entry in tx.session.scalars(select(Entry).where(Entry.tx == last.tx)).all():
        body = json.loads(entry.body)
        if entry.kind == "case" and "before" in body:
            touched = row if entry.entity_id == row.id else _other(tx, entry.entity_id, last)
            _restore(touched, body["before"], body["after"])
            restored += [touched] if touched is not row else []
        elif entry.kind == "case_link" and (link := tx.get(CaseLink, entry.entity_id)) is not None:
            link.state = body.get("before", {}).get("state", "undone")
        elif entry.kind == "turn" and (turn := tx.get(Turn, entry.entity_id)) is not None:
            turn.n = body.get("before", {}).get("n", 0)
    return restored


def _other(tx: Transaction, case_id: str, last: LastAct) -> CaseRow:
    """Another case that the act touched, if nothing happened to it since."""
    row = row_of(tx.session, case_id)
    if (its := last_act(tx.session, case_id)) is None or its.tx != last.tx:
        raise Refused(f"another act on {row.number} came after", why="nothing_to_undo")
    return row


def _restore(row: CaseRow, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for column in after:
        if column == "rev":
            continue
        value = before.get(column)
        if column in MOMENTS and isinstance(value, str):
            value = datetime.fromisoformat(value)
        setattr(row, column, value)
