"""First set-up of a community: its name, and the first operator with a password of their own choosing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from desktop.kernel.errors import Invalid, LinliError
from desktop.kernel.words import Words
from desktop.places.rules import code_problem
from desktop.places.views import CommunityView
from desktop.security.principal import Principal
from desktop.security.rules import login_problem, normal_login, password_problem
from ui.aio import in_background, slot
from ui.parts.banner import Banner
from ui.parts.buttons import Button
from ui.parts.form import FormField, check_all
from ui.parts.layout import row
from ui.parts.text import Label
from ui.security.frame import Door, PasswordField

if TYPE_CHECKING:
    from desktop.app import Console


class SetUp(Door):
    """Signals:
    signed_in(principal): the first operator exists and is at the terminal.
    """

    signed_in = Signal(object)

    def __init__(self, console: Console, words: Words, founded: bool = False, parent: QWidget | None = None) -> None:
        """`founded` says that the community is there already and only its first operator is missing."""
        super().__init__(words, words("signin.setup.title"), words("signin.setup.under"), 560, parent)
        self._console = console
        self._who: Principal | None = None
        self.name = FormField(words("signin.setup.community"), QLineEdit(), rule=self._filled)
        self.code = FormField(
            words("signin.setup.code"), QLineEdit(), hint=words("signin.setup.code_hint"), rule=self._code_rule
        )
        self.login = FormField(
            words("signin.login"), QLineEdit(), hint=words("signin.setup.login_hint"), rule=self._login_rule
        )
        self.person = FormField(words("signin.setup.person"), QLineEdit(), rule=self._filled)
        self.password = PasswordField(words, words("signin.password"), words("signin.setup.password_hint"))
        self.again = PasswordField(words, words("signin.setup.again"))
        self.password.set_rule(self._password_rule)
        self.again.set_rule(self._again_rule)
        self._fields = [self.login, self.person, self.password, self.again]
        if not founded:
            self._fields = [self.name, self.code, *self._fields]
            self.column.addLayout(_pair(self.name, self.code))
        self.column.addLayout(_pair(self.login, self.person))
        self.column.addLayout(_pair(self.password, self.again))
        self.column.addWidget(Label(words("signin.setup.passphrase"), "caption", wrap=True))
        self.column.addSpacing(4)
        self.make = Button(words("signin.setup.make"), "primary", key="Ctrl+Return", on=self._make)
        self.make.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.column.addWidget(self.make)
        self._fields[0].input.setFocus()

    @slot
    async def _make(self) -> None:
        if not check_all(*self._fields):
            return
        self.make.setEnabled(False)
        try:
            # The operator first: whoever founds the community must be somebody. A second try keeps the first's operator.
            accounts, login, name = self._console.accounts, self.login.text(), self.person.text()
            if self._who is None:
                self._who = await in_background(accounts.set_up, login, name, self.password.text())
            who = self._who
            if self.name in self._fields:
                community = CommunityView(self.code.text().strip(), self.name.text().strip())
                await in_background(self._console.places.found, who, community)
        except Invalid as error:
            self._field_of(error.field).set_error(self.words.told(error))
        except LinliError as error:
            self.column.insertWidget(3, Banner(self.words.told(error), "high", code=error.code))
        else:
            self.signed_in.emit(who)
        self.make.setEnabled(True)

    def _field_of(self, name: str) -> FormField:
        named = {"login": self.login, "password": self.password, "code": self.code, "name": self.person}
        return named.get(name, self._fields[0])

    def _filled(self, text: str) -> str:
        return "" if text.strip() else self.words("signin.setup.needed")

    def _code_rule(self, text: str) -> str:
        return self.words("signin.setup.code_wrong") if code_problem(text.strip()) else ""

    def _login_rule(self, text: str) -> str:
        return self.words("signin.setup.login_wrong") if login_problem(normal_login(text)) else ""

    def _password_rule(self, text: str) -> str:
        problem = password_problem(text, normal_login(self.login.text()))
        return self.words(f"signin.setup.password_{problem}") if problem else ""

    def _again_rule(self, text: str) -> str:
        return "" if text == self.password.text() else self.words("signin.setup.differs")


def _pair(left: FormField, right: FormField) -> QHBoxLayout:
    """Two fields of one width beside each other."""
    pair = row(left, right, spacing=16)
    pair.setStretch(0, 1)
    pair.setStretch(1, 1)
    return pair
