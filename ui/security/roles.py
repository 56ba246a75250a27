"""What roles are called and what each may do, to read and to choose."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QCheckBox, QLabel, QWidget

from desktop.kernel.words import Words
from desktop.security.roles import ADMIN_ROLES, mixes_duties, roles
from ui.parts.layout import column, row
from ui.parts.text import Label
from ui.theme.icons import pixmap


def role_name(words: Words, role: str) -> str:
    """The role in words; one that only a newer program knows, by its key."""
    return words(f"security.roles.{role}") if role in roles() else role


def role_names(words: Words, held: Iterable[str]) -> str:
    """Roles in the order of the roles' file, on one line."""
    wanted = set(held)
    ordered = [role for role in roles() if role in wanted] + sorted(wanted - set(roles()))
    return words("security.accounts.between").join(role_name(words, role) for role in ordered)


def role_duty(words: Words, role: str) -> str:
    """One line of what the role may do; an unknown role gives nothing."""
    return words(f"security.may.{role}") if role in roles() else words("security.accounts.unknown_role")


class RolesField(QWidget):
    """The roles as check boxes, each with what it may do; the admin roles stand apart with the reason for it."""

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self.setAccessibleName(words("security.accounts.roles"))
        self.boxes = {role: QCheckBox(role_name(words, role)) for role in roles()}
        self._mark = QLabel()
        self._mark.setPixmap(pixmap("circle-alert", "critical", 14))
        self._mark.hide()
        self._problem = Label("", "caption", tone="critical")
        self._apart = Label(words("security.accounts.apart"), "caption", wrap=True)
        business = [role for role in roles() if role not in ADMIN_ROLES]
        heading = Label(words("security.accounts.roles"), "secondary", weight=500, tone="quiet")
        self.setLayout(
            column(
                row(heading, 8, self._mark, self._problem, None, spacing=4),
                *(self._choice(role) for role in business),
                4, self._apart,
                *(self._choice(role) for role in ADMIN_ROLES),
                spacing=6,
            )
        )  # fmt: skip

    def chosen(self) -> list[str]:
        return [role for role, box in self.boxes.items() if box.isChecked()]

    def error(self) -> str:
        """What stands beside the choice as wrong, or ""."""
        return self._problem.text()

    def set_error(self, text: str) -> None:
        self._problem.setText(text)
        self._mark.setVisible(bool(text))

    def check(self) -> bool:
        """Says so where nothing is chosen; true when something is."""
        self.set_error("" if self.chosen() else self._words("security.accounts.no_role"))
        return not self.error()

    def _choice(self, role: str) -> QWidget:
        box = self.boxes[role]
        duty = role_duty(self._words, role)
        box.setAccessibleName(box.text())
        box.setAccessibleDescription(duty)
        box.toggled.connect(self._toggled)
        under = Label(duty, "caption", wrap=True)
        made = QWidget()
        made.setLayout(column(box, row(24, under, spacing=0), spacing=0))
        return made

    def _toggled(self) -> None:
        if self.error():
            self.check()
        self._apart.set_tone("high" if mixes_duties(self.chosen()) else "hint")
