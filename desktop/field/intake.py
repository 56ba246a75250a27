"""From messages to values: finds whose a message is, reads it, weighs it, and refuses what it must, counted by reason."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite

from db.telemetry import Latest, Telemetry
from desktop.alarms.evaluator import Evaluator
from desktop.alarms.transitions import Onset, Return
from desktop.field.alarmbook import AlarmBook
from desktop.field.history import History, Rows
from desktop.field.latest import LatestTable
from desktop.field.messages import FromField, Happened, ThingGone, ThingSeen
from desktop.field.mqtt import matches
from desktop.field.reader import Message
from desktop.field.slots import Slots
from desktop.things.dialect import Binding, Described, Dialect, Happening, Online, Sample, Unreadable, Withdrawn
from desktop.things.model import ONLINE, Point, Thing, Value
from desktop.things.payload import MAX_TOPIC, plain

log = logging.getLogger(__name__)

MOST_THINGS = 20_000
ANNOUNCE_AFTER = 0.2
"""Seconds between a first new word about a thing and telling of it: discovery brings a device entity by entity."""
SAVE_LATEST_EVERY = 10.0
BROKER_DROPPED = b"$SYS/broker/publish/messages/dropped"


@dataclass(slots=True, eq=False)
class _State:
    """A point at work."""

    point: str
    slot: int
    series: int | None
    """Its series in the telemetry file; None when it has no history."""
    every: bool
    watched: bool
    """Whether a rule looks at it."""
    last: Value | None = None
    live_on: int = 0
    """The connection on which it last had a live value: what that connection replays later is older."""


@dataclass(slots=True, eq=False)
class _Known:
    """A thing at work. Its slots are `first` to `first + room - 1`."""

    thing: Thing
    first: int
    room: int
    points: dict[str, _State]
    bindings: dict[bytes, Binding] = field(default_factory=dict)


_Route = tuple[tuple[_Known, Binding], ...]


class Intake:
    """Turns messages into latest values, history, alarms and news. `take` is called on the line's thread, the rest on
    the service's; one lock keeps them apart."""

    def __init__(
        self,
        dialects: Sequence[Dialect],
        table: LatestTable,
        telemetry: Telemetry,
        history: History,
        alarms: AlarmBook,
        tell: Callable[[FromField], None],
        out_of_service: Iterable[str] = (),
    ) -> None:
        self._dialects = dialects
        self._value_filters = [each for dialect in dialects for each in dialect.value_filters()]
        self._description_filters = [f for dialect in dialects for each in dialect.description_filters() for f in each]
        self._table, self._telemetry, self._history, self._alarms, self._tell = table, telemetry, history, alarms, tell
        self._out = set(out_of_service)
        self._lock = threading.Lock()
        self._slots = Slots(table.capacity)
        self._routes: dict[bytes, _Route] = {}
        self._things: dict[str, _Known] = {}
        self._evaluator = Evaluator()
        self._evaluator.restore(alarms.active())
        self._announce: dict[str, float] = {}
        self._rows: Rows = {}
        self._touched: dict[int, tuple[str, str]] = {}
        self._remembered = {(row.thing_id, row.point): row for row in telemetry.latest()}
        self._said: dict[str, bytes] = {}
        self._connection = 0
        self._next_offer = self._next_save = self._next_log = 0.0
        self.wanted: set[str] = set()
        """Bound topics that no value filter covers, waiting to be subscribed."""
        self.messages = 0
        self.rejected: Counter[str] = Counter()
        self.things_refused = 0
        self.broker_dropped: int | None = None
        self.last_description = 0.0

    # What the line brings

    def connected(self) -> None:
        """A new connection: what it replays may be newer than what the last one brought."""
        with self._lock:
            self._connection += 1
            self.wanted = {t for k in self._things.values() for b in k.bindings if not self._covered(t := b.decode())}

    def take(self, messages: list[Message]) -> None:
        """Works through messages in their order. Nothing they hold makes it raise."""
        with self._lock:
            at, now = time.time(), time.monotonic()
            transitions: list[Onset | Return] = []
            self.messages += len(messages)
            routes = self._routes
            for topic, payload, replayed in messages:
                route = routes.get(topic)
                try:
                    if route is None:
                        self._unbound(topic, payload, now, transitions)
                        continue
                    for known, binding in route:
                        self._read(known, binding, payload, replayed, at, now, transitions)
                except Unreadable as error:
                    self.rejected[error.reason] += 1
                except Exception:
                    # A mistake of ours: counted, told at most once a minute, and the next message is read.
                    self.rejected["internal"] += 1
                    if self._may_log(now):
                        log.exception("a message on %r could not be read", topic[:80])
            if transitions:
                self._alarms.take(transitions)

    def _read(
        self,
        known: _Known,
        binding: Binding,
        payload: bytes,
        replayed: bool,
        at: float,
        now: float,
        transitions: list[Onset | Return],
    ) -> None:
        for update in binding(payload):
            if type(update) is Sample:
                state = known.points.get(update.point)
                if state is None:
                    self.rejected["unknown_point"] += 1
                else:
                    self._sample(known, state, update, replayed, at, now, transitions)
            elif type(update) is Online:
                said = Sample(ONLINE, update.online)
                self._sample(known, known.points[ONLINE], said, replayed, at, now, transitions)
            elif type(update) is Happening and not replayed:
                told = at if update.device_at is None else update.device_at
                self._tell(Happened(known.thing.id, update.event, round(told * 1000), dict(update.data)))

    def _sample(
        self,
        known: _Known,
        state: _State,
        sample: Sample,
        replayed: bool,
        at: float,
        now: float,
        transitions: list[Onset | Return],
    ) -> None:
        value = sample.value
        if value is None:
            self._table.write(state.slot, self._table.reading(state.slot).value, "bad", at, sample.device_at)
            return
        if type(value) is str:
            value = plain(value)
        elif type(value) is float and not isfinite(value):
            raise Unreadable("not_finite", state.point)
        if replayed:
            if state.live_on != self._connection:
                self._table.write(state.slot, value, "uncertain", at, sample.device_at)
            return
        state.live_on = self._connection
        self._table.write(state.slot, value, "good", at, sample.device_at)
        if state.watched:
            transitions += self._evaluator.sample(known.thing.id, state.point, value, now, sample.device_at)
        if state.series is not None and type(value) is not str and (state.every or value != state.last):
            self._rows[state.series] = (int(at * 1000), float(value))
        if value != state.last:
            state.last = value
            self._touched[state.slot] = (known.thing.id, state.point)

    def _unbound(self, topic: bytes, payload: bytes, now: float, transitions: list[Onset | Return]) -> None:
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
        if self._hear(name, payload, now, transitions):
            self.last_description = now
            self._said[name] = payload
            return
        if not payload or any(matches(each, name) for each in self._description_filters):
            return  # an emptied retained topic, or a description without news, says nothing
        raise Unreadable("unknown_thing" if self._covered(name) else "unknown_topic", name[:80])

    def _may_log(self, now: float) -> bool:
        if now < self._next_log:
            return False
        self._next_log = now + 60
        return True

    # Descriptions

    def recall(self) -> None:
        """Knows again what was described before the last end, so that a dark broker hides no thing."""
        with self._lock:
            now = time.monotonic()
            transitions: list[Onset | Return] = []
            for topic, payload in self._telemetry.descriptions():
                try:
                    self._hear(topic, payload, now, transitions)
                except Unreadable:
                    # An earlier version understood it; should the device still say so, it is counted then.
                    self._said[topic] = b""
            self._alarms.take(transitions)

    def _hear(self, topic: str, payload: bytes, now: float, transitions: list[Onset | Return]) -> bool:
        """Asks the dialects what a topic says; false when it is no news to any of them."""
        for dialect in self._dialects:
            news = dialect.describe(topic, payload)
            for each in news:
                if isinstance(each, Withdrawn):
                    self._forget(each.thing_id, now, transitions)
                else:
                    self._describe(each, now, transitions)
            if news:
                return True
        return False

    def _describe(self, described: Described, now: float, transitions: list[Onset | Return]) -> None:
        thing = described.thing
        old = self._things.get(thing.id)
        if old is None and len(self._things) >= MOST_THINGS:
            self.things_refused += 1
            return
        if old is not None and old.thing == thing:
            known = old
        else:
            settled = self._settle(thing, old, now)
            if settled is None:
                self.things_refused += 1
                return
            known = self._things[thing.id] = settled
            self._announce.setdefault(thing.id, now + ANNOUNCE_AFTER)
            transitions += self._evaluator.watch(thing, thing.id in self._out)
        self._bind(known, old, described.bindings)

    def _settle(self, thing: Thing, old: _Known | None, now: float) -> _Known | None:
        """Slots for the thing's points; values it already had move along. None when the table is full."""
        names = [ONLINE, *(point.name for point in thing.model.points)]
        # A thing that only grew keeps its slots.
        if old and len(names) <= old.room and names[: len(old.points)] == list(old.points):
            first, room = old.first, old.room
        else:
            room = -(-len(names) // 4) * 4 * (2 if old else 1)
            taken = self._slots.take(room, now)
            if taken is None:
                return None
            first = taken
        specs: dict[str, Point] = {point.name: point for point in thing.model.points}
        watched = {condition.point for rule in thing.model.alarms for condition in rule.when}
        known = _Known(thing, first, room, {})
        for index, name in enumerate(names):
            spec = specs.get(name)
            stored = spec is not None and spec.history != "none" and spec.type != "string"
            series = self._telemetry.series_id(thing.id, name) if stored else None
            every = spec is not None and spec.history == "every"
            state = known.points[name] = _State(name, first + index, series, every, name in watched)
            self._carry_over(thing.id, old.points.get(name) if old else None, state)
        if old and first != old.first:
            self._slots.give(old.first, old.room, now)
        return known

    def _carry_over(self, thing_id: str, old: _State | None, state: _State) -> None:
        """The value the point had before this description, else the one from before the last restart."""
        if old is not None:
            state.last, state.live_on = old.last, old.live_on
            if old.slot != state.slot:
                was = self._table.reading(old.slot)
                self._table.write(state.slot, was.value, was.quality, was.at, was.device_at)
            return
        row = self._remembered.pop((thing_id, state.point), None)
        if row is None:
            self._table.clear(state.slot)
        else:
            self._table.write(state.slot, row.value, "uncertain", row.at, row.device_at)

    def _bind(self, known: _Known, old: _Known | None, bindings: Mapping[str, Binding]) -> None:
        before = old.bindings if old else {}
        known.bindings = {}
        for topic, binding in bindings.items():
            raw = topic.encode("utf-8", "replace")
            if len(raw) > MAX_TOPIC:
                self.rejected["huge_topic"] += 1
                continue
            known.bindings[raw] = binding
            if (old is not known or raw not in before) and not self._covered(topic):
                # Also when another thing has it already: the broker then says again what it retains.
                self.wanted.add(topic)
        for raw in before.keys() | known.bindings.keys():
            others = tuple(each for each in self._routes.get(raw, ()) if each[0].thing.id != known.thing.id)
            mine = ((known, known.bindings[raw]),) if raw in known.bindings else ()
            if others or mine:
                self._routes[raw] = others + mine
            else:
                self._routes.pop(raw, None)

    def _forget(self, thing_id: str, now: float, transitions: list[Onset | Return]) -> None:
        known = self._things.pop(thing_id, None)
        if known is None:
            return
        self._announce.pop(thing_id, None)
        self._bind(_Known(known.thing, 0, 0, {}), known, {})
        for state in known.points.values():
            self._table.clear(state.slot)
            self._touched.pop(state.slot, None)
        self._slots.give(known.first, known.room, now)
        transitions += self._evaluator.forget(thing_id)
        self._tell(ThingGone(thing_id))

    def _covered(self, topic: str) -> bool:
        return any(matches(each, topic) for each in self._value_filters)

    # What time brings

    def tick(self) -> None:
        """To be called several times a second: delays of alarms, news of things, a second's history."""
        with self._lock:
            now = time.monotonic()
            self._alarms.take(self._evaluator.tick(now))
            self._alarms.tell_pending(now)
            for thing_id in [each for each, due in self._announce.items() if due <= now]:
                del self._announce[thing_id]
                known = self._things[thing_id]
                self._tell(ThingSeen(known.thing, known.first))
            if now >= self._next_offer:
                self._next_offer = now + 1.0
                self._offer(now)

    def finish(self) -> None:
        """Hands over the last history before the end."""
        with self._lock:
            self._next_save = 0.0
            self._offer(time.monotonic())

    def _offer(self, now: float) -> None:
        rows, self._rows = self._rows, {}
        latest: list[Latest] = []
        if now >= self._next_save:
            self._next_save = now + SAVE_LATEST_EVERY
            for slot, (thing_id, point) in self._touched.items():
                reading = self._table.reading(slot)
                if reading.value is not None:
                    latest.append(Latest(thing_id, point, reading.value, reading.at, reading.device_at))
            self._touched = {}
        said, self._said = self._said, {}
        self._history.offer(rows, latest, said)

    def set_out_of_service(self, thing_id: str, out: bool) -> None:
        with self._lock:
            (self._out.add if out else self._out.discard)(thing_id)
            self._alarms.take(self._evaluator.set_out_of_service(thing_id, out))

    def stored(self, seqs: Sequence[int]) -> None:
        with self._lock:
            self._alarms.stored(seqs)

    def counts(self) -> tuple[int, int]:
        """Things and points known."""
        things = list(self._things.values())
        return len(things), sum(len(known.points) - 1 for known in things)

    def take_wanted(self, most: int) -> list[str]:
        """Up to `most` topics to subscribe now."""
        with self._lock:
            taken = sorted(self.wanted)[:most]
            self.wanted.difference_update(taken)
            return taken

    def want(self, topics: Iterable[str]) -> None:
        """Puts topics back that could not be subscribed."""
        with self._lock:
            self.wanted.update(topics)
