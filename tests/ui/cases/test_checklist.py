"""A checklist is ticked off in the form, and read in the case."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.cases.definition import CaseField, Item
from desktop.cases.evidence import Evidence, Series
from desktop.kernel.words import Words
from tests.ui.cases.test_page import open_page
from tests.ui.drivers.cases import CasesDriver
from tests.ui.drivers.page import PageDriver
from tests.ui.pages import Recorder, Site
from ui.cases.checklist import ChecklistField
from ui.cases.evidence import Folded, evidence_facts, value_lines
from ui.parts.text import Label

__all__ = ["open_page"]
Open = Callable[..., tuple[CasesDriver, Recorder]]

FIELD = CaseField(
    name="steps", title={"zh": "处置清单", "en": "Checklist"}, type="checklist",
    items=(
        Item(name="pumps", title={"zh": "开泵", "en": "Pumps"}, required=True),
        Item(name="report", title={"zh": "上报", "en": "Report"}),
    ),
)  # fmt: skip


def test_what_must_be_done_is_asked_for_where_the_list_is_needed(qtbot: QtBot, themed: Callable[[str], None]) -> None:
    field = ChecklistField(Words("zh"), FIELD, needed=True)
    qtbot.addWidget(field)
    assert [box.accessibleName() for box in field.boxes.values()] == ["开泵", "上报（选填）"]
    assert not field.check() and field.error() == "此项必填。"
    field.boxes["report"].setChecked(True)
    assert field.error() == "标为必做的项目还没有全部完成。"
    assert field.input is field.boxes["pumps"]
    qtbot.keyClick(field.boxes["pumps"], Qt.Key.Key_Space)
    assert (field.check(), field.error(), field.done()) == (True, "", ["pumps", "report"])


def test_the_words_beside_a_box_tick_it_too(qtbot: QtBot, themed: Callable[[str], None]) -> None:
    field = ChecklistField(Words("zh"), FIELD, needed=True)
    qtbot.addWidget(field)
    words = next(one for one in field.findChildren(Label) if one.text() == "开泵")
    qtbot.mouseClick(words, Qt.MouseButton.LeftButton)
    assert field.done() == ["pumps"]
    qtbot.mouseClick(field.boxes["pumps"], Qt.MouseButton.LeftButton, pos=field.boxes["pumps"].rect().center())
    assert field.done() == []


def test_a_list_that_may_be_given_takes_anything_and_begins_with_what_is_done(
    qtbot: QtBot, themed: Callable[[str], None]
) -> None:
    field = ChecklistField(Words("en"), FIELD, needed=False, done=["report"])
    qtbot.addWidget(field)
    assert field.done() == ["report"]
    assert field.check()
    field.boxes["report"].setChecked(False)
    assert field.check() and field.done() == []


def test_a_case_is_acted_on_by_its_checklist(site: Site, open_page: Open) -> None:
    boss = site.sign_in("boss")
    case_id = site.off(lambda: site.console.cases.open(boss, "waterlogging", "坡道积水", urgency="urgent").id)
    page, _ = open_page()
    form = page.begin("E")
    [checklist] = form.root.findChildren(ChecklistField)
    checklist.boxes["pumps"].setChecked(True)
    page.finish(form)
    page.until(lambda: "险情已控制" in page.detail().acts())
    assert site.off(site.console.cases.get, case_id).values["steps"] == ["pumps"]
    form = page.begin("E")
    [checklist] = form.root.findChildren(ChecklistField)
    assert checklist.done() == ["pumps"]
    form.send()
    page.until(lambda: form.says("标为必做的项目还没有全部完成。"))
    assert page.detail().says("✓ 确认排水泵运行")


def test_what_the_alarm_left_is_told_newest_first_and_folded(qtbot: QtBot, themed: Callable[[str], None]) -> None:
    left = Evidence(
        alarm_id="a1",
        values=(
            Series("level", {"zh": "水位", "en": "Level"}, "mm", ((1_795_327_200.0, 249.5), (1_795_327_210.0, 262.0))),
        ),
        acknowledged_at="2026-11-22T06:01:00+00:00",
        acknowledged_by="李工",
        pictures=("0" * 64,),
    )
    assert value_lines(Words("zh"), left.values[0]) == ["14:00:10  262 mm", "14:00:00  249.5 mm"]
    told = evidence_facts(Words("zh"), left)
    assert [title for title, _ in told] == ["水位", "确认"]
    assert told[1] == ("确认", "李工  2026-11-22 14:01:00")
    folded = told[0][1]
    assert isinstance(folded, Folded)
    qtbot.addWidget(folded)
    folded.show()
    shown = PageDriver(folded)
    assert shown.texts() == ["14:00:10  262 mm"]
    shown.press("水位 其余 1 个值")
    assert shown.texts() == ["14:00:10  262 mm", "14:00:00  249.5 mm"]
