"""Work that comes again: plans that open cases by themselves, and the routes of rounds."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.store import Records, Transaction
from db.tables.assets import Asset
from db.tables.cases import CaseRow
from db.tables.people import Person
from db.tables.places import Place
from db.tables.schedules import Route, Schedule
from db.tables.security import Operator
from desktop.cases import opening, patterns, routes, rules
from desktop.cases.calendar import ALWAYS
from desktop.cases.definition import CaseDefinition
from desktop.cases.lines import lines
from desktop.cases.naming import community_offset
from desktop.cases.opening import RunHours
from desktop.cases.patterns import Ground
from desktop.cases.planned import Occurrence, PlanDraft, PlanView, Round, RouteView
from desktop.cases.planviews import occurrences_of, plan_views
from desktop.cases.service import Cases
from desktop.cases.views import Point
from desktop.kernel.clock import Clock
from desktop.kernel.errors import Invalid, LinliError, NotFound
from desktop.kernel.ids import NewId
from desktop.security.principal import Principal, act, require, system

log = logging.getLogger(__name__)

CALENDAR = "office"
"""Whose working days a plan means."""


def _not_known(_thing: str, _point: str) -> float | None:
    return None


class Schedules:
    """Plans and routes. `hours` reads what a thing's point counts; it is asked on whatever thread a call is made on."""

    def __init__(
        self,
        records: Records,
        clock: Clock,
        new_id: NewId,
        terminal: str,
        cases: Cases,
        hours: RunHours = _not_known,
    ) -> None:
        self._records = records
        self._clock = clock
        self._new_id = new_id
        self._terminal = terminal
        self._cases = cases
        self._hours = hours

    # Plans

    def all(self, *, stopped: bool = False) -> tuple[PlanView, ...]:
        """The plans by when they are due next; those that were stopped only where asked for, last."""

        def work(session: Session) -> tuple[PlanView, ...]:
            wanted = select(Schedule).order_by(
                Schedule.state, Schedule.next_at.nulls_last(), Schedule.title, Schedule.id
            )
            if not stopped:
                wanted = wanted.where(Schedule.state == "active")
            return plan_views(session, session.scalars(wanted).all(), self._cases, self._hours)

        return self._records.read(work)

    def get(self, schedule_id: str) -> PlanView:
        """Raises NotFound."""
        return self._records.read(lambda session: self._view(session, _plan(session, schedule_id)))

    def add(self, who: Principal, draft: PlanDraft) -> PlanView:
        """Makes a plan. Its first cases are opened by the next `open_due`.

        Raises NotAllowed, NotFound, Invalid naming a field of the draft or of its pattern, with `why`.
        """
        require(who, "cases.plan")

        def work(tx: Transaction) -> PlanView:
            row = Schedule(
                id=self._new_id(), definition="", title="", pattern={}, since=draft.since or tx.act.at,
            )  # fmt: skip
            self._fill(tx, row, draft)
            return self._view(tx.session, tx.add(row))

        return self._records.write(act(who, "schedules.add", self._clock), work)

    def change(self, who: Principal, schedule_id: str, draft: PlanDraft, reason: str | None = None) -> PlanView:
        """Changes a plan from now on; cases that are open stay as they are. Raises as `add`."""
        require(who, "cases.plan")

        def work(tx: Transaction) -> PlanView:
            row = _plan(tx.session, schedule_id)
            row.since = draft.since or row.since
            self._fill(tx, row, draft)
            return self._view(tx.session, row)

        return self._records.write(act(who, "schedules.change", self._clock, reason), work)

    def stop(self, who: Principal, schedule_id: str, reason: str) -> None:
        """Ends a plan; cases that are open stay open. Raises NotAllowed, NotFound, Invalid without a reason."""
        require(who, "cases.plan")
        _demand_text("reason", reason, rules.MAX_REASON)

        def work(tx: Transaction) -> None:
            row = _plan(tx.session, schedule_id)
            row.state, row.next_at = "stopped", None

        self._records.write(act(who, "schedules.stop", self._clock, reason.strip()), work)

    def resume(self, who: Principal, schedule_id: str) -> PlanView:
        """Takes a stop back: the plan goes on from now. Raises NotAllowed, NotFound."""
        require(who, "cases.plan")

        def work(tx: Transaction) -> PlanView:
            row = tx.get(Schedule, schedule_id)
            if row is None:
                raise NotFound("there is no such plan", id=schedule_id)
            row.state = "active"
            self._begin(tx, row)
            return self._view(tx.session, row)

        return self._records.write(act(who, "schedules.resume", self._clock), work)

    def occurrences(self, since: datetime, until: datetime) -> tuple[Occurrence, ...]:
        """What falls between two instants, in order of time: what is planned, what was opened, done and missed."""
        now = self._clock.now()

        def work(session: Session) -> tuple[Occurrence, ...]:
            rows, offset = session.scalars(select(Schedule)).all(), community_offset(session)
            return occurrences_of(
                session, rows, self._cases, lambda row: self._ground(row, offset), since, until, now
            )  # fmt: skip

        return self._records.read(work)

    def next_times(self, draft: PlanDraft, most: int = 3) -> tuple[datetime, ...]:
        """When a plan that is being written would be due first; nothing while its pattern has a problem."""
        if patterns.problem(draft.pattern):
            return ()
        now = self._clock.now()
        row = Schedule(
            id="", definition="", title="", pattern=msgspec.to_builtins(draft.pattern), since=draft.since or now
        )  # fmt: skip
        ground = self._ground(row, self._records.read(community_offset))
        first = opening.first_time(row, ground, now)
        if first is None or draft.pattern.basis == "completed":
            return (first,) if first else ()
        found = [first]
        while len(found) < most and (later := patterns.next_after(draft.pattern, ground, found[-1])):
            found.append(later)
        return tuple(found)

    def open_due(self) -> int:
        """Opens the case of every occurrence whose time has come, each once; returns how many.

        What was missed while the program was off is opened one by one, the last 31 of each plan; the rest is told on the
        plan. A plan that cannot open says why and holds up no other.
        """
        due = self._records.read(self._due)
        return sum(self._open(schedule_id) for schedule_id in due)

    # Routes

    def routes(self, definition: str | None = None) -> tuple[RouteView, ...]:
        """The routes in use by name, of one kind of case or of all."""
        return self._records.read(lambda session: routes.views(session, definition))

    def add_route(
        self, who: Principal, name: str, definition: str, points: Sequence[Point], *, ordered: bool = True
    ) -> RouteView:
        """Raises NotAllowed, NotFound, Invalid("name", "definition", "points")."""
        require(who, "cases.plan")
        kind = self._cases.definition(definition)

        def work(tx: Transaction) -> RouteView:
            row = Route(id=self._new_id(), name="", definition="")
            routes.fill(tx, row, kind, name, points, ordered)
            return routes.view(tx.session, tx.add(row))

        return self._records.write(act(who, "routes.add", self._clock), work)

    def change_route(
        self, who: Principal, route_id: str, name: str, points: Sequence[Point], *, ordered: bool = True
    ) -> RouteView:
        """Changes a route for the rounds that begin from now on. Raises NotAllowed, NotFound, Invalid."""
        require(who, "cases.plan")

        def work(tx: Transaction) -> RouteView:
            row = routes.row_of(tx.session, route_id)
            routes.fill(tx, row, self._cases.definition(row.definition), name, points, ordered)
            return routes.view(tx.session, row)

        return self._records.write(act(who, "routes.change", self._clock), work)

    def rounds(self, since: datetime, until: datetime) -> tuple[Round, ...]:
        """The cases that walk points and were planned or opened in a period, and all open ones; the latest first."""
        names = {
            kind.name: field for kind in self._cases.definitions().values() if (field := routes.points_field(kind))
        }

        def work(session: Session) -> tuple[Round, ...]:
            began = CaseRow.planned_at.between(since, until) | CaseRow.opened_at.between(since, until)
            wanted = select(CaseRow).where(CaseRow.definition.in_(names), began | CaseRow.closed_at.is_(None))
            latest = (func.coalesce(CaseRow.planned_at, CaseRow.opened_at).desc(), CaseRow.id)
            found = session.scalars(wanted.order_by(*latest)).all()
            views = lines(session, found, self._cases.definition_of, self._clock.now())
            walked = (
                (view, row.fields.get(names[row.definition]), row) for row, view in zip(found, views, strict=True)
            )
            return tuple(
                Round(view, value, row.closed_at is not None, row.planned_at or row.opened_at)
                for view, value, row in walked
                if value
            )

        return self._records.read(work)

    # Inside

    def _view(self, session: Session, row: Schedule) -> PlanView:
        session.flush()
        return plan_views(session, [row], self._cases, self._hours)[0]

    def _ground(self, row: Schedule, offset_minutes: int) -> Ground:
        return Ground(row.since, offset_minutes, self._cases.calendars().get(CALENDAR, ALWAYS))

    def _due(self, session: Session) -> list[str]:
        rows, now = session.scalars(select(Schedule).where(Schedule.state == "active")), self._clock.now()
        return [row.id for row in rows if opening.is_due(session, row, self._hours, now)]

    def _open(self, schedule_id: str) -> int:
        heading = act(
            system(self._terminal), "schedules.open", self._clock, None, self._records.read(community_offset)
        )  # fmt: skip

        def work(tx: Transaction) -> int:
            row = tx.get(Schedule, schedule_id)
            if row is None or row.state != "active":
                return 0
            if opening.REFUSED in row.extra:
                row.extra = {name: value for name, value in row.extra.items() if name != opening.REFUSED}
            return opening.open_plan(tx, self._cases, row, self._ground(row, heading.offset_minutes), self._hours)

        try:
            return self._records.write(heading, work)
        except LinliError as error:
            self._refuse(schedule_id, str(error))
            return 0

    def _refuse(self, schedule_id: str, why: str) -> None:
        """Says on the plan why it could not open, once: it is tried again at every beat."""

        def work(tx: Transaction) -> None:
            row = _plan(tx.session, schedule_id)
            row.extra = {**row.extra, opening.REFUSED: why}

        told = self._records.read(lambda session: _plan(session, schedule_id).extra.get(opening.REFUSED))
        if told != why:
            log.error("the plan %s opens nothing: %s", schedule_id, why)
            self._records.write(act(system(self._terminal), "schedules.refused", self._clock), work)

    def _fill(self, tx: Transaction, row: Schedule, draft: PlanDraft) -> None:
        kind = self._cases.definition(draft.definition)
        _check(tx, kind, draft)
        row.definition, row.title = kind.name, draft.title.strip()
        row.pattern = msgspec.to_builtins(draft.pattern)
        row.place_id, row.thing_id, row.asset_id = draft.place_id, draft.thing_id, draft.asset_id
        row.person_id, row.route_id, row.assignee_id = draft.person_id, draft.route_id, draft.assignee_id
        row.urgency, row.fields = draft.urgency, rules.kept(kind, draft.fields)
        self._begin(tx, row)

    def _begin(self, tx: Transaction, row: Schedule) -> None:
        """Works out when it is due next, and from when on the plan is as it is."""
        pattern, now = opening.pattern_of(row), tx.act.at
        ground = self._ground(row, community_offset(tx.session))
        extra = {**row.extra, opening.VALID_FROM: max(now, row.since).isoformat()}
        if pattern.every == "run_hours":
            counted = row.extra.get(opening.COUNTED_FROM)
            extra[opening.COUNTED_FROM] = self._hours(row.thing_id or "", pattern.point) if counted is None else counted
        row.extra = extra
        if pattern.basis == "completed" and row.last_at is not None:
            done = opening.last_done(tx.session, self._cases, row)
            row.next_at = patterns.after_completion(pattern, ground, done) if done else None
        else:
            row.next_at = opening.first_time(row, ground, now)
            while row.next_at is not None and opening.has_its_case(tx.session, row, ground, row.next_at):
                row.next_at = patterns.next_after(pattern, ground, row.next_at)


