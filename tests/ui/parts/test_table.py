from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from tests.ui.drivers.page import PageDriver
from ui.parts.table import Column, DataTable


@dataclass(frozen=True)
class Row:
    id: str
    name: str
    size: int


ROWS = [Row(str(n), f"row {n}", 50 - n) for n in range(50)]
COLUMNS = [
    Column[Row]("name", "Name", lambda row: row.name),
    Column[Row]("size", "Size", lambda row: str(row.size), kind="figure", align="right", sort=lambda row: row.size),
]


@pytest.fixture
def table(qtbot: QtBot, themed: Callable[[str], None]) -> DataTable[Row]:
    made: DataTable[Row] = DataTable(COLUMNS, lambda row: row.id, "rows")
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.set_rows(ROWS)
    made.show()
    return made


def test_a_refresh_keeps_selection_and_position(table: DataTable[Row]) -> None:
    table.select("20")
    table.verticalScrollBar().setValue(500)
    position = table.verticalScrollBar().value()
    table.set_rows([Row("new", "new", 0), *ROWS])
    assert table.selected_id() == "20"
    assert table.verticalScrollBar().value() == position


def test_a_row_that_is_gone_is_told_once(qtbot: QtBot, table: DataTable[Row]) -> None:
    table.select("20")
    with qtbot.waitSignal(table.chosen) as told:
        table.set_rows(ROWS[:10])
    assert told.args == [None]


def test_the_same_rows_with_other_values_do_not_reset_the_list(qtbot: QtBot, table: DataTable[Row]) -> None:
    table.select("3")
    with qtbot.assertNotEmitted(table.model().modelReset):
        table.set_rows([Row(row.id, "changed", row.size) for row in ROWS])
    selected = table.selected()
    assert selected is not None and selected.name == "changed"


def test_sorting_uses_values_and_keeps_the_selection(table: DataTable[Row]) -> None:
    table.select("3")
    table.horizontalHeader().sectionClicked.emit(1)
    assert [row.size for row in table.rows()] == sorted(row.size for row in ROWS)
    assert table.selected_id() == "3"
    table.horizontalHeader().sectionClicked.emit(1)
    assert table.rows()[0].size == 50


def test_keys_move_open_and_preview(qtbot: QtBot, table: DataTable[Row]) -> None:
    driver = PageDriver(table)
    table.setFocus()
    table.select("0")
    driver.key("Down")
    assert table.selected_id() == "1"
    with qtbot.waitSignal(table.opened) as opened:
        driver.key("Return")
    with qtbot.waitSignal(table.previewed):
        driver.key("Space")
    assert opened.args is not None and opened.args[0].id == "1"


def test_the_model_obeys_qts_rules(table: DataTable[Row]) -> None:
    tester = QAbstractItemModelTester(table.model(), QAbstractItemModelTester.FailureReportingMode.Warning)
    table.set_rows(ROWS[5:])
    table.set_rows([])
    table.set_rows(ROWS)
    assert tester.model() is table.model()
