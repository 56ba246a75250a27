"""One case in its panel: how it stands in words, what can be done with it by which key, and what is taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from desktop.kernel.words import Lang
from tests.ui.cases.test_fields import image, keys
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.drivers.panel import OneCase, PanelDriver
from tests.ui.pages import Recorder, Site
from ui.cases.clock import CaseClock
from ui.cases.forms import MoveForm
from ui.cases.photos import PhotoField
from ui.cases.round import ScanLine
from ui.cases.signing import SignatureField
from ui.parts.badge import StateBadge
from ui.parts.finding import FindLine
from ui.parts.pictures import Picture, from_image
from ui.parts.thumbs import Thumbs

Show = Callable[..., tuple[PanelDriver, Recorder]]
BASE = {"category": "home/tap", "contact": "王小五", "phone": "13812345678"}


@pytest.fixture
def show(qtbot: QtBot, loop: asyncio.AbstractEventLoop, trial: Site, themed: Callable[[str], None]) -> Show:
    def shown(case_id: str, login: str = "boss", lang: Lang = "zh") -> tuple[PanelDriver, Recorder]:
        context, shell = trial.context(login, lang)
        page = OneCase(context)
        qtbot.addWidget(page)
        page.resize(1150, 900)
        page.show()
        return PanelDriver(qtbot, page, case_id), shell

    return shown


def job(site: Site, **more: object) -> str:
    boss = site.sign_in("boss")
    place = site.off(site.console.places.by_code, "3-2-1201")
    assert place is not None
    given: dict[str, object] = {"fields": BASE, "place_id": place.id, **more}
    return site.off(lambda: site.console.cases.open(boss, "job", "", **given).id)  # type: ignore[arg-type]


def taken(site: Site, **more: object) -> str:
    """A job that the boss has."""
    case_id, boss = job(site, **more), site.sign_in("boss")
    site.off(site.console.cases.move, boss, case_id, "grab")
    return case_id


def test_a_step_that_asks_nothing_is_taken_at_once_and_taken_back_by_one_key(trial: Site, show: Show) -> None:
    page, shell = show(job(trial))
    page.act("E")
    page.until(lambda: "处理中" in badges(page))
    page.settle()
    assert shell.said[-1].endswith("：处理中")
    assert page.banner() == "刚才：接单"
    page.act("Ctrl+Z")
    page.until(lambda: "待接单" in badges(page))
    page.settle()
    assert [step.split(" ", 2)[2].split(" ")[0] for step in page.timeline()] == ["撤销上一步", "接单", "登记"]


def test_after_a_minute_nothing_is_taken_back(trial: Site, show: Show) -> None:
    case_id = taken(trial)
    page, _ = show(case_id)
    assert page.banner()
    trial.clock.advance(61)
    page.panel.refresh()
    page.settle()
    assert page.banner() == ""


def test_the_clocks_say_what_is_left_that_they_pause_and_how_they_ended(trial: Site, show: Show) -> None:
    case_id, boss = taken(trial), trial.sign_in("boss")
    page, _ = show(case_id)
    assert page.says("还剩 2 小时 0 分（16:00）") and page.says("还剩 2 天 0 小时（11-24 14:00）")
    until = trial.clock.now() + timedelta(hours=1)
    trial.off(lambda: trial.console.case_acts.suspend(boss, case_id, "resident", until=until, reason="晚上在家"))
    page.panel.refresh()
    page.settle()
    assert page.says("暂停，还剩 3 小时 0 分（17:00）")
    assert page.says("14:00 起暂停 · 等住户，至 15:00：晚上在家")
    assert "已挂起" in badges(page)
    trial.clock.advance(4 * 3600)
    page.panel.tick()
    assert page.says("已超时 1 小时 0 分（17:00）")
    assert page.root.findChildren(CaseClock)[0].accessibleName().startswith("到场 已超时")


def test_what_was_noted_afterwards_is_said_at_the_clock_and_in_the_story(trial: Site, show: Show) -> None:
    case_id = taken(trial)
    trial.clock.advance(3600)
    page, _ = show(case_id)
    form = page.begin("E")
    form.write("到场时间", "14:20")
    form.write("处理结果", "换了水龙头")
    fill(page, "after")
    tick(page)
    quote(page)
    page.finish(form)
    assert page.says("按时 14:20 · 补传")
    assert "补传（到场）" in page.timeline()[0]


def badges(page: PanelDriver) -> list[str]:
    """What the badges say."""
    return [badge.text() for badge in page.root.findChildren(StateBadge) if badge.isVisible()]


def find(page: PanelDriver, field: str, text: str) -> None:
    """Types into a line that finds, and takes the first it offers."""
    line = next(one for one in page.root.findChildren(FindLine) if one.accessibleName() == field)
    line.setFocus()
    keys(text)
    page.until(line.is_open)
    keys(Qt.Key.Key_Return)


def fill(page: PanelDriver, name: str) -> None:
    """A photo, as if it had been pasted."""
    field = page.current().fields[name]
    assert isinstance(field, PhotoField)
    field.take([image(400, 300)])
    page.settle()


def tick(page: PanelDriver) -> None:
    field = page.current().fields["steps"]
    field.boxes["off"].setChecked(True)  # type: ignore[union-attr]


def quote(page: PanelDriver) -> None:
    form = page.current()
    cells = form.fields["quote"].cells()[0]  # type: ignore[union-attr]
    for cell, text in zip(cells, ("换水龙头", "1", "88"), strict=True):
        cell.setText(text)
    signed = form.fields["signed"]
    assert isinstance(signed, SignatureField)
    signed._kept = Picture(from_image(image(200, 100)).data, "image/jpeg")
    signed.changed.emit()


def test_what_a_condition_asks_for_appears_when_it_holds(trial: Site, show: Show) -> None:
    free = job(trial, fields={"category": "public/light"})
    trial.off(trial.console.cases.move, trial.sign_in("boss"), free, "grab")
    page, _ = show(free)
    page.begin("E")
    form = page.current()
    assert isinstance(form, MoveForm)
    assert {name for name, field in form.fields.items() if field.isVisible()} == {
        "result", "after", "arrived_at", "steps", "reason",
    }  # fmt: skip
    page.form().dismiss()
    page.settle()
    page.panel.show_case(taken(trial))
    page.settle()
    page.begin("E")
    assert page.current().fields["quote"].isVisible() and page.current().fields["signed"].isVisible()


def test_a_choice_that_is_made_asks_for_its_reason_and_lets_go_of_it_again(trial: Site, show: Show) -> None:
    case_id = taken(trial)
    finish(trial, case_id)
    page, _ = show(case_id)
    form = page.begin("E")
    why = page.current().fields["why_not"]
    assert not why.isVisible()
    form.pick("回访结论", "不满意")
    assert why.isVisible()
    form.send()
    page.until(lambda: form.says("此项必填。"))
    form.write("不满意原因", "还在滴水")
    form.pick("回访结论", "满意")
    assert not why.isVisible()
    form.pick("回访结论", "不满意")
    page.finish(form)
    assert page.says("还在滴水")


def finish(site: Site, case_id: str) -> None:
    boss, cases = site.sign_in("boss"), site.console.cases
    photo = from_image(image(400, 300))
    sha = site.off(cases.keep_picture, boss, photo.data, photo.media)
    given = {
        "result": "好了", "after": [sha], "arrived_at": site.clock.now().isoformat(), "steps": ["off"],
        "quote": [{"what": "水龙头", "quantity": 1, "price": 8800}], "signed": sha,
    }  # fmt: skip
    site.off(lambda: cases.move(boss, case_id, "finish", fields=given))


def test_a_form_begins_with_what_is_held_and_loses_nothing_when_it_is_refused(trial: Site, show: Show) -> None:
    case_id, boss = taken(trial), trial.sign_in("boss")
    rows = [{"what": "水龙头", "quantity": 2, "price": 8800}]
    trial.off(lambda: trial.console.cases.move(boss, case_id, "price", fields={"quote": rows}))
    page, shell = show(case_id)
    form = page.begin("E")
    assert page.current().fields["quote"].value() == rows
    form.write("处理结果", "换了水龙头")
    form.send()
    page.until(lambda: form.says("此项必填。"))
    form.dismiss()
    page.until(lambda: form.says("再按一次 Esc 放弃。"))
    assert page.has_form()
    fill(page, "after")
    form.write("到场时间", "14:00")
    tick(page)
    signed = page.current().fields["signed"]
    assert isinstance(signed, SignatureField)
    signed._kept = from_image(image(200, 100))
    page.finish(form)
    assert shell.said[-1].endswith("：待回访") and page.says("换了水龙头")


def test_a_quote_that_is_changed_must_be_signed_anew(trial: Site, show: Show) -> None:
    case_id, boss = taken(trial), trial.sign_in("boss")
    photo = from_image(image(200, 100))
    sha = trial.off(trial.console.cases.keep_picture, boss, photo.data, photo.media)
    given = {"quote": [{"what": "水龙头", "quantity": 1, "price": 8800}], "signed": sha}
    trial.off(lambda: trial.console.cases.move(boss, case_id, "price", fields=given))
    page, _ = show(case_id)
    page.begin("E")
    fields = page.current().fields
    assert fields["signed"].value() == sha
    fields["quote"].cells()[0][2].setText("99")  # type: ignore[union-attr]
    assert fields["signed"].value() is None
    fields["quote"].cells()[0][2].setText("88")  # type: ignore[union-attr]
    assert fields["signed"].value() is None, "who signed must see it again"


def test_esc_lets_go_at_once_where_nothing_was_typed(trial: Site, show: Show) -> None:
    page, _ = show(taken(trial))
    page.begin("E").dismiss()
    page.until(lambda: not page.has_form())


def test_every_act_is_in_the_menu_with_its_key_and_works(trial: Site, show: Show) -> None:
    case_id, other = taken(trial), job(trial)
    page, shell = show(case_id)
    assert page.menu() == [
        "挂起\tS", "催单\tU", "请求主管介入\tT", "备注\tR", "调整紧急程度\tY", "关联工单\tL", "并入另一工单\tH", 
        "开子任务\tA", "查看个人信息\tV", "打印：完工单\tP",
    ]  # fmt: skip
    form = page.begin("S")
    form.pick("原因", "等配件")
    form.write("预计恢复时间（选填）", "+2h")
    form.write("说明", "水龙头缺货")
    page.finish(form)
    assert "已挂起" in badges(page) and "恢复办理\tS" in page.menu()
    page.act("S")
    page.until(lambda: "已挂起" not in badges(page))
    page.settle()
    for key, field in (("U", "对方怎么说"), ("T", "说明"), ("R", "内容")):
        form = page.begin(key)
        form.send()
        page.until(lambda form=form: form.says("此项必填。"))
        form.write(field, "请尽快")
        page.finish(form)
    assert {"催单 1 次", "已请主管介入"} <= set(badges(page))
    form = page.begin("Y")
    form.pick("紧急程度", "紧急")
    form.write("说明", "漏水加剧")
    page.finish(form)
    number = trial.off(trial.console.cases.get, other).view.number
    form = page.begin("L")
    find(page, "另一工单", number)
    page.finish(form)
    page.press(f"相关 {number} 户内 · 水龙头")
    assert shell.gone[-1] == ("cases", other)
    page.press(f"取消与 {number} 的关联")
    page.until(lambda: "已取消关联" in shell.said)
    page.act("Ctrl+Z")
    page.until(lambda: page.says("户内 · 水龙头") and any(number in text for text in page.detail().acts()))
    page.settle()
    assert [step.split(" ", 2)[2].split(" ")[0] for step in page.timeline()][2:6] == [
        "关联工单", "调整紧急程度", "备注", "请求主管介入",
    ]  # fmt: skip


def test_merging_closes_the_double(trial: Site, show: Show) -> None:
    case_id, into = job(trial), job(trial)
    number = trial.off(trial.console.cases.get, into).view.number
    page, _ = show(case_id)
    form = page.begin("H")
    find(page, "并入哪一件", number)
    form.write("说明", "同一件事报了两次")
    page.finish(form)
    assert "已作废" in badges(page) and page.says("并入")


def test_a_sub_task_begins_with_what_the_case_knows(trial: Site, show: Show) -> None:
    case_id = taken(trial)
    page, shell = show(case_id)
    made: list[str] = []
    page.panel.opened.connect(made.append)
    form = page.begin("A")
    assert form.says("设备故障") and form.says("D1-20261122-0001 的子任务")
    page.finish(form)
    page.until(lambda: made)
    sub = trial.off(trial.console.cases.get, made[0])
    assert sub.view.parent_id == case_id and sub.view.place_path[-1] == "1201室"
    page.panel.refresh()
    page.settle()
    page.press(f"子任务 {sub.view.number} 户内 · 水龙头")
    assert shell.gone == [("cases", made[0])]


def test_personal_data_is_masked_until_somebody_says_why(trial: Site, show: Show) -> None:
    page, shell = show(taken(trial))
    assert page.says("138****5678") and not page.says("13812345678")
    form = page.begin("V")
    form.pick("查看哪一项", "联系电话")
    form.write("用途", "预约上门")
    page.finish(form)
    page.until(lambda: page.says("13812345678"))
    assert "已查看" in shell.said[-1]
    assert page.banner() == "刚才：接单", "a look is nothing to take back, and takes nothing else's place"
    page.panel.show_case(taken(trial))
    page.settle()
    assert not page.says("13812345678")


def test_a_guard_sees_neither_moves_nor_personal_data_to_ask_for(trial: Site, show: Show) -> None:
    page, _ = show(taken(trial), "feng.guard")
    assert page.detail().acts()[:1] == ["其他操作"]
    assert not any("个人信息" in act or "挂起" in act for act in page.menu())


def test_photos_open_in_full_and_lists_read_as_tables(trial: Site, show: Show) -> None:
    case_id = taken(trial)
    finish(trial, case_id)
    page, _ = show(case_id)
    assert {"换", "水龙头", "¥88.00"} & set(page.texts()) and page.says("合计 ¥88.00") and page.says("1 / 2")
    thumbs = [thumb for strip in page.root.findChildren(Thumbs) for thumb in strip.findChildren(QToolButton)]
    assert {thumb.accessibleName() for thumb in thumbs} == {"完工照片", "住户签字"}
    thumbs[0].setFocus()
    QTest.keyClick(thumbs[0], Qt.Key.Key_Space)
    keys(Qt.Key.Key_Escape)
    assert page.page.isVisible()


def test_a_slip_is_printed_by_its_key_and_opened(trial: Site, show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []

    def open_url(url: QUrl) -> bool:
        opened.append(Path(url.toLocalFile()))
        return True

    monkeypatch.setattr("ui.shell.printing.QDesktopServices.openUrl", open_url)
    page, shell = show(taken(trial))
    page.act("P")
    page.until(lambda: opened)
    assert opened[0].name == "完工单_D1-20261122-0001.pdf" and opened[0].read_bytes().startswith(b"%PDF")
    assert str(opened[0]) in shell.said[-1]


ROUTE = {
    "route": [
        {"code": "A-1", "name": "北门", "place_id": None, "thing_id": None, "asset_id": None, "check": "门锁完好"},
        {"code": "A-2", "name": "水泵房", "place_id": None, "thing_id": None, "asset_id": None, "check": "无漏水"},
    ],
    "visits": [],
    "ordered": True,
}


def patrol(site: Site) -> str:
    from db.tables.cases import CaseRow
    from desktop.security.principal import act

    case_id, boss = taken(site), site.sign_in("boss")

    def work(tx: object) -> None:
        row = tx.get(CaseRow, case_id)  # type: ignore[attr-defined]
        row.fields = {**row.fields, "round": ROUTE}

    site.off(lambda: site.console.records.write(act(boss, "cases.test", site.clock), work))
    return case_id


def test_a_round_is_walked_by_scanning_or_typing_and_lists_what_is_missed(trial: Site, show: Show) -> None:
    page, shell = show(patrol(trial))
    assert page.says("已到 0 处，共 2 处") and page.says("下一处") and page.says("门锁完好")
    page.act("K")
    assert page.root.window().focusWidget() is page.root.findChild(ScanLine)
    keys("a-1", Qt.Key.Key_Return)
    page.until(lambda: page.says("已到 1 处，共 2 处"))
    page.settle()
    assert page.root.window().focusWidget() is page.root.findChild(ScanLine), "a reader goes on at once"
    line = page.root.findChild(ScanLine)
    keys("zz-9", Qt.Key.Key_Return)
    page.until(lambda: "路线中没有点位 zz-9。" in shell.said)
    page.settle()
    line = page.root.findChild(ScanLine)
    line.setText("A-2")
    QTest.keyClick(line, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    page.until(page.has_form)
    page.form().write("异常情况", "地面有水")
    page.finish(page.form())
    assert page.says("已到 2 处，共 2 处") and page.says("地面有水")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_clipped_or_nameless(
    trial: Site, show: Show, themed: Callable[[str], None], lang: Lang, theme: str
) -> None:
    themed(theme)
    case_id = patrol(trial)
    finish(trial, case_id)
    page, _ = show(case_id, "boss", lang)
    assert_accessible(page.root)
    assert_no_clipped_text(page.root)
    for key in ("E", "S", "V"):
        page.begin(key)
        assert_accessible(page.form().root)
        assert_no_clipped_text(page.form().root)
        page.form().dismiss()
        page.settle()
