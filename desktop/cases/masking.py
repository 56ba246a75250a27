"""What of a case tells who somebody is or how to reach them, and how it is shown to who has not asked for it (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from desktop.cases.definition import CaseDefinition, CaseField, Personal
from desktop.people import masks


def is_personal(field: CaseField) -> bool:
    """Whether anything of the field is masked: its text, or a column of its rows."""
    return bool(field.personal) or any(column.personal for column in field.columns)


def masked(field: CaseField, value: object) -> object:
    """The field's value as anybody may see it."""
    if field.personal and isinstance(value, str):
        return masked_text(field.personal, value)
    if field.type == "items" and isinstance(value, list) and is_personal(field):
        return [_masked_row(field, row) for row in value]
    return value


def masked_text(kind: Personal, text: str) -> str:
    """A name or a phone number behind its mask."""
    return masks.name(text) if kind == "name" else masks.phone(text) if kind == "phone" else text


def plain(field: CaseField, value: object) -> str:
    """What stands behind the masks, for whoever said why: the text, or a line for each row's masked columns."""
    if field.type != "items" or not isinstance(value, list):
        return str(value or "")
    personal = [column.name for column in field.columns if column.personal]
    return "\n".join("  ".join(str(row[name]) for name in personal if name in row) for row in value)


def unmasked(definition: CaseDefinition, held: Mapping[str, object], given: Mapping[str, object]) -> dict[str, object]:
    """What was given, where a form sends back the masks it was shown with what stands behind them."""
    return {
        name: _behind(field, held[name], value) if name in held and (field := definition.field(name)) else value
        for name, value in given.items()
    }


def _behind(field: CaseField, held: object, value: object) -> object:
    if field.type == "items" and is_personal(field) and isinstance(held, list) and isinstance(value, list):
        return _rows_behind(field, held, value)
    return held if field.personal and value == masked(field, held) else value


def _rows_behind(field: CaseField, held: Sequence[Any], given: Sequence[Any]) -> list[Any]:
    """Each row with the personal texts of the row it was: those that look most alike belong together, if one has a mask of
    the other. Rows may have been put in, changed, moved or taken away; what has nobody's mask stays as it was given. Of rows
    that look the same in every column the first are taken, for whoever gave them could not tell them apart either."""
    shown = [_masked_row(field, row) for row in held]
    pairs = [
        (-sum(row.get(name) == value for name, value in was.items()), at, of)
        for at, row in enumerate(given)
        for of, was in enumerate(shown)
        if _kept(field, row, was)
    ]
    found, free = list(given), set(range(len(held)))
    open_ = set(range(len(given)))
    for _, at, of in sorted(pairs):
        if at in open_ and of in free:
            found[at] = {**given[at], **{name: held[of][name] for name in _kept(field, given[at], shown[of])}}
            open_.discard(at)
            free.discard(of)
    return found


def _kept(field: CaseField, row: Any, shown: Any) -> list[str]:
    """The personal columns in which a given row still has what it was shown with."""
    if not isinstance(row, dict):
        return []
    return [c.name for c in field.columns if c.personal and c.name in shown and row.get(c.name) == shown[c.name]]


def _masked_row(field: CaseField, row: Any) -> Any:
    if not isinstance(row, dict):
        return row
    personal = {column.name: column.personal for column in field.columns if column.personal}
    return {
        name: masked_text(personal[name], value) if name in personal and isinstance(value, str) else value
        for name, value in row.items()
    }
