"""Cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Record
from db.types import UtcDateTime


class CaseRow(Record, kw_only=True):
    """Something that must be handled and closed. Its timeline is the journal's entries of this row.

    `number` is for people and carries the terminal's code (`D1-20261122-0017`); `definition` and `version` name the file
    it runs under, for good; `round` counts reopenings from 1.
    """

    __tablename__ = "case"
    __table_args__ = (Index(None, "state"), Index(None, "number"), Index(None, "thing_id"))

    number: Mapped[str]
    definition: Mapped[str]
    version: Mapped[int]
    title: Mapped[str]
    state: Mapped[str]
    urgency: Mapped[str] = mapped_column(default="normal")
    thing_id: Mapped[str | None] = mapped_column(default=None)
    place_id: Mapped[str | None] = mapped_column(ForeignKey("place.id"), default=None)
    assignee_id: Mapped[str | None] = mapped_column(ForeignKey("operator.id"), default=None)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    round: Mapped[int] = mapped_column(default=1)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
