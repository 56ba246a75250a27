"""What the screens see of cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import msgspec

from desktop.cases.clocks import Span, Standing
from desktop.cases.definition import CaseDefinition, Move
from desktop.cases.evidence import Evidence
from desktop.kernel.words import Text


class CaseQuery(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which cases a list, a board or a figure is about. Everything that is not said does not narrow."""

    definitions: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    open_only: bool = True
    assignee_id: str = ""
    unassigned: bool = False
    overdue: bool = False
    warned: bool = False
    paused: bool = False
    urgency: str = ""
    place_id: str = ""
    """With everything below it."""
    person_id: str = ""
    thing_id: str = ""
    asset_id: str = ""
    text: str = ""
    """Words, each of which is part of the number or title, of the place's name or code, or of the name of whoever has it."""
    fields: Mapping[str, str] = {}
    """Choices and categories by name; a category with everything below it."""
    opened_from: datetime | None = None
    opened_to: datetime | None = None


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
    """The next of its running clocks."""
    closed_at: datetime | None
    round: int
    overdue: bool
    version: int = 1
    definition_title: Text = field(default_factory=dict)
    urgency_title: Text = field(default_factory=dict)
    warned: bool = False
    paused: bool = False
    waits: str = ""
    """The kind of the pause that is going on; "" while none is."""
    person_id: str | None = None
    asset_id: str | None = None
    parent_id: str | None = None
    urged: int = 0
    escalated: int = 0
    shown: tuple[Text, ...] = ()
    """The definition's `lists` fields in words, masked, in its order; empty text where not filled in."""


class Counts(NamedTuple):
    """How many cases a query finds."""

    total: int
    by_state: Mapping[tuple[str, str], int]
    """By (definition, state)."""
    overdue: int
    warned: int
    paused: int
    unassigned: int


class Column(NamedTuple):
    """A column of the board: a state, how many stand there, and the most pressing of them."""

    state: str
    title: Text
    total: int
    cases: tuple[CaseView, ...]


class SavedView(NamedTuple):
    """A filter that an operator keeps under a name."""

    id: str
    name: str
    query: CaseQuery


class Notice(NamedTuple):
    """What a caller about a place is told (`definition.Tells`); times that were not filled in are None."""

    case: CaseView
    text: str
    begins: datetime | None
    ends: datetime | None


class Today(NamedTuple):
    """An operator's work: what they have by how pressing it is, and what they could take."""

    late: tuple[CaseView, ...]
    due_today: tuple[CaseView, ...]
    later: tuple[CaseView, ...]
    """Due after today, waiting, or without a time."""
    free: tuple[CaseView, ...]
    """Nobody's cases that this operator could grab."""


class Change(NamedTuple):
    """One value before and after, in words; "—" stands for nothing."""

    field: Text
    before: Text
    after: Text


class Fact(NamedTuple):
    """A field that was filled in, in words, personal ones masked. `name` is the field's name in the definition."""

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


class ClockView(NamedTuple):
    """One promised time of one round. Texts in words come from the definition; times are instants."""

    clock: str
    title: Text
    round: int
    began: datetime
    minutes: int
    calendar: str
    due: datetime | None
    warn_at: datetime | None
    stopped: datetime | None
    filed: datetime | None
    back_filed: bool
    """Its stop was noted only afterwards (补传)."""
    standing: Standing
    waited: Mapping[str, float]
    """Working minutes by whom they waited for: us, resident, others."""


class LinkView(NamedTuple):
    """Another case that this one is tied to. `kind`: duplicate, merged, linked, subtask or parent; `outward` where this
    case says it of the other."""

    kind: str
    outward: bool
    case: CaseView


class Visit(NamedTuple):
    """A point of a round that somebody was at. `flags`: out_of_order, typed, too_fast, back_filed, late, twice."""

    code: str
    at: datetime
    way: str
    """qr or typed."""
    ok: bool
    note: str
    photo: str
    flags: tuple[str, ...]


class Point(NamedTuple):
    """A point of a route as the round found it when it was opened."""

    code: str
    name: str
    place_id: str | None
    thing_id: str | None
    asset_id: str | None
    check: str
    """What to look at there."""


@dataclass(frozen=True)
class CaseDetail:
    """A case with everything known of it. `moves` are legal for nobody in particular: see `Cases.moves_for`."""

    view: CaseView
    definition: CaseDefinition
    facts: tuple[Fact, ...]
    timeline: tuple[Step, ...]
    moves: tuple[Move, ...]
    values: Mapping[str, object] = field(default_factory=dict)
    """The fields as they are kept, by name, personal texts masked."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What the ids in `values` are called: people (masked), places, things, assets, parts."""
    evidence: Evidence | None = None
    """What the alarm left that it was made from."""
    clocks: tuple[ClockView, ...] = ()
    """Every round's, the last round's last."""
    spans: tuple[Span, ...] = ()
    links: tuple[LinkView, ...] = ()
    versions: Mapping[str, int] = field(default_factory=dict)
    """How many versions of each versioned field there have been."""
    person_name: str = ""
    """Of the resident it is for, masked."""
    asset_name: str = ""
    opened_by: str = ""
    undo_until: datetime | None = None
    """Until when its author may take the last act back; None where it was not an act that can be."""
    undo_by: str = ""
    """Who that is."""
