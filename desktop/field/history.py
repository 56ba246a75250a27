"""Writes samples to the telemetry file: coalesced to one a second and point, in one transaction a second."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Mapping

from db.errors import StoreError
from db.telemetry import Latest, Telemetry

log = logging.getLogger(__name__)

MOST_ROWS = 500_000
"""Samples that may wait for a slow disk; beyond, the oldest are dropped and counted."""
KEEP_DAYS = (90, 30, 7, 1)
"""How long samples are kept; a file over MOST_BYTES keeps the next shorter span."""
MOST_BYTES = 2 * 1024**3
HOUSEKEEPING = 3600.0

Rows = dict[int, tuple[int, float]]
"""The newest sample (Unix ms, value) by series."""


class History:
    """A bounded queue before the telemetry file, and the one thread that writes it."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self._wake = threading.Condition()
        self._batches: deque[Rows] = deque()
        self._latest: list[Latest] = []
        self._descriptions: dict[str, bytes] = {}
        self._waiting = 0
        self._stopping = False
        self._next_housekeeping = time.monotonic() + 60
        self.stored = 0
        self.dropped = 0
        self.problem = ""
        self._thread = threading.Thread(target=self._run, name="field-history", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Writes what is queued and ends."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join(30)

    @property
    def queued(self) -> int:
        return self._waiting

    def offer(self, rows: Rows, latest: list[Latest], descriptions: Mapping[str, bytes]) -> None:
        """Queues a second's samples, and the latest values and descriptions to keep for the next start. Never waits for
        the disk."""
        with self._wake:
            if rows:
                self._batches.append(rows)
                self._waiting += len(rows)
            while self._waiting > MOST_ROWS:
                oldest = len(self._batches.popleft())
                self._waiting -= oldest
                self.dropped += oldest
            self._latest = latest or self._latest
            self._descriptions.update(descriptions)
            self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not (self._batches or self._latest or self._descriptions or self._stopping):
                    self._wake.wait()
                batches, self._batches = list(self._batches), deque()
                latest, self._latest = self._latest, []
                descriptions, self._descriptions = self._descriptions, {}
                self._waiting = 0
                done = self._stopping
            self._write(batches, latest, descriptions)
            if done and not self._batches:
                return
            if time.monotonic() >= self._next_housekeeping:
                self._next_housekeeping = time.monotonic() + HOUSEKEEPING
                self._keep_house()

    def _write(self, batches: list[Rows], latest: list[Latest], descriptions: Mapping[str, bytes]) -> None:
        rows = [(series, at, value) for batch in batches for series, (at, value) in batch.items()]
        try:
            self._telemetry.write(rows)
            self.stored += len(rows)
            self._telemetry.save_latest(latest)
            self._telemetry.save_descriptions(descriptions)
            self.problem = ""
        except StoreError as error:
            self.dropped += len(rows)
            if not self.problem:
                log.warning("history is not written: %s", error)
            self.problem = f"history is not written: {error}"

    def _keep_house(self) -> None:
        try:
            for days in KEEP_DAYS:
                self._telemetry.forget_before(round((time.time() - days * 86_400) * 1000))
                if self._telemetry.size() <= MOST_BYTES:
                    return
        except StoreError as error:
            self.problem = f"old history is not removed: {error}"
