"""Lists of the overview, and the cards they stand in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QFrame, QLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.overview.lines import LINE, OverviewLine
from ui.parts.badge import BadgeTone, Mark
from ui.parts.layout import clear, column, framed, row
from ui.parts.text import Label

Line = tuple[str, str, str, str, Callable[[], object]]
"""Kind (a key of LOOKS), title, under, when, and what opens it."""

LOOKS: dict[str, tuple[Mark, BadgeTone]] = {
    "critical": ("diamond", "critical"), "high": ("triangle", "high"), "medium": ("circle", "medium"),
    "low": ("square", "low"), "overdue": ("half", "high"), "silent": ("ring", "quiet"), "due": ("ring", "quiet"),
    "here": ("circle", "quiet"), "nobody": ("ring", "quiet"), "critical-over": ("diamond", "quiet"),
    "high-over": ("triangle", "quiet"), "medium-over": ("circle", "quiet"), "low-over": ("square", "quiet"),
}  # fmt: skip


class Lines(QWidget):
    """A short list that is rebuilt only when it says something else."""

    def __init__(self) -> None:
        super().__init__()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self._said: object = None
        self._own: list[OverviewLine] = []
        self._what: list[tuple[str, str, str]] = []

    def titles(self) -> list[str]:
        return [line.title() for line in self._own]

    def lines(self) -> list[OverviewLine]:
        return self._own

    def show_lines(self, lines: Sequence[Line], none: str) -> None:
        said = ([line[:4] for line in lines], none)
        if said == self._said:
            return
        focused = next((n for n, line in enumerate(self._own) if line.hasFocus()), None)
        chosen = None if focused is None else self._what[focused]
        self._said, self._what = said, [line[:3] for line in lines]
        clear(self._box)
        self._own = [_made(line) for line in lines]
        for line in self._own:
            self._box.addWidget(line)
            # A layout shows what is new only later; the focus may come to it now.
            line.show()
        if focused is not None and self._own:
            # On the same matter, wherever it stands now; where it is gone, on what stands in its place.
            same = self._what.index(chosen) if chosen in self._what else focused
            self._own[min(same, len(self._own) - 1)].setFocus()
        if not lines:
            empty = Label(none, "secondary", wrap=True)
            empty.setMinimumHeight(LINE)
            self._box.addLayout(row(empty, margins=(16, 0, 16, 0)))


def _made(line: Line) -> OverviewLine:
    kind, title, under, at, open_ = line
    return OverviewLine(*LOOKS[kind], title, under, at, open_)


def card(title: str, count: Label | None, *content: QWidget | QLayout, rest: QWidget | None = None) -> QFrame:
    head = row(Label(title, "section"), count or 0, None, rest or 0, margins=(16, 12, 16, 4))
    card = framed("card", column(head, *content, spacing=0, margins=(0, 0, 0, 6)))
    card.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
    return card
