"""What a thing is, once its description was read: the types that panels, alarms, history and simulator share.

A *thing model* (a W3C WoT Thing Model file in `resources/things`) describes a kind; a *thing* is one
device of a kind, or of no kind that we know (Home Assistant discovery describes its own).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from desktop.kernel.words import Text

Value = bool | int | float | str
"""What a point can hold. Numbers are finite."""

Danger = Literal["none", "A", "B", "C"]
"""What an act can do (reliability-security: A opens once, B keeps open, C silences or opens all)."""

Priority = Literal["critical", "high", "medium", "low"]

ONLINE = "$online"
"""The point every thing has: whether it is reachable. Its slot is the first of the thing's slots."""


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a thing (a WoT property)."""

    name: str
    title: Text
    type: Literal["boolean", "integer", "number", "string"]
    unit: str = ""
    """UCUM code, as "mm" or "%[LEL]"."""
    symbol: str = ""
    """What people read, as "mm" or "%LEL"."""
    minimum: float | None = None
    maximum: float | None = None
    decimals: int = 0
    enum: tuple[Value, ...] = ()
    """The only values there are, where the list is closed; anything else the device sends is bad."""
    labels: Mapping[str, Text] = {}
    """Words for the values of an enumeration or a boolean, keyed by the value's text ("true", "2", "up")."""
    main: bool = False
    """One of the two or three values that matter most: drawn large, with a trend."""
    stale_after: float = 60.0
    """Seconds without a sample after which the value counts as stale."""
    history: Literal["every", "change", "none"] = "change"
    writable: bool = False
    simulate: Mapping[str, object] = {}


class Condition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One comparison of a point; exactly one of the four tests is set."""

    point: str
    above: float | None = None
    """True at the limit and over it (gas 25.0 at a limit of 25 is in alarm)."""
    below: float | None = None
    """True at the limit and under it."""
    equals: Value | None = None
    differs: Value | None = None


class AlarmRule(msgspec.Struct, frozen=True, kw_only=True):
    """When a thing is in alarm, how sure to be of it, and what to do. All of `when` must hold.

    Delays in seconds, deadband in the unit of the limit (ISA-18.2; EEMUA 191 gives the starting values).
    """

    name: str
    when: tuple[Condition, ...]
    priority: Priority
    title: Text
    cause: Text
    consequence: Text
    response: Text
    source: str
    """Where the limit comes from, as a standard, a maker's sheet or our own default."""
    on_delay: float = 0.0
    off_delay: float = 0.0
    deadband: float = 0.0
    life_safety: bool = False
    case: str | None = None
    """The case definition that "turn into a case" starts."""

    @property
    def point(self) -> str:
        """The point whose value the alarm shows: that of its first condition."""
        return self.when[0].point


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """Something a thing can be told to do. Drawn, not carried out, until commands have their safety rules."""

    name: str
    title: Text
    danger: Danger = "none"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something a thing tells that is no lasting value, as a passage or a pressed button."""

    name: str
    title: Text
    simulate: Mapping[str, object] = {}


class ThingModel(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of thing. `version` is the file's, so that a panel can say what it was drawn from."""

    kind: str
    title: Text
    version: str = "1"
    icon: str = "box"
    system: str = "other"
    """The system it belongs to on the overview: water, power, lift, fire, gas, flood, access, energy, light, other."""
    indicator: str = ""
    """The row of the 50 indicators it serves, as "PUB-14"."""
    points: tuple[Point, ...] = ()
    alarms: tuple[AlarmRule, ...] = ()
    actions: tuple[Action, ...] = ()
    events: tuple[Event, ...] = ()

    def point(self, name: str) -> Point | None:
        return next((point for point in self.points if point.name == name), None)


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """One device as the field service knows it."""

    id: str
    """Stable across restarts: the topic's name in Linli's own dialect, `ha-<unique id>` for discovery."""
    name: str
    model: ThingModel
    dialect: Literal["linli", "homeassistant"]
    place: str = ""
    """The place code the device itself announces, as "3-2"; the office's own placing goes before it."""
    maker: str = ""
    not_understood: tuple[str, ...] = ()
    """What its description said that we could not read (a template, a component), in plain words."""
    simulated: bool = False


Quality = Literal["good", "uncertain", "stale", "offline", "bad", "none"]
"""Good: live. Uncertain: replayed (retained), its age unknown. Stale: too old. Offline: the device or the line is
gone. Bad: the device sent what cannot be read. None: never seen."""


class Reading(msgspec.Struct, frozen=True):
    """A point's latest value. `at` is when it was received, `device_at` what the device said, both Unix seconds."""

    value: Value | None
    quality: Quality
    at: float
    device_at: float | None = None
