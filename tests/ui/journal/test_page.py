"""The journal page: found, read page by page, compared and verified."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db.engine import open_engine
from desktop.kernel.words import Lang
from desktop.security import keys
from tests.ui.drivers.journal import JournalDriver
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.pages import PUMP, Recorder, Site
from ui.journal import page as module
from ui.journal.page import JournalPage

Open = Callable[..., tuple[JournalDriver, Recorder]]


@pytest.fixture
def open_page(qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site, themed: Callable[[str], None]) -> Open:
    def opened(login: str = "yuan.audit", lang: Lang = "zh") -> tuple[JournalDriver, Recorder]:
        context, shell = site.context(login, lang)
        page = JournalPage(context)
        # A part that is shown before it has a parent would flash as a window and take the keys away.
        assert not [window for window in QApplication.topLevelWidgets() if window.isVisible()]
        qtbot.addWidget(page)
        page.resize(1150, 684)
        page.show()
        driver = JournalDriver(qtbot, page)
        driver.until(lambda: driver.instead() or driver.detail().shown())
        return driver, shell

    return opened


def test_the_newest_entry_stands_first_with_what_it_changed(site: Site, open_page: Open) -> None:
    alarm_id = site.raise_alarm(thing=PUMP)
    boss = site.sign_in("boss")
    site.off(site.console.alarms.acknowledge, boss, [alarm_id])
    page, _ = open_page()
    page.chip("报警")
    page.until(lambda: len(page.rows()) == 2)
    assert "确认报警" in page.rows()[0] and "报警发生" in page.rows()[1]
    assert page.detail().says("否 → 是")
    assert page.detail().says(alarm_id)
    assert page.detail().says("— → 2026-11-22 14:00:00")


def test_search_looks_at_who_where_what_and_why(site: Site, open_page: Open) -> None:
    alarm_id = site.raise_alarm(thing=PUMP, life_safety=False)
    site.off(site.console.alarms.shelve, site.sign_in("song.engineer"), alarm_id, 15, "更换浮球阀")
    page, _ = open_page()
    page.search("浮球阀")
    page.until(lambda: len(page.rows()) == 1)
    assert "宋立" in page.rows()[0] and "搁置报警" in page.rows()[0]
    page.search("没有这样的")
    page.until(lambda: page.instead() == ["没有符合条件的记录。"])
    page.search("")
    page.until(lambda: len(page.rows()) > 1)


def test_older_pages_are_read_on_asking_and_stay(site: Site, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 10)
    page, _ = open_page()
    page.until(lambda: len(page.rows()) == 10)
    page.act("O")
    page.until(lambda: len(page.rows()) == 20)
    page.choose(page.rows()[15][0])
    chosen = page.page.selection_key()
    site.raise_alarm(thing=PUMP)
    page.until(lambda: "报警发生" in page.rows()[0])
    numbers = [int(row[0]) for row in page.rows()]
    assert numbers == list(range(numbers[0], numbers[0] - len(numbers), -1))
    assert len(numbers) == 21
    assert page.page.selection_key() == chosen


def test_more_new_entries_than_a_page_leave_no_gap(
    site: Site, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 5)
    page, _ = open_page()
    page.act("O")
    page.until(lambda: len(page.rows()) == 10)
    with site.console.bus._lock:
        handlers = dict(site.console.bus._handlers)
        site.console.bus._handlers.clear()
    for number in range(12):
        site.raise_alarm(thing=PUMP, alarm_id=f"a{number}", thing_id=f"t{number}")
    site.console.bus._handlers.update(handlers)
    site.raise_alarm(thing=PUMP)
    page.until(lambda: len(page.rows()) == 5)
    numbers = [int(row[0]) for row in page.rows()]
    assert numbers == list(range(numbers[0], numbers[0] - 5, -1))


def test_an_entry_asked_for_by_number_is_read_from_where_it_stands(
    site: Site, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE", 10)
    page, _ = open_page()
    page.page.select_key("7")
    page.until(lambda: page.page.selection_key() == "7")
    assert page.rows()[page.table.currentIndex().row()][0] == "7"
    assert page.detail().shown()


def test_the_chain_is_verified_and_that_is_on_record(site: Site, open_page: Open) -> None:
    page, _ = open_page()
    assert page.verify().startswith("日志链完整，共 ")
    page.until(lambda: "核验日志链" in page.rows()[0])


def test_a_chain_that_was_tampered_with_says_where(site: Site, open_page: Open) -> None:
    page, _ = open_page()
    engine = open_engine(site.console.data_dir / "records.db", keys.unlock(site.console.data_dir, None), "writer")
    with engine.begin() as connection:
        triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        for name in triggers:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE journal SET actor_name = 'x' WHERE n = 5")
    engine.dispose()
    assert page.verify() == "日志链在第 5 条断开。"


def test_a_manager_reads_but_does_not_verify(open_page: Open) -> None:
    page, _ = open_page("lin.manager")
    assert page.rows()
    with pytest.raises(LookupError):
        page.button("核验日志链")


def test_others_are_told_that_they_may_not_see_it(open_page: Open) -> None:
    page, _ = open_page("feng.guard")
    assert page.instead()[0] == "您没有查看此页的权限"
    assert page.rows() == []


def test_personal_values_are_masked_and_text_stays_plain(site: Site, open_page: Open) -> None:
    boss = site.sign_in("boss")
    nasty = "<b>炸</b> <img src=x> & %s {0}"
    site.off(lambda: site.console.cases.open(boss, "device-fault", nasty))
    person = site.off(lambda: site.console.people.add(boss, "欧阳小明", "13800001234"))
    page, _ = open_page()
    page.chip("人员")
    page.until(lambda: page.detail().says(person.id))
    assert not any("欧阳小明" in text or "13800001234" in text for text in page.texts())
    page.chip("工单")
    page.until(lambda: page.detail().says(nasty))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_clipped_or_nameless(
    site: Site, open_page: Open, themed: Callable[[str], None], lang: Lang, theme: str
) -> None:
    themed(theme)
    page, _ = open_page("yuan.audit", lang)
    page.verify()
    assert_accessible(page.root)
    assert_no_clipped_text(page.root)
    assert page.table.horizontalScrollBar().maximum() == 0
