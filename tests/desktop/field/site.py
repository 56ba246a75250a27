"""A console's end of the field service and a building's end of the broker, for the tests of this room."""

from __future__ import annotations

from pathlib import Path

import msgspec

from desktop.field.host import FieldView
from desktop.field.messages import AlarmChange, FieldSettings, FromField, Health
from desktop.field.mqtt import Publisher
from desktop.things.model import Reading
from tests.support.broker import Mosquitto, wait_until

COMMUNITY = "310105012003"
ROOT = f"linli/1/{COMMUNITY}/things"


def settings_for(broker: Mosquitto, folder: Path, key: bytes, capacity: int = 4096) -> FieldSettings:
    return FieldSettings(broker=broker.url, community=COMMUNITY, data_dir=str(folder), key=key, capacity=capacity)


class Building:
    """Speaks as Linli devices do."""

    def __init__(self, broker: Mosquitto) -> None:
        self.publish = Publisher(broker.url)
        assert self.publish.start(20)

    def describe(self, thing: str, model: str = "gas-detector") -> None:
        self.publish(f"{ROOT}/{thing}/model", msgspec.json.encode({"model": model, "name": f"{thing}号"}), True)

    def withdraw(self, thing: str) -> None:
        self.publish(f"{ROOT}/{thing}/model", b"", True)

    def say(self, thing: str, retain: bool = False, **values: object) -> None:
        self.publish(f"{ROOT}/{thing}/props", msgspec.json.encode({"v": values}), retain)

    def say_at(self, thing: str, at_ms: int, **values: object) -> None:
        """As `say`, with the device's own time."""
        self.publish(f"{ROOT}/{thing}/props", msgspec.json.encode({"at": at_ms, "v": values}), False)

    def status(self, thing: str, word: str) -> None:
        self.publish(f"{ROOT}/{thing}/status", word.encode(), True)

    def stop(self) -> None:
        self.publish.stop()


class Listener:
    """Collects what a host tells."""

    def __init__(self, host: FieldView) -> None:
        self.host = host
        self.messages: list[FromField] = []
        host.on(self.messages.append)

    @property
    def alarms(self) -> list[AlarmChange]:
        return [message for message in self.messages if isinstance(message, AlarmChange)]

    @property
    def health(self) -> Health:
        found = self.host.health()
        assert found
        return found

    def reading(self, thing: str, point: str) -> Reading:
        known = self.host.things().get(thing)
        if known is None:
            return Reading(None, "none", 0.0)
        names = [each.name for each in known[0].model.points]
        return self.host.reading(known[1] + (0 if point == "$online" else 1 + names.index(point)))

    def wait_link(self, state: str) -> None:
        wait_until(lambda: (health := self.host.health()) and health.link == state, 40, f"link {state}")

    def wait_thing(self, thing: str) -> None:
        wait_until(lambda: thing in self.host.things(), 30, thing)

    def wait_value(self, thing: str, point: str, value: object) -> None:
        wait_until(lambda: self.reading(thing, point).value == value, 30, f"{thing}.{point} = {value}")
