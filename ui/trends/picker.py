"""Things and their points to choose from, narrowed by typing."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.kernel.words import Words
from desktop.things.views import ThingView
from ui.parts.layout import column
from ui.parts.text import Label
from ui.parts.tree import KEY, Node, TreeByPlace
from ui.parts.value import one_line
from ui.things.state import matches
from ui.trends.rules import Pick, can_be_drawn, pick_of

MOST_THINGS = 200
"""More are not listed: who looks for one among thousands types a part of its name."""

CHOSEN = "✓ "


class Picker(QWidget):
    """Arrows and Enter, or a click, add a point and take it away again.

    Signals:
        toggled(key): this point, as `<thing>/<point>`.
    """

    toggled = Signal(str)

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._views: Sequence[ThingView] = ()
        self._picked: Collection[Pick] = ()
        self.search = QLineEdit()
        self.search.setPlaceholderText(words("trends.search"))
        self.search.setAccessibleName(words("trends.search"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _text: self._show())
        self.search.returnPressed.connect(self._to_tree)
        self.tree = _PointTree(words("trends.points"))
        self.tree.entered.connect(self._act)
        self._more = Label("", "caption", wrap=True)
        self._more.hide()
        layout = column(self.search, self.tree, self._more, spacing=8, margins=(12, 8, 8, 8))
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def show_things(self, views: Sequence[ThingView], picked: Collection[Pick]) -> None:
        """The things that are known, and which points are in the chart."""
        self._views, self._picked = views, picked
        self._show()

    def _show(self) -> None:
        text = self.search.text()
        found = [view for view in self._views if any(map(can_be_drawn, view.thing.model.points))]
        found = [view for view in found if matches(view, text, self._words) or self._by_point(view, text)]
        self.tree.show_nodes([self._node(view, text) for view in found[:MOST_THINGS]], open_depth=0)
        if text and len(found) <= 5:
            self.tree.expandAll()
        left = len(found) - MOST_THINGS
        self._more.setVisible(left > 0 or not found)
        self._more.setText(self._words("trends.more", n=left) if left > 0 else self._words("trends.nothing_found"))

    def _node(self, view: ThingView, text: str) -> Node:
        points = [point for point in view.thing.model.points if can_be_drawn(point)]
        if text and not matches(view, text, self._words):
            points = [point for point in points if text.casefold() in self._words.of(point.title).casefold()]
        children = []
        for point in points:
            pick = Pick(view.id, point.name)
            unit = f"  {point.symbol}" if point.symbol else ""
            mark = CHOSEN if pick in self._picked else ""
            children.append(Node(pick.key, f"{mark}{one_line(self._words.of(point.title))}{unit}"))
        return Node(f"thing:{view.id}", one_line(view.name), children=tuple(children))

    def _by_point(self, view: ThingView, text: str) -> bool:
        folded = text.casefold()
        return any(
            folded in self._words.of(point.title).casefold() for point in view.thing.model.points if can_be_drawn(point)
        )

    def _act(self, key: str) -> None:
        if not key.startswith("thing:") and pick_of(key) is not None:
            self.toggled.emit(key)

    def _to_tree(self) -> None:
        self.tree.setFocus()
        self.tree.step_in()


class _PointTree(TreeByPlace):
    """A click does what Enter does: a thing opens and closes, a point goes into the chart and out of it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.clicked.connect(self._click)
        self.setExpandsOnDoubleClick(False)

    def step_in(self) -> None:
        """To the first point that is listed."""
        first = self.model().index(0, 0)
        if first.isValid():
            self.expand(first)
            self.setCurrentIndex(self.model().index(0, 0, first))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentIndex().isValid():
            self._click(self.currentIndex(), by_key=True)
        else:
            super().keyPressEvent(event)

    def _click(self, index: QModelIndex, by_key: bool = False) -> None:
        first = index.siblingAtColumn(0)
        key = str(first.data(KEY) or "")
        if key.startswith("thing:"):
            self.setExpanded(first, not self.isExpanded(first))
        else:
            self.entered.emit(key)
