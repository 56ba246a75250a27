"""What is silent: offline, stale or never seen, each under what explains it, with the days since its last value."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTreeView, QWidget

from desktop.kernel.words import Words
from ui.parts.ink import face
from ui.parts.text import tip_text
from ui.parts.value import one_line, since_words
from ui.theme.tokens import px
from ui.things.silence import Cause, Silent

ID, ORDER = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
COLUMNS = ("name", "how", "days", "last", "place", "kind", "parent", "maker")
WIDTHS = (260, 110, 110, 130, 190, 130, 150, 120)
YIELDING = ("kind", "maker", "parent", "last")
"""What gives way, in this order, where a window is narrow."""
SHAPES = {"offline": "⊘", "stale": "◔", "never": "○"}
NEVER = float("inf")


class SilentTree(QTreeView):
    """Sortable by every column, children always under what explains them. Enter opens the thing.

    Signals:
        opened(id): Enter or a double click.
    """

    opened = Signal(str)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._causes: tuple[Cause, ...] = ()
        self._rows: dict[str, list[QStandardItem]] = {}
        self._model = QStandardItemModel(0, len(COLUMNS), self)
        self._model.setHorizontalHeaderLabels([words(f"things.dead.{key}") for key in COLUMNS])
        self._model.setSortRole(ORDER)
        self.setModel(self._model)
        self.setAccessibleName(words("things.dead.title"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(face("table"))
        # As far in as the words of the header stand.
        self.setStyleSheet("QTreeView::item { padding-left: 8px; }")
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setIndentation(px("space", "gap"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.header()
        header.setSectionsClickable(True)
        header.setStretchLastSection(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for n, width in enumerate(WIDTHS[1:], 1):
            header.resizeSection(n, width)
        self.setSortingEnabled(True)
        self.sortByColumn(COLUMNS.index("days"), Qt.SortOrder.DescendingOrder)
        self.doubleClicked.connect(lambda index: self.opened.emit(self._id(index)))

    def show_causes(self, causes: Sequence[Cause], now: float) -> None:
        """What is silent, as of now (Unix seconds). The tree is built anew only when other things are."""
        wanted = tuple(causes)
        if _shape(wanted) != _shape(self._causes) or not self._rows:
            self._build(wanted, now)
        else:
            for cause in wanted:
                for one in (cause.root, *cause.because):
                    self._fill(self._rows[one.view.id], one, now, len(cause.because) if one is cause.root else 0)
        self._causes = wanted

    def ids(self) -> list[str]:
        """The things in the order they stand, those under another included."""
        found: list[str] = []
        for n in range(self._model.rowCount()):
            top = self._model.item(n, 0)
            found.append(str(top.data(ID)))
            found += [str(top.child(m, 0).data(ID)) for m in range(top.rowCount())]
        return found

    def texts(self, thing_id: str) -> list[str]:
        """What stands in the line of a thing."""
        return [item.text() for item in self._rows[thing_id]]

    def choose(self, thing_id: str) -> None:
        """Makes a line current; an unknown id changes nothing."""
        row = self._rows.get(thing_id)
        if row is not None:
            self.setCurrentIndex(row[0].index())

    def land(self) -> None:
        """Chooses the first where nothing is chosen, so that arrows and Enter do something."""
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self._model.index(0, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self._id(self.currentIndex()))
        elif event.text().isprintable() and event.text() and not event.modifiers():
            # Letters are acts of the page, not a search in the tree.
            event.ignore()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        hidden: set[str] = set()
        for key in YIELDING:
            if sum(w for k, w in zip(COLUMNS, WIDTHS, strict=True) if k not in hidden) <= self.viewport().width():
                break
            hidden.add(key)
        for n, key in enumerate(COLUMNS):
            self.setColumnHidden(n, key in hidden)

    def _id(self, index: QModelIndex) -> str:
        return str(index.siblingAtColumn(0).data(ID) or "")

    def _build(self, causes: Sequence[Cause], now: float) -> None:
        current = self._id(self.currentIndex())
        self.setSortingEnabled(False)
        self._model.removeRows(0, self._model.rowCount())
        self._rows.clear()
        for cause in causes:
            top = self._row(cause.root, now, len(cause.because))
            self._model.appendRow(top)
            for one in cause.because:
                top[0].appendRow(self._row(one, now, 0))
        self.setSortingEnabled(True)
        self.expandAll()
        self.choose(current)

    def _row(self, one: Silent, now: float, below: int) -> list[QStandardItem]:
        row = [QStandardItem() for _ in COLUMNS]
        row[0].setData(one.view.id, ID)
        row[0].setSizeHint(QSize(0, px("height", "row")))
        self._rows[one.view.id] = row
        self._fill(row, one, now, below)
        return row

    def _fill(self, row: list[QStandardItem], one: Silent, now: float, below: int) -> None:
        days = one.days(now)
        texts = cells(one, now, self._words)
        if below:
            texts["name"] = self._words("things.dead.with_below", name=texts["name"], n=below)
        for key, item in zip(COLUMNS, row, strict=True):
            text = f"{SHAPES[one.how]} {texts[key]}" if key == "how" else texts[key]
            order = (NEVER if days is None else days) if key in ("days", "last") else texts[key]
            if item.text() != text:
                item.setText(text)
                item.setData(tip_text(text), Qt.ItemDataRole.ToolTipRole)
                item.setData(order, ORDER)


def cells(one: Silent, now: float, words: Words) -> dict[str, str]:
    """A line as people read it, by column."""
    view = one.view
    days = one.days(now)
    return {
        "name": one_line(view.name),
        "how": words(f"things.dead.state.{one.how}"),
        "days": words("things.dead.never") if days is None else _since(days, words),
        "last": "—" if one.last is None else since_words(one.last, now, words),
        "place": " / ".join(view.place_path) or words("things.tree.unplaced"),
        "kind": words.of(view.thing.model.title),
        "parent": one_line(view.parent_name or view.parent_id) if view.parent_id else "—",
        "maker": one_line(view.thing.maker) if view.thing.maker else "—",
    }


def csv_text(causes: Sequence[Cause], now: float, words: Words) -> str:
    """The list as CSV with a byte-order mark, as spreadsheets in Chinese need it; days are a number.

    A cell from outside that a spreadsheet would take for a formula is made text (OWASP, CSV injection).
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([words("things.dead.id"), *(words(f"things.dead.{key}") for key in COLUMNS)])
    for cause in causes:
        for one in (cause.root, *cause.because):
            told, days = cells(one, now, words), one.days(now)
            told["days"] = "" if days is None else f"{days:.1f}"
            writer.writerow([_harmless(text) for text in (one.view.id, *(told[key] for key in COLUMNS))])
    return "\ufeff" + out.getvalue()


def write_csv(path: Path, text: str) -> None:
    """Writes the file whole or not at all. Raises OSError."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(text.encode())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _harmless(text: str) -> str:
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _since(days: float, words: Words) -> str:
    if days >= 1:
        return words("things.dead.days_ago", n=int(days))
    hours = int(days * 24)
    return words("things.dead.hours_ago", n=hours) if hours else words("things.dead.minutes_ago", n=int(days * 1440))


def _shape(causes: Sequence[Cause]) -> tuple[tuple[str, ...], ...]:
    return tuple((cause.root.view.id, *(one.view.id for one in cause.because)) for cause in causes)
