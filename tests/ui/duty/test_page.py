"""The duty roster: seen by everybody, changed by managers, by keys alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.kernel.words import Lang
from desktop.people.sample_duty import put_week
from tests.ui.drivers.duty import DutyDriver
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.pages import Recorder, Site
from ui.duty.page import DutyPage
from ui.parts.when import local

Open = Callable[..., tuple[DutyDriver, Recorder]]


def fill(site: Site) -> None:
    """The sample's roster of this week and the next."""
    boss = site.sign_in("boss")
    logins = {one.login: one.id for one in site.off(site.console.accounts.operators)}
    day = local(site.clock.now()).date()
    site.off(put_week, site.console.duty, boss, logins, day, 480)


@pytest.fixture
def open_page(qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site, themed: Callable[[str], None]) -> Open:
    def opened(login: str = "boss", lang: Lang = "zh") -> tuple[DutyDriver, Recorder]:
        context, shell = site.context(login, lang)
        page = DutyPage(context)
        qtbot.addWidget(page)
        page.resize(1150, 684)
        page.show()
        page.activateWindow()
        driver = DutyDriver(qtbot, page)
        driver.until(lambda: any("2026-11-16" in text for text in driver.texts()))
        driver.grid.setFocus()
        return driver, shell

    return opened


def test_who_is_on_now_is_said_for_every_post_and_an_empty_one_by_its_word(site: Site, open_page: Open) -> None:
    page, _ = open_page()
    words = [w.accessibleName() for w in page.root.findChildren(QWidget) if w.accessibleName() == "无人值班"]
    assert len(words) == 3
    fill(site)
    page.until(lambda: page.says("至 20:00"))
    on_now = site.off(site.console.duty.on_duty, site.clock.now())
    assert len(on_now) == 3
    assert all(page.says(turn.name) for turn in on_now)


def test_the_arrows_walk_over_days_posts_and_turns(site: Site, open_page: Open) -> None:
    fill(site)
    page, _ = open_page()
    page.until(lambda: "08–20" in page.chosen())
    assert page.chosen().startswith("11-22 秩序岗")
    page.go("Down")
    assert "20–08" in page.chosen() and "秩序岗" in page.chosen()
    page.go("Down", "Down", "Down")
    assert page.chosen().startswith("11-22 经理岗") and "全天" in page.chosen()
    page.go("Right")
    assert page.chosen().startswith("11-16 经理岗")
    page.go("Up", "Up")
    assert "08–20" in page.chosen() and "工程岗" in page.chosen()


def test_n_puts_somebody_on_duty_in_the_chosen_cell(site: Site, open_page: Open) -> None:
    page, shell = open_page()
    page.key("N")
    form = page.form()
    form.send()
    page.until(lambda: not page.has_form())
    page.until(lambda: "08–20" in page.chosen())
    [turn] = site.off(site.console.duty.on_duty, site.clock.now())
    assert turn.post == "guard" and shell.said == [f"已安排 {turn.name} 值班"]


def test_a_turn_in_the_way_is_named_and_a_wrong_time_is_told_beside_it(site: Site, open_page: Open) -> None:
    fill(site)
    page, _ = open_page()
    page.until(lambda: "08–20" in page.chosen())
    page.key("N")
    form = page.form()
    form.write("结束", "明天")
    form.send()
    page.until(lambda: form.says("请按 2026-11-22 20:00 的格式填写。"))
    form.write("结束", "2026-11-22 08:00")
    form.send()
    page.until(lambda: form.says("结束时间须晚于开始时间，一个班次最长 7 天。"))
    form.pick("值班人", "冯")
    form.write("开始", "2026-11-16 09:00")
    form.write("结束", "2026-11-20 09:00")
    form.send()
    page.until(lambda: any("在这段时间已有班次（2026-11-" in text for text in form.texts()))


def test_delete_takes_a_turn_off_and_undo_puts_it_back(site: Site, open_page: Open) -> None:
    fill(site)
    page, shell = open_page()
    page.until(lambda: "08–20" in page.chosen())
    before = page.chosen()
    page.key("Del")
    page.until(lambda: shell.offers and page.chosen() != before)
    assert shell.offers[0][0] == "撤销"
    shell.offers[0][1]()
    page.until(lambda: page.chosen() == before)


def test_the_last_week_is_copied_once(site: Site, open_page: Open) -> None:
    fill(site)
    page, shell = open_page()
    page.until(lambda: "08–20" in page.chosen())
    page.go("PgDown", "PgDown")
    page.until(lambda: any("2026-11-30" in text for text in page.texts()))
    page.key("Ctrl+D")
    page.until(lambda: shell.said == ["已复制 29 个班次"])
    page.key("Ctrl+D")
    page.until(lambda: shell.said[1:] == ["没有可复制的班次，或本周已排好"])
    page.key("T")
    page.until(lambda: any("2026-11-16" in text for text in page.texts()))


def test_guards_see_the_roster_and_change_nothing(site: Site, open_page: Open) -> None:
    fill(site)
    page, _ = open_page("feng.guard")
    page.until(lambda: "08–20" in page.chosen())
    before = page.chosen()
    assert set(page.acts()) == {"上一周", "下一周", "本周"}
    page.go("N", "Del", "Return", "Ctrl+D")
    assert not page.has_form() and page.chosen() == before


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_looks_as_it_was_reviewed(
    site: Site, open_page: Open, themed: Callable[[str], None], compare: Callable[[QWidget, str], None],
    lang: Lang, theme: str,
) -> None:  # fmt: skip
    themed(theme)
    fill(site)
    page, _ = open_page("boss", lang)
    page.until(lambda: "08–20" in page.chosen())
    assert_accessible(page.root)
    assert_no_clipped_text(page.root)
    compare(page.root, f"duty-week-{theme}-{lang}")
