"""The forms of the accounts page: a new account, another password, off and on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLineEdit, QScrollArea, QWidget

from desktop.kernel.errors import Invalid, LinliError, Refused
from desktop.kernel.words import Words
from desktop.security.rules import LONGEST, LONGEST_LOGIN, login_problem, normal_login, password_problem
from desktop.security.views import OperatorView
from ui.aio import in_background, slot
from ui.parts.buttons import Kind
from ui.parts.form import FormField
from ui.parts.layout import column
from ui.parts.sidepanel import SidePanel
from ui.parts.value import one_line
from ui.security.frame import PasswordField
from ui.security.roles import RolesField
from ui.shell.context import Context

LONGEST_NAME = 40
LONGEST_REASON = 200

Field = FormField | RolesField


class AccountForm(QObject):
    """Fields in a side panel, sent in the background; what the service finds wrong stands beside its field.

    Signals:
        closed: it is gone.
    """

    closed = Signal()

    def __init__(
        self, host: QWidget, context: Context, fields: Mapping[str, Field], title: str, act: str, note: str,
        kind: Kind = "primary",
    ) -> None:  # fmt: skip
        super().__init__(host)
        self.context, self.words, self.fields = context, context.words, dict(fields)
        content = QWidget()
        content.setLayout(column(*self.fields.values(), spacing=10))
        self.panel = SidePanel(
            host, title, content, act=act, on_act=self._send, cancel=self.words("parts.cancel"), note=note, kind=kind
        )
        self.panel.closed.connect(self.closed)
        self.panel.closed.connect(self.deleteLater)

    def work(self) -> Callable[[], str]:
        """Reads the fields, here on the UI thread, and gives what to do with them; that answers what to say."""
        raise NotImplementedError

    def done(self) -> None:
        """It was done; the form is still there."""

    def text(self, name: str) -> str:
        field = self.fields[name]
        assert isinstance(field, FormField)
        return field.text()

    @slot
    async def _send(self) -> None:
        # A key pressed twice comes here twice.
        if not self.panel.act.isEnabled() or not self._check():
            return
        self.panel.act.setEnabled(False)
        self.panel.set_problem("")
        try:
            said = await in_background(self.work())
        except LinliError as error:
            self._wrong(error)
            return
        finally:
            self.panel.act.setEnabled(True)
        self.done()
        self.panel.close_panel()
        self.context.shell.say(said)

    def _check(self) -> bool:
        wrong = [field for field in self.fields.values() if not field.check()]
        if wrong:
            self._go_to(wrong[0])
        return not wrong

    def _wrong(self, error: LinliError) -> None:
        told = problem_words(self.words, error)
        field = self.fields.get(error.field) if isinstance(error, Invalid) else None
        if field is None:
            self.panel.set_problem(told)
        else:
            field.set_error(told)
            self._go_to(field)

    def _go_to(self, field: Field) -> None:
        """The cursor to the field, and the field into sight."""
        first: QWidget = field.input if isinstance(field, FormField) else next(iter(field.boxes.values()))
        first.setFocus()
        for scroll in self.panel.findChildren(QScrollArea):
            if scroll.isAncestorOf(field):
                scroll.ensureWidgetVisible(field, 0, 0)


def problem_words(words: Words, error: LinliError) -> str:
    """The failure in the page's own words where it has them: what is wrong with which field, or which rule says no."""
    problem, rule = error.facts.get("problem", ""), error.facts.get("rule", "")
    if isinstance(error, Refused) and rule:
        return words(f"security.accounts.{rule}")
    if isinstance(error, Invalid) and error.field in ("login", "password") and problem:
        return words(f"security.{error.field}.{problem}")
    return words.told(error)


