"""Topics, short keys, devices, removal: what is announced and how it becomes things."""

from __future__ import annotations

import json
from typing import Any

import pytest

from desktop.things.dialect import Described, Unreadable, Withdrawn
from desktop.things.homeassistant.config import expand
from desktop.things.homeassistant.devices import MAX_ENTITIES, slug
from desktop.things.homeassistant.entities import COMPONENTS
from desktop.things.homeassistant.tables import abbreviations
from tests.desktop.things.homeassistant.talk import Talk

DEVICE = {"identifiers": ["dev-1"], "name": "泵房"}


def sensor(topic: str = "s/t", **more: Any) -> dict[str, Any]:
    return {"state_topic": topic, "device": DEVICE, **more}


@pytest.fixture
def talk() -> Talk:
    return Talk()


def test_every_component_has_its_slice_with_and_without_node() -> None:
    slices = Talk("ha").dialect.description_filters()
    assert ("ha/sensor/+/config", "ha/sensor/+/+/config") in slices
    assert slices[-1] == ("ha/device/+/config", "ha/device/+/+/config")
    assert len(slices) == len(COMPONENTS) + 1
    filters = [each for part in slices for each in part]
    assert len(filters) == len(set(filters))
    assert not any(each.endswith("#") for each in filters)


def test_topics_with_and_without_node_are_read(talk: Talk) -> None:
    talk.announce("sensor/node_1/temp", sensor())
    talk.announce("sensor/hum", sensor("s/h"))
    assert [point.name for point in talk.thing.model.points] == ["temp", "hum"]


@pytest.mark.parametrize("topic", ["other/sensor/a/config", "homeassistant/status", "homeassistant/sensor/a/state", ""])
def test_other_topics_are_none_of_ours(talk: Talk, topic: str) -> None:
    assert list(talk.dialect.describe(topic, b"\xff")) == []


@pytest.mark.parametrize("topic", ["sensor/a b", "sensor/a/b/c", "sensor/é", "sensor"])
def test_discovery_topics_of_another_shape_are_refused(talk: Talk, topic: str) -> None:
    with pytest.raises(Unreadable) as refused:
        talk.announce(topic, sensor())
    assert refused.value.reason == "unknown_topic"


def test_short_and_full_keys_say_the_same() -> None:
    short = {
        "~": "base/1", "stat_t": "~/state", "unit_of_meas": "W", "val_tpl": "{{ value }}", "o": {"sw": "1", "url": "u"},
        "dev": {"ids": ["x"], "mf": "M", "mdl": "T", "sw": "2", "sa": "3-2", "sn": "9", "cns": [["mac", "aa"]]},
        "avty": {"t": "lwt/~", "pl_avail": "up", "pl_not_avail": "down", "val_tpl": "{{ value }}"},
    }  # fmt: skip
    assert expand(short) == {
        "state_topic": "base/1/state", "unit_of_measurement": "W", "value_template": "{{ value }}",
        "origin": {"sw_version": "1", "support_url": "u"},
        "device": {"identifiers": ["x"], "manufacturer": "M", "model": "T", "sw_version": "2", "suggested_area": "3-2",
                   "serial_number": "9", "connections": [["mac", "aa"]]},
        "availability": [{"topic": "lwt/base/1", "payload_available": "up", "payload_not_available": "down",
                          "value_template": "{{ value }}"}],
    }  # fmt: skip


def test_the_base_stands_only_in_topics_and_only_at_an_end() -> None:
    read = expand({"~": "b", "state_topic": "x/~", "command_topic": "~/x", "name": "~", "mode_state_topic": "a/~/b"})
    assert read == {"state_topic": "x/b", "command_topic": "b/x", "name": "~", "mode_state_topic": "a/~/b"}


def test_no_short_key_stands_for_two_things() -> None:
    table = abbreviations()
    assert len(table.config) > 250
    assert not set(table.config) & set(table.config.values())


def test_entities_of_one_device_are_one_thing(talk: Talk) -> None:
    talk.announce("sensor/a", sensor("s/a"))
    told = talk.announce("binary_sensor/b", sensor("s/b"))
    (described,) = told
    assert isinstance(described, Described)
    assert described.thing.id == "ha-dev-1"
    assert described.thing.name == "泵房"
    assert [point.name for point in described.thing.model.points] == ["a", "b"]
    assert set(described.bindings) == {"s/a", "s/b"}


def test_devices_meet_by_any_identifier_or_connection(talk: Talk) -> None:
    talk.announce("sensor/a", sensor(device={"identifiers": ["x", "y"], "connections": [["mac", "AA:BB"]]}))
    talk.announce("sensor/b", sensor(device={"identifiers": "y"}))
    talk.announce("sensor/c", sensor(device={"connections": [["mac", "aa:bb"]]}))
    assert [point.name for point in talk.thing.model.points] == ["a", "b", "c"]


