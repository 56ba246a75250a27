"""Names of acts, kinds and columns as people say them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from desktop.cases.definition import CaseDefinition
from desktop.journal.views import EntryView
from desktop.kernel.words import Words, catalogue
from ui.parts.when import stamp

UNSEEN = frozenset({"id", "rev", "extra"})
"""Columns of the store's own bookkeeping."""
LONGEST = 120
MOVE = "cases.move."
IN_SUMMARY = 3
NOTHING = "—"
SPOKEN = ("number", "title", "thing_name", "rule", "login", "code", "name", "state", "acknowledged", "shelved_until")
"""Columns that a summary begins with."""


def op_word(words: Words, op: str, definitions: Iterable[CaseDefinition] = ()) -> str:
    """The act's name; a move of a case by its definition's word; what has no word is shown as it stands."""
    if op.startswith(MOVE):
        moves = (definition.move(op.removeprefix(MOVE)) for definition in definitions)
        title = next((words.of(move.title) for move in moves if move), op.removeprefix(MOVE))
        return words("journal.case_move", move=title)
    known = catalogue(words.lang)
    # What can be done with every case is worded with the cases.
    return known.get(f"journal.ops.{op}") or known.get(f"cases.op.{op.removeprefix('cases.')}", op)


def kind_word(words: Words, kind: str) -> str:
    """The kind of record; unknown ones as they stand."""
    return catalogue(words.lang).get(f"journal.kinds.{kind}", kind)


def field_word(words: Words, column: str) -> str:
    """What a value is; unknown columns as they stand."""
    return catalogue(words.lang).get(f"journal.fields.{column}", column)


def value_word(words: Words, value: Any) -> str:
    """A value on one line, shortened; an instant in the community's time."""
    if value is None or value == "" or value == {} or value == []:
        return NOTHING
    if isinstance(value, bool):
        return words("things.yes" if value else "things.no")
    if isinstance(value, Mapping) and set(value) <= {"zh", "en"}:
        return value_word(words, words.of(value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and (at := _instant(value)) is not None:
        return stamp(at)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def changes(words: Words, entry: EntryView, definitions: Iterable[CaseDefinition] = ()) -> list[tuple[str, str]]:
    """What the entry says of each column: how it was and became, or what a new record holds where it holds anything."""

    def say(name: str, value: Any) -> str:
        return _coded(words, entry, name, value, definitions) or value_word(words, value)

    names = [name for name in {**entry.before, **entry.after} if name not in UNSEEN]
    if entry.before:
        # What was only named before did not change.
        became = {name: entry.after.get(name, entry.before.get(name)) for name in names}
        return [
            (field_word(words, name), f"{say(name, entry.before.get(name))} → {say(name, became[name])}")
            for name in names
        ]
    told = [(name, say(name, entry.after[name])) for name in names]
    return [(field_word(words, name), value) for name, value in told if value != NOTHING]


def summary(words: Words, entry: EntryView, definitions: Iterable[CaseDefinition] = ()) -> str:
    """The first few of the changes, on one line: what people name it by before its dates and codes."""
    found = dict(changes(words, entry, definitions))
    first = [field_word(words, name) for name in SPOKEN if field_word(words, name) in found]
    names = [*first, *(name for name in found if name not in first)]
    return "  ".join(f"{name}: {found[name]}" for name in names[:IN_SUMMARY])


def _coded(words: Words, entry: EntryView, column: str, value: Any, definitions: Iterable[CaseDefinition]) -> str:
    """The word of a value that is a code: a case's state, an alarm's priority. Empty where it is none."""
    if entry.kind == "case" and column == "state":
        # Kinds of cases may call states of one name differently: its own goes first.
        ordered = sorted(definitions, key=lambda definition: definition.name != entry.definition)
        states = (definition.state(str(value)) for definition in ordered)
        return next((words.of(state.title) for state in states if state), "")
    if entry.kind == "alarm" and column == "priority":
        return catalogue(words.lang).get(f"alarms.priority.{value}", "")
    return ""


def _instant(text: str) -> datetime | None:
    if len(text) < 19 or text[4:5] != "-" or text[10:11] not in ("T", " "):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
