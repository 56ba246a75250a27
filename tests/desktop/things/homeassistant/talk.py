"""Talks to a dialect as bridges do."""

from __future__ import annotations

import json
from typing import Any

from desktop.things.dialect import Described, Sample, Update, Withdrawn
from desktop.things.homeassistant.dialect import HomeAssistantDialect
from desktop.things.model import Point, Thing, Value


class Talk:
    """A dialect, what it said last of each thing, and short ways to send it things."""

    def __init__(self, prefix: str = "homeassistant") -> None:
        self.dialect = HomeAssistantDialect(prefix)
        self.known: dict[str, Described] = {}
        self.gone: list[str] = []

    def announce(self, topic: str, config: Any) -> list[Described | Withdrawn]:
        payload = b"" if config is None else json.dumps(config).encode()
        told = list(self.dialect.describe(f"homeassistant/{topic}/config", payload))
        for each in told:
            if isinstance(each, Withdrawn):
                self.known.pop(each.thing_id, None)
                self.gone.append(each.thing_id)
            else:
                self.known[each.thing.id] = each
        return told

    def one(self, topic: str, config: Any) -> Thing:
        """Announces and gives the one thing that changed."""
        (told,) = self.announce(topic, config)
        assert isinstance(told, Described)
        return told.thing

    @property
    def thing(self) -> Thing:
        """The only thing there is."""
        (described,) = self.known.values()
        return described.thing

    def point(self, name: str) -> Point:
        found = self.thing.model.point(name)
        assert found is not None, [point.name for point in self.thing.model.points]
        return found

    def hear(self, topic: str, payload: str | bytes | dict[str, Any]) -> list[Update]:
        """The updates the only thing has from a payload."""
        (described,) = self.known.values()
        data = json.dumps(payload) if isinstance(payload, dict) else payload
        return list(described.bindings[topic](data.encode() if isinstance(data, str) else data))

    def values(self, topic: str, payload: str | bytes | dict[str, Any]) -> dict[str, Value | None]:
        """The samples of a payload by point."""
        return {update.point: update.value for update in self.hear(topic, payload) if isinstance(update, Sample)}
