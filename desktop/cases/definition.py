"""Case definitions: what a kind of case asks for and how it goes from first word to archive. How to write one:
`docs/case-definitions.md`.

A running case keeps the (name, version) it began under: every version is a file of its own, the newest opens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from desktop.kernel.words import Text
from resources.loader import DataFileError, error_at, load

FieldType = Literal["text", "choice", "number", "date-time", "checklist"]
Tone = Literal["primary", "quiet", "danger"]


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to be done and ticked off. Where a checklist is needed, it is complete with every `required` item done."""

    name: str
    title: Text
    required: bool = False


class CaseField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something a case asks for. A number is in `unit`; a text holds at most `max_length` characters; the value of a
    checklist are the names of the items that are done."""

    name: str
    title: Text
    type: FieldType
    hint: Text = {}
    options: Mapping[str, Text] = {}
    items: tuple[Item, ...] = ()
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    max_length: int = 500
    meets_due: bool = False
    """Of a date-time: the instant that the clock asks for. It is told with whether it was in time."""


class State(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a case can stand. Entering the initial state puts it back to nobody; an `end` closes it."""

    name: str
    title: Text
    initial: bool = False
    end: Literal["archived", "void"] | None = None
    clock: bool = False
    """Whether being past the due time counts as overdue here."""


class Needs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must be given with a move."""

    fields: tuple[str, ...] = ()
    assignee: bool = False
    reason: bool = False


class Move(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step from one of `sources` (`from` in the file) to a state."""

    name: str
    title: Text
    sources: tuple[str, ...] = msgspec.field(name="from")
    to: str
    permission: str
    needs: Needs = Needs()
    takes: tuple[str, ...] = ()
    """Fields that may be given and need not."""
    when: Mapping[str, tuple[str, ...]] = {}
    """Legal only while each of these choices holds one of the named options."""
    again: bool = False
    """Begins another round: same number, the closing fields emptied, the due clock anew."""
    tone: Tone = "quiet"

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field a form for this move shows, needed ones first."""
        return self.needs.fields + self.takes


class Opening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What opening a case asks for."""

    permission: str = "cases.open"
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    from_onset: bool = False
    """Whether the clock of a case made from an alarm runs from the alarm's onset."""


