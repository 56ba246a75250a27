"""The index under a value: of what is live, and read aloud."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from desktop.kernel.words import Words
from desktop.things.loader import load_models
from desktop.things.model import Index, Quality
from ui.things.indexline import IndexLine


@pytest.fixture
def index() -> Index:
    point = load_models().models["air-station"].point("pm25")
    assert point is not None and point.index is not None
    return point.index


def test_it_says_number_and_grade_in_the_language_of_the_person(qapp: QApplication, index: Index) -> None:
    zh, en = IndexLine(index, Words("zh")), IndexLine(index, Words("en"))
    for line in (zh, en):
        line.show_value(36.0, "good")
    assert (zh.text, en.text) == ("实时 IAQI 52 良", "Live IAQI 52 Good")
    assert zh.accessibleName() == zh.text


@pytest.mark.parametrize("quality", ["stale", "offline", "uncertain", "bad", "none"])
def test_it_says_nothing_of_what_is_not_live(qapp: QApplication, index: Index, quality: Quality) -> None:
    line = IndexLine(index, Words("zh"))
    line.show_value(36.0, "good")
    line.show_value(36.0, quality)
    assert line.text == line.accessibleName() == ""


def test_its_colour_is_that_of_the_grade(qapp: QApplication, index: Index) -> None:
    line = IndexLine(index, Words("zh"))
    line.resize(200, line.HEIGHT)
    for value, colour in ((12.0, "#00E400"), (36.0, "#FFFF00"), (151.0, "#99004C")):
        line.show_value(value, "good")
        assert line.grab().toImage().pixelColor(5, line.HEIGHT // 2) == QColor(colour)
