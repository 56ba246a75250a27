"""A kind nobody ships, written from docs/thing-models.md alone: its one file in a data folder is all it takes."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from db.open import open_records
from desktop.app import Console, open_console
from desktop.field.mqtt import Publisher
from desktop.kernel.clock import SystemClock
from desktop.kernel.ids import uuid7
from desktop.kernel.words import Words
from desktop.places.service import Places
from desktop.places.views import CommunityView
from desktop.security import keys
from desktop.security.principal import command_line
from desktop.simulate.building import Device
from desktop.simulate.publisher import Message, Voice
from desktop.simulate.scenario import Doing, Step
from desktop.simulate.sensors import Sensors
from desktop.things.loader import SITE_FOLDER, load_model
from desktop.things.model import ThingModel
from tests.support.broker import Mosquitto, wait_until
from ui.theme import style
from ui.things.panel import ThingPanel

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "swimming-pool.tm.json"
COMMUNITY = "520103001001"
POOL = "swimming-pool-1"


class Pool:
    """The simulator's device of the new kind, speaking to a real broker."""

    def __init__(self, broker: Mosquitto, model: ThingModel) -> None:
        device = Device(id=POOL, kind=model.kind, name="会所泳池", place="", maker="")
        self._voice = Voice(Sensors(device, model, seed=1), community=COMMUNITY, begun=time.time())
        self._publisher = Publisher(broker.url)
        assert self._publisher.start(20)
        self._say(self._voice.announce())

    def speak(self, trouble: str = "") -> None:
        step = Step(at=0, lasts=3600, kind="swimming-pool", rule=trouble)
        self._say(self._voice.speak(time.time(), [Doing(step, 60.0)] if trouble else ()))

    def _say(self, messages: list[Message]) -> None:
        for message in messages:
            self._publisher(message.topic, message.payload, message.retain)

    def stop(self) -> None:
        self._publisher.stop()


@pytest.fixture
def pool(broker: Mosquitto) -> Iterator[Pool]:
    found = Pool(broker, load_model(EXAMPLE))
    yield found
    found.stop()


@pytest.fixture
def console(tmp_path: Path, broker: Mosquitto) -> Iterator[Console]:
    """An office's store with the new kind's file in its `things` folder, and nothing else about it anywhere."""
    folder, clock = tmp_path / "office", SystemClock()
    (folder / SITE_FOLDER).mkdir(parents=True)
    shutil.copy(EXAMPLE, folder / SITE_FOLDER)
    records = open_records(folder, keys.create_keys(folder, None, open=True), lambda: uuid7(clock.now()))
    view = CommunityView(COMMUNITY, "云岩花园", "普陀路街道", "云岩区", "贵阳市", 480)
    Places(records, clock, lambda: uuid7(clock.now())).found(command_line("T1"), view)
    records.close()
    found = open_console(folder, broker=broker.url, hosting="thread", terminal="T1")
    yield found
    found.close()


def test_one_file_gives_a_new_kind_its_place_in_lists_panel_alarms_and_history(
    qapp: QApplication, console: Console, pool: Pool
) -> None:
    began = time.time()

    # It is known, listed and checked.
    wait_until(lambda: console.things.get(POOL), 60, "the pool is listed")
    (listed,) = console.things.all()
    assert (listed.name, listed.thing.model.kind, listed.thing.model.system) == ("会所泳池", "swimming-pool", "water")
    assert all(check.ok for check in console.check() if check.name == "data_files")

    # Its values live.
    def heard() -> bool:
        pool.speak()
        return all(reading.quality == "good" for reading in console.things.readings(POOL).values())

    wait_until(heard, 60, "every value is good")
    assert console.things.online(POOL) is True

    # Its panel draws them, with the mimic and the words of its file.
    assert_panel_draws(console)

    # Its history is stored and read back. (Within a second only the last value is kept, so the trouble comes after.)
    wait_until(lambda: _stored(console, "rescue_button", began) == {0.0}, 60, "the button's first value")
    assert all(7.0 <= value <= 7.8 for value in _stored(console, "ph", began))

    # A simulated trouble raises its alarm, in its words.
    def called() -> bool:
        pool.speak("rescue")
        return any(alarm.rule == "rescue" for alarm in console.alarms.open())

    wait_until(called, 60, "the alarm")
    (alarm,) = (each for each in console.alarms.open() if each.rule == "rescue")
    assert (alarm.thing_id, alarm.priority, alarm.title["zh"]) == (POOL, "critical", "泳池求救")
    assert "除颤仪" in alarm.response["zh"]

    wait_until(lambda: _stored(console, "rescue_button", began) == {0.0, 1.0}, 60, "the button's change")


def _stored(console: Console, point: str, since: float) -> set[float]:
    return {value for _, value in console.things.history(POOL, point, since - 1, time.time() + 1)}


def assert_panel_draws(console: Console) -> None:
    style.apply(QApplication.instance(), "light")  # type: ignore[arg-type]
    view = console.things.get(POOL)
    assert view
    panel = ThingPanel(
        Words("zh"), console.things.readings, open_alarm=lambda _: None, trend_wanted=lambda _thing, _point: None
    )
    try:
        panel.resize(1100, 900)
        panel.show()
        panel.show_thing(view, (), time.time())
        panel.tick(time.time())
        shown = panel.values()
        assert set(shown) == {"free_chlorine", "ph", "water_temperature"}
        assert all(any(letter.isdigit() for letter in text) for text in shown.values()), shown
        assert panel.mimic is not None
        image = panel.grab().toImage()
        colours = {
            QColor(image.pixel(x, y)).name() for x in range(0, image.width(), 5) for y in range(0, image.height(), 5)
        }
        assert len(colours) > 10
    finally:
        panel.close()
        panel.deleteLater()
