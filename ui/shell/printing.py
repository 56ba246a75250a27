"""What is printed: made in the background, kept beside the other reports, and opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from desktop.kernel.errors import LinliError
from ui.aio import in_background, slot
from ui.parts.files import free_name
from ui.shell.context import Context

Make = Callable[[], tuple[str, bytes]]
"""A file name and the PDF; waits for the disk."""


class Printer(QObject):
    """Prints one after the other."""

    def __init__(self, owner: QObject, context: Context) -> None:
        super().__init__(owner)
        self._context = context

    @slot
    async def print(self, make: Make, button: QWidget | None = None) -> None:
        """Makes the PDF, saves it and opens it; what went wrong is told. The button rests meanwhile: a key pressed twice
        comes here twice."""
        words, shell = self._context.words, self._context.shell
        if button is not None and not button.isEnabled():
            return
        try:
            if button is not None:
                button.setEnabled(False)
            path = await in_background(self._write, make)
        except LinliError as error:
            shell.tell(error)
            return
        except OSError as error:
            shell.say(words("alarms.page.report_not_saved", why=error.strerror or str(error)))
            return
        finally:
            if button is not None:
                button.setEnabled(True)
        opened = QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
        shell.say(
            words("alarms.page.report_made" if opened else "alarms.page.report_made_only", file=path),
            act=words("alarms.page.report_folder"),
            on_act=lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))),
        )

    def _write(self, make: Make) -> Path:
        name, data = make()
        folder = self._context.console.data_dir / "reports"
        folder.mkdir(exist_ok=True)
        path = free_name(folder / name)
        path.write_bytes(data)
        return path
