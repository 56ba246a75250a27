"""The panel of every shipped kind as a picture: normal, in alarm, stale and offline, light and dark, in both languages.

With LINLI_PICTURES=DIR a sheet for each kind is left there for a person to look at: the four states in light Chinese
above, in dark English below.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from desktop.kernel.words import Lang, Words
from desktop.things.loader import load_models
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.things.states import DOUBTS, NOW, STATES, Staged, State, cut_texts, staged
from ui.theme import style
from ui.things.figures import number_of
from ui.things.panel import ThingPanel

MODELS = load_models().models
DOUBTED = (
    "access-door",
    "electricity-meter",
    "fire-panel",
    "gas-detector",
    "lift",
    "pump-set",
    "water-tank",
    "weather-station",
)
"""Mimics, meters, limits, words and numbers: each way of drawing a value is among these."""
NARROW, WIDE = 598, 1152
"""The panel's width on a screen of 1366 and of 1920 pixels."""
HEAD = 96
"""The height of a panel's title and state."""
HOUR = 3600.0
Look = tuple[str, Lang]
LOOKS: tuple[Look, ...] = (("light", "zh"), ("light", "en"), ("dark", "zh"), ("dark", "en"))
SHEET: tuple[Look, ...] = (("light", "zh"), ("dark", "en"))
Picture = Callable[[Staged, Lang, int], QImage]


