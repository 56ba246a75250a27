"""The silent things with their count, and their way out as CSV."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QStackedLayout, QWidget

from desktop.kernel.clock import to_ms
from ui.aio import in_background, slot
from ui.parts.buttons import Button
from ui.parts.empty import EmptyState
from ui.parts.layout import column, hairline, row
from ui.parts.text import Label
from ui.parts.when import local
from ui.shell.context import Context
from ui.things.dead import SilentTree, csv_text, write_csv
from ui.things.listview import line_lost
from ui.things.silence import Cause


class DeadView(QWidget):
    """Signals:
    opened(id): a thing is to be seen in its panel.
    """

    opened = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context, self._words = context, context.words
        words = context.words
        self._causes: tuple[Cause, ...] = ()
        self.tree = SilentTree(words)
        self.tree.opened.connect(self.opened)
        self._told = Label("", "secondary", elide=True)
        self._export = Button(words("things.dead.export"), key="X", icon_name="download", on=self.export)
        self.dialog: QFileDialog | None = None
        """The open file dialog, while there is one."""
        head = row(self._told, self._export, spacing=12, margins=(16, 8, 16, 8))
        head.setStretch(0, 1)
        list_ = QWidget()
        list_.setLayout(column(head, hairline(), self.tree, spacing=0))
        self._stack = QStackedLayout(self)
        self._stack.addWidget(EmptyState("radio-tower", words("things.dead.none"), words("things.dead.none_text")))
        self._stack.addWidget(list_)

    def show_causes(self, causes: tuple[Cause, ...]) -> None:
        """What is silent now."""
        self._causes = causes
        count = sum(1 + len(cause.because) for cause in causes)
        because = sum(len(cause.because) for cause in causes)
        told = self._words(f"things.dead.{'told' if because else 'told_plainly'}", n=count, because=because)
        self._told.setText(line_lost(self._context) or told)
        self._export.setEnabled(bool(causes))
        self._stack.setCurrentIndex(1 if causes else 0)
        if causes:
            self.tree.show_causes(causes, self._context.console.clock.now().timestamp())

    def export(self) -> None:
        """Asks for a file, without a loop of its own, and writes what is seen."""
        now = self._context.console.clock.now()
        dialog = QFileDialog(self, self._words("things.dead.export_title"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("CSV (*.csv)")
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(self._words("things.dead.file", day=f"{local(now):%Y-%m-%d}"))
        dialog.fileSelected.connect(self._write)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.open()

    def _closed(self, _result: int) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    @slot
    async def _write(self, name: str) -> None:
        now = self._context.console.clock.now()
        text = csv_text(self._causes, to_ms(now) / 1000, self._words)
        try:
            await in_background(write_csv, Path(name), text)
        except OSError as error:
            self._context.shell.tell(error)
            return
        self._context.shell.say(self._words("things.dead.written", file=Path(name).name))
