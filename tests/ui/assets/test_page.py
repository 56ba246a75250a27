"""Assets and parts by keys alone; who has what can be read in one line."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from desktop.assets.views import STORE, AssetDraft
from desktop.cases.patterns import Pattern
from desktop.cases.planned import PlanDraft
from desktop.kernel.words import Lang
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.drivers.table import ListPageDriver
from tests.ui.pages import Recorder, Site
from ui.assets.page import AssetsPage

Open = Callable[..., tuple["AssetsDriver", Recorder]]
ASSETS = (
    ("DT-01", "1号楼1单元客梯", "lift", "1-1", {"registration": "31102200001", "maintainer": "安达电梯"}),
    ("SX-01", "高区生活水箱", "tank", "P-1", {"volume": "24 m³"}),
    ("MH-01", "南门灭火器", "extinguisher", "G-S", {"agent": "ABC 4 kg"}),
    ("YS-01", "泵房钥匙", "key", "P-1", {"opens": "生活泵房、消防泵房"}),
)
PARTS = (
    ("PJ-001", "密封垫 DN20", "只", 250),
    ("PJ-002", "快开水龙头", "只", 2800),
    ("PJ-003", "LED 球泡 9 W", "只", 900),
)


class AssetsDriver(ListPageDriver):
    """The list that is shown; the stock's is made anew when somebody else carries parts."""

    page: AssetsPage

    def show(self, mode: str) -> None:
        self.chip({"assets": "资产", "parts": "备件"}[mode])
        self.table = self.page._assets if mode == "assets" else self.page._parts
        self.table.setFocus()


def make(site: Site) -> None:
    boss = site.sign_in("boss")

    def work() -> None:
        console = site.console
        for code, name, kind, where, facts in ASSETS:
            place = console.places.by_code(where)
            draft = AssetDraft(code=code, name=name, kind=kind, place_id=place.id if place else None, facts=facts)
            asset = console.assets.add(boss, draft)
            if kind == "lift":
                every = Pattern(every="days", n=15, basis="completed")
                plan = PlanDraft(
                    definition="maintenance",
                    title="客梯保养",
                    pattern=every,
                    asset_id=asset.id,
                    fields={"kind": "lift"},
                )
                console.schedules.add(boss, plan)
            if kind == "key":
                fields = {"borrower": "陈师傅", "purpose": "检修水泵"}
                console.cases.open(boss, "lending", "借泵房钥匙", asset_id=asset.id, fields=fields)
        for code, name, unit, price in PARTS:
            part = console.stock.add_part(boss, code, name, unit, price)
            console.stock.receive(boss, part.id, 20, "首批入库")
        fitter = next(one.id for one in console.accounts.operators() if one.login == "gao.engineer")
        console.stock.hand_out(boss, console.stock.parts()[0].id, fitter, 3)

    site.off(work)


@pytest.fixture
def open_page(qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site, themed: Callable[[str], None]) -> Open:
    def opened(login: str = "boss", lang: Lang = "zh", made: bool = True) -> tuple[AssetsDriver, Recorder]:
        if made:
            make(site)
        context, shell = site.context(login, lang)
        page = AssetsPage(context)
        qtbot.addWidget(page)
        page.resize(1150, 684)
        page.show()
        page.activateWindow()
        driver = AssetsDriver(qtbot, page)
        driver.until(lambda: page._read is not None)
        driver.table = page._assets
        driver.table.setFocus()
        return driver, shell

    return opened


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_can_be_read_and_nothing_is_clipped(open_page: Open, lang: Lang) -> None:
    page, _ = open_page("boss", lang)
    for mode in "12":
        page.key(mode)
        page._qtbot.wait(300)
        assert_accessible(page.root)
        assert_no_clipped_text(page.root)
        if folder := os.environ.get("LINLI_PICTURES"):
            page.root.grab().save(f"{folder}/assets-{mode}-{lang}.png")


def test_who_has_it_and_what_is_due_stand_in_the_row(open_page: Open) -> None:
    page, _ = open_page()
    rows = {row[0]: row for row in page.rows()}
    assert rows["YS-01"][5] == "陈**" and rows["DT-01"][4] == "2026-12-07"
    page.choose("泵房钥匙")
    page.until(lambda: page.says("借出中"))


def test_parts_are_received_handed_out_and_counted_by_keys(site: Site, open_page: Open) -> None:
    page, shell = open_page()
    page.show("parts")
    page.choose("水龙头")
    page.act("R")
    form = page.form()
    form.write("入库数量", "5")
    form.send()
    page.until(lambda: shell.said == ["已入库快开水龙头 5 只"])
    page.act("H")
    form = page.form()
    form.pick("领用人", "高")
    form.write("领用数量", "100")
    form.send()
    page.until(lambda: form.says("不够：现有 25。"))
    form.write("领用数量", "2")
    form.send()
    page.until(lambda: len(shell.said) == 2)
    page.act("C")
    form = page.form()
    form.write("实际数量", "22")
    form.write("原因", "少一只")
    form.send()
    page.until(lambda: len(shell.said) == 3)
    part = next(one for one in site.off(site.console.stock.parts) if one.code == "PJ-002")
    assert part.by_holder[STORE] == 22 and part.total == 24


def test_an_asset_is_added_and_its_card_follows_its_kind(site: Site, open_page: Open) -> None:
    page, shell = open_page(made=False)
    assert "还没有资产。" in page.instead()
    page.act("N")
    page.until(page.has_form)
    form = page.form()
    form.pick("种类", "计量器具")
    form.write("编号", "JL-01")
    form.write("名称", "压力表")
    page.until(lambda: form.says("检定证书"))
    form.write("检定证书", "JD-2026-18")
    form.send()
    page.until(lambda: shell.said == ["已保存“压力表”"])
    [asset] = site.off(site.console.assets.all)
    assert (asset.kind, asset.facts) == ("instrument", {"certificate": "JD-2026-18"})


def test_what_is_lent_is_not_retired_and_the_form_says_so(open_page: Open) -> None:
    page, _ = open_page()
    page.choose("泵房钥匙")
    page.act("Del")
    form = page.form()
    form.write("原因", "丢失")
    form.send()
    page.until(lambda: form.says("泵房钥匙还借在外面，归还后再停用。"))


def test_guards_see_and_change_nothing(open_page: Open) -> None:
    page, _ = open_page("feng.guard")
    shown = page.detail().acts()
    assert "停用" not in shown
    with pytest.raises(LookupError):
        page.button("新增资产")
