"""Plans and their occurrences as the screens see them: a query a kind, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.cases import CaseRow
from db.tables.schedules import Route, Schedule
from desktop.cases.lines import lines
from desktop.cases.naming import asset_names, operator_names, person_names, place_paths, thing_names
from desktop.cases.opening import COUNTED_FROM, LEFT_OUT, REFUSED, VALID_FROM, RunHours, pattern_of
from desktop.cases.patterns import Ground, Pattern, occurrences
from desktop.cases.planned import Occurrence, PlanView, Standing
from desktop.cases.service import Cases
from desktop.cases.views import CaseView
from desktop.kernel.words import Text

NO_TEXT: Text = {"zh": "", "en": ""}


def plan_views(session: Session, rows: Sequence[Schedule], cases: Cases, hours: RunHours) -> tuple[PlanView, ...]:
    """The plans with the names of what they are about."""
    paths = place_paths(session, {row.place_id for row in rows if row.place_id})
    things = thing_names(session, {row.thing_id for row in rows if row.thing_id})
    assets = asset_names(session, {row.asset_id for row in rows if row.asset_id})
    people = person_names(session, {row.person_id for row in rows if row.person_id})
    staff = operator_names(session, {row.assignee_id for row in rows if row.assignee_id})
    routes = {route.id: route.name for route in session.scalars(select(Route))}
    still_open = _open_cases(session)
    known = cases.definitions()

    def view(row: Schedule) -> PlanView:
        pattern = pattern_of(row)
        left_out: Mapping[str, Any] = row.extra.get(LEFT_OUT, {})
        open_id, number = still_open.get(row.id, ("", ""))
        return PlanView(
            id=row.id, state="active" if row.state == "active" else "stopped",
            definition=row.definition, title=row.title, pattern=pattern, place_id=row.place_id, thing_id=row.thing_id,
            asset_id=row.asset_id, person_id=row.person_id, route_id=row.route_id, assignee_id=row.assignee_id,
            urgency=row.urgency, fields=dict(row.fields), since=row.since,
            definition_title=known[row.definition].title if row.definition in known else _same(row.definition),
            place_path=paths.get(row.place_id or "", ()), thing_name=things.get(row.thing_id or "", row.thing_id or ""),
            asset_name=assets.get(row.asset_id or "", ""), person_name=people.get(row.person_id or "", ""),
            route_name=routes.get(row.route_id or "", ""), assignee_name=staff.get(row.assignee_id or "", ""),
            next_at=row.next_at, last_at=row.last_at, hours_left=_hours_left(row, pattern, hours),
            open_case=number, open_case_id=open_id, refused=row.extra.get(REFUSED, ""), left_out=left_out.get("n", 0),
            left_out_until=datetime.fromisoformat(left_out["until"]) if left_out else None,
        )  # fmt: skip

    return tuple(view(row) for row in rows)


def occurrences_of(
    session: Session,
    rows: Iterable[Schedule],
    cases: Cases,
    ground_of: Callable[[Schedule], Ground],
    since: datetime,
    until: datetime,
    now: datetime,
) -> tuple[Occurrence, ...]:
    """What falls between two instants, in order: cases that plans opened, and the times without one."""
    wanted = select(CaseRow).where(
        CaseRow.schedule_id.is_not(None), CaseRow.planned_at >= since, CaseRow.planned_at < until
    )
    found = session.scalars(wanted).all()
    views = lines(session, found, cases.definition_of, now)
    made = [_opened(case, view, cases) for case, view in zip(found, views, strict=True)]
    taken = {(one.schedule_id, one.at) for one in made}
    plans = [row for row in rows if row.state == "active"]
    paths = place_paths(session, {row.place_id for row in plans if row.place_id})
    staff = operator_names(session, {row.assignee_id for row in plans if row.assignee_id})
    for row in plans:
        for at, standing in _times(row, ground_of(row), since, until, now):
            if (row.id, at) not in taken:
                made.append(
                    Occurrence(
                        row.id,
                        row.title,
                        row.definition,
                        at,
                        None,
                        "",
                        standing,
                        False,
                        NO_TEXT,
                        staff.get(row.assignee_id or "", ""),
                        paths.get(row.place_id or "", ()),
                    )
                )
    return tuple(sorted(made, key=lambda one: (one.at, one.title, one.schedule_id)))


def _times(
    row: Schedule, ground: Ground, since: datetime, until: datetime, now: datetime
) -> Iterable[tuple[datetime, Standing]]:
    pattern: Pattern = pattern_of(row)
    if pattern.basis == "completed" or pattern.every == "run_hours":
        # What comes after depends on when this one is done.
        return [(row.next_at, "planned")] if row.next_at is not None and since <= row.next_at < until else []
    # What the beat has not come to yet is not missed.
    begun = row.next_at or now
    times = set(occurrences(pattern, ground, since, until))
    if row.next_at is not None and since <= row.next_at < until:
        times.add(row.next_at)
    first = _first(row)
    return [(at, "planned" if at >= begun else "missed") for at in times if at >= begun or at >= first]


def _first(row: Schedule) -> datetime:
    """From when on the plan as it is now was answered for."""
    return datetime.fromisoformat(row.extra[VALID_FROM]) if VALID_FROM in row.extra else row.since


def _opened(case: CaseRow, view: CaseView, cases: Cases) -> Occurrence:
    definition = cases.definition_of(case.definition, case.version, case.state)
    state = definition.state(case.state)
    standing: Standing = "open"
    if case.closed_at is not None:
        standing = "missed" if state is not None and state.end == "void" else "done"
    at = case.planned_at or case.opened_at
    return Occurrence(
        case.schedule_id or "", case.title, case.definition, at, case.id, case.number, standing, view.overdue,
        view.state_title, view.assignee_name, view.place_path,
    )  # fmt: skip


def _open_cases(session: Session) -> dict[str, tuple[str, str]]:
    """The oldest open case of each plan: its id and number."""
    wanted = select(CaseRow.schedule_id, CaseRow.id, CaseRow.number).where(
        CaseRow.schedule_id.is_not(None), CaseRow.closed_at.is_(None)
    )
    newest_first = session.execute(wanted.order_by(CaseRow.planned_at.desc()))
    return {schedule_id: (id_, number) for schedule_id, id_, number in newest_first if schedule_id}


def _hours_left(row: Schedule, pattern: Pattern, hours: RunHours) -> float | None:
    counted = row.extra.get(COUNTED_FROM)
    if pattern.every != "run_hours" or counted is None:
        return None
    reading = hours(row.thing_id or "", pattern.point)
    return None if reading is None else counted + pattern.hours - reading


def _same(text: str) -> Text:
    return {"zh": text, "en": text}
