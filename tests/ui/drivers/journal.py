"""The journal page as an auditor drives it."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from tests.ui.drivers.table import ListPageDriver
from ui.journal.page import JournalPage


class JournalDriver(ListPageDriver):
    """List, search, older pages and verification."""

    def __init__(self, qtbot: QtBot, page: JournalPage) -> None:
        super().__init__(qtbot, page)

    def search(self, text: str) -> None:
        self.act("/")
        field = self.root.window().focusWidget()
        assert isinstance(field, QLineEdit)
        field.setText(text)

    def verify(self) -> str:
        """Asks for the verification and gives what the banner says of it."""
        self.act("Ctrl+Shift+V")
        self.until(lambda: self.banner() and "…" not in self.banner())
        return self.banner()
