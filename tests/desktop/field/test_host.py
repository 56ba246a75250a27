"""Both hostings, on a real broker, real files and a real second process: the same promises."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path

import msgspec
import pytest

from db.handover import Handover
from desktop.field.host import FieldView, ProcessHost, ThreadHost
from desktop.field.messages import AlarmStored, FieldSettings, Health, Stop
from desktop.field.mqtt import Line
from desktop.field.service import HANDOVER_FILE
from tests.desktop.field.site import ROOT, Building, Listener, settings_for
from tests.support.broker import Mosquitto, wait_until

Start = Callable[..., FieldView]


@pytest.fixture(params=[ThreadHost, ProcessHost], ids=["thread", "process"])
def kind(request: pytest.FixtureRequest) -> type[ThreadHost] | type[ProcessHost]:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def settings(broker: Mosquitto, tmp_path: Path, key: bytes) -> FieldSettings:
    return settings_for(broker, tmp_path, key)


@pytest.fixture
def host(kind: type[ThreadHost] | type[ProcessHost], settings: FieldSettings) -> Iterator[FieldView]:
    found = kind(settings)
    yield found
    found.stop()


@pytest.fixture
def ears(host: FieldView) -> Listener:
    listener = Listener(host)
    host.start()
    listener.wait_link("up")
    return listener


@pytest.fixture
def building(broker: Mosquitto) -> Iterator[Building]:
    found = Building(broker)
    yield found
    found.stop()


def cannot_start(health: Health) -> bool:
    return [trouble.kind for trouble in health.troubles] == ["cannot_start"]


def wait_subscribed(ears: Listener, building: Building) -> None:
    """The last of the subscriptions is the broker's own news: once it is heard, all are in place."""
    wait_until(lambda: ears.health.broker_dropped is not None, 30, "subscribed")


def test_a_new_thing_appears_and_its_values_can_be_read(ears: Listener, building: Building) -> None:
    wait_subscribed(ears, building)
    building.describe("gas-1")
    ears.wait_thing("gas-1")
    building.status("gas-1", "online")
    building.say("gas-1", concentration=3.5, state="normal", valve_open=True, calibrated=12)
    ears.wait_value("gas-1", "calibrated", 12)
    assert ears.reading("gas-1", "concentration").value == 3.5
    assert ears.reading("gas-1", "concentration").quality == "good"
    assert ears.reading("gas-1", "state").value == "normal"
    assert ears.reading("gas-1", "valve_open").value is True
    assert ears.reading("gas-1", "$online").value is True
    assert ears.reading("gas-1", "fan_running").quality == "none"
    building.withdraw("gas-1")
    wait_until(lambda: "gas-1" not in ears.host.things())


def test_what_was_retained_is_uncertain_and_never_an_alarm(
    host: FieldView, building: Building, broker: Mosquitto
) -> None:
    building.describe("gas-1")
    building.say("gas-1", retain=True, concentration=60.0)
    ears = Listener(host)
    host.start()
    ears.wait_value("gas-1", "concentration", 60.0)
    assert ears.reading("gas-1", "concentration").quality == "uncertain"
    wait_subscribed(ears, building)
    assert ears.alarms == []
    building.say("gas-1", concentration=60.0)
    wait_until(lambda: {change.rule for change in ears.alarms} == {"gas-high", "gas-low"})
    assert ears.reading("gas-1", "concentration").quality == "good"


def test_an_alarm_goes_through_and_is_forgotten_once_stored(
    ears: Listener, building: Building, settings: FieldSettings
) -> None:
    wait_subscribed(ears, building)
    building.describe("gas-1")
    ears.wait_thing("gas-1")
    building.say("gas-1", concentration=30.0)
    wait_until(lambda: ears.alarms)
    [onset] = ears.alarms
    assert (onset.thing_id, onset.rule, onset.active, onset.value, onset.limit) == (
        "gas-1",
        "gas-low",
        True,
        30.0,
        25.0,
    )
    building.say("gas-1", concentration=2.0)
    wait_until(lambda: len(ears.alarms) == 2)
    assert not ears.alarms[1].active and ears.alarms[1].alarm_id == onset.alarm_id
    for change in ears.alarms:
        ears.host.send(AlarmStored(change.seq))
    handover = Handover(Path(settings.data_dir) / HANDOVER_FILE, settings.key)
    wait_until(lambda: handover.pending() == [])
    handover.close()


