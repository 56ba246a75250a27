"""What the inputs of a form choose from: places, things, assets and parts, read before the form is drawn."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from PySide6.QtWidgets import QWidget

from desktop.assets.views import STORE, PartView
from desktop.cases.definition import CaseField, FieldType
from desktop.kernel.errors import NotFound
from desktop.places.views import PlaceNode
from ui.cases.checklist import ChecklistField
from ui.cases.fields import Input, typed
from ui.cases.itemlist import ItemList
from ui.cases.photos import PhotoField
from ui.cases.picking import CategoryField, PersonField, Picker, people_named
from ui.cases.signing import SignatureField
from ui.parts.matching import Option, sounds
from ui.shell.context import Context


@dataclass(frozen=True)
class Known:
    """Everything a form's fields may point at. `homes` are places by their codes; `prices` what a part costs, in fen."""

    places: Sequence[Option] = ()
    things: Sequence[Option] = ()
    assets: Sequence[Option] = ()
    parts: Sequence[Option] = ()
    prices: Mapping[str, int] = field(default_factory=dict)

    def home(self, code: str) -> Option | None:
        """The place with this code."""
        return next((one for one in self.places if one.code == code), None)


def read_known(context: Context, kinds: Collection[FieldType]) -> Known:
    """Reads what fields of these types choose from ("items" stands for parts). Waits for the disk."""
    console = context.console
    places: list[Option] = []
    if "place" in kinds:
        try:
            places = list(_places(console.places.tree()))
        except NotFound:
            places = []
        for option in places:
            # Now, off the screen's thread: the first search by sound would wait for it.
            sounds(option.title)
    things = [
        Option(view.id, view.name, " / ".join(view.place_path), view.id)
        for view in (console.things.all() if "thing" in kinds else ())
    ]
    assets = [
        Option(view.id, view.name, " / ".join(filter(None, (view.code, *view.place_path[-1:]))), view.code)
        for view in (console.assets.all() if "asset" in kinds else ())
    ]
    stocked = console.stock.parts() if "items" in kinds else ()
    parts = [Option(part.id, part.name, _in_stock(context, part), part.code) for part in stocked]
    return Known(places, things, assets, parts, {part.id: part.price for part in stocked})


def _in_stock(context: Context, part: PartView) -> str:
    """How many one has oneself, and how many are in the store."""
    held = part.by_holder
    return context.words(
        "casework.field.in_stock",
        own=f"{held.get(context.who.id, 0):g}",
        store=f"{held.get(STORE, 0):g}",
        unit=part.unit,
    )


def field_for(
    context: Context,
    field: CaseField,
    needed: bool,
    now: datetime,
    known: Known,
    before: object = None,
    names: Mapping[str, str] | None = None,
    host: QWidget | None = None,
) -> Input | None:
    """The input of one field, beginning with what was there `before`; None for a round, whose points are not typed in."""
    words = context.words

    def read(sha256: str) -> bytes:
        return context.console.cases.picture(sha256).data

    match field.type:
        case "points":
            return None
        case "checklist":
            return ChecklistField(words, field, needed, before if isinstance(before, list) else ())
        case "category":
            category = CategoryField(words, field, needed)
            category.choose(_ids(before))
            return category
        case "person":
            hint = words.of(field.hint) if field.hint else ""
            person = PersonField(context, words.of(field.title), needed, hint=hint, most=_most(field))
            for option in people_named(dict(names or {}), _ids(before)):
                person.take(option)
            return person
        case "place" | "thing" | "asset":
            return _picker(context, field, needed, known, before)
        case "photo":
            return PhotoField(words, field, needed, read, _ids(before), host)
        case "signature":
            return SignatureField(words, field, needed, read, str(before or ""))
        case "items":
            rows = before if isinstance(before, list) else []
            return ItemList(words, field, needed, now, parts=known.parts, prices=known.prices, before=rows)
        case _:
            return typed(words, field, needed, now, before)


def place_field(context: Context, title: str, needed: bool, known: Known, *, most: int = 1, hint: str = "") -> Picker:
    """Where: by code, name or pinyin."""
    hint = hint or context.words("casework.field.place_hint")
    return Picker(context.words, title, needed, known.places, hint=hint, most=most)


def thing_field(context: Context, title: str, needed: bool, known: Known, *, hint: str = "") -> Picker:
    """Which device: by name or pinyin."""
    return Picker(context.words, title, needed, known.things, hint=hint or context.words("casework.field.thing_hint"))


def asset_field(context: Context, title: str, needed: bool, known: Known, *, most: int = 1, hint: str = "") -> Picker:
    """Which of the things the office keeps: by its label or name."""
    hint = hint or context.words("casework.field.asset_hint")
    return Picker(context.words, title, needed, known.assets, hint=hint, most=most, browse=True)


def _picker(context: Context, field: CaseField, needed: bool, known: Known, before: object) -> Picker:
    title = context.words.of(field.title)
    hint = context.words.of(field.hint) if field.hint else ""
    make: dict[FieldType, Callable[[], Picker]] = {
        "place": lambda: place_field(context, title, needed, known, most=_most(field), hint=hint),
        "thing": lambda: thing_field(context, title, needed, known, hint=hint),
        "asset": lambda: asset_field(context, title, needed, known, most=_most(field), hint=hint),
    }
    made = make[field.type]()
    made.choose(_ids(before))
    return made


def _most(field: CaseField) -> int:
    return field.most if field.many else 1


def _ids(before: object) -> list[str]:
    if isinstance(before, list | tuple):
        return [str(one) for one in before]
    return [str(before)] if before else []


def _places(node: PlaceNode) -> Iterator[Option]:
    """Every place under a node, with its code and the way to it."""

    def walk(node: PlaceNode, above: tuple[str, ...]) -> Iterator[Option]:
        yield Option(node.id, " / ".join((*above, node.name)), node.code, node.code)
        for child in node.children:
            yield from walk(child, (*above, node.name))

    for child in node.children:
        yield from walk(child, ())
