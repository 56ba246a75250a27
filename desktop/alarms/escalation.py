"""Who is called when nobody acknowledges an alarm: the ladder of posts and times. Pure.

The ladder is data (`resources/alarms/escalation.toml`), so that a site may set its own times.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import msgspec

from desktop.alarms.views import PRIORITIES
from desktop.people.duty import Post
from desktop.things.model import Priority
from resources.loader import DataFileError, folder, load


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At `after` minutes of asking these posts are called."""

    after: float
    posts: tuple[Post, ...]


Ladder = tuple[Step, ...]
"""Step 0 is who the alarm is for from the beginning; an alarm at step n went up n times."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    life_safety: dict[Priority, Ladder]
    other: dict[Priority, Ladder]


def ladder(priority: Priority, life_safety: bool) -> Ladder:
    """The steps of an alarm. Raises DataFileError when the file itself is wrong."""
    file = _file()
    return (file.life_safety if life_safety else file.other)[priority]


def reached(steps: Ladder, waited: timedelta) -> int:
    """The number of the last step whose time is up."""
    minutes = waited.total_seconds() / 60
    return max(sum(step.after <= minutes for step in steps) - 1, 0)


def read_ladders(path: Path) -> _File:
    """Raises DataFileError for a priority without a ladder, and for one that does not begin at 0 and rise."""
    file = load(path, _File)
    for name, ladders in (("life_safety", file.life_safety), ("other", file.other)):
        for priority in PRIORITIES:
            steps = ladders.get(priority, ())
            if not steps or steps[0].after != 0 or not all(step.posts for step in steps):
                raise DataFileError(path, 0, f"{name}.{priority} needs a first step at 0, and posts at every step")
            if any(low.after >= high.after for low, high in pairwise(steps)):
                raise DataFileError(path, 0, f"the steps of {name}.{priority} must rise")
    return file


@cache
def _file() -> _File:
    return read_ladders(folder("alarms", "escalation.toml"))
