"""Cases: opened, moved from state to state as their definition says, closed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.store import Records, Transaction
from db.tables.cases import CaseRow
from desktop.cases import beginning, details, dispatch, masking, pictures, revealing, rows, rules
from desktop.cases.calendar import Calendar, load_calendars
from desktop.cases.definition import CaseDefinition, Move, stand_in
from desktop.cases.evidence import EVIDENCE, Evidence
from desktop.cases.lines import lines
from desktop.cases.loading import load_definitions
from desktop.cases.naming import community_offset
from desktop.cases.pictures import Image
from desktop.cases.pointing import check_moments, check_pointing, check_promises
from desktop.cases.rules import Problem
from desktop.cases.views import CaseDetail, CaseView
from desktop.kernel.clock import Clock
from desktop.kernel.errors import NotFound, Refused
from desktop.kernel.ids import NewId
from desktop.security.principal import Principal, act, require
from resources.loader import DataFileError, folder

_Work = Callable[[Transaction], CaseView]
Views = list[CaseView]

PartsUsed = Callable[[Transaction, str, str, Sequence[Mapping[str, Any]]], None]
"""Takes parts out of a holder's stock for a case: (tx, operator's id, case id, rows with `part` and `quantity`); what the
case used before comes back first. Raises Invalid."""


class Cases:
    """Everything that must be handled and closed. `definitions_in` are the folders of definition files."""

    def __init__(self, records: Records, clock: Clock, new_id: NewId, terminal: str, *definitions_in: Path) -> None:
        self._records = records
        self._clock = clock
        self._new_id = new_id
        self._terminal = terminal
        self._loaded = load_definitions(*(definitions_in or (folder("cases"),)))
        self._newest = self._loaded.newest()
        self._calendars: dict[str, Calendar] = load_calendars(folder("calendars"), records.read(community_offset))
        self.parts_used: PartsUsed | None = None
        """Where parts are taken from; set by the composition root."""

    # Definitions

    def definitions(self) -> dict[str, CaseDefinition]:
        """The definitions new cases open with, by name."""
        return dict(self._newest)

    def definition(self, name: str, version: int | None = None) -> CaseDefinition:
        """A definition as it opens new cases, or of a version. Raises NotFound where there is no such file."""
        found = self._newest.get(name) if version is None else self._loaded.definitions.get((name, version))
        if found is None:
            raise NotFound(f"there is no case definition {name!r}", definition=name)
        return found

    def definition_of(self, name: str, version: int, state: str) -> CaseDefinition:
        """The definition a case runs under; where its file is gone, one that can be read and not moved."""
        return self._loaded.definitions.get((name, version)) or stand_in(name, version, state)

    def every_version(self) -> tuple[CaseDefinition, ...]:
        """The definitions that cases may run under, old versions too."""
        return tuple(self._loaded.definitions.values())

    def calendars(self) -> dict[str, Calendar]:
        """The working calendars by name, and `always`."""
        return dict(self._calendars)

    def refused(self) -> list[DataFileError]:
        """The files with mistakes."""
        return list(self._loaded.refused)

    # Reading

    def list(self, states: Collection[str] | None = None, open_only: bool = True, most: int = 2000) -> Views:
        """Cases by due time, the most pressing first; `states` narrows to those states."""

        def work(session: Session) -> Views:
            wanted = select(CaseRow).order_by(CaseRow.due_at.nulls_last(), CaseRow.id).limit(most)
            if open_only:
                wanted = wanted.where(CaseRow.closed_at.is_(None))
            if states is not None:
                wanted = wanted.where(CaseRow.state.in_(states))
            found = session.scalars(wanted).all()
            return [*lines(session, found, self.definition_of, self._clock.now())]

        return self._records.read(work)

    def get(self, case_id: str) -> CaseDetail:
        """A case with its facts and its timeline. Raises NotFound."""

        def work(session: Session) -> CaseDetail:
            row = rows.row_of(session, case_id)
            return details.detail(session, row, self.definition_of, self._calendars, self._clock.now())

        return self._records.read(work)

    def moves_for(self, who: Principal, case_id: str) -> tuple[Move, ...]:
        """What `who` may do with the case now, the usual next step first. Raises NotFound."""
        row = self._records.read(lambda session: rows.row_of(session, case_id))
        definition = self.definition_of(row.definition, row.version, row.state)
        moves = rules.legal_moves(definition, row.state, who.permissions, row.fields)
        mine = (move for move in moves if rules.may_by(move, who.id, row.assignee_id))
        return tuple(sorted(mine, key=lambda move: move.tone != "primary"))

    def picture(self, sha256: str) -> Image:
        """A picture or signature: to be drawn small, or of what is looked at freely. Raises NotFound."""
        return self._records.read(lambda session: pictures.read(session, sha256))

    def keep_picture(self, who: Principal, data: bytes, media: str) -> str:
        """Keeps a picture before the step that names it; returns its hash. Raises NotAllowed, Invalid("picture")."""
        require(who, "cases.open")
        pictures.check(data, media)

        def work(tx: Transaction) -> str:
            sha256 = pictures.store_picture(tx, data, media)
            tx.note("picture", sha256, {"kept": media})
            return sha256

        return self._records.write(act(who, "cases.picture", self._clock), work)

    def reveal(self, who: Principal, case_id: str, field: str, reason: str) -> str:
        """The unmasked words of a personal field; that `who` saw them, and why, is in the journal before they are told.

        Raises NotAllowed, NotFound, Invalid without a reason or for a field that is not personal.
        """
        require(who, "people.reveal")
        rows.demand(rules.check_text("reason", reason, rules.MAX_REASON, needed=True))

        told = act(who, "cases.reveal", self._clock, reason.strip())
        return self._records.write(told, lambda tx: revealing.words(tx, self.definition_of, case_id, field))

    def reveal_papers(self, who: Principal, case_id: str, field: str, reason: str) -> tuple[Image, ...]:
        """As `reveal`, the photos of a personal field, in order; their hashes are in the journal."""
        require(who, "people.reveal")
        rows.demand(rules.check_text("reason", reason, rules.MAX_REASON, needed=True))
        told = act(who, "cases.reveal", self._clock, reason.strip())
        return self._records.write(told, lambda tx: revealing.papers(tx, self.definition_of, case_id, field))

    def look(self, who: Principal, case_id: str, sha256: str) -> Image:
        """A picture that an alarm left with the case, to be looked at in full: as `Album.look`."""
        require(who, "cases.see")
        camera = self._records.read(lambda session: revealing.camera_of(rows.row_of(session, case_id), sha256))
        if camera is None:
            return self.picture(sha256)
        told = act(who, "cases.reveal", self._clock)
        return self._records.write(told, lambda tx: pictures.reveal(tx, "case", case_id, camera, sha256)[0])

    # Opening

    def open(
        self,
        who: Principal,
        definition: str,
        title: str = "",
        *,
        thing_id: str | None = None,
        place_id: str | None = None,
        person_id: str | None = None,
        asset_id: str | None = None,
        urgency: str = "normal",
        fields: Mapping[str, object] | None = None,
        reason: str | None = None,
        parent_id: str | None = None,
    ) -> CaseView:
        """Opens a case with the newest version of the definition; without a title it is called by its `title_from`.

        Raises NotAllowed, NotFound for a definition or parent that is not there, Refused where the parent has no such
        sub-tasks, Invalid naming what will not do.
        """

        def work(tx: Transaction) -> CaseView:
            kind = self.definition(definition)
            about = {"place": place_id, "thing": thing_id, "person": person_id, "asset": asset_id}
            rows.demand(beginning.check_about(kind, about))
            return self.open_in(
                tx, who, definition, title, thing_id=thing_id, place_id=place_id, person_id=person_id,
                asset_id=asset_id, urgency=urgency, fields=fields, parent_id=parent_id,
            )  # fmt: skip

        rows.demand(rules.check_text("reason", reason, rules.MAX_REASON, needed=False))
        return self.write(who, "cases.open", reason, work)

    def open_in(
        self,
        tx: Transaction,
        who: Principal | None,
        definition: str,
        title: str,
        *,
        thing_id: str | None = None,
        place_id: str | None = None,
        person_id: str | None = None,
        asset_id: str | None = None,
        urgency: str = "normal",
        fields: Mapping[str, object] | None = None,
        parent_id: str | None = None,
        assignee_id: str | None = None,
        schedule_id: str | None = None,
        planned_at: datetime | None = None,
        case_id: str | None = None,
        route: Mapping[str, object] | None = None,
        evidence: Evidence | None = None,
        onset: datetime | None = None,
    ) -> CaseView:
        """As `open`, within the caller's transaction, so that an alarm or a plan and its case are never stored apart.

        `who` is None where the program itself opens it; `evidence` is what the alarm leaves with the case, and `onset`
        when it began: where the definition says so, the clocks run from there. An alarm's urgency that the definition does
        not have is its least pressing one. `route` is how a round begins (`rounds.snapshot`); `case_id` an id made
        beforehand.
        """
        kind, given = self.definition(definition), fields or {}
        if who is not None:
            require(who, kind.opening.permission)
        title = title.strip() if isinstance(title, str) else title
        title = title or beginning.called(kind, given)
        problems = rules.check_text("title", title, rules.MAX_TITLE, needed=True)
        problems += rules.check_fields(kind, kind.opening.needs, kind.opening.takes, given)
        if (evidence is not None or who is None) and kind.urgency(urgency) is None:
            urgency = kind.urgencies[-1].name
        if kind.urgency(urgency) is None:
            problems += (Problem("urgency", "not_an_option"),)
        problems = problems or check_promises(kind, given, tx.act.at)
        rows.demand(problems or check_pointing(tx.session, kind, given))
        beginning.check_there(tx, place_id, person_id, asset_id)
        if parent_id is not None:
            self._check_parent(tx, parent_id, kind)
        now = tx.act.at
        row = CaseRow(
            id=case_id or self._new_id(),
            number=self._next_number(tx),
            definition=kind.name,
            version=kind.version,
            title=title,
            state=kind.initial.name,
            urgency=urgency,
            thing_id=thing_id,
            place_id=place_id,
            person_id=person_id,
            asset_id=asset_id,
            parent_id=parent_id,
            assignee_id=assignee_id,
            schedule_id=schedule_id,
            planned_at=planned_at,
            opened_by=who.id if who else "system",
            opened_at=now,
            fields=rules.kept(kind, given) | beginning.routed(kind, route),
            extra={EVIDENCE: msgspec.to_builtins(evidence)} if evidence else {},
        )
        if versions := rules.versions(kind, {}, {}, row.fields):
            row.extra = {**row.extra, details.VERSIONS: versions}
        rows.begin_round(row, kind, beginning.began(kind, now, onset, planned_at))
        rows.reckon(row, kind, self._calendars, now)
        tx.add(row)
        if who is not None:
            self._take_parts(tx, row, kind, given, who)
        return self.view(tx.session, row)

    def tell_in(self, tx: Transaction, case_id: str, evidence: Mapping[str, Any]) -> None:
        """Adds to what the alarm left with an open case (fields of `Evidence`); a closed one stays as it is."""
        row = rows.row_of(tx.session, case_id)
        if row.closed_at is None:
            row.extra = {**row.extra, EVIDENCE: {**row.extra.get(EVIDENCE, {}), **evidence}}

    # Moving

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
        """Takes a step. Of two people who take the case out of the same state, one wins and the other is refused and told
        who has it (`facts["who"]`).

        Raises NotAllowed, NotFound, Refused when the case does not stand where the move begins, is somebody else's, waits
        for its sub-tasks or finds nobody whose turn it could be, Invalid naming what is missing or will not do;
        `facts["why"]` is one of `rules.Problem`'s reasons.
        """

        def work(tx: Transaction) -> CaseView:
            row = rows.row_of(tx.session, case_id)
            definition = self.definition_of(row.definition, row.version, row.state)
            step = self._step(tx.session, who, row, definition, move)
            given = masking.unmasked(definition, row.fields, fields or {})
            rows.demand(
                rules.check_move(definition, step, row.fields, given, assignee_id, reason)
                or check_pointing(tx.session, definition, given)
                or check_moments(definition, row, rows.kept(row), given, tx.act.at)
                or check_promises(definition, given, tx.act.at)
            )
            if step.needs.subtasks_closed and (waiting := rows.open_subtasks(tx.session, row.id)):
                raise Refused(f"sub-tasks are open: {', '.join(waiting)}", why="subtasks", numbers=", ".join(waiting))
            row.assignee_id = dispatch.chosen(tx, who, definition, step, assignee_id, row.assignee_id)
            self.apply(tx, row, definition, step, given)
            self._take_parts(tx, row, definition, given, who)
            return self.view(tx.session, row)

        return self.write(who, f"cases.move.{move}", reason, work)

    def apply(
        self, tx: Transaction, row: CaseRow, definition: CaseDefinition, step: Move, given: Mapping[str, object]
    ) -> None:
        """What a checked step does to the row."""
        target = definition.state(step.to or row.state)
        if target is None:
            raise Refused(f"{definition.name} has no state {step.to!r}", move=step.name)
        before, moves_on = dict(row.fields), target.name != row.state
        fields = rules.merged(definition, step, before, given)
        if fields != before:
            row.fields = fields
        counted = row.extra.get(details.VERSIONS, {})
        if (versions := rules.versions(definition, counted, before, fields)) != counted:
            row.extra = {**row.extra, details.VERSIONS: versions}
        row.state = target.name
        if target.initial and moves_on:
            row.assignee_id = None
        if moves_on:
            rows.end_pause(row, tx.act.at)
        if target.end:
            row.closed_at = tx.act.at
        if step.again:
            row.round += 1
            rows.begin_round(row, definition, tx.act.at)
        rows.reckon(row, definition, self._calendars, tx.act.at, corrected=not moves_on)

    def write(self, who: Principal, op: str, reason: str | None, work: _Work) -> CaseView:
        """Runs a step on the store, with the reason as it is journalled."""
        offset = self._records.read(community_offset)
        return self._records.write(act(who, op, self._clock, (reason or "").strip() or None, offset), work)

    def view(self, session: Session, row: CaseRow) -> CaseView:
        """The row as lists show it."""
        session.flush()
        return lines(session, [row], self.definition_of, self._clock.now())[0]

    def _step(self, session: Session, who: Principal, row: CaseRow, definition: CaseDefinition, move: str) -> Move:
        """The move, if it is there, allowed, begins where the case stands, and is for this person to make."""
        step = definition.move(move)
        if step is None or step.auto:
            raise Refused(f"{definition.name} has no move {move!r}", move=move, number=row.number)
        require(who, step.permission)
        if not rules.stands(definition, step, row.state, row.fields):
            has = details.assignee_name(session, row)
            raise Refused(
                f"{row.number} is {row.state}: {move!r} does not begin there", move=move, state=row.state, who=has
            )
        if not rules.may_by(step, who.id, row.assignee_id):
            has = details.assignee_name(session, row)
            raise Refused(f"{row.number} is {has}'s", move=move, why="not_yours", who=has)
        return step

    def _take_parts(
        self, tx: Transaction, row: CaseRow, definition: CaseDefinition, given: Mapping[str, object], who: Principal
    ) -> None:
        for field in definition.fields:
            used = row.fields.get(field.name, [])
            if field.stock and field.name in given and isinstance(used, list) and self.parts_used is not None:
                tx.session.flush()
                self.parts_used(tx, who.id, row.id, used)

    def _check_parent(self, tx: Transaction, parent_id: str, kind: CaseDefinition) -> None:
        parent = rows.open_row(tx.session, parent_id)
        if kind.name not in self.definition_of(parent.definition, parent.version, parent.state).subtasks:
            raise Refused(f"{parent.definition} has no sub-tasks of kind {kind.name}", definition=kind.name)

    def _next_number(self, tx: Transaction) -> str:
        day = rules.local_day(tx.act.at, tx.act.offset_minutes)
        return f"{self._terminal}-{day}-{tx.next_number(f'case/{self._terminal}/{day}'):04d}"