class Urgency(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How pressing a case is: handled `due_minutes` after its opening (or its alarm), counted around the clock."""

    name: str
    title: Text
    due_minutes: int


class Closing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields without which nothing is archived: what was done, what shows it, what the other side said."""

    result: tuple[str, ...]
    evidence: tuple[str, ...]
    follow_up: tuple[str, ...]

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(self.result + self.evidence + self.follow_up)


class CaseDefinition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of case, as its file says it."""

    name: str
    version: int
    title: Text
    source: str
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    closing: Closing
    urgencies: tuple[Urgency, ...]
    opening: Opening = Opening()
    fields: tuple[CaseField, ...] = ()

    def state(self, name: str) -> State | None:
        return next((state for state in self.states if state.name == name), None)

    def move(self, name: str) -> Move | None:
        return next((move for move in self.moves if move.name == name), None)

    def field(self, name: str) -> CaseField | None:
        return next((field for field in self.fields if field.name == name), None)

    def urgency(self, name: str) -> Urgency | None:
        return next((urgency for urgency in self.urgencies if urgency.name == name), None)

    @property
    def initial(self) -> State:
        return next(state for state in self.states if state.initial)


@dataclass(frozen=True)
class Loaded:
    """What a folder of definitions holds: every good version by (name, version), and the files that were refused."""

    definitions: Mapping[tuple[str, int], CaseDefinition]
    refused: tuple[DataFileError, ...] = field(default=())

    def newest(self) -> dict[str, CaseDefinition]:
        """The version new cases open with, by name."""
        return {name: self.definitions[name, version] for name, version in sorted(self.definitions)}


def load_definitions(folder: Path) -> Loaded:
    """Every `*.yaml` of the folder. A file with a mistake is refused with line and reason, and the rest loads."""
    good: dict[tuple[str, int], CaseDefinition] = {}
    refused: list[DataFileError] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            definition = load(path, CaseDefinition)
            mistake = next(_mistakes(definition), None)
            if mistake is None and (definition.name, definition.version) in good:
                mistake = (f"{definition.name} version {definition.version} is in another file too", "$.version")
            if mistake:
                raise error_at(path, *mistake)
        except DataFileError as error:
            refused.append(error)
        else:
            good[definition.name, definition.version] = definition
    return Loaded(good, tuple(refused))


def stand_in(name: str, version: int, state: str) -> CaseDefinition:
    """For a case whose file is gone or refused: it can be read, and nothing can be done with it."""
    return CaseDefinition(
        name=name,
        version=version,
        title={"zh": name, "en": name},
        source="",
        states=(State(name=state, title={"zh": state, "en": state}, initial=True),),
        moves=(),
        closing=Closing(result=(), evidence=(), follow_up=()),
        urgencies=(),
    )


Mistake = tuple[str, str]
"""What is wrong, and where in the file: ("no such state", "$.moves[2].to")."""


def _mistakes(definition: CaseDefinition) -> Iterator[Mistake]:
    """What is wrong with a definition that has the right form; later checks rely on earlier ones."""
    yield from _texts_and_names(definition)
    yield from _states(definition)
    yield from _fields(definition)
    yield from _moves(definition)
    yield from _unreachable(definition)
    yield from _short_cuts(definition)


def _texts_and_names(definition: CaseDefinition) -> Iterator[Mistake]:
    groups: dict[str, tuple[State | CaseField | Move | Urgency, ...]] = {
        "states": definition.states,
        "fields": definition.fields,
        "moves": definition.moves,
        "urgencies": definition.urgencies,
    }
    yield from _text(definition.title, "$.title")
    for group, members in groups.items():
        seen: set[str] = set()
        for n, member in enumerate(members):
            if not member.name or member.name in seen:
                yield f"the name {member.name!r} is empty or used twice", f"$.{group}[{n}].name"
            seen.add(member.name)
            yield from _text(member.title, f"$.{group}[{n}].title")


def _text(text: Text, at: str) -> Iterator[Mistake]:
    for lang in ("zh", "en"):
        if not text.get(lang, "").strip():
            yield f"the text has no {lang}", at


def _states(definition: CaseDefinition) -> Iterator[Mistake]:
    if definition.version < 1:
        yield "versions count from 1", "$.version"
    initial = [n for n, state in enumerate(definition.states) if state.initial]
    if len(initial) != 1:
        at = f"$.states[{initial[1]}]" if initial else "$.states"
        yield f"{len(initial)} states are initial; exactly one must be", at
    if not any(state.end == "archived" for state in definition.states):
        yield "no state ends in the archive", "$.states"
    if not definition.urgencies:
        yield "at least one urgency is needed", "$.urgencies"
    for n, urgency in enumerate(definition.urgencies):
        if urgency.due_minutes <= 0:
            yield "a target is more than 0 minutes", f"$.urgencies[{n}].due_minutes"


def _fields(definition: CaseDefinition) -> Iterator[Mistake]:
    for n, field_ in enumerate(definition.fields):
        at = f"$.fields[{n}]"
        if (field_.type == "choice") != bool(field_.options):
            yield "a choice has options, and nothing else has", at
        yield from _items(field_, at)
        for option, title in field_.options.items():
            yield from _text(title, f"{at}.options.{option}")
        if field_.hint:
            yield from _text(field_.hint, f"{at}.hint")
        if field_.meets_due and field_.type != "date-time":
            yield "only a date-time can be in time", f"{at}.meets_due"
        if not 1 <= field_.max_length <= 5000:
            yield "max_length is 1 to 5000", f"{at}.max_length"
    for group in ("result", "evidence", "follow_up"):
        names: tuple[str, ...] = getattr(definition.closing, group)
        if not names:
            yield f"closing names no field for {group}", f"$.closing.{group}"
        yield from _known(definition, names, f"$.closing.{group}")
    yield from _known(definition, definition.opening.needs, "$.opening.needs")
    yield from _known(definition, definition.opening.takes, "$.opening.takes")


def _items(field_: CaseField, at: str) -> Iterator[Mistake]:
    if (field_.type == "checklist") != bool(field_.items):
        yield "a checklist has items, and nothing else has", at
    seen: set[str] = set()
    for n, item in enumerate(field_.items):
        if not item.name or item.name in seen:
            yield f"the name {item.name!r} is empty or used twice", f"{at}.items[{n}].name"
        seen.add(item.name)
        yield from _text(item.title, f"{at}.items[{n}].title")


def _known(definition: CaseDefinition, names: tuple[str, ...], at: str) -> Iterator[Mistake]:
    for n, name in enumerate(names):
        if definition.field(name) is None:
            yield f"there is no field {name!r}", f"{at}[{n}]"


def _moves(definition: CaseDefinition) -> Iterator[Mistake]:
    for n, move in enumerate(definition.moves):
        at = f"$.moves[{n}]"
        if definition.state(move.to) is None:
            yield f"there is no state {move.to!r}", f"{at}.to"
        if not move.sources:
            yield "a move starts somewhere", f"{at}.from"
        for m, name in enumerate(move.sources):
            source = definition.state(name)
            if source is None:
                yield f"there is no state {name!r}", f"{at}.from[{m}]"
            elif source.end:
                yield f"{name!r} is an end: nothing leaves it", f"{at}.from[{m}]"
        yield from _known(definition, move.needs.fields, f"{at}.needs.fields")
        yield from _known(definition, move.takes, f"{at}.takes")
        for name, options in move.when.items():
            asked = definition.field(name)
            if asked is None or asked.type != "choice" or not set(options) <= set(asked.options):
                yield f"{name!r} is no choice with these options", f"{at}.when.{name}"


def _unreachable(definition: CaseDefinition) -> Iterator[Mistake]:
    reached = {state for state, _ in _walk(definition)}
    for n, state in enumerate(definition.states):
        if state.name not in reached:
            yield f"no move leads to {state.name!r}", f"$.states[{n}]"
        elif not state.end and not any(state.name in move.sources for move in definition.moves):
            yield f"{state.name!r} is a dead end: no move leaves it", f"$.states[{n}]"


def _short_cuts(definition: CaseDefinition) -> Iterator[Mistake]:
    for state, given in sorted(_walk(definition), key=lambda step: (step[0], sorted(step[1]))):
        missing = definition.closing.fields - given
        found = definition.state(state)
        if found and found.end == "archived" and missing:
            n = next(n for n, s in enumerate(definition.states) if s.name == state)
            yield f"a path leads to {state!r} without {', '.join(sorted(missing))}", f"$.states[{n}]"


def _walk(definition: CaseDefinition) -> set[tuple[str, frozenset[str]]]:
    """Every state with every set of closing fields that is sure to be filled in there, `when` left aside."""
    closing = definition.closing.fields
    start = (definition.initial.name, closing & set(definition.opening.needs))
    seen, queue = {start}, [start]
    while queue:
        state, given = queue.pop()
        for move in definition.moves:
            if state in move.sources:
                kept = frozenset[str]() if move.again else given
                step = (move.to, kept | closing & set(move.needs.fields))
                if step not in seen:
                    seen.add(step)
                    queue.append(step)
    return seen
