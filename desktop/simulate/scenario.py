"""What happens in the simulated community: `resources/scenarios/<name>.toml`, read and checked (docs/simulator.md).

A scenario is steps. Each says when it begins and for how long, which devices it is about, and what happens to them: an
alarm rule of the thing model comes true, points take values, the device falls silent, an event is told.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from desktop.kernel.errors import NotFound
from desktop.kernel.words import Text
from desktop.simulate.building import Device
from desktop.simulate.noise import noise
from desktop.things.model import Point, ThingModel, Value
from desktop.things.simulated import can_be
from resources.loader import error_at, folder, load

DEFAULT = "demo"
MOST = 1_000
"""Times a step may repeat in a run that goes on: enough for days."""

_Seconds = Annotated[float, Meta(ge=0)]
_Span = Annotated[float, Meta(gt=0)]


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number on its way: from `start` (its natural value when left out) to `to` in `over` seconds, and there until the
    end; or so much more than its natural value (`add`), or so many times as much (`times`). A meter counts it for good."""

    to: float | None = None
    start: float | None = field(name="from", default=None)
    over: _Span | None = None
    """The whole step when left out."""
    add: Annotated[float, Meta(ge=0)] | None = None
    times: Annotated[float, Meta(ge=0)] | None = None
    back: _Seconds = 0.0
    """In the last so many seconds of the step it goes back to its natural value."""

    def __post_init__(self) -> None:
        if sum(each is not None for each in (self.to, self.add, self.times)) != 1:
            raise ValueError("exactly one of to, add and times is needed")
        if self.to is None and (self.start is not None or self.over is not None):
            raise ValueError("from and over are for to")

    def arrives(self, lasts: float) -> float:
        """The seconds after which it is where it was going, in a step of this length."""
        return 0.0 if self.to is None else self.over or lasts - self.back

    def at(self, natural: float, begun: float, since: float, lasts: float) -> float:
        """Where it is, where it would naturally be at `natural` and was at `begun` when the step began, so many seconds
        after a step of this length began."""
        if self.add is not None:
            there = natural + self.add
        elif self.times is not None:
            there = natural * self.times
        else:
            begin, goal, arrives = begun if self.start is None else self.start, self.to or 0.0, self.arrives(lasts)
            there = goal if since >= arrives else begin + (goal - begin) * since / arrives
        left = lasts - since
        return there if left >= self.back else natural + (there - natural) * left / self.back


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An event, told once when the step begins."""

    name: str
    data: dict[str, Value] = {}


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that happens. Exactly one of `kind` and `id` says to whom; `id` may hold `*`."""

    at: _Seconds
    lasts: _Span
    kind: str = ""
    id: str = ""
    which: Annotated[int, Meta(ge=0)] | Literal["all", "any"] = "all"
    """Of several devices: the n-th (from 0), every one, or at each repetition another one, drawn by the seed."""
    apart: _Seconds = 0.0
    """Seconds from one of several devices to the next."""
    every: _Span | None = None
    """Begins again each so many seconds."""
    times: Annotated[int, Meta(ge=1)] | None = None
    """How often in all; without end when left out."""
    rule: str = ""
    points: dict[str, Value | Move] = {}
    silent: bool = False
    event: Told | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: dict[str, str]
    summary: dict[str, str]
    expect: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Doing:
    """A step at work on a device: for how long already (seconds)."""

    step: Step
    since: float


@dataclass(frozen=True)
class Scenario:
    """A scenario for these devices. `expect` names the alarms it is sure to raise, as `kind/rule`."""

    name: str
    title: Text
    summary: Text
    expect: tuple[str, ...]
    steps: tuple[tuple[Step, tuple[str, ...]], ...]
    """Every step with the ids of the devices it may be about."""

    def going_on(self, seed: int, elapsed: float) -> dict[str, list[Doing]]:
        """What happens at the moment, by device, in the order of the file; `elapsed` counts seconds since the beginning."""
        found: dict[str, list[Doing]] = {}
        for number, (step, ids) in enumerate(self.steps):
            for turn in _turns(step, len(ids), elapsed):
                for place, id_ in enumerate(chosen(step, ids, seed, number, turn)):
                    since = elapsed - begins(step, turn, place)
                    if 0 <= since < step.lasts:
                        found.setdefault(id_, []).append(Doing(step, since))
        return found

    @property
    def span(self) -> float:
        """Seconds until every step was there once."""
        return max((begins(step, 0, len(ids) - 1) + step.lasts for step, ids in self.steps), default=0.0)


def names(path: Path | None = None) -> list[str]:
    """The scenarios there are."""
    return sorted(file.stem for file in (path or folder("scenarios")).glob("*.toml"))


def known(name: str, path: Path | None = None) -> None:
    """Raises NotFound for a name no scenario has."""
    if name not in names(path):
        raise NotFound(f"no scenario is named {name!r} (there are: {', '.join(names(path))})", what=name)


def summary(name: str, path: Path | None = None) -> Text:
    """One line about a scenario, in every language. Raises DataFileError."""
    return load((path or folder("scenarios")) / f"{name}.toml", _File).summary


