"""Whatever comes, only Unreadable goes out."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.things.dialect import REASONS, Described, Unreadable
from desktop.things.homeassistant.dialect import HomeAssistantDialect
from desktop.things.homeassistant.entities import COMPONENTS
from desktop.things.homeassistant.tables import abbreviations

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
KEYS = st.sampled_from(
    sorted({*abbreviations().config, *abbreviations().config.values(), "~", "name", "min", "schema"})
)
TEMPLATES = st.sampled_from(
    ["{{ value_json.a }}", "{{ value | float * 2 }}", "{{ x }}", "{% for", "{{ value_json['b'][0] }}"]
)
TOPICS = st.sampled_from(["s", "~/t", "t/~", "", "a/+"])
PLAUSIBLE = st.fixed_dictionaries(
    {"state_topic": TOPICS, "name": st.text(max_size=5) | st.none()},
    optional={
        "value_template": TEMPLATES, "event_types": st.just(["a"]), "options": st.just(["a", "b"]), "~": st.just("b"),
        "device": st.fixed_dictionaries({"ids": JSON}), "availability": JSON, "availability_topic": TOPICS,
        "brightness": JSON, "schema": st.sampled_from(["json", "template", "basic"]), "device_class": st.text(max_size=4),
    },
)  # fmt: skip
CONFIG = PLAUSIBLE | st.dictionaries(KEYS, JSON | TEMPLATES | TOPICS, max_size=12)
PAYLOADS = st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()) | st.sampled_from(
    [b"", b"ON", b"21.5", b'{"a": 1}', b'{"a": 1e999}', b'{"a": NaN}', b'{"a": "\\ud800"}', b"\xff", b"9" * 500]
)  # fmt: skip


def take(dialect: HomeAssistantDialect, topic: str, payload: bytes, values: list[bytes]) -> None:
    try:
        told = dialect.describe(topic, payload)
    except Unreadable as refused:
        assert refused.reason in REASONS
        return
    for each in told:
        if not isinstance(each, Described):
            continue
        names = {point.name for point in each.thing.model.points}
        assert len(names) == len(each.thing.model.points)
        for binding in each.bindings.values():
            for value in values:
                try:
                    updates = list(binding(value))
                except Unreadable as refused:
                    assert refused.reason in REASONS
                    continue
                assert {update.point for update in updates if hasattr(update, "point")} <= names


@settings(max_examples=150, deadline=None)
@given(st.sampled_from((*COMPONENTS, "device", "x")), CONFIG, st.lists(PAYLOADS, max_size=4))
def test_random_configurations(component: str, config: dict[str, Any], values: list[bytes]) -> None:
    dialect = HomeAssistantDialect()
    take(dialect, f"homeassistant/{component}/a/config", json.dumps(config).encode(), values)
    take(dialect, f"homeassistant/{component}/a/config", b"", values)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.text(max_size=5), CONFIG | JSON, max_size=4), JSON, st.lists(PAYLOADS, max_size=3))
def test_random_device_payloads(components: dict[str, Any], device: Any, values: list[bytes]) -> None:
    dialect = HomeAssistantDialect()
    named = {key: {"p": "sensor", **value} if isinstance(value, dict) else value for key, value in components.items()}
    for payload in ({"dev": device, "cmps": named}, {"dev": {"ids": "d"}, "cmps": named}):
        take(dialect, "homeassistant/device/a/config", json.dumps(payload).encode(), values)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), PAYLOADS)
def test_random_topics_and_bytes(topic: str, payload: bytes) -> None:
    dialect = HomeAssistantDialect()
    take(dialect, topic, payload, [])
    take(dialect, f"homeassistant/sensor/{topic}/config", payload, [])
    take(dialect, "homeassistant/device/a/config", payload, [])
