"""The heading of an act. Its own file, for it needs no database library and the way to the first window is short."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Act:
    """Who does what, in whose name every entry of one transaction is written.

    `op` names the act ("case.assign"); `actor` is an operator's id or "system"; `at` an aware instant and
    `offset_minutes` the local offset it was read with; `reason` what the person gave as theirs.
    """

    op: str
    actor: str
    actor_name: str
    terminal: str
    at: datetime
    offset_minutes: int = 480
    reason: str | None = None
