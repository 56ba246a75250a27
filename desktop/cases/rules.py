"""What may be done with a case, and what a step still lacks (pure)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from desktop.cases.definition import CaseDefinition, Move
from desktop.cases.values import Values, holds, is_blank, is_complete, kept_value, problem_with, text_problem

MAX_TITLE = 200
MAX_REASON = 500

UNDO = timedelta(minutes=1)
"""How long its author may take the last act back."""

BACK_FILED = timedelta(minutes=5)
"""A moment noted later than this after it happened was filed afterwards (补传), and is shown as that. Our own default."""

WAITS_ON = {
    "resident": "resident",
    "access": "resident",
    "parts": "others",
    "vendor": "others",
    "weather": "others",
    "approval": "others",
}
"""Whom a pause waits for. What is neither waits on us."""


class Problem(NamedTuple):
    """What is wrong with one thing that was given: a field's name, "assignee", "reason" or "title", and why."""

    field: str
    why: str
    """missing, not_asked, not_text, unreadable, too_long, not_an_option, not_a_number, too_small, too_big, not_a_time,
    not_complete (a needed checklist without one of its required items), not_a_picture, not_rows, too_many"""


def legal_moves(
    definition: CaseDefinition, state: str, permissions: Collection[str] | None, values: Values
) -> tuple[Move, ...]:
    """The moves from a state with these permissions, as the file orders them; None asks for those of anybody."""
    return tuple(
        move
        for move in definition.moves
        if not move.auto
        and stands(definition, move, state, values)
        and (permissions is None or move.permission in permissions)
    )


def stands(definition: CaseDefinition, move: Move, state: str, values: Values) -> bool:
    """Whether a case in this state, with these values, can go this way."""
    return state in move.sources and holds(definition.field, move.when, values)


def needed(definition: CaseDefinition, move: Move, values: Values) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields that must be given with the move, and those that must be held by then, with these values."""
    also = [more for more in move.needs.also if holds(definition.field, more.when, values)]
    given = (*move.needs.fields, *(name for more in also for name in more.fields))
    held = (*move.needs.held, *(name for more in also for name in more.held))
    return tuple(dict.fromkeys(given)), tuple(name for name in dict.fromkeys(held) if name not in given)


def check_move(
    definition: CaseDefinition, move: Move, now: Values, given: Values, assignee_id: str | None, reason: str | None
) -> tuple[Problem, ...]:
    """Everything that a move still lacks or that will not do; `now` is what the case holds."""
    after = merged(definition, move, now, given)
    fields, held = needed(definition, move, after)
    problems = check_fields(definition, fields, (*held, *move.fields), given)
    problems += tuple(
        Problem(name, "missing" if is_blank(after.get(name)) else "not_complete")
        for name in held
        if (field := definition.field(name)) is not None
        and (is_blank(after.get(name)) or not is_complete(field, after[name]))
    )
    if move.needs.assignee and not assignee_id:
        problems += (Problem("assignee", "missing"),)
    if assignee_id and not move.needs.assignee:
        problems += (Problem("assignee", "not_asked"),)
    return problems + check_text("reason", reason, MAX_REASON, needed=move.needs.reason)


def check_fields(
    definition: CaseDefinition, needed: Collection[str], taken: Collection[str], given: Values
) -> tuple[Problem, ...]:
    """What is wrong with the fields given where `needed` must and `taken` may be."""
    problems = [Problem(name, "missing") for name in needed if is_blank(given.get(name))]
    for name, value in given.items():
        field = definition.field(name)
        if field is None or (name not in needed and name not in taken):
            problems.append(Problem(name, "not_asked"))
        elif not is_blank(value) and (why := problem_with(field, value)):
            problems.append(Problem(name, why))
        elif name in needed and not is_blank(value) and not is_complete(field, value):
            problems.append(Problem(name, "not_complete"))
    return tuple(problems)


def check_text(name: str, text: object, most: int, *, needed: bool) -> tuple[Problem, ...]:
    """What is wrong with a title or a reason."""
    if is_blank(text):
        return (Problem(name, "missing"),) if needed else ()
    why = text_problem(text, most)
    return (Problem(name, why),) if why else ()


def kept(definition: CaseDefinition, given: Values) -> dict[str, object]:
    """Checked fields as they are kept (`values.Values`), those that were given."""
    return {
        name: kept_value(field, value)
        for name, value in given.items()
        if (field := definition.field(name)) is not None and not is_blank(value)
    }


def merged(definition: CaseDefinition, move: Move, now: Values, given: Values) -> dict[str, object]:
    """The fields after a move: another round begins without what belongs to the last (`CaseDefinition.of_a_round`), a list
    whose last row was taken away is gone, and what is changed is no longer signed for."""
    old = definition.of_a_round if move.again else frozenset[str]()
    new = kept(definition, {name: value for name, value in given.items() if not _unfit(definition, name, value)})
    emptied = {field.name for field in definition.fields if field.type == "items" and given.get(field.name) == []}
    changed = {name for name in {*new, *emptied} if new.get(name) != now.get(name)}
    unsigned = {field.name for field in definition.fields if field.signs in changed}
    return {name: value for name, value in now.items() if name not in old | emptied | unsigned} | new


def _unfit(definition: CaseDefinition, name: str, value: object) -> bool:
    field = definition.field(name)
    return field is None or (not is_blank(value) and problem_with(field, value) is not None)


def versions(definition: CaseDefinition, counted: Values, now: Values, after: Values) -> dict[str, object]:
    """How many versions of each `versioned` field there have been, after a step; `counted` is how many before."""
    changed = {
        field.name: int(str(counted.get(field.name, 0))) + 1
        for field in definition.fields
        if field.versioned and field.name in after and after[field.name] != now.get(field.name)
    }
    return {**counted, **changed}


def may_by(move: Move, who_id: str, assignee_id: str | None) -> bool:
    """Whether the move is this operator's to make, as far as it matters who has the case. What somebody has nobody else
    grabs."""
    return assignee_id in (None, who_id) or (move.by == "any" and move.dispatch != "grab")


def back_filed(happened: datetime, filed: datetime) -> bool:
    """Whether a moment was noted so long after it happened that it is shown as filed afterwards."""
    return filed - happened > BACK_FILED


def local_day(instant: datetime, offset_minutes: int) -> str:
    """The community's day of an instant, `20261122`."""
    return f"{instant.astimezone(UTC) + timedelta(minutes=offset_minutes):%Y%m%d}"
