"""What a thing's state is called and how urgent it is: one answer for list, tree, panel and overview."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from desktop.alarms.views import AlarmView
from desktop.kernel.words import Words
from desktop.things.limits import URGENCY
from desktop.things.model import Point, Priority, Reading
from desktop.things.quality import Hearing, hearing_of
from desktop.things.views import ThingView
from ui.parts.badge import PRIORITY_MARK, BadgeTone, Mark
from ui.parts.tree import Node

SYSTEMS = (
    "water", "power", "lift", "fire", "gas", "flood", "access", "security", "energy", "light", "environment", "care",
    "network", "other",
)  # fmt: skip
UNPLACED = "unplaced"
ALL = "all"
SHOWN_STATES = ("unacknowledged", "acknowledged", "returned", "latched")
"""Alarms a thing wears on its sleeve; shelved ones and those of things under maintenance keep quiet."""

Alarms = Mapping[str, Sequence[AlarmView]]
"""Open alarms by thing."""


@dataclass(frozen=True, slots=True)
class StateWord:
    text: str
    tone: BadgeTone
    mark: Mark
    beside: StateWord | None = None
    """What is to be known beside an alarm: that nobody answers there, or that its values are old."""

    def spoken(self) -> str:
        """For a screen reader."""
        return ", ".join(word for word in (self.text, self.beside.text if self.beside else "") if word)


def by_thing(alarms: Iterable[AlarmView]) -> Alarms:
    """The alarms to be shown on each thing: those that stand, the most urgent first, then those that returned."""
    found: defaultdict[str, list[AlarmView]] = defaultdict(list)
    for alarm in alarms:
        if alarm.state in SHOWN_STATES:
            found[alarm.thing_id].append(alarm)
    for own in found.values():
        own.sort(key=lambda alarm: (not alarm.active, URGENCY[alarm.priority], alarm.onset_at))
    return found


def priority_of(alarms: Sequence[AlarmView], point: str | None = None) -> Priority | None:
    """The most urgent of the thing's alarms, or of those on one point, that stand: what returned is over, and only asks to
    be acknowledged or reset."""
    own = [alarm.priority for alarm in alarms if alarm.active and (point is None or alarm.point == point)]
    return min(own, key=lambda priority: URGENCY[priority], default=None)


def hearing(view: ThingView, readings: Mapping[str, Reading], now: float) -> Hearing:
    """How the thing tells its main values, as of now (Unix seconds), whatever it says of itself."""
    mains = [point for point in main_points(view) if point.name in readings]
    return hearing_of(((readings[point.name], point.stale_after) for point in mains), now)


def state_word(view: ThingView, alarms: Sequence[AlarmView], words: Words, heard: Hearing = "live") -> StateWord:
    """In this order: under maintenance, in alarm, offline, never heard of, silent, an alarm that is over and not yet
    acknowledged or reset, in order."""
    if view.out_of_service:
        gone = _unheard(view, words, "live") if view.online is False else None
        return StateWord(words("things.state.out_of_service"), "quiet", "dash", gone)
    priority = priority_of(alarms)
    if priority is not None:
        # While the line to all of them is gone, the page says so once.
        beside = _unheard(view, words, heard) if view.online is not None else None
        return StateWord(words.of(alarms[0].title), priority, PRIORITY_MARK[priority], beside)
    unheard = _unheard(view, words, heard)
    if unheard is not None:
        return unheard
    if alarms:
        returned = words("things.state.returned", alarm=words.of(alarms[0].title))
        return StateWord(returned, "quiet", PRIORITY_MARK[alarms[0].priority])
    return StateWord(words("things.state.normal"), "quiet", "")


def _unheard(view: ThingView, words: Words, heard: Hearing) -> StateWord | None:
    """That it does not answer, or tells nothing to rely on; None for one that is heard."""
    if view.online is False:
        return StateWord(words("things.state.offline"), "quiet", "ring")
    if view.online is None:
        return StateWord(words("things.state.unknown"), "quiet", "half")
    if heard != "live":
        return StateWord(words(f"things.state.{'silent' if heard == 'none' else heard}"), "quiet", "half")
    return None


def main_points(view: ThingView, most: int = 3) -> list[Point]:
    """The points that matter most; without any marked so, the first ones."""
    points = view.thing.model.points
    return ([point for point in points if point.main] or list(points))[:most]


def matches(view: ThingView, text: str, words: Words) -> bool:
    """Whether every word typed is found in the thing's name, place, kind or id."""
    whole = f"{view.name} {''.join(view.place_path)} {view.place_code} {words.of(view.thing.model.title)} {view.id}"
    return all(part in whole.casefold() for part in text.casefold().split())


