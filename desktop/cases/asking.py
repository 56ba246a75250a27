"""What a `CaseQuery` says to the store: conditions, and the order of a list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select

from db.tables.cases import CaseRow
from db.tables.places import Place
from db.tables.security import Operator
from desktop.cases.views import CaseQuery

PRESSING: tuple[ColumnElement[object], ...] = (
    CaseRow.closed_at.is_not(None),
    CaseRow.due_at.is_(None),
    CaseRow.due_at.asc(),
    CaseRow.closed_at.desc(),
    CaseRow.id.asc(),
)  # type: ignore[assignment]
"""The most pressing first: what is due, then what waits without a time, then what was closed, the last first."""


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """An open case whose next clock is over. At the due instant itself it is not."""
    return CaseRow.closed_at.is_(None) & (CaseRow.due_at < now)


def is_warned(now: datetime) -> ColumnElement[bool]:
    """An open case that has little of its time left; not one that is over it or waits."""
    on_time = or_(CaseRow.due_at.is_(None), CaseRow.due_at >= now)
    return CaseRow.closed_at.is_(None) & CaseRow.paused.is_(False) & (CaseRow.warn_at <= now) & on_time


def is_paused() -> ColumnElement[bool]:
    return CaseRow.closed_at.is_(None) & CaseRow.paused.is_(True)


def is_free() -> ColumnElement[bool]:
    """An open case that nobody has."""
    return CaseRow.closed_at.is_(None) & CaseRow.assignee_id.is_(None)


def conditions(query: CaseQuery, now: datetime) -> list[ColumnElement[bool]]:
    """Everything that a case must meet to be found."""
    return [*_plain(query), *_standing(query, now), *_fields(query)]


def _plain(query: CaseQuery) -> Iterator[ColumnElement[bool]]:
    if query.open_only:
        yield CaseRow.closed_at.is_(None)
    if query.definitions:
        yield CaseRow.definition.in_(query.definitions)
    if query.states:
        yield CaseRow.state.in_(query.states)
    if query.urgency:
        yield CaseRow.urgency == query.urgency
    if query.assignee_id:
        yield CaseRow.assignee_id == query.assignee_id
    if query.person_id:
        yield CaseRow.person_id == query.person_id
    if query.thing_id:
        yield CaseRow.thing_id == query.thing_id
    if query.asset_id:
        yield CaseRow.asset_id == query.asset_id
    if query.place_id:
        yield CaseRow.place_id.in_(below(query.place_id))
    if query.opened_from is not None:
        yield CaseRow.opened_at >= query.opened_from
    if query.opened_to is not None:
        yield CaseRow.opened_at < query.opened_to
    yield from (_says(word) for word in query.text.split())


def _says(word: str) -> ColumnElement[bool]:
    """A word of number or title, of the place's name or the beginning of its code, or of whoever has the case."""
    places = select(Place.id).where(
        Place.name.contains(word, autoescape=True) | Place.code.startswith(word, autoescape=True)
    )
    staff = select(Operator.id).where(Operator.name.contains(word, autoescape=True))
    return or_(
        CaseRow.number.contains(word, autoescape=True),
        CaseRow.title.contains(word, autoescape=True),
        CaseRow.place_id.in_(places),
        CaseRow.assignee_id.in_(staff),
    )


def _standing(query: CaseQuery, now: datetime) -> Iterator[ColumnElement[bool]]:
    if query.unassigned:
        yield is_free()
    if query.overdue:
        yield is_overdue(now)
    if query.warned:
        yield is_warned(now)
    if query.paused:
        yield is_paused()


def _fields(query: CaseQuery) -> Iterator[ColumnElement[bool]]:
    for name, wanted in query.fields.items():
        # A name that no definition could have would be read as a path of its own.
        path = f'$."{name}"' if name.replace("_", "").replace("-", "").isalnum() else "$.none"
        value = func.json_extract(CaseRow.fields, path)
        # A category with everything below it; a choice has nothing below.
        yield or_(value == wanted, value.startswith(f"{wanted}/", autoescape=True))


def below(place_id: str) -> Select[str]:
    """The ids of a place and everything in it."""
    top = select(Place.id.label("id")).where(Place.id == place_id).cte("below", recursive=True)
    inside = top.union_all(select(Place.id).join(top, Place.parent_id == top.c.id))
    return select(inside.c.id)


def above(place_id: str) -> Select[str]:
    """The ids of a place and everything it is in."""
    first = select(Place.id.label("id"), Place.parent_id.label("parent_id")).where(Place.id == place_id)
    here = first.cte("above", recursive=True)
    up = here.union_all(select(Place.id, Place.parent_id).join(here, Place.id == here.c.parent_id))
    return select(up.c.id)
