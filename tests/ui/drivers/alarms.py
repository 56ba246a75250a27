"""The alarms page as a guard drives it."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from tests.ui.drivers.table import ListPageDriver
from ui.alarms.page import AlarmsPage


class AlarmsDriver(ListPageDriver):
    """List, detail and forms of alarms."""

    def __init__(self, qtbot: QtBot, page: AlarmsPage) -> None:
        super().__init__(qtbot, page)
