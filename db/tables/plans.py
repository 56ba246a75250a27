"""Floor plans and sections, and the pictures that records refer to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, Record


class Picture(Base, kw_only=True):
    """The bytes of a picture, by their SHA-256 in hexadecimal. The rows that show it hold the hash, and so the journal
    vouches for the bytes without repeating them."""

    __tablename__ = "picture"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    media: Mapped[str]
    """image/png, image/jpeg or image/svg+xml."""
    data: Mapped[bytes] = mapped_column(LargeBinary)


class Plan(Record, kw_only=True):
    """A drawing of a place with things on it. `pins` holds, by thing, [x, y] as shares of width and height."""

    __tablename__ = "plan"
    __table_args__ = (Index(None, "place_id"),)

    place_id: Mapped[str | None] = mapped_column(ForeignKey("place.id"), default=None)
    name: Mapped[str]
    picture: Mapped[str] = mapped_column(ForeignKey("picture.sha256"))
    pins: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    sort: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default="active")