def test_it_recovers_when_the_broker_is_restarted(ears: Listener, building: Building, broker: Mosquitto) -> None:
    wait_subscribed(ears, building)
    building.describe("gas-1")
    ears.wait_thing("gas-1")
    building.say("gas-1", concentration=1.0)
    ears.wait_value("gas-1", "concentration", 1.0)
    broker.stop()
    ears.wait_link("lost")
    assert ears.reading("gas-1", "concentration").value == 1.0
    broker.start()
    ears.wait_link("up")

    def heard() -> bool:
        building.say("gas-1", concentration=2.0)
        return ears.reading("gas-1", "concentration").value == 2.0

    wait_until(heard, 30)


def test_an_unstored_alarm_is_told_again_after_a_restart(
    kind: type[ThreadHost] | type[ProcessHost], host: FieldView, ears: Listener, building: Building,
    settings: FieldSettings,
) -> None:  # fmt: skip
    wait_subscribed(ears, building)
    building.describe("gas-1")
    ears.wait_thing("gas-1")
    building.say("gas-1", concentration=30.0)
    wait_until(lambda: ears.alarms)
    [first] = ears.alarms
    if isinstance(host, ProcessHost):
        assert host.pid
        os.kill(host.pid, signal.SIGKILL)
        wait_until(lambda: host.restarts == 1)
    else:
        host.stop()
        host.start()
    wait_until(lambda: len(ears.alarms) == 2, 30)
    assert ears.alarms[1] == first
    ears.wait_link("up")
    host.send(AlarmStored(first.seq))

    # The alarm is still active: the same value raises no second one, its return is the first one's.
    def returned() -> bool:
        building.say("gas-1", concentration=30.0)
        building.say("gas-1", concentration=1.0)
        return len(ears.alarms) > 2

    wait_until(returned, 30)
    assert (ears.alarms[2].alarm_id, ears.alarms[2].active) == (first.alarm_id, False)


def test_a_device_whose_clock_stands_makes_another_occurrence_after_a_restart(
    host: FieldView, ears: Listener, building: Building, settings: FieldSettings
) -> None:
    """The instant makes the id: the one that ended before the restart must not swallow the next."""
    wait_subscribed(ears, building)
    building.describe("gas-1")
    ears.wait_thing("gas-1")
    standing = round(time.time() * 1000)
    building.say_at("gas-1", standing, concentration=30.0)
    building.say_at("gas-1", standing, concentration=1.0)
    wait_until(lambda: len(ears.alarms) == 2)
    first = ears.alarms[0]
    for change in ears.alarms:
        host.send(AlarmStored(change.seq))
    handover = Handover(Path(settings.data_dir) / HANDOVER_FILE, settings.key)
    wait_until(lambda: handover.pending() == [])
    handover.close()
    host.stop()
    again = ThreadHost(settings)
    heard = Listener(again)
    again.start()
    heard.wait_thing("gas-1")

    def raised() -> bool:
        building.say_at("gas-1", standing, concentration=30.0)
        return bool(heard.alarms)

    wait_until(raised, 30)
    again.stop()
    [second] = heard.alarms
    assert second.active and second.alarm_id != first.alarm_id
    assert second.onset_ms > first.onset_ms


def test_what_is_active_is_told_again_at_a_start_though_it_was_stored(
    host: FieldView, ears: Listener, building: Building, settings: FieldSettings
) -> None:
    """The records may have been restored from a backup that is older than the alarm."""
    wait_subscribed(ears, building)
    building.describe("gas-1")
    ears.wait_thing("gas-1")
    building.say("gas-1", concentration=30.0)
    wait_until(lambda: ears.alarms)
    [first] = ears.alarms
    host.send(AlarmStored(first.seq))
    handover = Handover(Path(settings.data_dir) / HANDOVER_FILE, settings.key)
    wait_until(lambda: handover.pending() == [])
    handover.close()
    host.stop()
    again = ThreadHost(settings)
    heard = Listener(again)
    again.start()
    wait_until(lambda: heard.alarms, 30)
    again.stop()
    assert heard.alarms == [msgspec.structs.replace(first, seq=0)]


