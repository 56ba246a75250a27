"""Cases: opened, moved from state to state as their definition says, closed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.store import Records, Transaction
from db.tables.cases import CaseRow
from db.tables.places import Community, Place
from db.tables.security import Operator
from desktop.cases import clocks, rules, timeline
from desktop.cases.calendar import Calendar, load_calendars
from desktop.cases.clocks import Kept, Span
from desktop.cases.definition import CaseDefinition, Move, load_definitions, stand_in
from desktop.cases.evidence import EVIDENCE, Evidence
from desktop.cases.rules import Problem
from desktop.cases.views import CaseDetail, CaseView, ClockView
from desktop.kernel.clock import Clock
from desktop.kernel.errors import Invalid, NotFound, Refused
from desktop.kernel.ids import NewId
from desktop.places.service import view as place_view
from desktop.security.principal import Principal, act, require
from resources.loader import DataFileError, folder

_Work = Callable[[Transaction], CaseView]
Views = list[CaseView]


class Cases:
    """Everything that must be handled and closed. `definitions_in` is the folder of definition files."""

    def __init__(
        self, records: Records, clock: Clock, new_id: NewId, terminal: str, definitions_in: Path | None = None
    ) -> None:
        self._records = records
        self._clock = clock
        self._new_id = new_id
        self._terminal = terminal
        self._loaded = load_definitions(definitions_in or folder("cases"))
        self._newest = self._loaded.newest()
        self._calendars: dict[str, Calendar] = load_calendars(folder("calendars"), records.read(_offset))

    def definitions(self) -> dict[str, CaseDefinition]:
        """The definitions new cases open with, by name."""
        return dict(self._newest)

    def definition(self, name: str, version: int | None = None) -> CaseDefinition:
        """A definition as it opens new cases, or of a version. Raises NotFound where there is no such file."""
        found = self._newest.get(name) if version is None else self._loaded.definitions.get((name, version))
        if found is None:
            raise NotFound(f"there is no case definition {name!r}", definition=name)
        return found

    def calendars(self) -> dict[str, Calendar]:
        """The working calendars by name, and `always`."""
        return dict(self._calendars)

    def refused(self) -> list[DataFileError]:
        """The files with mistakes."""
        return list(self._loaded.refused)

    def list(self, states: Collection[str] | None = None, open_only: bool = True, most: int = 2000) -> Views:
        """Cases by due time, the most pressing first; `states` narrows to those states."""

        def work(session: Session) -> Views:
            wanted = select(CaseRow).order_by(CaseRow.due_at.nulls_last(), CaseRow.id).limit(most)
            if open_only:
                wanted = wanted.where(CaseRow.closed_at.is_(None))
            if states is not None:
                wanted = wanted.where(CaseRow.state.in_(states))
            return [self._view(session, row) for row in session.scalars(wanted)]

        return self._records.read(work)

    def get(self, case_id: str) -> CaseDetail:
        """A case with its facts and its timeline. Raises NotFound."""

        def work(session: Session) -> CaseDetail:
            row, offset = _row(session, case_id), _offset(session)
            definition = self._definition(row)
            return CaseDetail(
                view=self._view(session, row),
                definition=definition,
                facts=timeline.facts(definition, row.fields, offset),
                timeline=timeline.steps(session, definition, case_id, offset),
                moves=rules.legal_moves(definition, row.state, None, row.fields),
                values=dict(row.fields),
                evidence=msgspec.convert(row.extra[EVIDENCE], Evidence) if EVIDENCE in row.extra else None,
                clocks=self._clock_views(row, definition),
                spans=msgspec.convert(row.spans, tuple[Span, ...]),
            )

        return self._records.read(work)

    def moves_for(self, who: Principal, case_id: str) -> tuple[Move, ...]:
        """What `who` may do with the case now, the usual next step first. Raises NotFound."""
        row = self._records.read(lambda session: _row(session, case_id))
        moves = rules.legal_moves(self._definition(row), row.state, who.permissions, row.fields)
        return tuple(sorted(moves, key=lambda move: move.tone != "primary"))

    def open(
        self,
        who: Principal,
        definition: str,
        title: str,
        *,
        thing_id: str | None = None,
        place_id: str | None = None,
        urgency: str = "normal",
        fields: Mapping[str, object] | None = None,
        reason: str | None = None,
    ) -> CaseView:
        """Opens a case with the newest version of the definition.

        Raises NotAllowed, NotFound for a definition or place that is not there, Invalid naming what will not do.
        """

        def work(tx: Transaction) -> CaseView:
            return self.open_in(
                tx, who, definition, title, thing_id=thing_id, place_id=place_id, urgency=urgency, fields=fields
            )

        _demand(rules.check_text("reason", reason, rules.MAX_REASON, needed=False))
        return self._write(who, "cases.open", reason, work)

    def open_in(
        self,
        tx: Transaction,
        who: Principal | None,
        definition: str,
        title: str,
        *,
        thing_id: str | None = None,
        place_id: str | None = None,
        urgency: str = "normal",
        fields: Mapping[str, object] | None = None,
        evidence: Evidence | None = None,
        onset: datetime | None = None,
    ) -> CaseView:
        """As `open`, within the caller's transaction, so that an alarm and its case are never stored apart.

        `who` is None where the program itself opens it; `evidence` is what the alarm leaves with the case, and `onset`
        when it began: where the definition says so, the clock runs from there. An alarm's urgency that the definition does
        not have is its least pressing one.
        """
        kind, given = self._newest.get(definition), fields or {}
        if kind is None:
            raise NotFound(f"there is no case definition {definition!r}", definition=definition)
        if who is not None:
            require(who, kind.opening.permission)
        problems = rules.check_text("title", title, rules.MAX_TITLE, needed=True)
        problems += rules.check_fields(kind, kind.opening.needs, kind.opening.takes, given)
        if evidence is not None and kind.urgency(urgency) is None:
            urgency = kind.urgencies[-1].name
        if kind.urgency(urgency) is None:
            problems += (Problem("urgency", "not_an_option"),)
        _demand(problems)
        if place_id is not None and tx.get(Place, place_id) is None:
            raise NotFound("there is no such place", id=place_id)
        now = tx.act.at
        row = CaseRow(
            id=self._new_id(),
            number=self._next_number(tx),
            definition=kind.name,
            version=kind.version,
            title=title.strip(),
            state=kind.initial.name,
            urgency=urgency,
            thing_id=thing_id,
            place_id=place_id,
            opened_at=now,
            fields=rules.kept(kind, given),
            extra={EVIDENCE: msgspec.to_builtins(evidence)} if evidence else {},
        )
        began = onset if onset and kind.opening.from_onset else now
        row.clocks = msgspec.to_builtins(clocks.begun(kind, urgency, row.round, began))
        self._reckon(row, kind, now)
        return self._view(tx.session, tx.add(row))

    def _reckon(self, row: CaseRow, definition: CaseDefinition, now: datetime) -> None:
        """What is due after a step: worked out anew from what was promised and every pause."""
        spans = msgspec.convert(row.spans, tuple[Span, ...])
        kept = msgspec.convert(row.clocks, tuple[Kept, ...])
        kept = clocks.followed(definition, kept, row.round, row.state, row.fields, now)
        kept = clocks.reckoned(kept, spans, self._calendars)
        row.clocks = msgspec.to_builtins(kept)
        row.due_at, row.warn_at = clocks.next_due(kept), clocks.next_warning(kept)
        row.paused = any(span.is_open(now) for span in spans)

    def _clock_views(self, row: CaseRow, definition: CaseDefinition) -> tuple[ClockView, ...]:
        spans, now = msgspec.convert(row.spans, tuple[Span, ...]), self._clock.now()
        return tuple(
            ClockView(
                clock=one.clock,
                title=clock.title if (clock := definition.clock(one.clock)) else {"zh": one.clock, "en": one.clock},
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
                waited={
                    on: gone.total_seconds() / 60
                    for on, gone in clocks.waited(one, spans, self._calendars, now).items()
                },
            )
            for one in msgspec.convert(row.clocks, tuple[Kept, ...])
        )

    def tell_in(self, tx: Transaction, case_id: str, evidence: Mapping[str, Any]) -> None:
        """Adds to what the alarm left with an open case (fields of `Evidence`); a closed one stays as it is."""
        row = _row(tx.session, case_id)
        if row.closed_at is None:
            row.extra = {**row.extra, EVIDENCE: {**row.extra.get(EVIDENCE, {}), **evidence}}

    def move(
        self,
        who: Principal,
        case_id: str,
        move: str,
        *,
        fields: Mapping[str, object] | None = None,
        assignee_id: str | None = None,
        reason: str | None = None,
    ) -> CaseView:
        """Takes a step. Of two people who take the case out of the same state, one wins and the other is refused.

        Raises NotAllowed, NotFound, Refused when the case does not stand where the move begins, Invalid naming what
        is missing or will not do; `facts["why"]` is one of `rules.Problem`'s reasons.
        """

        def work(tx: Transaction) -> CaseView:
            row = _row(tx.session, case_id)
            definition = self._definition(row)
            step = definition.move(move)
            if step is None:
                raise Refused(f"{definition.name} has no move {move!r}", move=move, number=row.number)
            require(who, step.permission)
            if not rules.stands(definition, step, row.state, row.fields):
                raise Refused(f"{row.number} is {row.state}: {move!r} does not begin there", move=move, state=row.state)
            _demand(rules.check_move(definition, step, row.fields, given, assignee_id, reason))
            if assignee_id is not None:
                _active_operator(tx, assignee_id)
            _apply(tx, row, definition, step, given, assignee_id)
            self._reckon(row, definition, tx.act.at)
            return self._view(tx.session, row)

        given = fields or {}
        return self._write(who, f"cases.move.{move}", reason, work)

    def _write(self, who: Principal, op: str, reason: str | None, work: _Work) -> CaseView:
        offset = self._records.read(_offset)
        return self._records.write(act(who, op, self._clock, (reason or "").strip() or None, offset), work)

    def _next_number(self, tx: Transaction) -> str:
        day = rules.local_day(tx.act.at, tx.act.offset_minutes)
        return f"{self._terminal}-{day}-{tx.next_number(f'case/{self._terminal}/{day}'):04d}"

    def _definition(self, row: CaseRow) -> CaseDefinition:
        found = self._loaded.definitions.get((row.definition, row.version))
        return found or stand_in(row.definition, row.version, row.state)

    def _view(self, session: Session, row: CaseRow) -> CaseView:
        definition = self._definition(row)
        state = definition.state(row.state)
        place = session.get(Place, row.place_id) if row.place_id else None
        assignee = session.get(Operator, row.assignee_id) if row.assignee_id else None
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
            place_path=place_view(session, place).path if place else (),
            assignee_id=row.assignee_id,
            assignee_name=assignee.name if assignee else "",
            opened_at=row.opened_at,
            due_at=row.due_at,
            closed_at=row.closed_at,
            round=row.round,
            overdue=row.closed_at is None and row.due_at is not None and self._clock.now() > row.due_at,
        )


def _apply(
    tx: Transaction,
    row: CaseRow,
    definition: CaseDefinition,
    step: Move,
    given: Mapping[str, object],
    assignee_id: str | None,
) -> None:
    target = definition.state(step.to or row.state)
    if target is None:
        raise Refused(f"{definition.name} has no state {step.to!r}", move=step.name)
    moves_on = target.name != row.state
    row.state = target.name
    row.fields = rules.merged(definition, step, row.fields, given)
    if target.initial and moves_on:
        row.assignee_id = None
    elif assignee_id is not None:
        row.assignee_id = assignee_id
    if target.end:
        row.closed_at = tx.act.at
    if step.again:
        row.round += 1
        row.clocks = [*row.clocks, *msgspec.to_builtins(clocks.begun(definition, row.urgency, row.round, tx.act.at))]


def _active_operator(tx: Transaction, operator_id: str) -> None:
    operator = tx.get(Operator, operator_id)
    if operator is None or operator.state != "active":
        raise Invalid("the assignee has no active account", "assignee", why="not_an_option")


def _demand(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise Invalid(f"{problems[0].field}: {problems[0].why}", problems[0].field, why=problems[0].why)


def _row(session: Session, case_id: str) -> CaseRow:
    row = session.get(CaseRow, case_id)
    if row is None:
        raise NotFound("there is no such case", id=case_id)
    return row


def _offset(session: Session) -> int:
    """The community's offset from UTC in minutes; Beijing's before it is founded."""
    found = session.scalar(select(Community.offset_minutes).order_by(Community.id).limit(1))
    return 480 if found is None else found
