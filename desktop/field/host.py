"""Where the field service runs: in a thread of the console (small sites, tests) or in a process of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol

import msgspec

from db.rollup import Band
from db.telemetry import TelemetryReader
from desktop.field.child import run
from desktop.field.latest import LatestTable, SharedTable
from desktop.field.messages import (
    FieldSettings,
    FromField,
    Health,
    Overridden,
    Stop,
    ThingGone,
    ThingSeen,
    ToField,
)
from desktop.field.service import TELEMETRY_FILE, FieldService
from desktop.field.wire import Hearer
from desktop.things.model import Reading, Thing

log = logging.getLogger(__name__)

Handler = Callable[[FromField], None]

HEARTBEAT_LOST = 15.0
"""Seconds without a word from the process (health comes once a second) after which it is ended and started anew."""
FIRST_WORD = 120.0
"""Seconds until the first word: on a slow machine it first knows again thousands of things."""
RESTART_WAIT = 1.0


class FieldView(Protocol):
    """The field service as the console sees it. `things`, `reading`, `truths` and `health` read memory only."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def things(self) -> dict[str, tuple[Thing, int]]: ...
    def reading(self, slot: int) -> Reading: ...
    def truths(self, slots: Sequence[int]) -> tuple[bool | None, ...]: ...
    def health(self) -> Health | None: ...
    def on(self, handler: Handler) -> None: ...
    def send(self, message: ToField) -> None: ...
    def history(
        self, thing_id: str, point: str, since: float, until: float, most: int = 2000
    ) -> list[tuple[float, float]]: ...
    def bands(self, thing_id: str, point: str, since: float, until: float, most: int = 500) -> list[Band]: ...
    def last_before(self, thing_id: str, point: str, at: float) -> tuple[float, float] | None: ...


@dataclass
class _Ears:
    """Keeps what the service told, and passes it on."""

    health: Health | None = None
    handlers: list[Handler] = field(default_factory=list)
    _things: dict[str, tuple[Thing, int]] = field(default_factory=dict)
    _told: dict[str, tuple[Thing, int]] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def things(self) -> dict[str, tuple[Thing, int]]:
        """As they are now. Copied when somebody asks, not for each of the thousands that come in at a start."""
        with self._lock:
            if self._told is None:
                self._told = dict(self._things)
            return self._told

    def hear(self, message: FromField) -> None:
        if isinstance(message, ThingSeen | ThingGone):
            with self._lock:
                self._told = None
                if isinstance(message, ThingSeen):
                    self._things[message.thing.id] = message.thing, message.slot
                else:
                    self._things.pop(message.thing_id, None)
        elif isinstance(message, Health):
            self.health = message
        for handler in list(self.handlers):
            try:
                handler(message)
            except Exception:
                log.exception("a listener of the field failed")


class _Host:
    """What both hostings share. Handlers are called on a thread of the host's."""

    def __init__(self, settings: FieldSettings) -> None:
        self._settings = settings
        self._ears = _Ears()
        self._table: LatestTable = self._new_table(settings.capacity)
        self._past = TelemetryReader(Path(settings.data_dir) / TELEMETRY_FILE, settings.key)

    def _new_table(self, capacity: int) -> LatestTable:
        return LatestTable(capacity)

    def things(self) -> dict[str, tuple[Thing, int]]:
        """Every thing known, with its first slot; point i of its model has slot `first + 1 + i`."""
        return self._ears.things()

    def reading(self, slot: int) -> Reading:
        """The slot's latest value as the intake left it; what age and a lost line make of it, `seen_now` says."""
        try:
            return self._table.reading(slot)
        except ValueError:
            # The table was let go while alarms that were queued are still being recorded.
            return Reading(None, "none", 0.0)

    def truths(self, slots: Sequence[int]) -> tuple[bool | None, ...]:
        """As `LatestTable.truths`."""
        try:
            return self._table.truths(slots)
        except ValueError:
            return (None,) * len(slots)

    def health(self) -> Health | None:
        return self._ears.health

    def on(self, handler: Handler) -> None:
        """Calls `handler` for everything the service tells from now on."""
        self._ears.handlers.append(handler)

    def history(
        self, thing_id: str, point: str, since: float, until: float, most: int = 2000
    ) -> list[tuple[float, float]]:
        """Stored samples as (Unix seconds, value). Raises StoreError; waits for the disk."""
        rows = self._past.history(thing_id, point, round(since * 1000), round(until * 1000), most)
        return [(at / 1000, value) for at, value in rows]

    def bands(self, thing_id: str, point: str, since: float, until: float, most: int = 500) -> list[Band]:
        """As `TelemetryReader.bands`, asked in Unix seconds (a band's own time is in ms)."""
        return self._past.bands(thing_id, point, round(since * 1000), round(until * 1000), most)

    def last_before(self, thing_id: str, point: str, at: float) -> tuple[float, float] | None:
        """As `TelemetryReader.last_before`, in Unix seconds."""
        found = self._past.last_before(thing_id, point, round(at * 1000))
        return None if found is None else (found[0] / 1000, found[1])


