"""A day's work: what is late stands first, the next step is one key, and of two who take one job one wins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.kernel.words import Lang
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.drivers.table import ListPageDriver
from tests.ui.pages import Recorder, Site
from ui import aio
from ui.parts.badge import StateBadge
from ui.work.page import WorkPage

Open = Callable[..., tuple[ListPageDriver, Recorder]]
ENGINEER, OTHER = "song.engineer", "tang.engineer"


@pytest.fixture
def open_page(qtbot: QtBot, loop: asyncio.AbstractEventLoop, trial: Site, themed: Callable[[str], None]) -> Open:
    def opened(login: str = ENGINEER, lang: Lang = "zh") -> tuple[ListPageDriver, Recorder]:
        context, shell = trial.context(login, lang)
        page = WorkPage(context)
        qtbot.addWidget(page)
        page.resize(1150, 684)
        page.show()
        driver = ListPageDriver(qtbot, page)
        driver.until(lambda: driver.instead() or driver.detail().shown())
        return driver, shell

    return opened


def job(site: Site, category: str = "home/tap", urgency: str = "normal") -> str:
    boss = site.sign_in("boss")
    opened = site.off(lambda: site.console.cases.open(boss, "job", "", urgency=urgency, fields={"category": category}))
    return opened.id


def given(site: Site, to: str, **more: str) -> str:
    case_id, boss = job(site, **more), site.sign_in("boss")
    operator = next(one for one in site.off(site.console.accounts.operators) if one.login == to)
    site.off(lambda: site.console.cases.move(boss, case_id, "assign", assignee_id=operator.id))
    return case_id


def settle(page: ListPageDriver, qtbot: QtBot) -> None:
    page.until(lambda: not aio._tasks)
    qtbot.wait(60)
    page.until(lambda: not aio._tasks)


def whens(page: ListPageDriver) -> list[str]:
    return [row[0] for row in page.rows()]


def test_the_day_is_in_the_order_it_presses(qtbot: QtBot, trial: Site, open_page: Open) -> None:
    given(trial, ENGINEER)
    trial.clock.advance(3 * 3600)
    given(trial, ENGINEER, urgency="urgent")
    job(trial)
    given(trial, OTHER)
    page, _ = open_page()
    assert whens(page) == ["已超时", "今日到期", "可接单"]
    assert page.chips() == ["全部 3", "已超时 1", "今日到期 1", "稍后 0", "可接单 1"]
    page.chip("可接单")
    page.until(lambda: whens(page) == ["可接单"])


def test_a_free_job_is_taken_by_one_key_and_its_next_step_by_another(
    qtbot: QtBot, trial: Site, open_page: Open
) -> None:
    case_id = job(trial)
    page, shell = open_page()
    page.act("G")
    page.until(lambda: "已接单 D1-20261122-0001" in shell.said)
    settle(page, qtbot)
    assert trial.off(trial.console.cases.get, case_id).view.assignee_name == "宋立"
    assert whens(page) == ["今日到期"]
    assert not page.button("接单").isEnabled()
    page.act("E")
    page.until(page.has_form)
    settle(page, qtbot)
    assert page.form().says("将变为“待回访”")
    page.form().dismiss()


def test_enter_on_a_row_begins_its_next_step(qtbot: QtBot, trial: Site, open_page: Open) -> None:
    given(trial, ENGINEER)
    page, _ = open_page()
    settle(page, qtbot)
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    page.until(page.has_form)


def test_of_two_who_take_one_job_the_other_is_told_who_was_faster(qtbot: QtBot, trial: Site, open_page: Open) -> None:
    case_id = job(trial)
    page, shell = open_page()
    settle(page, qtbot)
    rival = trial.sign_in(OTHER)
    # On the store's own side, so that the page has not heard of it when the key is pressed.
    page.page._list.ask = lambda: None  # type: ignore[attr-defined, method-assign]
    trial.off(trial.console.cases.move, rival, case_id, "grab")
    page.press("接单")
    page.until(lambda: shell.said)
    assert shell.said == ["唐海 已先接单。"]


def test_nothing_to_do_says_what_will_be_here(trial: Site, open_page: Open) -> None:
    page, _ = open_page()
    assert page.instead()[0] == "今天没有要做的工作"


def test_a_guard_has_a_day_too(qtbot: QtBot, trial: Site, open_page: Open) -> None:
    job(trial)
    page, _ = open_page("feng.guard")
    assert page.instead()[0] == "今天没有要做的工作"


def test_the_job_sheet_is_printed_and_kept(
    qtbot: QtBot, trial: Site, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def open_url(url: object) -> bool:
        opened.append(url.toLocalFile())  # type: ignore[attr-defined]
        return True

    monkeypatch.setattr("ui.shell.printing.QDesktopServices.openUrl", open_url)
    given(trial, ENGINEER)
    page, shell = open_page()
    page.act("J")
    page.until(lambda: opened)
    file = Path(opened[0])
    assert file.name == "工作单_宋立_20261122.pdf" and file.read_bytes().startswith(b"%PDF")
    assert not shell.failures


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_clipped_or_nameless(
    qtbot: QtBot, trial: Site, open_page: Open, themed: Callable[[str], None], lang: Lang, theme: str
) -> None:
    themed(theme)
    given(trial, ENGINEER)
    job(trial)
    page, _ = open_page(lang=lang)
    settle(page, qtbot)
    assert [badge.text() for badge in page.root.findChildren(StateBadge) if badge.isVisible()]
    assert_accessible(page.root)
    assert_no_clipped_text(page.root)
    assert page.table.horizontalScrollBar().maximum() == 0
