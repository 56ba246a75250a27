"""A community with many cases in its store, for figures: every shipped kind, two years of them, a tenth still open."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import select

from db.store import Records, Transaction
from db.tables.cases import CaseRow
from db.tables.people import Person
from db.tables.places import Place
from db.tables.security import Operator
from desktop.cases import clocks
from desktop.cases.clocks import Kept, Span
from desktop.cases.definition import CaseDefinition, CaseField, Node
from desktop.cases.service import Cases
from desktop.kernel.clock import Clock
from desktop.kernel.ids import NewId
from desktop.security.principal import act, system

SEED = 4
BATCH = 2500
OPEN = 0.1
"""The share of cases that are still open."""
DAYS = 730


class CaseStock:
    """Makes rows as the engine leaves them: clocks worked out, pauses with reasons, fields filled in."""

    def __init__(self, records: Records, clock: Clock, new_id: NewId, cases: Cases, terminal: str) -> None:
        self._records, self._clock, self._new_id, self._terminal = records, clock, new_id, terminal
        self._definitions = list(cases.definitions().values())
        self._calendars = cases.calendars()
        self._chance = random.Random(SEED)

    def put(self, count: int) -> None:
        """Stores so many cases, some thousand in a transaction."""
        places, people, staff = (
            self._records.read(lambda session, column=column: session.scalars(select(column)).all())  # type: ignore[misc]
            for column in (Place.id, Person.id, Operator.id)
        )
        for first in range(0, count, BATCH):
            numbers = range(first, min(first + BATCH, count))
            rows = list(self._rows(numbers, places, people, staff))

            def work(tx: Transaction, rows: list[CaseRow] = rows) -> None:
                for row in rows:
                    tx.add(row)

            self._records.write(act(system(self._terminal), "cases.sample", self._clock), work)

    def _rows(
        self, numbers: range, places: Sequence[str], people: Sequence[str], staff: Sequence[str]
    ) -> Iterator[CaseRow]:
        chance, now = self._chance, self._clock.now()
        for n in numbers:
            definition = chance.choice(self._definitions)
            is_open = chance.random() < OPEN
            ago = timedelta(minutes=chance.randrange(30, 4 * 1440 if is_open else DAYS * 1440))
            began = now - ago
            states = [state.name for state in definition.states if bool(state.end) is not is_open]
            state = chance.choices(states, [8, *([1] * (len(states) - 1))])[0]
            row = CaseRow(
                id=self._new_id(), number=f"{self._terminal}-{began:%Y%m%d}-{n:05d}", definition=definition.name,
                version=definition.version, title=f"{definition.title['zh']} {n}", state=state,
                urgency=chance.choice(definition.urgencies).name, place_id=chance.choice(places),
                person_id=chance.choice([None, chance.choice(people)]), opened_at=began,
                assignee_id=None if definition.state(state) == definition.initial else chance.choice(staff),
                fields=self._fields(definition, began), opened_by=chance.choice(staff),
                urged=chance.choice((0, 0, 0, 1)), round=chance.choice((1, 1, 1, 1, 2)),
            )  # fmt: skip
            self._promise(row, definition, is_open, now)
            yield row

    def _promise(self, row: CaseRow, definition: CaseDefinition, is_open: bool, now: datetime) -> None:
        chance = self._chance
        closed = min(now, row.opened_at + timedelta(minutes=chance.expovariate(1 / 1440)))
        spans: list[Span] = []
        if definition.pauses and chance.random() < 0.2:
            begins = row.opened_at + timedelta(minutes=5)
            length = timedelta(minutes=chance.randrange(10, 1000))
            spans = [Span(kind=chance.choice(definition.pauses), begins=begins, ends=begins + length)]
        kept: tuple[Kept, ...] = ()
        for round_ in range(1, row.round + 1):
            kept += clocks.begun(definition, row.urgency, round_, row.opened_at + timedelta(days=round_ - 1))
        kept = tuple(
            one if is_open and one.round == row.round else msgspec.structs.replace(one, stopped=at, filed=at)
            for one in kept
            for at in (max(closed, one.began),)
        )
        kept = clocks.reckoned(kept, spans, self._calendars)
        row.clocks, row.spans = msgspec.to_builtins(kept), msgspec.to_builtins(spans)
        row.due_at, row.warn_at = clocks.next_due(kept), clocks.next_warning(kept)
        row.closed_at = None if is_open else closed

    def _fields(self, definition: CaseDefinition, began: datetime) -> dict[str, Any]:
        wanted = {
            *definition.lists,
            *definition.opening.takes,
            *definition.opening.needs,
            *definition.closing.follow_up,
        }
        filled = ((field.name, self._value(field, began)) for field in definition.fields if field.name in wanted)
        return {name: value for name, value in filled if value is not None}

    def _value(self, field: CaseField, began: datetime) -> Any:
        chance = self._chance
        match field.type:
            case "text":
                return f"{field.title['zh']}: 现场情况说明，编号 {chance.randrange(10**6)}"
            case "choice":
                return chance.choice(sorted(field.options))
            case "category":
                return "/".join(_leaf(field.tree, chance))
            case "number" | "money":
                least = int(field.minimum or 1)
                return chance.randint(least, max(least, int(field.maximum or 5)))
            case "date-time":
                return (began.astimezone(UTC) + timedelta(minutes=20)).isoformat(timespec="seconds")
            case _:
                return None


def _leaf(nodes: Sequence[Node], chance: random.Random) -> list[str]:
    path: list[str] = []
    while nodes:
        node = chance.choice(nodes)
        path.append(node.name)
        nodes = node.children
    return path
