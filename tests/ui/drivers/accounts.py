"""The accounts page as a security administrator drives it."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from tests.ui.drivers.table import FormDriver, ListPageDriver
from ui.parts.form import FormField
from ui.security.accounts import AccountsPage
from ui.security.roles import RolesField


class AccountsDriver(ListPageDriver):
    """List, detail and forms of accounts."""

    def __init__(self, qtbot: QtBot, page: AccountsPage) -> None:
        super().__init__(qtbot, page)

    def row(self, text: str) -> list[str]:
        """The row that holds a text, [] where there is none."""
        return next((row for row in self.rows() if any(text in cell for cell in row)), [])

    def begin(self, key: str) -> AccountFormDriver:
        """Presses the key of an act and waits for its form."""
        self.act(key)
        self.until(self.has_form)
        return AccountFormDriver(self.form().root)

    def finish(self, form: FormDriver) -> None:
        """Sends the form and waits until it is gone."""
        form.send()
        self.until(lambda: not self.has_form())


class AccountFormDriver(FormDriver):
    """A form with passwords and roles."""

    def password(self, text: str, again: str | None = None) -> None:
        self.write("密码", text)
        self.write("再输一次密码", text if again is None else again)

    def tick(self, role: str) -> None:
        """Ticks a role by its name, or takes the tick away."""
        box = next(b for b in self.root.findChildren(QCheckBox) if b.accessibleName() == role and b.isVisible())
        box.setFocus()
        box.click()

    def error(self, field: str) -> str:
        """What stands beside a field."""
        if roles := [one for one in self.root.findChildren(RolesField) if one.accessibleName() == field]:
            return roles[0].error()
        return next(f for f in self.root.findChildren(FormField) if f.input.accessibleName() == field).error()
