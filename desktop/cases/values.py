"""What the fields of a case hold: checked, kept, and what they say to conditions (pure)."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime

from desktop.cases.definition import BLANK, CaseField, ItemColumn, Node, When

Values = Mapping[str, object]
"""Fields by name, as they are kept:

text, choice: text. category: the names down to the leaf, "public/pipe/leak". number: a finite number in the field's unit.
money: whole fen. date-time: an instant as ISO 8601 text in UTC. person, place, thing, asset: an id, or a list of ids where
there may be many. photo: SHA-256 of pictures, in order. signature: the SHA-256 of one. checklist: the names of the items
that are done. items: rows as mappings by column. points: {"route": [...], "visits": [...]} (`rounds.py`).
"""

ROWS = 10
"""A list has at most this many times `most` rows."""

SHA256 = 64


def is_blank(value: object) -> bool:
    """Whether nothing was given. A round nobody has begun is blank, though its route is known."""
    if isinstance(value, dict):
        return not value.get("visits")
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], ())


def says(field: CaseField, value: object) -> frozenset[str]:
    """What a condition may ask for: `blank`, or a choice's option, a category's path at every level with the flags on it,
    `complete` or `incomplete` of a checklist or round, `abnormal` of a round, `filled` of anything without options."""
    if is_blank(value):
        return frozenset({BLANK})
    if field.type == "choice":
        return frozenset({str(value)})
    if field.type == "category":
        return frozenset(_category(field, str(value)))
    said = {"filled"}
    if field.type == "checklist":
        said.add("complete" if is_complete(field, value) else "incomplete")
    if field.type == "points" and isinstance(value, dict):
        visited = {visit["code"] for visit in value["visits"]}
        said.add("complete" if {point["code"] for point in value["route"]} <= visited else "incomplete")
        if not all(visit.get("ok", True) for visit in value["visits"]):
            said.add("abnormal")
    return frozenset(said)


def holds(fields: Callable[[str], CaseField | None], when: When, values: Values) -> bool:
    """Whether every field of the condition says one of its words."""
    return all(
        (field := fields(name)) is not None and not says(field, values.get(name)).isdisjoint(words)
        for name, words in when.items()
    )


def is_complete(field: CaseField, value: object) -> bool:
    """Whether every required item of a checklist is done; other fields have none."""
    required = {item.name for item in field.items if item.required}
    return not required or required <= set(value if isinstance(value, list | tuple) else ())


def branch(field: CaseField, path: str) -> tuple[Node, ...]:
    """The nodes from the top down to what the path names; empty where the tree has no such path."""
    nodes, found = field.tree, []
    for name in path.split("/"):
        node = next((node for node in nodes if node.name == name), None)
        if node is None:
            return ()
        found.append(node)
        nodes = node.children
    return tuple(found)


def _category(field: CaseField, path: str) -> Iterator[str]:
    at = ""
    for node in branch(field, path):
        at = f"{at}/{node.name}".lstrip("/")
        yield at
        yield from node.flags


def problem_with(field: CaseField, value: object) -> str | None:
    """Why the value does not fit the field's type and bounds (`rules.Problem.why`), or None."""
    match field.type:
        case "text":
            return text_problem(value, field.max_length)
        case "choice":
            return None if isinstance(value, str) and value in field.options else "not_an_option"
        case "category":
            leaf = branch(field, value)[-1:] if isinstance(value, str) else ()
            return None if leaf and not leaf[0].children else "not_an_option"
        case "number":
            return _number_problem(field, value)
        case "money":
            return _number_problem(field, value) if isinstance(value, int) else "not_a_number"
        case "date-time":
            return None if instant(value) else "not_a_time"
        case "checklist":
            known = [item.name for item in field.items]
            return None if isinstance(value, list | tuple) and all(n in known for n in value) else "not_an_option"
        case "person" | "place" | "thing" | "asset":
            return _ids_problem(field, value)
        case "photo":
            return _pictures_problem(field, value)
        case "signature":
            return None if _is_sha256(value) else "not_a_picture"
        case "items":
            return _rows_problem(field, value)
        case "points":
            return "not_asked"


