"""What can be done with a case of any kind and changes no state: suspend, urge, escalate, note, link, merge, undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.store import Records, Transaction
from db.tables.cases import CaseLink, CaseRow
from db.tables.plans import Picture
from desktop.cases import clocks, rounds, rows, rules, undo
from desktop.cases.clocks import Span
from desktop.cases.definition import CaseDefinition, CaseField, Pause
from desktop.cases.masking import is_personal
from desktop.cases.rules import Problem
from desktop.cases.service import Cases
from desktop.cases.ticking import Ticking
from desktop.cases.values import instant
from desktop.cases.views import CaseView
from desktop.kernel.clock import Clock
from desktop.kernel.errors import Invalid, NotFound, Refused
from desktop.kernel.ids import NewId
from desktop.security.principal import Principal, require

MAX_NOTE = 1000

PERMISSIONS: Mapping[str, tuple[str, ...]] = {
    "suspend": ("cases.work", "cases.assign"),
    "resume": ("cases.work", "cases.assign"),
    "urge": ("cases.open",),
    "escalate": ("cases.work", "cases.follow_up", "cases.lead"),
    "note": ("cases.open",),
    "set_urgency": ("cases.assign",),
    "link": ("cases.open",),
    "merge": ("cases.lead",),
    "visit": ("cases.work", "cases.gate"),
    "undo": ("cases.see",),
    "reveal": ("people.reveal",),
}
"""Any one of these allows the act."""

Kind = Literal["linked", "duplicate"]
StockBack = Callable[[Transaction, str], None]
"""Gives back what the last act took out of stock for a case: (tx, case id)."""


class CaseActs:
    """The acts that are the same for every kind of case."""

    def __init__(self, records: Records, clock: Clock, new_id: NewId, cases: Cases, terminal: str) -> None:
        self._records = records
        self._clock = clock
        self._new_id = new_id
        self._cases = cases
        self._ticking = Ticking(records, clock, cases, terminal)
        self.stock_back: StockBack | None = None
        """Set by the composition root."""

    def what_can(self, who: Principal, case_id: str) -> frozenset[str]:
        """The acts that `who` may do with the case as it stands. Raises NotFound."""

        def work(session: Session) -> frozenset[str]:
            row = rows.row_of(session, case_id)
            definition = self._cases.definition_of(row.definition, row.version, row.state)
            return frozenset(act for act in PERMISSIONS if self._fits(session, who, row, definition, act))

        return self._records.read(work)

    def _fits(self, session: Session, who: Principal, row: CaseRow, definition: CaseDefinition, act: str) -> bool:
        if not any(who.may(permission) for permission in PERMISSIONS[act]):
            return False
        now = self._clock.now()
        if act == "undo":
            last = undo.last_act(session, row.id)
            return last is not None and last.actor == who.id and now <= last.until
        if act in ("note", "link"):
            return True
        if act == "reveal":
            return any(is_personal(field) and row.fields.get(field.name) for field in definition.fields)
        if row.closed_at is not None:
            return False
        suspended = any(span.is_open(now) for span in rows.spans(row))
        fits = {
            "suspend": bool(definition.pauses) and not suspended,
            "resume": suspended,
            "set_urgency": len(definition.urgencies) > 1,
            "merge": definition.void is not None,
            "visit": any(rounds.route(row.fields.get(f.name)) for f in definition.fields if f.type == "points"),
        }
        return fits.get(act, True)

    # Time

    def suspend(
        self, who: Principal, case_id: str, kind: Pause, *, until: datetime | None = None, reason: str
    ) -> CaseView:
        """The clocks stand still from now, until `until` or until somebody goes on. Raises NotAllowed, NotFound, Refused
        for a closed or suspended case, Invalid for a pause the kind does not know, a time that is over, no reason."""

        def work(tx: Transaction, row: CaseRow, definition: CaseDefinition) -> None:
            now = tx.act.at
            if kind not in definition.pauses:
                raise Invalid(f"{definition.name} knows no pause {kind!r}", "kind", why="not_an_option")
            if until is not None and (instant(until) is None or until <= now):
                raise Invalid(
                    "a time to come, with its offset", "until", why="too_early" if instant(until) else "not_a_time"
                )
            if any(span.is_open(now) for span in rows.spans(row)):
                raise Refused(f"{row.number} is suspended already", why="suspended")
            span = Span(kind=kind, begins=now, until=until, reason=reason.strip(), by=who.id)
            row.spans = [*row.spans, msgspec.to_builtins(span)]
            rows.reckon(row, definition, self._cases.calendars(), now)

        return self._act(who, case_id, "suspend", work, reason=reason, needed=True)

    def resume(self, who: Principal, case_id: str, reason: str | None = None) -> CaseView:
        """Ends the pause; what is due is worked out anew. Raises NotAllowed, NotFound, Refused."""

        def work(tx: Transaction, row: CaseRow, definition: CaseDefinition) -> None:
            if not rows.end_pause(row, tx.act.at):
                raise Refused(f"{row.number} is not suspended", why="not_suspended")
            rows.reckon(row, definition, self._cases.calendars(), tx.act.at)

        return self._act(who, case_id, "resume", work, reason=reason)

    def set_urgency(self, who: Principal, case_id: str, urgency: str, reason: str) -> CaseView:
        """Promises other times. They run from when the round began, and every pause still counts. Raises NotAllowed,
        NotFound, Refused, Invalid."""

        def work(tx: Transaction, row: CaseRow, definition: CaseDefinition) -> None:
            if definition.urgency(urgency) is None:
                raise Invalid(f"{definition.name} has no urgency {urgency!r}", "urgency", why="not_an_option")
            row.urgency = urgency
            # When another round began nobody kept where nothing was promised for it.
            otherwise = row.planned_at or row.opened_at if row.round == 1 else tx.act.at
            promised = clocks.promised_anew(definition, rows.kept(row), row.round, urgency, otherwise)
            row.clocks = msgspec.to_builtins(promised)
            rows.reckon(row, definition, self._cases.calendars(), tx.act.at)

        return self._act(who, case_id, "set_urgency", work, reason=reason, needed=True)

    # Words

    def urge(self, who: Principal, case_id: str, words: str) -> CaseView:
        """Somebody asked where it stays (催单): counted, and in the timeline with their words."""

        def work(_tx: Transaction, row: CaseRow, _definition: CaseDefinition) -> None:
            row.urged += 1

        return self._act(who, case_id, "urge", work, reason=words, needed=True)

    def escalate(self, who: Principal, case_id: str, reason: str) -> CaseView:
        """Asks for a supervisor: counted, and shown to whoever leads."""

        def work(_tx: Transaction, row: CaseRow, _definition: CaseDefinition) -> None:
            row.escalated += 1

        return self._act(who, case_id, "escalate", work, reason=reason, needed=True)

    def note(self, who: Principal, case_id: str, text: str, photos: Sequence[str] = ()) -> CaseView:
        """A word for the timeline, with pictures (hashes from `Cases.keep_picture`); closed cases take notes too."""

        def work(tx: Transaction, row: CaseRow, _definition: CaseDefinition) -> None:
            if any(tx.session.get(Picture, sha256) is None for sha256 in photos):
                raise Invalid("there is no such picture", "photos", why="not_a_picture")
            tx.note("case", row.id, {"note": text.strip(), "photos": list(photos)})

        rows.demand(rules.check_text("text", text, MAX_NOTE, needed=True))
        return self._act(who, case_id, "note", work, closed_too=True)

    # Ties

    def link(
        self, who: Principal, case_id: str, other_id: str, kind: Kind = "linked", reason: str | None = None
    ) -> CaseView:
        """Ties a case to another; tied twice is tied once. Raises NotAllowed, NotFound, Invalid for itself."""

        def work(tx: Transaction, row: CaseRow, _definition: CaseDefinition) -> None:
            other = rows.row_of(tx.session, other_id)
            self._tie(tx, row, other, kind)

        return self._act(who, case_id, "link", work, reason=reason, closed_too=True)

    def unlink(self, who: Principal, case_id: str, other_id: str, reason: str | None = None) -> CaseView:
        """Takes a tie away, whichever of the two says it. Raises NotAllowed, NotFound."""

        def work(tx: Transaction, row: CaseRow, _definition: CaseDefinition) -> None:
            other = rows.row_of(tx.session, other_id)
            pairs = ((row.id, other.id), (other.id, row.id))
            found = [link for pair in pairs for link in _ties(tx.session, *pair) if link.kind != "merged"]
            if not found:
                raise NotFound("they are not tied", id=other_id)
            for link in found:
                link.state = "removed"
                tx.note("case", row.id, {"unlinked": other.number})

        return self._act(who, case_id, "link", work, reason=reason, closed_too=True, op="cases.unlink")

    def merge(self, who: Principal, case_id: str, into_id: str, reason: str) -> CaseView:
        """Closes a case that is another's double: it goes to its void state and says which one goes on; that one is told.

        Raises NotAllowed, NotFound, Refused for a kind that has no such end or a case that is closed, Invalid for itself.
        """

        def work(tx: Transaction, row: CaseRow, definition: CaseDefinition) -> None:
            into = rows.open_row(tx.session, into_id)
            if definition.void is None:
                raise Refused(f"{definition.name} has no void state", why="no_void")
            if waiting := rows.open_subtasks(tx.session, row.id):
                raise Refused(f"sub-tasks are open: {', '.join(waiting)}", why="subtasks", numbers=", ".join(waiting))
            self._tie(tx, row, into, "merged")
            tx.note("case", into.id, {"merged": row.number})
            into.urged += row.urged
            rows.end_pause(row, tx.act.at)
            row.state, row.closed_at = definition.void.name, tx.act.at
            rows.reckon(row, definition, self._cases.calendars(), tx.act.at)

        return self._act(who, case_id, "merge", work, reason=reason, needed=True)

    def _tie(self, tx: Transaction, row: CaseRow, other: CaseRow, kind: str) -> None:
        if row.id == other.id:
            raise Invalid("a case is not tied to itself", "other", why="not_an_option")
        if not any(link.kind == kind for link in _ties(tx.session, row.id, other.id)):
            tx.add(CaseLink(id=self._new_id(), case_id=row.id, other_id=other.id, kind=kind))
            tx.note("case", row.id, {"linked": other.number, "kind": kind})

    # Rounds

    def visit(
        self,
        who: Principal,
        case_id: str,
        field: str,
        code: str,
        *,
        way: str,
        at: datetime | None = None,
        ok: bool = True,
        note: str = "",
        photo: str = "",
    ) -> CaseView:
        """Somebody was at a point of the round. What looks odd is flagged and kept, never turned away; only a point the
        route does not have is refused (Invalid("code"))."""

        def work(tx: Transaction, row: CaseRow, definition: CaseDefinition) -> None:
            if at is not None and (instant(at) is None or at > tx.act.at):
                raise Invalid(
                    "a time gone by, with its offset", "at", why="in_the_future" if instant(at) else "not_a_time"
                )
            if photo and tx.session.get(Picture, photo) is None:
                raise Invalid("there is no such picture", "photo", why="not_a_picture")
            points = _points_field(definition, field)
            due = min((one.due for one in rows.kept(row) if one.round == row.round and one.due), default=None)
            try:
                made = rounds.with_visit(
                    row.fields.get(points.name), rounds.code_of(code), at=at or tx.act.at, filed=tx.act.at, way=way,
                    ok=ok, note=note, photo=photo, begins=row.planned_at, ends=due,
                )  # fmt: skip
            except KeyError as error:
                raise Invalid(f"the route has no point {code!r}", "code", why="not_an_option") from error
            row.fields = {**row.fields, points.name: made}

        rows.demand(rules.check_text("note", note, MAX_NOTE, needed=False))
        return self._act(who, case_id, "visit", work)

    # Taking back

    def undo(self, who: Principal, case_id: str) -> CaseView:
        """Takes the last act on the case back, by its author within a minute. Raises NotAllowed, NotFound, Refused."""

        def work(tx: Transaction, row: CaseRow, _definition: CaseDefinition) -> None:
            for touched in undo.take_back(tx, who, row):
                definition = self._cases.definition_of(touched.definition, touched.version, touched.state)
                rows.reckon(touched, definition, self._cases.calendars(), tx.act.at)
                tx.session.flush()
                if self.stock_back is not None:
                    self.stock_back(tx, touched.id)

        return self._act(who, case_id, "undo", work, closed_too=True)

    # By itself

    def tick(self) -> int:
        """What the program does itself (`ticking.py`). Returns how many cases changed."""
        return self._ticking.tick()

    def _act(
        self,
        who: Principal,
        case_id: str,
        name: str,
        work: Callable[[Transaction, CaseRow, CaseDefinition], None],
        *,
        reason: str | None = None,
        needed: bool = False,
        closed_too: bool = False,
        op: str = "",
    ) -> CaseView:
        if not any(who.may(permission) for permission in PERMISSIONS[name]):
            require(who, PERMISSIONS[name][0])
        rows.demand(rules.check_text("reason", reason, rules.MAX_REASON, needed=needed))

        def within(tx: Transaction) -> CaseView:
            row = (rows.row_of if closed_too else rows.open_row)(tx.session, case_id)
            work(tx, row, self._cases.definition_of(row.definition, row.version, row.state))
            return self._cases.view(tx.session, row)

        return self._cases.write(who, op or f"cases.{name}", reason, within)


def _ties(session: Session, case_id: str, other_id: str) -> list[CaseLink]:
    wanted = select(CaseLink).where(
        CaseLink.case_id == case_id, CaseLink.other_id == other_id, CaseLink.state == "active"
    )
    return list(session.scalars(wanted))


def _points_field(definition: CaseDefinition, name: str) -> CaseField:
    field = definition.field(name)
    if field is None or field.type != "points":
        rows.demand((Problem("field", "not_asked"),))
        raise AssertionError
    return field
