"""A case's timeline, read from the journal's entries of its row and put into words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.journal import Entry
from db.tables.places import Place
from db.tables.security import Operator
from desktop.cases import clocks
from desktop.cases.clocks import Kept
from desktop.cases.definition import CaseDefinition
from desktop.cases.naming import names_of
from desktop.cases.views import Change, Fact, Step
from desktop.cases.wording import LANGS, NO_NAMES, NOTHING, in_words, local, same
from desktop.kernel.words import Text, catalogue

SHOWN = ("state", "assignee_id", "title", "urgency", "place_id", "due_at", "round")
"""The columns whose changes people read, in this order; pauses and the fields follow."""


def steps(session: Session, definition: CaseDefinition, case_id: str, offset_minutes: int) -> tuple[Step, ...]:
    """The case's whole story, oldest first: one step for each act, whatever it touched."""
    entries = session.scalars(select(Entry).where(Entry.kind == "case", Entry.entity_id == case_id).order_by(Entry.n))
    speak = _Speaker(session, definition, offset_minutes)
    return tuple(_step(entry, definition, speak) for entry in entries)


def facts(
    definition: CaseDefinition,
    values: Mapping[str, object],
    offset_minutes: int,
    names: Mapping[str, str] = NO_NAMES,
    kept: Iterable[Kept] = (),
    round_: int = 1,
) -> tuple[Fact, ...]:
    """The fields that are filled in, in the order of the definition; a moment that a clock asks for says whether it was in
    time, and whether it was filed afterwards."""
    running = {one.clock: one for one in kept if one.round == round_}
    asked = {clock.field: running[clock.name] for clock in definition.clocks if clock.field and clock.name in running}
    return tuple(
        Fact(
            field.name,
            field.title,
            _against(asked[field.name], values[field.name], offset_minutes)
            if field.name in asked
            else in_words(field, values[field.name], offset_minutes, names),
        )
        for field in definition.fields
        if field.name in values
    )


def _against(kept: Kept, value: object, offset_minutes: int) -> Text:
    at = datetime.fromisoformat(str(value)).astimezone(timezone(timedelta(minutes=offset_minutes)))
    key = "cases.late" if clocks.standing(kept, (), at) in ("late", "breached") else "cases.in_time"
    shown = f"{at:%Y-%m-%d %H:%M:%S}"
    return {
        lang: catalogue(lang)[key].format(at=shown)
        + (catalogue(lang)["cases.back_filed"] if clocks.is_back_filed(kept) else "")
        for lang in LANGS
    }


def _step(entry: Entry, definition: CaseDefinition, speak: _Speaker) -> Step:
    body = json.loads(entry.body)
    before, after = body.get("before"), body.get("after")
    changes = speak.notes(body) if after is None else speak.changes(before or {}, after)
    return Step(
        n=entry.n,
        at=entry.at,
        actor_name=entry.actor_name,
        terminal=entry.terminal,
        op=entry.op,
        op_title=_op_title(entry.op, definition, is_new=before is None and after is not None),
        changes=tuple(changes),
        reason=entry.reason,
    )


def _op_title(op: str, definition: CaseDefinition, is_new: bool) -> Text:
    if is_new:
        return {lang: catalogue(lang)["cases.opened"] for lang in LANGS}
    if op.startswith("alarms."):
        return {lang: catalogue(lang).get(f"alarms.op.{op.removeprefix('alarms.')}", op) for lang in LANGS}
    move = definition.move(op.removeprefix("cases.move."))
    if move is not None:
        return move.title
    return {lang: catalogue(lang).get(f"cases.op.{op.removeprefix('cases.')}", op) for lang in LANGS}


class _Speaker:
    """Puts the changes of a row into words, with the names of the places and operators it points at."""

    def __init__(self, session: Session, definition: CaseDefinition, offset_minutes: int) -> None:
        self._session = session
        self._definition = definition
        self._offset = offset_minutes

    def notes(self, body: Mapping[str, Any]) -> Iterator[Change]:
        """What an act left that changed nothing of the row: a note, a tie, a look at what is masked."""
        for name in ("note", "linked", "unlinked", "merged", "revealed"):
            if body.get(name):
                yield Change(self._words(f"cases.noted.{name}"), NOTHING, self._noted(name, body))
        if photos := body.get("photos"):
            n: Text = {lang: catalogue(lang)["cases.n_photos"].format(n=len(photos)) for lang in LANGS}
            yield Change(self._words("cases.noted.photos"), NOTHING, n)

    def _noted(self, name: str, body: Mapping[str, Any]) -> Text:
        if name == "revealed" and (field := self._definition.field(str(body[name]))) is not None:
            return field.title
        if name == "linked":
            kind = self._words(f"cases.tie.{body.get('kind', 'linked')}")
            return {lang: f"{body[name]} · {kind[lang]}" for lang in LANGS}
        return same(str(body[name]))

    def changes(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
        for column in SHOWN:
            was, becomes = before.get(column), after.get(column)
            if column not in after or was == becomes or (column == "due_at" and becomes is None):
                continue
            said, says = self._say(column, was), self._say(column, becomes)
            if said != says:  # seconds apart
                yield Change(self._words(f"cases.column.{column}"), said, says)
        if "spans" in after:
            yield from self._pauses(before.get("spans") or [], after["spans"])
        if "fields" in after:
            yield from self._fields(before.get("fields") or {}, after["fields"])

    def _fields(self, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Change]:
        names = names_of(self._session, self._definition, {**old, **new})
        for field in self._definition.fields:
            was, becomes = old.get(field.name), new.get(field.name)
            if was != becomes:
                yield Change(
                    field.title,
                    in_words(field, was, self._offset, names),
                    in_words(field, becomes, self._offset, names),
                )

    def _pauses(self, old: list[Any], new: list[Any]) -> Iterator[Change]:
        for n, span in enumerate(new):
            if n >= len(old) or old[n] != span:
                kind = self._words(f"cases.pause.{span['kind']}")
                over = span.get("ends") or span.get("until")
                until = local(over, self._offset) if over else self._words("cases.pause_open")
                title = self._words("cases.column.spans")
                yield Change(title, NOTHING, {lang: f"{kind[lang]} · {until[lang]}" for lang in LANGS})

    def _words(self, key: str) -> Text:
        return {lang: catalogue(lang)[key] for lang in LANGS}

    def _say(self, column: str, value: object) -> Text:
        if value is None:
            return NOTHING
        text = str(value)
        if column == "state":
            state = self._definition.state(text)
            return state.title if state else same(text)
        if column == "urgency":
            urgency = self._definition.urgency(text)
            return urgency.title if urgency else same(text)
        if column == "assignee_id":
            operator = self._session.get(Operator, text)
            return same(operator.name if operator else text)
        if column == "place_id":
            place = self._session.get(Place, text)
            return same(place.name if place else text)
        return local(text, self._offset) if column == "due_at" else same(text)
