"""The life cycle of an alarm (ISA-18.2-2016 §5, IEC 62682), as a table. Pure.

What was told (onset, return) and what people did (acknowledge, reset) move a base state; shelved, suppressed by design and
out of service are flags over it that hide it while the evaluation runs on. An alarm that comes out from under the last of
them is weighed anew: still active it needs acknowledging again, otherwise it is over. A latching alarm that is over stays
in sight as `latched` until a person resets it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Base = Literal["normal", "unacknowledged", "acknowledged", "returned", "latched"]
State = Literal[
    "normal", "unacknowledged", "acknowledged", "returned", "latched", "shelved", "suppressed", "out_of_service"
]
"""`returned` is returned-unacknowledged: over, but nobody said that they saw it (of a latching alarm that is ISA's
latched-unacknowledged). `latched` is latched-acknowledged: over and seen, not yet reset."""

Event = Literal[
    "onset", "return", "acknowledge", "reset", "realarm", "shelve", "unshelve", "suppress", "unsuppress", "out", "back"
]
"""`unshelve` is by hand or because the time is up; `realarm` is the time since the acknowledgement being up; `suppress` and
`unsuppress` follow the alarm that explains this one; `out` and `back` are the thing leaving and entering service."""

# Pairs that are not named change nothing: a repeated message or press is no mistake.
STEPS: dict[tuple[Base, Event], Base] = {
    ("normal", "onset"): "unacknowledged",
    ("returned", "onset"): "unacknowledged",
    ("latched", "onset"): "unacknowledged",
    ("unacknowledged", "return"): "returned",
    ("acknowledged", "return"): "normal",
    ("unacknowledged", "acknowledge"): "acknowledged",
    ("returned", "acknowledge"): "normal",
    ("acknowledged", "realarm"): "unacknowledged",
    ("latched", "reset"): "normal",
}

WEIGHED_ANEW: dict[Base, Base] = {
    "normal": "normal",
    "unacknowledged": "unacknowledged",
    "acknowledged": "unacknowledged",
    "returned": "normal",
    "latched": "latched",
}

BY_PEOPLE: frozenset[Event] = frozenset({"acknowledge", "reset", "realarm"})
"""What is said to, or of, an alarm in sight; one that is hidden does not hear it."""


@dataclass(frozen=True)
class Life:
    """Where an alarm stands. `latch` is its rule's: whether it must be reset."""

    base: Base = "normal"
    shelved: bool = False
    out: bool = False
    suppressed: bool = False
    latch: bool = False

    @property
    def state(self) -> State:
        """What is shown: out of service goes before shelved, shelved before suppressed, and all before the base state."""
        if self.out:
            return "out_of_service"
        return "shelved" if self.shelved else "suppressed" if self.suppressed else self.base

    @property
    def active(self) -> bool:
        return self.base in ("unacknowledged", "acknowledged")

    @property
    def acknowledged(self) -> bool:
        return self.base in ("normal", "acknowledged", "latched")


def base_of(active: bool, acknowledged: bool, latched: bool = False) -> Base:
    """The base state of the halves that a row keeps; `latched` is that nobody has reset it."""
    if active:
        return "acknowledged" if acknowledged else "unacknowledged"
    if not acknowledged:
        return "returned"
    return "latched" if latched else "normal"


def after(life: Life, event: Event) -> Life:
    """Where the event leads."""
    if event == "shelve":
        return replace(life, shelved=True) if life.state == life.base != "normal" else life
    if event == "suppress":
        return replace(life, suppressed=True) if life.active else life
    if event == "out":
        return replace(life, out=True)
    if event == "unshelve":
        return _weighed(replace(life, shelved=False)) if life.shelved else life
    if event == "unsuppress":
        return _weighed(replace(life, suppressed=False)) if life.suppressed else life
    if event == "back":
        return _weighed(replace(life, out=False)) if life.out else life
    if event in BY_PEOPLE and life.state != life.base:
        return life
    base = STEPS.get((life.base, event), life.base)
    return replace(life, base=base if event == "reset" else _held(life, base))


def _weighed(life: Life) -> Life:
    return replace(life, base=_held(life, WEIGHED_ANEW[life.base])) if life.state == life.base else life


def _held(life: Life, base: Base) -> Base:
    """The latch holds what would be over."""
    return "latched" if life.latch and base == "normal" and life.base != "normal" else base
