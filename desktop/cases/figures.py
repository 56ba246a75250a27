"""How well promises were kept over a period, and where the time went (pure arithmetic over what was read).

Every promise is weighed once and in one period: when it was kept, or when its time was over. So the figures of the weeks
add up to those of the month. Void and merged cases are no part of any figure.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from desktop.cases import clocks
from desktop.cases.clocks import Calendars, Kept, Span, Standing
from desktop.cases.definition import CaseDefinition, CaseField
from desktop.cases.values import branch
from desktop.kernel.words import Text

SATISFIED = frozenset({"satisfied", "acceptable"})
UNSATISFIED = frozenset({"unsatisfied", "complaint"})
"""What the options of a follow-up choice are called that answer how the other side finds it. Any other option (nobody
reached, checked on site) is no answer."""

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class CaseFacts:
    """What figures need to know of a case."""

    id: str
    number: str
    title: str
    definition: CaseDefinition
    opened_at: datetime
    closed_at: datetime | None
    assignee_id: str | None
    round: int
    urged: int
    escalated: int
    fields: Mapping[str, object]
    kept: tuple[Kept, ...]
    spans: tuple[Span, ...]


class Waited(NamedTuple):
    """Working minutes by whom they waited for. Of several clocks of a round the longest promise counts, so that no minute
    is told twice."""

    us: float
    resident: float
    others: float

    @property
    def total(self) -> float:
        return self.us + self.resident + self.others


@dataclass(frozen=True)
class Promises:
    """How promised times were met: `late` was done after its time, `breached` is over and still to be done; `running`
    and `paused` are how the others stand now. `median` and `p90` are working minutes of those that were done."""

    met: int
    late: int
    breached: int
    running: int
    paused: int
    back_filed: int
    median: float | None
    p90: float | None

    @property
    def decided(self) -> int:
        return self.met + self.late + self.breached

    @property
    def on_time(self) -> float | None:
        """The share that was met of what was due; None where nothing was."""
        return self.met / self.decided if self.decided else None


@dataclass(frozen=True)
class Measures:
    """The figures of some cases over a period. Rates are None where there is nothing to take them of."""

    opened: int
    closed: int
    open_now: int
    """Opened before the period's end and open as of now."""
    reopened: int
    """Of those closed: with more than one round."""
    urged: int
    escalated: int
    """Of those opened: at least once."""
    promises: Promises
    waited: Waited
    """Within the period, of every case that was open in it."""
    satisfied: int
    answered: int
    """Of those closed: said that they are satisfied, and said anything to it."""
    ratings: tuple[float, ...]

    @property
    def reopen_rate(self) -> float | None:
        return self.reopened / self.closed if self.closed else None

    @property
    def satisfaction(self) -> float | None:
        return self.satisfied / self.answered if self.answered else None

    @property
    def rating(self) -> float | None:
        return statistics.fmean(self.ratings) if self.ratings else None


class Group(NamedTuple):
    """The cases of one definition, category (`definition/first level`), assignee (empty id: nobody) or month (`2026-11`)."""

    key: str
    title: Text
    measures: Measures


class ClockFigures(NamedTuple):
    """One clock of one definition."""

    definition: str
    clock: str
    definition_title: Text
    title: Text
    promises: Promises


class Late(NamedTuple):
    """A promise whose time was over in the period. `over` is working minutes past it, pauses left out."""

    id: str
    number: str
    title: str
    definition_title: Text
    clock_title: Text
    assignee_id: str | None
    due: datetime
    stopped: datetime | None
    over: float
    waited: Waited
    """Of this promise, from its beginning on."""


@dataclass(frozen=True)
class Figures:
    """Everything of the period from `since` to before `until`."""

    since: datetime
    until: datetime
    whole: Measures
    clocks: tuple[ClockFigures, ...]
    definitions: tuple[Group, ...]
    categories: tuple[Group, ...]
    assignees: tuple[Group, ...]
    months: tuple[Group, ...]
    late: tuple[Late, ...]
    """The longest over first."""


class _Promise(NamedTuple):
    kept: Kept
    standing: Standing
    decided: datetime | None
    """When it was kept or its time was over."""
    worked: float | None
    """Working minutes until it was done, where that is in the period."""


@dataclass(frozen=True)
class _Weighed:
    case: CaseFacts
    promises: tuple[_Promise, ...]
    waited: tuple[tuple[datetime, Waited], ...]
    """By the month's part of the period that begins there."""


