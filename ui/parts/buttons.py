"""Buttons: one primary act a view, everything else quieter, each with its key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QToolButton, QWidget

from ui.parts.keyhint import key_text, key_width, paint_key
from ui.parts.text import no_mnemonic, plain_tip
from ui.theme.fonts import font
from ui.theme.icons import icon

Kind = Literal["primary", "quiet", "danger", "plain", "link", "chip"]

_ICON_ROLE = {"primary": "accent_ink", "danger": "critical"}


class Button(QPushButton):
    """A push button of one kind. `key` is a shortcut that works anywhere in the window of the button while it is
    visible and enabled; it is drawn as a key cap at the right, unless `show_key` is off (then the tooltip names it)."""

    def __init__(
        self,
        text: str,
        kind: Kind = "quiet",
        *,
        key: str = "",
        icon_name: str = "",
        show_key: bool = True,
        on: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(no_mnemonic(text), parent)
        self.setProperty("kind", kind)
        self.setFont(font("table" if kind == "chip" else "body", 500 if kind == "primary" else 400))
        self.setAccessibleName(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._kind = kind
        self._key = key_text(key) if key and show_key else ""
        if icon_name:
            self.setIcon(icon(icon_name, _ICON_ROLE.get(kind, "ink2"), 16))
            self.setIconSize(QSize(16, 16))
        if key:
            self._shortcut = QShortcut(QKeySequence(key), self)
            self._shortcut.activated.connect(self.click)
            self._shortcut.setAutoRepeat(False)
            if not show_key:
                plain_tip(self, f"{text}  {key_text(key)}")
        if on is not None:
            self.clicked.connect(lambda _checked=False: on())

    def set_label(self, text: str) -> None:
        """Another text, for the eye and for the screen reader."""
        self.setText(no_mnemonic(text))
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width() + (key_width(self._key) + 8 if self._key else 0), hint.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._key:
            super().paintEvent(event)
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter = QPainter(self)
        self.style().drawControl(QStyle.ControlElement.CE_PushButtonBevel, option, painter, self)
        width = key_width(self._key)
        # A link has no room of its own around its words: the cap stands at its end, or it would touch them.
        edge = 0 if self._kind == "link" else 8
        cap = QRectF(self.width() - width - edge, 0, width, self.height())
        option.rect.setWidth(self.width() - width - (8 if self._kind == "link" else 6))
        self.style().drawControl(QStyle.ControlElement.CE_PushButtonLabel, option, painter, self)
        if self._kind == "primary" and self.isEnabled():
            painter.setOpacity(0.75)
            paint_key(painter, cap, self._key, "accent_ink", "accent_ink")
        else:
            paint_key(painter, cap, self._key)


class IconButton(QToolButton):
    """A square button with an icon, a name for the screen reader and a tooltip that says it, with its key."""

    def __init__(
        self,
        icon_name: str,
        name: str,
        *,
        key: str = "",
        on: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._key = key
        self.setIconSize(QSize(18, 18))
        self.setFixedSize(32, 32)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_icon(icon_name, name)
        if key:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(self.click)
        if on is not None:
            self.clicked.connect(lambda _checked=False: on())

    def set_icon(self, icon_name: str, name: str) -> None:
        """Another icon with its name."""
        self.setIcon(icon(icon_name, "ink2", 18))
        self.setAccessibleName(name)
        plain_tip(self, f"{name}  {key_text(self._key)}" if self._key else name)
