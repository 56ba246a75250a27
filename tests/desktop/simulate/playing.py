"""Plays a scenario in virtual time: voices, the dialect that reads them, and the real evaluator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desktop.alarms.evaluator import Evaluator
from desktop.alarms.transitions import Onset
from desktop.simulate.building import devices
from desktop.simulate.metering import Meters
from desktop.simulate.publisher import Voice
from desktop.simulate.run import TROUBLED, dark
from desktop.simulate.scenario import begins, load_scenario
from desktop.simulate.sensors import Sensors, fleet
from desktop.things.dialect import Described, Happening, Online, Sample
from desktop.things.linli import LinliDialect
from desktop.things.loader import load_models
from desktop.things.model import ONLINE, Value

COMMUNITY = "990101001001"
MODELS = load_models().models
SMALL = devices("small")
BEGUN = 1_795_000_000.0
"""18 November 2026, 19:06 in Beijing."""


class Stage:
    """A community that plays a scenario; `raised` are the onsets so far, as (seconds, device, kind/rule)."""

    def __init__(self, scenario: str, sensors: Sequence[Sensors] | None = None, begun: float = BEGUN) -> None:
        self.story = load_scenario(scenario, SMALL, MODELS)
        self.begun = begun
        everything = fleet(SMALL, MODELS, 1) if sensors is None else sensors
        self._meters = Meters(self.story, everything, 1, begun)
        self.voices = [Voice(one, community=COMMUNITY, begun=begun) for one in everything]
        self.raised: list[tuple[float, str, str]] = []
        self.events: list[tuple[str, str]] = []
        self._due = [0.0] * len(self.voices)
        self._dialect = LinliDialect(COMMUNITY, MODELS)
        self._evaluator = Evaluator(wall=lambda: begun)
        self._bound: list[Described] = []
        for voice in self.voices:
            description, status = voice.announce()
            (told,) = self._dialect.describe(description.topic, description.payload)
            assert isinstance(told, Described)
            self._bound.append(told)
            self._evaluator.watch(told.thing)
            self._take(told, status.topic, status.payload, 0.0)

    def play(self, seconds: float, step: float = 1.0) -> None:
        """On to so many seconds after the beginning, each device at its own pace."""
        models = {voice.device.id: voice.model for voice in self.voices}
        elapsed = 0.0
        while elapsed <= seconds:
            doings = self.story.going_on(1, elapsed)
            metered = self._meters.at(elapsed)
            cut = dark(doings, models)
            for number, voice in enumerate(self.voices):
                id_ = voice.device.id
                if self._due[number] > elapsed and id_ not in doings:
                    continue
                self._due[number] = elapsed + (TROUBLED if id_ in doings else voice.interval)
                for message in voice.speak(
                    self.begun + elapsed, doings.get(id_, ()), metered.more.get(id_), voice.device.parent in cut,
                    metered.beyond.get(id_),
                ):  # fmt: skip
                    self._take(self._bound[number], message.topic, message.payload, elapsed)
            self._note(self._evaluator.tick(elapsed), elapsed)
            elapsed += step

    def _take(self, told: Described, topic: str, payload: bytes, elapsed: float) -> None:
        for update in told.bindings[topic](payload):
            if isinstance(update, Sample):
                assert update.value is not None, (told.thing.id, update.point, payload)
                said = self._evaluator.sample(told.thing.id, update.point, update.value, elapsed, update.device_at)
            elif isinstance(update, Online):
                said = self._evaluator.sample(told.thing.id, ONLINE, update.online, elapsed)
            else:
                assert isinstance(update, Happening)
                self.events.append((told.thing.id, update.event))
                continue
            self._note(said, elapsed)

    def _note(self, said: Sequence[object], elapsed: float) -> None:
        for one in said:
            if isinstance(one, Onset):
                alarm = one.alarm
                self.raised.append((elapsed, alarm.thing_id, f"{self._kind(alarm.thing_id)}/{alarm.rule.name}"))

    def _kind(self, thing_id: str) -> str:
        return next(voice.device.kind for voice in self.voices if voice.device.id == thing_id)


class Film:
    """What devices show under a scenario, as pure functions say it: ask for later and later times."""

    def __init__(self, scenario: str, begun: float = BEGUN) -> None:
        self.story = load_scenario(scenario, SMALL, MODELS)
        self._begun = begun
        everything = fleet(SMALL, MODELS, 1)
        self.sensors = {one.device.id: one for one in everything}
        self._voices = {one.device.id: Voice(one, community=COMMUNITY, begun=begun) for one in everything}
        self._models = {one.device.id: one.model for one in everything}
        self._meters = Meters(self.story, everything, 1, begun)

    @property
    def actors(self) -> list[str]:
        """The devices that steps are about."""
        return sorted({id_ for _, ids in self.story.steps for id_ in ids})

    def times(self, most: float = 20_000.0) -> list[float]:
        """When to look: before and after every turn of the story, and evenly between, longer apart after an hour."""
        turns = {
            begins(step, 0, place) + after
            for step, ids in self.story.steps
            for place in range(len(ids))
            for after in (0.0, 1.0, step.lasts - 1, step.lasts, step.lasts + 1)
        }
        end = min(self.story.span + 120, most)
        even = {float(each) for each in (*range(0, 3600, 10), *range(3600, int(most), 60))}
        return sorted(each for each in turns | even if each <= end)

    def at(self, elapsed: float, ids: Sequence[str]) -> dict[str, Mapping[str, Value]]:
        """The values of these devices; one that is silent is not there."""
        doings, metered = self.story.going_on(1, elapsed), self._meters.at(elapsed)
        gone = dark(doings, self._models)
        return {
            id_: self._voices[id_].shows(
                self._begun + elapsed, doings.get(id_, ()), metered.more.get(id_), metered.beyond.get(id_)
            )
            for id_ in ids
            if id_ not in gone and self.sensors[id_].device.parent not in gone
        }
