"""Pictures of an alarm: thumbnails, a look at one in full, and adding one from a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFileDialog, QGridLayout, QToolButton, QWidget
from shiboken6 import isValid

from desktop.cases.evidence import Still
from desktop.cases.pictures import Image
from desktop.kernel.errors import Invalid, LinliError
from desktop.kernel.words import Words
from ui.aio import in_background, slot
from ui.parts.layout import clear
from ui.parts.text import plain_tip
from ui.parts.when import local
from ui.shell.context import Context
from ui.theme.tokens import theme

THUMB = QSize(112, 84)
ACROSS = 3
LARGEST = 5 * 2**20
"""Bytes that are read at most, so that a film chosen by mistake does not fill the memory; the service says what is taken."""


class Thumbnails(QWidget):
    """The pictures of one alarm, three in a row; each opens in full."""

    def __init__(
        self, context: Context, host: QWidget, pictures: Sequence[str], stills: Mapping[str, Still] | None = None
    ) -> None:
        super().__init__()
        self._context, self._host = context, host
        self._images: list[QImage] = []
        self._captions = captions(context.words, pictures, stills or {})
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        self._grid.setColumnStretch(ACROSS, 1)
        self._read(tuple(pictures))

    @slot
    async def _read(self, pictures: tuple[str, ...]) -> None:
        read = [await in_background(self._context.console.alarms.album.picture, one) for one in pictures]
        self._images = [QImage.fromData(one.data) for one in read]
        clear(self._grid)
        for number, (image, one) in enumerate(zip(self._images, read, strict=True)):
            self._grid.addWidget(self._thumb(number, image, one), number // ACROSS, number % ACROSS)

    def _thumb(self, number: int, image: QImage, one: Image) -> QToolButton:
        button = QToolButton()
        name = self._captions[number] or self._context.words("alarms.page.picture_n", n=number + 1)
        button.setAccessibleName(name)
        plain_tip(button, name if not image.isNull() else f"{name} · {one.media}")
        button.setFixedSize(THUMB)
        button.setIconSize(THUMB - QSize(8, 8))
        if not one.data:
            button.setText(self._context.words("alarms.page.erased"))
            button.setEnabled(False)
            return button
        button.setIcon(QIcon(QPixmap.fromImage(image)))
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda: PictureView(self._host, self._images, number, name, self._captions))
        return button


def captions(words: Words, pictures: Sequence[str], stills: Mapping[str, Still]) -> list[str]:
    """Under each picture: the camera that took it by itself, and when; empty for what people attached."""
    found = [stills.get(one) for one in pictures]
    return [
        words("alarms.page.still", camera=still.camera, at=f"{local(datetime.fromisoformat(still.at)):%m-%d %H:%M:%S}")
        if still
        else ""
        for still in found
    ]


class PictureView(QWidget):
    """One picture over the whole page. ← → go to the others, Esc, Enter or a click puts it away."""

    def __init__(
        self, host: QWidget, images: Sequence[QImage], number: int, name: str, captions: Sequence[str] = ()
    ) -> None:
        super().__init__(host)
        self._images, self._number = tuple(images), number
        self._captions = tuple(captions) or ("",) * len(images)
        self._host, self._returns_to = host, host.window().focusWidget()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setGeometry(host.rect())
        self.show()
        self.raise_()
        self.setFocus()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), theme().color("sunken"))
        image = self._images[self._number]
        caption = self._captions[self._number]
        room = self.rect().adjusted(24, 24, -24, -56 if caption else -24)
        size = image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        area = room.adjusted(0, 0, 0, 0)
        area.setSize(size)
        area.moveCenter(room.center())
        painter.drawImage(area, image)
        if caption:
            painter.setPen(theme().color("ink"))
            below = self.rect().adjusted(24, self.height() - 48, -24, -8)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, caption)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._put_away()
        elif step := steps.get(Qt.Key(event.key())):
            self._number = (self._number + step) % len(self._images)
            self.update()
        # Every other key means nothing here: the acts of the page are out of sight.

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self._put_away()

    def _put_away(self) -> None:
        self.hide()
        self.deleteLater()
        # The panel may have been drawn anew meanwhile, and its buttons with it.
        (self._returns_to if self._returns_to is not None and isValid(self._returns_to) else self._host).setFocus()


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
