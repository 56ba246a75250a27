"""Shelving an alarm: for how long and why; a life-safety alarm only with a second person."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from desktop.alarms.views import AlarmView
from desktop.kernel.errors import Invalid, LinliError, Refused
from desktop.kernel.words import Words
from desktop.security.errors import WrongPassword
from ui.aio import in_background, slot
from ui.parts.form import FormField, check_all
from ui.parts.layout import column
from ui.parts.sidepanel import SidePanel
from ui.shell.context import Context

MINUTES = (15, 60, 240, 480)


class ShelveForm(QObject):
    """Stands at the right of the page until it is done or put away.

    Signals:
        closed: it is gone.
    """

    closed = Signal()

    def __init__(self, host: QWidget, context: Context, alarm: AlarmView) -> None:
        super().__init__(host)
        self._context, self._alarm = context, alarm
        words = context.words
        self._fields = _fields(words, alarm.life_safety)
        content = QWidget()
        content.setLayout(column(*self._fields.values(), spacing=12))
        note = words("alarms.shelve.second_why") + "\n" if alarm.life_safety else ""
        self._panel = SidePanel(
            host, words("alarms.shelve.title"), content, act=words("alarms.act.shelve"), on_act=self._shelve,
            cancel=words("parts.cancel"), note=note + words("alarms.page.shelve_note"),
        )  # fmt: skip
        self._panel.closed.connect(self.closed)
        self._panel.closed.connect(self.deleteLater)

    @slot
    async def _shelve(self) -> None:
        # A key pressed twice comes here twice.
        if not self._panel.act.isEnabled() or not check_all(*self._fields.values()):
            return
        text = {name: field.text() for name, field in self._fields.items()}
        second = (text["login"].strip(), text["password"]) if self._alarm.life_safety else None
        self._panel.act.setEnabled(False)
        self._panel.set_problem("")
        try:
            await in_background(
                self._context.console.alarms.shelve, self._context.who, self._alarm.id, int(text["minutes"]),
                text["reason"].strip(), second,
            )  # fmt: skip
        except LinliError as error:
            self._refused(error)
            return
        finally:
            self._panel.act.setEnabled(True)
        self._panel.close_panel()

    def _refused(self, error: LinliError) -> None:
        """Beside the field it is about where there is one; the password is always typed anew."""
        words = self._context.words
        password = self._fields.get("password")
        if password is not None and isinstance(password.input, QLineEdit):
            password.input.clear()
        rule = error.facts.get("rule", "")
        told = words(f"alarms.error.{rule}") if isinstance(error, Refused) and rule else words.told(error)
        if isinstance(error, WrongPassword) and password is not None:
            password.set_error(told)
            password.input.setFocus()
        elif rule == "second_person" and "login" in self._fields:
            self._fields["login"].set_error(told)
            self._fields["login"].input.setFocus()
        elif isinstance(error, Invalid) and error.field in self._fields:
            self._fields[error.field].set_error(told)
        else:
            self._panel.set_problem(told)


def _fields(words: Words, life_safety: bool) -> dict[str, FormField]:
    def needed(text: str) -> str:
        return "" if text.strip() else words("alarms.error.needed")

    duration = QComboBox()
    for minutes in MINUTES:
        key = "alarms.shelve.minutes_n" if minutes < 60 else "alarms.shelve.hours_n"
        duration.addItem(words(key, n=minutes if minutes < 60 else minutes // 60), minutes)
    reason = QPlainTextEdit()
    reason.setFixedHeight(96)
    fields = {
        "minutes": FormField(words("alarms.shelve.minutes"), duration),
        "reason": FormField(
            words("alarms.shelve.reason"), reason, hint=words("alarms.shelve.reason_hint"),
            rule=lambda text: "" if text.strip() else words("alarms.error.reason"),
        ),
    }  # fmt: skip
    if life_safety:
        password = QLineEdit()
        password.setEchoMode(QLineEdit.EchoMode.Password)
        fields["login"] = FormField(words("alarms.shelve.second_login"), QLineEdit(), rule=needed)
        fields["password"] = FormField(words("alarms.shelve.second_password"), password, rule=needed)
    return fields
