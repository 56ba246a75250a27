"""What screens and reports see of alarms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from desktop.alarms.rules import State
from desktop.cases.evidence import Still
from desktop.kernel.words import Text
from desktop.things.model import Priority, Value

PRIORITIES: tuple[Priority, ...] = ("critical", "high", "medium", "low")
"""Most urgent first."""

Silence = Literal["", "shelved", "suppressed", "out_of_service"]
"""What hides an alarm; empty where nothing does."""

STALE = timedelta(hours=24)
"""What stands longer than this is stale (ISA-18.2, EEMUA 191): it no longer tells anybody anything."""


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
    latch: bool = False
    """Its rule latches, and nobody has reset it yet."""
    suppressed_by: str | None = None
    """The id of the alarm that explains this one (its parent's lost line); set only while it is hidden by it."""
    comms: bool = False
    """It tells of a lost line and of nothing else."""
    parent_id: str | None = None
    """The thing it speaks through."""
    escalated: int = 0
    """How many steps it went up because nobody acknowledged it, since it asks."""
    escalated_to: tuple[str, ...] = ()
    """Whom it went up to, in the order in which they were called: names, and posts with nobody on duty
    (`desktop.people.duty.called` gives each its words)."""
    pictures: tuple[str, ...] = ()
    """SHA-256 of the pictures that people attached or cameras took, the oldest first (`Alarms.picture`)."""
    stills: Mapping[str, Still] = field(default_factory=dict)
    """Those that cameras took by themselves, by their SHA-256."""
    silent: Silence = ""
    """What hid it at its onset: nobody was told of it then."""
    asks_since: datetime | None = None
    """Since when it asks for an acknowledgement: its onset, or when it came to ask anew (asked again, unshelved, back in
    service, no longer suppressed). None while it does not ask."""

    @property
    def active(self) -> bool:
        """Whether the condition still holds."""
        return self.returned_at is None

    @property
    def never_told(self) -> bool:
        """Whether nobody was ever asked to acknowledge it."""
        return bool(self.silent) and self.asks_since is None and self.acknowledged_at is None

    @property
    def reset_possible(self) -> bool:
        """Whether `Alarms.reset` would take it: over, seen, and latched."""
        return self.state == "latched"

    def stale(self, now: datetime) -> bool:
        """Whether it is active for more than 24 hours, and in sight: a shelf or maintenance is an answer."""
        return self.state in ("unacknowledged", "acknowledged") and now - self.onset_at > STALE


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
    called: tuple[str, ...] = ()
    """Whom it went up to by this step (`desktop.people.duty.called` gives each its words)."""
