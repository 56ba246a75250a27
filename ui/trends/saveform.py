"""Asks for the name of a view."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.kernel.words import Words
from ui.parts.form import FormField
from ui.parts.layout import column
from ui.parts.sidepanel import SidePanel

LONGEST = 40


class SaveForm:
    """`keep(name)` is called with a name that will do."""

    def __init__(self, host: QWidget, words: Words, name: str, keep: Callable[[str], object]) -> None:
        self._keep = keep

        def rule(text: str) -> str:
            return "" if 1 <= len(text.strip()) <= LONGEST else words("trends.view_name_wrong")

        self._name = FormField(words("trends.view_name"), QLineEdit(name), rule=rule)
        content = QWidget()
        content.setLayout(column(self._name))
        self._panel = SidePanel(
            host, words("trends.save"), content, act=words("trends.save_do"), on_act=self._done,
            cancel=words("parts.cancel"), note=words("trends.save_note"),
        )  # fmt: skip

    def _done(self) -> None:
        if self._name.check():
            self._panel.close_panel()
            self._keep(self._name.text().strip())
