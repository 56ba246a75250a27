"""What the screens see of assets and parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from desktop.kernel.words import Text

STORE = "store"
"""The holder of what nobody carries."""


@dataclass(frozen=True, kw_only=True)
class AssetDraft:
    """What an asset is made or changed with. `code` is what stands on its label; `facts` are its card's lines by name."""

    code: str
    name: str
    kind: str
    place_id: str | None = None
    thing_id: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


class Lent(NamedTuple):
    """Who has an asset that was given out. `late` where it should have come back."""

    case_id: str
    number: str
    who: str
    """A resident, masked, or a member of the staff; "" where the case names nobody."""
    since: datetime
    due_at: datetime | None
    late: bool


@dataclass(frozen=True, kw_only=True)
class AssetView(AssetDraft):
    """An asset with what is planned for it. `next_at` is the next of its plans; `open_case` is work on it that is open."""

    id: str
    kind_title: Text
    icon: str
    place_path: tuple[str, ...]
    thing_name: str
    state: str
    next_at: datetime | None
    plan_id: str
    open_case: str
    open_case_id: str
    late: bool
    """Whether that work is over its time."""
    lent: Lent | None


@dataclass(frozen=True)
class PartView:
    """A part and who has how many of it. `price` is fen for one `unit`; `by_holder` has no zeros."""

    id: str
    code: str
    name: str
    unit: str
    price: int
    by_holder: Mapping[str, float]

    @property
    def total(self) -> float:
        return sum(self.by_holder.values())


class Holder(NamedTuple):
    """The store or a member of the staff that can carry parts."""

    id: str
    name: str


class PartMove(NamedTuple):
    """One movement of a part. `number` is the case's where it was used for one."""

    at: datetime
    actor_name: str
    why: str
    holder: str
    quantity: float
    number: str
    reason: str
