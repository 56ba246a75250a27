"""About and self-test: every check, every loss and every refused file is there, in words."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.cases.service import Cases
from desktop.field.messages import Health, Trouble, TroubleKind
from desktop.kernel.errors import StoreUnavailable
from desktop.kernel.words import Lang, Words, catalogue
from desktop.security import check as checks_module
from desktop.security.views import Check
from desktop.things.dialect import REASONS
from tests.ui.drivers.check import CheckDriver
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.pages import TERMINAL, Recorder, Site
from ui.check.counters import dropped_word, losses, reason_word, waiting_word
from ui.check.page import CheckPage

Open = Callable[..., tuple[CheckDriver, Recorder]]
HEALTH = Health(
    link="up", link_since_ms=0, link_detail="", messages=12_345, rate=6.4, rejected=dict.fromkeys(REASONS, 3),
    dropped={"history": 7, "events": 0, "things": 1}, queued={"history": 4, "alarms_unsaved": 2}, things=60, points=612,
    samples_stored=98_765, broker_dropped=None, refused_models=("lift.tm.json:12: no such unit",),
)  # fmt: skip
LANGS: tuple[Lang, ...] = ("zh", "en")


@pytest.fixture
def open_page(qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site, themed: Callable[[str], None]) -> Open:
    def opened(login: str = "pan.system", lang: Lang = "zh") -> tuple[CheckDriver, Recorder]:
        context, shell = site.context(login, lang)
        page = CheckPage(context)
        # A part that is shown before it has a parent would flash as a window and take the keys away.
        assert not [window for window in QApplication.topLevelWidgets() if window.isVisible()]
        qtbot.addWidget(page)
        page.resize(1150, 684)
        page.show()
        driver = CheckDriver(qtbot, page)
        driver.until(lambda: driver.button(context.words("about.run")).isEnabled())
        return driver, shell

    return opened


@pytest.mark.parametrize("kind", get_args(TroubleKind))
def test_what_is_wrong_with_the_intake_is_told_in_words(site: Site, open_page: Open, kind: TroubleKind) -> None:
    trouble = Trouble(kind, "no space <b>left</b>")
    site.still.told = msgspec.structs.replace(HEALTH, troubles=(trouble, Trouble("room")))
    page, _ = open_page()
    assert page.says(Words("zh")(f"about.trouble.{kind}"))
    assert page.says("no space <b>left</b>") and page.says("设备数超出上限")


def test_the_self_test_runs_by_itself_and_again_by_its_key(site: Site, open_page: Open) -> None:
    site.still.told = HEALTH
    page, _ = open_page()
    for name in ("数据库组件", "密钥", "数据库", "日志链", "时钟", "磁盘空间", "字体", "数据文件", "消息代理"):
        assert page.says(name)
    assert page.says("检查于 14:00:00")
    site.clock.advance(60)
    page.again()
    page.until(lambda: page.says("检查于 14:01:00"))


def test_what_is_found_is_told_in_the_reader_s_language(site: Site, open_page: Open) -> None:
    page, _ = open_page()
    page.until(lambda: page.says("链首"))
    assert page.says("注意：这是演示数据")
    assert page.says("3 个文件")
    assert not any("entries" in text or "free" in text or "all read" in text for text in page.texts())


def test_what_fails_is_counted_and_marked(site: Site, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Check("store", False, "page 7 is torn"), Check("disk", True, "61 % free")]
    monkeypatch.setattr(type(site.console), "check", lambda _self: found)
    page, _ = open_page()
    assert page.says("1 项异常")
    page.until(lambda: page.says("page 7 is torn"))


def test_a_self_test_that_breaks_is_told_and_can_be_run_again(
    site: Site, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: object) -> list[Check]:
        raise StoreUnavailable("disk")

    monkeypatch.setattr(type(site.console), "check", broken)
    page, shell = open_page()
    assert [type(error) for error in shell.failures] == [StoreUnavailable]
    monkeypatch.undo()
    page.again()
    page.until(lambda: page.says("检查于"))


def test_every_reason_and_queue_is_told_in_words_each_its_own(site: Site, open_page: Open) -> None:
    site.still.told = HEALTH
    page, _ = open_page()
    assert page.says("拒收：不是 UTF-8")
    assert page.says("丢弃：历史样本（合并后）")
    assert page.says("12,345 条，每秒 6 条")
    assert page.says("待存报警 2")
    assert page.says("从不丢弃")
    assert page.says("代理未报告")
    for lang in LANGS:
        words = Words(lang)
        told = [reason_word(words, reason) for reason in REASONS]
        assert len(set(told)) == len(REASONS)
        assert not [reason for reason in REASONS if words("about.refused_for", reason=reason) in told]
        waiting = ("history", "events", "things", "alarms", "alarms_unsaved")
        assert all(f"about.waiting.{name}" in catalogue(lang) and waiting_word(words, name) for name in waiting)
        assert all(f"about.queue.{name}" in catalogue(lang) and dropped_word(words, name) for name in HEALTH.dropped)
        assert len(losses(words, HEALTH)) == len(REASONS) + len(HEALTH.dropped) + 2


def test_every_check_has_a_name(site: Site, open_page: Open) -> None:
    source = Path(str(checks_module.__file__)).read_text(encoding="utf-8")
    names = set(re.findall(r'Check\(\s*"(\w+)"', source))
    assert {"store", "journal", "broker"} <= names
    for lang in LANGS:
        assert {name for name in names if f"check.name_{name}" not in catalogue(lang)} == set()


def test_counters_go_on_while_the_page_is_seen(site: Site, open_page: Open) -> None:
    page, _ = open_page()
    assert page.says("接入服务尚未应答")
    site.console.bus.publish(HEALTH)
    page.until(lambda: page.says("12,345 条"))
    site.console.bus.publish(msgspec.structs.replace(HEALTH, messages=20_000, link="lost"))
    page.until(lambda: page.says("20,000 条") and page.says("已断开，显示最后已知值"))


def test_refused_files_are_listed_with_line_and_reason(site: Site, open_page: Open, tmp_path: Path) -> None:
    bad = tmp_path / "definitions"
    bad.mkdir()
    (bad / "broken.yaml").write_text("name: broken\nversion: one\n", encoding="utf-8")
    console = site.console
    cases = site.off(Cases, console.records, site.clock, console.new_id, TERMINAL, bad)
    site.console = dataclasses.replace(console, cases=cases)
    site.still.told = HEALTH
    page, _ = open_page()
    assert page.says("lift.tm.json:12: no such unit")
    assert any(text.startswith("broken.yaml:") for text in page.texts())


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_clipped_or_nameless(
    site: Site, open_page: Open, themed: Callable[[str], None], lang: Lang, theme: str
) -> None:
    themed(theme)
    site.still.told = HEALTH
    page, _ = open_page("pan.system", lang)
    assert_accessible(page.root)
    assert_no_clipped_text(page.root)
