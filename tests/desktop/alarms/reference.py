"""The life cycle told another way, slowly: rule by rule, by ISA-18.2's letters, from everything that ever happened.

The program keeps rows of occurrences and moves them; this keeps one letter a rule and looks at all rules after every event.
"""

from __future__ import annotations

from dataclasses import dataclass, field

NAMES = {"B": "unacknowledged", "C": "acknowledged", "D": "returned", "E": "returned", "F": "latched"}


@dataclass
class Ruled:
    """One rule of one thing. Letters as in `test_rules`; times are Unix seconds of the console's clock."""

    thing: str
    rule: str
    comms: bool = False
    life_safety: bool = False
    latch: bool = False
    re_alarm: int = 0
    letter: str = "A"
    alarm: str = ""
    """The newest occurrence."""
    shelf: float | None = None
    explained: str | None = None
    """The alarm that suppresses it."""
    seen_at: float = 0.0
    asks_since: float = 0.0

    @property
    def active(self) -> bool:
        return self.letter in "BC"

    def ended(self) -> str:
        return {"B": "E" if self.latch else "D", "C": "F" if self.latch else "A"}.get(self.letter, self.letter)


@dataclass
class Reference:
    """Everything there is. `parents` maps a thing to the one it speaks through."""

    rules: dict[tuple[str, str], Ruled]
    parents: dict[str, str]
    out: set[str] = field(default_factory=set)
    told: set[tuple[str, bool]] = field(default_factory=set)

    # What is told

    def tell(self, key: tuple[str, str], alarm: str, active: bool, now: float, onset: float) -> None:
        if (alarm, active) in self.told:
            return
        self.told.add((alarm, active))
        one = self.rules[key]
        self.lift_expired(one, now)
        if active:
            one.alarm, one.letter, one.explained, one.asks_since = alarm, "B", None, onset
        else:
            one.letter = one.ended()
        self.explain(now)

    def explain(self, now: float) -> None:
        for one in self.rules.values():
            self.put(one, self.explanation(one) if one.active else None, now)

    def explanation(self, one: Ruled) -> str | None:
        if not one.comms or one.life_safety:
            return None
        above = self.parents.get(one.thing)
        while above:
            for other in self.rules.values():
                if other.thing == above and other.comms and other.active:
                    return other.alarm
            above = self.parents.get(above)
        return None

    def put(self, one: Ruled, by: str | None, now: float) -> None:
        was, one.explained = one.explained, by
        if was and not by:
            self.uncovered(one, now)

    # What people and the clock do

    def acknowledge(self, one: Ruled, now: float) -> None:
        self.lift_expired(one, now)
        if not self.covered(one):
            if one.letter in "BDE":
                one.seen_at = now
            one.letter = {"B": "C", "D": "A", "E": "F"}.get(one.letter, one.letter)

    def reset(self, one: Ruled, now: float) -> bool:
        if self.shown(one, now) != "latched":
            return False
        self.lift_expired(one, now)
        one.letter = "A"
        return True

    def shelve(self, one: Ruled, until: float, now: float) -> bool:
        if self.shown(one, now) not in NAMES.values():
            return False
        self.lift_expired(one, now)
        one.shelf = until
        one.letter = {"C": "B", "F": "E"}.get(one.letter, one.letter)
        return True

    def unshelve(self, one: Ruled, now: float) -> bool:
        if one.shelf is None:
            return False
        one.shelf = None
        self.uncovered(one, now)
        return True

    def beat(self, now: float) -> None:
        for one in self.rules.values():
            self.lift_expired(one, now)
        for one in self.rules.values():
            if one.letter == "C" and one.re_alarm and not self.covered(one) and one.seen_at + one.re_alarm <= now:
                one.letter, one.asks_since = "B", now

    def back(self, thing: str, now: float) -> None:
        self.out.discard(thing)
        for one in self.rules.values():
            if one.thing == thing:
                self.uncovered(one, now)

    def gone(self, alarms: set[str], now: float) -> None:
        """Only these are active, the field service says."""
        for one in self.rules.values():
            if one.active and one.alarm not in alarms:
                self.told.add((one.alarm, False))
                self.lift_expired(one, now)
                one.letter = one.ended()
        self.explain(now)

    # What is seen

    def covered(self, one: Ruled) -> bool:
        return one.shelf is not None or one.explained is not None or one.thing in self.out

    def uncovered(self, one: Ruled, now: float) -> None:
        """It came out from under one cover: from under the last it is weighed anew."""
        if self.covered(one) or one.letter == "A":
            return
        if one.active:
            one.letter, one.asks_since = "B", now
        else:
            one.letter = "F" if one.latch else "A"

    def lift_expired(self, one: Ruled, now: float) -> None:
        if one.shelf is not None and one.shelf <= now:
            self.unshelve(one, now)

    def shown(self, one: Ruled, now: float) -> str:
        """What a list says of the rule; "normal" is not listed."""
        shelved = one.shelf is not None and one.shelf > now
        expired = one.shelf is not None and not shelved
        if one.letter == "A":
            return "normal"
        over = expired and not one.explained and not one.active and not one.latch
        if one.thing in self.out:
            return "normal" if over else "out_of_service"
        if shelved or one.explained:
            return "shelved" if shelved else "suppressed"
        if expired:
            return "unacknowledged" if one.active else "latched" if one.latch else "normal"
        return NAMES[one.letter]
