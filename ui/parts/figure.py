"""One figure that is seen from across the room: its name over it, a quiet line under it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.parts.badge import MarkedWord
from ui.parts.layout import column, row
from ui.parts.text import Label, plain_tip


class Figure(QWidget):
    """One figure: `12,345.6 kWh`, its name over it, a line under it, a mark beside it where it needs somebody."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = Label(name, "secondary")
        self._value, self._unit = Label("", "figure"), Label("", "body", tone="quiet")
        self._unit.setContentsMargins(0, 0, 0, 4)  # onto the line the figures stand on
        self._mark = MarkedWord("", "medium", "circle", weight=500)
        self._mark.hide()
        self._name.setMinimumHeight(self._mark.sizeHint().height())  # a mark that comes moves nothing
        self._line = Label("", "secondary", elide=True, tabular=True)
        number = row(self._value, self._unit, None, spacing=6)
        number.setAlignment(self._unit, Qt.AlignmentFlag.AlignBottom)
        self.setLayout(column(row(self._name, 4, self._mark, None, spacing=4), number, self._line, spacing=2))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_figure(self, name: str, value: str, unit: str, line: str, mark: str = "", tip: str = "") -> None:
        self._name.setText(name)
        self._value.setText(value)
        self._unit.setText(unit)
        self._line.setText(line)
        self._mark.set(mark, "medium", "circle")
        self._mark.setVisible(bool(mark))
        plain_tip(self._mark, tip)
        self.setAccessibleName(" ".join(part for part in (name, value, unit, mark, line) if part))
