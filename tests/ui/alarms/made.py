"""Alarms as views, for rules that need no store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from desktop.alarms.views import AlarmView

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)

_ONE = AlarmView(
    id="a", thing_id="pump-1", thing_name="1 号泵", thing_kind="pump-set", place_id=None, place_path=("1号楼",),
    point="pressure", rule="low", priority="high", life_safety=False, state="unacknowledged", value=0.1, limit=0.2,
    unit="MPa", title={"zh": "压力低", "en": "Low pressure"}, cause={"zh": "因"}, consequence={"zh": "果"},
    response={"zh": "做"}, onset_at=NOW, returned_at=None, acknowledged_at=None, acknowledged_by_name=None,
    shelved_until=None, case_id=None, case_number=None, asks_since=NOW,
)  # fmt: skip


def alarm(id_: str = "a", **other: object) -> AlarmView:
    """An unacknowledged alarm of high priority that began now, with `other` in the place of its facts."""
    return replace(_ONE, id=id_, **other)  # type: ignore[arg-type]