@pytest.fixture
def picture(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[Picture]:
    """Draws a panel whole, and fails for text that has no room."""
    panels: list[ThingPanel] = []

    def draw(what: Staged, lang: Lang, width: int) -> QImage:
        trends: list[str] = []
        panel = ThingPanel(
            Words(lang), lambda _id: what.readings, open_alarm=lambda _id: None,
            trend_wanted=lambda _id, point: trends.append(point),
        )  # fmt: skip
        panels.append(panel)
        panel.resize(width, 700)
        panel.show_thing(what.view, what.alarms, NOW)
        panel.show()
        for meter in panel.meters.rows():
            panel.show_use(meter.point.name, growth(what, meter.point.name), NOW)
        panel.tick(NOW)
        # Asked again for what is silent: of the hour before that.
        for point in trends:
            panel.show_history(point, past(what, point, HOUR, 20), NOW)
        panel.tick(NOW)
        panel.second(what.view, NOW)
        for _ in range(3):
            QApplication.processEvents()
        with cut_texts(monkeypatch) as cut:
            inside = panel.widget()
            assert inside is not None
            drawn = inside.grab().toImage()
        assert_no_clipped_text(panel)
        assert_whole(inside)
        assert inside.width() <= panel.viewport().width(), "the panel would be cut at its right"
        assert cut == []
        if what.alarms:
            title = Words(lang).of(what.alarms[0].title)
            assert title in [label.text() for label in panel.findChildren(QLabel) if label.isVisibleTo(panel)]
        if what.alarms:
            assert_accessible(panel)
        panel.hide()
        return drawn

    yield draw
    for panel in panels:
        panel.deleteLater()


def past(what: Staged, point: str, span: float, step: int) -> list[tuple[float, float]]:
    """Samples up to the last one that was heard, and what it said."""
    reading = what.readings[point]
    last = number_of(reading.value)
    found = what.view.thing.model.point(point)
    if last is None or found is None:
        return []
    ages = [n * step for n in range(int(span / step), -1, -1)]
    values = [last * (1 + 0.05 * math.sin(age / 300)) for age in ages]
    low, high = (
        bound if bound is not None else other for bound, other in ((found.minimum, -1e9), (found.maximum, 1e9))
    )
    values = [min(high, max(low, value)) for value in values]
    whole = found.type == "integer"
    return [(reading.at - age, round(value) if whole else value) for age, value in zip(ages, values, strict=True)]


def growth(what: Staged, point: str) -> list[tuple[float, float]]:
    """A counter's last two days."""
    reading = what.readings[point]
    end = number_of(reading.value) or 0.0
    times = [NOW - 172_800 + n * 900 for n in range(193)]
    return [(at, max(0.0, end - (NOW - at) / HOUR * 0.4)) for at in times if at <= reading.at]


@pytest.mark.parametrize("kind", sorted(MODELS))
def test_every_state_of_a_kind_is_told_apart_in_every_look(qapp: QApplication, picture: Picture, kind: str) -> None:
    kept: dict[tuple[Look, State], QImage] = {}
    for look in LOOKS:
        style.apply(qapp, look[0])
        for state in STATES:
            kept[look, state] = picture(staged(MODELS[kind], state), look[1], NARROW)
    style.apply(qapp, "light")
    for look in LOOKS:
        for one, other in combinations(STATES, 2):
            apart = told_apart(kept[look, one], kept[look, other])
            has_alarm = bool(staged(MODELS[kind], "alarm").alarms)
            assert apart or ({one, other} == {"normal", "alarm"} and not has_alarm), f"{look}: {one} looks like {other}"
    folder = os.environ.get("LINLI_PICTURES", "")
    if folder:
        rows = [[kept[look, state] for state in STATES] for look in SHEET]
        assert sheet(rows).save(str(Path(folder) / f"{kind}.png"))


@pytest.mark.parametrize("kind", DOUBTED)
def test_what_is_to_be_known_of_a_value_is_seen_in_every_look(qapp: QApplication, picture: Picture, kind: str) -> None:
    kept: dict[tuple[Look, State], QImage] = {}
    for look in LOOKS:
        style.apply(qapp, look[0])
        for state in DOUBTS:
            kept[look, state] = picture(staged(MODELS[kind], state), look[1], NARROW)
        for one, other in combinations(DOUBTS, 2):
            # That a thing is simulated is said once, in its head.
            a, b = (kept[look, state].copy(0, 0, NARROW, HEAD) for state in (one, other))
            assert told_apart(a, b), f"{look}: {one} looks like {other}"
    style.apply(qapp, "light")
    folder = os.environ.get("LINLI_PICTURES", "")
    if folder:
        rows = [[kept[look, state] for state in DOUBTS] for look in SHEET]
        assert sheet(rows).save(str(Path(folder) / f"{kind}-doubts.png"))


@pytest.mark.parametrize("kind", sorted(MODELS))
def test_a_wide_panel_has_room_for_every_word(qapp: QApplication, picture: Picture, kind: str) -> None:
    style.apply(qapp, "light")
    wide = picture(staged(MODELS[kind], "offline"), "en", WIDE)
    assert wide.width() > NARROW
    folder = os.environ.get("LINLI_PICTURES", "")
    if folder:
        assert wide.save(str(Path(folder) / f"{kind}-wide.png"))


def assert_whole(root: QWidget) -> None:
    """Nothing that is shown reaches beyond what holds it, where it would be cut."""
    for widget in root.findChildren(QWidget):
        parent = widget.parentWidget()
        if widget.isVisibleTo(root) and parent is not None and not widget.isWindow():
            beyond = widget.geometry().united(parent.rect()) != parent.rect()
            assert not beyond, f"{widget} {widget.geometry()} is cut by {parent} {parent.rect()}"


def told_apart(one: QImage, other: QImage) -> bool:
    """Whether an eye sees a difference: another height (a notice more), or pixels beyond rounding."""
    if one.size() != other.size():
        return True
    a, b = (np.frombuffer(image.constBits(), np.uint8).astype(np.int16) for image in (one, other))
    return bool(np.mean(np.abs(a - b) > 24) > 0.002)


def sheet(rows: list[list[QImage]]) -> QImage:
    """Pictures in a grid on grey."""
    width = max(image.width() for row in rows for image in row) + 8
    heights = [max(image.height() for image in row) + 8 for row in rows]
    whole = QImage(width * len(rows[0]), sum(heights), QImage.Format.Format_RGB32)
    whole.fill(Qt.GlobalColor.gray)
    painter = QPainter(whole)
    top = 0
    for row, height in zip(rows, heights, strict=True):
        for n, image in enumerate(row):
            painter.drawImage(n * width, top, image)
        top += height
    painter.end()
    return whole
