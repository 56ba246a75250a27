"""One case in its panel, on a page that shows nothing else."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from desktop.cases.views import CaseView
from tests.ui.drivers.table import FormDriver, ListPageDriver
from ui import aio
from ui.cases.columns import columns
from ui.cases.forms import CaseForm
from ui.cases.kinds import KindChooser
from ui.cases.panel import CasePanel
from ui.parts.listpage import ListPage
from ui.parts.table import DataTable
from ui.parts.timeline import Timeline, _Step
from ui.shell.context import Context


class OneCase(ListPage):
    """A page whose list is empty and whose panel shows a case."""

    def __init__(self, context: Context) -> None:
        super().__init__("")
        table: DataTable[CaseView] = DataTable(
            columns(context.words, context.console.clock), lambda case: case.id, "cases"
        )
        self.panel = CasePanel(context, self)
        self._split = self.set_list(table, self.panel)
        self.panel.busy.connect(lambda busy: self._split.setEnabled(not busy))


class PanelDriver(ListPageDriver):
    """Drives the panel by its keys and its menu."""

    def __init__(self, qtbot: QtBot, page: OneCase, case_id: str) -> None:
        super().__init__(qtbot, page)
        self.panel = page.panel
        self.panel.show_case(case_id)
        self.settle()

    def settle(self) -> None:
        """Waits until nothing is read any more."""
        self.until(lambda: not aio._tasks)
        self._qtbot.wait(60)  # the bridge gathers changes for 50 ms
        self.until(lambda: not aio._tasks)

    def begin(self, key: str) -> FormDriver:
        """Presses the key of a move or an act and waits for its form."""
        self.act(key)
        self.until(self.has_form)
        self.settle()
        return self.form()

    def finish(self, form: FormDriver) -> None:
        """Sends the form and waits until it is gone."""
        form.send()
        self.until(lambda: not self.has_form())
        self.settle()

    def current(self) -> CaseForm:
        """The form itself, for what no driver can do: photos and signatures."""
        return next(iter(self.root.findChildren(CaseForm)))

    def choose_kind(self, text: str) -> None:
        """Takes a kind in the chooser."""
        chooser = next(iter(self.root.findChildren(KindChooser)))
        chooser._search.setText(text)
        QTest.keyClick(chooser._search, Qt.Key.Key_Return)
        self.until(lambda: self.root.findChildren(CaseForm) and self.has_form())
        self.settle()

    def menu(self) -> list[str]:
        """The acts of the menu, each with its key."""
        made: QMenu = self.panel.menu()
        found = [action.text() for action in made.actions() if action.text()]
        made.deleteLater()
        return found

    def timeline(self) -> list[str]:
        """The steps, newest first, as a screen reader has them."""
        shown = next(t for t in self.root.findChildren(Timeline) if t.isVisible())
        return [step.accessibleName() for step in shown.findChildren(_Step)]
