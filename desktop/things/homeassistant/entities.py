"""One entity of a discovery payload, and which function reads which component."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from desktop.things.homeassistant import controls, measuring
from desktop.things.homeassistant.config import Config
from desktop.things.homeassistant.parts import Builder, Namer, Part

READERS: Mapping[str, Callable[[Builder], None]] = {
    "binary_sensor": measuring.binary_sensor,
    "button": controls.button,
    "climate": controls.climate,
    "cover": controls.cover,
    "event": measuring.event,
    "light": controls.light,
    "lock": controls.lock,
    "number": controls.number,
    "select": controls.select,
    "sensor": measuring.sensor,
    "switch": controls.switch,
    "valve": controls.valve,
}

COMPONENTS = (
    "binary_sensor", "sensor", "lock", "cover", "valve", "switch", "light", "climate", "alarm_control_panel", "siren",
    "button", "number", "select", "event", "camera", "device_automation", "device_tracker", "fan", "humidifier",
    "image", "lawn_mower", "notify", "scene", "tag", "text", "update", "vacuum", "water_heater",
)  # fmt: skip
"""Every component of Home Assistant's MQTT integration, those that warn of danger first."""


@dataclass(frozen=True, slots=True)
class Key:
    """Where an entity was announced: its topic, and its key in a device payload."""

    topic: str
    component_key: str = ""


@dataclass(frozen=True)
class Entity:
    """An entity as announced, its keys and topics made full."""

    key: Key
    component: str
    object_id: str
    config: Config

    @property
    def unique_id(self) -> str:
        return self.config.text("unique_id")[:256]


def read(entity: Entity, name_of: Namer, device_name: str) -> Part:
    """What the entity gives its thing. Raises Unreadable("bad_description") for a configuration that is wrong."""
    build = Builder(entity.component, entity.config, name_of, device_name)
    READERS.get(entity.component, measuring.raw)(build)
    return build.finish()
