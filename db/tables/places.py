"""The community and its places."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Record


class Community(Record, kw_only=True):
    """The community this office runs. One row. `code` is its 12-digit region code; the tier names go with it.

    A tier's name is empty where the tier does not exist (cities without districts).
    """

    __tablename__ = "community"

    code: Mapped[str]
    name: Mapped[str]
    street: Mapped[str] = mapped_column(default="")
    district: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    offset_minutes: Mapped[int] = mapped_column(default=480)


class Place(Record, kw_only=True):
    """A place: building, unit, floor, room (a home), area (public), gate, plant (equipment room).

    `code` is what people say and devices announce, unique within the community in practice: "3" (building), "3-2"
    (unit), "3-2-1201" (home), "G-S" (south gate).
    """

    __tablename__ = "place"
    __table_args__ = (Index(None, "parent_id"), Index(None, "code"))

    parent_id: Mapped[str | None] = mapped_column(ForeignKey("place.id"), default=None)
    kind: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    sort: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default="active")
