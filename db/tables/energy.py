"""Meter readings: the business side of consumption, kept though the telemetry file is lost."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Record

FLOW = "flow"
"""Where a reading's `extra` holds whom it went to (`desktop.things.model.Flow`); to those who use it where nothing does."""


class MeterReading(Record, kw_only=True):
    """What one meter counted on one day of the community's time. Its id is deterministic (thing, point, day)."""

    __tablename__ = "meter_reading"
    __table_args__ = (Index(None, "day"), Index("ix_meter_reading_thing_id_point_day", "thing_id", "point", "day"))

    thing_id: Mapped[str]
    point: Mapped[str]
    day: Mapped[str]
    """YYYY-MM-DD."""
    medium: Mapped[str]
    unit: Mapped[str] = mapped_column(default="")
    """Of `reading`, `used` and `night`, as it is written: kWh, m³, GJ."""
    use: Mapped[str] = mapped_column(default="")
    place_id: Mapped[str | None] = mapped_column(default=None)
    reading: Mapped[float]
    """The counter at the end of the day, in the point's unit."""
    used: Mapped[float]
    """What was consumed that day: rollovers and replaced meters taken into account."""
    night: Mapped[float | None] = mapped_column(default=None)
    """Of that, from 1 to 5 in the morning; None when nobody knows."""
    flaws: Mapped[list[Any]] = mapped_column(JSON, default_factory=list)
    """What makes the figure doubtful: rollover, reset, backwards, jump, gap, stuck."""
