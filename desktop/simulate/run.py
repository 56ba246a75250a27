"""The simulated community at work: everything it says, at its own pace or at a given rate.

It stops when told (`stop`), and then says for each device what the broker would say for a real one: its last will.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Mapping, Sequence

from desktop.kernel.clock import Clock
from desktop.simulate.building import Device, Size, devices
from desktop.simulate.foreign import ForeignDevice, foreign_devices
from desktop.simulate.metering import Meters
from desktop.simulate.noise import noise
from desktop.simulate.publisher import Message, Publish, Voice, props
from desktop.simulate.scenario import DEFAULT, Doing, Scenario, load_scenario
from desktop.simulate.sensors import fleet
from desktop.simulate.stills import Eyes
from desktop.simulate.trouble import silent
from desktop.things.loader import load_models
from desktop.things.model import ThingModel

BEAT = 0.25
"""Seconds between two looks at who has something to say."""
TROUBLED = 1.0
"""Seconds between two looks of a device in trouble at its sensors: what changes fast is told fast."""
SPREAD = 2.0
"""Seconds over which the devices say their first values."""
RING = 20_000
"""Payloads made ahead for a given rate, so that making them does not set the pace."""


def simulate(
    publish: Publish,
    *,
    community: str,
    size: Size,
    rate: float | None,
    seed: int,
    clock: Clock,
    stop: threading.Event,
    reconnected: threading.Event | None = None,
    models: Mapping[str, ThingModel] | None = None,
    scenario: str = DEFAULT,
    beside: Sequence[Device] = (),
) -> int:
    """Runs until `stop` is set; returns the number of messages sent.

    `rate` None is the natural pace, with the scenario and the devices of other makers; a number is so many `props` messages
    a second for measuring, without them. `beside` are devices beside the community's. Whoever owns the connection sets
    `reconnected` after it was made anew: every device then announces itself again, as real ones do. A device
    that cannot be simulated is told and left out. Raises DataFileError or ValueError for wrong data files, and whatever
    `publish` raises.
    """
    known = load_models().models if models is None else models
    begun = clock.now().timestamp()
    there = (*devices(size), *beside)
    story = load_scenario(scenario, there, known)
    everything = fleet(there, known, seed)
    voices = [Voice(sensors, community=community, begun=begun) for sensors in everything]
    run = _Run(publish, voices, foreign_devices(seed) if rate is None else (), clock, stop, reconnected)
    run.announce()
    if rate is None:
        run.naturally(story, seed, Meters(story, everything, seed, clock.now().timestamp()), Eyes(voices, community))
    else:
        run.at_rate(rate, begun)
    run.farewell()
    return run.sent


def dark(doings: Mapping[str, Sequence[Doing]], models: Mapping[str, ThingModel]) -> set[str]:
    """The devices (of these models, by id) that are silent: what speaks through them is cut off."""
    there = ((id_, models[id_], all_) for id_, all_ in doings.items() if id_ in models)
    return {id_ for id_, model, all_ in there if any(silent(doing.step, model) for doing in all_)}


class _Run:
    def __init__(
        self,
        publish: Publish,
        voices: Sequence[Voice],
        foreign: Sequence[ForeignDevice],
        clock: Clock,
        stop: threading.Event,
        reconnected: threading.Event | None,
    ) -> None:
        self._publish = publish
        self._voices = voices
        self._foreign = foreign
        self._everyone: tuple[Voice | ForeignDevice, ...] = (*voices, *foreign)
        self._clock = clock
        self._stop = stop
        self._reconnected = reconnected or threading.Event()
        self.sent = 0

    def announce(self) -> None:
        for speaker in self._everyone:
            if self._stop.is_set():
                return
            self._send(speaker.announce())

    def farewell(self) -> None:
        for speaker in self._everyone:
            self._send(speaker.farewell())

    def naturally(self, story: Scenario, seed: int, meters: Meters, eyes: Eyes) -> None:
        start = self._clock.monotonic()
        due = [start + noise(seed, index) * SPREAD for index in range(len(self._voices))]
        foreign_due = [start + SPREAD] * len(self._foreign)
        models = {voice.device.id: voice.model for voice in self._voices}
        before: set[tuple[str, int]] = set()
        while not self._stop.is_set():
            self._announce_again()
            now, at = self._clock.monotonic(), self._clock.now().timestamp()
            doings = story.going_on(seed, now - start)
            metered = meters.at(now - start)
            cut = dark(doings, models)
            # What is different for a device from one look to the next: it speaks then, due or not.
            working = {(id_, id(doing.step)) for id_, all_ in doings.items() for doing in all_}
            changed = {id_ for id_, _ in working ^ before}
            before = working
            for index, voice in enumerate(self._voices):
                id_, parent = voice.device.id, voice.device.parent
                if due[index] <= now or id_ in changed or parent in changed:
                    beyond = metered.beyond.get(id_)
                    self._send(voice.speak(at, doings.get(id_, ()), metered.more.get(id_), parent in cut, beyond))
                    due[index] = now + (TROUBLED if beyond or id_ in doings else voice.interval)
            for index, device in enumerate(self._foreign):
                if foreign_due[index] <= now:
                    self._send(device.report(at))
                    foreign_due[index] = now + device.interval
            self._send(eyes.see(now, at, doings, cut))
            self._stop.wait(BEAT)

    def at_rate(self, rate: float, begun: float) -> None:
        ring = itertools.cycle(_ring(self._voices, begun))
        start, sent = self._clock.monotonic(), 0
        while not self._stop.is_set():
            self._announce_again()
            behind = int((self._clock.monotonic() - start) * rate) - sent
            # At most a hundred at a time, so that a rate beyond reach still hears `stop`.
            batch = min(behind, 100)
            if batch <= 0:
                self._stop.wait(0.002)
                continue
            self._send(itertools.islice(ring, batch))
            sent += batch

    def _announce_again(self) -> None:
        if self._reconnected.is_set():
            self._reconnected.clear()
            self.announce()

    def _send(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self._publish(message.topic, message.payload, message.retain)
            self.sent += 1


def _ring(voices: Sequence[Voice], begun: float) -> list[Message]:
    """Props messages of all devices in turn, each with what changed since its last; they carry no time of their own,
    because they are sent many times."""
    rounds = max(4, min(32, RING // max(len(voices), 1)))
    messages: list[Message] = []
    for number in range(rounds):
        for voice in voices:
            news = voice.news(begun + number * voice.interval / 3)
            if news:
                messages.append(Message(voice.props_topic, props(news)))
    return messages