@dataclass(frozen=True)
class Reckoner:
    """Works the figures out. `now` is when the cases were read."""

    calendars: Calendars
    now: datetime
    offset_minutes: int = 480
    names: Mapping[str, str] = field(default_factory=dict)
    """What operators are called, by id."""

    def figures(self, cases: Iterable[CaseFacts], since: datetime, until: datetime) -> Figures:
        """The figures of a period; `cases` are all that were open at some instant of it or are still open."""
        windows = list(_months(since, until, self.offset_minutes))
        weighed = [self._weigh(case, windows) for case in cases]
        return Figures(
            since=since,
            until=until,
            whole=self._measures(weighed, since, until),
            clocks=tuple(self._clocks(weighed, since, until)),
            definitions=self._groups(weighed, since, until, _definition),
            categories=self._groups(weighed, since, until, _category),
            assignees=self._groups(weighed, since, until, self._assignee),
            months=tuple(
                Group(month, {"zh": month, "en": month}, self._measures(weighed, begins, ends))
                for month, begins, ends in windows
            ),
            late=tuple(self._late(weighed, since, until)),
        )

    def _weigh(self, case: CaseFacts, windows: Sequence[tuple[str, datetime, datetime]]) -> _Weighed:
        since, until = windows[0][1], windows[-1][2]
        promises = []
        for kept in case.kept:
            worked = None
            if kept.stopped is not None and since <= kept.stopped < until:
                worked = self._waited(kept, case.spans).us
            promises.append(
                _Promise(kept, clocks.standing(kept, case.spans, self.now), _decided(kept, self.now), worked)
            )
        waited = [
            (begins, self._waited(kept, case.spans, begins, ends))
            for kept in _longest_of_each_round(case.kept)
            for _, begins, ends in windows
            if kept.began < ends and (kept.stopped is None or kept.stopped > begins)
        ]
        return _Weighed(case, tuple(promises), tuple(waited))

    def _waited(
        self, kept: Kept, spans: Iterable[Span], since: datetime | None = None, until: datetime | None = None
    ) -> Waited:
        gone = clocks.waited(kept, spans, self.calendars, self.now, since=since, until=until)
        return Waited(**{on: time / MINUTE for on, time in gone.items()})

    def _measures(self, weighed: Sequence[_Weighed], since: datetime, until: datetime) -> Measures:
        opened = [one.case for one in weighed if since <= one.case.opened_at < until]
        closed = [one.case for one in weighed if one.case.closed_at and since <= one.case.closed_at < until]
        answers = [answer for case in closed for answer in _answers(case)]
        waits = [waited for one in weighed for begins, waited in one.waited if since <= begins < until]
        return Measures(
            opened=len(opened),
            closed=len(closed),
            open_now=sum(one.case.closed_at is None and one.case.opened_at < until for one in weighed),
            reopened=sum(case.round > 1 for case in closed),
            urged=sum(case.urged > 0 for case in opened),
            escalated=sum(case.escalated > 0 for case in opened),
            promises=_promises([promise for one in weighed for promise in one.promises], since, until),
            waited=Waited(*(math.fsum(part) for part in zip(*waits, strict=True))) if waits else Waited(0, 0, 0),
            satisfied=sum(answer in SATISFIED for answer in answers),
            answered=sum(answer in SATISFIED | UNSATISFIED for answer in answers),
            ratings=tuple(rating for case in closed for rating in _ratings(case)),
        )

    def _clocks(self, weighed: Sequence[_Weighed], since: datetime, until: datetime) -> Iterator[ClockFigures]:
        found: defaultdict[tuple[str, str], list[_Promise]] = defaultdict(list)
        definitions: dict[str, CaseDefinition] = {}
        for one in weighed:
            newest = definitions.setdefault(one.case.definition.name, one.case.definition)
            if one.case.definition.version > newest.version:
                definitions[newest.name] = one.case.definition
            for promise in one.promises:
                found[one.case.definition.name, promise.kept.clock].append(promise)
        for (name, clock), promises in sorted(found.items()):
            definition, told = definitions[name], _promises(promises, since, until)
            if told.decided or told.running or told.paused:
                yield ClockFigures(name, clock, definition.title, _clock_title(definition, clock), told)

    def _groups(
        self,
        weighed: Sequence[_Weighed],
        since: datetime,
        until: datetime,
        key_of: Callable[[CaseFacts], tuple[str, Text] | None],
    ) -> tuple[Group, ...]:
        members: defaultdict[str, list[_Weighed]] = defaultdict(list)
        titles: dict[str, Text] = {}
        for one in weighed:
            if named := key_of(one.case):
                members[named[0]].append(one)
                titles[named[0]] = named[1]
        groups = [Group(key, titles[key], self._measures(some, since, until)) for key, some in members.items()]
        return tuple(sorted(groups, key=lambda group: (-group.measures.opened, group.key)))

    def _assignee(self, case: CaseFacts) -> tuple[str, Text] | None:
        name = self.names.get(case.assignee_id, case.assignee_id) if case.assignee_id else ""
        return case.assignee_id or "", {"zh": name, "en": name}

    def _late(self, weighed: Sequence[_Weighed], since: datetime, until: datetime) -> list[Late]:
        late = []
        for one in weighed:
            for promise in one.promises:
                if promise.standing not in ("late", "breached") or not _within(promise.decided, since, until):
                    continue
                case, kept = one.case, promise.kept
                assert kept.due is not None
                over = clocks.waited(kept, case.spans, self.calendars, self.now, since=kept.due)["us"]
                late.append(
                    Late(
                        case.id, case.number, case.title, case.definition.title,
                        _clock_title(case.definition, kept.clock), case.assignee_id, kept.due, kept.stopped,
                        over / MINUTE, self._waited(kept, case.spans),
                    )
                )  # fmt: skip
        return sorted(late, key=lambda one: (-one.over, one.number))


