"""A page: title, count, toolbar, banners, and a body or the one thing to say instead of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from ui.parts.banner import Banner, Notice
from ui.parts.empty import EmptyState
from ui.parts.layout import clear
from ui.parts.text import Label
from ui.theme.tokens import px

PageState = Literal["empty", "error", "offline", "no_permission"]

STATE_ICONS: dict[PageState, str] = {
    "empty": "inbox",
    "error": "triangle-alert",
    "offline": "wifi-off",
    "no_permission": "lock",
}


class Page(QWidget):
    """What every page is made of. Subclasses fill `toolbar` (right of the title), `filters` (a row under it) and call
    `set_body`; they show what is not there with `show_state`, which keeps what was drawn before where it can.

    Signals:
        wants(page key, selection key): go to another page and select something there.
    """

    wants = Signal(str, str)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        margin = px("space", "page")
        self._title = Label(title, "title")
        self._count = Label("", "body", tone="hint", tabular=True)
        self.toolbar = QHBoxLayout()
        self.toolbar.setSpacing(8)
        header = QHBoxLayout()
        header.setSpacing(8)
        header.addWidget(self._title)
        header.addSpacing(4)
        header.addWidget(self._count)
        header.addStretch(1)
        header.addLayout(self.toolbar)
        self.filters = QHBoxLayout()
        self.filters.setSpacing(8)
        self._banners = QVBoxLayout()
        self._banners.setSpacing(8)
        # A stack shows its first widget at once: without a parent that would be a window of its own for a moment.
        holder = QWidget(self)
        self._stack = QStackedLayout(holder)
        self._nothing: QWidget = QWidget()
        self._body: QWidget | None = None
        self._stack.addWidget(self._nothing)
        top = QVBoxLayout()
        top.setContentsMargins(margin, 16, margin, 0)
        top.setSpacing(12)
        top.addLayout(header)
        top.addLayout(self._banners)
        top.addLayout(self.filters)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(top)
        layout.addWidget(holder, 1)
        self.setAccessibleName(title)

    # What the shell asks of a page

    def selection_key(self) -> str:
        """What is selected, so that a rebuilt page can return to it; "" for nothing."""
        return ""

    def select_key(self, key: str) -> None:
        """Selects what `selection_key` of an earlier page named, or what a search found; unknown keys change nothing."""

    # What a page shows

    def title(self) -> str:
        return self._title.text()

    def set_count(self, text: str) -> None:
        """The quiet figure beside the title, as "37" or "37 / 412"."""
        self._count.setText(text)

    def set_body(self, body: QWidget) -> None:
        """The page's content, shown until a state takes its place."""
        self._body = body
        self._stack.addWidget(body)
        self._stack.setCurrentWidget(body)

    def show_body(self) -> None:
        if self._body is not None:
            self._stack.setCurrentWidget(self._body)

    def state(self) -> QWidget | None:
        """The notice that stands instead of the body, if one does."""
        current = self._stack.currentWidget()
        return current if isinstance(current, EmptyState) else None

    def show_state(
        self,
        state: PageState,
        title: str,
        text: str = "",
        *,
        icon_name: str = "",
        act: str = "",
        on_act: Callable[[], object] | None = None,
        code: str = "",
    ) -> None:
        """Says why there is nothing to show. Where the body was filled before, prefer `show_banner`."""
        old = self._nothing
        self._nothing = EmptyState(icon_name or STATE_ICONS[state], title, text, act=act, on_act=on_act, code=code)
        self._stack.addWidget(self._nothing)
        self._stack.setCurrentWidget(self._nothing)
        self._stack.removeWidget(old)
        old.deleteLater()

    def show_banner(
        self,
        text: str,
        notice: Notice = "info",
        *,
        detail: str = "",
        close_name: str = "",
        act: str = "",
        on_act: Callable[[], object] | None = None,
        code: str = "",
    ) -> Banner:
        """A notice above what is shown, in place of any earlier one."""
        self.clear_banner()
        banner = Banner(text, notice, detail=detail, close_name=close_name, act=act, on_act=on_act, code=code)
        self._banners.addWidget(banner)
        return banner

    def clear_banner(self) -> None:
        clear(self._banners)
