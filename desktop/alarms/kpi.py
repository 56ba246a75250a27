"""How good the alarms are, in the figures of ISA-18.2 and EEMUA 191. Pure; made for a year of some hundred thousand alarms.

Times are Unix seconds. An alarm counts once, when it was first told to people: at its onset, or when it came out of hiding.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from math import ceil
from statistics import median
from typing import Literal, NamedTuple

import msgspec

from desktop.alarms.flood import BEGINS_ABOVE, CHATTER, CHATTER_WINDOW, ENDS_BELOW, WINDOW
from desktop.alarms.views import PRIORITIES, Silence
from desktop.kernel.words import Text
from desktop.things.model import Priority
from resources.loader import folder, load

TEN_MINUTES = WINDOW.total_seconds()
MINUTE = CHATTER_WINDOW.total_seconds()
DAY = 86_400
TOP = 10

Rule = tuple[str, str]
"""A thing's id and the rule's name."""


class Past(NamedTuple):
    """One occurrence, as the figures need it."""

    thing_id: str
    rule: str
    priority: Priority
    life_safety: bool
    silent: Silence
    """What hid it at its onset; empty where it was told at once."""
    onset: float
    told: float | None
    """When it was told to people; None where it never was."""
    asked: float
    """Since when it asked for the acknowledgement that it got, or asks."""
    returned: float | None
    acknowledged: float | None
    put_away: bool = False
    """Whether somebody shelved it."""


@dataclass(frozen=True)
class Top:
    """One of the rules that were told most often."""

    thing_id: str
    rule: str
    count: int
    share: float


@dataclass(frozen=True)
class Chatter:
    """A rule that came and went three times or more within a minute."""

    thing_id: str
    rule: str
    per_minute: int


@dataclass(frozen=True)
class Response:
    """How long people took, seconds; None where nobody acknowledged any."""

    count: int
    median: float | None
    ninety: float | None
    """Nine of ten took no longer."""


@dataclass(frozen=True)
class DayFigures:
    """One day of the community's calendar."""

    day: date
    told: Mapping[Priority, int]
    slots_over: int
    """10-minute slots with more than 10 alarms for a position."""
    flood_minutes: float


@dataclass(frozen=True)
class Figures:
    """What the occurrences of a period come to. Shares are from 0 to 1."""

    told: int
    per_hour: float
    """For each operator position."""
    worst_ten_minutes: int
    worst_at: float | None
    slots_over: float
    floods: tuple[tuple[float, float], ...]
    in_flood: float
    top: tuple[Top, ...]
    rules: int
    """How many rules told."""
    top_share: float
    chattering: tuple[Chatter, ...]
    priorities: Mapping[Priority, float]
    response: Mapping[Priority, Response]
    unacknowledged: float
    silent: Mapping[Silence, int]
    """How many nobody was told of at their onset, by what hid them."""
    days: tuple[DayFigures, ...]


