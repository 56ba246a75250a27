from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ui.parts.badge import StateBadge
from ui.parts.banner import Banner
from ui.parts.buttons import Button
from ui.parts.detail import FactsList
from ui.parts.empty import EmptyState
from ui.parts.table import Column, DataTable
from ui.parts.text import Label, no_mnemonic, tip_text
from ui.parts.timeline import Timeline, TimelineEntry
from ui.theme.icons import icon, names

PROBE = QColor("#FF00FE")


@pytest.fixture
def nasty(tmp_path: Path) -> list[str]:
    """Texts that would show a picture of one colour, or bold, if anything read them as markup."""
    file = tmp_path / "probe.png"
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(PROBE)
    assert image.save(str(file))
    tag = f"<img src='file:{file}' width='40' height='40'>"
    return [tag, f"<b>{tag}</b>", f"<table><tr><td>{tag}</table>", f"\u202e{tag}", f"<html>{tag}</html>", f"&lt;{tag}"]


def shows_probe(image: QImage) -> bool:
    return any(image.pixelColor(x, y) == PROBE for x in range(0, image.width(), 3) for y in range(0, image.height(), 3))


def test_the_probe_would_be_seen(qtbot: QtBot, themed: Callable[[str], None], nasty: list[str]) -> None:
    careless = QLabel(nasty[0])
    qtbot.addWidget(careless)
    assert shows_probe(careless.grab().toImage())


def test_no_part_reads_markup_in_its_text(qtbot: QtBot, themed: Callable[[str], None], nasty: list[str]) -> None:
    for text in nasty:
        table: DataTable[str] = DataTable([Column("a", "A", lambda row: row, stretch=True)], lambda row: row, "t")
        table.set_rows([text])
        for widget in (
            Label(text), Label(text, "title", wrap=True), Label(text, elide=True), Button(text), StateBadge(text),
            Banner(text, detail=text, code=text), EmptyState("box", text, text, code=text), FactsList([(text, text)]),
            Timeline([TimelineEntry(text, text, text, ((text, text, text),), text)]), table,
        ):  # fmt: skip
            qtbot.addWidget(widget)
            widget.resize(500, 200)
            assert not shows_probe(widget.grab().toImage()), type(widget).__name__
            for label in widget.findChildren(QLabel):
                assert label.textFormat() == Qt.TextFormat.PlainText or not label.text()


def test_a_tooltip_is_escaped_and_an_empty_one_stays_empty() -> None:
    assert "<b>" not in tip_text("<b>x</b>")
    assert tip_text("") == ""
    assert no_mnemonic("A&B") == "A&&B"


def test_a_label_that_is_cut_tells_its_whole_text_in_the_tooltip(qtbot: QtBot, themed: Callable[[str], None]) -> None:
    label = Label("一段放不下的很长的文字", elide=True)
    qtbot.addWidget(label)
    label.resize(60, 20)
    label.show()
    assert label.is_cut() and "一段放不下" in label.toolTip()
    label.resize(400, 20)
    assert not label.is_cut() and label.toolTip() == ""


def test_a_hundred_thousand_texts_do_not_wear_out_none(qtbot: QtBot, themed: Callable[[str], None]) -> None:
    """PySide6 6.12.0 on Python 3.11 dropped a reference of None at every void call and aborted before 20,000."""
    label = Label()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)
    for n in range(100_000):
        label.setText(str(n))
    assert label.text() == "99999"
    assert sys.getrefcount(None) > before - 1000


def test_every_icon_draws_something(qtbot: QtBot, themed: Callable[[str], None]) -> None:
    for name in names():
        image = icon(name).pixmap(20, 20).toImage()
        drawn = any(image.pixelColor(x, y).alpha() > 60 for x in range(image.width()) for y in range(image.height()))
        assert drawn, name
