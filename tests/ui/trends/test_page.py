"""The trends page: picking, live edge, what is missing, figures, saved views and files."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.kernel.words import Lang
from desktop.things.model import Reading
from tests.ui.drivers.page import PageDriver, assert_accessible, assert_no_clipped_text
from tests.ui.pages import LIFT, PUMP, SUMP, Recorder, Site
from tests.ui.trends.past import SILENT, Past, remember
from ui import aio
from ui.parts.files import table_file
from ui.trends.legend import Told
from ui.trends.page import TrendsPage, png_of
from ui.trends.rules import SPANS

Opened = tuple[TrendsPage, PageDriver, Recorder, Past]
Open = Callable[..., Opened]
PRESSURE, LEVEL = f"{PUMP}/pressure", f"{SUMP}/level"


@pytest.fixture
def open_page(qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site, themed: Callable[[str], None]) -> Open:
    def opened(selection: str = PRESSURE, lang: Lang = "zh") -> Opened:
        themed("light")
        past = remember(site)
        context, shell = site.context("boss", lang)
        page = TrendsPage(context)
        qtbot.addWidget(page)
        page.resize(1150, 684)
        page.show()
        page.activateWindow()
        page.select_key(selection)
        qtbot.waitUntil(lambda: not aio._tasks)
        return page, PageDriver(page), shell, past

    return opened


def rows(page: TrendsPage) -> dict[str, Told]:
    return {row.pick.key: row for row in page.legend.rows()}


def test_a_point_is_found_by_typing_and_picked_by_keys(qtbot: QtBot, open_page: Open) -> None:
    page, driver, _, past = open_page("")
    assert page.selection_key() == ""
    driver.key("/")
    assert page.picker.search.hasFocus()
    driver.write("搜索设备或测点", "水泵组")
    QTest.keyClick(page.picker.search, Qt.Key.Key_Return)
    assert page.picker.tree.hasFocus()
    QTest.keyClick(page.picker.tree, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not aio._tasks)
    assert page.selection_key() == f"{PRESSURE}@shift"
    assert past.asked[-1][:2] == (PUMP, "pressure")
    QTest.keyClick(page.picker.tree, Qt.Key.Key_Return)
    assert page.selection_key() == "", "the same key takes it away again"


def test_points_of_several_things_stand_together_with_their_figures(open_page: Open) -> None:
    page, _, _, _ = open_page(f"{PRESSURE},{LEVEL}@hour")
    told = rows(page)
    assert list(told) == [PRESSURE, LEVEL]
    low, mean, high, last = (float(text.split()[0]) for text in told[PRESSURE].figures)
    assert 0.39 <= low <= mean <= high <= 0.5 and last == 0.46
    assert page.plot._units == ["MPa", "mm"]


def test_a_silence_is_a_gap(open_page: Open) -> None:
    page, _, _, past = open_page(f"{PRESSURE}@hour")
    (line,) = page.plot.seen()
    missing = [at for at in line.at if SILENT[0] + 60 < past.now - at < SILENT[1] - 60]
    assert not missing and line.gap < SILENT[1] - SILENT[0]
    assert len(page.plot._drawn[0].cuts()) == 1


def test_a_dead_point_says_so(open_page: Open) -> None:
    page, driver, _, _ = open_page(f"{PRESSURE},{LEVEL}")
    assert rows(page)[LEVEL].silent and driver.says("离线，最后 2 小时前")
    assert not rows(page)[PRESSURE].silent and not rows(page)[PRESSURE].note


def test_the_live_edge_takes_in_what_comes(site: Site, open_page: Open) -> None:
    page, _, _, _ = open_page(f"{PRESSURE}@hour")
    thing, slot = site.still.known[PUMP]
    site.clock.advance(3)
    now = site.clock.now().timestamp()
    index = [point.name for point in thing.model.points].index("pressure")
    site.still.values[slot + 1 + index] = Reading(0.51, "good", now)
    page.second()
    assert page.plot.range[1] == now
    assert page.plot.seen()[0].at[-1] == now and page.plot.seen()[0].mean[-1] == 0.51
    assert rows(page)[PRESSURE].figures[3] == "0.51 MPa"


def test_a_switch_holds_what_it_was_before_the_period_began(open_page: Open) -> None:
    page, _, _, _ = open_page(f"{PUMP}/pump1_running@hour")
    (row,) = page.legend.rows()
    assert row.figures[1] == "100%", "it ran all the time although it told nothing"
    (line,) = page.plot.seen()
    assert line.steps and line.mean[-1] == 1.0


def test_zooming_reads_the_finer_tier(qtbot: QtBot, open_page: Open) -> None:
    page, driver, _, past = open_page(f"{PRESSURE}@day")
    page.plot.setFocus()
    driver.key("+")
    qtbot.waitUntil(lambda: past.asked[-1][3] - past.asked[-1][2] < SPANS["day"])
    qtbot.waitUntil(lambda: not aio._tasks)
    driver.key("Left")
    qtbot.waitUntil(lambda: driver.says("已停在历史时段"))
    driver.press("回到现在")
    qtbot.waitUntil(lambda: driver.says("实时"))
    assert page.plot.following
    qtbot.wait(250)
    qtbot.waitUntil(lambda: not aio._tasks)


def test_a_span_is_chosen_and_comes_back_with_the_selection(qtbot: QtBot, open_page: Open) -> None:
    page, driver, _, _ = open_page(PRESSURE)
    driver.press("1 年")
    qtbot.waitUntil(lambda: not aio._tasks)
    since, until = page.plot.range
    assert until - since == SPANS["year"]
    assert page.selection_key() == f"{PRESSURE}@year"


def test_there_is_room_for_eight_lines_and_three_units(open_page: Open) -> None:
    many = ",".join(f"{PUMP}/{name}" for name in ("pressure", "level", "pump1_current"))
    page, _, shell, _ = open_page(many)
    page.picker.toggled.emit(f"{PUMP}/pump1_frequency")
    assert len(page.legend.rows()) == 3 and shell.said == ["最多同时显示 3 种单位，请先移出一条。"]


def test_points_that_are_gone_are_told_and_the_others_shown(open_page: Open) -> None:
    page, driver, _, _ = open_page(f"{PRESSURE},nothing/here")
    assert list(rows(page)) == [PRESSURE] and driver.says("有 1 个测点已不存在，未显示。")


def test_a_line_is_taken_out_and_its_thing_opened(open_page: Open) -> None:
    page, driver, shell, _ = open_page(f"{PRESSURE},{LEVEL}")
    driver.press(f"打开设备: {rows(page)[LEVEL].name}")
    assert shell.gone == [("things", SUMP)]
    driver.press(f"移出曲线: {rows(page)[PRESSURE].name}")
    assert list(rows(page)) == [LEVEL]


def test_a_view_is_saved_opened_and_deleted_with_a_way_back(qtbot: QtBot, site: Site, open_page: Open) -> None:
    page, driver, shell, _ = open_page(f"{PRESSURE},{LEVEL}@week")
    driver.key("S")
    driver.write("视图名称", "  ")
    driver.key("Ctrl+Return")
    assert driver.says("请填写 1 至 40 个字。")
    driver.write("视图名称", "泵房")
    driver.key("Ctrl+Return")
    qtbot.waitUntil(lambda: shell.said == ["已保存视图“泵房”"])
    page.select_key(f"{PUMP}/level@hour")
    page._saved.activated.emit(0)
    assert page.selection_key() == f"{PRESSURE},{LEVEL}@week"
    driver.press("删除视图")
    qtbot.waitUntil(lambda: bool(shell.offers))
    assert page._saved.count() == 0
    shell.offers[0][1]()
    qtbot.waitUntil(lambda: page._saved.count() == 1)
    qtbot.waitUntil(lambda: not aio._tasks)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files are offered to go."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setattr(Path, "home", lambda: folder)
    return folder


def open_dialog(qtbot: QtBot, driver: PageDriver) -> QFileDialog:
    qtbot.waitUntil(lambda: any(dialog.isVisible() for dialog in driver.root.findChildren(QFileDialog)))
    (dialog,) = driver.root.findChildren(QFileDialog)
    return dialog


def test_the_table_holds_what_is_seen_with_offsets_and_units(qtbot: QtBot, home: Path, open_page: Open) -> None:
    _, driver, shell, _ = open_page(f"{PRESSURE},{LEVEL}@hour")
    driver.key("X")
    open_dialog(qtbot, driver).accept()
    qtbot.waitUntil(lambda: bool(shell.said))
    (file,) = home.iterdir()
    assert file.name == "趋势 2026-11-22 1300 至 2026-11-22 1400.csv"
    data = file.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert table[0] == ["时间", "设备", "位置", "测点", "单位", "平均", "最小", "最大", "最后", "标识"]
    own = [row for row in table[1:] if row[9] == PRESSURE]
    assert {row[1] for row in own} == {"低区生活水泵组"} and {row[4] for row in own} == {"MPa"}
    assert own[0][0].endswith("+08:00") and own[0][0] >= "2026-11-22 13:00:00"
    assert all(float(row[6]) <= float(row[5]) <= float(row[7]) for row in own)
    assert len(own) + sum(row[9] == LEVEL for row in table) == len(table) - 1


def test_a_name_that_is_a_formula_stays_text(site: Site, open_page: Open) -> None:
    site.off(site.console.things.assign, site.sign_in("boss"), PUMP, None, "=HYPERLINK(1)")
    page, _, _, _ = open_page(f"{PRESSURE}@hour")
    from ui.trends.sheet import rows_of

    seen = [subject.stored(*page.plot.range) for subject in page._subjects]
    table = list(csv.reader(io.StringIO(table_file(rows_of(page._words, page._subjects, seen)).decode("utf-8-sig"))))
    assert table[1][1] == "'=HYPERLINK(1)"


def test_the_picture_is_what_is_seen(qtbot: QtBot, home: Path, open_page: Open) -> None:
    page, driver, shell, _ = open_page(f"{PRESSURE}@hour")
    driver.key("P")
    open_dialog(qtbot, driver).accept()
    qtbot.waitUntil(lambda: bool(shell.said))
    (file,) = home.iterdir()
    image = QImage(str(file))
    assert (image.width(), image.height()) == (page._sheet.width(), page._sheet.height())
    assert png_of(image).startswith(b"\x89PNG")


def test_a_folder_that_is_gone_is_told_in_words(qtbot: QtBot, home: Path, open_page: Open) -> None:
    _, driver, shell, _ = open_page(f"{PRESSURE}@hour")
    driver.key("X")
    dialog = open_dialog(qtbot, driver)
    home.rmdir()
    dialog.accept()
    qtbot.waitUntil(lambda: driver.says("没有导出"))
    assert shell.said == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_has_a_name_and_nothing_is_cut(open_page: Open, lang: Lang) -> None:
    names = ("pressure", "level", "pump1_running", "pump2_running", "pump1_fault")
    page, _, _, _ = open_page(",".join([*(f"{PUMP}/{name}" for name in names), f"{LIFT}/floor"]), lang)
    assert_accessible(page)
    assert_no_clipped_text(page)
