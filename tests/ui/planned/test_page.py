"""Planned work by keys alone: seen by everybody who sees cases, changed by who plans."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from desktop.cases.planned import PlanDraft
from desktop.kernel.words import Lang, Words
from desktop.reports.point_labels import point_labels
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.drivers.planned import PlannedDriver
from tests.ui.pages import Recorder, Site
from tests.ui.planned.made import make
from ui import aio
from ui.planned.page import PlannedPage

Open = Callable[..., tuple[PlannedDriver, Recorder]]


@pytest.fixture
def open_page(qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site, themed: Callable[[str], None]) -> Open:
    def opened(login: str = "boss", lang: Lang = "zh", made: bool = True) -> tuple[PlannedDriver, Recorder]:
        if made:
            make(site)
        context, shell = site.context(login, lang)
        page = PlannedPage(context)
        qtbot.addWidget(page)
        page.resize(1150, 684)
        page.show()
        page.activateWindow()
        driver = PlannedDriver(qtbot, page)
        driver.until(lambda: page._read is not None)
        driver.grid.setFocus()
        return driver, shell

    return opened


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_can_be_read_and_nothing_is_clipped(open_page: Open, lang: Lang) -> None:
    page, _ = open_page("boss", lang)
    for mode in range(1, 6):
        page.key(str(mode))
        page.until(lambda: True)
        assert_accessible(page.root)
        assert_no_clipped_text(page.root)
        if folder := os.environ.get("LINLI_PICTURES"):
            page._qtbot.wait(400)
            page.root.grab().save(f"{folder}/planned-{mode}-{lang}.png")


def test_the_arrows_walk_over_days_and_what_falls_on_them(open_page: Open) -> None:
    page, _ = open_page()
    page.until(lambda: "夜间巡逻" in page.chosen())
    assert page.chosen().startswith("11月22日 周日") and "已逾期" in page.chosen()
    page.go("Down")
    assert "消防日查" in page.chosen() and "办理中" in page.chosen()
    page.go("Right")
    assert page.chosen().startswith("11月23日 周一") and "计划中" in page.chosen()
    page.go("PgDown")
    page.until(lambda: page.chosen().startswith("12月1日"))
    page.go("T")
    page.until(lambda: page.chosen().startswith("11月22日"))


def test_enter_opens_the_case_and_where_there_is_none_the_plan(open_page: Open) -> None:
    page, shell = open_page()
    page.until(lambda: "夜间巡逻" in page.chosen())
    page.go("Return")
    assert shell.gone and shell.gone[0][0] == "cases"
    page.go("Right", "Return")
    form = page.form()
    # What a plan means is said by a task: a form that stands may not have said it yet.
    page.until(lambda: form.says("每天 02:00、22:00"))
    form.dismiss()
    page.until(lambda: not page.has_form())


def test_what_is_late_stands_above_everything(open_page: Open) -> None:
    page, _ = open_page()
    page.until(lambda: "项计划工作已逾期" in page.banner())


def test_what_was_asked_before_and_answered_later_is_not_said(
    site: Site, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, _ = open_page(made=False)
    page.key("N")
    form = page.form()
    form.pick("工单种类", "设备维保")
    form.pick("周期", "按周")
    page.until(lambda: not aio._tasks)
    times, answer, begun = site.console.schedules.next_times, threading.Event(), list[int]()

    def slow(draft: PlanDraft) -> object:
        begun.append(1)
        assert len(begun) > 1 or answer.wait(10)
        return times(draft)

    monkeypatch.setattr(site.console.schedules, "next_times", slow)
    form.press("周一")
    page.until(lambda: begun == [1])
    form.press("周四")
    both = "下次：11月23日 周一 09:00；11月26日 周四 09:00；11月30日 周一 09:00"
    page.until(lambda: form.says(both))
    answer.set()
    page.until(lambda: not aio._tasks)
    assert form.says(both)


def test_a_plan_is_made_and_says_what_it_means_before_it_is(site: Site, open_page: Open) -> None:
    page, shell = open_page(made=False)
    page.key("N")
    form = page.form()
    form.pick("工单种类", "设备维保")
    form.pick("周期", "按周")
    form.press("周一")
    form.press("周四")
    page.until(lambda: form.says("每周一、周四 09:00"))
    page.until(lambda: form.says("下次：11月23日 周一 09:00；11月26日 周四 09:00；11月30日 周一 09:00"))
    form.write("名称", "配电室周检")
    form.write("时间", "25:00")
    form.send()
    page.until(lambda: form.says("请按 09:00 的格式填写，用逗号分开。"))
    form.write("时间", "14:30")
    form.pick("维保类别", "配电")
    form.send()
    page.until(lambda: shell.said == ["已新建“配电室周检”"])
    [plan] = site.off(site.console.schedules.all)
    assert plan.pattern.weekdays == (0, 3) and plan.pattern.at == ("14:30",) and plan.fields == {"kind": "power"}


def test_a_plan_is_stopped_with_a_reason_and_goes_on_where_that_is_taken_back(site: Site, open_page: Open) -> None:
    page, shell = open_page()
    page.key("3")
    page.until(page.detail.shown)
    page.key("S")
    form = page.form()
    form.write("原因", "合并到新路线")
    form.send()
    page.until(lambda: len(site.off(site.console.schedules.all)) == 5)
    page.until(lambda: shell.offers)
    assert shell.offers[0][0] == "撤销"
    shell.offers[0][1]()
    page.until(lambda: len(site.off(site.console.schedules.all)) == 6)


def test_a_round_is_read_on_its_line_with_what_looked_odd(open_page: Open) -> None:
    page, _ = open_page()
    page.key("4")
    page.until(lambda: page.map.isVisible() and page.map.chosen() is not None)
    assert page.map.accessibleName() == "XF-01 南门岗亭 已到"
    page.map.setFocus()
    for key in ("Right", "Right"):
        page.key(key)
    assert page.map.accessibleName() == "XF-03 2号楼大堂 存疑"
    page.until(lambda: page.says("存疑：手工输入，没有扫码"))
    for key in ("Right", "Right"):
        page.key(key)
    assert page.map.accessibleName() == "XF-05 生活泵房 异常"
    page.until(lambda: page.says("记录：压力表指针偏低"))
    page.key("Right")
    assert page.map.accessibleName().endswith("下一点")


def test_a_route_is_made_row_by_row(site: Site, open_page: Open) -> None:
    page, shell = open_page(made=False)
    page.key("5")
    page.key("N")
    form = page.form()
    form.pick("工单种类", "巡检")
    form.write("路线名称", "泵房巡检")
    for column, text in (("编号", "BF-01"), ("名称", "生活泵房"), ("位置代码", "P-1"), ("检查内容", "压力表")):
        form.write(f"点位：{column}", text)
    form.send()
    page.until(lambda: shell.said == ["已保存路线“泵房巡检”"])
    [route] = site.off(site.console.schedules.routes)
    assert [(point.code, point.name, point.check) for point in route.points] == [("BF-01", "生活泵房", "压力表")]
    assert route.points[0].place_id in route.places


def test_labels_of_a_route_are_a_pdf_with_every_code(site: Site, open_page: Open) -> None:
    make(site)
    route = next(one for one in site.off(site.console.schedules.routes) if one.definition == "inspection-round")
    data = point_labels("和苑", route, Words("zh"), site.clock.now(), "周经理")
    assert data.startswith(b"%PDF") and len(data) > 10_000
    assert data == point_labels("和苑", route, Words("zh"), site.clock.now(), "周经理")


def test_guards_see_the_plans_and_change_nothing(open_page: Open) -> None:
    page, _ = open_page("feng.guard")
    page.until(lambda: "夜间巡逻" in page.chosen())
    assert not {"新建计划", "修改", "停止计划"} & set(page.acts())
    page.go("N", "E", "S")
    assert not page.has_form()
