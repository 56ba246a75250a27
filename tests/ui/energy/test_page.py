"""The energy page: figures, time, findings and files, on a store with two years of readings."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from desktop.kernel.words import Lang
from tests.ui.drivers.energy import EnergyDriver
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.energy.site import read_meters
from tests.ui.pages import Recorder, Site
from ui.energy.page import EnergyPage
from ui.parts.files import table_file

Open = Callable[..., tuple[EnergyDriver, Recorder]]


@pytest.fixture
def open_page(qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site, themed: Callable[[str], None]) -> Open:
    def opened(
        login: str = "boss",
        lang: Lang = "zh",
        theme: str = "light",
        at: str = "water/month/2026-11-21",
        read: bool = True,
    ) -> tuple[EnergyDriver, Recorder]:
        themed(theme)
        if read:
            read_meters(site)
        context, shell = site.context(login, lang)
        page = EnergyPage(context)
        page.select_key(at)
        # A part that is shown before it has a parent would flash as a window and take the keys away.
        assert not [window for window in QApplication.topLevelWidgets() if window.isVisible()]
        qtbot.addWidget(page)
        page.resize(1150, 684)
        page.show()
        page.activateWindow()
        driver = EnergyDriver(page)
        driver.until(qtbot, lambda: any(driver.figures()) if read else page.state())
        return driver, shell

    return opened


def test_the_figures_say_what_was_used_lost_and_against_last_year(open_page: Open) -> None:
    page, _ = open_page()
    assert {"电", "水"} <= set(page.chips()) and "燃气" not in page.chips()
    assert page.figure("用量") == "用量 3,213 m³ 已抄 21 天"
    assert page.figure("与去年同期比") == "与去年同期比 +2.0% 比去年同期多 63.0 m³"
    assert page.figure("漏损") == "漏损 11.8% 偏高 少计 361.6 m³（按可比的 20 天）"
    assert page.figure("夜间异常") == "夜间异常 1 1 时至 5 时用量达平时 2 倍以上"
    assert [row[:3] for row in page.rows("用途")] == [["居民", "2,576", "91.3%"], ["绿化浇灌", "245", "8.7%"]]
    assert [row[0] for row in page.rows("楼栋")] == ["1号楼", "2号楼", "公共区域"]


def test_a_day_nobody_read_is_a_gap_in_the_chart_and_not_nought(open_page: Open) -> None:
    page, _ = open_page()
    assert page.chart().readout(20) == "21: 2026年 153.0 m³, 2025年 150.0 m³"
    assert page.chart().readout(21) == "22: 2026年 — m³, 2025年 — m³"


def test_arrows_go_through_time_and_stop_at_what_is_over(qtbot: QtBot, open_page: Open) -> None:
    page, _ = open_page()
    page.table("楼栋").setFocus()
    assert not page.button("下一时段").isEnabled()
    page.key("Left")
    page.until(qtbot, lambda: page.says("2026年10月"))
    assert page.figure("用量") == "用量 3,366 m³ 已抄 22 天"
    page.key("Left")
    page.until(qtbot, lambda: page.says("2026年9月"))
    assert page.figure("用量") == "用量 — 本时段没有抄表记录"
    page.key("T")
    page.until(qtbot, lambda: page.says("2026年11月"))
    page.key("Right")
    qtbot.wait(50)
    assert page.says("2026年11月")


def test_arrows_inside_the_chart_move_its_readout(qtbot: QtBot, open_page: Open) -> None:
    page, _ = open_page()
    page.chart().setFocus()
    page.key("Right")
    assert page.chart().accessibleDescription().startswith("1: 2026年 153")
    page.key("Return")
    page.until(qtbot, lambda: page.says("2026年11月1日"))
    assert page.figure("用量") == "用量 153.0 m³ 当日合计"


def test_media_and_spans_are_chosen_by_chips(qtbot: QtBot, open_page: Open) -> None:
    page, _ = open_page()
    page.press("电")
    page.until(qtbot, lambda: "kWh" in page.figure("用量"))
    assert page.figure("线损") == "线损 — 没有总表，算不出损耗"
    page.press("年")
    page.until(qtbot, lambda: page.figure("用量").endswith("已抄 43 天"))
    assert page.says("2026年")
    assert page.root.selection_key() == "electricity/year/2026-11-21"  # type: ignore[attr-defined]


def test_what_does_not_add_up_stands_in_words_and_leads_to_its_thing(open_page: Open) -> None:
    page, shell = open_page()
    texts = [row[0] for row in page.rows("对不上的地方")]
    assert texts == [
        "2号楼水表 11月18日：读数倒退",
        "1号楼水表 11月14日夜间 6.2 m³，平时 0.6 m³",
        "绿化水表 11月9日：有缺抄，缺抄日不计损耗",
    ]
    page.open_row("对不上的地方", "夜间")
    assert shell.gone in ([("trends", "water-1/volume")], [("things", "water-1")])


def test_a_meter_leads_to_its_thing(open_page: Open) -> None:
    page, shell = open_page()
    page.press("各表 3")
    assert [row[0] for row in page.rows("表计")] == ["1号楼水表", "2号楼水表", "绿化水表"]
    page.open_row("表计", "绿化")
    assert shell.gone == [("things", "water-garden")]


def test_it_opens_on_the_first_medium_and_the_month_of_the_last_day_that_is_over(open_page: Open) -> None:
    page, _ = open_page(at="")
    assert page.says("2026年11月")
    assert "kWh" in page.figure("用量")


def test_a_community_without_meters_is_told_what_to_do(qtbot: QtBot, site: Site, open_page: Open) -> None:
    page, _ = open_page(read=False)
    assert page.says("还没有抄表记录")
    read_meters(site)
    page.until(qtbot, lambda: "3,213 m³" in page.figure("用量"))


def test_what_is_seen_is_written_as_a_table(
    qtbot: QtBot, open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    page, shell = open_page()
    page.key("Ctrl+E")
    page.until(qtbot, lambda: any(dialog.isVisible() for dialog in page.root.findChildren(QFileDialog)))
    (dialog,) = page.root.findChildren(QFileDialog)
    assert dialog.selectedFiles()[0].endswith("能耗_水_2026-11-01_2026-11-30.csv")
    dialog.accept()
    page.until(qtbot, lambda: shell.said)
    data = (tmp_path / "能耗_水_2026-11-01_2026-11-30.csv").read_bytes()
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0] == ["项目", "名称", "用量（m³）", "去年同期"]
    assert rows[1] == ["合计", "2026-11-01 – 2026-11-30", "3213.0", "3150.0"]
    assert ["日期", "2026-11-22", "", ""] in rows
    assert ["表计", "绿化水表", "244.8", "240.0"] in rows
    assert ["情况", "2号楼水表 11月18日：读数倒退", "", ""] in rows


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", " =1", "\t=1"])
def test_a_table_file_holds_no_formula(text: str) -> None:
    assert table_file([[text, -1.5, None]]).decode("utf-8-sig").strip() == f"'{text},-1.5,"


def test_the_report_is_made_kept_and_opened(
    qtbot: QtBot, site: Site, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def open_url(url: object) -> bool:
        opened.append(url.toLocalFile())  # type: ignore[attr-defined]
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", staticmethod(open_url))
    page, shell = open_page()
    page.key("Ctrl+P")
    page.until(qtbot, lambda: shell.said)
    (path,) = (site.console.data_dir / "reports").iterdir()
    assert path.name.startswith("能耗月报") and path.read_bytes().startswith(b"%PDF")
    assert opened == [str(path)]
    assert shell.said == [f"报表已保存并打开：{path}"]


def test_a_key_that_is_pressed_twice_makes_one_report(
    qtbot: QtBot, site: Site, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", staticmethod(lambda _url: False))
    page, shell = open_page()
    page.key("Ctrl+P")
    page.key("Ctrl+P")
    page.until(qtbot, lambda: shell.said and page.button("打印报表").isEnabled())
    assert len(list((site.console.data_dir / "reports").iterdir())) == len(shell.said) == 1


def test_a_table_file_that_cannot_be_written_is_told(
    qtbot: QtBot, open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: dialog.finished.emit(1))
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _dialog: [str(tmp_path / "gone" / "out.csv")])
    page, shell = open_page()
    page.key("Ctrl+E")
    page.until(qtbot, lambda: page.says("没有导出"))
    assert not shell.said


def test_who_may_not_make_reports_has_no_button_for_it(open_page: Open) -> None:
    page, _ = open_page(login="feng.guard")
    with pytest.raises(LookupError):
        page.button("打印报表")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("at", ["water/day/2026-11-21", "water/month/2026-11-21", "water/year/2026-11-21"])
def test_nothing_is_cut_and_everything_has_a_name(open_page: Open, lang: Lang, theme: str, at: str) -> None:
    page, _ = open_page(lang=lang, theme=theme, at=at)
    assert_accessible(page.root)
    assert_no_clipped_text(page.root)
