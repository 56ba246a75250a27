"""Reads what figures are worked out of: a projection, decoded without row objects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime

import msgspec
from sqlalchemy import Text as SqlText
from sqlalchemy import or_, select, type_coerce
from sqlalchemy.orm import Session

from db.tables.cases import CaseLink, CaseRow
from desktop.cases.clocks import Kept, Span
from desktop.cases.definition import CaseDefinition
from desktop.cases.figures import CaseFacts

_kept = msgspec.json.Decoder(tuple[Kept, ...])
_spans = msgspec.json.Decoder(tuple[Span, ...])
_fields = msgspec.json.Decoder(dict[str, object])


def measured(
    session: Session,
    since: datetime,
    until: datetime,
    definitions: Collection[str],
    definition_of: Callable[[str, int, str], CaseDefinition],
) -> Iterator[CaseFacts]:
    """The cases that were open at some instant of the period or are still open; void and merged ones left out. No
    `definitions` are all of them."""
    merged = select(CaseLink.case_id).where(CaseLink.kind == "merged", CaseLink.state == "active")
    wanted = select(
        CaseRow.id, CaseRow.number, CaseRow.title, CaseRow.definition, CaseRow.version, CaseRow.state,
        CaseRow.opened_at, CaseRow.closed_at, CaseRow.assignee_id, CaseRow.round, CaseRow.urged, CaseRow.escalated,
        *(type_coerce(column, SqlText) for column in (CaseRow.fields, CaseRow.clocks, CaseRow.spans)),
    ).where(
        CaseRow.opened_at < until, or_(CaseRow.closed_at.is_(None), CaseRow.closed_at >= since),
        CaseRow.id.not_in(merged),
    )  # fmt: skip
    if definitions:
        wanted = wanted.where(CaseRow.definition.in_(definitions))
    for row in session.execute(wanted.order_by(CaseRow.id)):
        definition = definition_of(row[3], row[4], row[5])
        state = definition.state(row[5])
        if state is None or state.end != "void":
            yield CaseFacts(
                id=row[0], number=row[1], title=row[2], definition=definition, opened_at=row[6], closed_at=row[7],
                assignee_id=row[8], round=row[9], urged=row[10], escalated=row[11], fields=_fields.decode(row[12]),
                kept=_kept.decode(row[13]), spans=_spans.decode(row[14]),
            )  # fmt: skip