def text_problem(value: object, most: int) -> str | None:
    """Why this is no text of at most that many characters, or None."""
    if not isinstance(value, str):
        return "not_text"
    # Control characters and lone surrogates cannot be printed or stored as UTF-8.
    if any((ord(c) < 32 and c not in "\n\t") or 0xD800 <= ord(c) <= 0xDFFF or ord(c) == 127 for c in value):
        return "unreadable"
    return "too_long" if len(value.strip()) > most else None


def kept_value(field: CaseField, value: object) -> object:
    """A checked value as it is kept: texts trimmed, instants in UTC, items in the order of the definition."""
    if field.type == "date-time" and (at := instant(value)):
        return at.isoformat(timespec="seconds")
    if field.type == "checklist" and isinstance(value, list | tuple):
        return [item.name for item in field.items if item.name in value]
    if field.type == "items" and isinstance(value, list | tuple):
        return [_kept_row(field, row) for row in value]
    if isinstance(value, list | tuple):
        return list(dict.fromkeys(value))
    return value.strip() if isinstance(value, str) else value


def instant(value: object) -> datetime | None:
    """An aware datetime, or its ISO 8601 text with an offset, in UTC; None for anything else."""
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


def total(field: CaseField, column: ItemColumn, rows: object) -> float:
    """A column of an item list added up; with a quantity beside it, money is a price for each."""
    if not isinstance(rows, list):
        return 0
    each = any(c.name == "quantity" for c in field.columns) and column.type == "money"
    return float(sum(row.get(column.name, 0) * (row.get("quantity", 1) if each else 1) for row in rows))


def _number_problem(field: CaseField, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return "not_a_number"
    if field.minimum is not None and value < field.minimum:
        return "too_small"
    if field.maximum is not None and value > field.maximum:
        return "too_big"
    return "too_big" if abs(value) > 2**53 else None


def _ids_problem(field: CaseField, value: object) -> str | None:
    if field.many:
        ids: Collection[object] = value if isinstance(value, list | tuple) else ()
        if len(ids) > field.most:
            return "too_many"
        return None if ids and all(isinstance(id_, str) and 0 < len(id_) <= 200 for id_ in ids) else "not_an_option"
    return None if isinstance(value, str) and len(value) <= 200 else "not_an_option"


def _pictures_problem(field: CaseField, value: object) -> str | None:
    if not isinstance(value, list | tuple) or not all(_is_sha256(sha256) for sha256 in value):
        return "not_a_picture"
    return "too_many" if len(value) > field.most else None


def _is_sha256(value: object) -> bool:
    return isinstance(value, str) and len(value) == SHA256 and all(c in "0123456789abcdef" for c in value)


def _rows_problem(field: CaseField, value: object) -> str | None:
    if not isinstance(value, list | tuple) or not all(isinstance(row, dict) for row in value):
        return "not_rows"
    if len(value) > field.most * ROWS:
        return "too_many"
    return next((why for row in value if (why := _row_problem(field, row))), None)


def _row_problem(field: CaseField, row: Mapping[str, object]) -> str | None:
    known = {column.name: column for column in field.columns}
    if not set(row) <= set(known):
        return "not_asked"
    for name, column in known.items():
        value = row.get(name)
        if is_blank(value):
            if column.needed:
                return "missing"
        elif why := _cell_problem(column, value):
            return why
    return None


def _cell_problem(column: ItemColumn, value: object) -> str | None:
    match column.type:
        case "tick":
            return None if isinstance(value, bool) else "not_an_option"
        case "choice":
            return None if isinstance(value, str) and value in column.options else "not_an_option"
        case "number" | "money":
            whole = column.type == "number" or isinstance(value, int)
            return _number_problem(_CELL, value) if whole else "not_a_number"
        case "date-time":
            return None if instant(value) else "not_a_time"
        case _:
            return text_problem(value, _CELL.max_length)


_CELL = CaseField(name="cell", title={}, type="number", minimum=0, max_length=300)


def _kept_row(field: CaseField, row: Mapping[str, object]) -> dict[str, object]:
    return {
        column.name: at.isoformat(timespec="seconds")
        if column.type == "date-time" and (at := instant(row[column.name]))
        else _trimmed(row[column.name])
        for column in field.columns
        if not is_blank(row.get(column.name))
    }


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value
