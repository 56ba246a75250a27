"""Groups, the flood's one line, latches, what explains what, chatter and pictures: by keys, on a real store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QFileDialog, QToolButton, QWidget

from db.errors import StoreError
from desktop.alarms.keeping import StillKeeper
from desktop.kernel.errors import StoreUnavailable
from desktop.kernel.words import Lang
from desktop.simulate.stills import still
from tests.ui.alarms.test_page import Open, open_page
from tests.ui.drivers.alarms import AlarmsDriver
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.pages import GAS, LIFT, PUMP, SUMP, Site
from ui import aio
from ui.parts.pictureview import PictureView
from ui.parts.thumbs import Thumbs
from ui.parts.when import local

__all__ = ["open_page"]


def group(site: Site, gateway: str, count: int, priority: str = "high", ago: float = 60) -> list[str]:
    """Alarms of things that speak through one gateway, the later the more."""
    return [
        site.raise_alarm(
            thing=PUMP, ago=ago - n, thing_id=f"{gateway}-{n}", thing_name=f"{gateway} 水泵 {n}", parent=gateway,
            priority=priority, life_safety=False,
        )
        for n in range(count)
    ]  # fmt: skip


def whats(page: AlarmsDriver) -> list[str]:
    """The column that says what."""
    model = page.table.model()
    number = next(n for n in range(model.columnCount()) if model.headerData(n, Qt.Orientation.Horizontal) == "报警内容")
    return [str(model.index(row, number).data()) for row in range(model.rowCount())]


def test_alarms_of_one_root_fold_and_unfold_by_the_arrows(site: Site, open_page: Open) -> None:
    ids = group(site, "gw", 3)
    page, shell = open_page()
    assert len(page.rows()) == 1 and whats(page)[0].startswith("3 条 · ")
    page.until(lambda: page.detail().says("同一根源 3 条"))
    page.key("Right")
    page.until(lambda: len(page.rows()) == 4)
    assert [text.startswith("首发 · ") for text in whats(page)] == [False, True, False, False]
    page.key("Down")
    page.until(lambda: page.page.selection_key() == ids[0])
    page.key("Left")
    page.until(lambda: len(page.rows()) == 1)
    page.key("Return")
    page.until(lambda: len(page.rows()) == 4)
    assert shell.gone == []


def test_a_acknowledges_the_head_alone_and_shift_a_the_group(site: Site, open_page: Open) -> None:
    ids = group(site, "gw", 3)
    alone = site.raise_alarm(thing=LIFT, priority="low", life_safety=False)
    page, shell = open_page()
    head = page.page.selection_key()
    page.act("A")
    page.until(lambda: site.alarm(head).state == "acknowledged")
    assert {site.alarm(id_).state for id_ in ids if id_ != head} == {"unacknowledged"}
    page.until(lambda: "确认整组 2 条" in page.detail().acts())
    page.act("Shift+A")
    page.until(lambda: shell.said == ["已确认 2 条报警"])
    assert {site.alarm(id_).state for id_ in ids} == {"acknowledged"}
    assert site.alarm(alone).state == "unacknowledged"


def test_a_flood_shows_the_highest_priority_and_one_line_for_the_rest(site: Site, open_page: Open) -> None:
    urgent = group(site, "gw-a", 4, "critical")
    rest = [id_ for n in range(4) for id_ in group(site, f"gw-{n}", 3, "low")]
    page, shell = open_page()
    assert page.banner().startswith("报警集中：13:59 起，近十分钟 16 条，最高级别：紧急")
    assert len(page.rows()) == 2 and whats(page)[1] == "还有 12 条"
    page.key("Down")
    page.until(lambda: page.detail().says("还有 12 条"))
    page.key("Right")
    page.until(lambda: len(page.rows()) == 6)
    page.key("Left")
    page.until(lambda: len(page.rows()) == 2)
    page.act("Ctrl+Shift+A")
    page.until(lambda: shell.said == ["已确认 4 条报警"])
    assert {site.alarm(id_).state for id_ in urgent} == {"acknowledged"}
    assert {site.alarm(id_).state for id_ in rest} == {"unacknowledged"}
    # What nobody has answered is what is listed now.
    page.until(lambda: len(page.rows()) == 5)
    page.page.select_key(rest[-1])
    page.until(lambda: page.page.selection_key() == rest[-1])


def test_r_resets_what_latched(site: Site, open_page: Open) -> None:
    alarm_id = site.raise_alarm(thing=GAS, latch=True)
    site.end_alarm(alarm_id)
    page, shell = open_page()
    page.act("A")
    page.chip("待复位")
    page.until(lambda: page.rows() and "待复位" in page.rows()[0])
    page.act("R")
    page.until(page.instead)
    page.until(lambda: shell.said == ["报警已复位"])
    assert site.alarm(alarm_id).state == "normal"


def test_what_is_suppressed_tells_by_which_alarm_and_leads_to_it(site: Site, open_page: Open) -> None:
    root = site.raise_alarm(thing=PUMP, thing_id="gw", thing_name="网关", comms=True, life_safety=False)
    site.raise_alarm(
        thing=PUMP, thing_id="child", thing_name="水表", parent="gw", comms=True, life_safety=False, priority="low"
    )
    page, shell = open_page()
    assert len(page.rows()) == 1 and whats(page)[0].endswith("另抑制 1 条")
    page.chip("抑制与停用")
    page.until(lambda: page.detail().shown() and page.detail().says("网关 的“"))
    page.detail().press("查看原因报警")
    assert shell.gone == [("alarms", root)]


def test_chatter_is_a_quiet_note_that_leads_to_the_limits(site: Site, open_page: Open) -> None:
    for _ in range(3):
        alarm_id = site.raise_alarm(thing=PUMP, life_safety=False, priority="low")
        site.clock.advance(5)
        site.end_alarm(alarm_id)
        site.clock.advance(5)
    site.raise_alarm(thing=PUMP, life_safety=False, priority="low")
    page, _ = open_page()
    page.until(lambda: page.detail().says("一分钟内最多变化 7 次，建议"))
    page.detail().press("调整限值")
    page.until(page.has_form)
    page.form().dismiss()
    page.until(lambda: not page.has_form())
    page.act("A")
    page.until(lambda: "已确认" in page.rows()[0])


def test_p_adds_a_picture_that_is_seen_small_and_in_full(site: Site, open_page: Open, tmp_path: Path) -> None:
    alarm_id = site.raise_alarm(thing=SUMP)
    picture = QImage(320, 240, QImage.Format.Format_RGB32)
    picture.fill(QColor("#336699"))
    assert picture.save(str(tmp_path / "sump.png"))
    page, shell = open_page()
    page.act("P")
    dialog = page.root.findChild(QFileDialog)
    dialog.selectFile(str(tmp_path / "sump.png"))
    dialog.fileSelected.emit(str(tmp_path / "sump.png"))
    dialog.hide()
    page.until(lambda: shell.said == ["照片已添加"])
    assert len(site.alarm(alarm_id).pictures) == 1
    page.until(lambda: "照片" in page.detail().acts())
    page.detail().press("照片")
    page.until(lambda: [view for view in page.root.findChildren(PictureView) if view.isVisible()])
    page.key("A")
    page.key("Esc")
    page.until(lambda: not page.root.findChildren(PictureView))
    assert site.alarm(alarm_id).state == "unacknowledged"
    assert page.root.findChildren(Thumbs)


def test_a_picture_that_a_camera_took_says_which_and_when(site: Site, open_page: Open) -> None:
    alarm_id = site.raise_alarm(thing=SUMP)
    at = site.clock.now()
    seen = {"地下车库摄像机": still("地下车库摄像机", at.timestamp())}
    site.off(site.console.alarms.album.keep_stills, alarm_id, seen, at)
    page, _ = open_page()
    said = f"地下车库摄像机 {local(at):%m-%d %H:%M:%S} 自动抓拍"
    page.until(lambda: said in page.detail().acts())
    page.detail().button(said).setFocus()
    page.detail().press(said)
    page.until(lambda: [view.accessibleName() for view in page.root.findChildren(PictureView) if view.isVisible()])
    [full] = page.root.findChildren(PictureView)
    assert full.accessibleName() == said and full.hasFocus()
    # That somebody looked stands in the alarm's story, and the keys come back to the picture in the panel drawn anew.
    page.until(lambda: page.detail().says("查看报警抓拍图片"))
    page.key("Esc")
    page.until(lambda: not page.root.findChildren(PictureView))
    assert [step.op for step in site.off(site.console.alarms.course, alarm_id)] == ["alarms.still", "alarms.reveal"]
    assert getattr(page.root.window().focusWidget(), "accessibleName", str)() == said


def test_a_look_that_the_journal_cannot_keep_is_told_and_shows_nothing(
    site: Site, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm_id = site.raise_alarm(thing=SUMP)
    site.off(site.console.alarms.album.keep_stills, alarm_id, {"车库": still("车库", 0.0)}, site.clock.now())
    page, _ = open_page()
    page.until(lambda: any("车库" in act for act in page.detail().acts()))

    def full(*_: object) -> None:
        raise StoreError("full", "no room")

    monkeypatch.setattr("db.journal.append", full)
    told: list[BaseException] = []
    aio.on_error(told.append)
    [thumbs] = page.root.findChildren(Thumbs)
    thumbs.findChildren(QToolButton)[0].click()
    page.until(lambda: told)
    assert isinstance(told[0], StoreUnavailable)
    page.until(lambda: not page.root.findChildren(PictureView))


def test_a_camera_picture_whose_time_is_up_says_so(site: Site, open_page: Open) -> None:
    alarm_id = site.raise_alarm(thing=SUMP)
    site.off(site.console.alarms.album.keep_stills, alarm_id, {"车库": still("车库", 0.0)}, site.clock.now())
    site.end_alarm(alarm_id)
    site.clock.advance(31 * 86_400)
    console = site.console
    assert site.off(StillKeeper(console.records, console.settings, site.clock, "T1").erase_old) == 1
    page, _ = open_page()
    page.until(
        lambda: "已到期删除" in [b.text() for t in page.root.findChildren(Thumbs) for b in t.findChildren(QToolButton)]
    )
    [button] = page.root.findChildren(Thumbs)[0].findChildren(QToolButton)
    assert not button.isEnabled() and "车库" in button.accessibleName()


def test_a_file_that_is_no_picture_is_refused_in_words(site: Site, open_page: Open, tmp_path: Path) -> None:
    site.raise_alarm(thing=SUMP)
    (tmp_path / "note.png").write_text("no picture")
    page, shell = open_page()
    page.act("P")
    dialog = page.root.findChild(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "note.png"))
    dialog.hide()
    page.until(lambda: shell.said == ["只能添加 PNG 或 JPEG 格式的照片。"])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_flood_of_sixty_in_eight_groups_fits(
    site: Site, open_page: Open, themed: Callable[[str], None], compare: Callable[[QWidget, str], None],
    lang: Lang, theme: str,
) -> None:  # fmt: skip
    themed(theme)
    for n in range(8):
        group(site, f"gw-{n}", 7 + n % 3, ("critical", "high", "medium", "low")[n % 4], ago=300 - 20 * n)
    page, _ = open_page("boss", lang)
    page.until(lambda: len(page.rows()) == 3)
    assert_accessible(page.root)
    assert_no_clipped_text(page.root)
    compare(page.root, f"alarms-flood-{theme}-{lang}")


def test_whom_an_alarm_went_up_to_stands_in_the_list_and_in_its_course(site: Site, open_page: Open) -> None:
    site.raise_alarm(thing=LIFT)
    site.raise_alarm(thing=PUMP, priority="low", life_safety=False)
    page, _ = open_page("boss", "zh", (1700, 800))
    titles = [
        page.table.model().headerData(n, Qt.Orientation.Horizontal) for n in range(page.table.model().columnCount())
    ]
    assert page.table.isColumnHidden(titles.index("升级"))
    site.clock.advance(3600)
    assert site.off(site.console.alarms.escalate_due) > 0
    page.until(lambda: not page.table.isColumnHidden(titles.index("升级")))
    to = site.alarm(page.page.selection_key()).escalated_to
    assert to
    page.until(lambda: page.detail().says("已通知 "))
    assert any("无人值班" in cell for cell in page.rows()[0])


def test_groups_keep_their_order_and_the_log_may_be_sorted(site: Site, open_page: Open) -> None:
    group(site, "gw", 2)
    site.raise_alarm(thing=LIFT, priority="low")
    page, _ = open_page()
    header = page.table.horizontalHeader()
    assert not header.sectionsClickable()
    page.chip("近 7 天")
    page.until(lambda: len(page.rows()) == 3)
    assert header.sectionsClickable()
    header.sectionClicked.emit(0)
    assert page.rows()[-1][0] == "低"
    header.sectionClicked.emit(0)
    assert page.rows()[0][0] == "低"
    page.chip("待处理")
    page.until(lambda: len(page.rows()) == 2)
    assert page.rows()[0][0] == "高"
