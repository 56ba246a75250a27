"""What screens are shown of people: masked unless somebody asked and said why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PersonView:
    """A person with name and phone masked. `homes` are codes of the homes they live in or own."""

    id: str
    name: str
    phone: str
    part: str
    post: str
    homes: tuple[str, ...]


@dataclass(frozen=True)
class StaffView:
    """Somebody who can be given work: an active operator with their post."""

    operator_id: str
    name: str
    post: str
