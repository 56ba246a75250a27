"""A word about what was just done, at the bottom of the window, with undo where undo is possible."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QFrame, QWidget

from ui.parts.buttons import Button
from ui.parts.layout import clear, row
from ui.parts.text import Label

SECONDS = 5.0
"""How long a toast stays; with an act to take, twice as long."""


class Toast(QFrame):
    """One at a time: a new one takes the place of the old. Made once for a window and asked to `say`."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self.setProperty("ground", "floating")
        self.setLayout(row(margins=(16, 4, 8, 4)))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        host.installEventFilter(self)
        self.hide()

    def say(self, text: str, *, act: str = "", key: str = "", on_act: Callable[[], object] | None = None) -> None:
        """Shows `text`, and an act such as undo that also puts the toast away."""
        layout = self.layout()
        assert layout is not None
        clear(layout)
        layout.addWidget(Label(text))
        if act and on_act is not None:

            def do() -> None:
                self.hide()
                on_act()

            layout.addWidget(Button(act, "plain", key=key, on=do))
        self.setAccessibleName(text)
        self.setMinimumHeight(40)
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        self._timer.start(round(SECONDS * (2000 if act else 1000)))

    def _place(self) -> None:
        self.move((self._host.width() - self.width()) // 2, self._host.height() - self.height() - 44)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False
