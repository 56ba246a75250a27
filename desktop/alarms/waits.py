"""Times that a clock which is set back must not make longer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta


class Waited:
    """How long something has lasted: by the wall clock or by the time this program has watched it, whichever is longer."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, datetime], float] = {}

    def of(self, began: Mapping[str, datetime], now: datetime, monotonic: float) -> dict[str, timedelta]:
        """By id, from when each began. What is not among `began` is forgotten: told again, it begins anew."""
        self._seen = {key: self._seen.get(key, monotonic) for key in began.items()}
        return {
            id_: max(now - since, timedelta(seconds=monotonic - self._seen[id_, since])) for id_, since in began.items()
        }


class Ahead:
    """When times to come are up: by the wall clock, or once this program has watched as long as was left when it first
    looked. More than `longest` is never left: such a clock was set back before."""

    def __init__(self, longest: timedelta) -> None:
        self._longest = longest
        self._ends: dict[tuple[str, datetime], float] = {}

    def up(self, until: Mapping[str, datetime], now: datetime, monotonic: float) -> set[str]:
        """The ids whose time is up. What is not among `until` is forgotten."""
        self._ends = {
            (id_, at): self._ends.get((id_, at), monotonic + min(at - now, self._longest).total_seconds())
            for id_, at in until.items()
        }
        return {id_ for id_, at in until.items() if at <= now or self._ends[id_, at] <= monotonic}
