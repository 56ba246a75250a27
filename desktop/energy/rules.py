"""The arithmetic of consumption. Pure: rows of readings in, figures out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import fsum
from statistics import median

from desktop.energy.views import SUPPLY, Column, Loss, Part, Span
from desktop.things.model import Flow

NIGHT_FACTOR = 2.0
"""A night counts as unusual at so many times the median of the nights before it (our own starting value: a running
cistern or a burst pipe multiplies a house's night use, a guest does not)."""
NIGHTS_BEFORE, FEWEST_NIGHTS = 14, 5
NIGHT_FLOOR = 0.05
"""And at this share of a usual whole day at least, so that a meter which rests at night is not told for a trifle."""


@dataclass(frozen=True, slots=True)
class Row:
    """One meter's day."""

    thing_id: str
    use: str
    building: str
    """The name of the building, empty for what stands in none."""
    day: str
    used: float
    night: float | None = None
    """Of that, from 1 to 5 in the morning."""
    point: str = ""
    """Of the thing: one that stores energy counts what goes in and what comes out."""
    flow: Flow = "used"

    @property
    def meter(self) -> tuple[str, str]:
        return self.thing_id, self.point

    @property
    def counts(self) -> float:
        """What it adds to a sum. What a store gives back was counted when it went in and is counted again by the meters of
        those who use it: taken off, a store has what it lost and what it still holds (our own rule, by the balance of
        energy: what came in = what was used + what was charged − what was discharged + what was lost on the way)."""
        return -self.used if self.flow == "discharged" else self.used


def year_before(day: str) -> str:
    """The same day a year earlier; 29 February gives 28 February."""
    at = date.fromisoformat(day)
    try:
        return at.replace(year=at.year - 1).isoformat()
    except ValueError:
        return at.replace(year=at.year - 1, day=28).isoformat()


def bounds(span: Span, day: date) -> tuple[str, str]:
    """First and last day of the span around `day`: itself, its month or its year."""
    if span == "day":
        return day.isoformat(), day.isoformat()
    if span == "month":
        first = day.replace(day=1)
        return first.isoformat(), ((first + timedelta(days=32)).replace(day=1) - timedelta(days=1)).isoformat()
    return date(day.year, 1, 1).isoformat(), date(day.year, 12, 31).isoformat()


def consumed(rows: Sequence[Row]) -> list[Row]:
    """The rows that say what was consumed (our own rule). Those of meters, whether or not they were given a use. What is
    made is never among them. A counter inside a device, as a charger has one, and a store count only where the office gave
    them a use: as a rule they stand behind a meter, which has counted it already; those inside devices count as well
    where there is no meter at all."""
    given = {row.thing_id for row in rows if row.use}
    found = [row for row in rows if row.flow == "used" or (row.thing_id in given and row.flow != "made")]
    return found or [row for row in rows if row.flow == "inside"]


def unassigned(rows: Sequence[Row]) -> list[Row]:
    """The first row of each meter that counts though nobody said what for, where others were given a use."""
    found = consumed(rows)
    first: dict[tuple[str, str], Row] = {}
    for row in sorted(found, key=lambda row: row.day):
        if not row.use:
            first.setdefault(row.meter, row)
    return list(first.values()) if any(row.use for row in found) else []


def counted(rows: Sequence[Row]) -> list[Row]:
    """The rows that make the whole: of meters that count what comes in where there are any, else of all."""
    supply = [row for row in rows if row.use == SUPPLY]
    return supply or consumed(rows)


def total(rows: Sequence[Row]) -> float:
    return fsum(row.counts for row in counted(rows))


def loss(rows: Sequence[Row], first: str = "") -> Loss | None:
    """What came in from `first` on against what was metered behind; None without a day on which both are known.

    A meter that is dark for a day must not make a loss of what it would have counted: only days on which all meters are
    known count, those of the rows before `first` as well. Where there is no such day, all do, and who is missing is told.
    """
    supply = [row for row in rows if row.use == SUPPLY]
    behind = [row for row in consumed(rows) if row.use != SUPPLY]
    known: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in (*supply, *behind):
        known[row.day].add(row.meter)
    meters = set().union(*known.values())
    both = {day for day in {row.day for row in supply} & {row.day for row in behind} if day >= first}
    whole = {day for day in both if known[day] == meters}
    days = whole or both
    if not days:
        return None
    # The first day of each: what is put in later stays.
    missing = {meter: day for day in sorted(known, reverse=True) if day >= first for meter in meters - known[day]}
    supplied, metered = (fsum(row.counts for row in each if row.day in days) for each in (supply, behind))
    told = tuple((*meter, day) for meter, day in sorted(missing.items()))
    return Loss(supplied, metered, len(days), told, bool(whole))


def same_days(rows: Sequence[Row], before: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Of both, what may be held against each other: days of meters that are known in this year and in the one before.

    A month that is under way is so held against the same days, and a meter that is new against nothing.
    """
    now, then = ({(row.meter, row.day[5:]) for row in each} for each in (rows, before))
    both = now & then
    held, against = ([row for row in each if (row.meter, row.day[5:]) in both] for each in (rows, before))
    return held, against


def columns(rows: Sequence[Row], before: Sequence[Row], labels: Sequence[str], size: int) -> tuple[Column, ...]:
    """One column a label; `size` characters of a day make its label (10 a day, 7 a month). `before` are the rows of a
    year earlier. A label without any reading has None: unknown is not zero."""
    now, then = _by(counted(rows), lambda row: row.day[:size]), _by(counted(before), lambda row: row.day[:size])
    return tuple(
        Column(label, now.get(label), then.get(_label_before(label))) for label in labels
    )  # fmt: skip


def _label_before(label: str) -> str:
    return f"{int(label[:4]) - 1:04}{label[4:]}" if len(label) == 7 else year_before(label)


def parts(
    rows: Sequence[Row], before: Sequence[Row], key: Callable[[Row], str], names: Mapping[str, str] | None = None
) -> tuple[Part, ...]:
    """What each had, the largest first. Meters of what comes in are left out: they would count everything twice."""
    held, against = same_days(rows, before)
    now, same, then = (
        _by((row for row in consumed(each) if row.use != SUPPLY), key) for each in (rows, held, against)
    )  # fmt: skip
    found = [
        Part(each, (names or {}).get(each, each), used, then.get(each), same.get(each)) for each, used in now.items()
    ]
    return tuple(sorted(found, key=lambda part: (-part.used, part.key)))


def unusual_nights(rows: Sequence[Row], first: str) -> list[tuple[Row, float]]:
    """Nights from `first` on in which a meter used far more than in the nights before, with what was usual."""
    by_meter: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in consumed(rows):
        # A store that is filled at night, when power is cheap, uses nothing.
        if row.night is not None and row.flow in ("used", "inside"):
            by_meter[row.meter].append(row)
    found: list[tuple[Row, float]] = []
    for own in by_meter.values():
        own.sort(key=lambda row: row.day)
        for n, row in enumerate(own):
            earlier = own[max(0, n - NIGHTS_BEFORE) : n]
            if row.day < first or len(earlier) < FEWEST_NIGHTS or row.night is None:
                continue
            usual = median(each.night or 0.0 for each in earlier)
            floor = NIGHT_FLOOR * median(each.used for each in earlier)
            if row.night > max(NIGHT_FACTOR * usual, usual + floor):
                found.append((row, usual))
    return sorted(found, key=lambda pair: (pair[0].day, pair[0].thing_id), reverse=True)


def stuck(rows: Sequence[Row]) -> list[Row]:
    """Days on which a meter stood still for the second time running, though it usually moves and another of its use did."""
    by_meter: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    moved: set[tuple[str, str]] = set()
    uses: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in consumed(rows):
        by_meter[row.meter].append(row)
        uses[row.use].add(row.meter)
        if row.used > 0:
            moved.add((row.use, row.day))
    found: list[Row] = []
    for own in by_meter.values():
        own.sort(key=lambda row: row.day)
        for n in range(1, len(own)):
            row, earlier = own[n], own[max(0, n - 1 - NIGHTS_BEFORE) : n - 1]
            usually = len(earlier) >= FEWEST_NIGHTS and median(each.used for each in earlier) > 0
            alone = uses[row.use] == {row.meter}
            if usually and row.used == own[n - 1].used == 0 and (alone or (row.use, row.day) in moved):
                found.append(row)
    return found


def _by(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, float]:
    found: defaultdict[str, list[float]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row.counts)
    return {each: fsum(values) for each, values in found.items()}
