"""What is wrong with a case definition that has the right form. Later checks rely on earlier ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from desktop.cases.calendar import load_calendars
from desktop.cases.definition import (
    BLANK,
    CaseDefinition,
    CaseField,
    Clock,
    Item,
    ItemColumn,
    Move,
    Node,
    Print,
    State,
    Urgency,
    When,
)
from desktop.kernel.words import Text
from desktop.security.roles import roles
from resources.loader import folder

Mistake = tuple[str, str]
"""What is wrong, and where in the file: ("no such state", "$.moves[2].to")."""

_HAS = {"choice": "options", "category": "tree", "checklist": "items", "items": "columns"}
"""What a field of this type has, and no other has."""

_Named = State | CaseField | Clock | Move | Urgency | Item | ItemColumn | Node | Print


class Known(NamedTuple):
    """Names that a file takes from outside: permissions that some role has, and calendars."""

    permissions: frozenset[str]
    calendars: frozenset[str]


def shipped() -> Known:
    """What this version's data packs know. Raises DataFileError."""
    return Known(frozenset().union(*roles().values()), frozenset(load_calendars(folder("calendars"))))


def mistakes(definition: CaseDefinition, known: Known) -> Iterator[Mistake]:
    """Every mistake that is found, the first the one to tell."""
    yield from _names(definition)
    yield from _taken(definition, known)
    yield from _states(definition)
    yield from _clocks(definition)
    yield from _fields(definition)
    yield from _asked(definition)
    yield from _moves(definition)
    yield from _pages(definition)
    yield from _unreachable(definition)
    yield from _short_cuts(definition)


def _names(definition: CaseDefinition) -> Iterator[Mistake]:
    yield from _text(definition.title, "$.title")
    yield from _members(definition.states, "$.states")
    yield from _members(definition.fields, "$.fields")
    yield from _members(definition.clocks, "$.clocks")
    yield from _members(definition.moves, "$.moves")
    yield from _members(definition.urgencies, "$.urgencies")
    yield from _members(definition.prints, "$.prints")


def _taken(definition: CaseDefinition, known: Known) -> Iterator[Mistake]:
    """A name that nothing has fails without a word: a step that nobody may take, a promise counted round the clock."""
    asked = [(move.permission, f"$.moves[{n}].permission") for n, move in enumerate(definition.moves)]
    opens = (definition.opening.permission, "$.opening.permission")
    for permission, at in (opens, (definition.dispatch.team, "$.dispatch.team"), *asked):
        if permission not in known.permissions:
            yield f"no role has the permission {permission!r}", at
    for n, urgency in enumerate(definition.urgencies):
        if urgency.calendar not in known.calendars:
            yield f"there is no calendar {urgency.calendar!r}", f"$.urgencies[{n}].calendar"
    if definition.dispatch.cap < 0:
        yield "a cap is 0 or more", "$.dispatch.cap"


def missing_kinds(definition: CaseDefinition, kinds: frozenset[str]) -> Iterator[Mistake]:
    """Sub-tasks of kinds that no file describes; only known once every file is read."""
    for n, name in enumerate(definition.subtasks):
        if name not in kinds:
            yield f"there is no kind of case {name!r}", f"$.subtasks[{n}]"


def _members(members: Iterable[_Named], at: str) -> Iterator[Mistake]:
    seen: set[str] = set()
    for n, member in enumerate(members):
        if not member.name or member.name in seen:
            yield f"the name {member.name!r} is empty or used twice", f"{at}[{n}].name"
        seen.add(member.name)
        yield from _text(member.title, f"{at}[{n}].title")


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
    if sum(state.end == "void" for state in definition.states) > 1:
        yield "more than one state is void", "$.states"


def _clocks(definition: CaseDefinition) -> Iterator[Mistake]:
    for n, clock in enumerate(definition.clocks):
        at = f"$.clocks[{n}]"
        if not clock.states and not clock.field:
            yield "a clock runs in states or until a field is filled in", at
        for m, name in enumerate(clock.states):
            if definition.state(name) is None:
                yield f"there is no state {name!r}", f"{at}.states[{m}]"
        for part in ("field", "due"):
            name = getattr(clock, part)
            if name and ((moment := definition.field(name)) is None or moment.type != "date-time"):
                yield f"{name!r} is no date-time", f"{at}.{part}"
        if clock.due and clock.due == clock.field:
            yield "what stops a clock is not what is due", f"{at}.due"
    if not definition.urgencies:
        yield "at least one urgency is needed", "$.urgencies"
    known = {clock.name for clock in definition.clocks}
    for n, urgency in enumerate(definition.urgencies):
        at = f"$.urgencies[{n}]"
        for name, minutes in urgency.minutes.items():
            if name not in known:
                yield f"there is no clock {name!r}", f"{at}.minutes"
            if minutes <= 0:
                yield "a target is more than 0 minutes", f"{at}.minutes"
        if not 0 < urgency.warn <= 1:
            yield "the share that warns is more than 0 and at most 1", f"{at}.warn"


