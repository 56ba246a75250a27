"""What stands where there is nothing to show: an icon, what will be here, what to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ui.parts.buttons import Button
from ui.parts.layout import row
from ui.parts.text import Label
from ui.theme.icons import pixmap


class EmptyState(QWidget):
    """A quiet page-wide notice with at most one act; the same drawing for empty, error, offline and no permission."""

    def __init__(
        self,
        icon_name: str,
        title: str,
        text: str = "",
        *,
        act: str = "",
        on_act: Callable[[], object] | None = None,
        code: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(8)
        layout.addStretch(2)
        picture = QLabel()
        picture.setPixmap(pixmap(icon_name, "ink3", 32))
        layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(4)
        layout.addWidget(Label(title, "strong"), 0, Qt.AlignmentFlag.AlignHCenter)
        if text:
            words = Label(text, "secondary", wrap=True)
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            words.setFixedWidth(420)
            # Not an aligned item: Qt would give it its hint's height and forget that its text wraps.
            layout.addLayout(row(None, words, None))
        if act and on_act is not None:
            layout.addSpacing(8)
            self.act = Button(act, on=on_act)
            layout.addWidget(self.act, 0, Qt.AlignmentFlag.AlignHCenter)
        if code:
            layout.addSpacing(4)
            layout.addWidget(Label(code, "caption"), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        self.setAccessibleName(title)
