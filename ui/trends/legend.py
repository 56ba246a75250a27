"""The lines of the chart by name, with figures of what is seen and what is to be known of the point now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from desktop.kernel.words import Words
from ui.parts.buttons import IconButton
from ui.parts.plot import draw_sign
from ui.parts.text import Label
from ui.trends.rules import MOST, Pick

COLUMNS = ("low", "mean", "high", "last")
FIGURE_WIDTH = 84


@dataclass(frozen=True)
class Told:
    """One row: `figures` are the four columns in words; `silent` marks a note that says nobody tells it now."""

    pick: Pick
    name: str
    where: str
    figures: tuple[str, str, str, str]
    note: str
    silent: bool


class Legend(QWidget):
    """`show_rows` with at most `MOST` of them; a row keeps its sign, so that a line keeps its colour."""

    def __init__(self, words: Words, remove: Callable[[Pick], object], open_thing: Callable[[Pick], object]) -> None:
        super().__init__()
        self._rows: list[Told] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(2, 1)
        self._heads = [Label(words(f"trends.figure.{column}"), "caption") for column in COLUMNS]
        for n, head in enumerate(self._heads):
            head.setAlignment(Qt.AlignmentFlag.AlignRight)
            head.setMinimumWidth(FIGURE_WIDTH)
            grid.addWidget(head, 0, 3 + n)
        self._lines = [
            _Row(n, words, partial(self._act, remove, n), partial(self._act, open_thing, n)) for n in range(MOST)
        ]
        for n, line in enumerate(self._lines, 1):
            for column, widget in enumerate(line.widgets()):
                grid.addWidget(widget, n, column)
        self.show_rows([])

    def show_rows(self, rows: Sequence[Told]) -> None:
        self._rows = list(rows)
        for head in self._heads:
            head.setVisible(bool(rows))
        for n, line in enumerate(self._lines):
            line.show_row(rows[n] if n < len(rows) else None)

    def _act(self, do: Callable[[Pick], object], number: int) -> None:
        do(self._rows[number].pick)

    def rows(self) -> list[Told]:
        return self._rows


class _Row:
    def __init__(self, number: int, words: Words, remove: Callable[[], object], open_: Callable[[], object]) -> None:
        self._words = words
        self._sign = _Sign(number)
        self._name = Label("", "secondary", tone="ink", elide=True)
        self._note = Label("", "caption", elide=True)
        self._figures = [Label("", "secondary", tone="ink", tabular=True) for _ in COLUMNS]
        for label in self._figures:
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._open = IconButton("external-link", words("trends.open"), on=open_)
        self._remove = IconButton("x", words("trends.remove"), on=remove)
        for button in (self._open, self._remove):
            button.setFixedSize(26, 26)

    def widgets(self) -> list[QWidget]:
        return [self._sign, self._name, self._note, *self._figures, self._open, self._remove]

    def show_row(self, told: Told | None) -> None:
        for widget in self.widgets():
            widget.setVisible(told is not None)
        if told is None:
            return
        self._name.setText(told.name)
        self._name.setAccessibleDescription(told.where)
        self._note.setText(told.note)
        self._note.set_tone("high" if told.silent else "hint")
        for label, text in zip(self._figures, told.figures, strict=True):
            label.setText(text)
        self._open.setAccessibleName(f"{self._words('trends.open')}: {told.name}")
        self._remove.setAccessibleName(f"{self._words('trends.remove')}: {told.name}")


class _Sign(QWidget):
    """The line's colour and sign, as in the chart."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(20, 26)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_sign(painter, QPointF(self.rect().center()), self._number, 4.5)