class ThreadHost(_Host):
    """The service on threads of this process."""

    def __init__(self, settings: FieldSettings) -> None:
        super().__init__(settings)
        self._service: FieldService | None = None

    def start(self) -> None:
        """Raises StoreError when a file of the service refuses."""
        self._service = FieldService(self._settings, self._table, self._ears.hear)
        self._service.start()

    def stop(self) -> None:
        if self._service:
            self._service.stop()
            self._service = None

    def send(self, message: ToField) -> None:
        if self._service:
            self._service.hear(message)


class ProcessHost(_Host):
    """The service in a child process, started anew whenever it dies or goes silent. The key travels over the pipe."""

    def __init__(self, settings: FieldSettings) -> None:
        super().__init__(settings)
        self._overrides = dict(settings.overrides)
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._sending = threading.Lock()
        self._stopping = threading.Event()
        self._started = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="field-watcher", daemon=True)
        self.restarts = 0

    def _new_table(self, capacity: int) -> LatestTable:
        return SharedTable(capacity)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        self._watcher.start()
        self._started.wait(30)

    def stop(self) -> None:
        self._stopping.set()
        self.send(Stop())
        if self._watcher.is_alive():
            self._watcher.join(30)
        self._table.release()

    def send(self, message: ToField) -> None:
        """Sends without waiting for an answer. While the process is down the message is lost: a change that nobody
        answered for is told again, and what is overridden the next process hears at its start."""
        with self._sending:
            if isinstance(message, Overridden):
                self._overrides[message.thing_id] = message.overrides
            if self._pipe:
                try:
                    self._pipe.send_bytes(msgspec.msgpack.encode(message))
                except OSError:
                    log.info("the field process is gone; %s was not sent", type(message).__name__)

    def _watch(self) -> None:
        while not self._stopping.is_set():
            try:
                self._spawn()
                self._listen()
            except (OSError, msgspec.DecodeError) as error:
                # Out of memory or processes, or a program that was replaced under us: whatever it is, try again.
                log.warning("the field process failed: %s", error)
            self._reap()
            if not self._stopping.is_set():
                self.restarts += 1
                log.info("the field process ended; starting it anew")
                self._stopping.wait(RESTART_WAIT)

    def _spawn(self) -> None:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        assert isinstance(self._table, SharedTable)
        process = context.Process(target=run, args=(theirs, self._table.name), name="linli-field", daemon=True)
        process.start()
        self._process = process
        theirs.close()
        # In one piece, so that nothing which is said meanwhile falls between the settings and the open pipe.
        with self._sending:
            self._pipe = ours
            settings = msgspec.structs.replace(self._settings, overrides=self._overrides)
            ours.send_bytes(msgspec.msgpack.encode(settings))
            if self._stopping.is_set():
                ours.send_bytes(msgspec.msgpack.encode(Stop()))
        self._started.set()

    def _listen(self) -> None:
        """Until the process ends, falls silent, or is asked to stop and has."""
        assert self._pipe
        heard, patience, hearer = time.monotonic(), FIRST_WORD, Hearer()
        while True:
            try:
                if self._pipe.poll(1.0):
                    message = hearer(self._pipe.recv_bytes())
                    if message is not None:
                        self._ears.hear(message)
                    heard, patience = time.monotonic(), HEARTBEAT_LOST
            except (EOFError, OSError):
                return
            if time.monotonic() - heard > patience:
                log.warning("the field process fell silent and is ended")
                return

    def _reap(self) -> None:
        with self._sending:
            pipe, self._pipe = self._pipe, None
        if pipe:
            pipe.close()
        if self._process:
            self._process.join(10 if self._stopping.is_set() else 0.5)
            if self._process.is_alive():
                self._process.kill()
                self._process.join(10)
            self._process.close()
            self._process = None
        if self._ears.health and not self._stopping.is_set():
            lost = msgspec.structs.replace(
                self._ears.health, link="lost", link_detail="the field service is restarting"
            )
            self._ears.hear(lost)
