"""Water in the garage: the alarm, the case it starts, and in both what the camera there saw."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from db.open import open_records
from desktop.alarms.views import AlarmView
from desktop.app import Console, open_console
from desktop.field.mqtt import Publisher
from desktop.kernel.clock import SystemClock
from desktop.kernel.ids import uuid7
from desktop.places.sample import SAMPLE_COMMUNITY, build_sample
from desktop.security import keys
from desktop.simulate.run import simulate
from tests.support.broker import Mosquitto, wait_until

pytestmark = pytest.mark.slow

PIT = f"linli/1/{SAMPLE_COMMUNITY}/things/pit-new"


@pytest.fixture
def community(broker: Mosquitto) -> Iterator[Publisher]:
    """The sample community speaks; what it gives is the voice of one more device."""
    publisher, stop = Publisher(broker.url), threading.Event()
    assert publisher.start(20)
    clock = SystemClock()
    facts = {"community": SAMPLE_COMMUNITY, "size": "small", "rate": None, "seed": 1, "clock": clock, "stop": stop}
    speaking = threading.Thread(target=lambda: simulate(publisher, **facts))  # type: ignore[arg-type]
    speaking.start()
    yield publisher
    stop.set()
    speaking.join()
    publisher.stop()


@pytest.fixture
def console(tmp_path: Path, broker: Mosquitto) -> Iterator[Console]:
    folder, clock = tmp_path / "office", SystemClock()
    records = open_records(folder, keys.create_keys(folder, None, open=True), lambda: uuid7(clock.now()))
    build_sample(records, clock, lambda: uuid7(clock.now()), "T1")
    records.close()
    found = open_console(folder, broker=broker.url, hosting="process", terminal="T1")
    yield found
    found.close()


def test_the_camera_at_the_place_shows_what_the_alarm_is_about(console: Console, community: Publisher) -> None:
    community(f"{PIT}/model", msgspec.json.encode({"model": "waterlogging", "name": "新集水点", "place": "B-1"}), True)
    wait_until(lambda: console.things.get("camera-garage"), 60, "the camera is known")
    wait_until(lambda: console.things.get("pit-new"), 60, "the pit is known")

    def flooded() -> AlarmView | None:
        community(f"{PIT}/props", msgspec.json.encode({"v": {"level": 400.0}}), False)
        return next((alarm for alarm in console.alarms.open() if alarm.thing_id == "pit-new"), None)

    wait_until(flooded, 60, "the alarm")
    wait_until(lambda: (alarm := flooded()) and alarm.pictures, 60, "the picture")
    alarm = flooded()
    assert alarm is not None
    assert {still.camera for still in alarm.stills.values()} == {"地下车库摄像机"}
    left = console.cases.get(alarm.case_id or "").evidence
    assert left is not None and left.pictures == alarm.pictures
    with Image.open(io.BytesIO(console.alarms.album.picture(alarm.pictures[0]).data)) as picture:
        assert picture.size == (640, 360)
