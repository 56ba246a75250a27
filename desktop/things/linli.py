"""Linli's own dialect, for gateways and devices written for it: `linli/1/<community>/things/<thing>/…`.

- `model`, retained: `{"model": "lift", "name": "1号楼1单元电梯", "place": "1-1", "maker": "…", "simulated": true}`;
  an empty payload withdraws the thing. `parent` is the id of the thing it speaks through, `use` what a meter's
  consumption is for.
- `props`: `{"at": 1763791200000, "v": {"floor": 3, "door_closed": true}}`; `at` (Unix milliseconds) may be left out and
  `v` need not hold every point.
- `events`: `{"at": 1763791200000, "event": "passage", "data": {"credential": "card"}}`.
- `still` (or what the model names an event of `image/jpeg`): the bytes of a JPEG, not retained; listened to only when an
  alarm wants to be seen (`desktop.field.stills`).
- `status`, retained: the bare word `online`, or `offline` as the device's last will.

A point the model does not have, or a value of the wrong type, refuses the whole payload; a value that is of the right
type and yet impossible (outside the physical range, not in the closed list) turns its point bad.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from math import inf
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from desktop.things.dialect import Binding, Described, Happening, Online, Sample, Unreadable, Update, Withdrawn
from desktop.things.model import Point, Thing, ThingModel, Value
from desktop.things.payload import MAX_STRING, MAX_TOPIC, SHORT, plain, text, typed

MAX_NAME = 120
MAX_EVENT_FIELDS = 64
SAFE_INTEGER = 2**53 - 1
"""The largest integer every JSON reader agrees on (RFC 8259 §6); our slots and messages hold no larger one."""

_THING_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TYPES: Mapping[str, type] = {"boolean": bool, "integer": int, "number": float, "string": str}
_Instant = Annotated[int, Meta(ge=0, le=253_402_300_799_000)]
"""Unix milliseconds, to the end of the year 9999."""


class _Description(msgspec.Struct):
    model: str
    name: str = ""
    place: str = ""
    maker: str = ""
    simulated: bool = False
    parent: str = ""
    use: str = ""


class _EventBody(msgspec.Struct):
    event: str
    at: _Instant | None = None
    data: dict[str, Value] = {}


_DESCRIPTION = msgspec.json.Decoder(_Description)
_EVENT = msgspec.json.Decoder(_EventBody)


def topic_root(community: str) -> str:
    """What every topic of a community's things begins with, before `/<thing>/<leaf>`."""
    return f"linli/1/{community}/things"


class LinliDialect:
    """Implements `desktop.things.dialect.Dialect` for one community (its 12-digit code)."""

    name = "linli"

    def __init__(self, community: str, models: Mapping[str, ThingModel]) -> None:
        self._root = topic_root(community) + "/"
        self._models = dict(models)
        # One reader a kind: things of a kind share it, a thing costs no closure and no decoder of its own.
        self._props = {kind: _Props(model) for kind, model in self._models.items()}
        self._events = {kind: _Events(model) for kind, model in self._models.items()}

    def description_filters(self) -> Sequence[Sequence[str]]:
        return [[self._root + "+/model"]]

    def value_filters(self) -> Sequence[str]:
        return [self._root + leaf for leaf in ("+/props", "+/events", "+/status")]

    def describe(self, topic: str, payload: bytes) -> Sequence[Described | Withdrawn]:
        if not topic.startswith(self._root) or not topic.endswith("/model"):
            return ()
        if len(topic) > MAX_TOPIC:
            raise Unreadable("huge_topic", f"{len(topic)} characters")
        thing_id = topic[len(self._root) : -len("/model")]
        if not _THING_ID.fullmatch(thing_id):
            raise Unreadable(
                "bad_description", "a thing's id is 1 to 64 letters, digits, dots, hyphens and underscores"
            )
        if not payload:
            return (Withdrawn(thing_id),)
        body = typed(payload, _DESCRIPTION)
        model = self._models.get(body.model)
        if model is None:
            raise Unreadable("bad_description", f"no thing model {_plain(body.model, MAX_NAME)!r}")
        thing = Thing(
            id=thing_id,
            name=_plain(body.name, MAX_NAME) or thing_id,
            model=model,
            dialect="linli",
            place=_plain(body.place, MAX_NAME),
            maker=_plain(body.maker, MAX_NAME),
            simulated=body.simulated,
            parent=_parent(body.parent, thing_id),
            use=_plain(body.use, MAX_NAME),
        )
        base = self._root + thing_id
        bindings: dict[str, Binding] = {
            f"{base}/props": self._props[model.kind],
            f"{base}/events": self._events[model.kind],
            f"{base}/status": _status,
        }
        return (Described(thing, bindings),)


