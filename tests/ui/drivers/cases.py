"""The cases page as a clerk drives it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from tests.ui.drivers.table import FormDriver, ListPageDriver
from ui.cases.forms import OpenForm
from ui.cases.kinds import KindChooser
from ui.cases.page import CasesPage
from ui.parts.timeline import Timeline, _Step


class CasesDriver(ListPageDriver):
    """List, detail and forms of cases."""

    def __init__(self, qtbot: QtBot, page: CasesPage) -> None:
        super().__init__(qtbot, page)

    def begin(self, key: str, kind: str = "") -> FormDriver:
        """Presses the key of a move or of a new case and waits for its form. A new case is of the `kind` with this name,
        a fault of a device where none is asked for."""
        self.act(key)
        self.until(self.has_form)
        if chooser := next(iter(self.root.findChildren(KindChooser)), None):
            known = chooser._known["device-fault"].title.values()
            for name in [kind] if kind else known:
                self.form().write(chooser._search.accessibleName(), name)
                if chooser.list.currentItem() is not None:
                    break
            QTest.keyClick(chooser._search, Qt.Key.Key_Return)
            self.until(lambda: self.root.findChildren(OpenForm) and self.has_form())
        return self.form()

    def finish(self, form: FormDriver) -> None:
        """Sends the form and waits until it is gone."""
        form.send()
        self.until(lambda: not self.has_form())

    def search(self, text: str) -> None:
        """As a person does: the key, then the words."""
        self.act("/")
        field = self.root.window().focusWidget()
        assert isinstance(field, QLineEdit)
        field.setText(text)

    def timeline(self) -> list[str]:
        """The steps of the chosen case, newest first, as a screen reader has them."""
        shown = next(t for t in self.root.findChildren(Timeline) if t.isVisible())
        return [step.accessibleName() for step in shown.findChildren(_Step)]
