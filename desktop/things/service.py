"""Things for screens: descriptions and values from the field, places and maintenance from the office's cards."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import msgspec

from db.rollup import Band
from db.store import Records, Transaction
from db.tables.places import Place
from db.tables.things import ThingCard
from desktop.field.messages import FromField, Happened, Health, Overridden, ThingGone, ThingSeen, ToField
from desktop.kernel.bus import Changed
from desktop.kernel.clock import Clock
from desktop.kernel.errors import Invalid, NotFound, Refused
from desktop.security.principal import Principal, act, require
from desktop.things.lately import Lately
from desktop.things.model import Reading, Thing
from desktop.things.office import Office, overrides_of, read_office
from desktop.things.overrides import Overrides, problems
from desktop.things.quality import Hearing, hearing_of, seen_now
from desktop.things.views import ThingView

NEVER = Reading(None, "none", 0.0)
MAINS = 3
"""Points that speak for a thing whose model marks none as main."""


class LiveField(Protocol):
    """What this service needs of the field's host."""

    def things(self) -> dict[str, tuple[Thing, int]]: ...
    def reading(self, slot: int) -> Reading: ...
    def truths(self, slots: Sequence[int]) -> tuple[bool | None, ...]: ...
    def health(self) -> Health | None: ...
    def on(self, handler: Callable[[FromField], None]) -> object: ...
    def send(self, message: ToField) -> None: ...
    def history(
        self, thing_id: str, point: str, since: float, until: float, most: int
    ) -> list[tuple[float, float]]: ...
    def bands(self, thing_id: str, point: str, since: float, until: float, most: int) -> list[Band]: ...
    def last_before(self, thing_id: str, point: str, at: float) -> tuple[float, float] | None: ...


@dataclass(frozen=True, slots=True)
class _Listed:
    """Every thing in order, and what that rests on."""

    views: tuple[ThingView, ...]
    changes: int
    line: bool
    truths: tuple[bool | None, ...]


