"""A strip above the work that says what happened and offers what to do about it; it never blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from ui.parts.buttons import Button, IconButton
from ui.parts.layout import row
from ui.parts.text import Label
from ui.theme.icons import pixmap

Notice = Literal["info", "critical", "high", "medium", "quiet"]

_ICONS: dict[Notice, str] = {
    "info": "info",
    "critical": "octagon-alert",
    "high": "triangle-alert",
    "medium": "circle-alert",
    "quiet": "info",
}


class Banner(QFrame):
    """One notice in a line.

    Signals:
        closed: the person put it away.
    """

    closed = Signal()

    def __init__(
        self,
        text: str,
        notice: Notice = "info",
        *,
        close_name: str = "",
        act: str = "",
        key: str = "",
        on_act: Callable[[], object] | None = None,
        detail: str = "",
        code: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`detail` goes on in a quieter voice, `code` stands small at the end; without `close_name` it cannot be closed."""
        super().__init__(parent)
        self.setProperty("ground", f"notice-{notice}")
        self.setAccessibleName(text)
        picture = QLabel()
        picture.setPixmap(pixmap(_ICONS[notice], "ink2" if notice == "quiet" else notice, 16))
        self._text = Label(text, "body", weight=500, elide=True)
        layout = row(picture, self._text, spacing=8, margins=(12, 4, 4, 4))
        if detail:
            layout.addWidget(Label(detail, "secondary", elide=True), 1)
        else:
            layout.addStretch(1)
        if code:
            layout.addWidget(Label(code, "caption"))
        if act and on_act is not None:
            layout.addWidget(Button(act, "plain", key=key, on=on_act))
        if close_name:
            layout.addWidget(IconButton("x", close_name, on=self._close))
        else:
            layout.addSpacing(8)
        self.setLayout(layout)
        self.setMinimumHeight(40)

    def text(self) -> str:
        return self._text.text()

    def _close(self) -> None:
        self.hide()
        self.closed.emit()