def _plan(session: Session, schedule_id: str) -> Schedule:
    row = session.get(Schedule, schedule_id)
    if row is None or row.state != "active":
        raise NotFound("there is no such plan", id=schedule_id)
    return row


def _check(tx: Transaction, kind: CaseDefinition, draft: PlanDraft) -> None:
    """Raises Invalid or NotFound for a plan that could not open its cases."""
    _demand_text("title", draft.title, rules.MAX_TITLE)
    if draft.pattern.every not in kind.recurrence:
        raise Invalid(f"{kind.name} does not come again by {draft.pattern.every}", "every", why="not_an_option")
    if wrong := patterns.problem(draft.pattern):
        raise Invalid(f"{wrong[0]}: {wrong[1]}", wrong[0], why=wrong[1])
    if draft.pattern.every == "run_hours" and not draft.thing_id:
        raise Invalid("run hours are a thing's", "thing", why="missing")
    if kind.urgency(draft.urgency) is None:
        raise Invalid(f"{kind.name} has no urgency {draft.urgency!r}", "urgency", why="not_an_option")
    about = {"place": draft.place_id, "thing": draft.thing_id, "asset": draft.asset_id, "person": draft.person_id}
    for name, id_ in about.items():
        asked = getattr(kind.opening, name)
        # A thing whose hours are counted may be named though the kind does not ask for one.
        if (asked == "must" and not id_) or (asked == "no" and id_ and name != "thing"):
            raise Invalid(f"{kind.name} {asked}: {name}", name, why="missing" if asked == "must" else "not_asked")
    tables = (
        (Place, draft.place_id),
        (Asset, draft.asset_id),
        (Person, draft.person_id),
        (Operator, draft.assignee_id),
    )
    for table, id_ in tables:
        if id_ and tx.get(table, id_) is None:
            raise NotFound(f"there is no such {table.__tablename__}", id=id_)
    if routes.points_field(kind):
        if not draft.route_id or routes.row_of(tx.session, draft.route_id).definition != kind.name:
            raise Invalid("a round walks a route of its kind", "route", why="missing")
    elif draft.route_id:
        raise Invalid(f"{kind.name} walks no points", "route", why="not_asked")
    if problems := rules.check_fields(kind, kind.opening.needs, kind.opening.takes, draft.fields):
        raise Invalid(f"{problems[0].field}: {problems[0].why}", problems[0].field, why=problems[0].why)


def _demand_text(name: str, text: str, most: int) -> None:
    if problems := rules.check_text(name, text, most, needed=True):
        raise Invalid(f"{name}: {problems[0].why}", name, why=problems[0].why)
