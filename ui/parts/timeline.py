"""What happened to one thing, newest or oldest first: who, when, where, from what to what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.parts.badge import BadgeTone, paint_mark, tone_colors
from ui.parts.layout import clear, row
from ui.parts.text import Label
from ui.theme.tokens import theme


@dataclass(frozen=True)
class TimelineEntry:
    """One step. `changes` are (field, before, after); `at` is already in words."""

    title: str
    at: str
    who: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()
    reason: str = ""
    tone: BadgeTone = "quiet"


class Timeline(QWidget):
    """A rail with a mark for each step."""

    def __init__(self, entries: Sequence[TimelineEntry] = (), name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.set_entries(entries)

    def set_entries(self, entries: Sequence[TimelineEntry]) -> None:
        clear(self._layout)
        for number, entry in enumerate(entries):
            self._layout.addWidget(_Step(entry, first=number == 0, last=number == len(entries) - 1))


class _Step(QWidget):
    def __init__(self, entry: TimelineEntry, first: bool, last: bool) -> None:
        super().__init__()
        self._entry, self._first, self._last = entry, first, last
        title = Label(entry.title, "secondary", weight=500, tone="ink", wrap=True)
        head = row(title, Label(entry.at, "caption", tabular=True), spacing=8)
        head.setStretch(0, 1)
        head.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 0, 0, 0 if last else 14)
        layout.setSpacing(2)
        layout.addLayout(head)
        if entry.who:
            layout.addWidget(Label(entry.who, "caption", wrap=True))
        for field, before, after in entry.changes:
            words = f"{field}: {before or '—'} → {after or '—'}"
            layout.addWidget(Label(words, "secondary", wrap=True))
        if entry.reason:
            layout.addWidget(Label(entry.reason, "secondary", tone="ink", wrap=True))
        self.setAccessibleName(f"{entry.at} {entry.title} {entry.who}".strip())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("line_strong"))
        top = 10.0 if self._first else 0.0
        bottom = 10.0 if self._last else float(self.height())
        painter.drawRect(QRectF(6.5, top, 1, bottom - top))
        painter.setBrush(theme().color("surface"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawEllipse(QPointF(7, 10), 7, 7)
        paint_mark(painter, QPointF(7, 10), "circle" if self._first else "ring", tone_colors(self._entry.tone)[0], 10)
