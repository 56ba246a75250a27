"""The journal: one append-only, hash-chained entry a changed row, and the counters of human numbers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import UtcDateTime


class Entry(Base, kw_only=True):
    """One operation of this terminal, numbered 1, 2, 3 … without gaps; what sync ships later.

    `mac` chains the entry to the one before: HMAC over the header, the body's hash and the previous mac. The body is
    hashed on its own, so that a lawful erasure may one day blank it without breaking the chain.
    Triggers of the schema forbid UPDATE and DELETE.
    """

    __tablename__ = "journal"
    __table_args__ = (Index(None, "kind", "entity_id"), Index(None, "at"), Index(None, "op", "at"))

    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    op_id: Mapped[str]
    tx: Mapped[str]
    """Groups the entries of one act."""
    op: Mapped[str]
    """The act, as "case.assign"."""
    v: Mapped[int]
    kind: Mapped[str]
    entity_id: Mapped[str]
    base_rev: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    offset_minutes: Mapped[int]
    actor: Mapped[str]
    """An operator's id, or "system"."""
    actor_name: Mapped[str]
    terminal: Mapped[str]
    reason: Mapped[str | None]
    body: Mapped[str]
    """Canonical JSON `{"before": {…}, "after": {…}}`; a new row has no before, a note of a reading has neither."""
    body_hash: Mapped[str]
    mac: Mapped[str]


class Counter(Base, kw_only=True):
    """The last number given, by name: `case/D1/20261122` → 17."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]
