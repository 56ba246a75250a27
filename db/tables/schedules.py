"""Work that comes again: plans, and the routes of rounds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Record
from db.types import UtcDateTime


class Schedule(Record, kw_only=True):
    """A plan that opens a case of `definition` again and again. `pattern` says when (`desktop/cases/schedules.py`);
    `next_at` is the next occurrence, worked out of it."""

    __tablename__ = "schedule"
    __table_args__ = (Index(None, "state", "next_at"),)

    definition: Mapped[str]
    title: Mapped[str]
    pattern: Mapped[dict[str, Any]] = mapped_column(JSON)
    place_id: Mapped[str | None] = mapped_column(ForeignKey("place.id"), default=None)
    thing_id: Mapped[str | None] = mapped_column(default=None)
    asset_id: Mapped[str | None] = mapped_column(ForeignKey("asset.id"), default=None)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), default=None)
    route_id: Mapped[str | None] = mapped_column(ForeignKey("route.id"), default=None)
    assignee_id: Mapped[str | None] = mapped_column(ForeignKey("operator.id"), default=None)
    urgency: Mapped[str] = mapped_column(default="normal")
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    """The last occurrence that a case was opened for."""
    state: Mapped[str] = mapped_column(default="active")


class Route(Record, kw_only=True):
    """The points of a round, in order: `[{"code", "name", "place_id", "thing_id", "asset_id", "check"}]`."""

    __tablename__ = "route"

    name: Mapped[str]
    definition: Mapped[str]
    ordered: Mapped[bool] = mapped_column(default=True)
    points: Mapped[list[Any]] = mapped_column(JSON, default_factory=list)
    state: Mapped[str] = mapped_column(default="active")
