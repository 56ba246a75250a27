"""What meters count otherwise than their curves say, because a scenario lets more flow or less, and what the supply meters
hear of it. What a step forces, by points or by a rule, is counted once: of two that force one point the later in the file.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from desktop.simulate.behaviour import Moment
from desktop.simulate.building import Device
from desktop.simulate.curves import counted, flow
from desktop.simulate.scenario import Move, Scenario, Step, begins, begun, chosen
from desktop.simulate.sensors import Sensors
from desktop.simulate.shapes import Counted, Shapes, Source
from desktop.simulate.trouble import wants
from desktop.things.model import Value
from desktop.things.shapes import Share

PIECES = 32
"""A number on its way from a natural value to another is counted in so many pieces."""
NOTED = 60.0
"""Seconds between two notes of what was counted, for meters that look back over a span."""

ByPoint = dict[str, float]


@dataclass(frozen=True)
class Metered:
    """By device: how much each meter counted beyond its curve by now (flow × hours; below 0 for less), by the meter's name;
    and for supply meters how much flows beyond it now, by the name of the point where it flows."""

    more: Mapping[str, ByPoint]
    beyond: Mapping[str, ByPoint]


@dataclass(frozen=True)
class _Forcing:
    """One repetition of a step at work on a flow, in units of the flow; times in seconds after the beginning."""

    since: float
    until: float
    wanted: Value | Move
    by: float
    rank: tuple[bool, int]
    """Which of two holds: one that forces the flow itself, then the later in the file."""

    @property
    def turns(self) -> tuple[float, ...]:
        """When it begins, ends, and moves otherwise than before."""
        if not isinstance(self.wanted, Move):
            return self.since, self.until
        arrives = self.since + self.wanted.arrives(self.until - self.since)
        return self.since, arrives, self.until - self.wanted.back, self.until

    def rate(self, source: Source, start: float, now: float) -> float:
        """What flows now, of what flows by itself; the scenario began at `start` (Unix seconds)."""
        if not isinstance(self.wanted, Move):
            return _number(self.wanted) * self.by
        # A flow that is nothing of what is forced does not move with it.
        own, begun = ((flow(source, start + time) / self.by if self.by else 0.0) for time in (now, self.since))
        return self.wanted.at(own, begun, now - self.since, self.until - self.since) * self.by

    def even(self, since: float, until: float) -> tuple[float, float] | None:
        """How much of the natural flow (a share) and how much beside it (a rate) flows in a span without `turns`; None
        while it is on its way."""
        wanted = self.wanted
        if not isinstance(wanted, Move):
            return 0.0, _number(wanted) * self.by
        if until > self.until - wanted.back:
            return None
        if wanted.to is None:
            return (1.0 if wanted.times is None else wanted.times), (wanted.add or 0.0) * self.by
        return (0.0, wanted.to * self.by) if since - self.since >= wanted.arrives(self.until - self.since) else None


class _Flow:
    """What flows at a metered point of a device: by itself, and by the steps that force it."""

    def __init__(self, sensors: Sensors, meters: Sequence[tuple[str, Counted]], story: Scenario, seed: int) -> None:
        name, (_, shape) = meters[0][1].point, meters[0]
        self.meters = meters
        self.source = Source(shape.source.curve, shape.source.seed, shape.source.by / shape.by)
        self.notes: list[tuple[float, float]] = [(0.0, 0.0)]
        self.more = 0.0
        self._id, self._seed = sensors.device.id, seed
        self._steps = [
            (number, step, ids, wanted, by, point == name)
            for number, (step, ids) in enumerate(story.steps)
            if self._id in ids
            for point, by in _ways(name, sensors.shapes)
            if (wanted := wants(step, sensors.model).get(point)) is not None
        ]

    @property
    def forced(self) -> bool:
        """Whether any step ever forces it."""
        return bool(self._steps)

    def forcings(self, since: float, until: float) -> list[_Forcing]:
        """What forces it at some time of a span."""
        return [
            _Forcing(start, start + step.lasts, wanted, by, (direct, number))
            for number, step, ids, wanted, by, direct in self._steps
            for start in self._starts(step, ids, number, since, until)
            if start < until and start + step.lasts > since
        ]

    def _starts(self, step: Step, ids: tuple[str, ...], number: int, since: float, until: float) -> Iterator[float]:
        first = 0
        if step.every is not None:
            # However late the last of several devices begins, or a long step ends.
            first = max(0, int((since - step.at - step.lasts - len(ids) * step.apart) // step.every))
        for turn in range(first, begun(step, until)):
            there = chosen(step, ids, self._seed, number, turn)
            if self._id in there:
                yield begins(step, turn, there.index(self._id))

    def note(self, now: float) -> None:
        if now - self.notes[-1][0] >= NOTED and any(meter.span is not None for _, meter in self.meters):
            self.notes.append((now, self.more))

    def counted_by(self, then: float, now: float) -> float:
        """What was counted by an earlier time."""
        after = bisect_right(self.notes, then, key=lambda note: note[0])
        if after == 0:
            return 0.0
        (began, had), (ended, has) = self.notes[after - 1], (*self.notes[after : after + 1], (now, self.more))[0]
        return has if ended <= began else had + (has - had) * min((then - began) / (ended - began), 1.0)


class Meters:
    """The meters of a fleet under a scenario that began at `start` (Unix seconds). Ask it for later and later times."""

    def __init__(self, story: Scenario, fleet: Sequence[Sensors], seed: int, start: float) -> None:
        self._start, self._until = start, 0.0
        self._flows = {
            (one.device.id, name): _Flow(one, meters, story, seed) for one in fleet for name, meters in _metered(one)
        }
        self._parts = {one.device.id: _parts(one.device, fleet) for one in fleet if one.device.total}
        self._touched = [key for key in self._flows if self._is_touched(*key)]

    def at(self, elapsed: float) -> Metered:
        """As of so many seconds after the beginning."""
        more: dict[str, ByPoint] = {}
        beyond: dict[str, ByPoint] = {}
        for id_, name in self._touched:
            mine = self._flows[id_, name]
            mine.more += self._more(id_, name, self._until, elapsed)
            mine.note(elapsed)
            for meter, shape in mine.meters:
                more.setdefault(id_, {})[meter] = mine.more - self._before(mine, shape, elapsed)
            if id_ in self._parts and (rate := self._beyond(id_, name, elapsed)):
                beyond.setdefault(id_, {})[name] = rate
        self._until = max(self._until, elapsed)
        return Metered(more, beyond)

    def _is_touched(self, id_: str, name: str) -> bool:
        if (id_, name) not in self._flows:
            return False
        return self._flows[id_, name].forced or any(self._is_touched(part, name) for part in self._parts.get(id_, ()))

    def _before(self, mine: _Flow, meter: Counted, elapsed: float) -> float:
        """What a meter that looks back over a span no longer counts."""
        if meter.span is None:
            return 0.0
        back = Moment(self._start + elapsed).local if meter.span == "today" else meter.span * 3600
        return mine.counted_by(elapsed - back, elapsed)

    def _more(self, id_: str, name: str, since: float, until: float) -> float:
        """What flowed beyond the curve in a span, in flow × hours."""
        if (id_, name) not in self._flows or until <= since:
            return 0.0
        mine = self._flows[id_, name]
        forcings = mine.forcings(since, until)
        times = {each for one in forcings for each in one.turns if since < each < until}
        return sum(
            self._piece(id_, name, _holds(forcings, (a + b) / 2), a, b)
            for a, b in pairwise((since, *sorted(times), until))
        )

    def _piece(self, id_: str, name: str, forcing: _Forcing | None, since: float, until: float) -> float:
        """The same for a span in which one step holds, or none."""
        if forcing is None:
            return sum(self._more(part, name, since, until) for part in self._parts.get(id_, ()))
        mine, hours = self._flows[id_, name], (until - since) / 3600
        usual = counted(mine.source, self._start + until) - counted(mine.source, self._start + since)
        even = forcing.even(since, until)
        if even is not None:
            share, beside = even
            # What the parts of a supply meter draw beyond their curves passes it like the rest.
            others = sum(self._more(part, name, since, until) for part in self._parts.get(id_, ())) * share
            return (share - 1) * usual + beside * hours + others
        times = [since + (until - since) * n / PIECES for n in range(PIECES + 1)]
        way = [forcing.rate(mine.source, self._start, time) for time in times]
        return (sum(way) - (way[0] + way[-1]) / 2) * hours / PIECES - usual

    def _beyond(self, id_: str, name: str, now: float) -> float:
        """How much more than by itself flows now."""
        if (id_, name) not in self._flows:
            return 0.0
        mine = self._flows[id_, name]
        forcing = _holds([one for one in mine.forcings(now, now + 1e-6) if one.since <= now < one.until], now)
        if forcing is None:
            return sum(self._beyond(part, name, now) for part in self._parts.get(id_, ()))
        return forcing.rate(mine.source, self._start, now) - flow(mine.source, self._start + now)


def _holds(forcings: Sequence[_Forcing], now: float) -> _Forcing | None:
    return max((one for one in forcings if one.since <= now < one.until), key=lambda one: one.rank, default=None)


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _metered(sensors: Sensors) -> list[tuple[str, list[tuple[str, Counted]]]]:
    """Each point that meters of the thing count, with these meters."""
    found: dict[str, list[tuple[str, Counted]]] = {}
    for point, shape in sensors.shapes:
        if isinstance(shape, Counted) and shape.when is None:
            found.setdefault(shape.point, []).append((point.name, shape))
    return list(found.items())


def _ways(name: str, shapes: Shapes) -> list[tuple[str, float]]:
    """The points that move a flow, each with how much of it flows: the point itself, and what it is a share of."""
    by_name = {point.name: shape for point, shape in shapes}
    ways, by = [(name, 1.0)], 1.0
    while isinstance(shape := by_name[name], Share):
        name, by = shape.of, by * shape.by
        ways.append((name, by))
    return ways


def _parts(total: Device, fleet: Sequence[Sensors]) -> tuple[str, ...]:
    return tuple(one.device.id for one in fleet if one.device.kind == total.kind and not one.device.total)
