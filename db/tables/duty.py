"""The duty roster: who answers when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Record
from db.types import UtcDateTime


class Duty(Record, kw_only=True):
    """One person's turn at one post (guard, engineer, manager)."""

    __tablename__ = "duty"
    __table_args__ = (Index(None, "begins_at"),)

    post: Mapped[str]
    operator_id: Mapped[str] = mapped_column(ForeignKey("operator.id"))
    begins_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(default="active")
