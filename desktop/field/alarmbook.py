"""Alarm changes on their way to the console: on disk first, told after, forgotten when the records store has them.

Only when the disk refuses are they told first, and again once it takes them: recording one twice changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import msgspec

from db.errors import StoreError
from db.handover import Handover
from desktop.alarms.transitions import Active, Onset, Return, change_of
from desktop.field.messages import AlarmChange, FromField, Standing

log = logging.getLogger(__name__)

TELL_AGAIN = 30.0
"""Seconds after which a change that nobody answered for is told again (recording it twice changes nothing)."""


class AlarmBook:
    """No change is ever dropped: what the disk refuses is kept and tried again. Called under the intake's lock."""

    def __init__(self, handover: Handover, tell: Callable[[FromField], None]) -> None:
        self._handover = handover
        self._tell = tell
        self._unsaved: list[Onset | Return] = []
        self._told_at: float | None = None
        self.problem = ""

    @property
    def unsaved(self) -> int:
        return len(self._unsaved)

    def active(self) -> list[Active]:
        """The alarms that were active when the service last ended. Raises StoreError."""
        return [msgspec.msgpack.decode(state, type=Active) for state in self._handover.active().values()]

    def told(self) -> dict[tuple[str, str], int]:
        """The last instant told of each rule of a thing, active or over: no later occurrence may have it again, for it
        makes the id. Raises StoreError."""
        return self._handover.told()

    def take(self, transitions: Sequence[Onset | Return]) -> None:
        """Makes the changes durable in one commit, then tells of them."""
        self._unsaved += transitions
        if not self._unsaved:
            return
        changes = [change_of(each) for each in self._unsaved]
        active = {
            each.alarm.alarm_id: msgspec.msgpack.encode(each.alarm) if isinstance(each, Onset) else None
            for each in self._unsaved
        }
        last = {(change.thing_id, change.rule): change.at_ms for change in changes}
        try:
            seqs = self._handover.append([msgspec.msgpack.encode(change) for change in changes], active, last)
        except StoreError as error:
            if not self.problem:
                log.error("alarms wait in memory, the hand-over file refuses: %s", error)
            self.problem = f"alarms wait in memory, the hand-over file refuses: {error}"
            # Told all the same, once: the records store may be on a sound disk, and a person must hear of it in any case.
            for each in transitions:
                self._tell(change_of(each))
            return
        self._unsaved = []
        self.problem = ""
        for change, seq in zip(changes, seqs, strict=True):
            self._tell(msgspec.structs.replace(change, seq=seq))

    def stored(self, seqs: Sequence[int]) -> None:
        """The records store has these."""
        try:
            self._handover.forget(seqs)
        except StoreError as error:
            # They are told again later, and answered for again.
            self.problem = f"the hand-over file refuses: {error}"

    def tell_pending(self, now: float) -> None:
        """Tells again of what nobody answered for, at the start and then every TELL_AGAIN seconds; at the start also of
        what is active and was answered for, for a records store that was restored from a backup may lack it."""
        first = self._told_at is None
        if self._told_at is not None and now - self._told_at < TELL_AGAIN:
            return
        self._told_at = now
        try:
            waiting = [
                msgspec.structs.replace(msgspec.msgpack.decode(payload, type=AlarmChange), seq=seq)
                for seq, payload in self._handover.pending()
            ]
            if first:
                known, active = {change.alarm_id for change in waiting}, self.active()
                self._tell(Standing(tuple(sorted(known | {alarm.alarm_id for alarm in active}))))
                waiting += [change_of(Onset(alarm)) for alarm in active if alarm.alarm_id not in known]
            for change in waiting:
                self._tell(change)
        except StoreError as error:
            self.problem = f"the hand-over file refuses: {error}"
