"""The about and self-test page as an administrator drives it."""

from __future__ import annotations

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from tests.ui.drivers.page import PageDriver
from ui.check.page import CheckPage


class CheckDriver(PageDriver):
    """Checks, counters and files."""

    def __init__(self, qtbot: QtBot, page: CheckPage) -> None:
        super().__init__(page)
        self._qtbot = qtbot
        page.setFocus()

    def until(self, holds: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(holds()), timeout=10_000)

    def again(self) -> None:
        """Runs the self-test anew, by its key."""
        self.key("F5")