class NewAccountForm(AccountForm):
    """Login, name, a first password and the roles.

    Signals:
        made(operator id): it is there.
    """

    made = Signal(str)

    def __init__(self, host: QWidget, context: Context) -> None:
        words = context.words
        self._id = ""
        login, name = QLineEdit(), QLineEdit()
        login.setMaxLength(LONGEST_LOGIN)
        name.setMaxLength(LONGEST_NAME)

        def login_rule(text: str) -> str:
            problem = login_problem(normal_login(text))
            return words(f"security.login.{problem}") if problem else ""

        login_field = FormField(
            words("signin.login"), login, hint=words("security.accounts.login_hint"), rule=login_rule
        )
        fields: dict[str, Field] = {
            "login": login_field,
            "name": FormField(words("security.accounts.name"), name,
                              rule=lambda text: "" if text.strip() else words("security.accounts.no_name")),
            **_passwords(words, login_field.text),
            "roles": RolesField(words),
        }  # fmt: skip
        super().__init__(
            host, context, fields, words("security.accounts.new"), words("security.accounts.make"),
            words("security.accounts.new_note"),
        )  # fmt: skip

    def work(self) -> Callable[[], str]:
        roles = self.fields["roles"]
        assert isinstance(roles, RolesField)
        login, name, password, chosen = self.text("login"), self.text("name"), self.text("password"), roles.chosen()
        words, who, accounts = self.words, self.context.who, self.context.console.accounts

        def send() -> str:
            view = accounts.create(who, login, name, password, chosen)
            self._id = view.id
            return words("security.accounts.made", name=one_line(view.name))

        return send

    def done(self) -> None:
        self.made.emit(self._id)


class PasswordForm(AccountForm):
    """Another password for somebody who lost theirs; it lifts a lock too."""

    def __init__(self, host: QWidget, context: Context, account: OperatorView) -> None:
        words = context.words
        self._account = account
        super().__init__(
            host, context, _passwords(words, lambda: account.login), words("security.accounts.reset"),
            words("security.accounts.reset"),
            words("security.accounts.reset_note", name=one_line(account.name), login=account.login),
        )  # fmt: skip

    def work(self) -> Callable[[], str]:
        words, who, accounts = self.words, self.context.who, self.context.console.accounts
        account, password = self._account, self.text("password")

        def send() -> str:
            accounts.reset_password(who, account.id, password)
            return words("security.accounts.was_reset", name=one_line(account.name))

        return send


class StateForm(AccountForm):
    """Switching an account off, or on again, where it is said what that leads to; off needs a reason."""

    def __init__(self, host: QWidget, context: Context, account: OperatorView) -> None:
        words = context.words
        self._account = account
        self._to = "off" if account.state == "active" else "active"
        reason = QLineEdit()
        reason.setMaxLength(LONGEST_REASON)
        missing, needed = words("security.accounts.no_reason"), self._to == "off"
        field = FormField(
            words("security.accounts.reason" if needed else "security.accounts.reason_optional"), reason,
            hint=words("security.accounts.reason_hint"),
            rule=(lambda text: "" if text.strip() else missing) if needed else None,
        )  # fmt: skip
        act = words(f"security.accounts.to_{self._to}")
        super().__init__(
            host, context, {"reason": field}, act, act,
            words(f"security.accounts.to_{self._to}_note", name=one_line(account.name)),
            "danger" if needed else "primary",
        )  # fmt: skip

    def work(self) -> Callable[[], str]:
        words, who, accounts = self.words, self.context.who, self.context.console.accounts
        account, off, reason = self._account, self._to == "off", self.text("reason")

        def send() -> str:
            accounts.set_state(who, account.id, "off" if off else "active", reason)
            return words(f"security.accounts.is_{'off' if off else 'active'}", name=one_line(account.name))

        return send


def _passwords(words: Words, login: Callable[[], str]) -> dict[str, Field]:
    """A new password, typed twice."""
    password = PasswordField(words, words("signin.password"), words("security.accounts.password_hint"))
    again = PasswordField(words, words("signin.setup.again"))

    def rule(text: str) -> str:
        problem = password_problem(text, normal_login(login()))
        return words(f"security.password.{problem}") if problem else ""

    password.set_rule(rule)
    again.set_rule(lambda text: "" if text == password.text() else words("security.accounts.differs"))
    for field in (password, again):
        assert isinstance(field.input, QLineEdit)
        # One more than allowed, so that a longer one is told and not cut unseen.
        field.input.setMaxLength(LONGEST + 1)
    return {"password": password, "again": again}
