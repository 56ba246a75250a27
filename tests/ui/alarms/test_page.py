"""The alarms page: everything by keys, and nothing waits on the window's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.kernel.words import Lang
from tests.ui.drivers.alarms import AlarmsDriver
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.pages import GAS, LIFT, PASSWORD, PUMP, SUMP, Recorder, Site
from ui.alarms.page import AlarmsPage

Open = Callable[..., tuple[AlarmsDriver, Recorder]]


@pytest.fixture
def open_page(qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site, themed: Callable[[str], None]) -> Open:
    def opened(
        login: str = "boss", lang: Lang = "zh", size: tuple[int, int] = (1150, 684)
    ) -> tuple[AlarmsDriver, Recorder]:
        context, shell = site.context(login, lang)
        page = AlarmsPage(context)
        # A part that is shown before it has a parent would flash as a window and take the keys away.
        assert not [window for window in QApplication.topLevelWidgets() if window.isVisible()]
        qtbot.addWidget(page)
        page.resize(*size)
        page.show()
        page.activateWindow()
        driver = AlarmsDriver(qtbot, page)
        driver.until(lambda: driver.instead() or driver.detail().shown())
        return driver, shell

    return opened


def test_the_most_urgent_comes_first_and_says_what_to_do(site: Site, open_page: Open) -> None:
    site.raise_alarm(thing=PUMP, priority="low")
    site.raise_alarm(thing=LIFT, priority="critical")
    page, _ = open_page()
    assert [row[0] for row in page.rows()] == ["紧急", "低"]
    alarm = site.alarm(page.page.selection_key())
    assert alarm.priority == "critical"
    assert page.detail().says(alarm.response["zh"])


def test_a_acknowledges_and_keeps_the_selection(site: Site, open_page: Open) -> None:
    first = site.raise_alarm(thing=LIFT, priority="critical")
    site.raise_alarm(thing=PUMP, priority="low")
    page, shell = open_page()
    page.act("A")
    page.until(lambda: "已确认" in page.rows()[0])
    assert site.alarm(first).acknowledged_by_name == "周经理"
    assert page.page.selection_key() == first
    assert shell.failures == []


def test_the_selection_stays_when_more_arrive(site: Site, open_page: Open) -> None:
    site.raise_alarm(thing=LIFT, priority="high")
    low = site.raise_alarm(thing=PUMP, priority="low")
    page, _ = open_page()
    page.choose("低")
    site.raise_alarm(thing=SUMP, priority="critical")
    page.until(lambda: len(page.rows()) == 3)
    assert page.page.selection_key() == low
    page.until(lambda: page.detail().says(site.alarm(low).thing_name))


def test_everything_in_sight_is_acknowledged_by_its_own_key(site: Site, open_page: Open) -> None:
    ids = [site.raise_alarm(thing=thing) for thing in (SUMP, LIFT, PUMP)]
    page, shell = open_page()
    page.act("Ctrl+Shift+A")
    page.until(lambda: shell.said)
    assert shell.said == ["已确认 3 条报警"]
    page.until(lambda: all("已确认" in row for row in page.rows()))
    assert {site.alarm(id_).state for id_ in ids} == {"acknowledged"}


def test_s_shelves_with_a_duration_and_a_reason(site: Site, open_page: Open) -> None:
    alarm_id = site.raise_alarm(thing=PUMP, life_safety=False)
    page, _ = open_page()
    page.act("S")
    form = page.form()
    form.send()
    page.until(lambda: form.says("请填写原因。"))
    form.pick("时长", "1 小时")
    form.write("原因", "现场检修")
    form.send()
    page.until(lambda: not page.has_form() and page.instead())
    assert site.alarm(alarm_id).state == "shelved"
    page.chip("已搁置")
    page.until(page.rows)
    page.until(lambda: page.detail().says("现场检修"))
    assert "搁置至 15:00" in page.rows()[0]
    page.act("S")
    page.until(page.instead)
    assert site.alarm(alarm_id).state == "unacknowledged"


def test_life_safety_is_shelved_by_two_and_mistakes_stand_beside_their_field(site: Site, open_page: Open) -> None:
    alarm_id = site.raise_alarm(thing=GAS, life_safety=True)
    page, _ = open_page()
    page.act("S")
    form = page.form()
    form.write("原因", "误报，已现场核实")
    form.write("第二人账号", "song.engineer")
    form.write("第二人密码", "wrong")
    form.send()
    page.until(lambda: form.says("账号或密码不正确"))
    form.write("第二人账号", "boss")
    form.write("第二人密码", PASSWORD)
    form.send()
    page.until(lambda: form.says("须由另一名有搁置权限的人员共同确认。"))
    form.write("第二人账号", "song.engineer")
    form.write("第二人密码", PASSWORD)
    form.send()
    page.until(lambda: not page.has_form())
    assert site.alarm(alarm_id).state == "shelved"
    page.chip("已搁置")
    page.until(lambda: page.detail().shown() and page.detail().says("与 宋立 共同"))


def test_keys_mean_nothing_to_the_page_while_a_form_stands(site: Site, open_page: Open) -> None:
    alarm_id = site.raise_alarm(thing=PUMP, life_safety=False)
    page, _ = open_page()
    page.act("S")
    for key in ("A", "C", "S", "P", "R", "Shift+A", "Ctrl+Shift+A"):
        page.form().key(key)
    page.form().dismiss()
    page.until(lambda: not page.has_form())
    assert site.alarm(alarm_id).state == "unacknowledged"
    assert site.alarm(alarm_id).case_id is None
    page.act("A")
    page.until(lambda: site.alarm(alarm_id).state == "acknowledged")


def test_c_turns_an_alarm_into_a_case_once_and_then_leads_to_it(site: Site, open_page: Open) -> None:
    alarm_id = site.raise_alarm(thing=PUMP)
    page, shell = open_page("zhou.desk")
    page.act("C")
    page.until(lambda: "查看工单" in page.detail().acts())
    case_id = site.alarm(alarm_id).case_id
    assert case_id is not None
    page.act("C")
    assert shell.gone == [("cases", case_id)]
    assert shell.offers[0][0] == "查看工单"


def test_enter_opens_the_live_panel(site: Site, open_page: Open) -> None:
    site.raise_alarm(thing=LIFT)
    page, shell = open_page()
    page.key("Return")
    assert shell.gone == [("things", LIFT)]


def test_a_role_sees_only_what_it_may_do(site: Site, open_page: Open) -> None:
    site.raise_alarm(thing=PUMP)
    page, _ = open_page("feng.guard")
    assert set(page.detail().acts()) == {"确认", "添加照片", "查看实时面板"}


def test_chips_count_and_narrow(site: Site, open_page: Open) -> None:
    over = site.raise_alarm(thing=LIFT)
    site.raise_alarm(thing=PUMP)
    site.clock.advance(60)
    site.end_alarm(over)
    page, _ = open_page()
    assert page.chips() == [
        "待处理 2", "人身安全 1", "未确认 2", "待复位 0", "抑制与停用 0", "已搁置 0", "久未恢复 0", "近 7 天全部",
    ]  # fmt: skip
    page.chip("人身安全")
    page.until(lambda: len(page.rows()) == 1)
    page.act("A")
    page.until(page.instead)
    page.chip("近 7 天")
    page.until(lambda: len(page.rows()) == 2)
    assert ["正常" in row for row in page.rows()].count(True) == 1


def test_a_flood_is_said_once_above_the_list(site: Site, open_page: Open) -> None:
    for number in range(11):
        site.raise_alarm(thing=PUMP, rule="", alarm_id=f"flood-{number}", thing_id=f"pump-{number}")
    page, _ = open_page()
    assert page.banner().startswith("报警集中：14:00 起，近十分钟 11 条")
    site.clock.advance(700)
    site.raise_alarm(thing=SUMP)
    page.until(lambda: not page.banner())


def test_no_alarms_is_said_and_so_is_a_chip_without_any(site: Site, open_page: Open) -> None:
    page, _ = open_page()
    assert page.instead() == ["目前没有报警", "设备越限或离线时，报警会出现在这里。"]
    page.chip("待复位")
    page.until(lambda: page.instead() == ["这一类目前没有报警"])


def test_an_alarm_that_is_asked_for_is_found_under_its_chip_however_old(site: Site, open_page: Open) -> None:
    old = site.raise_alarm(thing=LIFT, ago=30 * 86400)
    site.end_alarm(old)
    site.off(site.console.alarms.acknowledge, site.sign_in("boss"), [old])
    site.raise_alarm(thing=PUMP)
    page, _ = open_page()
    page.page.select_key(old)
    page.until(lambda: page.page.selection_key() == old)
    site.raise_alarm(thing=SUMP)
    page.until(lambda: len(page.rows()) == 3)
    assert page.page.selection_key() == old


def test_what_began_under_maintenance_says_that_nobody_was_told(site: Site, open_page: Open) -> None:
    who = site.sign_in("boss")
    site.off(site.console.things.set_out_of_service, who, PUMP, True, "年检")
    tried = site.raise_alarm(thing=PUMP)
    page, _ = open_page()
    page.page.select_key(tried)
    page.until(lambda: page.detail().says("当时未提示：停用"))


def test_an_unknown_selection_is_told_and_changes_nothing(site: Site, open_page: Open) -> None:
    standing = site.raise_alarm(thing=PUMP)
    page, shell = open_page()
    page.page.select_key("nobody")
    page.until(lambda: shell.failures or page.page.selection_key() == standing)
    assert page.page.selection_key() == standing


def test_an_earlier_occurrence_is_shown_as_what_it_is(site: Site, open_page: Open) -> None:
    """The list has the newest for all; a case or the journal may lead to another."""
    earlier = site.raise_alarm(thing=PUMP, ago=600)
    site.end_alarm(earlier)
    site.raise_alarm(thing=PUMP)
    page, _ = open_page()
    assert len(page.rows()) == 1
    page.page.select_key(earlier)
    page.until(lambda: page.page.selection_key() == earlier)
    assert len(page.rows()) == 2


def test_a_store_that_fails_is_told_in_place_and_can_be_tried_again(
    site: Site, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop.kernel.errors import StoreUnavailable

    site.raise_alarm(thing=PUMP)

    def broken() -> object:
        raise StoreUnavailable("disk")

    monkeypatch.setattr(site.console.alarms, "open", broken)
    page, _ = open_page()
    assert page.instead()[0].startswith("数据库现在无法读写。")
    monkeypatch.undo()
    page.press("重试")
    page.until(lambda: page.detail().shown())
    assert len(page.rows()) == 1


def test_an_act_that_is_refused_is_told_in_words(site: Site, open_page: Open, loop: object) -> None:
    from ui import aio

    told: list[BaseException] = []
    aio.on_error(told.append)
    alarm_id = site.raise_alarm(thing=PUMP, life_safety=False)
    page, _ = open_page()
    page.act("S")
    form = page.form()
    form.write("原因", "检修")
    site.off(site.console.alarms.shelve, site.sign_in("song.engineer"), alarm_id, 15, "先一步")
    form.send()
    page.until(lambda: form.says("该报警的状态已改变，目前不能搁置。"))
    assert told == []


def test_text_from_devices_stays_plain(site: Site, open_page: Open) -> None:
    nasty = "<b>炸</b>\n<img src=x> & %s {0}"
    site.raise_alarm(thing=PUMP, title={"zh": nasty}, response={"zh": nasty}, cause={"zh": nasty}, value=nasty)
    page, _ = open_page()
    assert any("<b>炸</b> <img src=x> & %s {0}" in cell for cell in page.rows()[0])
    assert page.detail().says(nasty)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_clipped_or_nameless(
    site: Site, open_page: Open, themed: Callable[[str], None], lang: Lang, theme: str
) -> None:
    themed(theme)
    site.raise_alarm(thing=GAS, life_safety=True)
    site.raise_alarm(thing=PUMP)
    page, _ = open_page("boss", lang)
    assert_accessible(page.root)
    assert_no_clipped_text(page.root)
    assert page.table.horizontalScrollBar().maximum() == 0
    page.act("S")
    assert_accessible(page.root)
    assert_no_clipped_text(page.root)
