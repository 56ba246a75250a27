"""What the overview says, worked out apart from how it is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from desktop.alarms.views import AlarmView
from desktop.cases.views import CaseView
from desktop.people.duty import POSTS, Post, Turn
from desktop.things.limits import URGENCY
from desktop.things.model import Point, Priority
from desktop.things.quality import Hearing
from desktop.things.views import ThingView
from ui.parts.when import local
from ui.things.silence import Census, How
from ui.things.state import SYSTEMS, Alarms, main_points, priority_of, system_of

SHIFT = timedelta(hours=12)
LINES = SYSTEMS
"""The systems of the overview, in the order an engineer walks them."""


@dataclass(frozen=True)
class SystemLine:
    """One system: how many things, how many of them silent or in alarm, and the value that stands for it."""

    system: str
    count: int
    alarmed: int
    out: int
    silent: tuple[How, ...]
    """How each of those that are silent is so."""
    doubtful: tuple[Hearing, ...]
    """How each of those that tell nothing to rely on is heard."""
    unknown: int
    """Things of which nobody can say whether they are there: they never said so, or the line to the site is gone."""
    returned: int
    """Things whose alarm is over and not yet acknowledged or reset."""
    priority: Priority | None
    first: ThingView | None
    """The thing the line's word is about before all others."""
    thing: ThingView | None
    """The thing whose value stands for the system."""
    point: Point | None


def system_lines(views: Sequence[ThingView], alarms: Alarms, census: Census) -> list[SystemLine]:
    """A line for every system, with or without things."""
    silent = {one.view.id: one.how for one in census.silent}
    own: dict[str, list[ThingView]] = {system: [] for system in LINES}
    for view in views:
        own[system_of(view)].append(view)
    return [_line(system, own[system], alarms, silent, census.doubtful) for system in LINES]


def _line(
    system: str, views: Sequence[ThingView], alarms: Alarms, silent: Mapping[str, How], doubtful: Mapping[str, Hearing]
) -> SystemLine:
    ranked = [(None if view.out_of_service else priority_of(alarms.get(view.id, ())), view) for view in views]
    urgent = sorted((URGENCY[priority], view.id, view) for priority, view in ranked if priority is not None)
    # What tells something speaks for a system; while nothing does, what told something last.
    spoken = [view for view in views if view.id not in silent and not view.out_of_service]
    in_doubt = [view for view in spoken if view.id in doubtful]
    over = [view for view in spoken if alarms.get(view.id)]
    asking = [urgent[0][2]] if urgent else in_doubt or over
    thing = min(filter(_figure, asking), key=_speaks_worse, default=None)
    thing = thing or min(filter(_figure, spoken), key=_speaks_worse, default=None)
    return SystemLine(
        system=system,
        count=len(views),
        alarmed=len(urgent),
        out=sum(view.out_of_service for view in views),
        silent=tuple(silent[view.id] for view in views if view.id in silent),
        doubtful=tuple(doubtful[view.id] for view in views if view.id in doubtful),
        unknown=sum(view.online is None and not view.out_of_service and view.id not in silent for view in views),
        returned=sum(
            bool(alarms.get(view.id)) and priority is None and not view.out_of_service for priority, view in ranked
        ),
        priority=next((p for p in URGENCY if any(own == p for own, _ in ranked)), None),
        first=next(iter(asking), thing),
        thing=thing,
        point=_figure(thing) if thing else None,
    )


def _figure(view: ThingView) -> Point | None:
    """The first main value that is a quantity: a floor or a count of nothing in particular tells no story, and what only
    ever grows tells least."""
    numbers = [p for p in main_points(view) if p.type in ("number", "integer") and p.symbol and not p.labels]
    return min(numbers, key=lambda point: point.counter is not None, default=None)


def _speaks_worse(view: ThingView) -> tuple[bool, bool, bool]:
    """Which thing speaks for its system: what is at work rather than a counter, a plant or the meter of what comes in
    rather than one of many."""
    point = _figure(view)
    counts = point is not None and point.counter is not None
    return counts, view.thing.model.panel.mimic is None, view.thing.use != "supply"


def state_of(line: SystemLine) -> tuple[str, int]:
    """The one word of a system with things, as a key of the catalogue, and how many it is said of (0: of all)."""
    if line.alarmed:
        return "overview.in_alarm", line.alarmed
    if line.silent:
        how = line.silent[0] if len(set(line.silent)) == 1 else "silent"
        return f"overview.state.{how}", len(line.silent)
    if line.out == line.count:
        return "things.state.out_of_service", 0
    if line.unknown:
        everything = line.unknown == line.count - line.out
        return ("things.state.unknown", 0) if everything else ("overview.state.unknown", line.unknown)
    if line.doubtful:
        how_heard = line.doubtful[0] if len(set(line.doubtful)) == 1 else "doubtful"
        return f"overview.state.{how_heard}", len(line.doubtful)
    return ("overview.state.returned", line.returned) if line.returned else ("things.state.normal", 0)


def needing(alarms: Iterable[AlarmView], in_hand: Iterable[AlarmView] = ()) -> list[AlarmView]:
    """Alarms nobody has answered, and those of life safety as long as they stand or (`in_hand`) their case is open, whoever
    has: what lives depend on first, then the most urgent, of equals the newest."""
    asks = [alarm for alarm in alarms if alarm.state in ("unacknowledged", "returned") or _in_danger(alarm)]
    return sorted([*asks, *in_hand], key=lambda alarm: (*_pressing(alarm), -alarm.onset_at.timestamp()))


def how_of(alarm: AlarmView) -> str:
    """Where an alarm that needs somebody stands, as a word of the catalogue."""
    if alarm.state == "normal":
        return "in_hand"
    if not alarm.active:
        return "returned"
    return "answered" if alarm.state == "acknowledged" else "standing"


def _in_danger(alarm: AlarmView) -> bool:
    return alarm.life_safety and alarm.active and alarm.state in ("unacknowledged", "acknowledged")


def _pressing(alarm: AlarmView) -> tuple[bool, bool, int, bool]:
    danger = _in_danger(alarm)
    return not danger, danger and alarm.state == "acknowledged", URGENCY[alarm.priority], not alarm.active


def by_post(turns: Iterable[Turn]) -> list[tuple[Post, list[Turn]]]:
    """Who is on duty at each post where somebody is, in the order in which posts are called."""
    found: dict[Post, list[Turn]] = {}
    for turn in turns:
        found.setdefault(turn.post, []).append(turn)
    return [(post, found[post]) for post in POSTS if post in found]


def overdue(cases: Iterable[CaseView]) -> list[CaseView]:
    """The longest overdue first."""
    return sorted((case for case in cases if case.overdue), key=lambda case: case.due_at or case.opened_at)


def due_soon(cases: Iterable[CaseView], now: datetime) -> list[CaseView]:
    """Open cases whose time ends today, or within a shift, and has not ended yet: midnight makes nothing less pressing."""
    today, soon = local(now).date(), now + SHIFT
    due = [
        case
        for case in cases
        if case.due_at and not case.overdue and (local(case.due_at).date() == today or case.due_at <= soon)
    ]
    return sorted(due, key=lambda case: case.due_at or case.opened_at)
