"""Boxes on the grid: rows, columns, lines and framed grounds."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

Ground = Literal[
    "card", "floating", "panel", "sidebar", "topbar", "strip", "surface", "sunken",
    "notice-info", "notice-critical", "notice-high", "notice-medium", "notice-quiet",
]  # fmt: skip


def row(
    *items: QWidget | QLayout | int | None, spacing: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QHBoxLayout:
    """A horizontal box. An int is a gap in pixels, None takes the room that is left."""
    box = QHBoxLayout()
    _fill(box, items, spacing, margins)
    return box


def column(
    *items: QWidget | QLayout | int | None, spacing: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QVBoxLayout:
    """A vertical box. An int is a gap in pixels, None takes the room that is left."""
    box = QVBoxLayout()
    _fill(box, items, spacing, margins)
    return box


def _fill(
    box: QBoxLayout, items: tuple[QWidget | QLayout | int | None, ...], spacing: int, margins: tuple[int, int, int, int]
) -> None:
    box.setSpacing(spacing)
    box.setContentsMargins(*margins)
    for item in items:
        if item is None:
            box.addStretch(1)
        elif isinstance(item, int):
            box.addSpacing(item)
        elif isinstance(item, QWidget):
            box.addWidget(item)
        else:
            box.addLayout(item)


def framed(ground: Ground, layout: QLayout | None = None, parent: QWidget | None = None) -> QFrame:
    """A frame with one of the grounds of the style sheet."""
    frame = QFrame(parent)
    frame.setProperty("ground", ground)
    frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    if layout is not None:
        frame.setLayout(layout)
    return frame


def card(layout: QLayout) -> QFrame:
    """A surface with a hairline and 16 px of padding."""
    layout.setContentsMargins(16, 16, 16, 16)
    return framed("card", layout)


def hairline(vertical: bool = False) -> QFrame:
    """A line 1 px thick."""
    line = QFrame()
    line.setProperty("ground", "line")
    if vertical:
        line.setFixedWidth(1)
        line.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
    else:
        line.setFixedHeight(1)
        line.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return line


def clear(layout: QLayout) -> None:
    """Takes everything out of a layout and lets Qt delete it."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            # Hidden at once: a deleted-later widget would be painted once more where it stood.
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
