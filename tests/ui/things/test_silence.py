"""What is silent, what explains it, since when, and how it leaves the house."""

from __future__ import annotations

import asyncio
import csv
import io
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from desktop.kernel.words import Words
from desktop.things.model import Quality, Reading
from desktop.things.quality import Hearing
from desktop.things.service import Things
from desktop.things.views import ThingView
from tests.ui.things.conftest import OnLoop
from tests.ui.things.site import Site, thing
from tests.ui.things.test_page import opened, until
from ui.things.dead import SilentTree, csv_text, write_csv
from ui.things.deadview import DeadView
from ui.things.silence import Census, Silent, census, explained, newest, silent
from ui.things.state import hearing, main_points, state_word

ZH = Words("zh")


def told(quality: Quality, at: float, device_at: float | None = None) -> Reading:
    return Reading(1.0, quality, at, device_at)


def test_the_newest_value_counts_and_a_replayed_one_by_its_own_time() -> None:
    assert newest({"a": told("stale", 100), "b": told("offline", 300), "c": Reading(None, "none", 0.0)}) == 300
    assert newest({"a": told("uncertain", 900, 50)}) == 50
    assert newest({"a": Reading(None, "none", 0.0)}) is None


def test_offline_stale_and_never_are_told_apart(site: Site) -> None:
    view = site.things.get("pump-1")
    assert view is not None
    none = Reading(None, "none", 0.0)
    stale = silent(view, {"a": told("stale", 5), "b": none}, True)
    assert stale is not None and (stale.how, stale.last) == ("stale", 5)
    gone = silent(view, {"a": told("offline", 5)}, False)
    assert gone is not None and gone.how == "offline" and gone.days(5 + 86_400 * 3) == 3
    never = silent(view, {"a": none}, True)
    assert never is not None and (never.how, never.days(99)) == ("never", None)
    # A lost line makes every reading offline, but no device dead.
    assert silent(view, {"a": told("offline", 5)}, True) is None


@pytest.mark.parametrize(
    ("qualities", "heard", "words"),
    [
        (("good", "bad", "stale"), "live", "正常"),
        (("stale", "bad", "uncertain"), "bad", "数据无法识别"),
        (("stale", "uncertain"), "uncertain", "尚无实时数据"),
        (("stale", "none"), "stale", "数据未更新"),
        (("bad", "bad"), "bad", "数据无法识别"),
        (("none", "none"), "none", "在线，尚无数据"),
    ],
)
def test_what_tells_nothing_that_can_be_trusted_does_not_look_well(
    site: Site, qualities: tuple[Quality, ...], heard: Hearing, words: str
) -> None:
    view = site.things.get("pump-1")
    assert view is not None
    readings = {point.name: told(quality, 5) for point, quality in zip(main_points(view), qualities, strict=False)}
    assert hearing(view, readings, 6) == heard
    if heard in ("bad", "uncertain"):
        assert hearing(view, readings, 5 + 86_400) == "stale"
    assert state_word(view, (), ZH, heard).text == words


def family(site: Site) -> None:
    """A gateway that is gone with two lamps behind it, and a meter that never spoke."""
    site.field.add(thing("gw", "gateway", "照明网关", "G-1"), {}, online=False)
    for n in (1, 2):
        site.field.add(
            thing(f"lamp-{n}", "lighting-circuit", f"一回路 {n}", "G-1", parent="gw", maker="=HYPERLINK()"), {}
        )
    site.field.add(thing("new", "electricity-meter", "新装电表", "2"), {})


def causes(site: Site) -> list[tuple[str, tuple[str, ...]]]:
    found = census(site.things.all(), site.things).silent
    return [(c.root.view.id, tuple(one.view.id for one in c.because)) for c in explained(found)]


def test_what_speaks_through_a_lost_gateway_stands_under_it(site: Site) -> None:
    family(site)
    found = dict(causes(site))
    assert found["gw"] == ("lamp-1", "lamp-2")
    assert found["new"] == ()
    assert "lift-3" in found
    assert not {"lamp-1", "lamp-2"} & found.keys()


def test_a_system_s_silent_things_are_asked_for_by_name(site: Site, on_loop: OnLoop) -> None:
    family(site)

    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            tree = driver.page.findChild(SilentTree)
            assert tree is not None
            driver.page.select_key("dead/lift")
            await until(lambda: tree.ids() == ["lift-3"])
            # Something is chosen always: the first, where what was current before is not among them.
            await until(lambda: tree.currentIndex().isValid())
            assert driver.page.focusWidget() is tree
            driver.page.select_key("dead")
            await until(lambda: len(tree.ids()) == 5)

    on_loop(story)


