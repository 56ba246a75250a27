"""What the screens see of cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from desktop.cases.definition import CaseDefinition, Move
from desktop.cases.evidence import Evidence
from desktop.kernel.words import Text


@dataclass(frozen=True)
class CaseView:
    """A case in a list. `overdue` is as of the moment it was read; `round` counts reopenings from 1."""

    id: str
    number: str
    definition: str
    title: str
    state: str
    state_title: Text
    urgency: str
    thing_id: str | None
    place_id: str | None
    place_path: tuple[str, ...]
    """Names from the building down; empty where it has no place."""
    assignee_id: str | None
    assignee_name: str
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    round: int
    overdue: bool


class Change(NamedTuple):
    """One value before and after, in words; "—" stands for nothing."""

    field: Text
    before: Text
    after: Text


class Fact(NamedTuple):
    """A field that was filled in, in words. `name` is the field's name in the definition."""

    name: str
    title: Text
    value: Text


@dataclass(frozen=True)
class Step:
    """One step of the timeline: an entry of the journal, in words. `n` is the entry's number."""

    n: int
    at: datetime
    actor_name: str
    terminal: str
    op: str
    op_title: Text
    changes: tuple[Change, ...]
    reason: str | None


@dataclass(frozen=True)
class CaseDetail:
    """A case with everything known of it. `moves` are legal for nobody in particular: see `Cases.moves_for`."""

    view: CaseView
    definition: CaseDefinition
    facts: tuple[Fact, ...]
    timeline: tuple[Step, ...]
    moves: tuple[Move, ...]
    values: Mapping[str, object] = field(default_factory=dict)
    """The fields as they are kept, by name."""
    evidence: Evidence | None = None
    """What the alarm left that it was made from."""
