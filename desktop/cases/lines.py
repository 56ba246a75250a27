"""Cases as the lines of a list: names and words fetched for all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from desktop.cases.clocks import Span
from desktop.cases.definition import CaseDefinition
from desktop.cases.naming import POINTING, Cells, community_offset, names_in, operator_names, place_paths
from desktop.cases.views import CaseView

DefinitionOf = Callable[[str, int, str], CaseDefinition]
"""The definition by name, version and, where its file is gone, the state it stands in."""


def lines(session: Session, rows: Sequence[Any], definition_of: DefinitionOf, now: datetime) -> tuple[CaseView, ...]:
    """The rows (of `CaseRow`, or of its columns) as lists show them, in their order."""
    kinds = {(row.definition, row.version): definition_of(row.definition, row.version, row.state) for row in rows}
    held = [
        (field, row.fields[name])
        for row in rows
        for name in kinds[row.definition, row.version].lists
        if row.fields.get(name) and (field := kinds[row.definition, row.version].field(name))
        if field.type in POINTING
    ]
    cells = Cells(names_in(session, held), community_offset(session))
    paths = place_paths(session, {row.place_id for row in rows if row.place_id})
    people = operator_names(session, {row.assignee_id for row in rows if row.assignee_id})
    return tuple(_line(row, kinds[row.definition, row.version], paths, people, cells, now) for row in rows)


def _line(
    row: Any,
    definition: CaseDefinition,
    paths: Mapping[str, tuple[str, ...]],
    people: Mapping[str, str],
    cells: Cells,
    now: datetime,
) -> CaseView:
    state, urgency = definition.state(row.state), definition.urgency(row.urgency)
    overdue = row.closed_at is None and row.due_at is not None and now > row.due_at
    warned = row.closed_at is None and row.warn_at is not None and now >= row.warn_at
    return CaseView(
        id=row.id,
        number=row.number,
        definition=row.definition,
        title=row.title,
        state=row.state,
        state_title=state.title if state else {"zh": row.state, "en": row.state},
        urgency=row.urgency,
        thing_id=row.thing_id,
        place_id=row.place_id,
        place_path=paths.get(row.place_id, ()),
        assignee_id=row.assignee_id,
        assignee_name=people.get(row.assignee_id, ""),
        opened_at=row.opened_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
        round=row.round,
        overdue=overdue,
        version=row.version,
        definition_title=definition.title,
        urgency_title=urgency.title if urgency else {"zh": row.urgency, "en": row.urgency},
        warned=warned and not overdue and not row.paused,
        paused=row.closed_at is None and row.paused,
        waits=_waits(row, now),
        person_id=row.person_id,
        asset_id=row.asset_id,
        parent_id=row.parent_id,
        urged=row.urged,
        escalated=row.escalated,
        shown=cells.shown(definition, row.fields),
    )


def _waits(row: Any, now: datetime) -> str:
    if row.closed_at is not None or not row.paused:
        return ""
    spans = msgspec.convert(row.spans, tuple[Span, ...])
    return next((span.kind for span in spans if span.is_open(now)), "")
