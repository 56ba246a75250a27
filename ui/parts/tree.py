"""A tree with counts and alarm marks, for things by place and by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTreeView, QWidget

from desktop.things.model import Priority
from ui.parts.ink import GLYPH, face
from ui.theme.tokens import px, theme

KEY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Node:
    """A line of the tree. `marks` counts open alarms below it;"""

    key: str
    title: str
    count: int = 0
    marks: Mapping[Priority, int] = field(default_factory=dict)
    children: tuple[Node, ...] = ()


class TreeByPlace(QTreeView):
    """Nodes with arrows, Home, End and Enter. The model is Qt's own, so that painting never runs Python."""

    chosen = Signal(str)
    """The key of the node that became current."""
    entered = Signal(str)
    """The key of the node that Enter was pressed on."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = QStandardItemModel(0, 3, self)
        self._nodes: tuple[Node, ...] = ()
        self._items: dict[str, tuple[QStandardItem, QStandardItem, QStandardItem]] = {}
        self.setModel(self._model)
        self.setAccessibleName(name)
        self.setHeaderHidden(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.setIndentation(px("space", "gap"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAllColumnsShowFocus(True)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.activated.connect(lambda index: self.entered.emit(self._key(index)))
        self.setFont(face("table"))

    def show_nodes(self, nodes: Sequence[Node], open_depth: int = 1) -> None:
        """Draws the nodes; what was open and current stays so. Same shape, new counts: only those change."""
        wanted = tuple(nodes)
        if wanted == self._nodes:
            return
        if _shape(wanted) == _shape(self._nodes):
            self._nodes = wanted
            self._recount(wanted)
            return
        current = self.current_key()
        was_open = {key for key, row in self._items.items() if self.isExpanded(row[0].index())}
        first = not self._items
        blocked = self.selectionModel().blockSignals(True)
        self._model.removeRows(0, self._model.rowCount())
        self._items.clear()
        self._nodes = wanted
        self._fill(self._model.invisibleRootItem(), wanted)
        for key, row in self._items.items():
            if key in was_open or (first and _depth(row[0]) < open_depth):
                self.setExpanded(row[0].index(), True)
        self.selectionModel().blockSignals(blocked)
        self.choose(current if current in self._items else (wanted[0].key if wanted else ""))

    def choose(self, key: str) -> None:
        """Makes a node current; an unknown key changes nothing."""
        row = self._items.get(key)
        if row is not None and key != self.current_key():
            self.setCurrentIndex(row[0].index())

    def current_key(self) -> str:
        return self._key(self.currentIndex())

    def repaint_theme(self) -> None:
        """Colours of marks and counts after the theme changed."""
        self._recount(self._nodes)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]
        super().currentChanged(current, previous)
        if self._key(current) and self._key(current) != self._key(previous):
            self.chosen.emit(self._key(current))

    def sizeHint(self) -> QSize:
        return QSize(216, 400)

    def _key(self, index: QModelIndex) -> str:
        return str(index.siblingAtColumn(0).data(KEY) or "") if index.isValid() else ""

    def _fill(self, parent: QStandardItem, nodes: Sequence[Node]) -> None:
        for node in nodes:
            row = QStandardItem(), QStandardItem(), QStandardItem()
            row[0].setSizeHint(QSize(0, px("height", "row_compact") + 2))
            row[1].setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            row[2].setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            row[0].setData(node.key, KEY)
            _show(row, node)
            parent.appendRow(list(row))
            self._items[node.key] = row
            self._fill(row[0], node.children)

    def _recount(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            _show(self._items[node.key], node)
            self._recount(node.children)


def _show(row: tuple[QStandardItem, QStandardItem, QStandardItem], node: Node) -> None:
    worst = next((priority for priority in GLYPH if node.marks.get(priority)), None)
    row[0].setText(node.title)
    row[1].setText(f"{GLYPH[worst]} {node.marks[worst]}" if worst else "")
    if worst:
        row[1].setForeground(QBrush(theme().color(worst)))
    row[2].setText(str(node.count) if node.count else "")
    row[2].setForeground(QBrush(theme().color("ink3")))


def _shape(nodes: Sequence[Node]) -> tuple[object, ...]:
    return tuple((node.key, _shape(node.children)) for node in nodes)


def _depth(item: QStandardItem) -> int:
    index, depth = item.index(), 0
    while index.parent().isValid():
        index, depth = index.parent(), depth + 1
    return depth
