"""What the office itself says of a thing; what the device says of itself lives in the field service."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Record


class ThingCard(Record, kw_only=True):
    """The office's card of a thing: its id is the thing's. Place, name and limits here go before the device's own."""

    __tablename__ = "thing"
    __table_args__ = (Index(None, "place_id"),)

    kind: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    place_id: Mapped[str | None] = mapped_column(ForeignKey("place.id"), default=None)
    out_of_service: Mapped[bool] = mapped_column(default=False)
    out_reason: Mapped[str] = mapped_column(default="")
    overrides: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    state: Mapped[str] = mapped_column(default="active")
