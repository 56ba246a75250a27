"""Shelving an alarm: for how long and why; a life-safety alarm only with a second person."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.alarms.views import AlarmView
from desktop.kernel.errors import LinliError
from ui.aio import in_background, slot
from ui.parts.form import FormField, check_all
from ui.parts.sidepanel import SidePanel
from ui.shell.context import Context

MINUTES = (15, 60, 240, 480)


class ShelveForm(QObject):
    """Stands at the right of the page until it is done or put away."""

    def __init__(self, host: QWidget, context: Context, alarm: AlarmView) -> None:
        super().__init__(host)
        self._context, self._alarm = context, alarm
        words = context.words
        duration = QComboBox()
        for minutes in MINUTES:
            key = "alarms.shelve.minutes_n" if minutes < 60 else "alarms.shelve.hours_n"
            duration.addItem(words(key, n=minutes if minutes < 60 else minutes // 60), minutes)
        reason = QPlainTextEdit()
        reason.setFixedHeight(96)
        self._duration = FormField(words("alarms.shelve.minutes"), duration)
        needed = words("alarms.error.reason")
        self._reason = FormField(
            words("alarms.shelve.reason"), reason, rule=lambda text: "" if text.strip() else needed
        )
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._duration)
        layout.addWidget(self._reason)
        self._second: tuple[FormField, FormField] | None = None
        if alarm.life_safety:
            password = QLineEdit()
            password.setEchoMode(QLineEdit.EchoMode.Password)
            rule = lambda text: "" if text else needed  # noqa: E731 - one line, used twice just below
            self._second = (
                FormField(words("alarms.shelve.second_login"), QLineEdit(), rule=rule),
                FormField(words("alarms.shelve.second_password"), password, rule=rule),
            )
            for field in self._second:
                layout.addWidget(field)
        note = words("alarms.shelve.second_why" if alarm.life_safety else "alarms.page.shelve_note")
        self._panel = SidePanel(
            host, words("alarms.shelve.title"), content, act=words("alarms.act.shelve"), on_act=self._shelve,
            cancel=words("parts.cancel"), note=note,
        )  # fmt: skip
        self._panel.closed.connect(self.deleteLater)

    @slot
    async def _shelve(self) -> None:
        if not check_all(self._duration, self._reason, *(self._second or ())):
            return
        second = (self._second[0].text(), self._second[1].text()) if self._second else None
        alarms, who = self._context.console.alarms, self._context.who
        self._panel.act.setEnabled(False)
        try:
            await in_background(
                alarms.shelve, who, self._alarm.id, int(self._duration.text()), self._reason.text().strip(), second
            )
        except LinliError as error:
            self._panel.set_problem(self._context.words.told(error))
            self._panel.act.setEnabled(True)
            return
        self._panel.close_panel()
