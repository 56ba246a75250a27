"""The field service: everything between the broker and the console, the same in a thread as in a process."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from db.handover import Handover
from db.telemetry import Telemetry
from desktop.field.alarmbook import AlarmBook
from desktop.field.discovery import Discovery
from desktop.field.history import History
from desktop.field.intake import Intake
from desktop.field.latest import LatestTable
from desktop.field.messages import (
    AlarmStored,
    FieldSettings,
    FromField,
    Health,
    LinkState,
    Overridden,
    Stop,
    ToField,
    Trouble,
)
from desktop.field.mqtt import Address, Line
from desktop.field.outbox import Outbox
from desktop.things.dialect import Dialect
from desktop.things.homeassistant.dialect import HomeAssistantDialect
from desktop.things.linli import LinliDialect
from desktop.things.loader import SITE_FOLDER, load_models_with
from desktop.things.vendors import SITE_VENDORS, vendors_with

log = logging.getLogger(__name__)

TICK = 0.1
SETTLING = 5000
"""Milliseconds after a connection within which the second one may be missing."""

TELEMETRY_FILE = "telemetry.db"
HANDOVER_FILE = "handover.db"


class FieldService:
    """Runs from `start` to `stop`; what it has to say goes to `tell`, on a thread of the service's own.

    The constructor opens both files and raises StoreError when one refuses, ValueError for a URL that names no broker.
    """

    def __init__(self, settings: FieldSettings, table: LatestTable, tell: Callable[[FromField], None]) -> None:
        folder = Path(settings.data_dir)
        address = Address.of(settings.broker, settings.username, settings.password)
        loaded = load_models_with(Path(settings.things_dir) if settings.things_dir else folder / SITE_FOLDER)
        dialects: list[Dialect] = [
            LinliDialect(settings.community, loaded.models),
            HomeAssistantDialect(settings.discovery_prefix),
        ]
        makers = vendors_with(folder / SITE_VENDORS, loaded.models)
        self._refused_models = tuple(str(error) for error in (*loaded.refused, *makers.refused))
        self._handover = Handover(folder / HANDOVER_FILE, settings.key)
        self._telemetry = Telemetry(folder / TELEMETRY_FILE, settings.key, settings.utc_offset)
        self._outbox = Outbox(tell)
        self._history = History(self._telemetry)
        self._alarms = AlarmBook(self._handover, self._outbox.put)
        self._intake = Intake(
            dialects, table, self._telemetry, self._history, self._alarms, self._outbox.put,
            settings.overrides, makers,
        )  # fmt: skip
        self._discovery = Discovery(dialects, self._intake, settings.qos)
        self._line = Line(address, self._intake.take, self._up, self._down)
        self._urgent = Line(address, partial(self._intake.take, line="urgent"), down=self._urgent_down)
        self._inbox: queue.SimpleQueue[ToField] = queue.SimpleQueue()
        self._link: tuple[LinkState, int, str] = ("off", _now_ms(), "")
        self._stopping = threading.Event()
        self._ticker = threading.Thread(target=self._run, name="field-ticker", daemon=True)

    def start(self) -> None:
        self._intake.recall()
        self._set_link("connecting", "")
        for part in (self._outbox, self._history, self._line, self._urgent):
            part.start()
        self._discovery.start(self._line, self._urgent)
        self._ticker.start()

    def stop(self) -> None:
        """Ends the lines first, then writes what was taken in."""
        for line in (self._urgent, self._line):
            line.stop()
        self._discovery.stop()
        self._stopping.set()
        self._ticker.join(15)
        self._intake.finish()
        self._history.stop()
        self._outbox.stop()
        self._telemetry.close()
        self._handover.close()

    def hear(self, message: ToField) -> None:
        """Takes the console's word; never waits. Stop is the host's business."""
        if not isinstance(message, Stop):
            self._inbox.put(message)

    def _run(self) -> None:
        next_health, before = 0.0, (time.monotonic(), 0)
        while not self._stopping.wait(TICK):
            try:
                self._answer()
                self._intake.tick()
                now = time.monotonic()
                if now >= next_health:
                    next_health = now + 1.0
                    rate = (self._intake.messages - before[1]) / max(0.001, now - before[0])
                    before = (now, self._intake.messages)
                    self._outbox.put(self._health(rate))
            except Exception:
                log.exception("the field service's tick failed")

    def _answer(self) -> None:
        stored: list[int] = []
        while not self._inbox.empty():
            message = self._inbox.get()
            if isinstance(message, AlarmStored):
                stored.append(message.seq)
            elif isinstance(message, Overridden):
                self._intake.override(message.thing_id, message.overrides)
        if stored:
            self._intake.stored(stored)

    def _up(self) -> None:
        self._set_link("up", "")
        self._intake.connected()
        self._discovery.connected()

    def _down(self, reason: str) -> None:
        state, _, detail = self._link
        if (state, detail) != ("lost", reason):
            self._set_link("lost", reason)

    def _urgent_down(self, _reason: str) -> None:
        self._intake.part()

    def _set_link(self, state: LinkState, detail: str) -> None:
        since = self._link[1] if self._link[0] == state else _now_ms()
        self._link = state, since, detail

    def _health(self, rate: float) -> Health:
        intake, history = self._intake, self._history
        things, points = intake.counts()
        rejected = dict(intake.rejected)
        for line in (self._line, self._urgent):
            if line.skipped:
                rejected["too_big"] = rejected.get("too_big", 0) + line.skipped
            if line.failures:
                rejected["internal"] = rejected.get("internal", 0) + line.failures
        return Health(
            link=self._link[0],
            link_since_ms=self._link[1],
            link_detail=self._link[2],
            messages=intake.messages,
            rate=round(rate, 1),
            rejected=rejected,
            dropped={
                "history": history.dropped,
                "events": self._outbox.dropped_events,
                "things": intake.things_refused,
            },
            queued={"history": history.queued, **self._outbox.queued(), "alarms_unsaved": self._alarms.unsaved},
            things=things,
            points=points,
            samples_stored=history.stored,
            broker_dropped=intake.broker_dropped,
            refused_models=self._refused_models,
            troubles=tuple(self._troubles()),
        )

    def _troubles(self) -> Iterator[Trouble]:
        if self._alarms.problem:
            yield Trouble("handover", self._alarms.problem)
        # A moment after the other: the two connect one by one.
        up_for = _now_ms() - self._link[1] if self._link[0] == "up" else 0
        if up_for > SETTLING and not self._urgent.connected:
            yield Trouble("urgent")
        if self._discovery.refused:
            yield Trouble("refused", ", ".join(self._discovery.refused[:3]))
        if self._intake.things_refused:
            yield Trouble("room", f"{self._intake.things_refused} descriptions")
        if self._history.problem:
            yield Trouble("history", self._history.problem)


def _now_ms() -> int:
    return int(time.time() * 1000)