class Things:
    """Every device and what it says now.

    `all`, `get`, `reading`, `readings` and `online` read memory only and may be called on the UI thread at 10 Hz; `hearings`
    reads much memory and the rest waits for a disk: they belong on an executor thread.
    """

    def __init__(self, records: Records, clock: Clock, field: LiveField) -> None:
        self._records = records
        self._clock = clock
        self._field = field
        self._lock = threading.Lock()
        self._office = Office({}, {})
        self._known: dict[str, tuple[Thing, int]] = {}
        self._slots: dict[str, dict[str, tuple[int, float]]] = {}
        self._mains: dict[str, list[tuple[int, float]]] = {}
        self._views: dict[str, ThingView] = {}
        self._changes = 0
        """Counts every change of what is known of things, so that a list made before it is made anew."""
        self._own: tuple[int, ...] = ()
        """The slots in which things say whether they are there; empty when they are to be gathered anew."""
        self._listed = _Listed((), -1, False, ())
        self.lately = Lately()
        field.on(self._hear)
        self.refresh()

    def all(self) -> tuple[ThingView, ...]:
        """Every thing, those that were never placed last, by place and name. The very same tuple as long as none came,
        went, was described anew or changed whether it is there: asking every second costs next to nothing."""
        with self._lock:
            changes = self._changes
            if not self._own:
                self._own = tuple(slot for _, slot in self._known.values())
            own = self._own
        # Taken before the things are looked at: what changes meanwhile shows the next time.
        line, truths = self._line_is_up(), self._field.truths(own)
        listed = self._listed
        if (listed.changes, listed.line, listed.truths) != (changes, line, truths):
            views = sorted((self._current(view) for view in list(self._views.values())), key=_order)
            listed = self._listed = _Listed(tuple(views), changes, line, truths)
        return listed.views

    def get(self, thing_id: str) -> ThingView | None:
        view = self._views.get(thing_id)
        return None if view is None else self._current(view)

    def reading(self, thing_id: str, point: str) -> Reading:
        """The point's latest value with its quality as of now; one of quality "none" for what is not known."""
        slot = self._slots.get(thing_id, {}).get(point)
        if slot is None:
            return NEVER
        return self._seen(slot, self.online(thing_id), self._line_is_up(), self._clock.now().timestamp())

    def readings(self, thing_id: str) -> dict[str, Reading]:
        """Every point of the thing, by name."""
        online, line, now = self.online(thing_id), self._line_is_up(), self._clock.now().timestamp()
        return {name: self._seen(slot, online, line, now) for name, slot in self._slots.get(thing_id, {}).items()}

    def hearings(self) -> dict[str, Hearing]:
        """How every thing tells its main values now; "stale" for what said goodbye."""
        line, now = self._line_is_up(), self._clock.now().timestamp()
        found: dict[str, Hearing] = {}
        for thing_id, slots in list(self._mains.items()):
            online = self.online(thing_id)
            # Most things say something good in their first point: it ends there.
            seen = ((self._seen(slot, online, line, now), slot[1]) for slot in slots)
            found[thing_id] = "stale" if online is False else hearing_of(seen, now)
        return found

    def online(self, thing_id: str) -> bool | None:
        """Whether the device says it is reachable; None while it never told. What speaks through a thing that is gone
        is gone with it: its own last word is no longer true."""
        own = self._says_online(thing_id)
        at, seen = self._parent(thing_id), {thing_id}
        while own is not False and at and at not in seen:
            seen.add(at)
            if self._says_online(at) is False:
                return False
            at = self._parent(at)
        return own

    def _says_online(self, thing_id: str) -> bool | None:
        known = self._known.get(thing_id)
        if known is None:
            return None
        value = self._field.reading(known[1]).value
        return value if isinstance(value, bool) else None

    def _parent(self, thing_id: str) -> str:
        known = self._known.get(thing_id)
        return known[0].parent if known else ""

    def history(
        self, thing_id: str, point: str, since: float, until: float, most: int = 2000
    ) -> list[tuple[float, float]]:
        """Stored samples as (Unix seconds, value), thinned to at most `most`."""
        return self._field.history(thing_id, point, since, until, most)

    def bands(self, thing_id: str, point: str, since: float, until: float, most: int = 500) -> list[Band]:
        """What the point was between the times (Unix seconds), as at most `most` bands of lowest, highest, mean and last
        value; single samples where they are few. Any span up to years takes milliseconds."""
        return self._field.bands(thing_id, point, since, until, most)

    def last_before(self, thing_id: str, point: str, at: float) -> tuple[float, float] | None:
        """The last stored sample (Unix seconds, value) at or before a time, as a meter's reading at the month's begin."""
        return self._field.last_before(thing_id, point, at)

    def assign(self, who: Principal, thing_id: str, place_id: str | None, name: str = "") -> None:
        """Places a thing and names it; None takes it out of its place, an empty name is the device's own.

        Raises NotAllowed, NotFound for a thing nobody knows, Refused for a place that is not there.
        """
        require(who, "things.place")

        def place(tx: Transaction) -> None:
            row = None if place_id is None else tx.get(Place, place_id)
            if place_id is not None and (row is None or row.state != "active"):
                raise Refused(f"there is no place {place_id}", place=place_id)
            card = self._card(tx, thing_id)
            card.place_id, card.name = place_id, name.strip()

        self._records.write(act(who, "things.assign", self._clock), place)
        self.refresh()

    def set_out_of_service(self, who: Principal, thing_id: str, out: bool, reason: str) -> None:
        """Hides (or shows again) the alarms of a thing under maintenance; its values stay shown, the evaluation runs on.

        Raises NotAllowed, NotFound, Invalid("reason") when it is taken out without saying why.
        """
        require(who, "things.out_of_service")
        reason = reason.strip()
        if out and not reason:
            raise Invalid("taking a thing out of service needs a reason", "reason")

        def take(tx: Transaction) -> None:
            card = self._card(tx, thing_id)
            card.out_of_service, card.out_reason = out, reason if out else ""

        op = "things.out_of_service" if out else "things.in_service"
        self._records.write(act(who, op, self._clock, reason or None), take)
        self.refresh()

    def overrides(self, thing_id: str) -> Overrides:
        """What the office sets otherwise for the thing. Waits for the disk."""
        return self._records.read(lambda session: overrides_of(session.get(ThingCard, thing_id)))

    def override(
        self, who: Principal, thing_id: str, overrides: Overrides, reason: str, *, read: Overrides | None = None
    ) -> None:
        """Sets single values of the model otherwise for this thing, in place of all that were set before; `read` are those
        that whoever sets them saw.

        Raises NotAllowed, NotFound, Invalid("reason") without a reason, Invalid with the place of the first value that the
        model does not allow ("rules.l2.above"), and Refused(rule="changed") where what was read no longer holds.
        """
        require(who, "things.limits")
        reason = reason.strip()
        if not reason:
            raise Invalid("setting a thing's limits needs a reason", "reason")
        known = self._known.get(thing_id)
        if known is None:
            raise NotFound(f"no thing {thing_id}", what="thing")
        found = problems(known[0].unchanged or known[0].model, overrides)
        if found:
            raise Invalid(found[0].reason, found[0].at)
        self._check_parent(thing_id, overrides.parent)

        def keep(tx: Transaction) -> None:
            card = self._card(tx, thing_id)
            if read is not None and overrides_of(card) != read:
                raise Refused(f"somebody else has set limits of {thing_id} meanwhile", rule="changed")
            card.overrides = msgspec.to_builtins(overrides)

        self._records.write(act(who, "things.override", self._clock, reason), keep)
        self._field.send(Overridden(thing_id, overrides))

    def _check_parent(self, thing_id: str, parent: str | None) -> None:
        """Raises Invalid("parent") for one that nobody knows, or that speaks through the thing itself."""
        at, seen = parent, set[str]()
        while at and at not in seen:
            if at == thing_id or at not in self._known:
                raise Invalid(f"{parent} cannot be what {thing_id} speaks through", "parent")
            seen.add(at)
            at = self._parent(at)

    def refresh(self) -> None:
        """Reads cards and places anew. Raises StoreError."""
        office = self._records.read(read_office)
        with self._lock:
            self._office = office
            self._change()
            known = self._field.things()
            for thing, slot in known.values():
                self._know(thing, slot)
            for thing_id in self._known.keys() - known.keys():
                self._forget(thing_id)

    def changed(self, event: Changed) -> None:
        """For the bus: cards or places changed here or elsewhere."""
        if event.touches("thing", "place"):
            self.refresh()

    def _hear(self, message: FromField) -> None:
        if isinstance(message, ThingSeen):
            with self._lock:
                self._know(message.thing, message.slot)
        elif isinstance(message, ThingGone):
            with self._lock:
                self._forget(message.thing_id)
                self.lately.forget(message.thing_id)
        elif isinstance(message, Happened):
            self.lately.hear(message)

    def _change(self) -> None:
        self._changes, self._own = self._changes + 1, ()

    def _know(self, thing: Thing, slot: int) -> None:
        self._change()
        self._known[thing.id] = thing, slot
        self._slots[thing.id] = {
            point.name: (slot + 1 + index, point.stale_after) for index, point in enumerate(thing.model.points)
        }
        slots = self._slots[thing.id]
        mains = [point.name for point in thing.model.points if point.main]
        self._mains[thing.id] = [slots[name] for name in (mains or list(slots)[:MAINS])]
        self._views[thing.id] = self._merge(thing)

    def _forget(self, thing_id: str) -> None:
        self._change()
        for table in (self._known, self._slots, self._mains, self._views):
            table.pop(thing_id, None)

    def _merge(self, thing: Thing) -> ThingView:
        card = self._office.cards.get(thing.id)
        placed = self._office.places.get(card.place_id) if card and card.place_id else None
        place = placed or self._office.by_code.get(thing.place)
        return ThingView(
            id=thing.id,
            name=(card.name if card else "") or thing.name,
            thing=thing,
            place_id=place.id if place else None,
            place_code=place.code if place else thing.place,
            place_path=place.path if place else (),
            out_of_service=bool(card and card.out_of_service),
            out_reason=card.out_reason if card else "",
            online=None,
            parent_id=thing.parent,
            parent_name=self._name(thing.parent),
        )

    def _name(self, thing_id: str) -> str:
        known, card = self._known.get(thing_id), self._office.cards.get(thing_id)
        return (card.name if card else "") or (known[0].name if known else "")

    def _current(self, view: ThingView) -> ThingView:
        # Nobody can say of a thing that it is there while the line to all of them is gone.
        online = self.online(view.id) if self._line_is_up() else None
        # The parent may have been described, or named, after the child.
        parent_name = self._name(view.parent_id) if view.parent_id else ""
        if online is view.online and parent_name == view.parent_name:
            return view
        view = replace(view, online=online, parent_name=parent_name)
        with self._lock:
            if view.id in self._views:
                self._views[view.id] = replace(self._views[view.id], online=online, parent_name=parent_name)
        return view

    def _seen(self, slot: tuple[int, float], online: bool | None, line: bool, now: float) -> Reading:
        return seen_now(self._field.reading(slot[0]), online, line, slot[1], now)

    def _line_is_up(self) -> bool:
        health = self._field.health()
        return health is None or health.link == "up"

    def _card(self, tx: Transaction, thing_id: str) -> ThingCard:
        card = tx.get(ThingCard, thing_id)
        if card is None:
            known = self._known.get(thing_id)
            if known is None:
                raise NotFound(f"no thing {thing_id}", what="thing")
            card = tx.add(ThingCard(id=thing_id, kind=known[0].model.kind))
        return card


def _order(view: ThingView) -> tuple[bool, tuple[str, ...], str, str]:
    return not view.place_path, view.place_path, view.name, view.id
