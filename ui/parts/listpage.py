"""A page that is driven from its list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.parts.page import Page


class ListPage(Page):
    """Whoever comes to the page comes to its list: the keys of the page work at once, and nothing is typed into a search
    that nobody asked for."""

    _landing: tuple[QWidget, ...] = ()

    def set_list(self, table: QWidget, detail: QWidget) -> QWidget:
        """Makes the list the page's body, with the chosen row's panel at its right, hidden until a row is chosen."""
        split = QWidget()
        layout = QHBoxLayout(split)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(table, 1)
        layout.addWidget(detail)
        self.set_body(split)
        detail.hide()
        return split

    def land_on(self, *widgets: QWidget) -> None:
        """Where the focus goes when it comes to the page: to the first of these that is shown."""
        self._landing = widgets

    def landing(self) -> Sequence[QWidget]:
        """The widgets the focus may come to, the first choice first."""
        return self._landing

    def focusNextPrevChild(self, next: bool) -> bool:
        if self.window().focusWidget() is self:
            target = next_shown(self.landing())
            if target is not None:
                target.setFocus()
                return True
        return super().focusNextPrevChild(next)


def next_shown(widgets: Sequence[QWidget]) -> QWidget | None:
    """The first that can take the focus now."""
    return next((widget for widget in widgets if widget.isVisible() and widget.isEnabled()), None)
