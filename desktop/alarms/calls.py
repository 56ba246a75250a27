"""Alarms that nobody acknowledges go up: works on rows, inside a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from db.store import Transaction
from db.tables.alarms import AlarmRow
from db.tables.things import ThingCard
from desktop.alarms.escalation import Ladder, ladder, reached
from desktop.alarms.occurrences import ASKS_SINCE, CALLED, not_over
from desktop.people.duty import nobody_at, on_duty
from desktop.things.model import Priority


@dataclass(frozen=True)
class Asking:
    """An alarm that asks to be acknowledged, and how far it went up."""

    since: datetime
    steps: Ladder
    step: int


def may_go_up() -> Select[str, str, str, bool, str, bool, int, datetime, dict[str, Any]]:
    """Alarms in sight, not acknowledged, and still active or of life safety. What is over and harmed nobody can wait until
    somebody looks; a gas alarm that came and went must be seen all the same."""
    # By columns, not rows: in a storm there are thousands, every few seconds.
    columns = (
        AlarmRow.id, AlarmRow.thing_id, AlarmRow.rule, AlarmRow.active, AlarmRow.priority, AlarmRow.life_safety,
        AlarmRow.escalated, AlarmRow.onset_at, AlarmRow.extra,
    )  # fmt: skip
    # Both values of `active` said, so that the index on (active, acknowledged, latched) finds them among any number.
    unseen = (AlarmRow.active.in_((True, False)), AlarmRow.acknowledged.is_(False))
    matters = or_(AlarmRow.active.is_(True), AlarmRow.life_safety.is_(True))
    in_sight = (
        AlarmRow.shelved_until.is_(None),
        AlarmRow.suppressed_by.is_(None),
        ThingCard.out_of_service.is_not(True),
    )
    cards = select(*columns).outerjoin(ThingCard, ThingCard.id == AlarmRow.thing_id)
    return cards.where(*unseen, matters, *in_sight)


def asking(session: Session) -> dict[str, Asking]:
    """The alarms that may go up, by id. A shelf quiets its rule, with the earlier occurrences that nobody acknowledged."""
    on_shelf = select(AlarmRow.thing_id, AlarmRow.rule).where(not_over(), AlarmRow.shelved_until.is_not(None))
    shelved = {(thing_id, rule) for thing_id, rule in session.execute(on_shelf)}
    found: dict[str, Asking] = {}
    for id_, thing_id, rule, active, priority, life_safety, step, onset_at, extra in session.execute(may_go_up()):
        if not active and (thing_id, rule) in shelved:
            continue
        anew = extra.get(ASKS_SINCE)
        since = datetime.fromisoformat(anew) if anew else onset_at
        found[id_] = Asking(since, ladder(cast(Priority, priority), life_safety), step)
    return found


def due(asks: Mapping[str, Asking], waited: Mapping[str, timedelta]) -> dict[str, int]:
    """The step that each has come to, of those that have to go up."""
    steps = {id_: reached(one.steps, waited[id_]) for id_, one in asks.items()}
    return {id_: step for id_, step in steps.items() if step > asks[id_].step}


def go_up(tx: Transaction, alarm_id: str, to: int) -> None:
    """Takes the alarm up to that step. Each step on the way is noted with who was on duty then; a post with nobody on the
    roster is called itself, and the note says so."""
    row = tx.session.get_one(AlarmRow, alarm_id)
    steps = ladder(cast(Priority, row.priority), row.life_safety)
    called: list[str] = list(row.extra.get(CALLED, ()))
    for number in range(row.escalated + 1, to + 1):
        posts = steps[number].posts
        turns = on_duty(tx.session, tx.act.at, posts)
        empty = [post for post in posts if post not in {turn.post for turn in turns}]
        names = [turn.name for turn in turns] + [nobody_at(post) for post in empty]
        note = {
            "step": number, "posts": list(posts), "called": names, "called_ids": [turn.operator_id for turn in turns],
            "nobody": empty,
        }  # fmt: skip
        tx.note("alarm", row.id, note)
        called += [name for name in names if name not in called]
    row.escalated = to
    row.extra = {**row.extra, CALLED: called}
