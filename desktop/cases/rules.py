"""What may be done with a case, and what a step still lacks (pure)."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from desktop.cases.definition import CaseDefinition, CaseField, Move

Values = Mapping[str, object]
"""Fields by name, as they are kept: text, the name of an option, a finite number, an instant as ISO 8601 text, or the names
of the items that are done."""

MAX_TITLE = 200
MAX_REASON = 500


class Problem(NamedTuple):
    """What is wrong with one thing that was given: a field's name, "assignee", "reason" or "title", and why."""

    field: str
    why: str
    """missing, not_asked, not_text, unreadable, too_long, not_an_option, not_a_number, too_small, too_big, not_a_time,
    not_complete (a needed checklist without one of its required items)"""


def legal_moves(
    definition: CaseDefinition, state: str, permissions: Collection[str] | None, values: Values
) -> tuple[Move, ...]:
    """The moves from a state with these permissions, as the file orders them; None asks for those of anybody."""
    return tuple(
        move
        for move in definition.moves
        if stands(move, state, values) and (permissions is None or move.permission in permissions)
    )


def stands(move: Move, state: str, values: Values) -> bool:
    """Whether a case in this state, with these values, can go this way."""
    return state in move.sources and all(values.get(name) in options for name, options in move.when.items())


def check_move(
    definition: CaseDefinition, move: Move, given: Values, assignee_id: str | None, reason: str | None
) -> tuple[Problem, ...]:
    """Everything that a move still lacks or that will not do."""
    problems = check_fields(definition, move.needs.fields, move.takes, given)
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
    why = _text_problem(text, most)
    return (Problem(name, why),) if why else ()


def is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value == [] or value == ()


def is_complete(field: CaseField, value: object) -> bool:
    """Whether every required item of a checklist is done; other fields have none."""
    return {item.name for item in field.items if item.required} <= set(value if isinstance(value, list | tuple) else ())


def problem_with(field: CaseField, value: object) -> str | None:
    """Why the value does not fit the field's type and bounds, or None."""
    if field.type == "text":
        return _text_problem(value, field.max_length)
    if field.type == "choice":
        return None if isinstance(value, str) and value in field.options else "not_an_option"
    if field.type == "number":
        return _number_problem(field, value)
    if field.type == "checklist":
        return _items_problem(field, value)
    return None if _instant(value) else "not_a_time"


def kept(definition: CaseDefinition, given: Values) -> dict[str, object]:
    """Checked fields as they are kept: texts trimmed, instants in UTC. A blank means "not given" and erases nothing."""
    values: dict[str, object] = {}
    for name, value in given.items():
        field = definition.field(name)
        if field is None or is_blank(value):
            continue
        instant = _instant(value) if field.type == "date-time" else None
        if instant:
            values[name] = instant.isoformat(timespec="seconds")
        elif isinstance(value, list | tuple):
            values[name] = [item.name for item in field.items if item.name in value]
        else:
            values[name] = value.strip() if isinstance(value, str) else value
    return values


def merged(definition: CaseDefinition, move: Move, now: Values, given: Values) -> dict[str, object]:
    """The fields after a move: another round begins without the closing fields of the last."""
    closing = definition.closing.fields if move.again else frozenset[str]()
    return {name: value for name, value in now.items() if name not in closing} | kept(definition, given)


def due_at(definition: CaseDefinition, urgency: str, opened: datetime) -> datetime | None:
    """When the case must be handled: the urgency's minutes after `opened`, counted around the clock.

    The targets are data (no national number exists); working calendars and pauses are not counted yet.
    """
    target = definition.urgency(urgency)
    return None if target is None else opened + timedelta(minutes=target.due_minutes)


def is_overdue(definition: CaseDefinition, state: str, due: datetime | None, now: datetime) -> bool:
    """Past its due time in a state whose clock runs. At the due instant itself a case is still in time."""
    found = definition.state(state)
    return found is not None and found.clock and due is not None and now > due


def in_time(due: datetime, at: datetime) -> bool:
    """Whether what the clock asked for came in time; at the due instant itself it did (30 minutes: 10:30:00 is in time
    for a lift that stopped at 10:00:00, 10:30:01 is late)."""
    return at <= due


def local_day(instant: datetime, offset_minutes: int) -> str:
    """The community's day of an instant, `20261122`."""
    return f"{instant.astimezone(UTC) + timedelta(minutes=offset_minutes):%Y%m%d}"


def _text_problem(value: object, most: int) -> str | None:
    if not isinstance(value, str):
        return "not_text"
    # Control characters and lone surrogates cannot be printed or stored as UTF-8.
    if any((ord(c) < 32 and c not in "\n\t") or 0xD800 <= ord(c) <= 0xDFFF or ord(c) == 127 for c in value):
        return "unreadable"
    return "too_long" if len(value.strip()) > most else None


def _number_problem(field: CaseField, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return "not_a_number"
    if field.minimum is not None and value < field.minimum:
        return "too_small"
    if field.maximum is not None and value > field.maximum:
        return "too_big"
    return "too_big" if abs(value) > 2**53 else None


def _items_problem(field: CaseField, value: object) -> str | None:
    known = [item.name for item in field.items]
    return None if isinstance(value, list | tuple) and all(name in known for name in value) else "not_an_option"


def _instant(value: object) -> datetime | None:
    """An aware datetime, or its ISO 8601 text with an offset, in UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return None