def test_an_entity_without_device_is_a_thing_by_its_unique_id_or_topic(talk: Talk) -> None:
    assert talk.one("sensor/a", {"state_topic": "s", "unique_id": "u1", "name": "水温"}).id == "ha-u1"
    assert talk.known["ha-u1"].thing.name == "水温"
    assert talk.one("sensor/n/b", {"state_topic": "s"}).id.startswith("ha-homeassistant-sensor-n-b-config-")


def test_ids_are_stable_and_tell_apart_what_looks_alike() -> None:
    assert slug("0x00158d") == "0x00158d"
    assert slug("A-1") == slug("A-1")
    assert len({slug(each) for each in ("A-1", "a-1", "a 1", "a/1", "水", "电")}) == 6


def test_an_empty_payload_removes_the_entity_and_the_last_one_the_thing(talk: Talk) -> None:
    talk.announce("sensor/a", sensor("s/a"))
    talk.announce("sensor/b", sensor("s/b"))
    assert [p.name for p in talk.one("sensor/a", None).model.points] == ["b"]
    assert talk.announce("sensor/b", None) == [Withdrawn("ha-dev-1")]
    assert talk.announce("sensor/b", None) == []
    assert talk.one("sensor/b", sensor()).id == "ha-dev-1"


def test_announcing_anew_changes_the_thing_and_keeps_its_point_names(talk: Talk) -> None:
    talk.announce("sensor/a", sensor("s/a", unit_of_measurement="W"))
    changed = talk.one("sensor/a", sensor("s/new", unit_of_measurement="°C", device={**DEVICE, "name": "泵房 2"}))
    assert (changed.name, changed.model.points[0].name, changed.model.points[0].unit) == ("泵房 2", "a", "Cel")
    assert set(talk.known["ha-dev-1"].bindings) == {"s/new"}


def test_an_entity_that_moves_to_another_device_leaves_the_first(talk: Talk) -> None:
    talk.announce("sensor/a", sensor())
    told = talk.announce("sensor/a", sensor(device={"identifiers": ["dev-2"]}))
    assert Withdrawn("ha-dev-1") in told
    assert talk.thing.id == "ha-dev-2"


def test_a_reading_and_a_control_of_one_name_keep_their_names_whichever_comes_first() -> None:
    configs = {"sensor/mode": sensor("s"), "select/mode": sensor("s", options=["a"], command_topic="c")}
    orders = []
    for order in (list(configs), list(reversed(configs))):
        talk = Talk()
        for topic in order:
            talk.announce(topic, configs[topic])
        orders.append({point.name for point in talk.thing.model.points})
    assert orders == [{"mode", "select_mode"}] * 2


WHOLE = {
    "dev": {"ids": "pump-1", "name": "水泵"}, "o": {"name": "bridge"}, "state_topic": "pump/state",
    "avty_t": "pump/lwt", "qos": 1,
    "cmps": {
        "pressure": {"p": "sensor", "dev_cla": "pressure", "unit_of_meas": "MPa", "val_tpl": "{{ value_json.p }}"},
        "fault": {"p": "binary_sensor", "dev_cla": "problem", "val_tpl": "{{ value_json.f }}", "pl_on": 1, "pl_off": 0},
        "flow": {"platform": "sensor", "state_topic": "pump/flow", "unit_of_measurement": "m³/h"},
    },
}  # fmt: skip


def test_a_device_payload_is_one_thing_whose_components_share_its_options(talk: Talk) -> None:
    thing = talk.one("device/node/pump1", WHOLE)
    assert thing.id == "ha-pump-1"
    assert [point.name for point in thing.model.points] == ["pressure", "fault", "flow"]
    assert talk.values("pump/state", {"p": 0.42, "f": 1}) == {"pressure": 0.42, "fault": True}
    assert talk.values("pump/flow", "12.5") == {"flow": 12.5}
    assert set(talk.known["ha-pump-1"].bindings) == {"pump/state", "pump/flow", "pump/lwt"}


def test_an_entry_with_only_its_platform_removes_one_component(talk: Talk) -> None:
    talk.announce("device/pump1", WHOLE)
    fewer = {**WHOLE, "cmps": {**WHOLE["cmps"], "fault": {"p": "binary_sensor"}}}  # type: ignore[dict-item]
    assert [p.name for p in talk.one("device/pump1", fewer).model.points] == ["pressure", "flow"]


def test_an_empty_device_payload_withdraws_the_thing(talk: Talk) -> None:
    talk.announce("device/pump1", WHOLE)
    assert talk.announce("device/pump1", None) == [Withdrawn("ha-pump-1")]


def test_a_device_payload_without_identifiers_goes_by_its_topic(talk: Talk) -> None:
    assert talk.one("device/abc", {"cmps": {"a": {"p": "sensor", "state_topic": "s"}}}).id == "ha-abc"


