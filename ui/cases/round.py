"""The points of a round: which were visited and how, which were missed, and a line to scan or type the next."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.cases import rounds
from desktop.cases.definition import CaseField
from desktop.cases.rounds import Stop
from desktop.cases.views import CaseDetail
from desktop.kernel.words import Words
from ui.parts.badge import BadgeTone, Mark, MarkedWord
from ui.parts.detail import section
from ui.parts.layout import column, row
from ui.parts.text import Label
from ui.parts.when import local

READER_MS = 30
"""A reader types a character faster than this, a hand slower; half of the 60 ms of a very fast typist."""

Visited = Callable[[str, str], object]
"""Told (code, way)."""
Show = Callable[[list[str]], QWidget]
"""Shows pictures by their SHA-256."""


def round_field(detail: CaseDetail) -> CaseField | None:
    """The field that holds a round, if the kind has one."""
    return next((field for field in detail.definition.fields if field.type == "points"), None)


def round_section(
    words: Words, detail: CaseDetail, can_visit: bool, on_visit: Visited, on_abnormal: Visited, show: Show
) -> list[QWidget]:
    """The round with its line to go on with; nothing where the kind has none."""
    field = round_field(detail)
    value = detail.values.get(field.name) if field else None
    if field is None or not rounds.route(value):
        return []
    far = rounds.progress(value)
    head = Label(words("casework.form.round", done=far.visited, all=far.total), "secondary", tone="ink", weight=500)
    scan: list[QWidget] = []
    if can_visit:
        line = ScanLine(words, on_visit)
        line.abnormal.connect(on_abnormal)
        scan = [line, Label(words("casework.round.hint"), "caption", wrap=True)]
    stops = [_line(words, stop) for stop in rounds.stops(value, over=detail.view.closed_at is not None)]
    photos = [visit.photo for visit in rounds.visits(value) if visit.photo]
    content = QWidget()
    content.setLayout(column(head, *scan, *stops, *([show(photos)] if photos else []), spacing=6))
    return [section(words.of(field.title), content)]


class ScanLine(QLineEdit):
    """A line for a reader or a hand. Enter visits the point; how fast it was typed tells a reader from a hand.

    Signals:
        abnormal(code, way): Shift+Enter, something is not as it should be there.
    """

    abnormal = Signal(str, str)

    def __init__(self, words: Words, on_visit: Visited) -> None:
        super().__init__()
        self._on_visit = on_visit
        self._typing = QElapsedTimer()
        self.setPlaceholderText(words("casework.round.scan"))
        self.setAccessibleName(words("casework.round.scan"))

    def way(self) -> str:
        """How what stands in the line came there."""
        typed = len(self.text())
        fast = self._typing.isValid() and typed > 3 and self._typing.elapsed() <= READER_MS * typed
        return "qr" if fast else "typed"

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            code, way = self.text().strip(), self.way()
            if code:
                self.clear()
                if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                    self.abnormal.emit(code, way)
                else:
                    self._on_visit(code, way)
            return
        if not self.text():
            self._typing.start()
        super().keyPressEvent(event)


def _line(words: Words, stop: Stop) -> QWidget:
    """One point: done, abnormal, the next, still to come, or missed, with what is remarkable about the visit."""
    told = stop_words(words, stop)
    tone, mark = _LOOKS[stop.standing]
    marked = MarkedWord(stop.point.name or stop.point.code, tone, mark, ink="ink")
    loud = stop.standing in ("missed", "abnormal")
    line = row(marked, None, Label(told, "caption", tone="high" if loud else "hint"), spacing=8)
    told_below = stop.visit.note if stop.visit else stop.point.check if stop.standing == "next" else ""
    made = QWidget()
    made.setLayout(layout := column(line, spacing=0))
    if told_below:
        note = Label(told_below, "caption", tone="ink" if stop.visit else "hint", wrap=True)
        note.setContentsMargins(_UNDER_NAME, 0, 0, 0)
        layout.addWidget(note)
    made.setAccessibleName(f"{stop.point.name or stop.point.code} {told}")
    return made


def stop_words(words: Words, stop: Stop) -> str:
    """When it was visited and what is odd about that; or that it is next, to come, missed."""
    if stop.visit is None:
        return words(f"casework.round.{stop.standing}")
    flags = [words(f"casework.round.flag.{flag}") for flag in stop.visit.flags]
    return " · ".join([f"{local(stop.visit.at):%H:%M}", *flags])


_UNDER_NAME = 16
_LOOKS: dict[str, tuple[BadgeTone, Mark]] = {
    "visited": ("done", "check"),
    "flagged": ("medium", "check"),
    "abnormal": ("high", "triangle"),
    "next": ("accent", "circle"),
    "waiting": ("quiet", "ring"),
    "missed": ("high", "dash"),
}
