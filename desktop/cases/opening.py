"""The cases that plans open by themselves: which are due, and each once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.store import Transaction
from db.tables.cases import CaseRow
from db.tables.schedules import Schedule
from db.tables.security import Operator
from desktop.cases import rounds, routes
from desktop.cases.patterns import DAY, Ground, Pattern, after_completion, hours_due, next_after, occurrences
from desktop.cases.service import Cases
from desktop.kernel.ids import deterministic_id

MOST_MISSED = 31
"""How many occurrences a plan catches up with that fell while the program was off; those before are told, not opened."""

COUNTED_FROM, COUNTED_BEFORE = "counted_from", "counted_before"
"""Kept in a plan's `extra`: the run hours that it counts from (None while it waits for its work to be done), and those
that it counted from before, in case the work is put aside."""
LEFT_OUT, REFUSED, VALID_FROM = "left_out", "refused", "valid_from"
"""Kept there too: what was left out, why it could not open, and since when it is as it is."""

RunHours = Callable[[str, str], float | None]
"""What a thing's point counts now, in hours; None where that is not known."""


def pattern_of(row: Schedule) -> Pattern:
    return msgspec.convert(row.pattern, Pattern)


def first_time(row: Schedule, ground: Ground, now: datetime) -> datetime | None:
    """When a plan that was just made or changed is due first.

    Of an interval in days that ran out meanwhile, it is when it ran out: nobody may begin late with a clean slate.
    """
    pattern = pattern_of(row)
    if pattern.every != "days":
        return next(occurrences(pattern, ground, max(now, ground.since)), None)
    if pattern.basis == "completed":
        return after_completion(pattern, ground, ground.since)
    past = list(occurrences(pattern, ground, ground.since, now))
    fallen_due = past[-1] if past and (row.last_at is None or past[-1] > row.last_at) else None
    return fallen_due or next_after(pattern, ground, now)


def is_due(session: Session, row: Schedule, hours: RunHours, now: datetime) -> bool:
    """Whether the plan has something to do now; a cheap look before a transaction is opened for it."""
    pattern = pattern_of(row)
    if pattern.every == "run_hours":
        reading = hours(row.thing_id or "", pattern.point)
        counted = row.extra.get(COUNTED_FROM)
        if reading is None or has_open_case(session, row):
            return False
        return counted is None or reading < counted or hours_due(pattern, counted, reading) is not None
    if row.next_at is None:
        return pattern.basis == "completed" and not has_open_case(session, row)
    return row.next_at - timedelta(minutes=pattern.lead_minutes) <= now


def open_plan(tx: Transaction, cases: Cases, row: Schedule, ground: Ground, hours: RunHours) -> int:
    """Opens what is due of a plan in the caller's transaction and sets when it is due next; returns how many cases."""
    pattern = pattern_of(row)
    if pattern.every == "run_hours":
        return _open_by_hours(tx, cases, row, pattern, hours)
    if pattern.basis == "completed":
        return _open_after_done(tx, cases, row, pattern, ground)
    due = _due_times(row, pattern, ground, tx.act.at)
    if len(due) > MOST_MISSED:
        _leave_out(tx, row, due[:-MOST_MISSED])
        due = due[-MOST_MISSED:]
    missing = (at for at in due if not has_its_case(tx.session, row, ground, at))
    opened = sum(_open(tx, cases, row, at, at.isoformat()) for at in missing)
    if due:
        row.last_at = due[-1]
        row.next_at = next_after(pattern, ground, due[-1])
    return opened


def last_done(session: Session, cases: Cases, row: Schedule) -> datetime | None:
    """When the plan's work was done last; None while a case is open. Where it never was, when the plan began.

    What was put aside or merged was not done: the interval goes on from before, and its work is due at once.
    """
    if has_open_case(session, row):
        return None
    wanted = select(CaseRow.definition, CaseRow.version, CaseRow.state, CaseRow.closed_at)
    closed = session.execute(wanted.where(CaseRow.schedule_id == row.id).order_by(CaseRow.closed_at.desc()))
    done = (at for kind, version, state, at in closed if not _was_put_aside(cases, kind, version, state))
    return next(done, None) or row.since


def _last_was_put_aside(session: Session, cases: Cases, row: Schedule) -> bool:
    wanted = select(CaseRow.definition, CaseRow.version, CaseRow.state).where(CaseRow.schedule_id == row.id)
    last = session.execute(wanted.order_by(CaseRow.closed_at.desc()).limit(1)).first()
    return last is not None and _was_put_aside(cases, *last)


def _was_put_aside(cases: Cases, definition: str, version: int, state: str) -> bool:
    void = cases.definition_of(definition, version, state).void
    return void is not None and void.name == state


def has_open_case(session: Session, row: Schedule) -> bool:
    still_open = (CaseRow.schedule_id == row.id, CaseRow.closed_at.is_(None))
    return session.scalar(select(CaseRow.id).where(*still_open).limit(1)) is not None


