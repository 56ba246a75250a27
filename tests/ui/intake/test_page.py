"""The intake desk: a few letters find who calls, what is known stands beside, one key registers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot

from desktop.cases.views import CaseQuery
from desktop.kernel.errors import NotFound
from desktop.kernel.words import Lang
from desktop.people.views import PersonView
from tests.ui.drivers.intake import IntakeDriver
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.pages import Recorder, Site
from ui.intake.page import IntakePage

Open = Callable[..., tuple[IntakeDriver, Recorder]]


@pytest.fixture
def desk(qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site, themed: Callable[[str], None]) -> Open:
    def opened(login: str = "boss", lang: Lang = "zh") -> tuple[IntakeDriver, Recorder]:
        context, shell = site.context(login, lang)
        page = IntakePage(context)
        qtbot.addWidget(page)
        page.resize(1150, 684)
        page.show()
        page.activateWindow()
        driver = IntakeDriver(qtbot, page)
        driver.until(lambda: page.fields() is not None)
        page.box.line.setFocus()
        return driver, shell

    return opened


@pytest.fixture
def wang(site: Site) -> PersonView:
    """王五 of 3-2-1201."""
    boss = site.sign_in("boss")
    home = site.off(site.console.places.by_code, "3-2-1201")
    assert home is not None
    return site.off(lambda: site.console.people.add(boss, "王五", "13800001111", [(home.id, "owner")]))


def some_repair(site: Site, title: str, place: str = "3-2-1201", **more: object) -> str:
    boss, home = site.sign_in("boss"), site.off(site.console.places.by_code, place)
    assert home is not None
    fields = {"category": "kitchen/tap/leak", "description": title}
    return site.off(
        lambda: site.console.cases.open(boss, "repair", title, place_id=home.id, fields=fields, **more).id  # type: ignore[arg-type]
    )


def registered(site: Site) -> list[tuple[str, str]]:
    """(title, state) of every case."""
    return [(case.title, case.state) for case in site.off(site.console.case_lists.page, CaseQuery(open_only=False))]


def test_a_known_caller_is_registered_in_a_dozen_keys(site: Site, desk: Open, wang: PersonView) -> None:
    page, _ = desk()
    page.type("ww")
    page.until(page.offered)
    assert page.offered()[0].startswith("王*") and "3号楼 / 2单元 / 1201室" in page.offered()[0]
    page.take_enter()
    assert page.text("位置") == "3号楼 / 2单元 / 1201室"
    assert page.at() == "报修类别"
    page.type("cf ls")
    assert page.offered()[0].startswith("漏水 厨房 / 水龙头")
    page.take_enter()
    assert page.at() == "报修内容"
    page.words("厨房漏水")
    page.tap("Ctrl+Return")
    page.until(lambda: page.says("已登记"))
    [case] = site.off(site.console.case_lists.page, CaseQuery())
    assert page.says(case.number)
    assert (case.person_id, case.place_path) == (wang.id, ("3号楼", "2单元", "1201室"))
    assert page.presses == 10
    # Ready for the next call.
    assert page.at() == "来电人" and page.text("来电人") == ""


def test_a_room_or_digits_of_a_phone_find_too_and_enter_may_come_before_the_answer(
    site: Site, desk: Open, wang: PersonView
) -> None:
    page, _ = desk()
    for typed in ("3-2-1201", "1111"):
        page.type(typed)
        page.take_enter()
        page.until(lambda: page.page.box.caller() is not None and page.page.box.caller().person_id)  # type: ignore[union-attr]
        assert page.page.box.caller().place.endswith("1201室")  # type: ignore[union-attr]
        page.press("清空")


def test_a_category_proposes_how_pressing_it_is_until_somebody_chooses(
    site: Site, desk: Open, wang: PersonView
) -> None:
    page, _ = desk()
    page.type("ww")
    page.take_enter()
    page.until(lambda: page.at() == "报修类别")
    page.type("bsbl")
    page.words(" 堵塞")
    urgency = page.box("紧急程度")
    assert urgency.currentData() == "normal"
    page.page.fields().inputs["category"].choose(["kitchen/drain/blocked"])  # type: ignore[union-attr]
    assert urgency.currentData() == "urgent"
    page.page.fields().inputs["category"].choose(["kitchen/drain/smell"])  # type: ignore[union-attr]
    assert urgency.currentData() == "normal"


def test_somebody_new_is_kept_on_the_case_and_masked_there(site: Site, desk: Open) -> None:
    page, _ = desk()
    page.words("赵新来 3-2-1202 13911112222")
    page.until(page.offered)
    page.until(lambda: page.offered()[-1].startswith("新来电人：赵新来"))
    while not page.offered()[page.focus()._list.currentRow()].startswith("新来电人"):
        page.key("Down")
    page.take_enter()
    page.until(lambda: page.at() == "报修类别")
    page.words("厨房 水龙头 漏水")
    page.take_enter()
    page.words("水龙头漏水")
    assert page.text("报修人（选填）") == "赵新来"
    page.tap("Ctrl+Return")
    page.until(lambda: page.says("已登记"))
    [case] = site.off(site.console.case_lists.page, CaseQuery())
    detail = site.off(site.console.cases.get, case.id)
    assert case.person_id is None and case.place_path[-1] == "1202室"
    assert detail.values["caller"] != "赵新来" and "2222" in str(detail.values["phone"])
    boss = site.sign_in("boss")
    assert site.off(site.console.cases.reveal, boss, case.id, "caller", "回电") == "赵新来"


def test_what_is_open_there_is_seen_at_once_and_urged_instead_of_doubled(
    site: Site, desk: Open, wang: PersonView
) -> None:
    case_id = some_repair(site, "厨房渗水", person_id=wang.id)
    page, shell = desk()
    page.type("ww")
    page.take_enter()
    page.until(lambda: page.says("未办结工单 1 件"))
    assert page.says("厨房渗水") and page.says("本户") and "近 30 天 1 次" in page.badges()
    page.words("厨房")
    page.tap("Ctrl+U")
    page.until(lambda: shell.said)
    view = site.off(site.console.cases.get, case_id).view
    assert shell.said == [f"已催单 {view.number}，第 1 次"]
    assert view.urged == 1 and len(registered(site)) == 1
    assert page.at() == "来电人"


def test_a_duplicate_is_tied_to_the_case_it_repeats(site: Site, desk: Open, wang: PersonView) -> None:
    first = some_repair(site, "厨房渗水")
    page, shell = desk()
    page.type("ww")
    page.take_enter()
    page.until(lambda: page.says("厨房渗水"))
    page.key("Ctrl+D")
    page.page.fields().inputs["category"].choose(["kitchen/tap/leak"])  # type: ignore[union-attr]
    page.write("报修内容", "又漏了")
    page.tap("Ctrl+Return")
    page.until(lambda: page.says("已登记"))
    number = site.off(site.console.cases.get, first).view.number
    assert page.says(f"已关联为 {number} 的重复工单")
    [link] = site.off(site.console.cases.get, first).links
    assert link.kind == "duplicate"
    page.press("打开工单")
    assert shell.gone == [("cases", link.case.id)]


def test_a_tie_that_fails_makes_nobody_register_twice(
    site: Site, desk: Open, wang: PersonView, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise NotFound("there is no such case", id="x")

    some_repair(site, "厨房渗水")
    page, _ = desk()
    page.type("ww")
    page.take_enter()
    page.until(lambda: page.says("厨房渗水"))
    page.key("Ctrl+D")
    page.page.fields().inputs["category"].choose(["kitchen/tap/leak"])  # type: ignore[union-attr]
    page.write("报修内容", "又漏了")
    monkeypatch.setattr(site.console.case_acts, "link", gone)
    page.tap("Ctrl+Return")
    page.until(lambda: page.says("不要重复登记"))
    assert page.says("已登记") and len(registered(site)) == 2
    page.tap("Ctrl+Return")
    assert len(registered(site)) == 2


def test_an_outage_is_told_while_they_call(site: Site, desk: Open, wang: PersonView) -> None:
    boss, building = site.sign_in("boss"), site.off(site.console.places.by_code, "3")
    assert building is not None
    begins = site.clock.now() - timedelta(hours=1)
    fields = {
        "supply": "water", "planned": "sudden", "begins": begins.isoformat(),
        "ends": (begins + timedelta(hours=4)).isoformat(), "text": "水泵检修，18 点前恢复。", "buildings": [building.id],
    }  # fmt: skip
    site.off(lambda: site.console.cases.open(boss, "outage-notice", "", fields=fields, urgency="urgent"))
    page, _ = desk()
    page.type("ww")
    page.take_enter()
    page.until(lambda: page.says("水泵检修，18 点前恢复。"))
    assert page.says("可告知来电人") and page.says("停水")


def test_nothing_typed_is_lost_on_refusal_or_when_the_kind_changes(site: Site, desk: Open, wang: PersonView) -> None:
    page, _ = desk()
    page.type("ww")
    page.take_enter()
    page.until(lambda: page.at() == "报修类别")
    page.write("报修内容", "厨房漏水")
    page.tap("Ctrl+Return")
    page.until(lambda: page.says("此项必填。"))
    assert page.at() == "报修类别" and page.text("报修内容") == "厨房漏水"
    page.key("F3")
    page.until(lambda: page.page.chips.current() != "repair")
    shown = page.page.fields()
    assert shown is not None and shown.words_of_caller() == "厨房漏水"
    page.key("F2")
    assert page.text("报修内容") == "厨房漏水"
    page.page.hide()
    page.page.show()
    assert page.text("报修内容") == "厨房漏水"


def test_nobody_and_nowhere_is_asked_for(site: Site, desk: Open) -> None:
    page, _ = desk()
    page.tap("Ctrl+Return")
    page.until(lambda: page.says("此项必填。"))
    assert registered(site) == []


def test_a_role_that_may_open_nothing_is_told(site: Site, qtbot: QtBot, themed: Callable[[str], None]) -> None:
    context, _ = site.context("yuan.audit")
    page = IntakePage(context)
    qtbot.addWidget(page)
    assert page.state() is not None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_clipped_or_nameless(site: Site, desk: Open, wang: PersonView, lang: Lang) -> None:
    some_repair(site, "厨房渗水", person_id=wang.id)
    page, _ = desk("boss", lang)
    page.type("ww")
    page.take_enter()
    page.until(lambda: page.says("厨房渗水"))
    assert_accessible(page.root)
    assert_no_clipped_text(page.root)


def test_the_way_callers_come_stays_from_call_to_call(site: Site, desk: Open, wang: PersonView) -> None:
    page, _ = desk()
    page.key("F4")
    fields = page.page.fields()
    assert fields is not None and fields.definition.name == "complaint"
    channel = next(one for one in fields.definition.fields if one.type == "choice" and one.name in fields.choices())
    box = page.box(f"{channel.title['zh']}（选填）")
    box.setCurrentIndex(2)
    chosen = box.currentText()
    page.press("清空")
    assert page.box(f"{channel.title['zh']}（选填）").currentText() == chosen


def test_tab_goes_through_the_form_in_the_order_it_is_read(site: Site, desk: Open, wang: PersonView) -> None:
    page, _ = desk()
    seen = [page.at()]
    for _ in range(5):
        page.key("Tab")
        seen.append(page.at())
    assert seen == ["来电人", "位置", "报修类别", "报修内容", "紧急程度", "预约上门（选填）"]
