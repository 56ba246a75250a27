"""What was known when an alarm became a case: values, who acknowledged, pictures. Kept with the case, told as it was."""

from __future__ import annotations

import msgspec

from desktop.kernel.words import Text
from desktop.things.model import Value

EVIDENCE = "evidence"
"""Where a case's `extra` holds it."""

JOINED = "joined"
"""Its field of alarms that joined the case."""


class Series(msgspec.Struct, frozen=True):
    """The last values of one point as (Unix seconds, value), the oldest first."""

    point: str
    title: Text
    unit: str
    """What people read, as "mm"."""
    samples: tuple[tuple[float, Value], ...]


class Still(msgspec.Struct, frozen=True):
    """Where a picture is from that a camera took by itself."""

    camera: str
    at: str
    """ISO 8601."""
    erased: str = ""
    """When the picture was taken away because its time was up; empty while it is there."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What an alarm left with its case."""

    alarm_id: str = ""
    joined: tuple[str, ...] = ()
    """Further alarms of the same trouble that began while the case was open, in order."""
    values: tuple[Series, ...] = ()
    acknowledged_at: str = ""
    """ISO 8601; empty while nobody has."""
    acknowledged_by: str = ""
    pictures: tuple[str, ...] = ()
    """SHA-256 of each (`Alarms.picture`)."""
    stills: dict[str, Still] = {}
    """Those among them that cameras took by themselves, by their SHA-256."""
