"""What the records store says of things: the office's cards, the places they name, and what is set otherwise for each."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.store import Records
from db.tables.places import Place
from db.tables.things import ThingCard
from desktop.things.overrides import Overrides

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OfficePlace:
    """A place that is there, with the names of what it is in, the outermost first."""

    id: str
    code: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """How the office calls a thing, where it has it, and whether people work at it. An empty name is the device's own."""

    name: str
    place_id: str | None
    out_of_service: bool
    out_reason: str


class Office:
    """Cards by thing and places by id, whole and never changed: a refresh puts a new one in its place."""

    def __init__(self, cards: dict[str, Card], places: dict[str, OfficePlace]) -> None:
        self.cards = cards
        self.places = places
        self.by_code = {place.code: place for place in places.values()}


def read_office(session: Session) -> Office:
    """What the store says now."""
    cards = {
        card.id: Card(card.name, card.place_id, card.out_of_service, card.out_reason)
        for card in session.scalars(select(ThingCard))
    }
    rows = {place.id: place for place in session.scalars(select(Place).where(Place.state == "active"))}
    return Office(cards, {id_: OfficePlace(id_, row.code, _path(row, rows)) for id_, row in rows.items()})


def stored_overrides(records: Records) -> dict[str, Overrides]:
    """What the office sets otherwise, by thing. Raises StoreError."""
    with_some = records.read(lambda session: [card for card in session.scalars(select(ThingCard)) if card.overrides])
    return {card.id: overrides_of(card) for card in with_some}


def overrides_of(card: ThingCard | None) -> Overrides:
    """What a card sets otherwise; nothing where there is none, or where it cannot be read."""
    if card is None:
        return Overrides()
    try:
        return msgspec.convert(card.overrides, Overrides)
    except msgspec.ValidationError as error:
        # A later version's: nobody may lose an alarm over it, so the model's own values hold.
        log.warning("the limits set for %s cannot be read: %s", card.id, error)
        return Overrides()


def _path(row: Place, rows: dict[str, Place]) -> tuple[str, ...]:
    names: list[str] = []
    at: Place | None = row
    seen: set[str] = set()
    while at is not None and at.id not in seen:
        seen.add(at.id)
        names.append(at.name)
        at = rows.get(at.parent_id) if at.parent_id else None
    return tuple(reversed(names))
