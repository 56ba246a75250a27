"""Who is there: things from their descriptions, with their slots, their topics and what the office changed of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from db.telemetry import Telemetry
from desktop.alarms.evaluator import Evaluator, Slot
from desktop.alarms.transitions import Transition
from desktop.field.latest import LatestTable
from desktop.field.messages import FromField, ThingGone, ThingSeen
from desktop.field.mqtt import matches
from desktop.field.slots import Slots
from desktop.field.twins import Twin
from desktop.things.dialect import Binding, Described, Dialect, Unreadable, Withdrawn
from desktop.things.model import ONLINE, Point, Thing, Value
from desktop.things.overrides import Overrides, applied
from desktop.things.payload import MAX_TOPIC
from desktop.things.vendors import Vendors

MOST_THINGS = 20_000
ANNOUNCE_AFTER = 0.2
"""Seconds between a first new word about a thing and telling of it: discovery brings a device entity by entity."""


@dataclass(slots=True, eq=False)
class State:
    """A point at work."""

    key: tuple[str, str]
    """The thing's id and the point's name."""
    slot: int
    series: int | None
    """Its series in the telemetry file; None when it has no history."""
    every: bool
    watch: Slot | None = None
    """Where the evaluator has it; None when no rule looks at it."""
    last: Value | None = None
    live_on: int = 0
    """The connection on which it last had a live value: what that connection replays later is older."""
    at_ms: int = 0
    """When `last` came."""
    unstored: bool = False
    """Whether `last` waits to be stored."""


@dataclass(slots=True, eq=False)
class Known:
    """A thing at work. Its slots are `first` to `first + room - 1`."""

    thing: Thing
    """As the office has it."""
    told: Thing
    """As its description has it."""
    first: int
    room: int
    index: Mapping[str, int]
    """Which of `states` a point's is. Things with the same points share it: in a flood it is always at hand."""
    states: tuple[State, ...]
    bindings: dict[bytes, Binding] = field(default_factory=dict)

    def state(self, point: str) -> State | None:
        at = self.index.get(point)
        return None if at is None else self.states[at]

    @property
    def protects_lives(self) -> bool:
        """Whether one of its alarms does."""
        return any(rule.life_safety for rule in self.thing.model.alarms)


Route: TypeAlias = "tuple[Twin | None, Mapping[str, int], tuple[State, ...], Binding, Known, Route | None]"
"""Whose a topic's messages are: its twin where both lines bring it, a thing's index and states, how to read it, the thing;
then the next thing's, which is rare. One flat tuple, for in a flood every step from object to object costs."""


def _route(twin: Twin | None, bound: Sequence[tuple[Known, Binding]]) -> Route | None:
    route: Route | None = None
    for known, binding in reversed(bound):
        first = known is bound[0][0]
        route = (twin if first else None, known.index, known.states, binding, known, route)
    return route


def _bound(route: Route | None) -> Iterator[tuple[Known, Binding]]:
    while route is not None:
        _, _, _, binding, known, route = route
        yield known, binding


