"""The board: cards by state, moved by hand or by keys, and only where the definition lets them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt

from desktop.kernel.words import Lang
from tests.ui.cases.test_page import open_page, some_case
from tests.ui.drivers.board import BoardDriver
from tests.ui.drivers.cases import CasesDriver
from tests.ui.drivers.page import PageDriver, assert_accessible, assert_no_clipped_text
from tests.ui.pages import Recorder, Site
from ui.cases.lanes import MOST

__all__ = ["open_page"]
Open = Callable[..., tuple[CasesDriver, Recorder]]
FAULT = "设备故障"


def on_board(page: CasesDriver, kind: str = FAULT) -> BoardDriver:
    """The board of one kind, or with "" of all."""
    bar = page.page._bar  # type: ignore[attr-defined]
    if kind:
        bar.kind.setCurrentIndex(bar.kind.findText(kind))
    page.act("B")
    board = BoardDriver(page)
    page.until(lambda: board.board.boxes() and board.board.isVisible())
    wanted = bool(kind)
    page.until(lambda: board.board.by_phase != wanted)
    return board


def assigned(site: Site, title: str) -> str:
    """A case that the boss has."""
    case_id, boss = some_case(site, title), site.sign_in("boss")
    site.off(lambda: site.console.cases.move(boss, case_id, "assign", assignee_id=boss.id))
    return case_id


def test_one_kind_has_a_column_for_each_of_its_states_and_ends_to_drop_on(site: Site, open_page: Open) -> None:
    some_case(site, "水泵异响")
    assigned(site, "电梯异响")
    page, _ = open_page()
    board = on_board(page)
    assert board.titles() == [
        "待派单，1 件",
        "已派单，1 件",
        "处理中，0 件",
        "待回访，0 件",
        "已回访，0 件",
        "已归档",
        "已作废",
    ]
    [card] = board.cards("待派单")
    assert "水泵异响" in card and "待接单" in card
    [card] = board.cards("已派单")
    assert "电梯异响" in card and "周经理" in card
    assert not page.detail().shown()


def test_all_kinds_stand_together_by_phase(site: Site, open_page: Open) -> None:
    boss = site.sign_in("boss")
    some_case(site, "水泵异响")
    site.off(lambda: site.console.cases.open(boss, "waterlogging", "坡道积水", urgency="urgent"))
    assigned(site, "电梯异响")
    page, _ = open_page()
    board = on_board(page, "")
    assert board.titles() == ["待处理，2 件", "办理中，1 件", "待收尾，0 件", "已办结", "已作废"]
    # The most pressing first, whatever its kind.
    assert ["坡道积水" in card for card in board.cards("待处理")] == [True, False]


def test_only_where_it_may_go_lights_up_and_a_drop_takes_the_step(site: Site, open_page: Open) -> None:
    case_id = assigned(site, "电梯异响")
    page, shell = open_page()
    board = on_board(page)
    board.take_up("已派单", "电梯异响")
    page.until(board.lit)
    assert board.lit() == ["待派单", "处理中", "待回访", "已作废"]
    board.drop("处理中")
    page.until(lambda: board.cards("处理中"))
    assert not board.lit() and not page.has_form()
    assert shell.said[-1].endswith("：处理中")
    assert site.off(site.console.cases.get, case_id).view.state == "in_progress"
    [(act, undo)] = shell.offers
    assert act == "撤销"
    undo()
    page.until(lambda: board.cards("已派单"))
    assert site.off(site.console.cases.get, case_id).view.state == "assigned"


def test_a_drop_that_needs_something_opens_the_form_of_the_step(site: Site, open_page: Open) -> None:
    case_id = some_case(site, "水泵异响")
    page, _ = open_page()
    board = on_board(page)
    board.take_up("待派单", "水泵异响")
    board.drop("已派单")
    page.until(page.has_form)
    page.form().dismiss()
    page.until(lambda: not page.has_form())
    assert site.off(site.console.cases.get, case_id).view.state == "reported"
    board.take_up("待派单", "水泵异响")
    board.drop("已派单")
    page.until(page.has_form)
    form = page.form()
    form.pick("处理人", "宋立")
    page.finish(form)
    page.until(lambda: any("宋立" in card for card in board.cards("已派单")))


def test_where_it_may_not_go_it_does_not(site: Site, open_page: Open) -> None:
    case_id = some_case(site, "水泵异响")
    page, shell = open_page()
    board = on_board(page)
    board.take_up("待派单", "水泵异响")
    board.drop("待回访")
    page.until(lambda: shell.said)
    assert shell.said[-1].endswith("现在不能到“待回访”。")
    board.take_up("待派单", "水泵异响")
    page.until(board.lit)
    board.key(Qt.Key.Key_Escape)
    board.drop("已派单")
    assert not board.lit() and not page.has_form()
    assert site.off(site.console.cases.get, case_id).view.state == "reported"


def test_keys_do_all_that_the_mouse_does(site: Site, open_page: Open) -> None:
    some_case(site, "水泵异响")
    case_id = assigned(site, "电梯异响")
    page, _shell = open_page()
    board = on_board(page)
    page.until(board.board.selected_id)
    board.key(Qt.Key.Key_Right)
    assert board.board.selected_id() == case_id
    board.key(Qt.Key.Key_M)
    page.until(board.lit)
    assert PageDriver(board.board).says("按列号移动：1 待派单 · 3 处理中")
    # The digit is the column's, though digits are acts of the case elsewhere.
    board.key(Qt.Key.Key_3)
    page.until(lambda: board.cards("处理中"))
    assert board.board.selected_id() == case_id
    board.key(Qt.Key.Key_M)
    page.until(board.lit)
    board.key(Qt.Key.Key_Escape)
    assert not board.lit()
    board.key(Qt.Key.Key_Return)
    page.until(lambda: page.detail().shown() and page.detail().says("电梯异响"))
    board.key(Qt.Key.Key_Left)
    page.until(lambda: page.detail().says("水泵异响"))
    page.act("B")
    page.until(lambda: page.rows() and page.table.isVisible())
    assert page.page.selection_key() == board.board.selected_id()


def test_a_role_that_may_not_move_is_shown_no_way(site: Site, open_page: Open) -> None:
    some_case(site, "水泵异响")
    page, shell = open_page("feng.guard")
    board = on_board(page)
    page.until(board.board.selected_id)
    board.key(Qt.Key.Key_M)
    page.until(lambda: shell.said)
    assert shell.said[-1].endswith("现在没有可做的步骤。")
    assert not board.lit()


def test_a_long_column_shows_the_most_pressing_and_counts_the_others(site: Site, open_page: Open) -> None:
    for number in range(MOST + 2):
        some_case(site, f"第 {number}")
    page, _ = open_page()
    board = on_board(page)
    assert board.titles()[0] == f"待派单，{MOST + 2} 件"
    assert len(board.cards("待派单")) == MOST
    assert PageDriver(board.board).says("还有 2 件，可用筛选缩小范围")


def test_what_changes_meanwhile_waits_until_the_card_is_put_down(site: Site, open_page: Open) -> None:
    some_case(site, "水泵异响")
    page, _ = open_page()
    board = on_board(page)
    board.take_up("待派单", "水泵异响")
    some_case(site, "又一件")
    page.until(lambda: board.board._later is not None)
    assert len(board.cards("待派单")) == 1
    board.key(Qt.Key.Key_Escape)
    page.until(lambda: len(board.cards("待派单")) == 2)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_clipped_or_nameless(site: Site, open_page: Open, lang: Lang) -> None:
    some_case(site)
    page, _ = open_page("boss", lang)
    page.act("B")
    page.until(BoardDriver(page).board.boxes)
    assert_accessible(page.root)
    assert_no_clipped_text(page.root)
