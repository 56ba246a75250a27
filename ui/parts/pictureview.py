"""One picture over the whole page, and the others of its row after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolButton, QWidget
from shiboken6 import isValid

from ui.aio import in_background, slot
from ui.theme.tokens import theme


@dataclass(frozen=True)
class Shot:
    """A picture among others."""

    name: str
    """As it is called aloud and in its tip."""
    caption: str = ""
    """Stands below it: the camera that took it by itself, and when."""


Open = Callable[[int], QImage]
"""Gives the picture of a number, on a background thread. What it raises is told, and nothing is shown."""


def look_at(host: QWidget, shots: Sequence[Shot], number: int, open_: Open) -> None:
    """Opens a picture over `host`. Nothing while another one is on its way or there: a double click opens one."""
    if all(view.is_over for view in host.findChildren(PictureView)):
        PictureView(host, shots, number, open_)


class PictureView(QWidget):
    """There once its picture was handed out. ← → go to the others, Esc, Enter or a click puts it away."""

    def __init__(self, host: QWidget, shots: Sequence[Shot], number: int, open_: Open) -> None:
        super().__init__(host)
        self.is_over = False
        self._shots, self._number, self._open = tuple(shots), number, open_
        self._images: dict[int, QImage] = {}
        self._host, self._returns_to, self._from = host, host.window().focusWidget(), shots[number].name
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()
        self._turn_to(number)

    @slot
    async def _turn_to(self, number: int) -> None:
        if number not in self._images:
            # To hand it out may be a write: what was handed out once is not asked for again.
            try:
                self._images[number] = await in_background(self._open, number)
            except Exception:
                self._put_away()
                raise
        self._number = number
        self.setAccessibleName(self._shots[number].name)
        self.update()
        if self.isHidden():
            self.setGeometry(self._host.rect())
            self.show()
            self.raise_()
            self.setFocus()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), theme().color("sunken"))
        image, caption = self._images[self._number], self._shots[self._number].caption
        room = self.rect().adjusted(24, 24, -24, -56 if caption else -24)
        area = room.adjusted(0, 0, 0, 0)
        area.setSize(image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio))
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
            self._turn_to((self._number + step) % len(self._shots))
        # Every other key means nothing here: the acts of the page are out of sight.

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self._put_away()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        pass  # The second half of the double click that opened it.

    def _put_away(self) -> None:
        self.is_over = True
        self.hide()
        self.deleteLater()
        self._back().setFocus()

    def _back(self) -> QWidget:
        """Where the keys were. A panel is drawn anew when its story has another line, which looking may be."""
        if self._returns_to is not None and isValid(self._returns_to) and self._returns_to.isVisible():
            return self._returns_to
        again = (button for button in self._host.findChildren(QToolButton) if button.accessibleName() == self._from)
        return next(again, self._host)
