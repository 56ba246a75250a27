"""A discovery payload made plain: full keys, topics without `~`, every value read with its type."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from desktop.things.dialect import Unreadable
from desktop.things.homeassistant.tables import abbreviations
from desktop.things.payload import MAX_TOPIC

MAX_NAME = 120
MAX_OPTIONS = 128
BASE = "~"

SHARED = (
    "availability", "availability_mode", "availability_template", "availability_topic", "command_topic", "encoding",
    "payload_available", "payload_not_available", "qos", "state_topic", BASE,
)  # fmt: skip
"""Options of a device payload that each of its components has unless it sets its own."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


def bad(detail: str) -> Unreadable:
    """The refusal of a description."""
    return Unreadable("bad_description", detail)


def clean(text: str, limit: int = MAX_NAME) -> str:
    """The text on one line, without control and direction characters, cut to `limit`."""
    return _CONTROL.sub(" ", text).strip()[:limit]


class Config:
    """One entity's configuration. Every reader raises Unreadable("bad_description") for a value of the wrong type."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def has(self, key: str) -> bool:
        return self._values.get(key) is not None

    def raw(self, key: str) -> Any:
        return self._values.get(key)

    def text(self, key: str, default: str = "") -> str:
        """A text; numbers and booleans become text as Home Assistant makes them (`true` is "True")."""
        value = self._values.get(key)
        if value is None:
            return default
        if isinstance(value, str | int | float):
            return str(value)
        raise bad(f"{key} is no text")

    def name(self, key: str) -> str:
        """A text to be shown."""
        return clean(self.text(key))

    def number(self, key: str, default: float | None = None) -> float | None:
        value = self._values.get(key)
        if value is None:
            return default
        if isinstance(value, str | int | float) and not isinstance(value, bool) and len(str(value)) <= 32:
            try:
                number = float(value)
            except ValueError as error:
                raise bad(f"{key} is no number") from error
            if math.isfinite(number):
                return number
        raise bad(f"{key} is no number")

    def flag(self, key: str, default: bool) -> bool:
        value = self._values.get(key)
        if value is None:
            return default
        word = str(value).lower()
        if word in ("true", "1", "yes", "on", "enable"):
            return True
        if word in ("false", "0", "no", "off", "disable"):
            return False
        raise bad(f"{key} is neither true nor false")

    def topic(self, key: str) -> str:
        """A topic to listen to, empty where there is none."""
        return checked_topic(self._values.get(key), key)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of short texts."""
        value = self._values.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or len(value) > MAX_OPTIONS:
            raise bad(f"{key} is no list of at most {MAX_OPTIONS}")
        if not all(isinstance(item, str | int | float) for item in value):
            raise bad(f"{key} holds what is no text")
        return tuple(dict.fromkeys(clean(str(item)) for item in value))


def checked_topic(value: Any, key: str) -> str:
    """The topic. Raises Unreadable for what is none or is a filter: a filter's values could not be told apart."""
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise bad(f"{key} is no text")
    if len(value) > MAX_TOPIC:
        raise Unreadable("huge_topic", f"{key} has {len(value)} characters, at most {MAX_TOPIC}")
    if "\x00" in value or "+" in value or "#" in value:
        raise bad(f"{key} is no single topic")
    return value


def expand(payload: Any) -> dict[str, Any]:
    """The payload with full keys and full topics, its components each with what they share.

    Raises Unreadable("bad_description") when it is no object or a part has the wrong type.
    """
    if not isinstance(payload, dict):
        raise bad("not an object")
    table = abbreviations()
    config = _full(payload, table.config)
    for key, names in (("device", table.device), ("origin", table.origin)):
        if config.get(key) is not None:
            if not isinstance(config[key], dict):
                raise bad(f"{key} is no object")
            config[key] = _full(config[key], names)
    config = _with_availability(config)
    components = config.get("components")
    if components is not None:
        if not isinstance(components, dict):
            raise bad("components is no object")
        config["components"] = {str(key): _component(value, config) for key, value in components.items()}
    return _with_base(config)


def _component(value: Any, shared: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {}
    own = _with_availability(_full(value, abbreviations().config))
    if set(own) <= {"platform"}:
        return own
    for key in SHARED:
        if key in shared and key not in own and not (key.startswith("availab") and _tells_availability(own)):
            own[key] = shared[key]
    return _with_base(own)


def _tells_availability(config: Mapping[str, Any]) -> bool:
    return "availability" in config or "availability_topic" in config


def _full(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(key, key): value for key, value in values.items()}


def _with_availability(config: dict[str, Any]) -> dict[str, Any]:
    listed = config.get("availability")
    if listed is None:
        return config
    if isinstance(listed, dict):
        listed = [listed]
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise bad("availability is no list of objects")
    return {**config, "availability": [_full(entry, abbreviations().config) for entry in listed]}


def _with_base(config: dict[str, Any]) -> dict[str, Any]:
    base = config.get(BASE)
    if base is None:
        return config
    if not isinstance(base, str) or len(base) > MAX_TOPIC:
        raise bad("~ is no topic")
    based = {key: _based(key, value, base) for key, value in config.items() if key != BASE}
    if isinstance(based.get("availability"), list):
        based["availability"] = [
            {key: _based(key, value, base) for key, value in entry.items()} for entry in based["availability"]
        ]
    return based


def _based(key: str, value: Any, base: str) -> Any:
    if not key.endswith("topic") or not isinstance(value, str) or not value:
        return value
    if value.startswith(BASE):
        value = base + value[1:]
    if value.endswith(BASE):
        value = value[:-1] + base
    return value
