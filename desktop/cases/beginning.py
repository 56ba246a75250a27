"""What a case begins with: what it is about, what it is called, and when its clocks start."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from db.store import Transaction
from db.tables.assets import Asset
from db.tables.people import Person
from db.tables.places import Place
from desktop.cases.definition import CaseDefinition
from desktop.cases.rules import Problem
from desktop.cases.values import branch
from desktop.kernel.errors import NotFound


def check_about(kind: CaseDefinition, about: Mapping[str, str | None]) -> tuple[Problem, ...]:
    """What is missing of place, thing, person and asset, or was not asked for."""
    asks = {name: getattr(kind.opening, name) for name in about}
    missing = [Problem(name, "missing") for name, id_ in about.items() if asks[name] == "must" and not id_]
    unasked = [Problem(name, "not_asked") for name, id_ in about.items() if asks[name] == "no" and id_]
    return (*missing, *unasked)


def check_there(tx: Transaction, place_id: str | None, person_id: str | None, asset_id: str | None) -> None:
    """Raises NotFound. Things are not looked for: what a device announced may have no card yet."""
    if place_id is not None and tx.get(Place, place_id) is None:
        raise NotFound("there is no such place", id=place_id)
    if person_id is not None and tx.get(Person, person_id) is None:
        raise NotFound("there is no such person", id=person_id)
    if asset_id is not None and tx.get(Asset, asset_id) is None:
        raise NotFound("there is no such asset", id=asset_id)


def called(kind: CaseDefinition, given: Mapping[str, object]) -> str:
    """The words of the choice or category that names the case; empty where there is none."""
    field = kind.field(kind.opening.title_from) if kind.opening.title_from else None
    value = given.get(field.name) if field else None
    if field is None or not isinstance(value, str):
        return ""
    if field.type == "choice":
        return field.options.get(value, {}).get("zh", "")
    return " · ".join(node.title["zh"] for node in branch(field, value))


def routed(kind: CaseDefinition, route: Mapping[str, object] | None) -> dict[str, object]:
    """The points field of a round as it begins."""
    field = next((field for field in kind.fields if field.type == "points"), None)
    return {field.name: dict(route)} if field is not None and route is not None else {}


def began(kind: CaseDefinition, now: datetime, onset: datetime | None, planned_at: datetime | None) -> datetime:
    """When the clocks of the first round start: at an alarm's onset where the definition says so, when it was planned, or
    now."""
    if onset is not None and kind.opening.from_onset:
        return onset
    return planned_at or now
