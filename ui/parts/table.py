"""The one table: columns as objects over a list of row objects with stable ids.

A refresh keeps selection, order and scroll position; the cells are painted straight from the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from ui.parts.badge import MARK_SIZE, BadgeTone, Mark, paint_badge, paint_mark, tone_colors
from ui.parts.text import tip_text
from ui.theme.fonts import font
from ui.theme.icons import pixmap
from ui.theme.tokens import px, theme

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex
CellKind = Literal["text", "strong", "quiet", "figure", "badge", "marked"]
Fold = Literal["", "closed", "open", "inside"]
"""Whether a row hides rows below it, shows them, or is one of them."""

_NOWHERE = QModelIndex()
_PADDING = 12
_FOLD, _INSIDE = 18, 14
_SHARE_TEXT = 56
"""Room for "100.0%" beside the bar of a share."""


@dataclass(frozen=True)
class Column(Generic[R]):
    """One column. `value` gives the text of a cell; the rest says how it is drawn and sorted.

    `badge` is a word on a soft ground, `marked` a shape and a word; both take `tone` and `mark` from the row.
    """

    key: str
    title: str
    value: Callable[[R], str]
    width: int = 120
    kind: CellKind = "text"
    align: Literal["left", "right"] = "left"
    stretch: bool = False
    sort: Callable[[R], Any] | None = None
    """What the column is sorted by; without it, its text."""
    tone: Callable[[R], BadgeTone] | None = None
    mark: Callable[[R], Mark] | None = None
    share: Callable[[R], float] | None = None
    """A part of a whole, 0 to 1, drawn as a bar before the text."""
    fold: Callable[[R], Fold] | None = None
    """Draws a sign of folding before the cell; every row of the column keeps the room for it."""


class _Rows(QAbstractTableModel, Generic[R]):
    def __init__(self, columns: Sequence[Column[R]], id_of: Callable[[R], str], parent: QWidget) -> None:
        super().__init__(parent)
        self.columns = columns
        self.rows: list[R] = []
        self._id_of = id_of
        self._sorted: tuple[int, Qt.SortOrder] | None = None

    def ids(self) -> list[str]:
        return [self._id_of(row) for row in self.rows]

    def replace(self, rows: Sequence[R]) -> None:
        ordered = self._in_order(rows)
        if [self._id_of(row) for row in ordered] == self.ids():
            self.rows = ordered
            if ordered:
                self.dataChanged.emit(self.index(0, 0), self.index(len(ordered) - 1, len(self.columns) - 1))
            return
        self.beginResetModel()
        self.rows = ordered
        self.endResetModel()

    def _in_order(self, rows: Sequence[R]) -> list[R]:
        if self._sorted is None:
            return list(rows)
        number, order = self._sorted
        column = self.columns[number]
        return sorted(rows, key=column.sort or column.value, reverse=order == Qt.SortOrder.DescendingOrder)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorted = (column, order) if column >= 0 else None
        self.replace(self.rows)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.columns[index.column()].value(self.rows[index.row()])
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip_text(self.columns[index.column()].value(self.rows[index.row()]))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.align == "right" else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


class _Cells(QStyledItemDelegate):
    def __init__(self, table: DataTable[Any]) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, column = self._table.cell(index)
        area = QRectF(option.rect)
        state: QStyle.StateFlag = option.state
        colors = theme()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, colors.color("accent_soft"))
            if index.column() == 0:
                painter.fillRect(QRectF(area.left(), area.top(), 2, area.height()), colors.color("accent"))
        elif index.row() == self._table.hovered:
            painter.fillRect(area, colors.color("hover"))
        painter.fillRect(QRectF(area.left(), area.bottom() - 1, area.width(), 1), colors.color("line"))
        text = column.value(row)
        tone = column.tone(row) if column.tone else "quiet"
        mark: Mark = column.mark(row) if column.mark else ""
        room = area.adjusted(_PADDING, 0, -_PADDING, 0)
        if column.fold:
            room.setLeft(_paint_fold(painter, room, column.fold(row)))
        if column.kind == "badge":
            if text:
                paint_badge(painter, room, text, tone, mark)
            return
        if column.kind == "marked" and mark:
            ink, _ = tone_colors(tone)
            paint_mark(painter, QPointF(room.left() + MARK_SIZE / 2, room.center().y()), mark, ink)
            room.setLeft(room.left() + MARK_SIZE + 6)
        if column.share:
            bar = QRectF(room.left(), room.center().y() - 4, room.width() - _SHARE_TEXT, 8)
            painter.fillRect(bar, colors.color("sunken"))
            bar.setWidth(bar.width() * min(max(column.share(row), 0.0), 1.0))
            painter.fillRect(bar, colors.color("accent"))
        painter.setFont(font("table", 500 if column.kind == "strong" else 400, column.kind == "figure"))
        if column.tone and column.kind != "marked":
            painter.setPen(tone_colors(tone)[0])
        else:
            painter.setPen(colors.color("ink2" if column.kind == "quiet" else "ink"))
        side = Qt.AlignmentFlag.AlignRight if column.align == "right" else Qt.AlignmentFlag.AlignLeft
        cut = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, cut)


def _paint_fold(painter: QPainter, room: QRectF, fold: Fold) -> float:
    """Draws the sign; returns where the cell goes on."""
    if fold in ("closed", "open"):
        sign = pixmap("chevron-down" if fold == "open" else "chevron-right", "ink2", 14)
        painter.drawPixmap(QPointF(room.left() - 2, room.center().y() - 7), sign)
    return room.left() + _FOLD + (_INSIDE if fold == "inside" else 0)


class DataTable(QTableView, Generic[R]):
    """A list of row objects.

    Signals:
        chosen(row or None): the current row changed, by mouse, key or `select`.
        opened(row): Enter or a double click.
        previewed(row): Space.
    """

    chosen = Signal(object)
    opened = Signal(object)
    previewed = Signal(object)

    def __init__(
        self,
        columns: Sequence[Column[R]],
        id_of: Callable[[R], str],
        name: str,
        *,
        compact: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`name` tells the screen reader what is listed."""
        super().__init__(parent)
        self.hovered = -1
        self._id_of = id_of
        self._refreshing = False
        self._rows: _Rows[R] = _Rows(columns, id_of, self)
        self.setModel(self._rows)
        self.setItemDelegate(_Cells(self))
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        vertical = self.verticalHeader()
        vertical.hide()
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setDefaultSectionSize(px("height", "row_compact" if compact else "row"))
        header = self.horizontalHeader()
        header.setFont(font("caption", 500))
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(False)
        header.setMinimumSectionSize(48)
        titles = QFontMetrics(font("caption", 500))
        for number, column in enumerate(columns):
            self.setColumnWidth(number, max(column.width, titles.horizontalAdvance(column.title) + 2 * _PADDING + 4))
            if column.stretch:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)
        header.sectionClicked.connect(self._sort_by)
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        self.doubleClicked.connect(lambda index: self.opened.emit(self._rows.rows[index.row()]))
        self.entered.connect(lambda index: self._hover(index.row()))

    # Rows

    def set_rows(self, rows: Sequence[R]) -> None:
        """Shows other rows; the selected row stays selected while it is among them, and the view does not jump."""
        kept = self.selected()
        kept_id = self._id_of(kept) if kept is not None else None
        position = self.verticalScrollBar().value()
        self._refreshing = True
        self._rows.replace(rows)
        found = kept_id is not None and self.select(kept_id)
        self._refreshing = False
        self.verticalScrollBar().setValue(position)
        if kept_id is not None:
            self.chosen.emit(self.selected() if found else None)

    def rows(self) -> list[R]:
        """The rows in the order they are shown."""
        return list(self._rows.rows)

    def cell(self, index: Index) -> tuple[R, Column[R]]:
        return self._rows.rows[index.row()], self._rows.columns[index.column()]

    def selected(self) -> R | None:
        number = self.currentIndex().row()
        return self._rows.rows[number] if 0 <= number < len(self._rows.rows) else None

    def selected_id(self) -> str | None:
        row = self.selected()
        return self._id_of(row) if row is not None else None

    def select(self, row_id: str) -> bool:
        """Makes the row with this id the current one; false when it is not listed."""
        ids = self._rows.ids()
        if row_id not in ids:
            return False
        self.setCurrentIndex(self._rows.index(ids.index(row_id), 0))
        return True

    def select_first(self) -> None:
        """Makes the first row current where none is."""
        if self.selected() is None and self._rows.rows:
            self.setCurrentIndex(self._rows.index(0, 0))

    # Behaviour

    def _sort_by(self, number: int) -> None:
        header = self.horizontalHeader()
        kept = self.selected_id()
        ascending = (
            header.sortIndicatorSection() != number or header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        )
        order = Qt.SortOrder.AscendingOrder if ascending else Qt.SortOrder.DescendingOrder
        header.setSortIndicator(number, order)
        self._refreshing = True
        self._rows.sort(number, order)
        if kept is not None:
            self.select(kept)
        self._refreshing = False

    def _current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if not self._refreshing:
            self.chosen.emit(self._rows.rows[current.row()] if current.isValid() else None)

    def _hover(self, number: int) -> None:
        if number != self.hovered:
            self.hovered = number
            self.viewport().update()

    def leaveEvent(self, event: Any) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.selected()
        if row is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(row)
        elif row is not None and event.key() == Qt.Key.Key_Space:
            self.previewed.emit(row)
        elif event.text().isprintable() and event.text() and not event.modifiers():
            # Letters are acts of the page (A acknowledges), not a search in the list.
            event.ignore()
        else:
            super().keyPressEvent(event)