def test_an_answer_that_comes_late_tells_of_no_other_selection(
    site: Site, on_loop: OnLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole site takes longer to count than one system, and was asked for first."""
    gate, held = threading.Event(), list[bool]()

    def slow(views: Sequence[ThingView], things: Things) -> Census:
        if len(views) > 5 and not held:
            held.append(True)
            gate.wait(10)
            held.append(True)
        return census(views, things)

    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            tree = driver.page.findChild(SilentTree)
            assert tree is not None
            monkeypatch.setattr("ui.things.page.census", slow)
            driver.page.select_key("dead")
            driver.page.select_key("dead/lift")
            await until(lambda: tree.ids() == ["lift-3"])
            assert held
            gate.set()
            await until(lambda: len(held) == 2)
            await asyncio.sleep(0.1)  # until the answer has come over
            assert tree.ids() == ["lift-3"]

    family(site)
    on_loop(story)


def test_what_is_out_of_service_is_not_missed(site: Site) -> None:
    from tests.ui.things.site import WHO

    site.things.set_out_of_service(WHO, "lift-3", True, "年检")
    assert "lift-3" not in dict(causes(site))


def test_the_view_counts_sorts_and_opens(site: Site, on_loop: OnLoop) -> None:
    family(site)

    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.page.activateWindow()
            await until(lambda: "失联 5" in [button.text() for button in driver.page.findChildren(QPushButton)])
            chips = driver.button("失联 5")
            driver.list.choose("lamp-1")
            QTest.keyClick(driver.list, Qt.Key.Key_D)
            assert chips.isChecked()
            tree = driver.page.findChild(SilentTree)
            assert tree is not None
            await until(tree.ids)
            assert set(tree.ids()) == {"gw", "lamp-1", "lamp-2", "new", "lift-3"}
            assert tree.texts("gw")[0] == "照明网关（另有 2 台经它失联）"
            assert tree.texts("lamp-1")[6] == "照明网关"
            assert tree.texts("new")[1:3] == ["○ 从未上报", "从未上报"]
            for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
                tree.sortByColumn(0, order)
                at = tree.ids().index("gw")
                assert set(tree.ids()[at + 1 : at + 3]) == {"lamp-1", "lamp-2"}
            # What was chosen in the list is chosen here.
            assert tree.currentIndex().isValid()
            tree.choose("lift-3")
            QTest.keyClick(tree, Qt.Key.Key_Return)
            assert driver.list.current() == "lift-3"
            assert driver.panel.isVisible() and not tree.isVisible()

    on_loop(story)


def test_days_since_the_last_value_are_told(site: Site, qapp: QApplication) -> None:
    view = site.things.get("lift-3")
    assert view is not None
    now = site.clock.now().timestamp()
    tree = SilentTree(ZH)
    for days, words in ((12.4, "12 天"), (0.3, "7 小时"), (0.01, "14 分钟")):
        tree.show_causes(explained([Silent(view, "offline", now - days * 86_400)]), now)
        assert tree.texts("lift-3")[2] == words
    tree.deleteLater()


def test_csv_holds_every_line_with_days_as_a_number_and_no_formula(site: Site) -> None:
    family(site)
    found = explained(census(site.things.all(), site.things).silent)
    text = csv_text(found, site.clock.now().timestamp() + 86_400 * 2, ZH)
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:])))
    assert rows[0][:4] == ["编号", "名称", "状态", "无数据"]
    by_id = {row[0]: row for row in rows[1:]}
    assert set(by_id) == {"gw", "lamp-1", "lamp-2", "new", "lift-3"}
    assert by_id["lift-3"][3] == "2.0" and by_id["new"][3] == ""
    assert by_id["lamp-1"][-1].startswith("'=")


def test_the_list_is_written_where_the_person_says(site: Site, on_loop: OnLoop, tmp_path: Path) -> None:
    async def story() -> None:
        with opened(site) as driver:
            await until(driver.list.current)
            driver.page._turn_dead()
            view = driver.page.findChild(DeadView)
            assert view is not None
            await until(view.tree.ids)
            view.export()
            assert view.dialog is not None and view.dialog.isVisible()
            view.dialog.fileSelected.emit(str(tmp_path / "失联.csv"))
            view.dialog.reject()
            await until(lambda: site.shell.said == ["已导出“失联.csv”"])
            assert "3 号电梯" in (tmp_path / "失联.csv").read_text("utf-8-sig")
            await until(lambda: view.dialog is None)

    on_loop(story)


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "x.csv").mkdir()
    with pytest.raises(OSError):
        write_csv(tmp_path / "x.csv", "a")
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
