"""The page of promised times: figures, time, charts, what is late and files, on a store with four faults."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from desktop.kernel.words import Lang
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.drivers.service import ServiceDriver
from tests.ui.pages import Recorder, Site
from tests.ui.service.stock import LATE, put_cases
from ui.service.page import ServicePage

Open = Callable[..., tuple[ServiceDriver, Recorder]]


@pytest.fixture
def open_page(qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site, themed: Callable[[str], None]) -> Open:
    def opened(
        login: str = "boss", lang: Lang = "zh", theme: str = "light", at: str = "", stock: bool = True
    ) -> tuple[ServiceDriver, Recorder]:
        themed(theme)
        if stock:
            put_cases(site)
        context, shell = site.context(login, lang)
        page = ServicePage(context)
        if at:
            page.select_key(at)
        # A part that is shown before it has a parent would flash as a window and take the keys away.
        assert not [window for window in QApplication.topLevelWidgets() if window.isVisible()]
        qtbot.addWidget(page)
        page.resize(1150, 684)
        page.show()
        page.activateWindow()
        driver = ServiceDriver(page)
        driver.until(qtbot, lambda: any(driver.figures()) if stock else page.state())
        return driver, shell

    return opened


def test_the_figures_of_the_week_say_how_promises_were_kept(open_page: Open) -> None:
    page, _ = open_page()
    assert page.says("2026-11-16 至 2026-11-22")
    assert page.figure("按时率") == "按时率 33.3% 超时未办 1 到期 3 项，按时 1 项"
    assert page.figure("新登记") == "新登记 3 件 办结 2 件，在办 1 件"
    # One hour, and six hours and a half less the half hour that waited for the resident.
    assert page.figure("办理用时") == "办理用时（中位） 3.5 小时 九成在 6.0 小时以内"
    assert page.figure("满意率") == "满意率 100% 1 份回访，1 份满意"
    assert page.says("催单 1")


def test_where_the_time_went_is_shown_by_whom_it_waited_for(open_page: Open) -> None:
    page, _ = open_page()
    assert page.told("按时率") == ["设备故障: 按时率 33.3 %"]
    # Ours: one hour, six hours, and from Friday 8:00 to Sunday 14:00.
    assert page.told("时间用在哪里") == ["设备故障: 等物业 61.0 小时, 等业主 0.5 小时, 等第三方 0.0 小时"]
    months = page.told("近六个月按时率")
    assert months[0] == "6月: 按时率 — %"
    assert months[4:] == ["10月: 按时率 100 %", "11月: 按时率 33.3 %"]


def test_what_is_late_leads_to_its_case(qtbot: QtBot, open_page: Open) -> None:
    page, shell = open_page()
    rows = page.rows("超时清单")
    assert [(row[0], row[3], row[4]) for row in rows] == [
        ("水泵异响 fault-open", "50.0 小时", "—"),
        (f"水泵异响 {LATE}", "2.0 小时", "30 分钟"),
    ]
    page.open_row("超时清单", LATE)
    assert shell.gone == [("cases", LATE)]


def test_arrows_stay_with_the_part_that_has_the_keys(open_page: Open) -> None:
    page, _ = open_page()
    before = page.root.selection_key()  # type: ignore[attr-defined]
    trend = page.plot("近六个月按时率")
    trend.setFocus()
    page.key("Right")
    page.key("Left")
    assert trend.accessibleDescription() == trend.readout(0)
    chip = page.button("类别")
    chip.click()
    chip.setFocus()
    page.key("Left")
    assert page.button("类型").isChecked()
    assert page.root.selection_key() == before  # type: ignore[attr-defined]


def test_arrows_and_chips_go_through_time(qtbot: QtBot, open_page: Open) -> None:
    page, _ = open_page()
    page.table("超时清单").setFocus()
    assert not page.button("下一时段").isEnabled()
    page.press("本月")
    page.until(qtbot, lambda: page.says("2026年11月") and page.figure("新登记").startswith("新登记 3"))
    page.press("上一时段")
    page.until(qtbot, lambda: page.figure("新登记").startswith("新登记 1 件 办结 1"))
    assert page.says("2026年10月")
    assert page.says("本时段没有超时。")
    page.press("回到现在")
    page.until(qtbot, lambda: page.figure("新登记").startswith("新登记 3"))
    page.press("本季")
    page.until(qtbot, lambda: page.says("2026年第4季度") and page.figure("新登记").startswith("新登记 4"))
    page.press("今年")
    page.until(qtbot, lambda: page.says("2026年"))


def test_two_days_of_ones_own(qtbot: QtBot, open_page: Open) -> None:
    page, _ = open_page()
    page.press("自选")
    page.write("起", "2026-11-20")
    page.write("止", "2026/11/20")
    page.key("Return")
    page.until(qtbot, lambda: page.figure("新登记").startswith("新登记 1"))
    page.write("起", "20.11.")
    page.key("Return")
    page.until(qtbot, lambda: page.says("请按 2026-11-22 的样子填写。"))
    page.write("起", "2026-11-21")
    page.key("Return")
    page.until(qtbot, lambda: page.says("止日早于起日。"))


def test_one_kind_alone(qtbot: QtBot, open_page: Open, site: Site) -> None:
    page, _ = open_page()
    page.choose_kind("设备故障")
    page.until(qtbot, lambda: page.figure("新登记").startswith("新登记 3"))
    assert isinstance(page.root, ServicePage)
    assert page.root.selection_key() == "week/2026-11-16/2026-11-22/device-fault"
    page.choose_kind(site.console.cases.definition("fire-alarm").title["zh"])
    page.until(qtbot, lambda: page.says("本时段没有工单"))
    assert not page.button("导出").isEnabled()


def test_a_page_is_found_again_by_its_key(open_page: Open) -> None:
    page, _ = open_page(at="month/2026-10-01/2026-10-31/device-fault")
    assert page.says("2026年10月")
    assert isinstance(page.root, ServicePage)
    assert page.root.selection_key() == "month/2026-10-01/2026-10-31/device-fault"
    page.root.select_key("fortnight/2026-10-01")
    page.root.select_key("month/soon")
    assert page.root.selection_key() == "month/2026-10-01/2026-10-31/device-fault"


def test_a_case_that_changes_is_read_again(qtbot: QtBot, open_page: Open, site: Site) -> None:
    page, _ = open_page()
    who = site.sign_in("boss")
    site.off(lambda: site.console.cases.open(who, "device-fault", "灯不亮"))
    page.until(qtbot, lambda: page.figure("新登记").startswith("新登记 4"))


def test_an_empty_store_says_what_will_stand_here(open_page: Open) -> None:
    page, _ = open_page(stock=False)
    assert page.says("本时段没有工单")


def test_the_table_file_holds_every_figure(
    qtbot: QtBot, open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, shell = open_page()
    target = tmp_path / "out.csv"
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: dialog.finished.emit(1))
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _dialog: [str(target)])
    page.key("Ctrl+E")
    page.until(qtbot, lambda: shell.said)
    rows = list(csv.reader(io.StringIO(target.read_text(encoding="utf-8-sig"))))
    whole = dict(zip(rows[0], rows[1], strict=True))
    assert (whole["分组"], whole["到期"], whole["按时"], whole["等业主（分）"]) == ("合计", "3", "1", "30.0")
    assert {"类型", "人员", "月份", "时限"} <= {row[0] for row in rows}
    assert all(len(row) == len(rows[0]) for row in rows)


def test_the_report_is_made_and_opened(
    qtbot: QtBot, open_page: Open, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def open_url(url: QUrl) -> bool:
        opened.append(url.toLocalFile())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    page, shell = open_page()
    page.key("Ctrl+P")
    page.until(qtbot, lambda: shell.said)
    assert opened and Path(opened[0]).read_bytes().startswith(b"%PDF")
    assert "20261116-20261122" in opened[0]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_clipped_and_everything_has_a_name(open_page: Open, lang: Lang, theme: str) -> None:
    page, _ = open_page(lang=lang, theme=theme)
    assert_accessible(page.root)
    assert_no_clipped_text(page.root)


def test_who_may_not_make_reports_has_no_print(open_page: Open) -> None:
    page, _ = open_page("feng.guard")
    assert page.figure("按时率")
    with pytest.raises(LookupError):
        page.button("打印报告")