def _parent(named: str, thing_id: str) -> str:
    """The id of the thing it speaks through. Raises Unreadable for what can be no other thing's id."""
    if named and (not _THING_ID.fullmatch(named) or named == thing_id):
        raise Unreadable("bad_description", f"a parent is another thing's id, not {_plain(named, MAX_NAME)!r}")
    return named


class _Check(NamedTuple):
    """What a value must hold: its JSON type, and whether a value of that type is possible."""

    kind: type
    low: float
    high: float
    allowed: frozenset[Value] | None


class _Body(msgspec.Struct):
    v: dict[str, Value]
    at: _Instant | None = None


_BODY = msgspec.json.Decoder(_Body)
_decode = _BODY.decode


class _Props:
    """Reads `props` of every thing of a kind. The hot path: a device that reports changes sends one value or two, so the
    work is by the values that came, not by the points there are."""

    __slots__ = ("_checks",)

    def __init__(self, model: ThingModel) -> None:
        self._checks = {point.name: _check(point) for point in model.points}

    def __call__(self, payload: bytes) -> list[Update]:
        try:
            body = _decode(payload) if len(payload) <= SHORT else typed(payload, _BODY)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            body = typed(payload, _BODY)  # which says why not
        device_at = None if body.at is None else body.at / 1000
        checks = self._checks
        updates: list[Update] = []
        for name, value in body.v.items():
            check = checks.get(name)
            if check is None:
                raise Unreadable("unknown_point", _plain(name, MAX_NAME))
            kind, low, high, allowed = check
            if type(value) is not kind:
                value = _as(kind, value, name)
            possible = _printable(value) if kind is str else low <= value <= high  # type: ignore[arg-type, operator]
            if allowed is not None and value not in allowed:
                possible = False
            updates.append(Sample(name, value if possible else None, device_at))
        return updates


def _as(kind: type, value: Value, name: str) -> Value:
    """A whole number where a fraction may stand is that number; anything else of another type is refused."""
    if kind is float and type(value) is int:
        try:
            return float(value)
        except OverflowError:
            return inf
    raise Unreadable("wrong_type", f"{_plain(name, MAX_NAME)} is no {kind.__name__}")


def _printable(value: str) -> bool:
    return len(value) <= MAX_STRING and value.isprintable()


def _check(point: Point) -> _Check:
    widest = float(SAFE_INTEGER) if point.type == "integer" else sys.float_info.max
    return _Check(
        kind=_TYPES[point.type],
        low=-widest if point.minimum is None else point.minimum,
        high=widest if point.maximum is None else point.maximum,
        allowed=frozenset(point.enum) or None,
    )


class _Events:
    """Reads `events` of every thing of a kind."""

    __slots__ = ("_known",)

    def __init__(self, model: ThingModel) -> None:
        self._known = frozenset(event.name for event in model.told)

    def __call__(self, payload: bytes) -> list[Update]:
        body = typed(payload, _EVENT)
        if body.event not in self._known:
            raise Unreadable("unknown_point", f"no event {_plain(body.event, MAX_NAME)!r}")
        if len(body.data) > MAX_EVENT_FIELDS:
            raise Unreadable("too_big", f"{len(body.data)} fields, at most {MAX_EVENT_FIELDS}")
        data = {_plain(key, MAX_NAME): _event_value(value) for key, value in body.data.items()}
        return [Happening(body.event, data, None if body.at is None else body.at / 1000)]


def _event_value(value: Value) -> Value:
    if isinstance(value, str):
        return _plain(value, MAX_STRING)
    if isinstance(value, int) and abs(value) > SAFE_INTEGER:
        raise Unreadable("wrong_type", "an integer beyond 2^53")
    return value


def _status(payload: bytes) -> list[Update]:
    word = text(payload)
    if word not in ("online", "offline"):
        raise Unreadable("wrong_type", "a status is online or offline")
    return [Online(word == "online")]


def _plain(words: str, limit: int) -> str:
    """The words as one plain line, cut to `limit`."""
    return " ".join(plain(words).split())[:limit]
