"""What screens are shown of the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class EntryView:
    """One entry. `before` and `after` hold only what changed, personal fields masked and secret ones left out."""

    n: int
    at: datetime
    actor_name: str
    terminal: str
    op: str
    kind: str
    entity_id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str | None
    mac: str
    definition: str = ""
    """The kind of case that an entry of one is about."""
