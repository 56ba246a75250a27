"""A list of items in a form: a small table that is filled in row by row, Enter going on from cell to cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLineEdit, QWidget

from desktop.cases.definition import CaseField, ItemColumn
from desktop.cases.values import ROWS, problem_with, total
from desktop.kernel.words import Words
from ui.cases import reading
from ui.cases.fields import blank_words
from ui.parts.buttons import Button, IconButton
from ui.parts.entry import Entry
from ui.parts.finding import FindLine
from ui.parts.layout import column, row
from ui.parts.matching import Option, exactly, found
from ui.parts.text import Label, repolish

Cell = QLineEdit | QComboBox | QCheckBox
_CELL_FIELD = {
    kind: CaseField(name="cell", title={"zh": "", "en": ""}, type=kind) for kind in ("number", "money", "date-time")
}
_SHARES = {"text": 4, "part": 5, "choice": 3, "number": 2, "money": 2, "date-time": 4, "tick": 1}


class ItemList(Entry):
    """Rows of cells. There is always an empty row to go on in; what stays empty is no row.

    Enter goes to the next cell and from the last one into the next row; Ctrl+Delete takes a row away.
    """

    def __init__(
        self,
        words: Words,
        field: CaseField,
        needed: bool,
        now: datetime,
        *,
        parts: Sequence[Option] = (),
        prices: Mapping[str, int] | None = None,
        before: Sequence[Mapping[str, object]] = (),
    ) -> None:
        """`prices` are what a part costs, in fen: put into the first empty cell of money when it is chosen."""
        self._words, self._title, self._field, self._now = words, words.of(field.title), field, now
        self._parts, self._prices = list(parts), dict(prices or {})
        self._rows: list[_Row] = []
        self._had_rows = bool(before)
        super().__init__(
            self._title, needed=needed, hint=words.of(field.hint) if field.hint else words("casework.items.hint"),
            **blank_words(words),
        )  # fmt: skip
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(4)
        for number, one in enumerate(field.columns):
            title = words.of(one.title) + (f" ({one.unit})" if one.unit else " (¥)" if one.type == "money" else "")
            self._grid.addWidget(Label(title, "caption", elide=True), 0, number)
            self._grid.setColumnStretch(number, _SHARES[one.type] + (3 if number == 0 else 0))
            self._grid.setColumnMinimumWidth(number, 56)
        self._totals = Label("", "secondary", tone="ink", weight=500, tabular=True)
        self._totals.hide()
        self._more = Button(words("casework.items.add"), "plain", icon_name="plus", on=self._go_to_last)
        content = column(self._grid, row(self._more, None, self._totals), spacing=6)
        self.fill(content, self)
        self._more.setAccessibleName(f"{self._title}：{words('casework.items.add')}")
        for kept in before:
            self._add_row(kept)
        self._add_row()
        self._sum()

    @property
    def input(self) -> QWidget:
        """The first cell that is wrong, else the first there is."""
        wrong = [cell for one in self._rows for cell in one.cells if cell.property("wrong")]
        return wrong[0] if wrong else self._rows[0].cells[0]

    def value(self) -> object:
        """The rows; none where there never was one, and an empty list where all were taken away."""
        rows = [one.value() for one in self._rows if not one.is_blank()]
        return rows if rows or self._had_rows else None

    def cells(self) -> list[list[Cell]]:
        """The cells, row by row; the last row is the empty one."""
        return [one.cells for one in self._rows]

    def problem(self) -> str:
        rows = [one for one in self._rows if not one.is_blank()]
        told = ""
        for number, one in enumerate(rows, 1):
            if (said := one.problem()) and not told:
                told = self._words("casework.items.wrong", n=number, why=said)
        if told:
            return told
        if len(rows) > self._field.most * ROWS:
            return self._words("cases.problem.too_many")
        why = problem_with(self._field, [one.value() for one in rows]) if rows else None
        return self._words(f"cases.problem.{why}") if why else ""

    def _add_row(self, kept: Mapping[str, object] | None = None) -> _Row:
        made = _Row(self, kept or {})
        at = self._grid.rowCount()
        for number, cell in enumerate(made.cells):
            self._grid.addWidget(cell, at, number)
            cell.installEventFilter(self)
        self._grid.addWidget(made.away, at, len(made.cells))
        # The empty row is no row yet: there is nothing to take away.
        made.away.hide()
        before: QWidget | None = None
        if self._rows:
            before = self._rows[-1].away
            before.show()
        self._rows.append(made)
        # Tab goes through the rows in order, also through those that came later.
        chain = [*([before] if before else []), *made.cells, made.away, self._more]
        for one, other in pairwise(chain):
            QWidget.setTabOrder(one, other)
        return made

    def edited(self, which: _Row) -> None:
        """A cell changed: the last row gets another one under it, and the sums are made anew."""
        if self._rows and which is self._rows[-1] and not which.is_blank():
            self._add_row()
        self._sum()
        self.changed.emit()

    def drop(self, which: _Row) -> None:
        """Takes a row away; the empty last one stays."""
        if which is self._rows[-1]:
            return
        number = self._rows.index(which)
        self._rows.remove(which)
        for widget in (*which.cells, which.away):
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._rows[min(number, len(self._rows) - 1)].cells[0].setFocus()
        self._sum()
        self.changed.emit()

    def go_on(self, cell: QObject) -> None:
        """To the cell after this one."""
        order = [one for rows in self._rows for one in rows.cells]
        at = order.index(cell)  # type: ignore[arg-type]
        order[min(at + 1, len(order) - 1)].setFocus()

    def price_of(self, part_id: str) -> int | None:
        return self._prices.get(part_id)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Delete and control:
            self.drop(next(one for one in self._rows if watched in one.cells))
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not control:
            if isinstance(watched, FindLine) and watched.is_marked():
                return False
            self.go_on(watched)
            return True
        return False

    def _go_to_last(self) -> None:
        self._rows[-1].cells[0].setFocus()

    def _sum(self) -> None:
        rows = [one.value() for one in self._rows if not one.is_blank()]
        self._totals.setText(sums(self._words, self._field, rows))
        self._totals.setVisible(bool(self._totals.text()))


def sums(words: Words, field: CaseField, rows: list[dict[str, object]]) -> str:
    """What the columns that are added up come to; "" where there are none."""
    added = [one for one in field.columns if one.total and rows]
    said = []
    for one in added:
        value = total(field, one, rows)
        text = f"¥{reading.yuan(value)}" if one.type == "money" else f"{value:g} {one.unit}".strip()
        title = words.of(one.title) if len(added) > 1 else ""
        said.append(words("casework.items.total", title=title, sum=text).strip())
    return "    ".join(said)


class _Row:
    """The cells of one item."""

    def __init__(self, owner: ItemList, kept: Mapping[str, object]) -> None:
        self._owner = owner
        self.columns = owner._field.columns
        self.cells: list[Cell] = [self._cell(one, kept.get(one.name)) for one in self.columns]
        self.away = IconButton("x", owner._words("casework.items.drop"), on=lambda: owner.drop(self))
        policy = self.away.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.away.setSizePolicy(policy)

    def is_blank(self) -> bool:
        return not self.value(strict=False)

    def value(self, *, strict: bool = True) -> dict[str, object]:
        """What the filled cells hold; what cannot be read is left out, or kept as typed where not `strict`."""
        found_ = {one.name: self._read(one, cell, strict) for one, cell in zip(self.columns, self.cells, strict=True)}
        return {name: value for name, value in found_.items() if value is not None and value is not False}

    def problem(self) -> str:
        """What is wrong with the row; its cells are marked."""
        told = ""
        for one, cell in zip(self.columns, self.cells, strict=True):
            typed = self._read(one, cell, strict=False)
            unread = typed is not None and self._read(one, cell, strict=True) is None
            why = "missing" if one.needed and typed in (None, False) else _WRONG[one.type] if unread else ""
            if bool(why) != bool(cell.property("wrong")):
                cell.setProperty("wrong", bool(why))
                repolish(cell)
            if why and not told:
                told = f"{self._owner._words.of(one.title)}：{self._owner._words(f'cases.problem.{why}')}"
        return told

    def _cell(self, one: ItemColumn, kept: object) -> Cell:
        words = self._owner._words
        if one.type == "choice":
            cell: Cell = QComboBox()
            assert isinstance(cell, QComboBox)
            cell.addItem("—", "")
            for name, title in one.options.items():
                cell.addItem(words.of(title), name)
            cell.setCurrentIndex(max(0, cell.findData(kept)))
            cell.currentIndexChanged.connect(lambda: self._owner.edited(self))
        elif one.type == "tick":
            cell = QCheckBox()
            cell.setChecked(bool(kept))
            cell.toggled.connect(lambda: self._owner.edited(self))
        else:
            cell = self._line(one, kept)
        cell.setAccessibleName(f"{self._owner._title}：{words.of(one.title)}")
        return cell

    def _line(self, one: ItemColumn, kept: object) -> QLineEdit:
        if one.type == "part":
            finds = FindLine(browse=True, eager=False)
            option = next((part for part in self._owner._parts if part.id == kept), None)
            finds.setText(option.title if option else str(kept or ""))
            finds.asked.connect(lambda text: finds.offer(found(self._owner._parts, text)))
            finds.picked.connect(lambda option: self._take(finds, option))
            line: QLineEdit = finds
        else:
            line = QLineEdit()
            line.setText(reading.shown(_CELL_FIELD[one.type], kept) if one.type in _CELL_FIELD else str(kept or ""))
            if one.type in ("number", "money"):
                line.setAlignment(Qt.AlignmentFlag.AlignRight)
        line.textChanged.connect(lambda: self._owner.edited(self))
        return line

    def _take(self, line: FindLine, option: Option) -> None:
        line.setText(option.title)
        price = self._owner.price_of(option.id)
        empty = [
            cell
            for one, cell in zip(self.columns, self.cells, strict=True)
            if one.type == "money" and isinstance(cell, QLineEdit) and not cell.text()
        ]
        if price and empty:
            empty[0].setText(reading.yuan(price))
        self._owner.go_on(line)

    def _read(self, one: ItemColumn, cell: Cell, strict: bool) -> object:
        if isinstance(cell, QCheckBox):
            return cell.isChecked()
        if isinstance(cell, QComboBox):
            return cell.currentData() or None
        text = cell.text().strip()
        if not text or not strict:
            return text or None
        if one.type == "part":
            part = exactly(self._owner._parts, text)
            return part.id if part else None
        field = _CELL_FIELD.get(one.type)
        return reading.value_of(field, text, self._owner._now) if field else text


_WRONG = {
    "text": "too_long", "part": "not_an_option", "number": "not_a_number", "money": "not_a_number",
    "date-time": "not_a_time", "choice": "not_an_option", "tick": "not_an_option",
}  # fmt: skip
