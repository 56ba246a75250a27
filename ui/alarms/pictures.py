"""A picture of an alarm, added from a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.kernel.errors import Invalid, LinliError
from ui.aio import in_background, slot
from ui.shell.context import Context

LARGEST = 5 * 2**20
"""Bytes that are read at most, so that a film chosen by mistake does not fill the memory; the service says what is taken."""


class AddPicture(QObject):
    """Asks for a picture file without a loop of its own, and keeps it with the alarm.

    Signals:
        closed: it was kept, refused (and told) or put away.
    """

    closed = Signal()

    def __init__(self, host: QWidget, context: Context, alarm_id: str) -> None:
        super().__init__(host)
        self._context, self._alarm_id = context, alarm_id
        words = context.words
        self._dialog = QFileDialog(host, words("alarms.act.attach"))
        self._dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._dialog.setNameFilter(f"{words('alarms.page.picture_files')} (*.png *.jpg *.jpeg)")
        self._dialog.fileSelected.connect(self._keep)
        self._dialog.rejected.connect(self._end)
        self._dialog.open()

    @slot
    async def _keep(self, file: str) -> None:
        words, shell = self._context.words, self._context.shell
        try:
            await in_background(self._attach, Path(file))
        except Invalid as error:
            shell.say(words(f"alarms.error.{error.facts.get('why', 'media')}"))
        except LinliError as error:
            shell.tell(error)
        except OSError as error:
            shell.say(words("alarms.page.picture_unread", why=error.strerror or str(error)))
        else:
            shell.say(words("alarms.page.picture_kept"))
        self._end()

    def _attach(self, file: Path) -> None:
        with file.open("rb") as opened:
            data = opened.read(LARGEST + 1)
        media = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
        self._context.console.alarms.album.attach(self._context.who, self._alarm_id, data, media)

    def _end(self) -> None:
        self._dialog.deleteLater()
        self.closed.emit()
        self.deleteLater()
