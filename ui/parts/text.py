"""Text on the screen. What comes from outside is shown as it is: no markup is ever interpreted."""

from __future__ import annotations

from html import escape
from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QStyle, QWidget

from ui.theme.fonts import Role, Weight, font

Tone = Literal["ink", "quiet", "hint", "accent", "critical", "high", "medium", "low", "done", "info"]
TextRole = Literal["caption", "secondary", "body", "strong", "section", "title", "figure"]

_ROLES: dict[TextRole, tuple[Role, Weight, Tone]] = {
    "caption": ("caption", 400, "hint"),
    "secondary": ("table", 400, "quiet"),
    "body": ("body", 400, "ink"),
    "strong": ("body", 500, "ink"),
    "section": ("section", 600, "ink"),
    "title": ("title", 600, "ink"),
    "figure": ("figure", 600, "ink"),
}


def plain_tip(widget: QWidget, text: str) -> None:
    """Sets a tooltip that shows `text` as it is: Qt guesses markup in tooltips, so the text is escaped for it."""
    widget.setToolTip(tip_text(text))


def tip_text(text: str) -> str:
    """`text` for a tooltip role, escaped; empty stays empty, so that no empty box pops up."""
    return f"<span style='white-space:pre-wrap'>{escape(text)}</span>" if text else ""


def no_mnemonic(text: str) -> str:
    """`text` for a button, a menu or a tab, where Qt would read `&` as an access key."""
    return text.replace("&", "&&")


class Label(QLabel):
    """A plain-text label in one of the text roles.

    `elide` cuts with "…" where room is short and shows the whole text as a tooltip; `wrap` breaks lines.
    """

    def __init__(
        self,
        text: str = "",
        role: TextRole = "body",
        *,
        tone: Tone | None = None,
        weight: Weight | None = None,
        elide: bool = False,
        wrap: bool = False,
        tabular: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        size, default_weight, default_tone = _ROLES[role]
        self.setFont(font(size, weight or default_weight, tabular or role == "figure"))
        self._tone: Tone = tone or default_tone
        self.setProperty("tone", self._tone)
        self.setWordWrap(wrap)
        self._elide = elide
        self.setText(text)

    def setText(self, text: str) -> None:
        # Unchanged text is the common case on a live page and costs a layout each time in Qt.
        if text != self.text():
            super().setText(text)
            self._tip()

    def set_tone(self, tone: Tone) -> None:
        """Another colour role, restyled only when it changes."""
        if tone != self._tone:
            self._tone = tone
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)

    def set_selectable(self) -> None:
        """Lets the text be marked and copied with the mouse, as an id or an address."""
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def is_cut(self) -> bool:
        """True when the text does not fit and is shown with "…"."""
        return self._elide and self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()

    def _tip(self) -> None:
        if self._elide:
            plain_tip(self, self.text() if self.is_cut() else "")

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return (
            QSize(min(hint.width(), self.fontMetrics().averageCharWidth() * 4), hint.height()) if self._elide else hint
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tip()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.is_cut():
            super().paintEvent(event)
            return
        area = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
        painter = QPainter(self)
        self.style().drawItemText(
            painter, area, int(self.alignment()), self.palette(), self.isEnabled(), text, self.foregroundRole()
        )


def repolish(widget: QWidget) -> None:
    """Applies the style sheet anew after a property it selects by has changed."""
    style: QStyle = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()
