"""Mimics show what the readings say, nothing more, and repaint only when that changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import msgspec
import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.kernel.words import Words
from desktop.things.loader import load_models
from desktop.things.model import (
    Feeder,
    Mimic,
    OneLineMimic,
    Panel,
    Point,
    Pump,
    PumpsMimic,
    Quality,
    Reading,
    ShaftMimic,
    ThingModel,
    Value,
)
from tests.ui.things.states import NOW, Staged, alarm_of, cut_texts, loudest, staged
from ui.theme import style
from ui.things.mimics import mimic_of
from ui.things.mimics.base import MimicView

MODELS = load_models().models
YES, NO = {"zh": "合", "en": "On"}, {"zh": "分", "en": "Off"}


def flag(name: str) -> Point:
    return Point(name=name, title={"zh": name, "en": name}, type="boolean", labels={"true": YES, "false": NO})


def power(name: str) -> Point:
    return Point(name=name, title={"zh": name, "en": name}, type="number", symbol="kW", decimals=1)


BOARD = ThingModel(
    kind="board", title={"zh": "配电柜", "en": "Switchboard"},
    points=(*(flag(f"{n}_closed") for n in "iab"), flag("a_tripped"), *(power(f"{n}_power") for n in "iab")),
    panel=Panel(mimic=OneLineMimic(
        incomers=(Feeder(title={"zh": "进线", "en": "Incomer"}, closed="i_closed", values=("i_power",)),),
        feeders=(
            Feeder(title={"zh": "住户", "en": "Homes"}, closed="a_closed", tripped="a_tripped", values=("a_power",)),
            Feeder(title={"zh": "电梯", "en": "Lifts"}, closed="b_closed", values=("b_power",)),
        ),
    )),
)  # fmt: skip
BOARD_SAYS: dict[str, Value] = {
    "i_closed": True, "a_closed": False, "a_tripped": True, "b_closed": False, "i_power": 206.2,
    "a_power": 0.0, "b_power": 0.0,
}  # fmt: skip
PUMPS = PumpsMimic(
    pumps=tuple(
        Pump(title={"zh": f"{n} 号泵", "en": f"Pump {n}"}, running=f"pump{n}_running", fault=f"pump{n}_fault",
             values=(f"pump{n}_frequency", f"pump{n}_current")) for n in (1, 2)
    ), level="level", pressure="pressure", automatic="automatic",
)  # fmt: skip
SHAFT = ShaftMimic(floor="floor", direction="direction", door_closed="door_closed", occupied="occupied")


@pytest.fixture(autouse=True)
def light(qapp: QApplication) -> Iterator[None]:
    style.apply(qapp, "light")
    yield


def model_with(kind: str, mimic: Mimic) -> ThingModel:
    return msgspec.structs.replace(MODELS[kind], panel=Panel(mimic=mimic))


def view_of(qtbot: QtBot, model: ThingModel, width: int = 480) -> MimicView:
    view = mimic_of(model, Words("zh"))
    assert view is not None
    qtbot.addWidget(view)
    view.resize(width, 300)
    return view


def says(values: dict[str, Value], quality: Quality = "good", age: float = 3.0) -> dict[str, Reading]:
    return {name: Reading(value, quality, NOW - age) for name, value in values.items()}


def picture(view: MimicView) -> QImage:
    return view.grab().toImage()


def with_(what: Staged, **values: Value) -> dict[str, Reading]:
    return what.readings | {name: Reading(value, "good", NOW - 3) for name, value in values.items()}


def test_a_model_without_a_mimic_has_none(qapp: QApplication) -> None:
    assert mimic_of(msgspec.structs.replace(MODELS["lift"], panel=Panel()), Words("zh")) is None


def test_pumps_tell_run_stop_fault_and_hand_in_words(qtbot: QtBot) -> None:
    what = staged(MODELS["pump-set"], "normal")
    view = view_of(qtbot, model_with("pump-set", PUMPS))
    running = with_(what, pump1_running=True, pump1_fault=False, pump2_running=False, pump2_fault=False, level=57)
    view.show_readings(running, (), NOW)
    said = view.accessibleDescription()
    assert "1 号泵 运行" in said and "2 号泵 停止" in said and "57 %" in said
    well = picture(view)
    view.show_readings(running | {"pump2_fault": Reading(True, "good", NOW)}, (), NOW)
    assert "2 号泵 故障" in view.accessibleDescription()
    assert picture(view) != well
    view.show_readings(running | {"automatic": Reading(False, "good", NOW)}, (), NOW)
    assert picture(view) != well


def test_breakers_tell_closed_open_and_tripped_and_nobody_knows(qtbot: QtBot) -> None:
    view = view_of(qtbot, BOARD)
    view.show_readings(says(BOARD_SAYS), (), NOW)
    assert view.accessibleDescription() == "进线 合闸, 206.2 kW; 住户 跳闸, 0.0 kW; 电梯 分闸, 0.0 kW"
    view.show_readings(says({"i_closed": True}), (), NOW)
    assert "电梯 不明, —" in view.accessibleDescription()


def test_a_trapped_passenger_is_the_first_thing_seen_and_said(qtbot: QtBot) -> None:
    model = model_with("lift", SHAFT)
    what = staged(model, "normal")
    view = view_of(qtbot, model)
    view.show_readings(what.readings, (), NOW)
    quiet, colourful = picture(view), _red(picture(view))
    rule = loudest(model)
    assert rule is not None and rule.life_safety
    view.show_readings(what.readings, (alarm_of(what.view, rule),), NOW)
    assert view.accessibleDescription().startswith(rule.title["zh"])
    assert picture(view) != quiet
    assert colourful == 0 and _red(picture(view)) > 100


def test_the_car_stands_at_its_floor(qtbot: QtBot) -> None:
    model = model_with("lift", SHAFT)
    what = staged(model, "normal")
    view = view_of(qtbot, model)
    seen = []
    for floor in (1, 9, 18, 30):
        view.show_readings(with_(what, floor=floor), (), NOW)
        seen.append(picture(view))
        assert f"所在楼层 {floor}" in view.accessibleDescription()
    assert len({bytes(image.constBits()) for image in seen}) == len(seen)


@pytest.mark.parametrize(
    "model", [model_with("pump-set", PUMPS), BOARD, model_with("lift", SHAFT)], ids=["pumps", "one_line", "shaft"]
)
def test_every_quality_is_drawn_and_told_apart(qtbot: QtBot, model: ThingModel) -> None:
    values = BOARD_SAYS if model is BOARD else {n: r.value for n, r in staged(model, "normal").readings.items()}
    known = {name: value for name, value in values.items() if value is not None}
    view = view_of(qtbot, model)
    pictures: dict[str, QImage] = {}
    said: dict[str, str] = {}
    for quality in get_args(Quality):
        view.show_readings(says(known, quality, 7200), (), NOW)
        pictures[quality], said[quality] = picture(view), view.accessibleDescription()
    assert len({bytes(image.constBits()) for image in pictures.values()}) == len(pictures)
    assert len(set(said.values())) == len(said)
    assert "离线" in said["offline"]


@pytest.mark.parametrize("width", [320, 480, 598, 900])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_words_have_room_from_narrow_to_wide(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, lang: str, width: int
) -> None:
    for model in (model_with("pump-set", PUMPS), BOARD, *(m for m in MODELS.values() if m.panel.mimic is not None)):
        view = mimic_of(model, Words(lang))  # type: ignore[arg-type]
        assert view is not None
        qtbot.addWidget(view)
        view.resize(width, 300)
        readings = says(BOARD_SAYS) if model is BOARD else staged(model, "normal").readings
        with cut_texts(monkeypatch) as cut:
            view.show_readings(readings, (), NOW)
            picture(view)
        assert cut == [], model.kind


def test_an_unchanged_scene_is_not_painted_again(qtbot: QtBot) -> None:
    view = view_of(qtbot, BOARD)
    view.show_readings(says(BOARD_SAYS), (), NOW)
    with qtbot.waitExposed(view):
        view.show()
    QApplication.processEvents()
    paints = _Paints(view)
    view.show_readings(says(BOARD_SAYS, age=0.5), (), NOW + 5)
    QApplication.processEvents()
    assert paints.count == 0
    view.show_readings(says(BOARD_SAYS | {"i_power": 207.0}), (), NOW + 5)
    qtbot.waitUntil(lambda: paints.count == 1)


class _Paints(QObject):
    def __init__(self, watched: QObject) -> None:
        super().__init__(watched)
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def _red(image: QImage) -> int:
    """Pixels in the colour of danger."""
    found = 0
    for y in range(0, image.height(), 2):
        for x in range(0, image.width(), 2):
            color = image.pixelColor(x, y)
            found += color.red() > 180 and color.green() < 90
    return found


def test_a_gone_thing_is_never_drawn_as_well(qtbot: QtBot) -> None:
    """The last values of a running pump set, offline, are another picture than the same values live."""
    model = model_with("pump-set", PUMPS)
    live, gone = staged(model, "normal"), staged(model, "offline")
    view = view_of(qtbot, model)
    view.show_readings(live.readings, (), NOW)
    well = picture(view)
    view.show_readings(replace(gone).readings, (), NOW)
    assert view.accessibleDescription().startswith("离线")
    assert picture(view) != well
