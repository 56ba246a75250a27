"""Many alarms at once, made bearable: floods, groups with their first-out, and chatter (ISA-18.2, EEMUA 191). Pure.

Nothing is ever dropped here: a group's alarms stay in it, and a proposal is a proposal.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal, Protocol

from desktop.alarms.rules import State
from desktop.alarms.views import PRIORITIES, AlarmView, Silence
from desktop.kernel.words import Text

WINDOW = timedelta(minutes=10)
BEGINS_ABOVE = 10
ENDS_BELOW = 5
"""A flood begins with more than 10 annunciations in 10 minutes and ends with fewer than 5, for each operator position."""

BURST_GAP = timedelta(seconds=60)
"""Onsets further apart than this are not one event."""

CHATTER = 3
CHATTER_WINDOW = timedelta(seconds=60)
"""Three or more onsets and returns of one rule within a minute are chatter."""

HIDDEN = frozenset[State]({"shelved", "suppressed", "out_of_service"})
DELAYS = (5, 10, 15, 30, 60, 120, 300)
"""Seconds that a proposal chooses from: round figures that a person would set."""

HOVERING = 0.05
"""As a share of the limit: values this near say that the point moves about its limit."""

EEMUA_DEADBAND: Mapping[str, float] = {
    "m³/h": 0.05, "L/min": 0.05, "L/s": 0.05, "°C": 0.01,
    "kPa": 0.02, "MPa": 0.02, "bar": 0.02, "Pa": 0.02, "mm": 0.02, "m": 0.02, "%": 0.02,
}  # fmt: skip
"""EEMUA 191's starting deadbands by what is measured: flow 5 %, temperature 1 %, pressure and level 2 %. They are shares of
the range; we take the limit in its stead, which is less."""

OTHER_DEADBAND = 0.01


class Told(Protocol):
    """What is asked of an alarm to know when it sounded; an `AlarmView` has it."""

    @property
    def state(self) -> State: ...
    @property
    def onset_at(self) -> datetime: ...
    @property
    def silent(self) -> Silence: ...
    @property
    def asks_since(self) -> datetime | None: ...


def annunciations(alarms: Iterable[Told]) -> list[datetime]:
    """When each of these alarms sounded, in order: at its onset unless that was hidden, and when it came to ask anew. What
    is hidden now does not count: it explains itself."""
    seen = [alarm for alarm in alarms if alarm.state not in HIDDEN]
    onsets = [alarm.onset_at for alarm in seen if not alarm.silent]
    return sorted([*onsets, *(a.asks_since for a in seen if a.asks_since and a.asks_since != a.onset_at)])


def in_flood(sounded: Sequence[datetime], now: datetime, was: bool) -> bool:
    """Whether it is a flood now. `sounded` are the annunciations of one operator position in order (those older than ten
    minutes do not count), `was` is the answer before: between 5 and 10 it stays as it was."""
    count = bisect_right(sounded, now) - bisect_right(sounded, now - WINDOW)
    return count >= ENDS_BELOW if was else count > BEGINS_ABOVE


@dataclass(frozen=True)
class Group:
    """Alarms that have one cause, as far as one can tell. Shown as its head with "N more"."""

    key: str
    """Stable while the group lasts: "thing:<id>", "place:<path>", or "alarm:<id>" for one that stands alone."""
    thing_id: str | None
    """The thing at the root: its name is the group's title. None for a group by place."""
    place_path: tuple[str, ...]
    """The title of a group by place; else where its head is."""
    alarms: tuple[AlarmView, ...]
    """The most urgent first, and of equals the one that began first."""
    first: str | None
    """The id of the first-out alarm: the earliest of the group's latest burst, where that has two or more."""

    @property
    def head(self) -> AlarmView:
        """The alarm that is annunciated for all."""
        return self.alarms[0]

    @property
    def more(self) -> int:
        """How many stand behind the head."""
        return len(self.alarms) - 1


def groups(alarms: Iterable[AlarmView], parents: Mapping[str, str], flood: bool) -> tuple[Group, ...]:
    """Alarms by the root of their thing (the top of the chain of `parents`); in a flood those that stand alone are drawn
    together by building. The most urgent group first, and of equals the newest."""
    by_root: dict[str, list[AlarmView]] = defaultdict(list)
    for alarm in alarms:
        by_root[_root(alarm, parents)].append(alarm)
    found = [_group(f"thing:{root}", root, members) for root, members in by_root.items() if len(members) > 1]
    alone = [members[0] for members in by_root.values() if len(members) == 1]
    by_place: dict[tuple[str, ...], list[AlarmView]] = defaultdict(list)
    for alarm in alone:
        by_place[alarm.place_path[:1] if flood else ()].append(alarm)
    for path, members in by_place.items():
        if path and len(members) > 1:
            found.append(_group(f"place:{' / '.join(path)}", None, members, path))
        else:
            found += [_group(f"alarm:{alarm.id}", alarm.thing_id, [alarm]) for alarm in members]
    newest = sorted(found, key=lambda group: max(alarm.onset_at for alarm in group.alarms), reverse=True)
    return tuple(sorted(newest, key=lambda group: PRIORITIES.index(group.head.priority)))