def _fields(definition: CaseDefinition) -> Iterator[Mistake]:
    for n, field in enumerate(definition.fields):
        at = f"$.fields[{n}]"
        for type_, part in _HAS.items():
            if (field.type == type_) != bool(getattr(field, part)):
                yield f"a {type_} has {part}, and nothing else has", at
        if field.hint:
            yield from _text(field.hint, f"{at}.hint")
        yield from _options(field.options, f"{at}.options")
        yield from _members(field.items, f"{at}.items")
        yield from _tree(definition, field.tree, f"{at}.tree")
        yield from _columns(field, at)
        yield from _bounds(definition, field, at)


def _options(options: Mapping[str, Text], at: str) -> Iterator[Mistake]:
    for name, title in options.items():
        if not name or name == BLANK:
            yield f"{name!r} is no name of an option", at
        yield from _text(title, f"{at}.{name}")


def _tree(definition: CaseDefinition, nodes: tuple[Node, ...], at: str) -> Iterator[Mistake]:
    yield from _members(nodes, at)
    for n, node in enumerate(nodes):
        if "/" in node.name or BLANK in (node.name, *node.flags):
            yield f"{node.name!r} or one of its flags is no name", f"{at}[{n}]"
        if node.urgency and definition.urgency(node.urgency) is None:
            yield f"there is no urgency {node.urgency!r}", f"{at}[{n}].urgency"
        yield from _tree(definition, node.children, f"{at}[{n}].children")


def _columns(field: CaseField, at: str) -> Iterator[Mistake]:
    yield from _members(field.columns, f"{at}.columns")
    for n, column in enumerate(field.columns):
        where = f"{at}.columns[{n}]"
        if (column.type == "choice") != bool(column.options):
            yield "a choice has options, and nothing else has", where
        yield from _options(column.options, f"{where}.options")
        if column.personal and (column.type != "text" or column.personal == "papers"):
            yield "only a text is masked as personal", f"{where}.personal"
        if column.total and column.type not in ("number", "money"):
            yield "only numbers and money add up", f"{where}.total"
    if field.stock and {("part", "part"), ("quantity", "number")} - {(c.name, c.type) for c in field.columns}:
        yield "what leaves the stock has a part (part) and a quantity (number)", f"{at}.stock"


def _bounds(definition: CaseDefinition, field: CaseField, at: str) -> Iterator[Mistake]:
    if not 1 <= field.max_length <= 5000:
        yield "max_length is 1 to 5000", f"{at}.max_length"
    if not 1 <= field.most <= 30:
        yield "most is 1 to 30", f"{at}.most"
    if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        yield "the minimum is more than the maximum", f"{at}.minimum"
    if field.many and field.type not in ("person", "place"):
        yield "only people and places are many", f"{at}.many"
    if field.personal and field.type != ("photo" if field.personal == "papers" else "text"):
        yield "names and phones are texts, papers are photos", f"{at}.personal"
    if field.signs and (field.type != "signature" or definition.field(field.signs) is None):
        yield f"a signature stands under a field that is there, {field.signs!r} is not", f"{at}.signs"


def _asked(definition: CaseDefinition) -> Iterator[Mistake]:
    for group in ("result", "evidence", "follow_up"):
        parts: tuple[str | tuple[str, ...], ...] = getattr(definition.closing, group)
        names = tuple(name for part in parts for name in ((part,) if isinstance(part, str) else part))
        if not names:
            yield f"closing names no field for {group}", f"$.closing.{group}"
        yield from _known(definition, names, f"$.closing.{group}")
        if lost := [name for name in names if (field := definition.field(name)) and field.signs]:
            yield f"{lost[0]!r} is gone when what it stands under changes", f"$.closing.{group}"
    yield from _given(definition, definition.opening.needs, "$.opening.needs")
    yield from _known(definition, definition.opening.takes, "$.opening.takes")
    named = definition.opening.title_from
    if named and ((field := definition.field(named)) is None or field.type not in ("choice", "category")):
        yield f"{named!r} is no choice or category", "$.opening.title_from"


def _known(definition: CaseDefinition, names: tuple[str, ...], at: str) -> Iterator[Mistake]:
    for n, name in enumerate(names):
        if definition.field(name) is None:
            yield f"there is no field {name!r}", f"{at}[{n}]"


def _given(definition: CaseDefinition, names: tuple[str, ...], at: str) -> Iterator[Mistake]:
    """Needed with the step itself, which nobody can give who only ticks off points."""
    yield from _known(definition, names, at)
    for n, name in enumerate(names):
        if (field := definition.field(name)) and field.type == "points":
            yield f"{name!r} is ticked off, not filled in: ask for it as held", f"{at}[{n}]"


def _moves(definition: CaseDefinition) -> Iterator[Mistake]:
    for n, move in enumerate(definition.moves):
        at = f"$.moves[{n}]"
        if move.to and definition.state(move.to) is None:
            yield f"there is no state {move.to!r}", f"{at}.to"
        if not move.sources:
            yield "a move starts somewhere", f"{at}.from"
        for m, name in enumerate(move.sources):
            source = definition.state(name)
            if source is None:
                yield f"there is no state {name!r}", f"{at}.from[{m}]"
            elif source.end:
                yield f"{name!r} is an end: nothing leaves it", f"{at}.from[{m}]"
        yield from _needs(definition, move, at)
        yield from _known(definition, move.takes, f"{at}.takes")
        yield from _when(definition, move.when, f"{at}.when")
        if move.auto and (move.fields or move.needs.assignee or move.needs.reason or move.dispatch):
            yield "what the program does itself needs nothing of anybody", f"{at}.auto"


