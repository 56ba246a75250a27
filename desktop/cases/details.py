"""One case with everything known of it, put together for whoever looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.tables.cases import CaseLink, CaseRow
from db.tables.people import Person
from db.tables.security import Operator
from desktop.cases import clocks, rows, rules, timeline, undo
from desktop.cases.calendar import Calendar
from desktop.cases.clocks import Kept, Span
from desktop.cases.definition import CaseDefinition
from desktop.cases.evidence import EVIDENCE, Evidence
from desktop.cases.lines import DefinitionOf, lines
from desktop.cases.masking import masked
from desktop.cases.naming import asset_names, community_offset, names_of
from desktop.cases.views import CaseDetail, ClockView, LinkView
from desktop.people import masks

VERSIONS = "versions"
"""Where a row's `extra` counts the versions of its versioned fields."""


def detail(
    session: Session,
    row: CaseRow,
    definition_of: DefinitionOf,
    calendars: Mapping[str, Calendar],
    now: datetime,
) -> CaseDetail:
    """Everything of one case."""
    definition = definition_of(row.definition, row.version, row.state)
    offset, kept, spans = community_offset(session), rows.kept(row), rows.spans(row)
    shown = {
        name: masked(field, value) if (field := definition.field(name)) else value for name, value in row.fields.items()
    }
    names = names_of(session, definition, row.fields)
    last = undo.last_act(session, row.id)
    return CaseDetail(
        view=lines(session, [row], definition_of, now)[0],
        definition=definition,
        facts=timeline.facts(definition, shown, offset, names, kept, row.round),
        timeline=timeline.steps(session, definition, row.id, offset),
        moves=rules.legal_moves(definition, row.state, None, row.fields),
        values=shown,
        names=names,
        evidence=msgspec.convert(row.extra[EVIDENCE], Evidence) if EVIDENCE in row.extra else None,
        clocks=clock_views(kept, spans, definition, calendars, now),
        spans=spans,
        links=tuple(_links(session, row, definition_of, now)),
        versions=dict(row.extra.get(VERSIONS, {})),
        person_name=_person_name(session, row.person_id),
        asset_name=asset_names(session, [row.asset_id]).get(row.asset_id, "") if row.asset_id else "",
        opened_by=_opened_by(session, row),
        undo_until=last.until if last else None,
        undo_by=last.actor if last else "",
    )


def clock_views(
    kept: Iterable[Kept],
    spans: tuple[Span, ...],
    definition: CaseDefinition,
    calendars: Mapping[str, Calendar],
    now: datetime,
) -> tuple[ClockView, ...]:
    """Every promised time with how it stands."""

    def view(one: Kept) -> ClockView:
        clock = definition.clock(one.clock)
        waited = clocks.waited(one, spans, calendars, now)
        return ClockView(
            clock=one.clock,
            title=clock.title if clock else {"zh": one.clock, "en": one.clock},
            round=one.round,
            began=one.began,
            minutes=one.minutes,
            calendar=one.calendar,
            due=one.due,
            warn_at=one.warn_at,
            stopped=one.stopped,
            filed=one.filed,
            back_filed=clocks.is_back_filed(one),
            standing=clocks.standing(one, spans, now),
            waited={on: gone.total_seconds() / 60 for on, gone in waited.items()},
        )

    return tuple(view(one) for one in kept)


def assignee_name(session: Session, row: CaseRow) -> str:
    """Who has the case; empty where nobody has."""
    operator = session.get(Operator, row.assignee_id) if row.assignee_id else None
    return operator.name if operator else ""


def _person_name(session: Session, person_id: str | None) -> str:
    person = session.get(Person, person_id) if person_id else None
    return masks.name(person.name) if person else ""


def _opened_by(session: Session, row: CaseRow) -> str:
    operator = session.get(Operator, row.opened_by)
    return operator.name if operator else ""


def _links(session: Session, row: CaseRow, definition_of: DefinitionOf, now: datetime) -> Iterable[LinkView]:
    ties: list[tuple[str, bool, str]] = []
    if row.parent_id:
        ties.append(("parent", True, row.parent_id))
    below = select(CaseRow.id).where(CaseRow.parent_id == row.id).order_by(CaseRow.number)
    ties += [("subtask", False, id_) for id_ in session.scalars(below)]
    said = select(CaseLink).where(
        CaseLink.state == "active", or_(CaseLink.case_id == row.id, CaseLink.other_id == row.id)
    )
    for link in session.scalars(said.order_by(CaseLink.id)):
        outward = link.case_id == row.id
        ties.append((link.kind, outward, link.other_id if outward else link.case_id))
    found: list[Any] = list(session.scalars(select(CaseRow).where(CaseRow.id.in_({id_ for _, _, id_ in ties}))))
    views = {view.id: view for view in lines(session, found, definition_of, now)}
    return [LinkView(kind, outward, views[id_]) for kind, outward, id_ in ties if id_ in views]
