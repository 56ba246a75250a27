"""A site's own limits at work in the field service, in both hostings, over a real broker and over restarts."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from desktop.field.host import ProcessHost, ThreadHost
from desktop.field.messages import FieldSettings, Overridden
from desktop.things.loader import load_models
from desktop.things.overrides import Overrides, RuleOverride
from tests.desktop.field.site import ROOT, Building, Listener, settings_for
from tests.support.broker import Mosquitto, wait_until

GAS = load_models().models["gas-detector"]
RULE = next(
    rule for rule in GAS.alarms if rule.maximum_limit is not None and len(rule.when) == 1 and rule.when[0].above
)
POINT = RULE.when[0].point
STRICT = Overrides(rules={RULE.name: RuleOverride(above=10, on_delay=0, off_delay=0, deadband=0)})


@pytest.fixture
def building(broker: Mosquitto) -> Iterator[Building]:
    found = Building(broker)
    yield found
    found.stop()


def alarmed(building: Building, listener: Listener) -> bool:
    """Says the value (again: the first may come before the service listens) and whether its alarm came."""
    building.say("gas-1", False, **{POINT: 12.0})
    return begun(listener) == [True]


def begun(listener: Listener) -> list[bool]:
    return [alarm.active for alarm in listener.alarms if alarm.rule == RULE.name]


@pytest.mark.parametrize("hosting", ["thread", "process"])
def test_a_stricter_limit_raises_its_alarm_at_once_and_the_old_one_ends_it(
    broker: Mosquitto, building: Building, tmp_path: Path, key: bytes, hosting: str
) -> None:
    building.describe("gas-1")
    host = (ThreadHost if hosting == "thread" else ProcessHost)(settings_for(broker, tmp_path, key))
    listener = Listener(host)
    host.start()
    try:
        listener.wait_thing("gas-1")
        building.say("gas-1", False, **{POINT: 12.0})
        listener.wait_value("gas-1", POINT, 12.0)
        assert begun(listener) == []
        host.send(Overridden("gas-1", STRICT))
        wait_until(lambda: begun(listener) == [True], 30, "the stricter limit's alarm")
        (alarm,) = (each for each in listener.alarms if each.rule == RULE.name)
        assert (alarm.value, alarm.limit) == (12.0, 10.0)
        wait_until(lambda: host.things()["gas-1"][0].unchanged == GAS, 30, "told anew")
        host.send(Overridden("gas-1", Overrides()))
        wait_until(lambda: begun(listener) == [True, False], 60, "its end under the model's own limit")
        wait_until(lambda: host.things()["gas-1"][0].unchanged is None, 30, "told anew")
    finally:
        host.stop()


def test_they_hold_from_the_first_value_after_a_start(
    broker: Mosquitto, building: Building, tmp_path: Path, key: bytes
) -> None:
    building.describe("gas-1")
    settings: FieldSettings = msgspec.structs.replace(
        settings_for(broker, tmp_path, key), overrides={"gas-1": STRICT, "elsewhere": STRICT}
    )
    host = ThreadHost(settings)
    listener = Listener(host)
    host.start()
    try:
        listener.wait_thing("gas-1")
        wait_until(lambda: alarmed(building, listener), 30, "the alarm")
    finally:
        host.stop()


def test_a_process_that_died_hears_them_again(
    broker: Mosquitto, building: Building, tmp_path: Path, key: bytes
) -> None:
    building.describe("gas-1")
    host = ProcessHost(settings_for(broker, tmp_path, key))
    listener = Listener(host)
    host.start()
    try:
        listener.wait_thing("gas-1")
        host.send(Overridden("gas-1", STRICT))
        wait_until(lambda: host.things()["gas-1"][0].unchanged is not None, 30, "told anew")
        first = host.pid
        assert first
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: host.pid not in (None, first) and host.restarts == 1, 60, "a new process")
        wait_until(lambda: alarmed(building, listener), 60, "the alarm under the site's limit")
    finally:
        host.stop()


def test_a_known_maker_s_codes_have_its_words(
    broker: Mosquitto, building: Building, tmp_path: Path, key: bytes
) -> None:
    body = {"model": "lift", "name": "1号梯", "maker": "示例电梯二厂", "parent": "gateway-1"}
    building.publish(f"{ROOT}/lift-1/model", msgspec.json.encode(body), True)
    host = ThreadHost(settings_for(broker, tmp_path, key))
    listener = Listener(host)
    host.start()
    try:
        listener.wait_thing("lift-1")
        lift = host.things()["lift-1"][0]
        point = lift.model.point("fault_code")
        assert point
        assert point.labels["8"]["zh"] == "运行中开门"
        assert lift.parent == "gateway-1"
    finally:
        host.stop()