def _needs(definition: CaseDefinition, move: Move, at: str) -> Iterator[Mistake]:
    needs = move.needs
    yield from _given(definition, needs.fields, f"{at}.needs.fields")
    yield from _known(definition, needs.held, f"{at}.needs.held")
    if needs.assignee and move.dispatch:
        yield "who gets it is either chosen, or grabbed, or in turn", f"{at}.dispatch"
    for n, also in enumerate(needs.also):
        yield from _when(definition, also.when, f"{at}.needs.also[{n}].when")
        yield from _given(definition, also.fields, f"{at}.needs.also[{n}].fields")
        yield from _known(definition, also.held, f"{at}.needs.also[{n}].held")


def _when(definition: CaseDefinition, when: When, at: str) -> Iterator[Mistake]:
    for name, words in when.items():
        asked = definition.field(name)
        if asked is None:
            yield f"there is no field {name!r}", f"{at}.{name}"
        elif not set(words) <= sayable(asked):
            yield f"{name!r} never says one of {', '.join(words)}", f"{at}.{name}"


def sayable(field: CaseField) -> frozenset[str]:
    """Every word that the field can say to a condition."""
    said: set[str] = {BLANK, *field.options}
    nodes: list[tuple[str, Node]] = [("", node) for node in field.tree]
    while nodes:
        above, node = nodes.pop()
        path = f"{above}/{node.name}".lstrip("/")
        said |= {path, *node.flags}
        nodes += [(path, child) for child in node.children]
    if not field.options and not field.tree:
        said.add("filled")
    if field.type in ("checklist", "points"):
        said |= {"complete", "incomplete"}
    return frozenset(said | ({"abnormal"} if field.type == "points" else set()))


def _pages(definition: CaseDefinition) -> Iterator[Mistake]:
    yield from _known(definition, definition.lists, "$.lists")
    for n, print_ in enumerate(definition.prints):
        for m, block in enumerate(print_.blocks):
            yield from _known(definition, block.fields, f"$.prints[{n}].blocks[{m}].fields")
    if (tells := definition.tells) is not None:
        for part, type_ in (("text", "text"), ("begins", "date-time"), ("ends", "date-time"), ("places", "place")):
            field = definition.field(getattr(tells, part))
            if field is None or field.type != type_:
                yield f"{getattr(tells, part)!r} is no field of type {type_}", f"$.tells.{part}"


def _unreachable(definition: CaseDefinition) -> Iterator[Mistake]:
    reached = {state for state, _ in _walk(definition)}
    for n, state in enumerate(definition.states):
        if state.name not in reached:
            yield f"no move leads to {state.name!r}", f"$.states[{n}]"
        elif not state.end and not any(_leaves(move, state.name) for move in definition.moves):
            yield f"{state.name!r} is a dead end: no move leaves it", f"$.states[{n}]"


def _leaves(move: Move, state: str) -> bool:
    return state in move.sources and move.to not in ("", state)


def _short_cuts(definition: CaseDefinition) -> Iterator[Mistake]:
    groups = _closing(definition)
    for state, given in sorted(_walk(definition), key=lambda step: (step[0], sorted(step[1]))):
        missing = [" or ".join(group) for group in groups if group not in given]
        found = definition.state(state)
        if found and found.end == "archived" and missing:
            n = next(n for n, s in enumerate(definition.states) if s.name == state)
            yield f"a path leads to {state!r} without {', '.join(sorted(missing))}", f"$.states[{n}]"


def _closing(definition: CaseDefinition) -> tuple[tuple[str, ...], ...]:
    return (*definition.closing.asked, definition.closing.follow_up)


def _walk(definition: CaseDefinition) -> set[tuple[str, frozenset[tuple[str, ...]]]]:
    """Every state with every set of closing groups of which one is sure to be filled in there, conditions left aside."""
    opened = frozenset(group for group in _closing(definition) if set(group) & set(definition.opening.needs))
    start = (definition.initial.name, opened)
    seen, queue = {start}, [start]
    while queue:
        state, given = queue.pop()
        for move in definition.moves:
            if state in move.sources:
                kept = frozenset[tuple[str, ...]]() if move.again else given
                sure = frozenset(group for group in _closing(definition) if _gives(move, group))
                step = (move.to or state, kept | sure)
                if step not in seen:
                    seen.add(step)
                    queue.append(step)
    return seen


def _gives(move: Move, group: tuple[str, ...]) -> bool:
    """Whether one of these is filled in after the move, whatever was before: it is needed, or needed where another of
    them is blank."""
    if set(group) & set(move.needs.fields + move.needs.held):
        return True
    return any(
        set(group) & set(also.fields + also.held) and any(dict(also.when) == {name: (BLANK,)} for name in group)
        for also in move.needs.also
    )
