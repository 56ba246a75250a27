"""Who gets a case: the one chosen, whoever grabs it, or whose turn it is."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.store import Transaction
from db.tables.cases import CaseRow, Turn
from db.tables.security import Operator
from desktop.cases.definition import CaseDefinition, Move
from desktop.kernel.errors import Invalid, Refused
from desktop.security.principal import Principal
from desktop.security.roles import permissions_of


def team(session: Session, definition: CaseDefinition) -> list[Operator]:
    """The active operators that cases of this kind can be given to, by id."""
    active = session.scalars(select(Operator).where(Operator.state == "active").order_by(Operator.id))
    return [one for one in active if definition.dispatch.team in permissions_of(one.roles)]


def open_jobs(session: Session, definition: CaseDefinition) -> dict[str, int]:
    """How many cases of the kind everybody has in hand. What only waits for somebody else, as for the desk's call-back,
    keeps nobody from the next."""
    has = select(CaseRow.assignee_id, func.count()).where(
        CaseRow.definition == definition.name, CaseRow.closed_at.is_(None), CaseRow.assignee_id.is_not(None),
        CaseRow.state.in_(definition.in_hand),
    )  # fmt: skip
    return {who: n for who, n in session.execute(has.group_by(CaseRow.assignee_id)) if who is not None}


def chosen(
    tx: Transaction, who: Principal, definition: CaseDefinition, move: Move, assignee_id: str | None, has: str | None
) -> str | None:
    """Whose the case is after the move; `has` whose it was. Raises Invalid("assignee"), Refused."""
    if move.dispatch == "grab":
        return _grabbed(tx.session, who, definition)
    if move.dispatch == "rotation":
        return _in_turn(tx, definition)
    if assignee_id is None:
        return has
    if assignee_id not in {one.id for one in team(tx.session, definition)}:
        raise Invalid("the assignee may not do such work, or has no active account", "assignee", why="not_an_option")
    return assignee_id


def _grabbed(session: Session, who: Principal, definition: CaseDefinition) -> str:
    cap = definition.dispatch.cap
    have = open_jobs(session, definition).get(who.id, 0)
    if cap and have >= cap:
        raise Refused(f"{who.login} has {have} open jobs, at most {cap} are grabbed", why="cap", most=str(cap))
    return who.id


def _in_turn(tx: Transaction, definition: CaseDefinition) -> str:
    """The one whose last turn is the longest ago; who never had one comes first. Those with their hands full are passed
    over and keep their place."""
    jobs, cap = open_jobs(tx.session, definition), definition.dispatch.cap
    free = [one.id for one in team(tx.session, definition) if not cap or jobs.get(one.id, 0) < cap]
    if not free:
        raise Refused("everybody who could do it has as many open jobs as allowed", why="nobody_free")
    turns = {who: tx.get(Turn, f"{definition.name}/{who}") for who in free}
    next_ = min(free, key=lambda who: (turn.n if (turn := turns[who]) else 0, who))
    n = tx.next_number(f"turn/{definition.name}")
    if (turn := turns[next_]) is None:
        tx.add(Turn(id=f"{definition.name}/{next_}", n=n))
    else:
        turn.n = n
    return next_
