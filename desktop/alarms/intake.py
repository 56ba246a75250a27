"""Carries alarm changes from the field service into the records store, and answers for each that arrived."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from db.errors import StoreError
from desktop.alarms.service import Alarms
from desktop.field.messages import AlarmChange, AlarmStored

log = logging.getLogger(__name__)


class AlarmIntake:
    """Records a change first and answers `AlarmStored` after: a crash between the two makes the field service send it
    again, and recording is idempotent. So no order of crashes loses or doubles one.

    `send` carries the answer to the field service. Safe from any thread; waits for the disk.
    """

    def __init__(self, alarms: Alarms, send: Callable[[AlarmStored], None]) -> None:
        self._alarms = alarms
        self._send = send
        self._lock = threading.Lock()
        self._refused: dict[tuple[int, str], AlarmChange] = {}

    @property
    def waiting(self) -> int:
        """Changes the store has refused so far; still durable in the field service's hand-over file."""
        return len(self._refused)

    def take(self, change: AlarmChange) -> None:
        """Records and answers; a change that the store refuses (a full disk) is kept for `retry`."""
        # Those that are told again at a start all have the number 0.
        which = change.seq, change.alarm_id
        with self._lock:
            try:
                self._alarms.record(change)
            except StoreError as error:
                if which not in self._refused:
                    log.warning("alarm change %d waits: %s", change.seq, error)
                self._refused[which] = change
                return
            self._refused.pop(which, None)
        self._send(AlarmStored(change.seq))

    def retry(self) -> None:
        """Tries again what the store refused, in order. Call it now and then while `waiting` is not 0."""
        for _, change in sorted(self._refused.items()):
            self.take(change)
