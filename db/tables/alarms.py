"""Alarm occurrences."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Record
from db.types import UtcDateTime

FIGURES = (
    "onset_at", "thing_id", "rule", "priority", "life_safety", "returned_at", "acknowledged_at", "extra",
)  # fmt: skip


class AlarmRow(Record, kw_only=True):
    """One occurrence of an alarm rule. Its id is deterministic (thing, rule, onset), so two observers make one row.

    `active`, `acknowledged` and `latched` make the ISA-18.2 state; shelving and suppression are flags over it. `texts`
    keeps title, cause, consequence and response as they read at the onset, in every language. `extra["pictures"]` holds
    the hashes of pictures, `extra["asks_since"]` since when it asks anew.
    """

    __tablename__ = "alarm"
    __table_args__ = (
        Index(None, "thing_id"),
        Index(None, "onset_at"),
        Index(None, "case_id"),
        Index("ix_alarm_open", "active", "acknowledged", "latched"),
        # Holds all that a year's figures are made of, so that they need not read every alarm's texts.
        Index("ix_alarm_figures", *FIGURES).ddl_if(dialect="sqlite"),
    )

    thing_id: Mapped[str]
    thing_name: Mapped[str]
    thing_kind: Mapped[str]
    place_id: Mapped[str | None] = mapped_column(ForeignKey("place.id"), default=None)
    point: Mapped[str]
    rule: Mapped[str]
    priority: Mapped[str]
    life_safety: Mapped[bool] = mapped_column(default=False)
    value: Mapped[Any] = mapped_column(JSON, default=None)
    limit: Mapped[Any] = mapped_column("limit_value", JSON, default=None)
    unit: Mapped[str] = mapped_column(default="")
    texts: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON, default_factory=dict)
    active: Mapped[bool] = mapped_column(default=True)
    acknowledged: Mapped[bool] = mapped_column(default=False)
    onset_at: Mapped[datetime] = mapped_column(UtcDateTime)
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    acknowledged_by: Mapped[str | None] = mapped_column(default=None)
    shelved_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    shelved_by: Mapped[str | None] = mapped_column(default=None)
    latched: Mapped[bool] = mapped_column(default=False)
    """Its rule latches and nobody has reset it: over and acknowledged it is still in sight."""
    re_alarm: Mapped[int] = mapped_column(default=0)
    """Seconds after its acknowledgement at which it asks again while it stands; 0 never."""
    comms: Mapped[bool] = mapped_column(default=False)
    """It tells of a lost line and of nothing else."""
    parent_id: Mapped[str | None] = mapped_column(default=None)
    """The thing it speaks through."""
    suppressed_by: Mapped[str | None] = mapped_column(default=None)
    """The alarm that explains this one (the parent's lost line): a flag over the state, by design."""
    escalated: Mapped[int] = mapped_column(default=0)
    """How many steps it went up because nobody acknowledged it."""
    case_definition: Mapped[str | None] = mapped_column(default=None)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("case.id"), default=None)
