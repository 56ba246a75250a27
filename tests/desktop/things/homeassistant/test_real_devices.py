"""Discovery as Zigbee2MQTT, Tasmota and ESPHome publish it: the facts of their payloads, in our own fixtures."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.things.dialect import Happening, Online, Sample, Unreadable
from tests.desktop.things.homeassistant.talk import Talk

Z2M_AVAILABILITY: dict[str, Any] = {
    "availability": [
        {"topic": "zigbee2mqtt/bridge/state", "value_template": "{{ value_json.state }}"},
        {"topic": "zigbee2mqtt/plug/availability", "value_template": "{{ value_json.state }}"},
    ],
    "availability_mode": "all",
    "origin": {"name": "Zigbee2MQTT", "sw": "2.1.0", "url": "https://www.zigbee2mqtt.io"},
}


def z2m(ieee: str, model: str, **config: Any) -> dict[str, Any]:
    device = {"identifiers": [f"zigbee2mqtt_{ieee}"], "manufacturer": "Aqara", "model": model, "name": "plug"}
    return {"device": device, "state_topic": "zigbee2mqtt/plug", **Z2M_AVAILABILITY, **config}


@pytest.fixture
def talk() -> Talk:
    return Talk()


def test_zigbee2mqtt_temperature_sensor(talk: Talk) -> None:
    base = "sensor/0x00158d0001"
    talk.announce(f"{base}/temperature", z2m("0x00158d0001", "T1", name=None, device_class="temperature",
        enabled_by_default=True, state_class="measurement", unit_of_measurement="°C",
        value_template="{{ value_json.temperature }}", unique_id="0x_temperature_z"))  # fmt: skip
    talk.announce(f"{base}/linkquality", z2m("0x00158d0001", "T1", name="Linkquality", enabled_by_default=False,
        entity_category="diagnostic", unit_of_measurement="lqi", value_template="{{ value_json.linkquality }}"))  # fmt: skip
    temperature, quality = talk.point("temperature"), talk.point("linkquality")
    assert (temperature.unit, temperature.symbol, temperature.decimals, temperature.main) == ("Cel", "°C", 1, True)
    assert temperature.title == {"zh": "温度", "en": "Temperature"}
    assert (quality.title["zh"], quality.main, quality.history) == ("链路质量", False, "none")
    assert talk.values("zigbee2mqtt/plug", {"temperature": 21.5, "linkquality": 120}) == {
        "temperature": 21.5, "linkquality": 120,
    }  # fmt: skip
    assert talk.values("zigbee2mqtt/plug", {"battery": 3}) == {}
    assert talk.values("zigbee2mqtt/plug", {"temperature": None}) == {"temperature": None}
    assert talk.thing.maker == "Aqara T1"


def test_zigbee2mqtt_leak_sensor_warns(talk: Talk) -> None:
    talk.announce("binary_sensor/0x1/water_leak", z2m("0x1", "L1", device_class="moisture", payload_on=True,
        payload_off=False, value_template="{{ value_json.water_leak }}"))  # fmt: skip
    talk.announce("binary_sensor/0x1/battery_low", z2m("0x1", "L1", device_class="battery", payload_on=True,
        payload_off=False, value_template="{{ value_json.battery_low }}", entity_category="diagnostic"))  # fmt: skip
    assert talk.values("zigbee2mqtt/plug", {"water_leak": True, "battery_low": False}) == {
        "water_leak": True, "battery_low": False,
    }  # fmt: skip
    leak, battery = talk.thing.model.alarms
    assert (leak.point, leak.priority, leak.when[0].equals, leak.source["zh"]) == (
        "water_leak",
        "high",
        True,
        "本系统默认值。",
    )
    assert battery.priority == "low"
    assert (talk.thing.model.kind, talk.thing.model.system) == ("ha_leak", "flood")
    assert talk.point("water_leak").labels["true"]["zh"] == "有水"


def test_zigbee2mqtt_plug_is_there_when_it_and_its_bridge_are(talk: Talk) -> None:
    talk.announce("switch/0x2/switch", z2m("0x2", "P1", payload_on="ON", payload_off="OFF", name=None,
        value_template="{{ value_json.state }}", command_topic="zigbee2mqtt/plug/set"))  # fmt: skip
    talk.announce("sensor/0x2/power", z2m("0x2", "P1", device_class="power", unit_of_measurement="W",
        value_template="{{ value_json.power }}"))  # fmt: skip
    assert talk.values("zigbee2mqtt/plug", {"state": "ON", "power": 60.2}) == {"switch": True, "power": 60.2}
    assert talk.hear("zigbee2mqtt/bridge/state", {"state": "online"}) == []
    assert talk.hear("zigbee2mqtt/plug/availability", {"state": "online"}) == [Online(True)]
    assert talk.hear("zigbee2mqtt/bridge/state", {"state": "offline"}) == [Online(False)]
    assert [action.name for action in talk.thing.model.actions] == ["switch_turn_on", "switch_turn_off"]
    assert "zigbee2mqtt/plug/set" not in talk.known[talk.thing.id].bindings


def test_tasmota_by_home_assistant_discovery(talk: Talk) -> None:
    shared = {"avty_t": "tele/tasmota_1/LWT", "pl_avail": "Online", "pl_not_avail": "Offline", "~": "tasmota_1",
              "dev": {"ids": ["DC4F22"], "cns": [["mac", "DC:4F:22"]], "name": "走廊", "sw": "9.5"}}  # fmt: skip
    talk.announce("switch/DC4F22_RL_1", {"name": "走廊 灯", "stat_t": "tele/tasmota_1/STATE",
        "cmd_t": "cmnd/~", "val_tpl": "{{value_json.POWER1}}", "pl_on": "ON", "pl_off": "OFF",
        "uniq_id": "DC4F22_RL_1", **shared})  # fmt: skip
    talk.announce("sensor/DC4F22_ENERGY_Power", {"name": "Power", "stat_t": "tele/tasmota_1/SENSOR", "uniq_id": "p",
        "val_tpl": "{{value_json['ENERGY']['Power']}}", "unit_of_meas": "W", "dev_cla": "power", **shared})  # fmt: skip
    assert talk.thing.id.startswith("ha-dc4f22-")
    assert talk.values("tele/tasmota_1/STATE", {"POWER1": "OFF", "Wifi": {"RSSI": 80}}) == {"switch_dc4f22_rl_1": False}
    assert talk.values("tele/tasmota_1/SENSOR", {"ENERGY": {"Power": 12}}) == {"dc4f22_energy_power": 12}
    assert talk.hear("tele/tasmota_1/LWT", "Offline") == [Online(False)]
    assert talk.point("switch_dc4f22_rl_1").title == {"zh": "灯", "en": "灯"}


def test_esphome_sensor_light_and_cover(talk: Talk) -> None:
    shared = {
        "avty_t": "gate/status",
        "dev": {"ids": "a4cf12", "name": "gate", "sw": "esphome v2025.1", "mf": "Espressif"},
    }
    talk.announce("sensor/gate/distance", {"dev_cla": "distance", "unit_of_meas": "m", "stat_cla": "measurement",
        "sug_dsp_prc": 3, "exp_aft": 120, "stat_t": "gate/sensor/distance/state", "uniq_id": "d", **shared})  # fmt: skip
    talk.announce("light/gate/lamp", {"schema": "json", "brightness": True, "stat_t": "gate/light/lamp/state",
        "cmd_t": "gate/light/lamp/command", "uniq_id": "l", **shared})  # fmt: skip
    talk.announce("cover/gate/door", {"dev_cla": "gate", "stat_t": "gate/cover/state", "cmd_t": "gate/cover/command",
        "pos_t": "gate/cover/position", "set_pos_t": "gate/cover/position/set", "uniq_id": "c", **shared})  # fmt: skip
    distance = talk.point("distance")
    assert (distance.decimals, distance.stale_after) == (3, 120)
    assert talk.values("gate/sensor/distance/state", "1.234") == {"distance": 1.234}
    assert talk.values("gate/sensor/distance/state", "nan") == {"distance": None}
    assert talk.values("gate/light/lamp/state", {"state": "ON", "brightness": 128}) == {
        "light_lamp": True, "light_lamp_brightness": 50,
    }  # fmt: skip
    assert talk.values("gate/cover/state", "opening") == {"cover_door": "opening"}
    assert talk.values("gate/cover/position", "40") == {"cover_door_position": 40}
    dangers = {action.name: action.danger for action in talk.thing.model.actions}
    assert dangers["cover_door_open"] == "B"
    assert dangers["cover_door_close"] == "A"
    assert dangers["light_lamp_turn_on"] == "none"
    assert talk.thing.model.kind == "ha_gate"


@pytest.mark.parametrize("word", ["", "unknown", "unavailable", "None", "1e999", "twelve", "inf"])
def test_a_number_that_is_none_turns_the_point_bad(talk: Talk, word: str) -> None:
    talk.announce("sensor/a", {"stat_t": "s", "unit_of_meas": "W"})
    assert talk.hear("s", word) == [Sample("a", None)]


def test_lock_number_select_button_climate_and_event(talk: Talk) -> None:
    def say(topic: str, **config: Any) -> None:
        talk.announce(topic, {"dev": {"ids": "d"}, **config})

    say("lock/l", stat_t="l", cmd_t="c", stat_locked="1", stat_unlocked="0")
    say("number/n", stat_t="n", cmd_t="c", min=5, max=9, step=0.5, unit_of_meas="°C")
    say("select/s", stat_t="s", cmd_t="c", ops=["auto", "手动"])
    say("button/b", cmd_t="c", pl_prs="X")
    say("climate/k", curr_temp_t="k", curr_temp_tpl="{{ value_json.c }}", temp_stat_t="k",
        temp_stat_tpl="{{ value_json.t }}", mode_stat_t="k", mode_stat_tpl="{{ value_json.m }}", act_t="k/act",
        temp_cmd_t="c", modes=["off", "cool"])  # fmt: skip
    say("event/e", stat_t="e", evt_typ=["press", "hold"], dev_cla="doorbell")
    assert talk.values("l", "1") == {"lock_l": "locked"}
    assert talk.values("l", "?") == {"lock_l": None}
    assert talk.values("n", "7.5") == {"number_n": 7.5}
    assert (talk.point("number_n").minimum, talk.point("number_n").decimals) == (5, 1)
    assert talk.values("s", "手动") == {"select_s": "手动"}
    assert talk.point("select_s").enum == ("auto", "手动")
    assert talk.values("k", {"c": 24.5, "t": 26, "m": "cool"}) == {
        "climate_k_current": 24.5, "climate_k_target": 26, "climate_k_mode": "cool",
    }  # fmt: skip
    assert talk.values("k/act", "cooling") == {"climate_k_action": "cooling"}
    assert talk.hear("e", {"event_type": "hold", "n": 2}) == [Happening("event_e_hold", {"n": 2})]
    assert talk.hear("e", {"event_type": "other"}) == []
    dangers = {action.name: action.danger for action in talk.thing.model.actions}
    assert (dangers["lock_l_unlock"], dangers["lock_l_lock"], dangers["button_b_press"]) == ("B", "A", "none")


@pytest.mark.parametrize("kind", ["gas", "carbon_monoxide", "smoke"])
def test_what_endangers_life_is_critical(talk: Talk, kind: str) -> None:
    talk.announce("binary_sensor/a", {"stat_t": "s", "dev_cla": kind})
    (alarm,) = talk.thing.model.alarms
    assert (alarm.priority, alarm.life_safety) == ("critical", True)
    assert all(text["zh"] and text["en"] for text in (alarm.title, alarm.cause, alarm.consequence, alarm.response))


def test_a_template_not_understood_shows_the_raw_state_and_says_why(talk: Talk) -> None:
    talk.announce("sensor/a", {"stat_t": "s", "unit_of_meas": "W", "val_tpl": "{{ states('x') }}", "name": "负荷"})
    assert talk.point("a").type == "string"
    assert talk.values("s", '{"w": 3}') == {"a": '{"w": 3}'}
    (note,) = talk.thing.not_understood
    assert note.startswith("负荷: ")
    assert "states" in note


def test_a_component_not_read_here_shows_its_raw_state_and_says_so(talk: Talk) -> None:
    talk.announce("vacuum/v", {"stat_t": "s", "val_tpl": "{{ value_json.state }}"})
    assert talk.values("s", {"state": "docked"}) == {"vacuum_v": "docked"}
    assert "vacuum" in talk.thing.not_understood[0]


def test_a_payload_that_is_not_what_every_listener_needs_is_refused(talk: Talk) -> None:
    talk.announce("sensor/a", {"stat_t": "s", "val_tpl": "{{ value_json.a }}"})
    for payload, reason in (
        (b"ON", "not_json"),
        (b"\xff", "not_utf8"),
        (b"[" * 99, "too_deep"),
        (b"1" * 70_000, "too_big"),
    ):
        with pytest.raises(Unreadable) as refused:
            talk.hear("s", payload)
        assert refused.value.reason == reason
