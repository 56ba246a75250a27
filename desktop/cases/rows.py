"""What every step on a case's row has in common: reading it, and working out what is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.cases import CaseRow
from desktop.cases import clocks
from desktop.cases.calendar import Calendar
from desktop.cases.clocks import Kept, Span
from desktop.cases.definition import CaseDefinition
from desktop.cases.rules import Problem
from desktop.kernel.errors import Invalid, NotFound, Refused

Calendars = Mapping[str, Calendar]


def row_of(session: Session, case_id: str) -> CaseRow:
    """Raises NotFound."""
    row = session.get(CaseRow, case_id)
    if row is None:
        raise NotFound("there is no such case", id=case_id)
    return row


def open_row(session: Session, case_id: str) -> CaseRow:
    """A case that is not closed. Raises NotFound, Refused."""
    row = row_of(session, case_id)
    if row.closed_at is not None:
        raise Refused(f"{row.number} is closed", number=row.number, state=row.state)
    return row


def kept(row: CaseRow) -> tuple[Kept, ...]:
    """What was promised, every round."""
    return msgspec.convert(row.clocks, tuple[Kept, ...])


def spans(row: CaseRow) -> tuple[Span, ...]:
    """Every pause."""
    return msgspec.convert(row.spans, tuple[Span, ...])


def reckon(
    row: CaseRow, definition: CaseDefinition, calendars: Calendars, now: datetime, *, corrected: bool = False
) -> None:
    """What is due after a step: worked out anew from what was promised and every pause. `corrected`: the step went
    nowhere, so that a moment it gives puts one right that was given before."""
    pauses = spans(row)
    after = clocks.followed(definition, kept(row), row.round, row.state, row.fields, now, corrected)
    after = clocks.reckoned(after, pauses, calendars)
    _replace(row, "clocks", msgspec.to_builtins(after))
    _replace(row, "due_at", clocks.next_due(after))
    _replace(row, "warn_at", clocks.next_warning(after))
    _replace(row, "paused", row.closed_at is None and any(span.is_open(now) for span in pauses))


def _replace(row: CaseRow, column: str, value: object) -> None:
    # A JSON column that is set to an equal value counts as changed, and would be journalled as that.
    if getattr(row, column) != value:
        setattr(row, column, value)


def begin_round(row: CaseRow, definition: CaseDefinition, began: datetime) -> None:
    """The clocks of the round that the row is in now. Those of the round before that still ran have stopped: nobody meets
    the promises of a round that is over."""
    over = [
        msgspec.structs.replace(one, stopped=began, filed=began) if one.stopped is None else one for one in kept(row)
    ]
    row.clocks = msgspec.to_builtins([*over, *clocks.begun(definition, row.urgency, row.round, began)])


def end_pause(row: CaseRow, now: datetime) -> bool:
    """Ends the pause that is going on; False where there was none."""
    pauses = spans(row)
    if not any(span.is_open(now) for span in pauses):
        return False
    row.spans = msgspec.to_builtins([msgspec.structs.replace(p, ends=now) if p.is_open(now) else p for p in pauses])
    return True


def open_subtasks(session: Session, case_id: str) -> list[str]:
    """The numbers of the sub-tasks that are still open."""
    wanted = select(CaseRow.number).where(CaseRow.parent_id == case_id, CaseRow.closed_at.is_(None))
    return list(session.scalars(wanted.order_by(CaseRow.number)))


def demand(problems: tuple[Problem, ...]) -> None:
    """Raises Invalid for the first of them; all are in `facts["all"]` as "field:why field:why"."""
    if problems:
        first = problems[0]
        every = " ".join(f"{problem.field}:{problem.why}" for problem in problems)
        raise Invalid(f"{first.field}: {first.why}", first.field, why=first.why, all=every)
