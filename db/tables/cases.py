"""Cases, what ties them to each other, and the filters people keep."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import PERSONAL, Record
from db.types import UtcDateTime


class CaseRow(Record, kw_only=True):
    """Something that must be handled and closed. Its timeline is the journal's entries of this row.

    `number` is for people and carries the terminal's code (`D1-20261122-0017`); `definition` and `version` name the file
    it runs under, for good; `round` counts reopenings from 1. `clocks` and `spans` hold what was promised and every pause
    (`desktop/cases/clocks.py`); `due_at` and `warn_at` are the next of the running clocks, worked out of them so that lists
    can be sorted.
    """

    __tablename__ = "case"
    __table_args__ = (
        Index(None, "state"),
        Index(None, "number"),
        Index(None, "thing_id"),
        # All that lists and boards are sorted and counted by, so that they read an index and never the wide rows.
        Index(
            "ix_case_lists",
            "closed_at", "due_at", "definition", "state", "paused", "warn_at", "assignee_id", "urgency", "id",
        ),
        Index(
            "ix_case_board", "definition", "closed_at", "due_at", "state", "paused", "warn_at", "assignee_id", "id"
        ),
        Index(None, "place_id"),
        Index(None, "person_id"),
        Index(None, "assignee_id"),
        Index(None, "parent_id"),
        Index(None, "schedule_id"),
        Index(None, "opened_at"),
    )  # fmt: skip

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
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict, info=PERSONAL)
    """Which of them tell who somebody is, only the definition knows: the case's timeline masks those, the journal's page
    shows none."""
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), default=None)
    """The resident it is for."""
    asset_id: Mapped[str | None] = mapped_column(ForeignKey("asset.id"), default=None)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("case.id"), default=None)
    """The case it is a sub-task of."""
    schedule_id: Mapped[str | None] = mapped_column(ForeignKey("schedule.id"), default=None)
    """The plan that opened it, with the occurrence's instant in `planned_at`."""
    planned_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    opened_by: Mapped[str] = mapped_column(default="system")
    """An operator's id, or "system"."""
    warn_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    paused: Mapped[bool] = mapped_column(default=False)
    urged: Mapped[int] = mapped_column(default=0)
    """How often somebody asked where it stays."""
    escalated: Mapped[int] = mapped_column(default=0)
    clocks: Mapped[list[Any]] = mapped_column(JSON, default_factory=list)
    spans: Mapped[list[Any]] = mapped_column(JSON, default_factory=list)


class CaseLink(Record, kw_only=True):
    """One case says something of another: it is a `duplicate` of it, was `merged` into it, or is merely `linked`."""

    __tablename__ = "case_link"
    __table_args__ = (Index(None, "case_id"), Index(None, "other_id"))

    case_id: Mapped[str] = mapped_column(ForeignKey("case.id"))
    other_id: Mapped[str] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="active")


class Turn(Record, kw_only=True):
    """When somebody last had their turn in a rotation: the id is `definition/operator`, `n` counts the turns given."""

    __tablename__ = "turn"

    n: Mapped[int]


class SavedFilter(Record, kw_only=True):
    """A filter of the list that an operator keeps under a name."""

    __tablename__ = "saved_filter"
    __table_args__ = (Index(None, "operator_id"),)

    operator_id: Mapped[str] = mapped_column(ForeignKey("operator.id"))
    name: Mapped[str]
    query: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(default="active")
