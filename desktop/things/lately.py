"""What devices told lately: passages, pressed buttons. For showing; no record of anything."""

from __future__ import annotations

from collections import deque

from desktop.field.messages import Happened

MOST = 10
"""Events kept of a thing: a door shows its last ten passages."""


class Lately:
    """The last events of every thing since the program began, the newest first. Any thread may ask."""

    def __init__(self) -> None:
        self._events: dict[str, deque[Happened]] = {}

    def hear(self, event: Happened) -> None:
        self._events.setdefault(event.thing_id, deque(maxlen=MOST)).appendleft(event)

    def of(self, thing_id: str) -> tuple[Happened, ...]:
        return tuple(self._events.get(thing_id, ()))

    def forget(self, thing_id: str) -> None:
        self._events.pop(thing_id, None)
