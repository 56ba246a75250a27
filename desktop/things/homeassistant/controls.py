"""Entities that can be told something: switch, light, cover, valve, lock, button, number, select, climate.

Their states are read. Their acts are drawn and nothing more: this dialect has no way to publish.
"""

from __future__ import annotations

from typing import Any

from desktop.things.homeassistant.bindings import (
    Convert,
    as_number,
    as_one_of,
    as_share,
    sampling,
)  # fmt: skip
from desktop.things.homeassistant.compiled import MISSING, Template
from desktop.things.homeassistant.config import bad
from desktop.things.homeassistant.parts import Builder, labels
from desktop.things.model import Point, Value

_COVER_STATES = ("stopped", "opening", "closing", "open", "closed")
_ON_OFF = {"true": "on", "false": "off"}


def _switched(build: Builder) -> Point:
    return build.point(type="boolean", labels=labels(_ON_OFF))


def switch(build: Builder) -> None:
    """On at `state_on` (or `payload_on`), off at `state_off` (or `payload_off`)."""
    on = build.config.text("state_on") or build.config.text("payload_on", "ON")
    off = build.config.text("state_off") or build.config.text("payload_off", "OFF")
    build.add(build.config.topic("state_topic"), "value_template", _switched(build), as_one_of({off: False, on: True}))
    build.act("turn_on", "turn_on")
    build.act("turn_off", "turn_off")


def light(build: Builder) -> None:
    """On or off and brightness, in each of the three schemas. Colours are not read."""
    schema = build.config.text("schema", "basic").lower()
    scale = build.config.number("brightness_scale") or 255.0
    if schema == "json":
        _json_light(build, scale)
    elif schema == "template":
        _template_light(build)
    else:
        _basic_light(build, scale)
    build.act("turn_on", "turn_on")
    build.act("turn_off", "turn_off")
    if build.config.has("brightness_command_topic") or (schema == "json" and _dims(build)):
        build.act("set_brightness", "brightness")


def _brightness(build: Builder) -> Point:
    return build.point("brightness", type="integer", unit="%", symbol="%", minimum=0.0, maximum=100.0)


def _basic_light(build: Builder, scale: float) -> None:
    on, off = build.config.text("payload_on", "ON"), build.config.text("payload_off", "OFF")
    key = "state_value_template" if build.config.has("state_value_template") else "value_template"
    build.add(build.config.topic("state_topic"), key, _switched(build), as_one_of({off: False, on: True}))
    if topic := build.config.topic("brightness_state_topic"):
        build.add(topic, "brightness_value_template", _brightness(build), as_share(0.0, scale))


def _json_light(build: Builder, scale: float) -> None:
    topic = build.config.topic("state_topic")
    if not topic:
        return
    on_off = as_one_of({"OFF": False, "ON": True})
    state = _switched(build)
    build.listen(topic, state, sampling(state.name, _field("state"), on_off))
    if _dims(build):
        point = _brightness(build)
        build.listen(topic, point, sampling(point.name, _field("brightness"), as_share(0.0, scale)))


def _dims(build: Builder) -> bool:
    modes = build.config.texts("supported_color_modes")
    return build.config.flag("brightness", False) or any(mode not in ("onoff", "unknown") for mode in modes)


def _field(key: str) -> Template:
    def read(_text: str, json: Any) -> Any:
        return json.get(key, MISSING) if isinstance(json, dict) else MISSING

    return Template(read, uses_text=False, uses_json=True)


def _template_light(build: Builder) -> None:
    topic = build.config.topic("state_topic")
    if build.config.has("state_template"):
        build.add(topic, "state_template", _switched(build), as_one_of({"off": False, "on": True}))
    if build.config.has("brightness_template"):
        build.add(topic, "brightness_template", _brightness(build), as_share(0.0, 255.0))


def cover(build: Builder) -> None:
    """State by its words, position as a percentage of open. Opening is class B: it stays open."""
    config = build.config
    known: dict[str, Value] = {config.text(f"state_{state}", state): state for state in _COVER_STATES}
    point = build.point(type="string", enum=_COVER_STATES, labels=labels({state: state for state in _COVER_STATES}))
    build.add(config.topic("state_topic"), "value_template", point, as_one_of(known))
    _position(build, config.topic("position_topic"), "position_template")
    _opening_acts(build)


def valve(build: Builder) -> None:
    """A state, or a position where it `reports_position`."""
    config = build.config
    if config.flag("reports_position", False):
        _position(build, config.topic("state_topic"), "value_template")
    else:
        states = ("opening", "closing", "open", "closed")
        known: dict[str, Value] = {config.text(f"state_{state}", state): state for state in states}
        point = build.point(type="string", enum=states, labels=labels({state: state for state in states}))
        build.add(config.topic("state_topic"), "value_template", point, as_one_of(known))
    _opening_acts(build)


