"""People: residents and staff, each once."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import PERSONAL, Record


class Person(Record, kw_only=True):
    """A human being, once, whatever parts they play. `pinyin` and `initials` are for search ("wangwu", "ww")."""

    __tablename__ = "person"
    __table_args__ = (Index(None, "initials"), Index(None, "phone"))

    name: Mapped[str] = mapped_column(info=PERSONAL)
    pinyin: Mapped[str] = mapped_column(default="", info=PERSONAL)
    initials: Mapped[str] = mapped_column(default="", info=PERSONAL)
    phone: Mapped[str] = mapped_column(default="", info=PERSONAL)
    part: Mapped[str] = mapped_column(default="resident")
    """resident or staff."""
    post: Mapped[str] = mapped_column(default="")
    """A staff member's post."""
    state: Mapped[str] = mapped_column(default="active")


class Residency(Record, kw_only=True):
    """Who lives in or owns a home: relation owner, tenant or family, from a day to a day (open when None)."""

    __tablename__ = "residency"
    __table_args__ = (Index(None, "person_id"), Index(None, "place_id"))

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    place_id: Mapped[str] = mapped_column(ForeignKey("place.id"))
    relation: Mapped[str]
    since: Mapped[date | None] = mapped_column(default=None)
    until: Mapped[date | None] = mapped_column(default=None)
