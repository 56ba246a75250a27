"""What the field service tells the console, kept in order and in bounds while the console is slow to listen."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from desktop.field.messages import AlarmChange, FromField, Happened, Health, Standing, ThingGone, ThingSeen

log = logging.getLogger(__name__)

MOST_EVENTS = 1_000
MOST_ALARMS = 10_000
"""Alarm changes held in memory. More of them stay in the hand-over file, from where they are told again."""


class Outbox:
    """Sends messages on a thread of its own, so that whoever puts them never waits.

    Of a thing only the newest word is kept, of health too; events beyond MOST_EVENTS push out the oldest, counted in
    `dropped_events`; alarms come first.
    """

    def __init__(self, send: Callable[[FromField], None]) -> None:
        self._send = send
        self._wake = threading.Condition()
        self._alarms: deque[AlarmChange | Standing] = deque()
        self._things: dict[str, ThingSeen | ThingGone] = {}
        self._events: deque[Happened] = deque()
        self._health: Health | None = None
        self._stopping = False
        self.dropped_events = 0
        self._thread = threading.Thread(target=self._run, name="field-outbox", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Sends what is left and ends."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join(10)

    def put(self, message: FromField) -> None:
        with self._wake:
            if isinstance(message, AlarmChange | Standing):
                if len(self._alarms) < MOST_ALARMS:
                    self._alarms.append(message)
            elif isinstance(message, ThingSeen):
                self._things[message.thing.id] = message
            elif isinstance(message, ThingGone):
                self._things[message.thing_id] = message
            elif isinstance(message, Happened):
                if len(self._events) >= MOST_EVENTS:
                    self._events.popleft()
                    self.dropped_events += 1
                self._events.append(message)
            else:
                self._health = message
            self._wake.notify()

    def queued(self) -> dict[str, int]:
        return {"alarms": len(self._alarms), "events": len(self._events), "things": len(self._things)}

    def _run(self) -> None:
        while True:
            with self._wake:
                while (message := self._next()) is None:
                    if self._stopping:
                        return
                    self._wake.wait()
            try:
                self._send(message)
            except OSError:
                # The other end of the pipe is gone; whoever owns it ends this service.
                return
            except Exception:
                log.exception("a listener of the field service failed")

    def _next(self) -> FromField | None:
        if self._alarms:
            return self._alarms.popleft()
        if self._things:
            return self._things.pop(next(iter(self._things)))
        if self._events:
            return self._events.popleft()
        health, self._health = self._health, None
        return health
