"""What meters count otherwise than their curves say, because a scenario lets more flow or less, and what the supply meters
hear of it. Pure but for what it remembers of steps that are over.

Of two steps that force one point of a device at the same time both are counted, though only the later in the file is seen:
a scenario says such a thing once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from desktop.simulate.building import Device
from desktop.simulate.curves import counted, flow
from desktop.simulate.scenario import Move, Scenario, Step, begins, begun, chosen
from desktop.simulate.sensors import Sensors
from desktop.simulate.shapes import Counted, Source

PIECES = 32
"""A number on its way from one value to another is counted in so many pieces."""

ByPoint = dict[str, float]


@dataclass(frozen=True)
class Metered:
    """By device, and by the point whose flow it is: how much was counted beyond the curve by now (flow × hours; below 0
    for less), and for supply meters how much flows beyond it now."""

    more: Mapping[str, ByPoint]
    beyond: Mapping[str, ByPoint]


@dataclass(frozen=True)
class _Flow:
    """What flows by itself at a metered point."""

    source: Source

    def rate(self, at: float) -> float:
        return flow(self.source, at)

    def amount(self, since: float, until: float) -> float:
        return counted(self.source, until) - counted(self.source, since)


class Meters:
    """The meters of a fleet under a scenario that began at `start` (Unix seconds). Ask it for later and later times."""

    def __init__(self, story: Scenario, fleet: Sequence[Sensors], seed: int, start: float) -> None:
        self._seed, self._start = seed, start
        self._flows = {one.device.id: _flows(one) for one in fleet}
        self._steps = [
            (number, step, ids)
            for number, (step, ids) in enumerate(story.steps)
            if any(name in self._flows.get(id_, {}) for id_ in ids for name in step.points)
        ]
        self._totals = {one.device.id: _parts(one.device, fleet) for one in fleet if one.device.total}
        self._over: dict[str, ByPoint] = {}
        """What steps counted that are over."""
        self._first: dict[int, int] = {}
        """Of each step, the first repetition that is not over."""

    def at(self, elapsed: float) -> Metered:
        """As of so many seconds after the beginning."""
        more = {id_: dict(mine) for id_, mine in self._over.items()}
        beyond: dict[str, ByPoint] = {}
        for number, step, ids in self._steps:
            for turn in range(self._first.get(number, 0), begun(step, elapsed)):
                over = True
                for id_, name, since in self._forced(step, ids, number, turn):
                    until = min(elapsed, since + step.lasts)
                    if until < since:
                        over = False
                        continue
                    _add(more, id_, name, self._counted(step, id_, name, since, until))
                    if elapsed < since + step.lasts:
                        over = False
                        _add(beyond, id_, name, self._rate(step, id_, name, since, elapsed))
                if over and turn == self._first.get(number, 0):
                    self._settle(number, step, ids, turn)
        for total, parts in self._totals.items():
            for found in (more, beyond):
                for part in parts:
                    for name, amount in found.get(part, {}).items():
                        _add(found, total, name, amount)
        return Metered(more, {id_: mine for id_, mine in beyond.items() if id_ in self._totals})

    def _forced(self, step: Step, ids: tuple[str, ...], number: int, turn: int) -> Iterator[tuple[str, str, float]]:
        """(device, metered point, since when) of one repetition; times in seconds after the beginning."""
        for place, id_ in enumerate(chosen(step, ids, self._seed, number, turn)):
            for name in step.points:
                if name in self._flows.get(id_, {}):
                    yield id_, name, begins(step, turn, place)

    def _settle(self, number: int, step: Step, ids: tuple[str, ...], turn: int) -> None:
        for id_, name, since in self._forced(step, ids, number, turn):
            _add(self._over, id_, name, self._counted(step, id_, name, since, since + step.lasts))
        self._first[number] = turn + 1

    def _counted(self, step: Step, id_: str, name: str, since: float, until: float) -> float:
        """What flowed beyond the curve, in flow × hours."""
        wanted, own = step.points[name], self._flows[id_][name]
        if isinstance(wanted, Move) and wanted.add is not None:
            return wanted.add * (until - since) / 3600
        arrives = min(until, since + (wanted.over or step.lasts)) if isinstance(wanted, Move) else since
        piece = (arrives - since) / PIECES
        way = [self._rate(step, id_, name, since, since + n * piece) for n in range(PIECES + 1)] if piece else [0.0]
        on_the_way = (sum(way) - (way[0] + way[-1]) / 2) * piece / 3600
        there = _goal(wanted) * (until - arrives) / 3600
        return on_the_way + there - own.amount(self._start + arrives, self._start + until)

    def _rate(self, step: Step, id_: str, name: str, since: float, now: float) -> float:
        """How much more than by itself flows now."""
        wanted, natural = step.points[name], self._flows[id_][name].rate(self._start + now)
        if not isinstance(wanted, Move):
            return _goal(wanted) - natural
        if wanted.add is not None:
            return wanted.add
        begin = natural if wanted.start is None else wanted.start
        share = min((now - since) / (wanted.over or step.lasts), 1.0)
        return begin + (_goal(wanted) - begin) * share - natural


def _goal(wanted: object) -> float:
    value = wanted.to if isinstance(wanted, Move) else wanted
    return float(value) if isinstance(value, (int, float)) else 0.0


def _flows(sensors: Sensors) -> dict[str, _Flow]:
    """What flows at each point that one of the thing's meters counts for good."""
    return {
        shape.point: _Flow(Source(shape.source.curve, shape.source.seed, shape.source.by / shape.by))
        for _, shape in sensors.shapes
        if isinstance(shape, Counted) and shape.when is None and shape.span is None
    }


def _parts(total: Device, fleet: Sequence[Sensors]) -> tuple[str, ...]:
    return tuple(one.device.id for one in fleet if one.device.kind == total.kind and not one.device.total)


def _add(to: dict[str, ByPoint], id_: str, name: str, amount: float) -> None:
    mine = to.setdefault(id_, {})
    mine[name] = mine.get(name, 0.0) + amount
