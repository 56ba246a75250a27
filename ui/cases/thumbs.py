"""Pictures of a case, small in a row; each opens in full."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage
from PySide6.QtWidgets import QToolButton, QWidget

from ui.aio import in_background, slot
from ui.alarms.pictures import PictureView
from ui.cases.photos import THUMB, thumbnail
from ui.parts.chosen import Flow
from ui.parts.pictures import drawn
from ui.parts.text import plain_tip

Read = Callable[[str], bytes]


class Thumbs(QWidget):
    """Read in the background; `host` is what a picture covers when it is opened in full."""

    def __init__(
        self,
        host: QWidget,
        read: Read,
        pictures: Sequence[str],
        name: str,
        captions: Sequence[str] = (),
        erased: str = "",
    ) -> None:
        """`captions` stand for the name where there is one; `erased` is what stands where a picture was taken away."""
        super().__init__()
        self._host, self._read, self._name = host, read, name
        self._captions = tuple(captions) or ("",) * len(pictures)
        self._erased = erased
        self._images = [QImage() for _ in pictures]
        self._flow = Flow(8)
        self.setLayout(self._flow)
        self.buttons = [self._button(number) for number in range(len(pictures))]
        for button in self.buttons:
            self._flow.addWidget(button)
        self._load(tuple(pictures))

    @slot
    async def _load(self, pictures: tuple[str, ...]) -> None:
        for number, sha256 in enumerate(pictures):
            image, erased = await in_background(self._drawn, sha256)
            self._images[number] = image
            self.buttons[number].setIcon(QIcon(thumbnail(image, THUMB)))
            self.buttons[number].setDisabled(erased)
            self.buttons[number].setText(self._erased if erased else "")

    def _drawn(self, sha256: str) -> tuple[QImage, bool]:
        """The picture, and whether its time was up and it was taken away."""
        data = self._read(sha256)
        return drawn(data), not data

    def _button(self, number: int) -> QToolButton:
        name = self._captions[number] or (f"{self._name} {number + 1}" if len(self._images) > 1 else self._name)
        button = QToolButton()
        button.setAccessibleName(name)
        plain_tip(button, name)
        button.setFixedSize(THUMB)
        button.setIconSize(THUMB - QSize(6, 6))
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda: PictureView(self._host, self._images, number, name, self._captions))
        return button
