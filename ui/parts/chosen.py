"""What was chosen of many, as chips that can be taken away again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget

from ui.parts.buttons import Button
from ui.parts.text import plain_tip

LONGEST = 220


class Chosen(QWidget):
    """Chips in as many lines as they need. A chip is pressed (or Enter, or Delete on it) to take it away."""

    def __init__(self, take_away: str, on_change: Callable[[], object]) -> None:
        """`take_away` tells what pressing a chip does."""
        super().__init__()
        self._take_away, self._on_change = take_away, on_change
        self._chips: dict[str, Button] = {}
        self._flow = Flow(6)
        self.setLayout(self._flow)

    def ids(self) -> list[str]:
        """What is chosen, in order."""
        return list(self._chips)

    def add(self, id_: str, title: str) -> None:
        if id_ in self._chips:
            return
        chip = Button(title, "chip", icon_name="x", on=lambda: self.drop(id_))
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        chip.setAccessibleName(title)
        chip.setAccessibleDescription(self._take_away)
        plain_tip(chip, f"{title} · {self._take_away}")
        chip.setMaximumWidth(LONGEST)
        self._chips[id_] = chip
        self._flow.addWidget(chip)
        self._on_change()

    def drop(self, id_: str) -> None:
        chip = self._chips.pop(id_, None)
        if chip is not None:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
            self._on_change()

    def drop_last(self) -> None:
        if self._chips:
            self.drop(self.ids()[-1])


class Flow(QLayout):
    """Items beside each other, in the next line where there is no more room."""

    def __init__(self, spacing: int = 8) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._lay(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._lay(area, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        wide = max((item.minimumSize().width() for item in self._items), default=0)
        return QSize(wide, max((item.minimumSize().height() for item in self._items), default=0))

    def _lay(self, area: QRect, *, move: bool) -> int:
        x, y, high = area.x(), area.y(), 0
        for item in self._items:
            if (widget := item.widget()) is not None and widget.isHidden():
                continue
            size = item.sizeHint().boundedTo(item.maximumSize())
            if x > area.x() and x + size.width() > area.right() + 1:
                x, y, high = area.x(), y + high + self.spacing(), 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x, high = x + size.width() + self.spacing(), max(high, size.height())
        return y + high - area.y()


def flowing(*widgets: QWidget, spacing: int = 8) -> QWidget:
    """Widgets that flow over as many lines as they need."""
    made = QWidget()
    flow = Flow(spacing)
    for widget in widgets:
        flow.addWidget(widget)
    made.setLayout(flow)
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    made.setSizePolicy(policy)
    return made
