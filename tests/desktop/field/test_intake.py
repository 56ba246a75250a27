"""What comes in through a real broker: bad input is refused by reason and nothing else happens; nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from desktop.field.host import ThreadHost
from desktop.things.dialect import Sample
from desktop.things.linli import LinliDialect
from tests.desktop.field.site import ROOT, Building, Listener, settings_for
from tests.support.broker import Mosquitto, wait_until


@pytest.fixture
def building(broker: Mosquitto) -> Iterator[Building]:
    found = Building(broker)
    yield found
    found.stop()


@pytest.fixture
def ears(broker: Mosquitto, building: Building, tmp_path: Path, key: bytes) -> Iterator[Listener]:
    building.describe("gas-1")
    host = ThreadHost(settings_for(broker, tmp_path, key, capacity=128))
    listener = Listener(host)
    host.start()
    listener.wait_thing("gas-1")
    wait_until(lambda: listener.host.health() and listener.health.broker_dropped is not None, 30, "subscribed")
    yield listener
    host.stop()


DEEP = b'{"v":' + b"[" * 10_000 + b"]" * 10_000 + b"}"

BAD = [
    ("props", b"\xff\xfe\x00", "not_json", "not_utf8"),
    ("props", b'{"v": {"state": "\xff"}}', "not_utf8", "not_utf8"),
    ("props", b'{"v": {"concentration": "' + b"x" * 1_000_000 + b'"}}', "too_big", "too_big"),
    ("props", DEEP, "too_deep", "too_deep"),
    ("props", b'{"v": {"concentration": NaN}}', "not_finite", "not_finite"),
    ("props", b'{"v": {"concentration": 1e999}}', "not_finite", "not_finite"),
    ("props", b'{"v": {"state": "\\ud800"}}', "surrogate", "surrogate"),
    ("props", b'{"v": {"concentration": "high"}}', "wrong_type", "wrong_type"),
    ("props", b"[]", "wrong_type", "wrong_type"),
    ("props", b'{"v": {"no_such_point": 1}}', "unknown_point", "unknown_point"),
    ("status", b"perhaps", "wrong_type", "wrong_type"),
    ("events", b"{", "not_json", "not_json"),
    ("model", b"{", "not_json", "not_json"),
    ("model", b'{"model": "no-such-kind"}', "bad_description", "bad_description"),
]


@pytest.mark.parametrize(("leaf", "payload", "reason", "or_reason"), BAD)
def test_bad_bytes_are_counted_by_reason_and_write_nothing(
    ears: Listener, building: Building, leaf: str, payload: bytes, reason: str, or_reason: str
) -> None:
    building.publish(f"{ROOT}/gas-1/{leaf}", payload)
    wait_until(lambda: ears.health.rejected)
    assert set(ears.health.rejected) <= {reason, or_reason}
    assert [ears.reading("gas-1", p).quality for p in ("concentration", "state", "$online")] == ["none"] * 3
    assert (ears.alarms, ears.health.queued["history"], ears.health.samples_stored) == ([], 0, 0)
    building.say("gas-1", concentration=1.5)
    ears.wait_value("gas-1", "concentration", 1.5)


def test_an_unknown_thing_and_a_huge_topic_are_counted(ears: Listener, building: Building) -> None:
    building.say("ghost", concentration=99.0)
    building.publish(f"{ROOT}/{'x' * 2000}/props", b"{}")
    wait_until(lambda: ears.health.rejected == {"unknown_thing": 1, "huge_topic": 1})
    assert ears.alarms == []


def test_a_value_that_cannot_be_turns_its_point_bad(ears: Listener, building: Building) -> None:
    building.say("gas-1", concentration=5.0)
    ears.wait_value("gas-1", "concentration", 5.0)
    building.say("gas-1", concentration=5000.0)
    wait_until(lambda: ears.reading("gas-1", "concentration").quality == "bad")
    assert ears.reading("gas-1", "concentration").value == 5.0
    assert ears.alarms == []


def test_a_mistake_in_a_dialect_is_counted_and_logged_once(
    ears: Listener, building: Building, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def mistaken(*_: object) -> list[Sample]:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(LinliDialect, "describe", mistaken)
    for _ in range(3):
        building.describe("gas-2")
    wait_until(lambda: ears.health.rejected.get("internal") == 3)
    building.say("gas-1", concentration=1.5)
    ears.wait_value("gas-1", "concentration", 1.5)
    assert len([record for record in caplog.records if "could not be read" in record.message]) == 1


def test_a_full_table_refuses_more_things_and_says_so(ears: Listener, building: Building) -> None:
    for n in range(2, 40):
        building.describe(f"gas-{n}")
    wait_until(lambda: ears.health.dropped["things"] > 0)
    assert [trouble.kind for trouble in ears.health.troubles] == ["room"]
    assert 1 < ears.health.things < 40
    building.say("gas-1", concentration=1.5)
    ears.wait_value("gas-1", "concentration", 1.5)


def test_every_alarm_of_a_burst_is_told(ears: Listener, building: Building) -> None:
    for n in range(50):
        building.say("gas-1", concentration=60.0 if n % 2 == 0 else 1.0)
    wait_until(lambda: len(ears.alarms) == 100)
    assert sum(change.active for change in ears.alarms) == 50
    assert [change.seq for change in ears.alarms] == sorted(change.seq for change in ears.alarms)


def test_a_device_learned_entity_by_entity_is_announced_few_times(ears: Listener, building: Building) -> None:
    for n in range(30):
        config = {
            "name": f"T{n}", "unique_id": f"u{n}", "state_topic": "z2m/lamp",
            "value_template": f"{{{{ value_json.t{n} }}}}",
            "device": {"identifiers": ["lamp"], "name": "Lamp"},
        }  # fmt: skip
        building.publish(f"homeassistant/sensor/u{n}/config", msgspec.json.encode(config), True)

    def whole() -> bool:
        return any(len(thing.model.points) >= 30 for thing, _ in ears.host.things().values())

    wait_until(whole)
    [lamp] = [thing for thing, _ in ears.host.things().values() if thing.dialect == "homeassistant"]
    told = [m for m in ears.messages if getattr(getattr(m, "thing", None), "id", "") == lamp.id]
    assert len(told) <= 3

    def read() -> bool:
        building.publish("z2m/lamp", msgspec.json.encode({f"t{n}": n for n in range(30)}))
        return [ears.reading(lamp.id, point.name).quality for point in lamp.model.points].count("good") >= 30

    wait_until(read)


@pytest.mark.slow
def test_three_thousand_retained_descriptions_all_arrive_through_default_limits(
    broker: Mosquitto, building: Building, tmp_path: Path, key: bytes
) -> None:
    count = 3_200
    for n in range(count):
        component = ("sensor", "binary_sensor", "switch", "number")[n % 4]
        config = {
            "name": "A", "unique_id": f"d{n}", "state_topic": f"s/{n}", "command_topic": f"s/{n}/set",
            "device": {"identifiers": [f"d{n}"], "name": f"Device {n}", "manufacturer": "x" * 200},
        }  # fmt: skip
        building.publish(f"homeassistant/{component}/d{n}/a/config", msgspec.json.encode(config), True)
    host = ThreadHost(settings_for(broker, tmp_path, key, capacity=65_536))
    ears = Listener(host)
    host.start()
    try:
        wait_until(lambda: len(host.things()) == count, 90, f"all {count} things")
        # One topic a thing, which no filter covers: each was subscribed by itself.
        wait_until(lambda: ears.health.broker_dropped is not None, 60)
        thing = host.things()["ha-d7"] if "ha-d7" in host.things() else list(host.things().values())[7]

        def heard() -> bool:
            for n in range(0, count, 100):
                building.publish(f"s/{n}", b"1")
            return host.health() is not None and ears.health.messages > count + 64

        wait_until(heard, 60)
        assert thing[0].dialect == "homeassistant"
    finally:
        host.stop()
