"""How devices are understood: a dialect reads descriptions and binds topics to points.

A dialect is written once for a way of speaking MQTT (Linli's own topics; Home Assistant discovery); a new device or kind
is data to it. The field service owns the connection and calls dialects with bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from desktop.things.model import Thing, Value


class Sample(msgspec.Struct, frozen=True, gc=False):
    """A new value of a point. `value` None means that the device sent something that is no value of this point: the
    point turns bad. `device_at` is the device's own time in Unix seconds, where it told one."""

    point: str
    value: Value | None
    device_at: float | None = None


class Online(msgspec.Struct, frozen=True, gc=False):
    """The device said it is there, or its last will said it is not."""

    online: bool


class Happening(msgspec.Struct, frozen=True):
    """The device told an event."""

    event: str
    data: Mapping[str, Value] = {}
    device_at: float | None = None


Update = Sample | Online | Happening

Binding = Callable[[bytes], Iterable[Update]]
"""Reads one payload of one topic. Raises Unreadable, and nothing else, for whatever bytes come."""


@dataclass(frozen=True)
class Described:
    """A thing as its latest description has it, with the binding of every topic it speaks on.

    A dialect that learns a thing piece by piece (Home Assistant: an entity at a time) returns the whole thing anew each
    time; points it already had keep their names.
    """

    thing: Thing
    bindings: Mapping[str, Binding]


@dataclass(frozen=True)
class Withdrawn:
    """The thing took its description back: it is gone."""

    thing_id: str


class Dialect(Protocol):
    """One way of describing devices."""

    name: str

    def description_filters(self) -> Sequence[Sequence[str]]:
        """Topic filters of descriptions, in slices: each slice is subscribed after the one before was answered and went
        quiet, because brokers silently drop the rest of a large retained set (mqtt.md §0.3)."""
        ...

    def value_filters(self) -> Sequence[str]:
        """Filters that cover every thing's values; a bound topic that none of them matches is subscribed by itself."""
        ...

    def describe(self, topic: str, payload: bytes) -> Sequence[Described | Withdrawn]:
        """What a description says; empty when the topic is none of this dialect's. Raises Unreadable."""
        ...


class Unreadable(Exception):
    """Bytes from outside that are refused. `reason` is a key of the rejected counters and of the words under
    `check.rejected.<reason>`; `detail` is plain English."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


REASONS = (
    "not_utf8", "not_json", "too_big", "too_deep", "not_finite", "surrogate", "wrong_type", "bad_description",
    "unknown_thing", "unknown_point", "unknown_topic", "huge_topic", "template", "internal",
)  # fmt: skip
"""Every reason there is, so that the check page can name them."""
