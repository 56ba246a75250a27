"""Home Assistant MQTT discovery as a dialect: descriptions in, things and their bindings out. It never publishes.

https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from desktop.things import payload as bytes_in
from desktop.things.dialect import Described, Unreadable, Withdrawn
from desktop.things.homeassistant.config import Config, bad, clean, expand
from desktop.things.homeassistant.devices import MAX_ENTITIES, Devices, identifiers
from desktop.things.homeassistant.entities import COMPONENTS, Entity, Key

_TOPIC = re.compile(r"(?P<component>\w+)/(?:(?P<node>[a-zA-Z0-9_-]+)/)?(?P<object>[a-zA-Z0-9_-]+)/config", re.ASCII)


class HomeAssistantDialect:
    """Understands `<prefix>/<component>/[<node>/]<object>/config` and `<prefix>/device/[<node>/]<object>/config`."""

    name = "homeassistant"

    def __init__(self, prefix: str = "homeassistant") -> None:
        self._prefix = prefix.rstrip("/") + "/"
        self._devices = Devices()

    def description_filters(self) -> Sequence[Sequence[str]]:
        """A slice per component, each with and without a node; whole devices last."""
        return [
            (f"{self._prefix}{component}/+/config", f"{self._prefix}{component}/+/+/config")
            for component in (*COMPONENTS, "device")
        ]

    def value_filters(self) -> Sequence[str]:
        """None: discovered topics have no common root, so each is subscribed by itself."""
        return ()

    def describe(self, topic: str, payload: bytes) -> Sequence[Described | Withdrawn]:
        """The things the description changed. Raises Unreadable, and nothing else, for whatever bytes come."""
        if not topic.startswith(self._prefix) or not topic.endswith("/config"):
            return ()
        if len(topic) > bytes_in.MAX_TOPIC:
            raise Unreadable("huge_topic", f"{len(topic)} characters")
        match = _TOPIC.fullmatch(topic[len(self._prefix) :])
        if match is None:
            raise Unreadable("unknown_topic", "a discovery topic of another shape")
        content = _decode(payload)
        if not content:
            return self._devices.tell(self._devices.remove_topic(topic))
        if _is_migration(content):
            # The sender moves its entities to a device payload; they stay until that comes or this topic is emptied.
            return ()
        config = expand(content)
        if match["component"] == "device":
            return self._devices.tell(self._take_device(topic, match["object"], config))
        if match["component"] not in COMPONENTS:
            raise bad(f"there is no component {match['component'][:40]!r}")
        entity = Entity(Key(topic), match["component"], match["object"], Config(config))
        return self._devices.tell(self._devices.put(entity))

    def _take_device(self, topic: str, object_id: str, content: Mapping[str, Any]) -> set[str]:
        """The ids of the things a device payload changed. Components it leaves out stay, as in Home Assistant."""
        components = content.get("components")
        if not components or len(components) > MAX_ENTITIES:
            raise bad(f"a device payload has 1 to {MAX_ENTITIES} components")
        device = dict(content.get("device") or {})
        if not identifiers(device):
            device["identifiers"] = [object_id]
        changed: set[str] = set()
        refused: list[tuple[Entity, Unreadable]] = []
        for name, own in components.items():
            key = Key(topic, clean(name, 64))
            if set(own) <= {"platform"}:
                changed |= self._devices.remove(key)
                continue
            platform = clean(str(own.get("platform") or "unnamed"), 40)
            entity = Entity(key, platform, key.component_key, Config({**own, "device": device}))
            try:
                changed |= self._devices.put(entity)
            except Unreadable as error:
                refused.append((entity, error))
        for entity, refusal in refused:
            changed |= self._devices.refuse(entity, refusal.detail)
        if refused and not changed:
            raise refused[0][1]
        return changed


def _decode(data: bytes) -> Any:
    return bytes_in.json(data, bytes_in.MAX_DESCRIPTION_BYTES) if data.strip() else None


def _is_migration(content: Any) -> bool:
    return isinstance(content, dict) and set(content) <= {"migrate_discovery", "migr_discvry"}