def test_subscriptions_are_tried_again_when_the_broker_does_not_answer(
    settings: FieldSettings, building: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    subscribe = Line.subscribe

    def late(line: Line, filters: Sequence[str], timeout: float = 10.0, qos: int = 0) -> tuple[str, ...] | None:
        asked.append(filters)
        return None if len(asked) in (1, 4) else subscribe(line, filters, timeout, qos)

    monkeypatch.setattr(Line, "subscribe", late)
    host = ThreadHost(settings)
    ears = Listener(host)
    host.start()
    ears.wait_link("up")
    wait_subscribed(ears, building)
    host.stop()
    assert len(asked) > 4


def test_an_address_that_is_none_is_told(settings: FieldSettings) -> None:
    host = ProcessHost(msgspec.structs.replace(settings, broker="tcp://li:geheim@h"))
    host.start()
    wait_until(lambda: (health := host.health()) and cannot_start(health), 30)
    assert (health := host.health()) and "geheim" not in str(health.troubles)
    host.stop()


def test_a_stop_while_the_process_is_being_started_is_heard(settings: FieldSettings) -> None:
    class Hasty(ProcessHost):
        def _spawn(self) -> None:
            self._stopping.set()
            self.send(Stop())
            super()._spawn()

    host = Hasty(settings)
    host.start()
    host._watcher.join(30)
    assert not host._watcher.is_alive()
    host.stop()


def test_a_process_that_could_not_be_started_is_tried_again(
    settings: FieldSettings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failures = iter([OSError("out of processes"), BrokenPipeError()])

    def scarce(method: str) -> object:
        for failure in failures:
            raise failure
        return get_context(method)

    monkeypatch.setattr("desktop.field.host.get_context", scarce)
    host = ProcessHost(settings)
    host.start()
    wait_until(lambda: host.health() is not None, 60)
    assert host.restarts == 2
    host.stop()


def test_a_process_may_take_longer_to_its_first_word_than_between_two(
    settings: FieldSettings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("desktop.field.host.HEARTBEAT_LOST", 0.0)
    host = ProcessHost(settings)
    words: list[object] = []
    host.on(words.append)
    host.start()
    wait_until(lambda: words, 60)
    assert host.restarts == 0
    host.stop()


def test_history_is_written_and_read(ears: Listener, building: Building) -> None:
    wait_subscribed(ears, building)
    begin = time.time()
    building.describe("gas-1")
    ears.wait_thing("gas-1")

    def grows() -> bool:
        building.say("gas-1", concentration=4.0)
        return len(ears.host.history("gas-1", "concentration", begin - 1, time.time() + 1)) >= 2

    wait_until(grows)
    rows = ears.host.history("gas-1", "concentration", begin - 1, time.time() + 1)
    assert {value for _, value in rows} == {4.0}
    # However fast it talks, about one a second is kept.
    assert len(rows) <= time.time() - begin + 2
    wait_until(lambda: ears.health.samples_stored >= 2)


def test_things_and_their_last_values_are_there_after_a_restart_while_the_broker_is_dark(
    kind: type[ThreadHost] | type[ProcessHost], settings: FieldSettings, building: Building, broker: Mosquitto
) -> None:
    first = Listener(kind(settings))
    first.host.start()
    first.wait_link("up")
    wait_subscribed(first, building)
    building.describe("gas-1")
    building.describe("gas-2")
    first.wait_thing("gas-1")
    first.wait_thing("gas-2")
    building.say("gas-1", state="normal", valve_open=False)
    first.wait_value("gas-1", "valve_open", False)
    before = first.reading("gas-1", "valve_open")
    building.publish(f"{ROOT}/gas-2/model", b"", True)
    wait_until(lambda: "gas-2" not in first.host.things())
    first.host.stop()
    broker.stop()
    second = Listener(kind(settings))
    second.host.start()
    try:
        second.wait_thing("gas-1")
        after = second.reading("gas-1", "valve_open")
        assert (after.value, after.quality, after.at) == (False, "uncertain", before.at)
        assert "gas-2" not in second.host.things()
        second.wait_link("lost")
    finally:
        second.host.stop()


CONSOLE = """
import sys, time
from desktop.field.host import ProcessHost
from desktop.field.messages import FieldSettings
if __name__ == "__main__":
    host = ProcessHost(FieldSettings(broker=sys.argv[1], community="310105012003", data_dir=sys.argv[2],
                                     key=bytes(range(32)), capacity=64))
    host.start()
    while host.health() is None:
        time.sleep(0.05)
    print(host.pid, flush=True)
    time.sleep(600)
"""


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_the_process_ends_with_its_console_and_holds_no_key_to_be_seen(broker: Mosquitto, tmp_path: Path) -> None:
    script = tmp_path / "console.py"
    script.write_text(CONSOLE)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, str(script), broker.url, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as console:
        assert console.stdout
        pid = int(console.stdout.readline())
        for secret in (bytes(range(1, 32)), bytes(range(32)).hex().encode()):
            assert secret not in Path(f"/proc/{pid}/cmdline").read_bytes()
            assert secret not in Path(f"/proc/{pid}/environ").read_bytes()
        console.kill()
    wait_until(lambda: not alive(pid), 40)


def test_a_damaged_hand_over_file_is_told(broker: Mosquitto, settings: FieldSettings) -> None:
    (Path(settings.data_dir) / HANDOVER_FILE).write_bytes(b"not a database" * 1000)
    host = ProcessHost(settings)
    host.start()
    wait_until(lambda: (health := host.health()) and cannot_start(health), 30)
    host.stop()