class Roster:
    """The things that are known. Not thread-safe: it belongs to the intake, and is used under its lock.

    What a description begins or ends in the way of alarms is added to the `transitions` handed in.
    """

    def __init__(
        self,
        dialects: Sequence[Dialect],
        table: LatestTable,
        telemetry: Telemetry,
        evaluator: Evaluator,
        tell: Callable[[FromField], None],
        rejected: Counter[str],
        overrides: Mapping[str, Overrides],
        vendors: Vendors,
    ) -> None:
        self._dialects = dialects
        self._value_filters = [each for dialect in dialects for each in dialect.value_filters()]
        self._description_filters = [f for dialect in dialects for each in dialect.description_filters() for f in each]
        self._table, self._telemetry, self._evaluator = table, telemetry, evaluator
        self._tell, self._rejected = tell, rejected
        self._overrides = dict(overrides)
        self._vendors = vendors
        self._slots = Slots(table.capacity)
        self._things: dict[str, Known] = {}
        self._announce: dict[str, float] = {}
        self._remembered = {(row.thing_id, row.point): row for row in telemetry.latest()}
        self._said: dict[str, bytes] = {}
        self._indexes: dict[tuple[str, ...], dict[str, int]] = {}
        self._twins: dict[bytes, Twin] = {}
        self.routes: dict[bytes, Route] = {}
        """Whose a topic's messages are."""
        self.urgent: set[bytes] = set()
        """Topics on which something tells that protects lives."""
        self.wanted: set[str] = set()
        """Bound topics that no value filter covers, waiting to be subscribed."""
        self.refused = 0
        """Descriptions there was no room for."""
        self.last_description = 0.0

    # Topics

    def covered(self, topic: str) -> bool:
        """Whether a value filter brings the topic without a subscription of its own."""
        return any(matches(each, topic) for each in self._value_filters)

    def describes(self, topic: str) -> bool:
        """Whether descriptions come on the topic."""
        return any(matches(each, topic) for each in self._description_filters)

    def connected(self) -> None:
        """A new connection has no subscriptions yet."""
        self.wanted = {t for k in self._things.values() for b in k.bindings if not self.covered(t := b.decode())}

    # Descriptions

    def recall(self, now: float, transitions: list[Transition]) -> None:
        """Knows again what was described before the last end, so that a dark broker hides no thing."""
        for topic, payload in self._telemetry.descriptions():
            try:
                self._hear(topic, payload, now, transitions)
            except Unreadable:
                # An earlier version understood it; should the device still say so, it is counted then.
                self._said[topic] = b""

    def hear(self, topic: str, payload: bytes, now: float, transitions: list[Transition]) -> bool:
        """Asks the dialects what a topic says; false when it is no news to any of them. Raises Unreadable."""
        if not self._hear(topic, payload, now, transitions):
            return False
        self.last_description = now
        self._said[topic] = payload
        return True

    def take_said(self) -> dict[str, bytes]:
        """The descriptions since the last time, to be remembered."""
        said, self._said = self._said, {}
        return said

    def _hear(self, topic: str, payload: bytes, now: float, transitions: list[Transition]) -> bool:
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

    def _describe(self, described: Described, now: float, transitions: list[Transition]) -> None:
        told = described.thing
        old = self._things.get(told.id)
        if old is None and len(self._things) >= MOST_THINGS:
            self.refused += 1
            return
        known = old if old is not None and old.told == told else self._know(told, old, now, transitions)
        if known is not None:
            self._bind(known, old, described.bindings)

    def _know(self, told: Thing, old: Known | None, now: float, transitions: list[Transition]) -> Known | None:
        """The thing at work by what was told of it and what the office changed; None when there is no room."""
        thing = applied(self._vendors.applied(told), self._overrides.get(told.id))
        known = self._settle(thing, told, old, now)
        if known is None:
            self.refused += 1
            return None
        self._things[told.id] = known
        self._announce.setdefault(told.id, now + ANNOUNCE_AFTER)
        transitions += self._evaluator.watch(thing)
        for state in known.states:
            state.watch = self._evaluator.slot(*state.key)
            if state.watch is not None and state.watch.value is None:
                # A rule that is new looks at the next value, though it is the same again.
                state.last = None
        return known

    def _settle(self, thing: Thing, told: Thing, old: Known | None, now: float) -> Known | None:
        """Slots for the thing's points; values it already had move along. None when the table is full."""
        names = (ONLINE, *(point.name for point in thing.model.points))
        # A thing that only grew keeps its slots.
        if old and len(names) <= old.room and names[: len(old.states)] == tuple(old.index):
            first, room = old.first, old.room
        else:
            room = -(-len(names) // 4) * 4 * (2 if old else 1)
            taken = self._slots.take(room, now)
            if taken is None:
                return None
            first = taken
        specs: dict[str, Point] = {point.name: point for point in thing.model.points}
        states: list[State] = []
        for index, name in enumerate(names):
            spec = specs.get(name)
            stored = spec is not None and spec.history != "none" and spec.type != "string"
            series = self._telemetry.series_id(thing.id, name) if stored else None
            every = spec is not None and spec.history == "every"
            states.append(State((thing.id, name), first + index, series, every))
            self._carry_over(old.state(name) if old else None, states[-1])
        shared = self._indexes.setdefault(names, {name: index for index, name in enumerate(names)})
        known = Known(thing, told, first, room, shared, tuple(states))
        if old and first != old.first:
            self._slots.give(old.first, old.room, now)
        return known

    def _carry_over(self, old: State | None, state: State) -> None:
        """The value the point had before this description, else the one from before the last restart."""
        if old is not None:
            state.last, state.live_on = old.last, old.live_on
            if old.slot != state.slot:
                was = self._table.reading(old.slot)
                self._table.write(state.slot, was.value, was.quality, was.at, was.device_at)
            return
        row = self._remembered.pop(state.key, None)
        if row is None:
            self._table.clear(state.slot)
        else:
            self._table.write(state.slot, row.value, "uncertain", row.at, row.device_at)

    def _bind(self, known: Known, old: Known | None, bindings: Mapping[str, Binding]) -> None:
        before = old.bindings if old else {}
        known.bindings = {}
        for topic, binding in bindings.items():
            raw = topic.encode("utf-8", "replace")
            if len(raw) > MAX_TOPIC:
                self._rejected["huge_topic"] += 1
                continue
            known.bindings[raw] = binding
            if (old is not known or raw not in before) and not self.covered(topic):
                # Also when another thing has it already: the broker then says again what it retains.
                self.wanted.add(topic)
        self._route(known, before.keys() | known.bindings.keys())

    def _route(self, known: Known, topics: Iterable[bytes]) -> None:
        for raw in topics:
            bound = [each for each in _bound(self.routes.get(raw)) if each[0].thing.id != known.thing.id]
            if raw in known.bindings:
                bound.append((known, known.bindings[raw]))
            route = _route(self._twins.get(raw), bound)
            if route:
                self.routes[raw] = route
            else:
                self.routes.pop(raw, None)
                self._twins.pop(raw, None)
            if any(each.protects_lives for each, _ in bound):
                self.urgent.add(raw)
            else:
                self.urgent.discard(raw)

    # Two lines

    def pair(self, most: int) -> list[bytes]:
        """Up to `most` topics that protect lives and came over one line so far; both bring them from now on."""
        found = [topic for topic in self.urgent if topic not in self._twins][:most]
        for topic in found:
            self._twins[topic] = Twin()
            self._reroute(topic)
        return found

    def part(self) -> None:
        """The urgent line is gone. Copies of what it brought last count again: which of them are old, nobody can say."""
        topics, self._twins = list(self._twins), {}
        for topic in topics:
            self._reroute(topic)

    def _reroute(self, topic: bytes) -> None:
        route = _route(self._twins.get(topic), list(_bound(self.routes.get(topic))))
        if route:
            self.routes[topic] = route

    def _forget(self, thing_id: str, now: float, transitions: list[Transition]) -> None:
        known = self._things.pop(thing_id, None)
        if known is None:
            return
        self._announce.pop(thing_id, None)
        topics, known.bindings = known.bindings.keys(), {}
        self._route(known, topics)
        for state in known.states:
            self._table.clear(state.slot)
        self._slots.give(known.first, known.room, now)
        transitions += self._evaluator.forget(thing_id)
        self._tell(ThingGone(thing_id))

    # What the office says

    def override(self, thing_id: str, overrides: Overrides, now: float, transitions: list[Transition]) -> None:
        """From now on the thing has these values of its own; alarms go on where the new limits say so."""
        self._overrides[thing_id] = overrides
        old = self._things.get(thing_id)
        if old is None:
            return
        known = self._know(old.told, old, now, transitions)
        if known is not None:
            known.bindings = old.bindings
            self._route(known, known.bindings)

    # What time brings

    def announce(self, now: float) -> None:
        """Tells of the things that are new or changed."""
        for thing_id in [each for each, due in self._announce.items() if due <= now]:
            del self._announce[thing_id]
            known = self._things[thing_id]
            self._tell(ThingSeen(known.thing, known.first))

    def slot(self, thing_id: str, point: str) -> int | None:
        """Where a point's latest value is; None when it is gone."""
        known = self._things.get(thing_id)
        state = known.state(point) if known else None
        return state.slot if state else None

    def counts(self) -> tuple[int, int]:
        """Things and points known."""
        things = list(self._things.values())
        return len(things), sum(len(known.states) - 1 for known in things)
