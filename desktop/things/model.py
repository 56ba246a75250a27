"""What a thing is, once its description was read: the types that panels, alarms, history and simulator share.

A *thing model* (a W3C WoT Thing Model file in `resources/things`) describes a kind; a *thing* is one
device of a kind, or of no kind that we know (Home Assistant discovery describes its own).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from desktop.kernel.words import Text

Value = bool | int | float | str
"""What a point can hold. Numbers are finite."""

Danger = Literal["none", "A", "B", "C"]
"""What an act can do (reliability-security: A opens once, B keeps open, C silences or opens all)."""

Priority = Literal["critical", "high", "medium", "low"]

ONLINE = "$online"
"""The point every thing has: whether it is reachable. Its slot is the first of the thing's slots."""


Severity = Literal["life", "major", "minor", "comfort"]
"""What an alarm leads to when nobody acts: harm to people, loss of a service or of property, damage that is small, or
nothing but a nuisance."""

Medium = Literal["", "electricity", "water", "gas", "heat"]

Flow = Literal["used", "inside", "made", "charged", "discharged"]
"""Whom what a counter counts goes to: to those who use it; to the device that it is built into, which stands behind a meter
as a rule; from the sun to the house; into a store, and out of it again."""


class Counter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What makes a point a counter: it only grows, until it rolls over or its device is replaced."""

    medium: Medium = ""
    """What it meters; empty for running hours, trips and the like."""
    rollover: float | None = None
    """It goes on at 0 after reaching this, as 1,000,000 for six digits; None when it never does."""
    flow: Flow = "used"


class Grade(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an index is called up to a number, and the colour that belongs to it."""

    to: float
    title: Text
    colour: Annotated[str, Meta(pattern="^#[0-9A-Fa-f]{6}$")]


