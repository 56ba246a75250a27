"""Filter chips: one of a few ways to narrow a list, with how many each would show."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from ui.parts.arrows import SIDEWAYS, claimed
from ui.parts.buttons import Button


class FilterChips(QWidget):
    """Exactly one chip is chosen.

    Signals:
        chosen(key): another chip was chosen, by mouse or by the arrow keys.
    """

    chosen = Signal(str)

    def __init__(self, chips: Sequence[tuple[str, str]], name: str, parent: QWidget | None = None) -> None:
        """`chips` are (key, title); the first is chosen. `name` tells the screen reader what is filtered."""
        super().__init__(parent)
        self.setAccessibleName(name)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self._group = QButtonGroup(self)
        self._titles = dict(chips)
        self._buttons: dict[str, Button] = {}
        for key, title in chips:
            button = Button(title, "chip")
            button.setCheckable(True)
            button.installEventFilter(self)
            self._group.addButton(button)
            self._buttons[key] = button
            layout.addWidget(button)
        layout.addStretch(1)
        self._buttons[chips[0][0]].setChecked(True)
        self._group.buttonToggled.connect(self._toggled)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """← and → go from chip to chip while one of them has the keys."""
        return claimed(event, SIDEWAYS) or super().eventFilter(watched, event)

    def current(self) -> str:
        return next(key for key, button in self._buttons.items() if button.isChecked())

    def choose(self, key: str) -> None:
        """Raises KeyError for an unknown chip."""
        self._buttons[key].setChecked(True)

    def set_counts(self, counts: dict[str, int]) -> None:
        """Shows how many rows each chip would leave; a chip without a count shows none."""
        for key, button in self._buttons.items():
            count = counts.get(key)
            button.set_label(self._titles[key] if count is None else f"{self._titles[key]} {count}")

    def _toggled(self, _button: object, checked: bool) -> None:
        if checked:
            self.chosen.emit(self.current())
