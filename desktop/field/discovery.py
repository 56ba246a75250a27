"""Subscribes to everything in slices, each answered and gone quiet before the next.

A broker silently drops the rest of a retained set that is larger than its queue for one subscriber: of 12,752 retained
descriptions one wildcard brought 8,700 (QoS 0) or 1,020 (QoS 1); slices that wait brought all of them (measured).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from desktop.field.intake import BROKER_DROPPED, Intake
from desktop.field.mqtt import Line
from desktop.things.dialect import Dialect

QUIET = 0.1
"""Seconds without a description after which a slice counts as delivered."""
LONGEST_SLICE = 10.0
TOPICS_AT_ONCE = 100


class Discovery:
    """Runs on a thread of its own, so that waiting for answers holds up nobody."""

    def __init__(self, dialects: Sequence[Dialect], intake: Intake, qos: int = 0) -> None:
        self._slices = [list(each) for dialect in dialects for each in dialect.description_filters()]
        self._values = [each for dialect in dialects for each in dialect.value_filters()]
        self._intake = intake
        self._qos = qos
        """Of values; descriptions come at 0, for a retained set of any size would not fit a QoS 1 queue."""
        self._line: Line | None = None
        self._urgent: Line | None = None
        self._wake = threading.Condition()
        self._fresh = False
        self._stopping = False
        self.refused: tuple[str, ...] = ()
        """Filters the broker does not let us have."""
        self._thread = threading.Thread(target=self._run, name="field-discovery", daemon=True)

    def start(self, line: Line, urgent: Line) -> None:
        """`line` brings everything; `urgent` only what protects lives, topic by topic, so that no flood queues before."""
        self._line, self._urgent = line, urgent
        self._thread.start()

    def stop(self) -> None:
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join(15)

    def connected(self) -> None:
        """A new connection: everything has to be subscribed anew."""
        with self._wake:
            self._fresh = True
            self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                if not self._fresh and not self._stopping:
                    # Also looks for single topics that things bound since.
                    self._wake.wait(0.25)
                if self._stopping:
                    return
                fresh, self._fresh = self._fresh, False
            if fresh:
                self._everything()
            elif self._intake.wanted and self._quiet():
                self._wanted()
            self._pair()

    def _everything(self) -> None:
        self.refused = ()
        for filters in self._slices:
            if not self._subscribe(filters):
                return
        # Values last: by then what they belong to is known.
        if self._values:
            self._subscribe(self._values, self._qos)
        self._subscribe([BROKER_DROPPED.decode()])
        self._wanted()

    def _wanted(self) -> None:
        while topics := self._intake.take_wanted(TOPICS_AT_ONCE):
            if not self._subscribe(topics, self._qos):
                self._intake.want(topics)
                return

    def _pair(self) -> None:
        assert self._urgent
        while self._urgent.connected and (topics := self._intake.pair(TOPICS_AT_ONCE)):
            refused = self._urgent.subscribe(topics, qos=self._qos)
            if refused is None:
                # No answer: another connection will have to begin anew.
                self._urgent.hang_up("the broker does not answer")
                return
            self.refused += refused

    def _subscribe(self, filters: list[str], qos: int = 0) -> bool:
        """False when the line broke, or the broker did not answer: everything begins anew."""
        assert self._line
        refused = self._line.subscribe(filters, qos=qos)
        if refused is None:
            with self._wake:
                self._wake.wait(QUIET)
                # Still connected and yet no answer: no new connection will come to begin anew.
                self._fresh = self._fresh or self._line.connected
            return False
        if self._fresh:
            return False
        self.refused += refused
        begin = time.monotonic()
        while not self._quiet() and time.monotonic() - begin < LONGEST_SLICE and not self._stopping:
            time.sleep(QUIET / 4)
        return not self._stopping

    def _quiet(self) -> bool:
        return time.monotonic() - self._intake.last_description > QUIET
