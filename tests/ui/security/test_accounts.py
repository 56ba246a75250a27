"""The accounts page: an office adds its people, each step through the real store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.kernel.errors import StoreUnavailable
from desktop.kernel.words import Lang, Words
from desktop.security.errors import AccountOff, LockedOut, WrongPassword
from desktop.security.roles import roles
from desktop.security.views import OperatorView
from tests.ui.drivers.accounts import AccountsDriver
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text, assert_nothing_overlaps
from tests.ui.pages import Recorder, Site
from ui.security.accounts import AccountsPage
from ui.security.roles import role_duty, role_names

Open = Callable[..., tuple[AccountsDriver, Recorder]]
NEW = "Plum-Tree-7"


@pytest.fixture
def open_page(qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site, themed: Callable[[str], None]) -> Open:
    def opened(login: str = "shen.security", lang: Lang = "zh") -> tuple[AccountsDriver, Recorder]:
        context, shell = site.context(login, lang)
        page = AccountsPage(context)
        # A part that is shown before it has a parent would flash as a window and take the keys away.
        assert not [window for window in QApplication.topLevelWidgets() if window.isVisible()]
        qtbot.addWidget(page)
        page.resize(1150, 684)
        page.show()
        driver = AccountsDriver(qtbot, page)
        driver.until(lambda: driver.instead() or driver.detail().shown())
        return driver, shell

    return opened


def account(site: Site, login: str) -> OperatorView:
    return next(one for one in site.off(site.console.accounts.operators) if one.login == login)


def last_entry(site: Site) -> tuple[str, str | None]:
    [entry] = site.off(site.console.journal.page, site.sign_in("yuan.audit"), None, 1, "operator", "security.operator_")
    return entry.op, entry.reason


def lock_out(site: Site, login: str) -> None:
    for _ in range(5):
        with pytest.raises((WrongPassword, LockedOut)):
            site.off(site.console.accounts.sign_in, login, "not it")


def test_everybody_is_listed_with_roles_in_words(site: Site, open_page: Open) -> None:
    page, _ = open_page()
    assert len(page.rows()) == 15
    assert page.row("周经理")[:4] == ["周经理", "boss", "经理、系统管理员、安全管理员", "启用"]
    page.choose("feng.guard")
    page.until(lambda: page.detail().says("feng.guard") and page.detail().says("看设备、报警和工单"))
    assert page.detail().says("秩序员")
    assert page.detail().says("从未登录") and page.row("feng.guard")[-2:] == ["—", "—"]


def test_a_new_person_signs_in_at_once_with_the_roles_that_were_ticked(site: Site, open_page: Open) -> None:
    page, shell = open_page()
    form = page.begin("N")
    form.write("账号", " Wang.Gong ")
    form.write("姓名", "王工")
    form.password(NEW)
    form.tick("工程")
    form.tick("客服")
    page.finish(form)
    page.until(lambda: page.page.selection_key() == account(site, "wang.gong").id)
    assert shell.said == ["已建立账号：王工"] and shell.failures == []
    assert page.row("王工")[1:4] == ["wang.gong", "客服、工程", "启用"]
    page.until(lambda: page.detail().says("王工"))
    who = site.off(site.console.accounts.sign_in, "wang.gong", NEW)
    assert who.roles == {"clerk", "engineer"}


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_made(site: Site, open_page: Open) -> None:
    page, shell = open_page()
    form = page.begin("N")
    form.send()
    fields = ["账号", "姓名", "密码", "角色"]
    page.until(lambda: form.error("角色"))
    assert [form.error(field) for field in fields] == [
        "请填写账号。", "请填写姓名。", "密码至少 8 个字符。", "请至少选一个角色。",
    ]  # fmt: skip
    form.write("账号", "feng.guard")
    form.write("姓名", "冯二")
    form.tick("秩序员")
    form.password("feng.guard-A1", "feng.guard-A2")
    form.send()
    page.until(lambda: form.error("再输一次密码"))
    assert [form.error(field) for field in [*fields, "再输一次密码"]] == [
        "", "", "密码不能包含账号。", "", "两次输入不一致。",
    ]  # fmt: skip
    form.password(NEW)
    form.send()
    page.until(lambda: form.error("账号") == "这个账号已被使用。")
    focused = page.root.window().focusWidget()
    assert isinstance(focused, QLineEdit) and focused.accessibleName() == "账号"
    assert shell.said == [] and len(page.rows()) == 15
    form.write("账号", "feng.er")
    page.finish(form)
    page.until(lambda: len(page.rows()) == 16)


def test_the_form_goes_to_the_roles_where_they_are_what_is_missing(open_page: Open) -> None:
    page, _ = open_page()
    page.root.resize(1150, 480)
    form = page.begin("N")
    form.write("账号", "wang.gong")
    form.write("姓名", "王工")
    form.password(NEW)
    form.send()
    page.until(lambda: form.error("角色") == "请至少选一个角色。")
    [problem] = [label for label in form.root.findChildren(QLabel) if label.text() == "请至少选一个角色。"]
    # The roles are longer than the room that is left: what is said of them is scrolled into sight.
    assert not problem.visibleRegion().isEmpty()
    focused = page.root.window().focusWidget()
    assert focused is not None and focused.accessibleName() == "秩序员"


def test_an_admin_role_beside_another_turns_the_advice_loud(open_page: Open) -> None:
    page, _ = open_page()
    form = page.begin("N")
    [advice] = [label for label in form.root.findChildren(QLabel) if label.text().startswith("以下三种管理角色")]
    assert advice.property("tone") == "hint"
    form.tick("审计员")
    assert advice.property("tone") == "hint"
    form.tick("系统管理员")
    assert advice.property("tone") == "high"
    form.tick("系统管理员")
    assert advice.property("tone") == "hint"


def test_a_new_password_lifts_the_lock_that_is_shown(site: Site, open_page: Open) -> None:
    lock_out(site, "feng.guard")
    page, shell = open_page()
    assert page.row("feng.guard")[-1] == "14:10"
    page.choose("feng.guard")
    page.until(lambda: page.detail().says("2026-11-22 14:10:00"))
    form = page.begin("R")
    assert any("feng.guard" in text and "旧密码立即作废" in text for text in form.texts())
    form.password("short")
    form.send()
    page.until(lambda: form.error("密码") == "密码至少 8 个字符。")
    form.password(NEW)
    page.finish(form)
    page.until(lambda: page.row("feng.guard")[-1] == "—")
    assert shell.said[-1].startswith("已重设密码：")
    assert site.off(site.console.accounts.sign_in, "feng.guard", NEW).login == "feng.guard"


def test_a_lock_is_gone_from_the_list_when_it_has_run_out(site: Site, open_page: Open) -> None:
    lock_out(site, "feng.guard")
    page, _ = open_page()
    assert page.row("feng.guard")[-1] == "14:10"
    site.clock.advance(601)
    page.page._minute.timeout.emit()  # type: ignore[attr-defined]
    page.until(lambda: page.row("feng.guard")[-1] == "—")


def test_off_says_what_follows_needs_a_reason_and_can_be_taken_back(site: Site, open_page: Open) -> None:
    page, shell = open_page()
    page.choose("feng.guard")
    page.until(lambda: "停用账号" in page.detail().acts() and page.detail().says("feng.guard"))
    form = page.begin("O")
    assert any("不能再登录" in text and "不会自动转派" in text for text in form.texts())
    form.send()
    page.until(lambda: form.error("原因") == "请填写原因。")
    form.write("原因", "离职")
    page.finish(form)
    page.until(lambda: page.row("feng.guard")[3] == "停用")
    assert last_entry(site) == ("security.operator_off", "离职")
    with pytest.raises(AccountOff):
        site.sign_in("feng.guard")

    page.until(lambda: "启用账号" in page.detail().acts())
    form = page.begin("O")
    assert any("原来的密码和角色" in text for text in form.texts())
    page.finish(form)
    page.until(lambda: page.row("feng.guard")[3] == "启用")
    assert last_entry(site) == ("security.operator_active", None)
    assert site.sign_in("feng.guard").login == "feng.guard"
    assert [said[:3] for said in shell.said] == ["已停用", "已启用"]


def test_putting_a_form_away_changes_nothing_and_gives_the_keys_back(site: Site, open_page: Open) -> None:
    page, shell = open_page()
    before = site.off(site.console.accounts.operators)
    form = page.begin("N")
    assert not any(page.window_has(QKeySequence(key)) for key in "NRO")
    form.write("账号", "nobody")
    form.dismiss()
    page.until(lambda: not page.has_form())
    assert all(page.window_has(QKeySequence(key)) for key in "NR")
    page.choose("feng.guard")
    page.until(lambda: "停用账号" in page.detail().acts())
    page.begin("O").dismiss()
    page.until(lambda: not page.has_form())
    assert page.root.window().focusWidget() is page.table
    assert site.off(site.console.accounts.operators) == before and shell.said == []


def test_nobody_is_offered_to_switch_off_their_own_account(open_page: Open) -> None:
    page, _ = open_page()
    page.choose("shen.security")
    page.until(lambda: page.detail().says("您不能停用自己的账号"))
    assert page.detail().acts() == ["重设密码"]


def test_the_last_account_that_can_give_accounts_is_not_switched_off(site: Site, open_page: Open) -> None:
    page, shell = open_page()
    # Meanwhile the other one switches off who is at this terminal.
    boss = site.sign_in("boss")
    site.off(site.console.accounts.set_state, boss, account(site, "shen.security").id, "off")
    page.until(lambda: page.row("shen.security")[3] == "停用")
    page.choose("boss")
    page.until(lambda: page.detail().says("boss") and "停用账号" in page.detail().acts())
    form = page.begin("O")
    form.write("原因", "试")
    form.send()
    page.until(lambda: form.says("这是最后一个能管理账号的账号，不能停用。请先为另一人建立安全管理员账号。"))
    assert account(site, "boss").state == "active" and shell.said == []


def test_who_may_not_manage_accounts_sees_that_and_no_account(open_page: Open) -> None:
    page, _ = open_page("lin.manager")
    assert page.instead()[0] == "您没有查看此页的权限"
    assert page.rows() == []
    assert not [text for text in page.texts() if "feng" in text]
    with pytest.raises(LookupError):
        page.button("新建账号")


def test_text_from_outside_is_shown_as_it_is(site: Site, open_page: Open) -> None:
    hostile = "<b>冯</b>&amp;<img src=x>"
    page, shell = open_page()
    form = page.begin("N")
    form.write("账号", "hostile")
    form.write("姓名", hostile)
    form.password(NEW)
    form.tick("秩序员")
    page.finish(form)
    page.until(lambda: page.detail().says(hostile))
    assert shell.said == [f"已建立账号：{hostile}"]
    form = page.begin("O")
    assert any(hostile in text for text in form.texts())
    assert all(
        label.textFormat() == Qt.TextFormat.PlainText for label in page.root.findChildren(QLabel) if label.text()
    )


def test_a_store_that_refuses_leaves_what_was_typed(
    site: Site, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, shell = open_page()
    form = page.begin("N")
    form.write("账号", "wang.gong")
    form.write("姓名", "王工")
    form.password(NEW)
    form.tick("工程")

    def full(*_: object) -> OperatorView:
        raise StoreUnavailable("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(site.console.accounts, "create", full)
        form.send()
        page.until(lambda: form.says("数据库现在无法读写"))
    assert shell.said == []
    page.finish(form)
    page.until(lambda: len(page.rows()) == 16)


def test_a_new_account_on_another_page_appears_here(site: Site, open_page: Open) -> None:
    page, _ = open_page()
    page.choose("feng.guard")
    who = site.sign_in("boss")
    site.off(site.console.accounts.create, who, "aaa", "新来的", NEW, ["guard"])
    page.until(lambda: "aaa" in page.row("新来的"))
    assert page.page.selection_key() == account(site, "feng.guard").id


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_role_says_what_it_is_and_what_it_may(lang: Lang) -> None:
    words = Words(lang)
    assert all(role_names(words, [role]) and role_duty(words, role) for role in roles())
    # A role of a newer program is named and gives nothing.
    assert role_names(words, ["emperor", "guard"]).endswith("emperor")
    assert role_duty(words, "emperor") == words("security.accounts.unknown_role")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_is_named_and_nothing_is_clipped(site: Site, open_page: Open, lang: Lang) -> None:
    lock_out(site, "feng.guard")
    page, _ = open_page("shen.security", lang)
    page.choose("feng.guard")
    page.until(lambda: len(page.detail().acts()) == 2)
    for key in ("", "N", "R", "O"):
        if key:
            page.begin(key)
        assert_accessible(page.root)
        assert_no_clipped_text(page.root)
        assert_nothing_overlaps(page.root)
        assert page.table.horizontalScrollBar().maximum() == 0
        if key:
            page.form().dismiss()
            page.until(lambda: not page.has_form())
