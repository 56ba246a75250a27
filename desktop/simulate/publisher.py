"""A simulated device's voice: the messages it sends on Linli's own topics, as a real one would."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import NamedTuple, Protocol

import msgspec

from desktop.simulate.behaviour import Moment, rate_of, seed_of, shapes_of, values
from desktop.simulate.building import Device
from desktop.simulate.trouble import Trouble, forced, silent
from desktop.things.model import ThingModel, Value

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

    def __init__(self, device: Device, model: ThingModel, *, community: str, seed: int, begun: float) -> None:
        self.device = device
        self.model = model
        self._base = f"linli/1/{community}/things/{device.id}"
        self.props_topic = f"{self._base}/props"
        self._seed = seed_of(seed, device.id)
        self._begun = begun
        self._shapes = shapes_of(model)
        self._refresh = {point.name: point.stale_after / 3 for point, _ in self._shapes}
        self._events = [(event.name, rate) for event in model.events if (rate := rate_of(event))]
        self._random = random.Random(self._seed)
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
        }
        return [Message(f"{self._base}/model", _encode(description), True), self._status("online")]

    def farewell(self) -> list[Message]:
        """What the broker says for it when its line breaks: its last will."""
        return [self._status("offline")]

    def speak(self, at: float, trouble: Trouble | None = None) -> list[Message]:
        """What it has to say at a time (Unix seconds): nothing while it is silent, else what changed and what happened."""
        quiet = trouble is not None and silent(trouble, self.model)
        if quiet:
            first, self._silent = not self._silent, True
            return self.farewell() if first else []
        messages: list[Message] = []
        if self._silent:
            self._silent = False
            self._told.clear()
            messages.append(self._status("online"))
        news = self.news(at, trouble)
        if news:
            messages.append(Message(self.props_topic, props(news, at)))
        messages += self._happenings(at)
        self._last = at
        return messages

    def news(self, at: float, trouble: Trouble | None = None) -> dict[str, Value]:
        """The values that changed since they were told, and those not told for long."""
        found: dict[str, Value] = {}
        for name, now in self._values(at, trouble).items():
            told = self._told.get(name)
            # A little early, so that a look at the sensors just before the time does not wait for the next.
            if told is None or told[0] != now or at - told[1] >= 0.9 * self._refresh[name]:
                found[name] = now
                self._told[name] = (now, at)
        return found

    def _values(self, at: float, trouble: Trouble | None) -> Mapping[str, Value]:
        moment = Moment(at, self._begun)
        natural = values(self._shapes, self._seed, moment, {})
        if trouble is None:
            return natural
        return values(self._shapes, self._seed, moment, forced(trouble, self.model, natural))

    def _happenings(self, at: float) -> list[Message]:
        messages: list[Message] = []
        for name, rate in self._events:
            if self._random.random() < rate.per_hour * (at - self._last) / 3600:
                data = {key: self._random.choice(choices) for key, choices in rate.data.items()}
                body = {"at": round(at * 1000), "event": name, "data": data}
                messages.append(Message(f"{self._base}/events", _encode(body)))
        return messages

    def _status(self, word: str) -> Message:
        return Message(f"{self._base}/status", word.encode(), True)


def props(news: Mapping[str, Value], at: float | None = None) -> bytes:
    """A `props` payload, with the device's own time (Unix seconds) where it tells one."""
    return _encode({"v": news} if at is None else {"at": round(at * 1000), "v": news})