def _position(build: Builder, topic: str, template_key: str) -> None:
    if not topic:
        return
    if not build.config.has(template_key):
        template_key = "value_template"
    closed = build.config.number("position_closed", 0.0)
    opened = build.config.number("position_open", 100.0)
    point = build.point("position", type="integer", unit="%", symbol="%", minimum=0.0, maximum=100.0)
    build.add(topic, template_key, point, as_share(closed or 0.0, 100.0 if opened is None else opened))


def _opening_acts(build: Builder) -> None:
    build.act("open", "open", "B")
    build.act("close", "close", "A")
    build.act("stop", "stop", "A")
    build.act("set_position", "position", "B", "set_position_topic")


def lock(build: Builder) -> None:
    """Locked, unlocked and between. Unlocking is class B (it stays unlocked), opening the latch once class A."""
    config = build.config
    defaults = {"open": "OPEN", "opening": "OPENING", "jammed": "JAMMED", "locking": "LOCKING",
                "unlocking": "UNLOCKING", "unlocked": "UNLOCKED", "locked": "LOCKED"}  # fmt: skip
    known: dict[str, Value] = {config.text(f"state_{state}", word): state for state, word in defaults.items()}
    point = build.point(type="string", enum=tuple(defaults), labels=labels({state: state for state in defaults}))
    build.add(config.topic("state_topic"), "value_template", point, as_one_of(known))
    build.act("lock", "lock", "A")
    build.act("unlock", "unlock", "B")
    if config.has("payload_open"):
        build.act("open", "open", "A")


def button(build: Builder) -> None:
    """An act without state."""
    build.act("press", "press")


def number(build: Builder) -> None:
    """A number someone may set, with its ends."""
    config, unit = build.config, build.unit
    low, high = config.number("min", 1.0), config.number("max", 100.0)
    if low is not None and high is not None and low > high:
        raise bad("a number whose min is above its max")
    step = config.number("step", 1.0) or 1.0
    decimals = 0 if step == int(step) else min(6, len(repr(step).partition(".")[2]))
    point = build.point(
        type="number", unit=unit.code if unit else "", symbol=unit.symbol if unit else "",
        minimum=low, maximum=high, decimals=decimals,
    )  # fmt: skip
    build.add(config.topic("state_topic"), "value_template", point, as_number)
    build.act("set", "set")


def select(build: Builder) -> None:
    """One of the options."""
    options = build.config.texts("options")
    point = build.point(type="string", enum=options, labels=labels({option: option for option in options}))
    build.add(
        build.config.topic("state_topic"), "value_template", point, as_one_of({option: option for option in options})
    )
    build.act("select", "select")


def climate(build: Builder) -> None:
    """The read-out: current temperature and humidity, what it is set to, its mode and what it does."""
    fahrenheit = build.config.text("temperature_unit", "C").upper() == "F"
    degrees: dict[str, Any] = {
        "type": "number", "unit": "[degF]" if fahrenheit else "Cel", "symbol": "°F" if fahrenheit else "°C",
        "decimals": 1,
    }  # fmt: skip
    span = {"minimum": build.config.number("min_temp"), "maximum": build.config.number("max_temp")}
    percent: dict[str, Any] = {"type": "number", "unit": "%", "symbol": "%", "minimum": 0.0, "maximum": 100.0}
    modes = build.config.texts("modes") or ("auto", "off", "cool", "heat", "dry", "fan_only")
    actions = ("off", "preheating", "heating", "cooling", "drying", "idle", "fan", "defrosting")
    for role, option, options, convert in (
        ("current", "current_temperature", degrees, as_number),
        ("target", "temperature_state", degrees | span, as_number),
        ("target_low", "temperature_low_state", degrees | span, as_number),
        ("target_high", "temperature_high_state", degrees | span, as_number),
        ("humidity", "current_humidity", percent, as_number),
        ("mode", "mode_state", _words(modes), _one_of(modes)),
        ("action", "action", _words(actions), _one_of(actions)),
    ):
        if topic := build.config.topic(f"{option}_topic"):
            build.add(topic, f"{option}_template", build.point(role, **options), convert)
    build.act("set_target", "target", "none", "temperature_command_topic")
    build.act("set_mode", "mode", "none", "mode_command_topic")


def _words(states: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "string", "enum": states, "labels": labels({state: state for state in states})}


def _one_of(states: tuple[str, ...]) -> Convert:
    return as_one_of({state: state for state in states})
