"""Writes samples to the telemetry file: coalesced to one a second and point, in one transaction a second."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import NamedTuple

from db.errors import StoreError
from db.telemetry import Latest, Telemetry

log = logging.getLogger(__name__)

MOST_ROWS = 500_000
"""Samples that may wait for a slow disk; beyond, the oldest are dropped and counted."""
MOST_BYTES = 2 * 1024**3
"""Of the telemetry file; beyond, the finest tier is kept for a shorter time first."""
HOUSEKEEPING = 3600.0
COMPACT_EVERY = 1.0
CLOCK_JUMP = 3600.0
"""Seconds by which the clock may differ from what it should be at a housekeeping; beyond, nothing is forgotten by age
until the next: a wrong year must not empty the history."""
AWAY, CONFIRMED = 3 * 86_400.0, 86_400.0
"""Seconds. A start so long after the last value may be a start with a wrong clock: nothing is forgotten by age until it has
run for a day, in which somebody, or a time server, sets it right."""


class Keep(NamedTuple):
    """Days that each tier is kept."""

    raw: int
    """Single samples: to look into what happened in the last month's incidents and bills."""
    minute: int
    """A quarter of a year: the span of a maintenance contract's report."""
    quarter: int
    """15 minutes over two years: the load curve beside the same month of the year before."""
    day: int
    """Ten years: the life of a pump or a battery."""


KEEP = (
    Keep(raw=30, minute=90, quarter=730, day=3650),
    Keep(raw=14, minute=90, quarter=730, day=3650),
    Keep(raw=7, minute=90, quarter=730, day=3650),
    Keep(raw=2, minute=90, quarter=730, day=3650),
    Keep(raw=2, minute=30, quarter=730, day=3650),
    Keep(raw=1, minute=7, quarter=730, day=3650),
    Keep(raw=1, minute=2, quarter=365, day=3650),
    Keep(raw=1, minute=1, quarter=90, day=3650),
)
"""What is kept, and what of it while the file is over MOST_BYTES: step by step, the finest first."""

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
        self.forgotten: Counter[str] = Counter()
        """Samples (tier "raw") and roll-up buckets that were removed for age or for room."""
        self._problems: dict[str, str] = {}
        self._clocks = time.time(), time.monotonic()
        newest = telemetry.newest()
        self._doubted = newest is not None and abs(self._clocks[0] - newest) > AWAY
        self._confirmed_at = self._clocks[1] + CONFIRMED
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

    @property
    def problem(self) -> str:
        """Why history is incomplete now; empty when it is not."""
        return "; ".join(self._problems.values())

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
                    if not self._wake.wait(COMPACT_EVERY):
                        break
                batches, self._batches = list(self._batches), deque()
                latest, self._latest = self._latest, []
                descriptions, self._descriptions = self._descriptions, {}
                self._waiting = 0
                done = self._stopping
            self._write(batches, latest, descriptions)
            if done and not self._batches:
                return
            self._compact()
            if time.monotonic() >= self._next_housekeeping:
                self._next_housekeeping = time.monotonic() + HOUSEKEEPING
                self.keep_house(time.time())

    def _write(self, batches: list[Rows], latest: list[Latest], descriptions: Mapping[str, bytes]) -> None:
        rows = [(series, at, value) for batch in batches for series, (at, value) in batch.items()]
        stored = self.stored

        def work() -> None:
            self._telemetry.write(rows)
            self.stored += len(rows)
            self._telemetry.save_latest(latest)
            self._telemetry.save_descriptions(descriptions)

        if not self._goes_well("written", work) and self.stored == stored:
            self.dropped += len(rows)

    def _compact(self) -> None:
        def work() -> None:
            while self._telemetry.compact(int(time.time() * 1000)):
                if self._batches or self._stopping:
                    return

        # Else the samples stay where they are, and where charts find them.
        self._goes_well("compacted", work)

    def keep_house(self, now: float) -> None:
        """Forgets what is too old at `now` (Unix seconds), and more while the file is too big."""
        wall, running = self._clocks
        self._clocks = now, time.monotonic()
        if abs((now - wall) - (self._clocks[1] - running)) > CLOCK_JUMP:
            # Set right, most likely, if it was doubted before.
            self._doubted = False
            return
        if self._doubted and self._clocks[1] < self._confirmed_at:
            return

        def work() -> None:
            self._telemetry.trust_clock(round(now * 1000))
            for keep in KEEP:
                for tier, days in keep._asdict().items():
                    self.forgotten[tier] += self._telemetry.forget(tier, round((now - days * 86_400) * 1000))
                if self._telemetry.size() <= MOST_BYTES:
                    break

        self._goes_well("thinned out", work)

    def _goes_well(self, what: str, work: Callable[[], None]) -> bool:
        """Does it and returns whether it went well. Why not is told for as long as it lasts, and logged once: samples that
        come later, and those of a disk that is mended, must not find this thread ended."""
        try:
            work()
        except StoreError as error:
            problem = f"history is not {what}: {error}"
            if what not in self._problems:
                log.warning("%s", problem)
        except Exception as error:
            # A mistake of ours, or a folder that refuses what the driver has no word for.
            problem = f"history is not {what}: {str(error) or type(error).__name__}"
            if what not in self._problems:
                log.exception("%s", problem)
        else:
            self._problems.pop(what, None)
            return True
        self._problems[what] = problem
        return False
