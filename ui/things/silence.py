"""What is silent, since when, and what explains it. Pure: views and readings in, rows out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from desktop.things.model import Reading
from desktop.things.quality import Hearing
from desktop.things.service import Things
from desktop.things.views import ThingView

How = Literal["offline", "stale", "never"]
"""Offline: it, or what it speaks through, said goodbye. Stale: it says it is there, and tells nothing. Never: no value
of it was ever seen."""

DAY = 86_400.0
DEAD = "dead"
"""What the page of devices is asked for by, for the list of what is silent; "dead/water" for a system's."""


@dataclass(frozen=True, slots=True)
class Silent:
    """One thing that is not heard. `last` is when its newest value came, in Unix seconds; None for never."""

    view: ThingView
    how: How
    last: float | None

    def days(self, now: float) -> float | None:
        """Days since its last value, as of now (Unix seconds)."""
        return None if self.last is None else max(0.0, now - self.last) / DAY


@dataclass(frozen=True, slots=True)
class Census:
    """How many tell what: the one count for overview, sidebar, status strip and list."""

    online: int = 0
    """Those that say they are there and are not silent."""
    silent: tuple[Silent, ...] = ()
    doubtful: Mapping[str, Hearing] = field(default_factory=dict)
    """Those that tell only what cannot be read, or was only replayed, by id."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Something silent, with what is silent because of it."""

    root: Silent
    because: tuple[Silent, ...] = ()


def newest(readings: Mapping[str, Reading]) -> float | None:
    """When the thing's newest value was told. Of a replayed one, whose own time is known, that time: when it was
    replayed says nothing."""
    times = [
        reading.device_at if reading.quality == "uncertain" and reading.device_at else reading.at
        for reading in readings.values()
        if reading.quality != "none" and reading.at
    ]
    return max(times, default=None)


def silent(view: ThingView, readings: Mapping[str, Reading], online: bool | None) -> Silent | None:
    """How a thing that tells none of its main values is silent (`Things.hearings`). `online` is the device's own last word,
    which stays when the line to the site is gone: a lost line makes no device dead."""
    last = newest(readings)
    if online is False:
        return Silent(view, "offline", last)
    if last is None:
        return Silent(view, "never", None)
    lost = any(reading.quality == "offline" for reading in readings.values())
    return None if lost else Silent(view, "stale", last)


def census(views: Iterable[ThingView], things: Things) -> Census:
    """Counts the things. What is out of service is not looked for."""
    heard = things.hearings()
    silent_: dict[str, Silent] = {}
    doubtful: dict[str, Hearing] = {}
    online = 0
    for view in views:
        told = heard.get(view.id, "none")
        if not view.out_of_service and told in ("stale", "none"):
            found = silent(view, things.readings(view.id), things.online(view.id))
            if found is not None:
                silent_[view.id] = found
        elif not view.out_of_service and told in ("bad", "uncertain"):
            doubtful[view.id] = told
        online += view.online is True and view.id not in silent_
    return Census(online, tuple(silent_.values()), doubtful)


def explained(silent_: Sequence[Silent]) -> list[Cause]:
    """Each thing under the silent one it speaks through; the longest silent first, what was never seen last."""
    by_id = {one.view.id: one for one in silent_}
    under: dict[str, list[Silent]] = {}
    roots: list[Silent] = []
    for one in silent_:
        top = _top(one, by_id)
        if top is one:
            roots.append(one)
        else:
            under.setdefault(top.view.id, []).append(one)
    return [
        Cause(root, tuple(sorted(under.get(root.view.id, ()), key=_longest))) for root in sorted(roots, key=_longest)
    ]


def _top(one: Silent, by_id: Mapping[str, Silent]) -> Silent:
    """The last silent thing on the way up that said goodbye; a gateway that merely tells nothing explains nobody."""
    seen = {one.view.id}
    while True:
        parent = by_id.get(one.view.parent_id)
        if parent is None or parent.how != "offline" or parent.view.id in seen:
            return one
        seen.add(parent.view.id)
        one = parent


def _longest(one: Silent) -> tuple[bool, float, str]:
    return one.last is None, one.last or 0.0, one.view.name
