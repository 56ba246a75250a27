"""The data tables of `resources/homeassistant`, read once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import msgspec

from desktop.kernel.words import Text
from desktop.things.model import Priority
from resources.loader import folder, load


class Abbreviations(msgspec.Struct, frozen=True):
    config: Mapping[str, str]
    device: Mapping[str, str]
    origin: Mapping[str, str]


class DeviceClass(msgspec.Struct, frozen=True):
    """A device class in words; `numeric` is None where a table does not say."""

    zh: str
    en: str
    decimals: int | None = None
    numeric: bool = True
    on: Mapping[str, str] = {}
    off: Mapping[str, str] = {}

    @property
    def title(self) -> Text:
        return {"zh": self.zh, "en": self.en}


class Names(msgspec.Struct, frozen=True):
    components: Mapping[str, Text]
    parts: Mapping[str, Text]
    states: Mapping[str, Text]
    actions: Mapping[str, Text]
    names: Mapping[str, Text]


class DefaultAlarm(msgspec.Struct, frozen=True, rename={"class_": "class"}):
    component: str
    class_: str
    priority: Priority
    title: Text
    cause: Text
    consequence: Text
    response: Text
    equals: bool | None = None
    above: float | None = None
    below: float | None = None
    unit: str = ""
    on_delay: float = 0.0
    off_delay: float = 0.0
    deadband: float = 0.0
    life_safety: bool = False


class _Alarms(msgspec.Struct, frozen=True):
    alarm: tuple[DefaultAlarm, ...]


class Kind(msgspec.Struct, frozen=True, rename={"class_": "class"}):
    component: str
    id: str
    zh: str
    en: str
    icon: str
    class_: str = ""
    system: str = "other"


class _Kinds(msgspec.Struct, frozen=True):
    kind: tuple[Kind, ...]


@cache
def abbreviations() -> Abbreviations:
    """Short keys and what they stand for."""
    return load(folder("homeassistant", "abbreviations.toml"), Abbreviations)


@cache
def classes() -> Mapping[str, Mapping[str, DeviceClass]]:
    """Device classes by component."""
    return load(folder("homeassistant", "classes.toml"), dict[str, dict[str, DeviceClass]])


@cache
def words() -> Names:
    """Words for what discovery leaves unnamed."""
    return load(folder("homeassistant", "words.toml"), Names)


@cache
def alarms() -> tuple[DefaultAlarm, ...]:
    """Alarms a device class has by itself."""
    return load(folder("homeassistant", "alarms.toml"), _Alarms).alarm


@cache
def kinds() -> tuple[Kind, ...]:
    """Kinds of things, most telling first; the last fits everything."""
    return load(folder("homeassistant", "kinds.toml"), _Kinds).kind