def test_migration_keeps_the_point_and_its_name(talk: Talk) -> None:
    device = {"ids": ["d"]}
    talk.announce("sensor/d/temp", {"stat_t": "s", "uniq_id": "u", "dev": device})
    assert talk.announce("sensor/d/temp", {"migrate_discovery": True}) == []
    whole = {"dev": device, "o": {"name": "b"}, "cmps": {"t2": {"p": "sensor", "stat_t": "s2", "uniq_id": "u"}}}
    assert [p.name for p in talk.one("device/d", whole).model.points] == ["temp"]
    assert talk.announce("sensor/d/temp", None) == []
    assert talk.values("s2", "x") == {"temp": "x"}


def test_a_wrong_component_is_told_and_the_rest_of_its_device_works(talk: Talk) -> None:
    components = {**WHOLE["cmps"], "bad": {"p": "sensor", "stat_t": 7}, "worse": "?", "none": {"stat_t": "s"}}  # type: ignore[dict-item]
    thing = talk.one("device/pump1", {**WHOLE, "cmps": components})
    assert {"pressure", "fault", "flow"} <= {point.name for point in thing.model.points}
    assert any("bad: state_topic" in note for note in thing.not_understood)


def test_too_many_entities_are_refused(talk: Talk) -> None:
    many = {f"c{n}": {"p": "sensor", "stat_t": f"s/{n}"} for n in range(MAX_ENTITIES + 1)}
    with pytest.raises(Unreadable) as refused:
        talk.announce("device/pump1", {**WHOLE, "cmps": many})
    assert refused.value.reason == "bad_description"
    for n in range(MAX_ENTITIES):
        talk.announce(f"sensor/c{n}", sensor(f"s/{n}"))
    with pytest.raises(Unreadable, match="512"):
        talk.announce("sensor/one_more", sensor())


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"\xff", "not_utf8"), (b"nonsense", "not_json"), (b"[1]", "bad_description"), (b"7", "bad_description"),
        (b'{"state_topic": "' + b"t" * 600 + b'"}', "huge_topic"), (b"[" * 100 + b"]" * 100, "too_deep"),
        (b'{"a": "' + b"x" * 300_000 + b'"}', "too_big"), (b'{"name": "no topic"}', "bad_description"),
        (b'{"state_topic": "s/+/x"}', "bad_description"), (b'{"state_topic": "s", "name": {}}', "bad_description"),
        (b'{"state_topic": "s", "device": []}', "bad_description"),
        (b'{"state_topic": "s", "device": {"name": {}, "identifiers": "i"}}', "bad_description"),
        (b'{"state_topic": "s", "availability": [1]}', "bad_description"),
        (b'{"state_topic": "s", "expire_after": "soon"}', "bad_description"),
        (b'{"state_topic": "s", "options": [[]]}', "bad_description"),
    ],
)  # fmt: skip
def test_a_wrong_description_is_refused_by_its_reason_and_leaves_nothing(
    talk: Talk, payload: bytes, reason: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        talk.dialect.describe("homeassistant/sensor/a/config", payload)
    assert refused.value.reason == reason
    assert talk.announce("sensor/a", None) == []


def test_a_refused_change_leaves_the_thing_as_it_was(talk: Talk) -> None:
    talk.announce("sensor/a", sensor("s/a"))
    with pytest.raises(Unreadable):
        talk.announce("sensor/a", sensor("s/a", expire_after={}, device={"identifiers": ["dev-1"], "name": "other"}))
    assert talk.one("sensor/b", sensor("s/b")).name == "泵房"
    assert [point.name for point in talk.thing.model.points] == ["a", "b"]


def test_an_unknown_component_is_refused_in_its_topic(talk: Talk) -> None:
    with pytest.raises(Unreadable, match="toaster"):
        talk.dialect.describe("homeassistant/toaster/a/config", json.dumps(sensor()).encode())


def sensor_of(device: dict[str, Any], topic: str) -> dict[str, Any]:
    return {"state_topic": topic, "unique_id": topic, "device": device}


def test_what_speaks_through_a_bridge_has_it_for_its_parent_whichever_is_announced_first() -> None:
    talk = Talk()
    bridge = {"identifiers": ["bridge-1"], "name": "Bridge"}
    early = talk.one("sensor/early/t", sensor_of({"identifiers": ["early"], "via_device": "bridge-1"}, "a"))
    assert early.parent == ""
    told = talk.announce("sensor/bridge/v", sensor_of(bridge, "b"))
    assert {each.thing.id: each.thing.parent for each in told if isinstance(each, Described)} == {
        "ha-bridge-1": "", "ha-early": "ha-bridge-1",
    }  # fmt: skip
    late = talk.one("sensor/late/t", sensor_of({"identifiers": ["late"], "via_device": "bridge-1"}, "c"))
    assert late.parent == "ha-bridge-1"


def test_a_device_that_names_itself_has_no_parent() -> None:
    alone = Talk().one("sensor/x/t", sensor_of({"identifiers": ["x"], "via_device": "x"}, "a"))
    assert alone.parent == ""
