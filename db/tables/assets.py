"""What the office owns and keeps: equipment that is no connected thing, keys and tools; parts and who has them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Record


class Asset(Record, kw_only=True):
    """Something that is maintained or lent: a lift, a tank, an extinguisher, an instrument, a set of keys. `code` is what
    stands on its label; `thing_id` where it is a connected thing too; `facts` are what its card says by name."""

    __tablename__ = "asset"
    __table_args__ = (Index(None, "code"), Index(None, "place_id"))

    code: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    place_id: Mapped[str | None] = mapped_column(ForeignKey("place.id"), default=None)
    thing_id: Mapped[str | None] = mapped_column(default=None)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    state: Mapped[str] = mapped_column(default="active")


class Part(Record, kw_only=True):
    """A spare part. `price` is what one `unit` costs the resident, in fen."""

    __tablename__ = "part"
    __table_args__ = (Index(None, "code"),)

    code: Mapped[str]
    name: Mapped[str]
    unit: Mapped[str]
    price: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default="active")


class StockMove(Record, kw_only=True):
    """So many of a part came to a holder or, where negative, left them. A holder's stock is the sum of these.

    `holder` is "store" or an operator's id; `why` is received, handed_out, returned, used, counted or undone.
    """

    __tablename__ = "stock_move"
    __table_args__ = (Index(None, "part_id", "holder"), Index(None, "case_id"))

    part_id: Mapped[str] = mapped_column(ForeignKey("part.id"))
    holder: Mapped[str]
    quantity: Mapped[float]
    why: Mapped[str]
    case_id: Mapped[str | None] = mapped_column(ForeignKey("case.id"), default=None)
