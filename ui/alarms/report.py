"""The alarm log of a period as a PDF, made in the background and opened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop.kernel.errors import LinliError
from desktop.reports.service import ReportFile
from ui.aio import in_background, slot
from ui.parts.form import FormField, check_all
from ui.parts.sidepanel import SidePanel
from ui.parts.when import local, read_local
from ui.shell.context import Context


class ReportForm(QObject):
    """Asks for two days, both included, as the office counts them."""

    def __init__(self, host: QWidget, context: Context) -> None:
        super().__init__(host)
        self._context = context
        words = context.words
        today = local(context.console.clock.now()).date()
        rule = lambda text: "" if read_local(text) else words("alarms.page.no_date")  # noqa: E731 - one line, used twice just below
        self._since = FormField(
            words("alarms.page.from"), QLineEdit(f"{today - timedelta(days=6):%Y-%m-%d}"), rule=rule
        )
        self._until = FormField(words("alarms.page.to"), QLineEdit(f"{today:%Y-%m-%d}"), rule=rule)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._since)
        layout.addWidget(self._until)
        self._panel = SidePanel(
            host, words("alarms.act.print"), content, act=words("alarms.page.report_make"), on_act=self._make,
            cancel=words("parts.cancel"), note=words("alarms.page.report_note"),
        )  # fmt: skip
        self._panel.closed.connect(self.deleteLater)

    @slot
    async def _make(self) -> None:
        if not check_all(self._since, self._until):
            return
        first, last = read_local(self._since.text()), read_local(self._until.text())
        if first is None or last is None or first > last:
            self._until.set_error(self._context.words("alarms.page.period_backwards"))
            return
        self._panel.act.setEnabled(False)
        try:
            path = await in_background(self._write, first, last)
        except (LinliError, OSError) as error:
            self._panel.set_problem(self._context.words.told(error))
            self._panel.act.setEnabled(True)
            return
        self._panel.close_panel()
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
        self._context.shell.say(self._context.words("alarms.page.report_made", file=path))

    def _write(self, first: datetime, last: datetime) -> Path:
        console, words = self._context.console, self._context.words
        made: ReportFile = console.reports.alarm_log(
            self._context.who, first.astimezone(UTC), (last + timedelta(days=1)).astimezone(UTC), words.lang
        )
        folder = console.data_dir / "reports"
        folder.mkdir(exist_ok=True)
        path = folder / made.path_suggestion
        path.write_bytes(made.data)
        return path