def has_its_case(session: Session, row: Schedule, ground: Ground, at: datetime) -> bool:
    """Whether an occurrence's local day has its case already, as where the plan's time of day was changed after the case was
    opened ahead: the n-th time of a day waits for no case where the day has n."""
    begins = ground.instant(ground.day(at), "00:00")
    of_the_day = (CaseRow.planned_at >= begins, CaseRow.planned_at < begins + DAY)
    there = select(func.count()).select_from(CaseRow).where(CaseRow.schedule_id == row.id, *of_the_day)
    sooner = sum(ground.instant(ground.day(at), time) < at for time in pattern_of(row).at)
    return (session.scalar(there) or 0) > sooner


def _due_times(row: Schedule, pattern: Pattern, ground: Ground, now: datetime) -> list[datetime]:
    if row.next_at is None:
        return []
    until = now + timedelta(minutes=pattern.lead_minutes)
    # The first may have run out before the pattern's next: an interval that began late.
    later = occurrences(pattern, ground, row.next_at + timedelta(microseconds=1))
    return [at for at in (row.next_at, *takewhile(lambda at: at <= until, later)) if at <= until]


def _leave_out(tx: Transaction, row: Schedule, times: list[datetime]) -> None:
    """Too many were missed: told in the journal and on the plan, so that nobody takes them for done."""
    told = {"n": len(times), "since": times[0].isoformat(), "until": times[-1].isoformat()}
    before: dict[str, Any] = row.extra.get(LEFT_OUT, {})
    row.extra = {**row.extra, LEFT_OUT: {**told, "n": before.get("n", 0) + len(times)}}
    tx.note("schedule", row.id, {"after": {LEFT_OUT: told}})


def _open_after_done(tx: Transaction, cases: Cases, row: Schedule, pattern: Pattern, ground: Ground) -> int:
    """Opens what is due since the last one was done, and nothing while one is open. Done on the day on which it was opened
    ahead, the next may be due at the same time as the last."""
    done = last_done(tx.session, cases, row)
    at = after_completion(pattern, ground, done) if done else None
    if at is None or at - timedelta(minutes=pattern.lead_minutes) > tx.act.at:
        row.next_at = at
        return 0
    row.last_at, row.next_at = at, None
    return _open(tx, cases, row, at, _by_number(tx.session, row, at.isoformat()))


def _open_by_hours(tx: Transaction, cases: Cases, row: Schedule, pattern: Pattern, hours: RunHours) -> int:
    reading = hours(row.thing_id or "", pattern.point)
    if reading is None:
        return 0
    if has_open_case(tx.session, row):
        return 0
    counted = row.extra.get(COUNTED_FROM)
    if counted is None and _last_was_put_aside(tx.session, cases, row):
        counted = row.extra.get(COUNTED_BEFORE)
    if counted is None or reading < counted:
        # Counted from here on: the plan is new, it was just done, or the counter was replaced.
        row.extra = {**row.extra, COUNTED_FROM: reading}
        return 0
    due = hours_due(pattern, counted, reading)
    if due is None:
        return 0
    row.extra = {**row.extra, COUNTED_FROM: None if pattern.basis == "completed" else due, COUNTED_BEFORE: counted}
    row.last_at = tx.act.at
    return _open(tx, cases, row, tx.act.at, _by_number(tx.session, row, f"{due!r} h"))


def _by_number(session: Session, row: Schedule, occurrence: str) -> str:
    """An occurrence that can come again, as a reading does on the next counter: told apart by how many cases were before."""
    before = session.scalar(select(func.count()).select_from(CaseRow).where(CaseRow.schedule_id == row.id))
    return f"{occurrence} #{before}"


def _open(tx: Transaction, cases: Cases, row: Schedule, at: datetime, occurrence: str) -> int:
    """Opens one occurrence's case, or finds that it is there: its id is made of the plan and the occurrence."""
    case_id = deterministic_id("occurrence", row.id, occurrence)
    if tx.get(CaseRow, case_id) is not None:
        return 0
    assignee = tx.get(Operator, row.assignee_id) if row.assignee_id else None
    cases.open_in(
        tx, None, row.definition, row.title, place_id=row.place_id, thing_id=row.thing_id, person_id=row.person_id,
        asset_id=row.asset_id, urgency=row.urgency, fields=row.fields, schedule_id=row.id, planned_at=at,
        assignee_id=assignee.id if assignee and assignee.state == "active" else None, case_id=case_id,
    )  # fmt: skip
    if row.route_id:
        _walk(tx, cases, case_id, row.route_id)
    return 1


def _walk(tx: Transaction, cases: Cases, case_id: str, route_id: str) -> None:
    """Gives a round its points, as the route is now."""
    case, route = tx.get(CaseRow, case_id), routes.row_of(tx.session, route_id)
    if case is not None and (name := routes.points_field(cases.definition(case.definition, case.version))):
        case.fields = {**case.fields, name: rounds.snapshot(routes.points_of(route), ordered=route.ordered)}
