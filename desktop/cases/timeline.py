"""A case's timeline, read from the journal's entries of its row and put into words."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta, timezone

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.journal import Entry
from db.tables.places import Place
from db.tables.security import Operator
from desktop.cases.definition import CaseDefinition, CaseField
from desktop.cases.views import Change, Fact, Step
from desktop.kernel.words import Lang, Text, catalogue

NOTHING: Text = {"zh": "—", "en": "—"}
LANGS: tuple[Lang, ...] = ("zh", "en")

SHOWN = ("state", "assignee_id", "title", "urgency", "place_id", "due_at", "round")
"""The columns whose changes people read, in this order; the fields follow."""


def steps(session: Session, definition: CaseDefinition, case_id: str, offset_minutes: int) -> tuple[Step, ...]:
    """The case's whole story, oldest first."""
    entries = session.scalars(select(Entry).where(Entry.kind == "case", Entry.entity_id == case_id).order_by(Entry.n))
    speak = _Speaker(session, definition, offset_minutes)
    return tuple(_step(entry, definition, speak) for entry in entries)


def facts(definition: CaseDefinition, values: Mapping[str, object], offset_minutes: int) -> tuple[Fact, ...]:
    """The fields that are filled in, in the order of the definition."""
    return tuple(
        Fact(field.name, field.title, in_words(field, values[field.name], offset_minutes))
        for field in definition.fields
        if field.name in values
    )


def in_words(field: CaseField, value: object, offset_minutes: int) -> Text:
    """A field's value as people read it."""
    if value is None:
        return NOTHING
    if field.type == "choice":
        return field.options.get(str(value)) or _same(str(value))
    if field.type == "checklist" and isinstance(value, list):
        return _done(field, value)
    if field.type == "date-time":
        return _local(str(value), offset_minutes)
    if field.type == "number" and isinstance(value, int | float):
        return _same(f"{value:g} {field.unit}".strip())
    return _same(str(value))


def _done(field: CaseField, value: Collection[object]) -> Text:
    """What is ticked off, one a line, and how many of how many."""
    done = [item for item in field.items if item.name in value]
    return {
        lang: "\n".join([f"{len(done)} / {len(field.items)}", *(f"✓ {item.title[lang]}" for item in done)])
        for lang in LANGS
    }


def _step(entry: Entry, definition: CaseDefinition, speak: _Speaker) -> Step:
    body = json.loads(entry.body)
    before, after = body.get("before"), body.get("after", {})
    return Step(
        n=entry.n,
        at=entry.at,
        actor_name=entry.actor_name,
        terminal=entry.terminal,
        op=entry.op,
        op_title=_op_title(entry.op, definition, is_new=before is None),
        changes=tuple(speak.changes(before or {}, after)),
        reason=entry.reason,
    )


def _op_title(op: str, definition: CaseDefinition, is_new: bool) -> Text:
    if is_new:
        return {lang: catalogue(lang)["cases.opened"] for lang in LANGS}
    if op.startswith("alarms."):
        return {lang: catalogue(lang).get(f"alarms.op.{op.removeprefix('alarms.')}", op) for lang in LANGS}
    move = definition.move(op.removeprefix("cases.move."))
    return move.title if move else _same(op)


class _Speaker:
    """Puts the changes of a row into words, with the names of the places and operators it points at."""

    def __init__(self, session: Session, definition: CaseDefinition, offset_minutes: int) -> None:
        self._session = session
        self._definition = definition
        self._offset = offset_minutes

    def changes(self, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Change]:
        for column in SHOWN:
            was, becomes = before.get(column), after.get(column)
            if column in after and was != becomes:
                title: Text = {lang: catalogue(lang)[f"cases.column.{column}"] for lang in LANGS}
                yield Change(title, self._say(column, was), self._say(column, becomes))
        old, new = _mapping(before.get("fields")), _mapping(after.get("fields"))
        if "fields" in after:
            for field in self._definition.fields:
                was, becomes = old.get(field.name), new.get(field.name)
                if was != becomes:
                    yield Change(
                        field.title, in_words(field, was, self._offset), in_words(field, becomes, self._offset)
                    )

    def _say(self, column: str, value: object) -> Text:
        if value is None:
            return NOTHING
        text = str(value)
        if column == "state":
            state = self._definition.state(text)
            return state.title if state else _same(text)
        if column == "urgency":
            urgency = self._definition.urgency(text)
            return urgency.title if urgency else _same(text)
        if column == "assignee_id":
            operator = self._session.get(Operator, text)
            return _same(operator.name if operator else text)
        if column == "place_id":
            place = self._session.get(Place, text)
            return _same(place.name if place else text)
        return _local(text, self._offset) if column == "due_at" else _same(text)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _same(text: str) -> Text:
    return {"zh": text, "en": text}


def _local(text: str, offset_minutes: int) -> Text:
    zone = timezone(timedelta(minutes=offset_minutes))
    return _same(f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M}")