def natural(text: str) -> list[tuple[int, str]]:
    """A key that puts 2 栋 before 10 栋."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d{1,9})", text) if part]


@cache
def natural_place(path: tuple[str, ...]) -> tuple[tuple[tuple[int, str], ...], ...]:
    """A key that sorts places as people count them."""
    return tuple(tuple(natural(part)) for part in path)


def urgency(view: ThingView, alarms: Alarms) -> tuple[int, bool]:
    """What stands first: alarms by priority, then those that are over, then the silent. What is out of service asks for
    nobody."""
    own = () if view.out_of_service else alarms.get(view.id, ())
    priority = priority_of(own)
    rank = URGENCY[priority] if priority is not None else len(URGENCY) if own else len(URGENCY) + 1
    return rank, view.online is not False


def place_key(path: Sequence[str]) -> str:
    return "place:" + "/".join(path)


def kind_key(kind: str) -> str:
    return f"kind:{kind}"


def tree_by_place(views: Sequence[ThingView], alarms: Alarms, words: Words) -> tuple[Node, ...]:
    """All, then the places that hold things, then what stands nowhere."""
    placed = [view for view in views if view.place_path]
    homeless = [view for view in views if not view.place_path]
    nodes = _places(placed, alarms, 0)
    if homeless:
        nodes = (*nodes, _node(UNPLACED, words("things.tree.unplaced"), homeless, alarms))
    return (_node(ALL, words("things.tree.all"), views, alarms), *nodes)


def tree_by_kind(views: Sequence[ThingView], alarms: Alarms, words: Words) -> tuple[Node, ...]:
    """All, then systems with their kinds."""
    nodes = [_node(ALL, words("things.tree.all"), views, alarms)]
    for system in SYSTEMS:
        own = [view for view in views if system_of(view) == system]
        if not own:
            continue
        kinds = {view.thing.model.kind: view.thing.model.title for view in own}
        children = tuple(
            _node(kind_key(kind), words.of(title), [v for v in own if v.thing.model.kind == kind], alarms)
            for kind, title in kinds.items()
        )
        nodes.append(_node(f"system:{system}", words(f"things.system.{system}"), own, alarms, children))
    return tuple(nodes)


def system_of(view: ThingView) -> str:
    """The system it counts under; one that a model names and we do not know is "other"."""
    return view.thing.model.system if view.thing.model.system in SYSTEMS else "other"


def holds(key: str, view: ThingView) -> bool:
    """Whether the thing belongs under a node of either tree."""
    if key in (ALL, ""):
        return True
    if key == UNPLACED:
        return not view.place_path
    kind, _, rest = key.partition(":")
    if kind == "place":
        own = place_key(view.place_path)
        return own == key or own.startswith(key + "/")
    return rest == (view.thing.model.kind if kind == "kind" else system_of(view))


def _places(views: Sequence[ThingView], alarms: Alarms, depth: int) -> tuple[Node, ...]:
    groups: defaultdict[str, list[ThingView]] = defaultdict(list)
    for view in views:
        if len(view.place_path) > depth:
            groups[view.place_path[depth]].append(view)
    return tuple(
        _node(place_key(own[0].place_path[: depth + 1]), name, own, alarms, _places(own, alarms, depth + 1))
        for name, own in sorted(groups.items(), key=lambda group: natural(group[0]))
    )


def _node(key: str, title: str, views: Sequence[ThingView], alarms: Alarms, children: tuple[Node, ...] = ()) -> Node:
    marks: dict[Priority, int] = {}
    for view in views:
        priority = None if view.out_of_service else priority_of(alarms.get(view.id, ()))
        if priority is not None:
            marks[priority] = marks.get(priority, 0) + 1
    return Node(key, title, len(views), marks, children)
