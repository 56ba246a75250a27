"""A simulated device's voice: the messages it sends on Linli's own topics, as a real one would."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from desktop.simulate.behaviour import fitted
from desktop.simulate.curves import STIRRING, stirring
from desktop.simulate.scenario import Doing
from desktop.simulate.sensors import Sensors
from desktop.simulate.trouble import forced, silent
from desktop.things.linli import topic_root
from desktop.things.model import Value
from desktop.things.simulated import rate_of

_encode = msgspec.json.Encoder().encode


class Publish(Protocol):
    """Sends one message; may block a little, and raises only what should end the simulation."""

    def __call__(self, topic: str, payload: bytes, retain: bool) -> None: ...


class Message(NamedTuple):
    topic: str
    payload: bytes
    retain: bool = False


class Voice:
    """One device. It tells a point when it changed, and at least every third of its `staleAfter`, as devices do."""

    def __init__(self, sensors: Sensors, *, community: str, begun: float) -> None:
        self.device = sensors.device
        self.model = sensors.model
        self._sensors = sensors
        self._base = f"{topic_root(community)}/{self.device.id}"
        self.props_topic = f"{self._base}/props"
        self._refresh = {point.name: point.stale_after / 3 for point, _ in sensors.shapes}
        self._events = [(event.name, rate) for event in self.model.events if (rate := rate_of(event))]
        self._random = random.Random(sensors.seed)
        self._told: dict[str, tuple[Value, float]] = {}
        self._silent = False
        self._last = begun
        self.interval = min(self._refresh.values(), default=20.0)
        """Seconds between two looks at its sensors."""

    def announce(self) -> list[Message]:
        """What it says when it connects: its description and that it is there, both retained."""
        description = {
            "model": self.model.kind,
            "name": self.device.name,
            "place": self.device.place,
            "maker": self.device.maker,
            "simulated": True,
            **({"parent": self.device.parent} if self.device.parent else {}),
            **({"use": self.device.use} if self.device.use else {}),
        }
        return [Message(f"{self._base}/model", _encode(description), True), self._status("online")]

    def farewell(self) -> list[Message]:
        """What the broker says for it when its line breaks: its last will."""
        return [self._status("offline")]

    def speak(
        self,
        at: float,
        doings: Sequence[Doing] = (),
        more: Mapping[str, float] | None = None,
        cut_off: bool = False,
        beyond: Mapping[str, float] | None = None,
    ) -> list[Message]:
        """What it has to say at a time (Unix seconds): what changed and what happened; nothing while it is silent.

        `doings` is what a scenario does to it, `more` what its meters counted beyond their curves, `beyond` what flows
        through it beyond its curves now, because a scenario does something to what lies behind it. `cut_off` is that
        the gateway it speaks through is gone: then not even its last will is heard.
        """
        if cut_off or any(silent(doing.step, self.model) for doing in doings):
            first, self._silent = not self._silent, True
            # What is silent starts afresh afterwards.
            self._last = at
            return self.farewell() if first and not cut_off else []
        messages: list[Message] = []
        if self._silent:
            self._silent = False
            self._told.clear()
            messages.append(self._status("online"))
        news = self.news(at, doings, more, beyond)
        if news:
            messages.append(Message(self.props_topic, props(news, at)))
        messages += self._happenings(at)
        messages += self._told_by(doings, at)
        self._last = at
        return messages

    def news(
        self,
        at: float,
        doings: Sequence[Doing] = (),
        more: Mapping[str, float] | None = None,
        beyond: Mapping[str, float] | None = None,
    ) -> dict[str, Value]:
        """The values that changed since they were told, and those not told for long."""
        found: dict[str, Value] = {}
        for name, now in self.shows(at, doings, more, beyond).items():
            told = self._told.get(name)
            # A little early, so that a look at the sensors just before the time does not wait for the next.
            if told is None or told[0] != now or at - told[1] >= 0.9 * self._refresh[name]:
                found[name] = now
                self._told[name] = (now, at)
        return found

    def shows(
        self,
        at: float,
        doings: Sequence[Doing] = (),
        more: Mapping[str, float] | None = None,
        beyond: Mapping[str, float] | None = None,
    ) -> Mapping[str, Value]:
        """Every value its sensors show at a time, told or not; the rest as for `speak`."""
        natural = self._sensors.values(at, more=more)
        if not beyond and not any(doing.step.rule or doing.step.points for doing in doings):
            return natural
        heard = {name: _plus(natural[name], rate) for name, rate in (beyond or {}).items() if name in natural}
        told = {name: fitted(point, heard[name]) for point, _ in self._sensors.shapes if (name := point.name) in heard}

        def before(seconds: float) -> Mapping[str, Value]:
            return self._sensors.values(at - seconds)

        return self._sensors.values(at, {**told, **forced(doings, self.model, {**natural, **told}, before)}, more)

    def _happenings(self, at: float) -> list[Message]:
        # What happens is people's doing: more by day than at night, and as often in all as the model says.
        hours = (at - self._last) / 3600 * stirring(at) / STIRRING
        return [
            self._event(name, {key: self._random.choice(choices) for key, choices in rate.data.items()}, at)
            for name, rate in self._events
            if self._random.random() < rate.per_hour * hours
        ]

    def _told_by(self, doings: Sequence[Doing], at: float) -> list[Message]:
        """The events of steps that began since it last spoke."""
        return [
            self._event(doing.step.event.name, doing.step.event.data, at)
            for doing in doings
            if doing.step.event and at - doing.since > self._last
        ]

    def _event(self, name: str, data: Mapping[str, Value], at: float) -> Message:
        return Message(f"{self._base}/events", _encode({"at": round(at * 1000), "event": name, "data": data}))

    def _status(self, word: str) -> Message:
        return Message(f"{self._base}/status", word.encode(), True)


def _plus(value: Value, rate: float) -> float:
    return (float(value) if isinstance(value, (int, float)) else 0.0) + rate


def props(news: Mapping[str, Value], at: float | None = None) -> bytes:
    """A `props` payload, with the device's own time (Unix seconds) where it tells one."""
    return _encode({"v": news} if at is None else {"at": round(at * 1000), "v": news})
