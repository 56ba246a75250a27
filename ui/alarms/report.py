"""The alarm log of a period as a PDF, made in the background and opened."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.kernel.errors import LinliError
from desktop.reports.service import ReportFile
from ui.aio import in_background, slot
from ui.parts.files import free_name
from ui.parts.form import FormField, check_all
from ui.parts.layout import column
from ui.parts.sidepanel import SidePanel
from ui.parts.when import local, midnight, read_day
from ui.shell.context import Context


class ReportForm(QObject):
    """Asks for two days, both included, as the office counts them.

    Signals:
        closed: it is gone.
    """

    closed = Signal()

    def __init__(self, host: QWidget, context: Context) -> None:
        super().__init__(host)
        self._context = context
        words = context.words
        today = local(context.console.clock.now()).date()

        def rule(text: str) -> str:
            return "" if read_day(text) else words("alarms.page.no_date")

        first = QLineEdit(f"{today - timedelta(days=6):%Y-%m-%d}")
        self._since = FormField(words("alarms.page.from"), first, rule=rule)
        self._until = FormField(words("alarms.page.to"), QLineEdit(f"{today:%Y-%m-%d}"), rule=rule)
        content = QWidget()
        content.setLayout(column(self._since, self._until, spacing=12))
        self._panel = SidePanel(
            host, words("alarms.act.print"), content, act=words("alarms.page.report_make"), on_act=self._make,
            cancel=words("parts.cancel"), note=words("alarms.page.report_note"),
        )  # fmt: skip
        self._panel.closed.connect(self.closed)
        self._panel.closed.connect(self.deleteLater)

    @slot
    async def _make(self) -> None:
        words, shell = self._context.words, self._context.shell
        # A key pressed twice comes here twice.
        if not self._panel.act.isEnabled() or not check_all(self._since, self._until):
            return
        first, last = read_day(self._since.text()), read_day(self._until.text())
        if first is None or last is None or first > last:
            self._until.set_error(words("alarms.page.period_backwards"))
            self._until.input.setFocus()
            return
        self._panel.act.setEnabled(False)
        self._panel.act.set_label(words("alarms.page.report_making"))
        self._panel.set_problem("")
        try:
            path = await in_background(self._write, first, last)
        except LinliError as error:
            self._panel.set_problem(words.told(error))
            return
        except OSError as error:
            self._panel.set_problem(words("alarms.page.report_not_saved", why=error.strerror or str(error)))
            return
        finally:
            self._panel.act.setEnabled(True)
            self._panel.act.set_label(words("alarms.page.report_make"))
        self._panel.close_panel()
        opened = QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
        shell.say(
            words("alarms.page.report_made" if opened else "alarms.page.report_made_only", file=path),
            act=words("alarms.page.report_folder"),
            on_act=lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))),
        )

    def _write(self, first: date, last: date) -> Path:
        console, words = self._context.console, self._context.words
        since, until = midnight(first).astimezone(UTC), midnight(last + timedelta(days=1)).astimezone(UTC)
        made: ReportFile = console.reports.alarm_log(self._context.who, since, until, words.lang)
        folder = console.data_dir / "reports"
        folder.mkdir(exist_ok=True)
        path = free_name(folder / made.path_suggestion)
        path.write_bytes(made.data)
        return path
