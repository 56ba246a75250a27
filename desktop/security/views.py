"""What screens are shown of accounts and of the self-test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class OperatorView:
    """An account. `state` is active or off; `locked_until` is set while a lock runs."""

    id: str
    login: str
    name: str
    roles: tuple[str, ...]
    state: str
    locked_until: datetime | None
    last_seen: datetime | None


@dataclass(frozen=True)
class Check:
    """One line of the self-test. `name` is a key of the catalogue (`check.<name>`); `detail` plain text."""

    name: str
    ok: bool
    detail: str