def load_scenario(
    name: str, devices: Sequence[Device], models: Mapping[str, ThingModel], path: Path | None = None
) -> Scenario:
    """The scenario for these devices. A step about devices whose model was refused is left out: one kind must not keep
    the others from playing. Raises DataFileError with the line of a step that names what does not exist."""
    file = (path or folder("scenarios")) / f"{name}.toml"
    form = load(file, _File)
    steps: list[tuple[Step, tuple[str, ...]]] = []
    for number, step in enumerate(form.steps):
        try:
            ids = _devices_of(step, devices, models)
        except _Mistake as mistake:
            raise error_at(file, str(mistake), f"$.steps[{number}]{mistake.at}") from mistake
        if ids:
            steps.append((step, ids))
    refused = {device.kind for device in devices} - models.keys()
    expect = tuple(wanted for wanted in form.expect if wanted.partition("/")[0] not in refused)
    for wanted in expect:
        kind, _, rule = wanted.partition("/")
        if kind not in models or all(rule != one.name for one in models[kind].alarms):
            raise error_at(file, f"no alarm is named {wanted!r}", "$.expect")
    return Scenario(name, form.title, form.summary, expect, tuple(steps))


class _Mistake(Exception):
    def __init__(self, at: str, reason: str) -> None:
        super().__init__(reason)
        self.at = at


def _devices_of(step: Step, devices: Sequence[Device], models: Mapping[str, ThingModel]) -> tuple[str, ...]:
    """The devices a step may be about, once everything it names was found on each of them; none where none of them has
    a model."""
    if bool(step.kind) == bool(step.id):
        raise _Mistake("", "exactly one of kind and id is needed")
    if not (step.rule or step.points or step.silent or step.event):
        raise _Mistake("", "one of rule, points, silent and event is needed")
    if step.times is not None and step.every is None:
        raise _Mistake(".times", "times is for a step with every")
    there = [d for d in devices if d.kind == step.kind or (step.id and fnmatch.fnmatchcase(d.id, step.id))]
    if step.kind and step.kind not in models and not there:
        raise _Mistake(".kind", f"no kind is named {step.kind!r}")
    if not there:
        word = "kind" if step.kind else "id"
        raise _Mistake(f".{word}", f"the community has no device of {word} {step.kind or step.id!r}")
    if isinstance(step.which, int) and step.which >= len(there):
        raise _Mistake(".which", f"there are only {len(there)} such devices")
    chosen = [device for device in there if device.kind in models]
    if isinstance(step.which, int) and step.which >= len(chosen):
        return ()
    for kind in sorted({device.kind for device in chosen}):
        _check(step, models[kind])
    return tuple(device.id for device in chosen)


def _check(step: Step, model: ThingModel) -> None:
    if step.rule and all(step.rule != rule.name for rule in model.alarms):
        raise _Mistake(".rule", f"{model.kind} has no alarm rule {step.rule!r}")
    for name, value in step.points.items():
        point = model.point(name)
        if point is None:
            raise _Mistake(f".points.{name}", f"{model.kind} has no point {name!r}")
        if not _takes(point, value):
            raise _Mistake(f".points.{name}", f"{model.kind}.{name} ({point.type}) is never {value!r}")
        if isinstance(value, Move) and (value.over or 0.0) + value.back > step.lasts:
            raise _Mistake(f".points.{name}", f"over and back together are longer than the step ({step.lasts:g} s)")
    if step.event and all(step.event.name != event.name for event in model.events):
        raise _Mistake(".event", f"{model.kind} has no event {step.event.name!r}")


def _takes(point: Point, value: Value | Move) -> bool:
    """Whether a point can have this value."""
    if isinstance(value, Move):
        ends = (value.to, value.start)
        moves = point.type in ("integer", "number") and not point.enum
        return moves and all(can_be(point, end) for end in ends if end is not None)
    return can_be(point, value)


def begins(step: Step, turn: int, place: int) -> float:
    """When a repetition begins at the device of this place among the chosen, in seconds after the scenario's beginning."""
    return step.at + turn * (step.every or 0.0) + (place * step.apart if step.which == "all" else 0.0)


def begun(step: Step, elapsed: float) -> int:
    """How many of a step's repetitions began by now (the first of several devices counts)."""
    if elapsed < step.at:
        return 0
    return 1 if step.every is None else min(int((elapsed - step.at) // step.every) + 1, step.times or MOST)


def _turns(step: Step, devices: int, elapsed: float) -> range:
    """The repetitions that may still be at work."""
    already = begun(step, elapsed)
    if step.every is None:
        return range(already)
    longest = step.lasts + (devices * step.apart if step.which == "all" else 0.0)
    return range(max(0, int((elapsed - step.at - longest) // step.every)), already)


def chosen(step: Step, ids: tuple[str, ...], seed: int, number: int, turn: int) -> tuple[str, ...]:
    """The devices that a repetition of the `number`-th step is about."""
    if step.which == "all":
        return ids
    which = int(noise(seed ^ number, turn) * len(ids)) if step.which == "any" else step.which
    return (ids[which],)
