"""Columns that give way where a window is narrow, so that no list is scrolled sideways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject

from ui.parts.table import Column, DataTable


class Fitting(QObject):
    """Hides columns of a table in the order of `yielding` until the others have the width they ask for."""

    def __init__(self, table: DataTable[Any], columns: Sequence[Column[Any]], yielding: Sequence[str]) -> None:
        super().__init__(table)
        self._table, self._columns, self._yielding = table, columns, yielding
        self._left_out: set[str] = set()
        table.viewport().installEventFilter(self)

    def leave_out(self, keys: set[str]) -> None:
        """Hides these columns whatever the width: no row has anything to say in them."""
        if keys != self._left_out:
            self._left_out = keys
            self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def _fit(self) -> None:
        room = self._table.viewport().width()
        hidden = set(self._left_out)
        for key in self._yielding:
            if sum(column.width for column in self._columns if column.key not in hidden) <= room:
                break
            hidden.add(key)
        for number, column in enumerate(self._columns):
            if self._table.isColumnHidden(number) != (column.key in hidden):
                self._table.setColumnHidden(number, column.key in hidden)
