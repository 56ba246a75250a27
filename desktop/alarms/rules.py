"""The life cycle of an alarm (ISA-18.2-2016 §5, IEC 62682), as a table. Pure.

What was told (onset, return) and what people did (acknowledge, shelve) move a base state; shelving and out of service are
flags over it that hide it while the evaluation runs on. An alarm that comes out from under them is weighed anew: still
active it needs acknowledging again, otherwise it is normal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Base = Literal["normal", "unacknowledged", "acknowledged", "returned"]
State = Literal["normal", "unacknowledged", "acknowledged", "returned", "shelved", "out_of_service"]
"""`returned` is returned-unacknowledged: over, but nobody said that they saw it."""

Event = Literal["onset", "return", "acknowledge", "shelve", "unshelve", "out", "back"]
"""`unshelve` is by hand or because the time is up; `out` and `back` are the thing leaving and entering service."""

# Pairs that are not named change nothing: a repeated message or press is no mistake.
STEPS: dict[tuple[Base, Event], Base] = {
    ("normal", "onset"): "unacknowledged",
    ("returned", "onset"): "unacknowledged",
    ("unacknowledged", "return"): "returned",
    ("acknowledged", "return"): "normal",
    ("unacknowledged", "acknowledge"): "acknowledged",
    ("returned", "acknowledge"): "normal",
}

WEIGHED_ANEW: dict[Base, Base] = {
    "normal": "normal",
    "unacknowledged": "unacknowledged",
    "acknowledged": "unacknowledged",
    "returned": "normal",
}


@dataclass(frozen=True)
class Life:
    """Where an alarm stands."""

    base: Base = "normal"
    shelved: bool = False
    out: bool = False

    @property
    def state(self) -> State:
        """What is shown: out of service goes before shelved, and both before the base state."""
        return "out_of_service" if self.out else "shelved" if self.shelved else self.base

    @property
    def active(self) -> bool:
        return self.base in ("unacknowledged", "acknowledged")

    @property
    def acknowledged(self) -> bool:
        return self.base in ("normal", "acknowledged")


def base_of(active: bool, acknowledged: bool) -> Base:
    """The base state of the two halves that a row keeps."""
    if active:
        return "acknowledged" if acknowledged else "unacknowledged"
    return "normal" if acknowledged else "returned"


def after(life: Life, event: Event) -> Life:
    """Where the event leads."""
    if event == "shelve":
        return life if life.state in ("normal", "shelved", "out_of_service") else replace(life, shelved=True)
    if event == "unshelve":
        return replace(life, shelved=False, base=WEIGHED_ANEW[life.base]) if life.shelved else life
    if event == "out":
        return replace(life, out=True)
    if event == "back":
        return replace(life, out=False, base=WEIGHED_ANEW[life.base]) if life.out else life
    if event == "acknowledge" and life.state != life.base:
        return life
    return replace(life, base=STEPS.get((life.base, event), life.base))
