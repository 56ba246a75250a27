"""What the field service and the console tell each other, in a thread or across two processes.

Values do not travel here: the console reads them from the latest-value table (`latest.py`).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from desktop.things.model import Priority, Thing, Value
from desktop.things.overrides import Overrides

LinkState = Literal["off", "connecting", "up", "lost"]


class FieldSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the field service needs to start."""

    broker: str
    """`mqtt://HOST:PORT` or `mqtts://HOST:PORT`."""
    community: str
    """The 12-digit code; the service listens to `linli/1/<community>/#`."""
    data_dir: str
    """Holds `telemetry.db` (may be deleted) and `handover.db` (alarm changes not yet in the records store)."""
    key: bytes
    """32 bytes for both files."""
    discovery_prefix: str = "homeassistant"
    capacity: int = 65_536
    """Slots of the latest-value table, one a point."""
    utc_offset: int = 480
    """Minutes by which the community's clock is ahead of UTC: its days are what is summed up."""
    qos: Literal[0, 1] = 0
    """At which values are asked for."""
    username: str = ""
    password: str = ""
    things_dir: str = ""
    """Holds the site's own kinds; `things` in `data_dir` when empty."""
    overrides: dict[str, Overrides] = {}
    """What the site sets otherwise, by thing."""


class ThingSeen(msgspec.Struct, frozen=True, tag=True):
    """A thing was described, for the first time or anew. Point i of its model has slot `slot + 1 + i`."""

    thing: Thing
    slot: int


class ThingGone(msgspec.Struct, frozen=True, tag=True):
    """A thing's description was withdrawn (empty retained payload)."""

    thing_id: str


class AlarmChange(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """An alarm began or ended. Already durable in the hand-over file; answered by `AlarmStored`."""

    seq: int
    """Its number in the hand-over file; 0 for an active alarm that is told again though it was stored."""
    alarm_id: str
    """Deterministic: thing, rule, onset."""
    thing_id: str
    thing_name: str
    kind: str
    point: str
    rule: str
    priority: Priority
    active: bool
    onset_ms: int
    at_ms: int
    """When it changed: the onset when active, the return when not."""
    value: Value | None
    limit: Value | None
    unit: str
    title: dict[str, str]
    cause: dict[str, str]
    consequence: dict[str, str]
    response: dict[str, str]
    life_safety: bool = False
    case: str | None = None
    case_fields: dict[str, str] = {}
    """What that case is opened with beside the alarm's own words."""
    place: str = ""
    """The code of the place where the device says it is; the office's card goes before it."""
    latch: bool = False
    re_alarm: float = 0.0
    """Seconds; 0 never."""
    start_case: bool = False
    comms: bool = False
    """It tells of a lost line and of nothing else."""
    parent: str = ""
    """The thing it speaks through; while that one's line is lost, a `comms` alarm is suppressed."""


class Standing(msgspec.Struct, frozen=True, tag=True):
    """Said once at the service's start, before any change: every alarm it holds for active. What else the records store
    believes active ended while nobody could tell (a restored store, a lost hand-over file)."""

    alarm_ids: tuple[str, ...]


class Happened(msgspec.Struct, frozen=True, tag=True):
    """A device told an event (a passage, a pressed button). For showing; not a business record."""

    thing_id: str
    event: str
    at_ms: int
    data: dict[str, Value]


TroubleKind = Literal["cannot_start", "handover", "history", "urgent", "room", "refused"]


class Trouble(msgspec.Struct, frozen=True):
    """What stands against the intake now. Screens have words for each kind: what happened, what still works, what to do.

    `cannot_start`: nothing is taken in. `handover`: alarms cannot be made durable here. `history`: samples are lost or not
    tidied. `urgent`: what protects lives has no line of its own. `room`: more things than there is room for. `refused`:
    filters the broker does not let us have.
    """

    kind: TroubleKind
    detail: str = ""
    """In plain English, for whoever mends it."""


class Health(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """Sent once a second: how the intake is doing. Every loss is in here."""

    link: LinkState
    link_since_ms: int
    link_detail: str
    messages: int
    rate: float
    rejected: dict[str, int]
    """Refused messages by reason (not_utf8, too_big, too_deep, not_finite, wrong_type, unknown_thing, huge_topic …)."""
    dropped: dict[str, int]
    """What did not reach a queue's end, by queue (history, events). There is no key for alarms: none is ever dropped."""
    queued: dict[str, int]
    things: int
    points: int
    samples_stored: int
    broker_dropped: int | None
    """`$SYS/broker/publish/messages/dropped`, None when the broker does not tell."""
    refused_models: tuple[str, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    """The gravest first."""


class AlarmStored(msgspec.Struct, frozen=True, tag=True):
    """The records store has the change: the hand-over file may forget it."""

    seq: int


class Overridden(msgspec.Struct, frozen=True, tag=True):
    """The site set single values of a thing otherwise; they take the place of those it set before."""

    thing_id: str
    overrides: Overrides


class Stop(msgspec.Struct, frozen=True, tag=True):
    """End the service after writing what is queued."""


FromField = ThingSeen | ThingGone | Standing | AlarmChange | Happened | Health
ToField = AlarmStored | Overridden | Stop
