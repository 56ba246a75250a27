"""Entities that tell: sensor, binary_sensor, event, and whatever has a state we can only show raw."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from desktop.things.dialect import Happening
from desktop.things.homeassistant.bindings import Listener, as_number, as_one_of, as_text
from desktop.things.homeassistant.compiled import MISSING, NoValue, Template
from desktop.things.homeassistant.config import bad, clean
from desktop.things.homeassistant.parts import Builder, labels
from desktop.things.homeassistant.tables import words
from desktop.things.homeassistant.templates import WHOLE
from desktop.things.model import Event, Point, Value

_PERCENT_CLASSES = ("battery", "humidity", "moisture")


def sensor(build: Builder) -> None:
    """A number where the class, a unit, a state class or a precision says so; else text or one of `options`."""
    topic = build.config.topic("state_topic")
    if not topic:
        raise bad("a sensor without state_topic")
    options = build.config.texts("options")
    if options:
        point = build.point(type="string", enum=options, labels=labels({option: option for option in options}))
        build.add(topic, "value_template", point, as_one_of({option: option for option in options}))
    elif _numeric(build):
        build.add(topic, "value_template", _number(build), as_number)
    else:
        build.add(topic, "value_template", build.point(type="string"), as_text)


def _numeric(build: Builder) -> bool:
    if build.row is not None and not build.row.numeric:
        return False
    return build.row is not None or any(
        build.config.has(key) for key in ("unit_of_measurement", "state_class", "suggested_display_precision")
    )


def _number(build: Builder) -> Point:
    unit = build.unit
    decimals = build.config.number("suggested_display_precision")
    if decimals is None:
        decimals = build.row.decimals if build.row else None
    if decimals is None:
        decimals = unit.decimals if unit else 2
    share = unit is not None and unit.dimension == "ratio" and build.device_class in _PERCENT_CLASSES
    return build.point(
        type="number", unit=unit.code if unit else "", symbol=unit.symbol if unit else "",
        decimals=int(min(9, max(0, decimals))), minimum=0.0 if share else None, maximum=100.0 if share else None,
    )  # fmt: skip


def binary_sensor(build: Builder) -> None:
    """True at `payload_on`. A sensor with `off_delay` only ever says on: its value is stale after that delay."""
    topic = build.config.topic("state_topic")
    if not topic:
        raise bad("a binary_sensor without state_topic")
    states = words().states
    on = (build.row.on if build.row else None) or states["on"]
    off = (build.row.off if build.row else None) or states["off"]
    point = build.point(type="boolean", labels={"true": on, "false": off})
    known: dict[str, Value] = {
        build.config.text("payload_off", "OFF"): False, build.config.text("payload_on", "ON"): True,
    }  # fmt: skip
    build.add(topic, "value_template", point, as_one_of(known))


def event(build: Builder) -> None:
    """Events by their type. Payloads are objects with `event_type`; other types than announced are ignored."""
    topic = build.config.topic("state_topic")
    types = build.config.texts("event_types")
    if not topic or not types:
        raise bad("an event without state_topic or event_types")
    template = build.template("value_template")
    if template is None:
        build.add(topic, "", build.point(type="string"), as_text)
        return
    base = build.name_of("")
    names = {kind: f"{base}_{re.sub(r'[^a-z0-9]+', '_', kind.lower()).strip('_') or 'event'}" for kind in types}
    for kind, name in names.items():
        title = {lang: f"{build.title[lang]} {kind}" for lang in ("zh", "en")}
        build.part.events.append(Event(name=name, title=title))
    build.part.listeners.setdefault(topic, []).append(_happening(template, names))


def _happening(template: Template, names: Mapping[str, str]) -> Listener:
    def read(text: str, json: Any) -> Happening | None:
        try:
            told = json if template is WHOLE else template.read(text, json)
        except NoValue:
            return None
        if isinstance(told, str):
            told = _decoded(told)
        if told is MISSING or not isinstance(told, dict):
            return None
        name = names.get(str(told.get("event_type")))
        if name is None:
            return None
        data = {clean(key, 64): _scalar(value) for key, value in list(told.items())[:16] if key != "event_type"}
        return Happening(name, {key: value for key, value in data.items() if value is not None})

    return Listener(read, template.uses_text and template is not WHOLE, uses_json=True)


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return MISSING


def _scalar(value: Any) -> Value | None:
    if isinstance(value, bool):
        return value
    return as_number(value) if isinstance(value, int | float) else as_text(value) if isinstance(value, str) else None


def raw(build: Builder) -> None:
    """A component that is not read here: its state as text, where it tells one."""
    component = build.part.component
    topic = build.config.topic("state_topic")
    what = "its raw state is shown" if topic else "it tells no state"
    build.note(f"components of the kind «{component}» are not read here; {what}")
    build.add(topic, "value_template", build.point(type="string"), as_text)
