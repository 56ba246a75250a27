"""Whether what the fields of a case point at is there, and whether moments lie where they can."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.assets import Asset, Part
from db.tables.base import Base
from db.tables.cases import CaseRow
from db.tables.people import Person
from db.tables.places import Place
from db.tables.plans import Picture
from desktop.cases.clocks import Kept
from desktop.cases.definition import CaseDefinition, CaseField
from desktop.cases.rules import Problem
from desktop.cases.values import instant, is_blank

TABLES: Mapping[str, type[Base]] = {"person": Person, "place": Place, "asset": Asset}
"""Things are not asked for: what a device announced may have no card yet."""

AHEAD = timedelta(minutes=2)
"""How far the clock of whoever noted a moment may be ahead of ours."""

LONGEST_PROMISE = timedelta(days=2 * 366)
"""From now on."""


def check_pointing(session: Session, definition: CaseDefinition, given: Mapping[str, object]) -> tuple[Problem, ...]:
    """A problem for each field that names what is not there: gone, not_a_picture."""
    fields = ((definition.field(name), value) for name, value in given.items() if not is_blank(value))
    return tuple(problem for field, value in fields if field for problem in _missing(session, field, value))


def _missing(session: Session, field: CaseField, value: object) -> Iterator[Problem]:
    ids = [str(id_) for id_ in (value if isinstance(value, list | tuple) else [value])]
    if field.type in TABLES:
        table = TABLES[field.type]
        if any(session.get(table, id_) is None for id_ in ids):
            yield Problem(field.name, "gone")
    elif field.type in ("photo", "signature"):
        if len(_there(session, ids)) < len(set(ids)):
            yield Problem(field.name, "not_a_picture")
    elif field.type == "items" and isinstance(value, list | tuple):
        parts = [column.name for column in field.columns if column.type == "part"]
        named = {str(row[name]) for row in value for name in parts if isinstance(row, dict) and row.get(name)}
        if any(session.get(Part, id_) is None for id_ in named):
            yield Problem(field.name, "gone")


def _there(session: Session, hashes: Iterable[str]) -> set[str]:
    return set(session.scalars(select(Picture.sha256).where(Picture.sha256.in_(set(hashes)))))


def check_promises(definition: CaseDefinition, given: Mapping[str, object], now: datetime) -> tuple[Problem, ...]:
    """What is agreed with somebody lies within a span that anybody plans for: too_far. A year that was mistyped would never
    warn, and never be late."""
    dates = ((clock.due, instant(given.get(clock.due))) for clock in definition.clocks if clock.due)
    return tuple(Problem(name, "too_far") for name, at in dates if at is not None and at > now + LONGEST_PROMISE)


def check_moments(
    definition: CaseDefinition, row: CaseRow, kept: Iterable[Kept], given: Mapping[str, object], now: datetime
) -> tuple[Problem, ...]:
    """What a clock stops at was not before its round began, nor is it still to come: too_early, in_the_future.

    The clocks of what a plan opened ahead begin when it is planned, but it may be done as soon as it is there.
    """
    first = row.round == 1
    began = {one.clock: min(one.began, row.opened_at) if first else one.began for one in kept if one.round == row.round}
    problems = []
    for clock in definition.clocks:
        at = instant(given.get(clock.field)) if clock.field else None
        if at is None:
            continue
        if at > now + AHEAD:
            problems.append(Problem(clock.field, "in_the_future"))
        elif clock.name in began and at < began[clock.name] - timedelta(minutes=1):
            problems.append(Problem(clock.field, "too_early"))
    return tuple(problems)