class Index(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number and a grade that people know better than the reading (`desktop.things.index`)."""

    title: Text
    steps: Annotated[tuple[tuple[float, float], ...], Meta(min_length=2)]
    """Readings and their index, from low to high; straight between them."""
    grades: Annotated[tuple[Grade, ...], Meta(min_length=1)]
    """From low to high; each goes up to its `to`, that itself too."""
    source: Annotated[str, Meta(min_length=1)]
    """Where steps and grades come from."""


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
    counter: Counter | None = None
    index: Index | None = None
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
    nor: tuple[Value, ...] = ()
    """Beside `differs`: other values that are no difference either."""

    @property
    def numeric(self) -> bool:
        """Whether it is a limit on a number."""
        return self.above is not None or self.below is not None


def _lowest(*ends: Condition) -> float:
    return max(end.above for end in ends if end.above is not None)


def _highest(*ends: Condition) -> float:
    return min(end.below for end in ends if end.below is not None)


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
    source: Text
    """Where the limit comes from, as a standard, a maker's sheet or our own default."""
    on_delay: float = 0.0
    off_delay: float = 0.0
    deadband: float = 0.0
    severity: Severity | None = None
    respond_within: float | None = None
    """Minutes a person has before the consequence comes. With the severity it makes the priority
    (`desktop.things.priority`)."""
    latch: bool = False
    """Stays in sight after its return until a person resets it (ISA-18.2 latched): what happened must be looked at."""
    re_alarm: float = 0.0
    """Seconds after which an acknowledged alarm that still stands asks again; 0 never."""
    life_safety: bool = False
    case: str | None = None
    """The case definition that "turn into a case" starts."""
    case_fields: Mapping[str, str] = {}
    """What that case is opened with beside the alarm's own words, as `{"kind": "security"}`."""
    maximum_limit: float | None = None
    """The highest `above` that the source allows: a site may set a lower one, never a higher."""
    start_case: bool = False
    """Whether the onset itself starts that case, without a person."""

    @property
    def point(self) -> str:
        """The point whose value the alarm shows: that of its first condition."""
        return self.when[0].point

    @property
    def limits(self) -> tuple[Condition, ...]:
        """`when` without the far ends of ranges: of `below` 197.9 and `above` 110 for one point the first is the limit, and
        the second only says from where on another, graver rule speaks."""
        return tuple(each for place, each in enumerate(self.when) if self.near_end(place) is None)

    def near_end(self, place: int) -> Condition | None:
        """The condition whose range the one at `place` closes; None when it closes none."""
        here = self.when[place]
        near = (each for each in self.when[:place] if each.point == here.point and each.numeric and here.numeric)
        return next((each for each in near if (each.above is None) != (here.above is None)), None)

    def far_end(self, near: Condition) -> Condition | None:
        """The condition that closes the range which this one begins; None when it stands for itself."""
        return next((each for place, each in enumerate(self.when) if self.near_end(place) is near), None)

    @property
    def empty_range(self) -> int | None:
        """The place in `when` of a far end that leaves nothing of its range: the alarm could never come."""
        for place, far in enumerate(self.when):
            near = self.near_end(place)
            if near is not None and _lowest(near, far) > _highest(near, far):
                return place
        return None

    @property
    def comms(self) -> bool:
        """Whether it tells of a lost line and of nothing else: then an offline parent explains it."""
        return all(condition.point == ONLINE for condition in self.when)


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """Something a thing can be told to do. Drawn, not carried out, until commands have their safety rules."""

    name: str
    title: Text
    danger: Danger = "none"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something a thing tells that is no lasting value, as a passage or a pressed button."""

    name: str
    title: Text
    media: str = ""
    """`image/jpeg` for a still picture: it comes as it is, on a topic of its own (`…/things/<thing>/<event>`), and is
    listened to only when an alarm asks for it. Empty for what is told in words."""
    simulate: Mapping[str, object] = {}


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Points that stand together in the panel, under a heading."""

    title: Text
    points: tuple[str, ...]


class Pump(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Points of one pump or fan in a mimic."""

    title: Text
    running: str
    fault: str = ""
    values: tuple[str, ...] = ()
    """Up to two values written beside it (frequency, current)."""


class PumpsMimic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="shape", tag="pumps"):
    """A tank (its level in %), pumps in parallel, and the pressure behind them."""

    pumps: tuple[Pump, ...]
    level: str = ""
    pressure: str = ""
    automatic: str = ""


class Feeder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One branch of a one-line diagram; every point but the title may be left out."""

    title: Text
    closed: str = ""
    """Whether its breaker is closed (boolean)."""
    tripped: str = ""
    values: tuple[str, ...] = ()


class OneLineMimic(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="shape", tag="one_line"
):
    """Incomers above, one busbar, feeders below."""

    incomers: tuple[Feeder, ...]
    feeders: tuple[Feeder, ...] = ()
    values: tuple[str, ...] = ()
    """Written at the busbar (voltages, frequency)."""


class ShaftMimic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="shape", tag="shaft"):
    """A lift's shaft with its car."""

    floor: str
    direction: str = ""
    """0 standing, 1 up, 2 down."""
    door_closed: str = ""
    occupied: str = ""


Mimic = PumpsMimic | OneLineMimic | ShaftMimic


class Panel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a thing's panel is laid out beyond its main values. Points that no group names stand in one of their own."""

    groups: tuple[Group, ...] = ()
    mimic: Mimic | None = None


class ThingModel(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of thing. `version` is the file's, so that a panel can say what it was drawn from."""

    kind: str
    title: Text
    version: str = "1"
    icon: str = "box"
    system: str = "other"
    """The system it belongs to on the overview: water, power, lift, fire, gas, flood, access, security, energy, light,
    environment, care, network, other."""
    indicator: str = ""
    """The row of the 50 indicators it serves, as "PUB-14"."""
    points: tuple[Point, ...] = ()
    alarms: tuple[AlarmRule, ...] = ()
    actions: tuple[Action, ...] = ()
    events: tuple[Event, ...] = ()
    panel: Panel = Panel()

    @property
    def told(self) -> tuple[Event, ...]:
        """The events that come as words."""
        return tuple(event for event in self.events if not event.media)

    @property
    def still(self) -> str:
        """The event that brings a picture of what it sees; empty for what sees nothing."""
        return next((event.name for event in self.events if event.media), "")

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
    parent: str = ""
    """The id of the gateway, bridge or controller it speaks through: when that is gone, so is this."""
    use: str = ""
    """What a meter's consumption is for, as "lighting" or "supply" (`desktop.energy`)."""
    not_understood: tuple[str, ...] = ()
    """What its description said that we could not read (a template, a component), in plain words."""
    simulated: bool = False
    unchanged: ThingModel | None = None
    """The model as its file or its device has it, where the site set single values otherwise."""


Quality = Literal["good", "uncertain", "stale", "offline", "bad", "none"]
"""Good: live. Uncertain: replayed (retained), its age unknown. Stale: too old. Offline: the device or the line is
gone. Bad: the device sent what cannot be read. None: never seen."""


class Reading(msgspec.Struct, frozen=True):
    """A point's latest value. `at` is when it was received, `device_at` what the device said, both Unix seconds."""

    value: Value | None
    quality: Quality
    at: float
    device_at: float | None = None
