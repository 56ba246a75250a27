"""Things as marks on a drawing: what each says, and which of them share a mark because they would overlap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot

from desktop.alarms.views import AlarmView
from desktop.kernel.words import Words
from desktop.things.service import Things
from desktop.things.views import ThingView
from ui.parts.badge import BadgeTone
from ui.parts.value import Shown, one_line, shown
from ui.things.state import Alarms, StateWord, hearing, main_points, priority_of, state_word

WORST: tuple[BadgeTone, ...] = ("critical", "high", "medium", "low")
NEAR = 24.0
"""Pixels between the middles of two marks that would overlap."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A thing on the drawing. `x` and `y` are shares of its width and height. Equal pins look the same."""

    id: str
    x: float
    y: float
    name: str
    state: StateWord
    values: tuple[tuple[str, Shown], ...] = ()
    """Titles and values of the main points."""
    gone: bool = False
    """Nobody answers there."""
    out: bool = False
    """Out of service."""

    def spoken(self) -> str:
        """For a screen reader."""
        told = [value.spoken(title) for title, value in self.values[:1]]
        return ", ".join(part for part in (self.name, self.state.spoken(), *told) if part)

    def rank(self) -> tuple[int, bool]:
        """What stands first: alarms by priority, then the silent."""
        urgent = WORST.index(self.state.tone) if self.state.tone in WORST else len(WORST)
        return urgent, not self.gone


@dataclass(frozen=True, slots=True)
class Cluster:
    """Marks drawn as one: the most urgent, and how many there are. `at` in pixels."""

    at: tuple[float, float]
    pins: tuple[Pin, ...]

    @property
    def worst(self) -> Pin:
        return self.pins[0]


def pin_of(
    view: ThingView | None, id_: str, at: tuple[float, float], alarms: Sequence[AlarmView], things: Things, words: Words,
    now: float,
) -> Pin:  # fmt: skip
    """The thing's mark, read from memory as of now (Unix seconds); one that nobody knows any more says so."""
    if view is None:
        return Pin(id_, *at, one_line(id_), StateWord(words("plans.unknown"), "quiet", "half"), gone=True)
    points = main_points(view)
    read = {point.name: things.reading(id_, point.name) for point in points}
    state = state_word(view, alarms, words, hearing(view, read, now))
    values = tuple(
        (
            words.of(point.title),
            shown(
                point, read[point.name], words, now, simulated=view.thing.simulated,
                priority=priority_of(alarms, point.name),
            ),
        )
        for point in points
    )  # fmt: skip
    gone = view.online is False and not view.out_of_service
    return Pin(id_, *at, one_line(view.name), state, values, gone, view.out_of_service)


def pins_of(
    places: Mapping[str, tuple[float, float]], things: Things, alarms: Alarms, words: Words, now: float
) -> list[Pin]:
    """Every mark of a plan, the most urgent first."""
    found = [pin_of(things.get(id_), id_, at, alarms.get(id_, ()), things, words, now) for id_, at in places.items()]
    return sorted(found, key=lambda pin: (pin.rank(), pin.id))


def clusters(pins: Sequence[Pin], at: Mapping[str, tuple[float, float]], apart: frozenset[str]) -> list[Cluster]:
    """Marks that lie within `NEAR` of a more urgent one become one with it; those of `apart` stay by themselves.

    `at` is where each lies in pixels. A grid of that width keeps it linear for dense places.
    """
    made: list[tuple[tuple[float, float], list[Pin]]] = []
    grid: dict[tuple[int, int], list[int]] = {}
    for pin in pins:
        x, y = at[pin.id]
        cell = int(x // NEAR), int(y // NEAR)
        near = None if pin.id in apart else _nearest(cell, (x, y), grid, made)
        if near is not None:
            made[near][1].append(pin)
            continue
        if pin.id not in apart:
            grid.setdefault(cell, []).append(len(made))
        made.append(((x, y), [pin]))
    return [Cluster(where, tuple(own)) for where, own in made]


def _nearest(
    cell: tuple[int, int],
    at: tuple[float, float],
    grid: Mapping[tuple[int, int], list[int]],
    made: Sequence[tuple[tuple[float, float], list[Pin]]],
) -> int | None:
    around = [n for dx in (-1, 0, 1) for dy in (-1, 0, 1) for n in grid.get((cell[0] + dx, cell[1] + dy), ())]
    close = [n for n in around if _apart(made[n][0], at) < NEAR]
    return min(close, key=lambda n: _apart(made[n][0], at), default=None)


def _apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])
