"""Pictures from cameras over a real broker: only what is live, only what is a picture, and only while somebody asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.field.mqtt import Publisher
from desktop.field.stills import LARGEST, Stills
from tests.desktop.field.site import ROOT, settings_for
from tests.support.broker import Mosquitto

SEEN = b"\xff\xd8\xff\xe0 what it sees"


class Camera:
    """Sends what it is given every 50 ms, as a camera does every few seconds."""

    def __init__(self, broker: Mosquitto, id_: str, *pictures: bytes, retain: bool = False) -> None:
        self._publish, self._stop = Publisher(broker.url), threading.Event()
        assert self._publish.start(20)
        self._thread = threading.Thread(target=self._run, args=(f"{ROOT}/{id_}/still", pictures, retain))
        self._thread.start()

    def _run(self, topic: str, pictures: tuple[bytes, ...], retain: bool) -> None:
        while not self._stop.wait(0.05):
            for picture in pictures:
                self._publish(topic, picture, retain)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        self._publish.stop()


@pytest.fixture
def cameras(broker: Mosquitto) -> Iterator[list[Camera]]:
    found: list[Camera] = []
    yield found
    for camera in found:
        camera.stop()


@pytest.fixture
def stills(broker: Mosquitto, tmp_path: Path, key: bytes) -> Stills:
    return Stills(settings_for(broker, tmp_path, key))


def test_every_camera_that_is_asked_sends_its_own(broker: Mosquitto, cameras: list[Camera], stills: Stills) -> None:
    cameras += [Camera(broker, id_, SEEN + id_.encode()) for id_ in ("gate", "yard", "unasked")]
    assert stills.take({"gate": "still", "yard": "still"}, 30) == {"gate": SEEN + b"gate", "yard": SEEN + b"yard"}


def test_a_picture_from_before_the_question_is_not_taken(broker: Mosquitto, stills: Stills) -> None:
    camera = Camera(broker, "gate", SEEN, retain=True)
    assert stills.take({"gate": "still"}, 30)
    camera.stop()
    assert stills.take({"gate": "still"}, 0.3) == {}


def test_what_is_no_picture_is_passed_over(broker: Mosquitto, cameras: list[Camera], stills: Stills) -> None:
    cameras.append(Camera(broker, "gate", b"", b"<html>", SEEN + b"\0" * LARGEST, SEEN))
    assert stills.take({"gate": "still"}, 30) == {"gate": SEEN}


def test_who_sends_none_keeps_the_others_not_back(broker: Mosquitto, cameras: list[Camera], stills: Stills) -> None:
    cameras.append(Camera(broker, "gate", SEEN))
    assert stills.take({"gate": "still", "dark": "still"}, 1.0) == {"gate": SEEN}


def test_without_a_broker_there_are_none(broker: Mosquitto, stills: Stills, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.field.stills.CONNECTING", 0.3)
    broker.stop()
    assert stills.take({"gate": "still"}, 30) == {}


def test_the_end_of_the_program_waits_for_no_camera(stills: Stills) -> None:
    began = threading.Event()

    def end() -> None:
        began.wait()
        time.sleep(0.3)
        stills.close()

    closing = threading.Thread(target=end)
    closing.start()
    began.set()
    # It would wait longer than any test may take.
    assert stills.take({"dark": "still"}, 3600) == {}
    closing.join()
    assert stills.take({"dark": "still"}, 3600) == {}
