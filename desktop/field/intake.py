"""From messages to values: finds whose a message is, reads it, weighs it, and refuses what it must, counted by reason."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import isfinite
from typing import TypeVar

from db.telemetry import Latest, Telemetry
from desktop.alarms.evaluator import Evaluator
from desktop.alarms.transitions import Transition
from desktop.field.alarmbook import AlarmBook
from desktop.field.history import History, Rows
from desktop.field.latest import LatestTable
from desktop.field.messages import FromField, Happened
from desktop.field.reader import Message
from desktop.field.roster import Known, Roster, State
from desktop.field.twins import LineName
from desktop.things.dialect import Dialect, Happening, Online, Sample, Unreadable, Update
from desktop.things.model import ONLINE
from desktop.things.overrides import Overrides
from desktop.things.payload import MAX_TOPIC, plain
from desktop.things.vendors import Vendors, vendors

log = logging.getLogger(__name__)

T = TypeVar("T")

SAVE_LATEST_EVERY = 10.0
SLICE = 1000
"""Points that are gone through at once, a few milliseconds: messages have their turn between."""
BROKER_DROPPED = b"$SYS/broker/publish/messages/dropped"


class _Queue:
    """A lock that is given to the one who waits before the one who just had it: between two reads of a flood an alarm
    gets its turn."""

    def __init__(self) -> None:
        self._waiting, self._lock = threading.Lock(), threading.Lock()

    def __enter__(self) -> None:
        with self._waiting:
            self._lock.acquire()

    def __exit__(self, *_error: object) -> None:
        self._lock.release()


class Intake:
    """Turns messages into latest values, history, alarms and news. `take` is called on the lines' threads, the rest on
    the service's; one lock keeps them apart."""

    def __init__(
        self,
        dialects: Sequence[Dialect],
        table: LatestTable,
        telemetry: Telemetry,
        history: History,
        alarms: AlarmBook,
        tell: Callable[[FromField], None],
        overrides: Mapping[str, Overrides] | None = None,
        makers: Vendors | None = None,
    ) -> None:
        self._table, self._telemetry, self._history, self._alarms, self._tell = table, telemetry, history, alarms, tell
        self._lock = _Queue()
        self._evaluator = Evaluator()
        self._evaluator.restore(alarms.active(), alarms.told())
        self._unstored: list[State] = []
        """Points with a sample for the next second's history."""
        self._unsaved: set[tuple[str, str]] = set()
        """Points whose latest value changed since those were saved."""
        self._connection = 0
        self._next_offer = self._next_save = self._next_log = 0.0
        self.messages = 0
        self.rejected: Counter[str] = Counter()
        self.broker_dropped: int | None = None
        self._roster = Roster(
            dialects, table, telemetry, self._evaluator, tell, self.rejected, overrides or {},
            makers or vendors(),
        )  # fmt: skip

    # What the line brings

    def connected(self) -> None:
        """A new connection: what it replays may be newer than what the last one brought."""
        with self._lock:
            self._connection += 1
            self._roster.connected()

    def take(self, messages: list[Message], line: LineName = "wide") -> None:
        """Works through messages in their order, but for those another line brought before. Nothing they hold makes it
        raise."""
        with self._lock:
            at, now = time.time(), time.monotonic()
            transitions: list[Transition] = [*self._evaluator.expire(now)]
            self.messages += len(messages) - self._work(messages, line, at, now, transitions)
            if transitions:
                self._alarms.take(transitions)

    def _work(
        self, messages: list[Message], line: LineName, at: float, now: float, transitions: list[Transition]
    ) -> int:
        """How many of them were copies. The hot path, a few microseconds for each value: what it needs is at hand in
        locals."""
        routes, write, change, connection, copies = (
            self._roster.routes,
            self._table.write,
            self._evaluator.change,
            self._connection,
            0,
        )
        unstored, at_ms = self._unstored, int(at * 1000)
        for topic, payload, replayed in messages:
            try:
                route = routes.get(topic)
                if route is None:
                    self._unbound(topic, payload, now, transitions)
                    continue
                while route is not None:
                    twin, index, states, binding, known, route = route
                    if twin is not None and not twin.first(payload, replayed, line):
                        copies += 1
                        break
                    for update in binding(payload):
                        sample = update if type(update) is Sample else self._other(known, update, replayed, at)
                        if sample is None:
                            continue
                        place, value = index.get(sample.point), sample.value
                        if place is None or value is None or replayed:
                            self._odd(None if place is None else states[place], sample, at)
                            continue
                        state = states[place]
                        kind = type(value)
                        if kind is str:
                            value = plain(value)  # type: ignore[arg-type]
                        elif kind is float and not isfinite(value):  # type: ignore[arg-type]
                            raise Unreadable("not_finite", sample.point)
                        state.live_on = connection
                        write(state.slot, value, "good", at, sample.device_at)
                        if value != state.last:
                            state.last = value
                            watch = state.watch
                            if watch is not None and (told := change(watch, value, sample.device_at)):
                                transitions += told
                        elif not state.every:
                            continue
                        state.at_ms = at_ms
                        if not state.unstored:
                            state.unstored = True
                            unstored.append(state)
            except Unreadable as error:
                self.rejected[error.reason] += 1
            except Exception:
                # A mistake of ours: counted, told at most once a minute, and the next message is read.
                self.rejected["internal"] += 1
                if self._may_log(now):
                    log.exception("a message on %r could not be read", topic[:80])
        return copies

    def _odd(self, state: State | None, sample: Sample, at: float) -> None:
        """A value that is none, or old, or of a point that there is not: it says nothing to alarms and history."""
        if state is None:
            self.rejected["unknown_point"] += 1
            return
        value = sample.value
        if value is None:
            self._table.write(state.slot, self._table.reading(state.slot).value, "bad", at, sample.device_at)
            return
        if type(value) is str:
            value = plain(value)
        elif type(value) is float and not isfinite(value):
            raise Unreadable("not_finite", sample.point)
        if state.live_on != self._connection:
            self._table.write(state.slot, value, "uncertain", at, sample.device_at)

    def _other(self, known: Known, update: Update, replayed: bool, at: float) -> Sample | None:
        """What is no value of a point: that something happened, which is told, or that the device is there or gone, as the
        value of the point that says so."""
        if type(update) is Online:
            return Sample(ONLINE, update.online)
        if type(update) is Happening and not replayed:
            told = at if update.device_at is None else update.device_at
            self._tell(Happened(known.thing.id, update.event, round(told * 1000), dict(update.data)))
        return None

    def _unbound(self, topic: bytes, payload: bytes, now: float, transitions: list[Transition]) -> None:
        """A topic no thing is bound to: a description, the broker's own news, or nothing we know."""
        if topic == BROKER_DROPPED:
            self.broker_dropped = int(payload) if payload.isdigit() and len(payload) < 19 else None
            return
        if len(topic) > MAX_TOPIC:
            raise Unreadable("huge_topic", f"{len(topic)} bytes")
        try:
            name = topic.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Unreadable("not_utf8", "topic") from error
        if self._roster.hear(name, payload, now, transitions):
            return
        if not payload or self._roster.describes(name):
            return  # an emptied retained topic, or a description without news, says nothing
        raise Unreadable("unknown_thing" if self._roster.covered(name) else "unknown_topic", name[:80])

    def _may_log(self, now: float) -> bool:
        if now < self._next_log:
            return False
        self._next_log = now + 60
        return True

    def recall(self) -> None:
        """Knows again what was described before the last end, so that a dark broker hides no thing."""
        with self._lock:
            transitions: list[Transition] = []
            self._roster.recall(time.monotonic(), transitions)
            self._alarms.take(transitions)

    # What time brings

    def tick(self) -> None:
        """To be called several times a second: delays of alarms, news of things, a second's history."""
        with self._lock:
            now = time.monotonic()
            self._alarms.take(self._evaluator.tick(now))
            self._alarms.tell_pending(now)
            self._roster.announce(now)
        if now >= self._next_offer:
            self._next_offer = now + 1.0
            self._offer(now)

    def finish(self) -> None:
        """Hands over the last history before the end."""
        self._next_save = 0.0
        self._offer(time.monotonic())

    def _offer(self, now: float) -> None:
        with self._lock:
            unstored, self._unstored = self._unstored, []
            said = self._roster.take_said()
        rows: Rows = {}
        for some in _slices(unstored):
            with self._lock:
                self._gather(some, rows)
        latest: list[Latest] = []
        if now >= self._next_save:
            self._next_save = now + SAVE_LATEST_EVERY
            unsaved, self._unsaved = list(self._unsaved), set()
            for keys in _slices(unsaved):
                with self._lock:
                    latest += self._latest(keys)
        self._history.offer(rows, latest, said)

    def _gather(self, states: Sequence[State], rows: Rows) -> None:
        for state in states:
            state.unstored = False
            self._unsaved.add(state.key)
            value = state.last
            if state.series is not None and value is not None and not isinstance(value, str):
                rows[state.series] = state.at_ms, float(value)

    def _latest(self, keys: Iterable[tuple[str, str]]) -> Iterator[Latest]:
        for thing_id, point in keys:
            slot = self._roster.slot(thing_id, point)
            reading = None if slot is None else self._table.reading(slot)
            if reading is not None and reading.value is not None:
                yield Latest(thing_id, point, reading.value, reading.at, reading.device_at)

    def override(self, thing_id: str, overrides: Overrides) -> None:
        with self._lock:
            transitions: list[Transition] = []
            self._roster.override(thing_id, overrides, time.monotonic(), transitions)
            self._alarms.take(transitions)

    def stored(self, seqs: Sequence[int]) -> None:
        with self._lock:
            self._alarms.stored(seqs)

    def counts(self) -> tuple[int, int]:
        """Things and points known."""
        return self._roster.counts()

    @property
    def things_refused(self) -> int:
        """Descriptions there was no room for."""
        return self._roster.refused

    @property
    def last_description(self) -> float:
        """When the last description came (monotonic seconds)."""
        return self._roster.last_description

    @property
    def wanted(self) -> set[str]:
        """Bound topics that no value filter covers, waiting to be subscribed."""
        return self._roster.wanted

    def take_wanted(self, most: int) -> list[str]:
        """Up to `most` topics to subscribe now."""
        with self._lock:
            taken = sorted(self._roster.wanted)[:most]
            self._roster.wanted.difference_update(taken)
            return taken

    def pair(self, most: int) -> list[str]:
        """Up to `most` topics that protect lives and come over one line so far; from now on over both."""
        with self._lock:
            return [topic.decode() for topic in self._roster.pair(most)]

    def part(self) -> None:
        """The urgent line is gone: everything comes over the wide one alone."""
        with self._lock:
            self._roster.part()

    def want(self, topics: Iterable[str]) -> None:
        """Puts topics back that could not be subscribed."""
        with self._lock:
            self._roster.wanted.update(topics)


def _slices(many: list[T]) -> Iterator[list[T]]:
    return (many[begin : begin + SLICE] for begin in range(0, len(many), SLICE))