def _promises(promises: Sequence[_Promise], since: datetime, until: datetime) -> Promises:
    decided = [promise for promise in promises if _within(promise.decided, since, until)]
    done = [promise for promise in promises if _within(promise.kept.stopped, since, until)]
    going = [promise for promise in promises if promise.decided is None and promise.kept.began < until]
    worked = sorted(promise.worked for promise in done if promise.worked is not None)
    return Promises(
        met=sum(promise.standing == "met" for promise in decided),
        late=sum(promise.standing == "late" for promise in decided),
        breached=sum(promise.standing == "breached" for promise in decided),
        running=sum(promise.standing != "paused" for promise in going),
        paused=sum(promise.standing == "paused" for promise in going),
        back_filed=sum(clocks.is_back_filed(promise.kept) for promise in done),
        median=statistics.median(worked) if worked else None,
        # The nearest rank: the value that nine of ten do not exceed.
        p90=worked[math.ceil(0.9 * len(worked)) - 1] if worked else None,
    )


def _decided(kept: Kept, now: datetime) -> datetime | None:
    if kept.stopped is not None and (kept.due is None or kept.stopped <= kept.due):
        return kept.stopped
    return kept.due if kept.due is not None and (kept.stopped is not None or kept.due < now) else None


def _within(at: datetime | None, since: datetime, until: datetime) -> bool:
    return at is not None and since <= at < until


def _longest_of_each_round(kept: Iterable[Kept]) -> Iterable[Kept]:
    longest: dict[int, Kept] = {}
    for one in kept:
        if one.round not in longest or one.minutes > longest[one.round].minutes:
            longest[one.round] = one
    return longest.values()


def _definition(case: CaseFacts) -> tuple[str, Text]:
    return case.definition.name, case.definition.title


def _category(case: CaseFacts) -> tuple[str, Text] | None:
    for asked in case.definition.fields:
        value = case.fields.get(asked.name)
        if asked.type == "category" and isinstance(value, str) and (nodes := branch(asked, value)):
            return f"{case.definition.name}/{nodes[0].name}", nodes[0].title
    return None


def _answers(case: CaseFacts) -> Iterator[str]:
    for asked in _follow_up(case):
        if asked.type == "choice":
            yield str(case.fields.get(asked.name, ""))


def _ratings(case: CaseFacts) -> Iterator[float]:
    for asked in _follow_up(case):
        value = case.fields.get(asked.name)
        if asked.type == "number" and isinstance(value, int | float):
            yield float(value)


def _follow_up(case: CaseFacts) -> Iterator[CaseField]:
    return (asked for name in case.definition.closing.follow_up if (asked := case.definition.field(name)))


def _clock_title(definition: CaseDefinition, name: str) -> Text:
    clock = definition.clock(name)
    return clock.title if clock else {"zh": name, "en": name}


def _months(since: datetime, until: datetime, offset_minutes: int) -> Iterator[tuple[str, datetime, datetime]]:
    """The community's months that the period touches, each cut to it."""
    shift = timedelta(minutes=offset_minutes)
    begins = since
    while True:
        local = begins.astimezone(UTC) + shift
        first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        ends = min(until, (first + timedelta(days=32)).replace(day=1) - shift)
        yield f"{local:%Y-%m}", begins, ends
        if ends >= until:
            return
        begins = ends
