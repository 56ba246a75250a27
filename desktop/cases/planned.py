"""What the screens see of work that comes again, and what they give to make a plan or a route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from desktop.cases.patterns import Pattern
from desktop.cases.views import CaseView, Point
from desktop.kernel.words import Text

Standing = Literal["planned", "open", "done", "missed"]


@dataclass(frozen=True, kw_only=True)
class PlanDraft:
    """What a plan is made or changed with. `since` is the first day or, of an interval in days, when it was last done;
    None is now, or stays as it was."""

    definition: str
    title: str
    pattern: Pattern
    place_id: str | None = None
    thing_id: str | None = None
    asset_id: str | None = None
    person_id: str | None = None
    route_id: str | None = None
    assignee_id: str | None = None
    urgency: str = "normal"
    fields: Mapping[str, object] = field(default_factory=dict)
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PlanView(PlanDraft):
    """A plan with the names of what it is about. `next_at` is None where it counts run hours, and while what it counts from
    is not done yet; then `open_case` is what it waits for."""

    id: str
    state: Literal["active", "stopped"]
    definition_title: Text
    place_path: tuple[str, ...]
    thing_name: str
    asset_name: str
    person_name: str
    """Masked."""
    route_name: str
    assignee_name: str
    next_at: datetime | None
    last_at: datetime | None
    hours_left: float | None
    """Run hours until it is due; None where the counter is not known."""
    open_case: str
    """The number of its case that is not closed, or ""."""
    open_case_id: str
    refused: str
    """Why its last occurrence could not be opened, in plain English; "" where it could."""
    left_out: int
    """Occurrences that were never opened, for the program was off for longer than a plan catches up."""
    left_out_until: datetime | None


class RouteView(NamedTuple):
    """The points of a round in order; `ordered` where they are to be visited in it."""

    id: str
    name: str
    definition: str
    ordered: bool
    points: tuple[Point, ...]
    places: Mapping[str, tuple[str, ...]]
    """Names from the building down of the points' places, by id."""


class Occurrence(NamedTuple):
    """One time that a plan falls on. `late` is an open one whose time has gone; `missed` was never opened, or was put
    aside undone. Of what has a case, `number` and `state_title` are the case's."""

    schedule_id: str
    title: str
    definition: str
    at: datetime
    case_id: str | None
    number: str
    standing: Standing
    late: bool
    state_title: Text
    assignee_name: str
    place_path: tuple[str, ...]


class Round(NamedTuple):
    """A case that walks a route, and the value of its points field (`rounds.stops`)."""

    case: CaseView
    value: Mapping[str, object]
    over: bool
    at: datetime
    """When it was planned for, or opened where no plan did that."""
