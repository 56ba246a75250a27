"""The rows of the list: alarms, the headings of groups, and in a flood one line for all the rest. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from desktop.alarms.flood import Group, groups
from desktop.alarms.views import PRIORITIES, AlarmView
from ui.alarms.views import WAITING
from ui.parts.table import Fold

MORE = "more"
"""The id of the line that stands for what a flood hides."""


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    id: str
    kind: Literal["alarm", "group", "more"]
    alarm: AlarmView
    """Of a heading its head; of the line for the rest the most urgent behind it."""
    group: Group | None = None
    """The group it heads or belongs to; None for one that stands alone."""
    title: str = ""
    """The name of a group."""
    fold: Fold = ""
    behind: tuple[AlarmView, ...] = ()
    """What the line for the rest stands for."""
    hides: int = 0
    """How many alarms its own explains and keeps out of sight."""

    @property
    def first_out(self) -> bool:
        """Whether it is the alarm that began its group's latest burst."""
        return self.kind == "alarm" and self.group is not None and self.group.first == self.alarm.id

    @property
    def alarms(self) -> tuple[AlarmView, ...]:
        """What an act upon the whole line is about."""
        if self.kind == "more":
            return self.behind
        return self.group.alarms if self.kind == "group" and self.group else (self.alarm,)

    @property
    def asks(self) -> AlarmView:
        """The most urgent that somebody has to acknowledge; its own where there is none."""
        return next((alarm for alarm in self.alarms if alarm.state in WAITING), self.alarm)

    @property
    def waiting(self) -> list[str]:
        """The ids of those that somebody has to acknowledge."""
        return [alarm.id for alarm in self.alarms if alarm.state in WAITING]


Naming = Callable[[Group], str]


def flat(alarms: Iterable[AlarmView], hidden: Mapping[str, int]) -> list[Row]:
    """A line for each alarm."""
    return [Row(alarm.id, "alarm", alarm, hides=hidden.get(alarm.id, 0)) for alarm in alarms]


def grouped(
    alarms: Sequence[AlarmView],
    parents: Mapping[str, str],
    flood: bool,
    opened: Collection[str],
    name: Naming,
    hidden: Mapping[str, int],
) -> list[Row]:
    """Groups by root, folded unless their key is among `opened`. In a flood only the groups down to the highest priority
    that nobody has answered stand for themselves, and what endangers lives while nobody has; the others are behind one
    line, which `MORE` in `opened` unfolds."""
    found = groups(alarms, parents, flood)
    if not flood or not found:
        return [row for group in found for row in _of_group(group, opened, name, hidden)]
    listed = _listed_to(found)
    urgent = [group for group in found if _rank(group.head) <= listed or _lives_wait(group)]
    rest = [group for group in found if group not in urgent]
    rows = [row for group in urgent for row in _of_group(group, opened, name, hidden)]
    if rest:
        behind = tuple(alarm for group in rest for alarm in group.alarms)
        rows.append(Row(MORE, "more", rest[0].head, fold="open" if MORE in opened else "closed", behind=behind))
    if MORE in opened:
        rows += [row for group in rest for row in _of_group(group, opened, name, hidden)]
    return rows


def _listed_to(found: Sequence[Group]) -> int:
    """The rank of the most urgent alarm that asks; without one, of the most urgent. What rings must be seen, and what was
    answered must not stand before it."""
    asking = [_rank(alarm) for group in found for alarm in group.alarms if alarm.state in WAITING]
    return min(asking, default=_rank(found[0].head))


def _rank(alarm: AlarmView) -> int:
    return PRIORITIES.index(alarm.priority)


def _lives_wait(group: Group) -> bool:
    return any(alarm.state in WAITING and alarm.life_safety for alarm in group.alarms)


def _of_group(group: Group, opened: Collection[str], name: Naming, hidden: Mapping[str, int]) -> list[Row]:
    head = group.head
    if not group.more:
        return [Row(head.id, "alarm", head, hides=hidden.get(head.id, 0))]
    heading = Row(
        group.key, "group", head, group, name(group), "open" if group.key in opened else "closed",
        hides=sum(hidden.get(alarm.id, 0) for alarm in group.alarms),
    )  # fmt: skip
    if group.key not in opened:
        return [heading]
    inside = [
        Row(alarm.id, "alarm", alarm, group, fold="inside", hides=hidden.get(alarm.id, 0)) for alarm in group.alarms
    ]
    return [heading, *inside]


def hidden_by(standing: Iterable[AlarmView]) -> Counter[str]:
    """How many alarms each one keeps out of sight, by its id."""
    return Counter(alarm.suppressed_by for alarm in standing if alarm.suppressed_by)


def by_priority(alarms: Iterable[AlarmView]) -> dict[str, int]:
    """How many of each priority, the most urgent first, those without any left out."""
    found = Counter(alarm.priority for alarm in alarms)
    return {priority: found[priority] for priority in PRIORITIES if found[priority]}


def to_open(rows: Sequence[Row], alarm_id: str, found: Iterable[Group]) -> tuple[str, set[str]]:
    """The row that shows an alarm and what must be unfolded for it; "" where it is in no row that could be shown."""
    for row in rows:
        if row.alarm.id == alarm_id and row.kind != "more":
            return row.id, set()
    for group in found:
        if any(alarm.id == alarm_id for alarm in group.alarms):
            return (group.key if group.more and group.head.id == alarm_id else alarm_id), {group.key, MORE}
    return "", set()
