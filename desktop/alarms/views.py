"""What screens and reports see of alarms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desktop.alarms.rules import State
from desktop.kernel.words import Text
from desktop.things.model import Priority, Value

PRIORITIES: tuple[Priority, ...] = ("critical", "high", "medium", "low")
"""Most urgent first."""


@dataclass(frozen=True)
class AlarmView:
    """One occurrence of an alarm. Instants are aware UTC; the texts read as they did at the onset."""

    id: str
    thing_id: str
    thing_name: str
    thing_kind: str
    place_id: str | None
    place_path: tuple[str, ...]
    """Names from the building down; empty where the office has not placed the thing."""
    point: str
    rule: str
    priority: Priority
    life_safety: bool
    state: State
    value: Value | None
    """The point's value at the onset, or at the return where the onset was never heard of."""
    limit: Value | None
    unit: str
    title: Text
    cause: Text
    consequence: Text
    response: Text
    onset_at: datetime
    returned_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by_name: str | None
    shelved_until: datetime | None
    case_id: str | None
    case_number: str | None

    @property
    def active(self) -> bool:
        """Whether the condition still holds."""
        return self.returned_at is None


@dataclass(frozen=True)
class AlarmStep:
    """An act upon an alarm. `op` is the journal's word for it ("alarms.shelve")."""

    at: datetime
    op: str
    actor_name: str
    terminal: str
    reason: str
    second_name: str
    """Who stood beside, where two are needed; else empty."""
