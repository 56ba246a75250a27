"""Who may sign in, and the settings of the store."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import PERSONAL, SECRET, Record
from db.types import UtcDateTime


class Operator(Record, kw_only=True):
    """An account. `roles` are names from `resources/security/roles.toml`; `failures` counts wrong passwords in a row."""

    __tablename__ = "operator"

    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(info=PERSONAL)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), default=None)
    password_hash: Mapped[str] = mapped_column(info=SECRET)
    roles: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(default="active")
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    last_seen: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class Setting(Record, kw_only=True):
    """One setting of the community; its id is its name."""

    __tablename__ = "setting"

    value: Mapped[dict[str, Any]] = mapped_column(JSON)