def _root(alarm: AlarmView, parents: Mapping[str, str]) -> str:
    seen, at = {alarm.thing_id}, alarm.thing_id
    above = parents.get(at) or alarm.parent_id
    while above and above not in seen:
        seen.add(above)
        at, above = above, parents.get(above)
    return at


def _group(key: str, thing_id: str | None, members: list[AlarmView], path: tuple[str, ...] = ()) -> Group:
    in_time = sorted(members, key=lambda alarm: (alarm.onset_at, alarm.id))
    urgent_first = sorted(in_time, key=lambda alarm: PRIORITIES.index(alarm.priority))
    return Group(key, thing_id, path or urgent_first[0].place_path, tuple(urgent_first), _first_out(in_time))


def _first_out(in_time: Sequence[AlarmView]) -> str | None:
    """The earliest of the latest burst; one alone is first of nothing."""
    start = len(in_time) - 1
    while start > 0 and in_time[start].onset_at - in_time[start - 1].onset_at <= BURST_GAP:
        start -= 1
    return in_time[start].id if start < len(in_time) - 1 else None


@dataclass(frozen=True)
class Proposal:
    """What would quiet a chattering rule. Never applied by the program: a person decides and sets it at the thing."""

    thing_id: str
    thing_name: str
    rule: str
    title: Text
    per_minute: int
    """The most onsets and returns seen within one minute."""
    change: Literal["on_delay", "off_delay", "deadband"]
    value: float
    """Seconds of a delay, or the deadband in `unit`."""
    unit: str
    why: Literal["every_hit_counts", "hovers", "short_hits"]
    """`every_hit_counts`: even one hit needs an act, so it may stay longer but must not come later. `hovers`: the value
    moves about its limit. `short_hits`: it is over again before anybody could act."""


def proposals(log: Iterable[AlarmView]) -> tuple[Proposal, ...]:
    """The rules that chatter in this log, the worst first, each with what would quiet it (rule of thumb: action needed
    even for one hit → off-delay, otherwise on-delay)."""
    by_rule: dict[tuple[str, str], list[AlarmView]] = defaultdict(list)
    for alarm in log:
        if alarm.silent == "out_of_service":
            # Who maintains a device tries its alarms.
            continue
        by_rule[alarm.thing_id, alarm.rule].append(alarm)
    found = [_proposal(sorted(past, key=lambda a: a.onset_at)) for past in by_rule.values()]
    chattering = [one for one in found if one.per_minute >= CHATTER]
    return tuple(sorted(chattering, key=lambda one: (-one.per_minute, one.thing_id, one.rule)))


def _proposal(past: Sequence[AlarmView]) -> Proposal:
    last = past[-1]
    change: Literal["on_delay", "off_delay", "deadband"]
    why: Literal["every_hit_counts", "hovers", "short_hits"]
    if last.life_safety or last.priority == "critical":
        change, why, value = "off_delay", "every_hit_counts", _delay(_gaps(past))
    elif (band := _deadband(past)) is not None:
        change, why, value = "deadband", "hovers", band
    else:
        change, why, value = "on_delay", "short_hits", _delay(_hits(past))
    unit = last.unit if change == "deadband" else "s"
    rate = _per_minute(past)
    return Proposal(last.thing_id, last.thing_name, last.rule, last.title, rate, change, value, unit, why)


def _per_minute(past: Sequence[AlarmView]) -> int:
    instants = sorted(at for alarm in past for at in (alarm.onset_at, alarm.returned_at) if at is not None)
    return max(bisect_right(instants, at + CHATTER_WINDOW) - n for n, at in enumerate(instants))


def _hits(past: Sequence[AlarmView]) -> list[float]:
    """How long it was in alarm each time, seconds."""
    return [(alarm.returned_at - alarm.onset_at).total_seconds() for alarm in past if alarm.returned_at]


def _gaps(past: Sequence[AlarmView]) -> list[float]:
    """How long it was quiet in between, seconds."""
    return [(b.onset_at - a.returned_at).total_seconds() for a, b in pairwise(past) if a.returned_at]


def _delay(spans: Iterable[float]) -> float:
    """The round figure over the spans of the chatter; what lasted longer than a minute was none."""
    longest = max((span for span in spans if span <= CHATTER_WINDOW.total_seconds()), default=0.0)
    return next(float(seconds) for seconds in DELAYS if seconds > longest or seconds == DELAYS[-1])


def _deadband(past: Sequence[AlarmView]) -> float | None:
    """For values that stay near a limit that is a number; None for others."""
    limit = past[-1].limit
    if isinstance(limit, bool | str) or not limit:
        return None
    for alarm in past:
        if isinstance(alarm.value, bool | str) or alarm.value is None:
            return None
        if abs(alarm.value - limit) > HOVERING * abs(limit):
            return None
    share = EEMUA_DEADBAND.get(past[-1].unit, OTHER_DEADBAND)
    return float(f"{abs(limit) * share:.2g}")
