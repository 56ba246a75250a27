"""The cases page: from the alarm to the archive by keys, each step on record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from desktop.kernel.errors import StoreUnavailable
from desktop.kernel.words import Lang
from tests.ui.drivers.alarms import AlarmsDriver
from tests.ui.drivers.cases import CasesDriver
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.pages import GAS, PUMP, Recorder, Site
from ui.alarms.page import AlarmsPage
from ui.cases.filters import FilterBar
from ui.cases.page import CasesPage

Open = Callable[..., tuple[CasesDriver, Recorder]]


@pytest.fixture
def open_page(qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site, themed: Callable[[str], None]) -> Open:
    def opened(login: str = "boss", lang: Lang = "zh") -> tuple[CasesDriver, Recorder]:
        context, shell = site.context(login, lang)
        page = CasesPage(context)
        # A part that is shown before it has a parent would flash as a window and take the keys away.
        assert not [window for window in QApplication.topLevelWidgets() if window.isVisible()]
        qtbot.addWidget(page)
        page.resize(1150, 684)
        page.show()
        driver = CasesDriver(qtbot, page)
        driver.until(lambda: driver.instead() or driver.detail().shown())
        return driver, shell

    return opened


def some_case(site: Site, title: str = "水泵异响", login: str = "boss", **more: object) -> str:
    who = site.sign_in(login)
    return site.off(lambda: site.console.cases.open(who, "device-fault", title, **more).id)  # type: ignore[arg-type]


def test_from_alarm_to_archive_by_keys(qtbot: QtBot, site: Site, open_page: Open) -> None:
    alarm_id = site.raise_alarm("level-low-low", PUMP)
    context, shell = site.context("boss")
    alarms_page = AlarmsPage(context)
    qtbot.addWidget(alarms_page)
    alarms_page.resize(1150, 684)
    alarms_page.show()
    alarms = AlarmsDriver(qtbot, alarms_page)
    alarms.until(lambda: alarms.detail().shown())
    alarms.act("C")
    alarms.until(lambda: shell.offers)
    shell.offers[0][1]()
    [(page_key, case_id)] = shell.gone
    assert page_key == "cases"
    alarms_page.close()

    page, shell = open_page()
    page.page.select_key(case_id)
    page.until(lambda: page.page.selection_key() == case_id and page.detail().says("待派单"))
    number = site.alarm(alarm_id).case_number
    assert number is not None and page.detail().says(number)

    form = page.begin("E")
    form.pick("处理人", "宋立")
    page.finish(form)
    page.until(lambda: page.detail().says("已派单"))

    page.act("E")
    page.until(lambda: page.detail().says("处理中"))

    form = page.begin("E")
    form.write("处理结果", "更换浮球阀，液位恢复")
    form.pick("故障原因", "老化磨损")
    form.write("处理凭证", "复测 62 %")
    form.write("工时：人员", "宋立")
    form.write("工时：工时", "45")
    page.finish(form)
    page.until(lambda: page.detail().says("待回访"))

    form = page.begin("E")
    form.pick("回访结论", "公共设备，现场复核正常")
    page.finish(form)
    page.until(lambda: page.detail().says("已回访"))

    page.act("E")
    page.until(page.instead)
    assert shell.failures == []
    assert shell.said[-1] == f"{number}：已归档"

    page.chip("全部")
    page.until(lambda: page.detail().shown())
    steps = [step.split(" ", 2)[2].split(" ")[0] for step in page.timeline()]
    assert steps == ["归档", "登记回访", "处理完成", "开始处理", "派单", "登记"]
    assert all("周经理 · D1" in step for step in page.timeline())
    assert page.detail().says("状态: 待回访 → 已回访")
    assert page.detail().says("处理结果: — → 更换浮球阀，液位恢复")
    assert page.detail().says("45 min")
    page.detail().press(f"来源报警：{site.alarm(alarm_id).title['zh']}")
    assert shell.gone == [("alarms", alarm_id)]


def test_a_new_case_is_written_beside_the_list_and_then_selected(site: Site, open_page: Open) -> None:
    page, shell = open_page("feng.guard")
    assert page.instead()[0] == "没有办理中的工单"
    form = page.begin("N")
    form.send()
    page.until(lambda: form.says("此项必填。"))
    form.write("事项", "3 号楼门厅灯不亮")
    form.write("位置（选填）", "nowhere")
    form.send()
    page.until(lambda: form.says("请从列表中选择。"))
    form.write("位置（选填）", "3-2-1201")
    form.pick("紧急程度", "紧急")
    page.finish(form)
    page.until(lambda: page.detail().shown())
    [row] = page.rows()
    assert "3 号楼门厅灯不亮" in row
    assert page.detail().says("3号楼 / 2单元 / 1201室")
    assert page.detail().says("还剩 4 小时 0 分")
    assert shell.said[0].startswith("已登记 D1-")


def test_a_case_about_a_thing_stands_where_the_thing_stands(site: Site, open_page: Open) -> None:
    page, shell = open_page()
    form = page.begin("N")
    form.write("事项", "水泵异响")
    form.write("设备（选填）", "低区生活水泵组")
    page.finish(form)
    page.until(lambda: page.detail().shown())
    assert page.detail().says("水泵房")
    page.detail().press("低区生活水泵组：查看实时面板")
    assert shell.gone == [("things", PUMP)]


def test_a_key_pressed_twice_opens_one_case(site: Site, open_page: Open) -> None:
    page, shell = open_page()
    form = page.begin("N")
    form.write("事项", "水泵异响")
    form.send()
    page.finish(form)
    page.until(lambda: page.detail().shown())
    assert len(page.rows()) == 1
    assert len(shell.said) == 1


def test_a_move_does_nothing_until_what_it_needs_is_there(site: Site, open_page: Open) -> None:
    case_id = some_case(site)
    page, _ = open_page()
    form = page.begin("E")
    form.send()
    page.until(lambda: form.says("此项必填。"))
    form.dismiss()
    page.until(lambda: not page.has_form())
    assert site.off(site.console.cases.get, case_id).view.state == "reported"
    assert page.root.window().focusWidget() is page.table


def test_whoever_comes_to_the_page_comes_to_the_list(site: Site, open_page: Open) -> None:
    some_case(site)
    page, _ = open_page()
    page.page.setFocus()
    page.page.focusNextChild()
    assert page.root.window().focusWidget() is page.table
    page.key("Tab")
    assert page.root.window().focusWidget() is not page.table


def test_handing_on_names_another_and_says_why(site: Site, open_page: Open) -> None:
    case_id = some_case(site)
    page, _ = open_page()
    form = page.begin("E")
    form.pick("处理人", "宋立")
    page.finish(form)
    page.until(lambda: "转派" in page.detail().acts())
    form = page.begin("3")
    assert form.says("仍为“已派单”")
    with pytest.raises(StopIteration):
        form.pick("处理人", "宋立")
    form.pick("处理人", "唐海")
    form.write("说明", "宋立休假")
    page.finish(form)
    page.until(lambda: page.detail().says("唐海"))
    page.until(lambda: page.detail().says("处理人: 宋立 → 唐海"))
    assert page.detail().says("原因：宋立休假")
    assert site.off(site.console.cases.get, case_id).view.assignee_name == "唐海"


def test_an_answer_that_will_not_do_stands_beside_its_field(site: Site, open_page: Open) -> None:
    case_id = some_case(site)
    boss = site.sign_in("boss")
    site.off(lambda: site.console.cases.move(boss, case_id, "assign", assignee_id=boss.id))
    site.off(site.console.cases.move, boss, case_id, "start")
    page, _ = open_page()
    form = page.begin("E")
    form.write("处理结果", "好了")
    form.pick("故障原因", "老化磨损")
    form.write("处理凭证", "照片 3")
    form.write("工时：人员", "宋立")
    form.write("工时：工时", "很久")
    form.send()
    page.until(lambda: form.says("请填写数字。"))
    form.write("工时：工时", "50")
    page.finish(form)


def test_somebody_was_faster_is_told_in_the_form(site: Site, open_page: Open) -> None:
    case_id = some_case(site)
    page, _ = open_page()
    form = page.begin("E")
    form.pick("处理人", "宋立")
    boss = site.sign_in("boss")
    site.off(lambda: site.console.cases.move(boss, case_id, "void", reason="重复登记"))
    form.send()
    page.until(lambda: form.says("现在不能这样做。"))


def test_keys_mean_nothing_to_the_page_while_a_form_stands(site: Site, open_page: Open) -> None:
    some_case(site)
    page, _ = open_page()
    form = page.begin("N")
    for key in ("Tab", "Tab", "Tab"):
        form.key(key)
    for key in ("N", "E", "/"):
        form.key(key)
    assert form is not None and page.form().root is form.root
    assert page.root.window().focusWidget() is not None
    assert form.root.isAncestorOf(page.root.window().focusWidget())


def test_chips_narrow_to_mine_and_to_late_ones(site: Site, open_page: Open) -> None:
    mine = some_case(site, "我的")
    some_case(site, "紧急的", urgency="urgent")
    boss = site.sign_in("boss")
    site.off(lambda: site.console.cases.move(boss, mine, "assign", assignee_id=boss.id))
    site.clock.advance(5 * 3600)
    page, _ = open_page()
    assert page.chips() == ["办理中 2", "我的 1", "待接单 1", "已超时 1", "已挂起 0", "全部"]
    page.chip("我的")
    page.until(lambda: len(page.rows()) == 1)
    assert "我的" in page.rows()[0]
    page.chip("已超时")
    page.until(lambda: "紧急的" in page.rows()[0])
    assert "超时 4 小时 30 分" in page.rows()[0]
    page.until(lambda: page.detail().says("已超时 1 小时 0 分"))


def test_search_finds_by_number_place_and_person(site: Site, open_page: Open) -> None:
    place = site.off(site.console.places.by_code, "P-1")
    assert place is not None
    some_case(site, "水泵异响", place_id=place.id)
    some_case(site, "灯不亮")
    page, _ = open_page()
    page.search("水泵房")
    page.until(lambda: len(page.rows()) == 1)
    page.search("没有这样的")
    page.until(lambda: page.instead() == ["没有符合条件的工单"])
    page.search("0002")
    page.until(lambda: len(page.rows()) == 1 and "灯不亮" in page.rows()[0])


def test_a_case_asked_for_by_name_is_shown_whatever_hides_it(site: Site, open_page: Open) -> None:
    gone, open_ = some_case(site, "作废的"), some_case(site, "办理中的")
    boss = site.sign_in("boss")
    site.off(lambda: site.console.cases.move(boss, gone, "void", reason="重复"))
    page, _ = open_page()
    page.search("没有这样的")
    page.page.select_key(open_)
    page.until(lambda: page.page.selection_key() == open_)
    page.page.select_key(gone)
    page.until(lambda: page.page.selection_key() == gone)
    assert [row[0] for row in page.rows()].count("已作废") == 1


def test_a_role_sees_only_the_moves_it_may_make(site: Site, open_page: Open) -> None:
    some_case(site)
    page, _ = open_page("feng.guard")
    assert page.detail().acts() == ["其他操作"]
    assert page.button("新建工单").isEnabled()


def test_an_auditor_opens_no_case(site: Site, open_page: Open) -> None:
    page, _ = open_page("yuan.audit")
    with pytest.raises(LookupError):
        page.button("新建工单")


def test_a_store_that_fails_is_told_in_place(site: Site, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **_more: object) -> object:
        raise StoreUnavailable("disk")

    some_case(site)
    monkeypatch.setattr(site.console.case_lists, "page", broken)
    page, _ = open_page()
    assert page.instead()[0].startswith("数据库现在无法读写。")
    monkeypatch.undo()
    page.press("重试")
    page.until(lambda: page.detail().shown())


def test_text_of_cases_stays_plain(site: Site, open_page: Open) -> None:
    nasty = "<b>炸</b> <img src=x> & %s {0}"
    some_case(site, nasty, fields={"description": nasty})
    page, _ = open_page()
    assert nasty in page.rows()[0]
    assert page.detail().texts().count(nasty) >= 2


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_clipped_or_nameless(
    site: Site, open_page: Open, themed: Callable[[str], None], lang: Lang, theme: str
) -> None:
    themed(theme)
    alarm_id = site.raise_alarm(thing=GAS)
    boss = site.sign_in("boss")
    case_id = site.off(site.console.alarms.to_case, boss, alarm_id)
    site.off(lambda: site.console.cases.move(boss, case_id, "assign", assignee_id=boss.id))
    site.off(site.console.cases.move, boss, case_id, "start")
    page, _ = open_page("boss", lang)
    assert_accessible(page.root)
    assert_no_clipped_text(page.root)
    assert page.table.horizontalScrollBar().maximum() == 0
    page.begin("E")
    assert_accessible(page.root)
    assert_no_clipped_text(page.root)
    page.form().dismiss()
    page.until(lambda: not page.has_form())
    page.begin("N")
    assert_accessible(page.root)
    assert_no_clipped_text(page.root)


def bar(page: CasesDriver) -> FilterBar:
    return page.page.findChild(FilterBar)


def pick(box: QComboBox, text: str) -> None:
    """As a person does, by the words of the choice."""
    number = next(n for n in range(box.count()) if text in box.itemText(n))
    box.setFocus()
    while (now := box.currentIndex()) != number:
        QTest.keyClick(box, Qt.Key.Key_Down if now < number else Qt.Key.Key_Up)


def a_repair(site: Site, title: str, category: str, place: str = "3-2-1201") -> str:
    boss, home = site.sign_in("boss"), site.off(site.console.places.by_code, place)
    assert home is not None
    fields = {"category": category, "description": title}
    return site.off(lambda: site.console.cases.open(boss, "repair", title, place_id=home.id, fields=fields).id)


def titles(page: CasesDriver) -> list[str]:
    return [case.title for case in page.table.rows()]


def test_filters_come_from_the_definitions(site: Site, open_page: Open) -> None:
    some_case(site, "水泵异响")
    a_repair(site, "水龙头漏水", "kitchen/tap/leak")
    a_repair(site, "下水堵了", "kitchen/drain/blocked", "3-2-1202")
    page, _ = open_page()
    filters = bar(page)
    assert not filters.state.isVisible() and not filters.fields
    pick(filters.kind, "报修")
    page.until(lambda: sorted(titles(page)) == ["下水堵了", "水龙头漏水"])
    assert filters.state.isVisible()
    pick(filters.fields["category"], "水龙头")
    page.until(lambda: titles(page) == ["水龙头漏水"])
    page.press("清除筛选")
    page.until(lambda: len(titles(page)) == 3)
    assert not filters.fields
    filters.place.setFocus()
    QTest.keyClicks(filters.place, "3-2-1202")
    page.until(filters.place.offered)
    QTest.keyClick(filters.place, Qt.Key.Key_Return)
    page.until(lambda: titles(page) == ["下水堵了"])
    filters.place.clear()
    page.until(lambda: len(titles(page)) == 3)


def test_a_filter_is_kept_under_a_name_and_forgotten(site: Site, open_page: Open) -> None:
    some_case(site, "水泵异响")
    a_repair(site, "水龙头漏水", "kitchen/tap/leak")
    page, shell = open_page()
    pick(bar(page).kind, "报修")
    page.until(lambda: len(titles(page)) == 1)
    page.press("保存筛选")
    page.write("筛选的名称", "厨房")
    page.key("Return")
    page.until(lambda: "厨房" in page.chips())
    assert shell.said == ["已保存筛选“厨房”。"]
    page.press("清除筛选")
    page.until(lambda: len(titles(page)) == 2)
    page.chip("厨房")
    page.until(lambda: titles(page) == ["水龙头漏水"])
    page.press("删除筛选“厨房”")
    page.until(lambda: "厨房" not in page.chips())
    assert site.off(site.console.case_lists.saved, site.sign_in("boss")) == ()


def test_more_rows_are_read_at_the_end_of_the_list(
    site: Site, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.cases.page.STEP", 20)
    for number in range(45):
        some_case(site, f"第 {number}")
    page, _ = open_page()
    assert len(page.rows()) == 20 and page.says("20 / 45")
    page.choose("第 0")
    kept = page.table.selected_id()
    page.table.verticalScrollBar().setValue(page.table.verticalScrollBar().maximum())
    page.until(lambda: len(page.rows()) == 40)
    assert page.table.selected_id() == kept
    page.table.verticalScrollBar().setValue(page.table.verticalScrollBar().maximum())
    page.until(lambda: len(page.rows()) == 45)
    assert page.says("45")


def test_what_a_case_waits_for_and_how_often_somebody_asked_stand_in_its_row(site: Site, open_page: Open) -> None:
    case_id, boss = some_case(site, "水泵异响"), site.sign_in("boss")
    site.off(lambda: site.console.case_acts.suspend(boss, case_id, "parts", reason="等轴承"))
    site.off(site.console.case_acts.urge, boss, case_id, "催")
    page, _ = open_page()
    page.page.resize(1900, 684)
    page.until(lambda: any("挂起 · 等配件" in cell for cell in page.rows()[0]))
    assert "1" in page.rows()[0] and "设备故障" in page.rows()[0]