def figures(past: Sequence[Past], since: float, until: float, positions: int = 1, offset_minutes: int = 480) -> Figures:
    """Of the occurrences that began from `since` to `until`, for so many operator positions that share them.

    `offset_minutes` is the community's, for its days. Windows begin anew at `since`.
    """
    told = sorted(one.told for one in past if one.told is not None and since <= one.told < until)
    spoke = [one for one in past if one.told is not None]
    length = max(until - since, 1.0)
    worst, worst_at = _worst(told)
    over = [slot for slot, n in _slots(told, since).items() if n > BEGINS_ABOVE * positions]
    floods = _floods(told, until, positions)
    top = _top(spoke)
    by_priority = Counter(one.priority for one in spoke)
    return Figures(
        told=len(told),
        per_hour=len(told) / (length / 3600) / positions,
        worst_ten_minutes=worst,
        worst_at=worst_at,
        slots_over=len(over) / ceil(length / TEN_MINUTES),
        floods=floods,
        in_flood=sum(end - begin for begin, end in floods) / length,
        top=top,
        rules=len({(one.thing_id, one.rule) for one in spoke}),
        top_share=sum(one.share for one in top),
        # Who maintains a device tries its alarms.
        chattering=_chattering([one for one in past if one.silent != "out_of_service"]),
        priorities={name: _share(by_priority[name], len(spoke)) for name in PRIORITIES},
        response={name: _response([one for one in spoke if one.priority == name]) for name in PRIORITIES},
        unacknowledged=_share(sum(one.acknowledged is None and not one.put_away for one in spoke), len(spoke)),
        silent=dict(Counter(one.silent for one in past if one.silent)),
        days=_days(spoke, [since + slot * TEN_MINUTES for slot in over], floods, (since, until), offset_minutes * 60),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _slots(told: Sequence[float], since: float) -> Counter[int]:
    return Counter(int((at - since) // TEN_MINUTES) for at in told)


def _worst(told: Sequence[float]) -> tuple[int, float | None]:
    """The most within any ten minutes, and when those began."""
    most, best, first = 0, None, 0
    for n, at in enumerate(told):
        while told[first] + TEN_MINUTES <= at:
            first += 1
        if n + 1 - first > most:
            most, best = n + 1 - first, told[first]
    return most, best


def _floods(told: Sequence[float], until: float, positions: int) -> tuple[tuple[float, float], ...]:
    """From the alarm that makes more than ten within ten minutes to the moment when fewer than five are left."""
    found: list[tuple[float, float]] = []
    came = gone = 0
    while came < len(told):
        at = told[came]
        came += 1
        while told[gone] + TEN_MINUTES <= at:
            gone += 1
        if came - gone > BEGINS_ABOVE * positions:
            end, came, gone = _calm(told, came, gone, ENDS_BELOW * positions)
            found.append((at, min(end, until)))
    return tuple(found)


def _calm(told: Sequence[float], came: int, gone: int, below: int) -> tuple[float, int, int]:
    """When fewer than `below` are left of those that came and are not gone, and how many had come and gone by then."""
    while True:
        leaves = told[gone] + TEN_MINUTES
        at = min(leaves, told[came]) if came < len(told) else leaves
        while came < len(told) and told[came] <= at:
            came += 1
        while gone < came and told[gone] + TEN_MINUTES <= at:
            gone += 1
        if came - gone < below:
            return at, came, gone


def _top(spoke: Sequence[Past]) -> tuple[Top, ...]:
    counts = Counter((one.thing_id, one.rule) for one in spoke)
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:TOP]
    return tuple(Top(thing, rule, n, n / len(spoke)) for (thing, rule), n in most)


def _chattering(past: Sequence[Past]) -> tuple[Chatter, ...]:
    by_rule: dict[Rule, list[float]] = defaultdict(list)
    for one in past:
        instants = by_rule[one.thing_id, one.rule]
        instants.append(one.onset)
        if one.returned is not None:
            instants.append(one.returned)
    found = [Chatter(*rule, _most_within_a_minute(sorted(instants))) for rule, instants in by_rule.items()]
    found = [one for one in found if one.per_minute >= CHATTER]
    return tuple(sorted(found, key=lambda one: (-one.per_minute, one.thing_id, one.rule)))


def _most_within_a_minute(instants: Sequence[float]) -> int:
    most = first = 0
    for n, at in enumerate(instants):
        while instants[first] < at - MINUTE:
            first += 1
        most = max(most, n + 1 - first)
    return most


def _response(spoke: Sequence[Past]) -> Response:
    took = sorted(max(one.acknowledged - one.asked, 0.0) for one in spoke if one.acknowledged is not None)
    if not took:
        return Response(0, None, None)
    return Response(len(took), median(took), took[ceil(0.9 * len(took)) - 1])


def _days(
    spoke: Sequence[Past],
    over: Sequence[float],
    floods: Sequence[tuple[float, float]],
    period: tuple[float, float],
    offset: float,
) -> tuple[DayFigures, ...]:
    def number(at: float) -> int:
        return int((at + offset) // DAY)

    first, last = number(period[0]), number(max(period[1] - 0.001, period[0]))
    told = Counter((number(one.told), one.priority) for one in spoke if one.told is not None)
    slots = Counter(number(at) for at in over)
    return tuple(
        DayFigures(
            date(1970, 1, 1) + timedelta(days=day),
            {priority: told[day, priority] for priority in PRIORITIES},
            slots[day],
            _within(floods, day * DAY - offset) / 60,
        )
        for day in range(first, last + 1)
    )


def _within(floods: Sequence[tuple[float, float]], midnight: float) -> float:
    """Seconds of flood on the day that begins then. Floods follow one another."""
    begin = max(bisect_left(floods, (midnight, 0.0)) - 1, 0)
    total = 0.0
    for start, end in floods[begin:]:
        if start >= midnight + DAY:
            break
        total += max(0.0, min(end, midnight + DAY) - max(start, midnight))
    return total


# Against the targets

Judgement = Literal["good", "fair", "poor"]
Unit = Literal["per_hour", "count", "share"]


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A measure of `resources/alarms/kpis.toml`. `target` is good, `most` still bearable; `least`: more is better."""

    name: str
    unit: Unit
    target: float
    most: float
    source: Text
    least: bool = False

    def judge(self, value: float) -> Judgement:
        """How the value stands."""
        sign = -1 if self.least else 1
        if sign * value <= sign * self.target:
            return "good"
        return "fair" if sign * value <= sign * self.most else "poor"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    measure: tuple[Target, ...]


@dataclass(frozen=True)
class Measure:
    """One figure, what it should be, and who says so. Its words are `alarms.kpi.<name>`."""

    target: Target
    value: float
    judgement: Judgement

    @property
    def name(self) -> str:
        return self.target.name


@cache
def targets() -> tuple[Target, ...]:
    """Raises DataFileError when the file itself is wrong."""
    return load(folder("alarms", "kpis.toml"), _File).measure


@dataclass(frozen=True)
class Named:
    """What a rule is called: of the newest occurrence."""

    thing_name: str
    title: Text


@dataclass(frozen=True)
class Kpis:
    """The figures of a period, with what the occurrences alone do not tell. `shelves` and `unauthorised` are from the
    journal; `stale`, `shelved_now`, `suppressed_now` and `out_now` are of this moment."""

    since: datetime
    until: datetime
    positions: int
    figures: Figures
    stale: int
    shelves: int
    unauthorised: int
    """Shelved without a reason, or of life safety without a second person; of life safety and suppressed. Must be 0."""
    shelved_now: int
    suppressed_now: int
    out_now: int
    names: Mapping[Rule, Named]
    """Of the top ten and of those that chatter."""

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Every measure against its target, in the order of the file."""
        found, shares = self.figures, self.figures.priorities
        values: dict[str, float] = {
            "per_hour": found.per_hour,
            "worst_ten_minutes": found.worst_ten_minutes / self.positions,
            "slots_over": found.slots_over,
            "in_flood": found.in_flood,
            "top_ten": found.top_share,
            "chattering": len(found.chattering),
            "stale": self.stale,
            "low_share": shares["low"],
            "medium_share": shares["medium"],
            "high_share": shares["high"] + shares["critical"],
            "unauthorised": self.unauthorised,
            "unacknowledged": found.unacknowledged,
        }
        told = found.told > 0
        # Without an alarm there are no shares to judge, and ten rules or fewer are always the ten busiest.
        shown = [one for one in targets() if told or one.unit != "share" or one.name in ("slots_over", "in_flood")]
        shown = [one for one in shown if one.name != "top_ten" or found.rules > TOP]
        return tuple(Measure(one, values[one.name], one.judge(values[one.name])) for one in shown)


def instant(at: float) -> datetime:
    """The aware UTC instant of Unix seconds, for screens."""
    return datetime.fromtimestamp(at, UTC)
