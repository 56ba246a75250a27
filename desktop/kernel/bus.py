"""What changed, told to whoever shows it: typed events by class, delivered on the sender's thread."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

log = logging.getLogger(__name__)

E = TypeVar("E")


@dataclass(frozen=True)
class Changed:
    """Business rows changed and are durable. `ids` maps a kind of row ("alarm", "case" …) to its ids."""

    ids: dict[str, frozenset[str]]

    def touches(self, *kinds: str) -> bool:
        return any(kind in self.ids for kind in kinds)


class Bus:
    """Delivers an event to the subscribers of exactly its class.

    A subscriber that fails is logged and does not keep the others from hearing. Screens subscribe
    through `ui.aio.Bridge`, which carries the event to the Qt thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handlers: defaultdict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)

    def subscribe(self, event: type[E], handler: Callable[[E], None]) -> Callable[[], None]:
        """Calls `handler` for each such event until the returned function is called."""
        with self._lock:
            self._handlers[event].append(handler)

        def unsubscribe() -> None:
            with self._lock:
                if handler in self._handlers[event]:
                    self._handlers[event].remove(handler)

        return unsubscribe

    def publish(self, event: object) -> None:
        with self._lock:
            handlers = list(self._handlers[type(event)])
        for handler in handlers:
            try:
                handler(event)
            except Exception:
                log.exception("a subscriber of %s failed", type(event).__name__)
