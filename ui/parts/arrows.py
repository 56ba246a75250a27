"""Arrow keys of a part, on a page that has them as shortcuts too."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

SIDEWAYS = (Qt.Key.Key_Left, Qt.Key.Key_Right)
UPRIGHT = (Qt.Key.Key_Up, Qt.Key.Key_Down)


def claimed(event: QEvent, keys: Collection[Qt.Key]) -> bool:
    """Whether the event asks who wants one of these keys: the part that has the focus gets it, not the page's shortcut."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent) or event.key() not in keys:
        return False
    event.accept()
    return True
