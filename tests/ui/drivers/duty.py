"""The duty roster as a manager drives it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from tests.ui.drivers.page import PageDriver
from tests.ui.drivers.table import FormDriver
from ui.duty.grid import WeekGrid
from ui.duty.page import DutyPage
from ui.parts.sidepanel import SidePanel


class DutyDriver(PageDriver):
    """The grid by the arrow keys, the rest by keys and names."""

    def __init__(self, qtbot: QtBot, page: DutyPage) -> None:
        super().__init__(page)
        self._qtbot = qtbot
        self.page = page
        self.grid = page.findChild(WeekGrid)

    def until(self, holds: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(holds()), timeout=10_000)

    def chosen(self) -> str:
        """What a screen reader is told of the chosen place."""
        return self.grid.accessibleName()

    def go(self, *keys: str) -> None:
        """Presses keys in the grid."""
        self.grid.setFocus()
        for key in keys:
            self.key(key)

    def acts(self) -> list[str]:
        """The acts of the toolbar that are shown."""
        return [b.accessibleName() for b in self.root.findChildren(QAbstractButton) if b.isVisible()]

    def form(self) -> FormDriver:
        """Raises StopIteration where no form stands."""
        return FormDriver(next(p for p in self.root.findChildren(SidePanel) if p.isVisible()))

    def has_form(self) -> bool:
        return any(p.isVisible() for p in self.root.findChildren(SidePanel))
