"""Kept pictures, small in a row; each opens in full."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget

from desktop.cases.evidence import Still
from desktop.kernel.words import Words
from ui.aio import in_background, slot
from ui.parts.chosen import Flow
from ui.parts.pictures import drawn
from ui.parts.pictureview import Shot, look_at
from ui.parts.text import plain_tip
from ui.parts.when import local

THUMB = QSize(112, 84)
SMALL = 480
"""Pixels of the longer side that a thumbnail is drawn from; nothing larger is held before somebody looks."""

Read = Callable[[str], bytes]
"""The bytes of a kept picture, by its SHA-256, empty where it was taken away; waits for the disk."""


class Thumbs(QWidget):
    """Pictures by their SHA-256. `host` is what one covers when it is opened in full."""

    def __init__(
        self,
        words: Words,
        host: QWidget,
        pictures: Sequence[str],
        name: str,
        read: Read,
        look: Read | None = None,
        stills: Mapping[str, Still] | None = None,
    ) -> None:
        """`read` gives what is drawn small, `look` what is opened in full and may be noted for it (`read` where none is
        given). `stills` are those that cameras took by themselves; the others are called `name`."""
        super().__init__()
        self._words, self._host, self._pictures = words, host, tuple(pictures)
        self._read, self._look = read, look or read
        self._shots = {sha256: _shot(words, (stills or {}).get(sha256), name, n, len(pictures))
                       for n, sha256 in enumerate(self._pictures, 1)}  # fmt: skip
        flow = Flow(8)
        self.setLayout(flow)
        self.buttons = {sha256: self._button(sha256) for sha256 in self._pictures}
        for button in self.buttons.values():
            flow.addWidget(button)
        self._load()

    @slot
    async def _load(self) -> None:
        for sha256, button in self.buttons.items():
            image, erased = await in_background(self._small, sha256)
            button.setIcon(QIcon(thumbnail(image, THUMB)))
            button.setDisabled(erased)
            button.setText(self._words("parts.pictures.erased") if erased else "")

    def _small(self, sha256: str) -> tuple[QImage, bool]:
        """The picture, and whether its time was up and it was taken away."""
        data = self._read(sha256)
        return drawn(data, SMALL), not data

    def _button(self, sha256: str) -> QToolButton:
        button = QToolButton()
        button.setAccessibleName(self._shots[sha256].name)
        plain_tip(button, self._shots[sha256].name)
        button.setFixedSize(THUMB)
        button.setIconSize(THUMB - QSize(6, 6))
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda: self._open(sha256))
        return button

    def _open(self, sha256: str) -> None:
        there = [one for one, button in self.buttons.items() if button.isEnabled()]
        look = self._look
        look_at(self._host, [self._shots[one] for one in there], there.index(sha256), lambda n: drawn(look(there[n])))


def _shot(words: Words, still: Still | None, name: str, number: int, of: int) -> Shot:
    if still is None:
        return Shot(f"{name} {number}" if of > 1 else name)
    at = f"{local(datetime.fromisoformat(still.at)):%m-%d %H:%M:%S}"
    said = words("parts.pictures.still", camera=still.camera, at=at)
    return Shot(said, said)


def thumbnail(image: QImage, size: QSize) -> QPixmap:
    """The middle of the image, filling the size at twice its pixels, so that it is sharp on any screen."""
    if image.isNull():
        return QPixmap()
    big = size * 2
    filled = image.scaled(
        big, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    left, top = (filled.width() - big.width()) // 2, (filled.height() - big.height()) // 2
    made = QPixmap.fromImage(filled.copy(left, top, big.width(), big.height()))
    made.setDevicePixelRatio(2)
    return made
