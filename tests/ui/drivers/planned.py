"""The page of planned work as a manager drives it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from tests.ui.drivers.page import PageDriver
from tests.ui.drivers.table import DetailDriver, FormDriver
from ui.parts.banner import Banner
from ui.parts.sidepanel import SidePanel
from ui.planned.calendar import CalendarGrid
from ui.planned.linemap import LineMap
from ui.planned.page import PlannedPage
from ui.planned.plandetail import PlanDetail


class PlannedDriver(PageDriver):
    """The calendar and the line by the arrow keys, the rest by keys and names."""

    def __init__(self, qtbot: QtBot, page: PlannedPage) -> None:
        super().__init__(page)
        self._qtbot = qtbot
        self.page = page
        [self.grid] = page.findChildren(CalendarGrid)
        [self.map] = page.findChildren(LineMap)
        [panel] = page.findChildren(PlanDetail)
        self.detail = DetailDriver(panel)

    def until(self, holds: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(holds()), timeout=10_000)

    def chosen(self) -> str:
        """What a screen reader is told of the chosen day."""
        return self.grid.accessibleName()

    def go(self, *keys: str) -> None:
        """Presses keys in the calendar."""
        self.grid.setFocus()
        for key in keys:
            self.key(key)

    def mode(self, name: str) -> None:
        """Shows another view, by its chip."""
        self.press(name)

    def banner(self) -> str:
        return next((b.text() for b in self.root.findChildren(Banner) if b.isVisible()), "")

    def acts(self) -> list[str]:
        return [b.accessibleName() for b in self.root.findChildren(QAbstractButton) if b.isVisible() and b.isEnabled()]

    def has_form(self) -> bool:
        return any(p.isVisible() for p in self.root.findChildren(SidePanel))

    def form(self) -> FormDriver:
        """The form that stands over the page, as soon as it does."""
        self.until(self.has_form)
        return FormDriver(next(p for p in self.root.findChildren(SidePanel) if p.isVisible()))
