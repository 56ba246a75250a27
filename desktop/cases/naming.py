"""What the ids that cases point at are called, and list cells in words: a query a kind, however long the list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.tables.assets import Asset, Part
from db.tables.people import Person
from db.tables.places import Community, Place
from db.tables.security import Operator
from db.tables.things import ThingCard
from desktop.cases import wording
from desktop.cases.definition import CaseDefinition, CaseField, FieldType
from desktop.cases.values import is_blank
from desktop.kernel.words import Lang, Text
from desktop.people import masks

LANGS: tuple[Lang, ...] = ("zh", "en")
EMPTY: Text = {"zh": "", "en": ""}
POINTING: tuple[FieldType, ...] = ("person", "place", "thing", "asset")
"""Fields that hold ids."""


def community_offset(session: Session) -> int:
    """The community's offset from UTC in minutes; Beijing's before it is founded."""
    found = session.scalar(select(Community.offset_minutes).order_by(Community.id).limit(1))
    return 480 if found is None else found


def place_paths(session: Session, ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The names from the building down to each place."""
    # Level by level and not in one recursive statement: those do not pass the door of a write.
    known: dict[str, tuple[str | None, str]] = {}
    wanted = set(ids)
    while wanted:
        found = session.execute(select(Place.id, Place.parent_id, Place.name).where(Place.id.in_(wanted)))
        level = {id_: (parent, name) for id_, parent, name in found}
        known |= level
        wanted = {parent for parent, _ in level.values() if parent} - known.keys()
    return {id_: _path(known, id_) for id_ in ids if id_ in known}


def _path(known: Mapping[str, tuple[str | None, str]], place_id: str) -> tuple[str, ...]:
    path: list[str] = []
    at: str | None = place_id
    while at is not None and at in known:
        at, name = known[at]
        path.append(name)
    return tuple(reversed(path))


def operator_names(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Staff are called by their names among each other."""
    return _named(session, Operator.id, Operator.name, ids)


def person_names(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Residents, masked."""
    return {id_: masks.name(name) for id_, name in _named(session, Person.id, Person.name, ids).items()}


def thing_names(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Things by the office's card; one without a name there is its id."""
    return {id_: name or id_ for id_, name in _named(session, ThingCard.id, ThingCard.name, ids).items()}


def asset_names(session: Session, ids: Collection[str]) -> dict[str, str]:
    return _named(session, Asset.id, Asset.name, ids)


def part_names(session: Session, ids: Collection[str]) -> dict[str, str]:
    return _named(session, Part.id, Part.name, ids)


def _named(
    session: Session, id_: InstrumentedAttribute[str], name: InstrumentedAttribute[str], ids: Collection[str]
) -> dict[str, str]:
    rows = session.execute(select(id_, name).where(id_.in_(set(ids)))).all() if ids else ()
    return {row[0]: row[1] for row in rows}


def names_in(session: Session, held: Iterable[tuple[CaseField, object]]) -> dict[str, str]:
    """What every id in these fields is called; people masked."""
    wanted: dict[str, set[str]] = {kind: set() for kind in POINTING}
    for field, value in held:
        if field.type in wanted:
            wanted[field.type].update(map(str, value if isinstance(value, list) else [value]))
    paths = place_paths(session, wanted["place"])
    return {
        **{id_: " ".join(path) for id_, path in paths.items()},
        **person_names(session, wanted["person"]),
        **thing_names(session, wanted["thing"]),
        **asset_names(session, wanted["asset"]),
    }


def names_of(session: Session, definition: CaseDefinition, values: Mapping[str, object]) -> dict[str, str]:
    """What the ids in the fields are called, parts in item lists too; people masked."""
    held = [(field, values[field.name]) for field in definition.fields if values.get(field.name)]
    parts = {
        str(row[column.name])
        for field, value in held
        if field.type == "items" and isinstance(value, list)
        for column in field.columns
        if column.type == "part"
        for row in value
        if row.get(column.name)
    }
    return names_in(session, held) | part_names(session, parts)


@dataclass(frozen=True)
class Cells:
    """Puts the fields that lists show into words."""

    names: Mapping[str, str]
    offset_minutes: int

    def shown(self, definition: CaseDefinition, values: Mapping[str, object]) -> tuple[Text, ...]:
        """The definition's `lists` fields in its order; empty text where nothing was filled in."""
        return tuple(self._say(definition.field(name), values.get(name)) for name in definition.lists)

    def _say(self, field: CaseField | None, value: object) -> Text:
        if field is None or is_blank(value):
            return EMPTY
        return wording.in_words(field, value, self.offset_minutes, self.names)
