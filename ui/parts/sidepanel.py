"""A form that comes in from the right over the page: acting in place, without a modal dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from ui.parts.buttons import Button, IconButton, Kind
from ui.parts.layout import hairline, row
from ui.parts.text import Label
from ui.theme.tokens import px

_ROOM_BESIDE = 150
"""Pixels that the way out beside the act takes."""


class SidePanel(QFrame):
    """Covers the right edge of `host`. Esc puts it away, Ctrl+Enter does the act; focus returns to where it was.

    Signals:
        closed: it was put away without the act, or `close_panel` was called.
    """

    closed = Signal()

    def __init__(
        self,
        host: QWidget,
        title: str,
        content: QWidget,
        *,
        act: str,
        on_act: Callable[[], object],
        cancel: str,
        note: str = "",
        kind: Kind = "primary",
        wide: bool = False,
        unsaved: Callable[[], str] | None = None,
    ) -> None:
        """`unsaved` is asked when somebody wants to leave: what it says stands in the panel, and only leaving once more
        leaves; "" lets go at once."""
        super().__init__(host)
        self._width = px("width", "detail") * (3 if wide else 2) // 2
        self._unsaved, self._warned = unsaved, False
        self.setProperty("ground", "floating")
        self.setAccessibleName(title)
        self._host = host
        self._returns_to = host.window().focusWidget()
        inside = QWidget()
        box = QVBoxLayout(inside)
        box.setContentsMargins(20, 16, 20, 16)
        box.setSpacing(16)
        if note:
            box.addWidget(Label(note, "secondary", wrap=True))
        box.addWidget(content)
        box.addStretch(1)
        self._scroll = scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        scroll.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        self._problem = Label("", "secondary", tone="critical", wrap=True)
        self._problem.hide()
        self.act = Button(act, kind, key="Ctrl+Return", on=on_act)
        if self.act.sizeHint().width() > self._width - _ROOM_BESIDE:
            # A long name goes before its key, which the tooltip then has.
            self.act = Button(act, kind, key="Ctrl+Return", show_key=False, on=on_act)
        head = row(Label(title, "section"), None, IconButton("x", cancel, on=self.leave), margins=(20, 12, 12, 12))
        foot = row(self.act, Button(cancel, "plain", on=self.leave), None, margins=(20, 12, 20, 16))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(hairline())
        layout.addWidget(scroll, 1)
        layout.addLayout(row(self._problem, margins=(20, 0, 20, 0)))
        layout.addWidget(hairline())
        layout.addLayout(foot)
        escape = QShortcut(QKeySequence("Esc"), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.leave)
        host.installEventFilter(self)
        self._place()
        self.show()
        self.raise_()
        first = next((w for w in content.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus), self.act)
        first.setFocus()

    def set_problem(self, text: str) -> None:
        """What went wrong with the act as a whole; errors of one field stand beside the field."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def reveal(self, widget: QWidget) -> None:
        """Scrolls to a widget of the content."""
        self._scroll.ensureWidgetVisible(widget, 0, 60)

    def leave(self) -> None:
        """Puts the panel away, unless something would be lost of which nobody was told yet."""
        said = self._unsaved() if self._unsaved is not None and not self._warned else ""
        if said:
            self._warned = True
            self.set_problem(said)
        else:
            self.close_panel()

    def close_panel(self) -> None:
        """Puts the panel away for good."""
        if self.isHidden():
            return
        self.hide()
        self.closed.emit()
        self.deleteLater()
        if self._returns_to is not None and isValid(self._returns_to):
            self._returns_to.setFocus()

    def _place(self) -> None:
        width = min(self._width, self._host.width() - 16)
        self.setGeometry(self._host.width() - width - 8, 8, width, self._host.height() - 16)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False
