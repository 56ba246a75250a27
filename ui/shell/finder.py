"""What the command palette finds: pages, acts, things, places, people and cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from desktop.cases.views import CaseQuery
from desktop.places.views import PlaceNode
from ui.shell.context import Context, PageSpec

Kind = Literal["page", "act", "thing", "place", "person", "case"]
MOST = 6
"""Hits of one kind, so that no kind crowds out another."""


@dataclass(frozen=True)
class Hit:
    """Something that can be chosen. `do` runs on the UI thread."""

    kind: Kind
    title: str
    under: str
    icon: str
    do: Callable[[], object]
    key: str = ""


Source = Callable[[str], list[Hit]]
"""Finds on a background thread."""


def matches(text: str, *fields: str) -> bool:
    """Whether every word of `text` is in one of the fields."""
    return all(any(word in field.casefold() for field in fields) for word in text.casefold().split())


def page_hits(pages: Sequence[PageSpec], context: Context) -> list[Hit]:
    hits = []
    for number, spec in enumerate(pages, 1):
        go = _going(context, spec.key, "")
        hits.append(Hit("page", context.words(spec.title), "", spec.icon, go, PageSpec.jump_key(number)))
    return hits


def sources(context: Context) -> list[Source]:
    """What the signed-in person may search."""
    found: list[Source] = []
    if context.who.may("things.see"):
        found += [lambda text: _things(context, text), lambda text: _places(context, text)]
    if context.who.may("cases.see"):
        found.append(lambda text: _cases(context, text))
    if context.who.may("people.find"):
        found.append(lambda text: _people(context, text))
    return found


def _things(context: Context, text: str) -> list[Hit]:
    hits = []
    for view in context.console.things.all():
        kind = context.words.of(view.thing.model.title)
        place = " ".join(view.place_path) or view.place_code
        if matches(text, view.name, view.id, kind, place, view.place_code):
            hits.append(
                Hit("thing", view.name, f"{kind}  {place}", view.thing.model.icon, _going(context, "things", view.id))
            )
        if len(hits) == MOST:
            break
    return hits


def _places(context: Context, text: str) -> list[Hit]:
    hits = []
    for node, path in _walk(context.console.places.tree(), ()):
        if matches(text, node.code, " ".join((*path, node.name))):
            hits.append(Hit("place", node.name, " ".join(path), "map-pin", _going(context, "things", node.id)))
        if len(hits) == MOST:
            break
    return hits


def _walk(node: PlaceNode, path: tuple[str, ...]) -> Iterator[tuple[PlaceNode, tuple[str, ...]]]:
    for child in node.children:
        yield child, path
        yield from _walk(child, (*path, child.name))


def _cases(context: Context, text: str) -> list[Hit]:
    found = context.console.case_lists.page(CaseQuery(open_only=False, text=text), limit=MOST)
    return [
        Hit(
            "case", view.title, f"{view.number}  {context.words.of(view.state_title)}", "clipboard-list",
            _going(context, "cases", view.id),
        )
        for view in found
    ]  # fmt: skip


def _people(context: Context, text: str) -> list[Hit]:
    hits = []
    for person in context.console.people.find(context.who, text, MOST):
        homes = " ".join(person.homes)
        said = "  ".join(part for part in (person.name, person.phone, homes) if part)
        hits.append(Hit("person", person.name, f"{person.phone}  {homes}".strip(), "user", _saying(context, said)))
    return hits


def _going(context: Context, page: str, selection: str) -> Callable[[], None]:
    return lambda: context.shell.go(page, selection)


def _saying(context: Context, text: str) -> Callable[[], None]:
    return lambda: context.shell.say(text)
