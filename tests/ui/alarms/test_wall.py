"""The wall display: what is most urgent in large words, what is wrong with the field, and nothing to press."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from desktop.field.messages import Health
from desktop.kernel.clock import to_ms
from desktop.kernel.words import Lang, Words
from tests.ui.alarms.made import alarm
from tests.ui.drivers.page import PageDriver, assert_no_clipped_text
from tests.ui.pages import GAS, LIFT, PUMP, SUMP, Site
from ui import aio
from ui.alarms.rows import Row
from ui.alarms.wall import AlarmWall, answered_by, wall_order
from ui.alarms.walllines import Line, WallLines
from ui.shell.preferences import Preferences
from ui.window import ConsoleWindow

Open = Callable[..., PageDriver]


def line_up(site: Site, link: str = "up") -> None:
    site.tell_all()
    now = to_ms(site.clock.now())
    site.still.told = Health(
        link=link, link_since_ms=now, link_detail="", messages=1, rate=1.0, rejected={}, dropped={}, queued={},
        things=4, points=60, samples_stored=1, broker_dropped=0,
    )  # type: ignore[arg-type]  # fmt: skip


@pytest.fixture
def open_wall(
    qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site, themed: Callable[[str], None]
) -> Iterator[Open]:
    made: list[AlarmWall] = []

    def opened(lang: Lang = "zh", size: tuple[int, int] = (1366, 768)) -> PageDriver:
        site.off(site.console.places.community)
        wall = AlarmWall(site.context("boss", lang)[0])
        made.append(wall)
        wall.resize(*size)
        wall.show()
        wall.activateWindow()
        qtbot.waitUntil(lambda: not aio._tasks)
        return PageDriver(wall)

    yield opened
    for wall in made:
        if isValid(wall):
            wall.close()


def test_the_most_urgent_is_said_large_with_where_how_long_and_what_to_do(
    qtbot: QtBot, site: Site, open_wall: Open
) -> None:
    line_up(site)
    site.raise_alarm(thing=PUMP, priority="low")
    urgent = site.alarm(site.raise_alarm(thing=LIFT, priority="critical", ago=300))
    wall = open_wall()
    for text in (urgent.title["zh"], urgent.response["zh"]):
        assert text in wall.texts()
    assert any(text.startswith(urgent.thing_name) for text in wall.texts())
    assert "5 分钟  ·  无人确认" in wall.texts()
    site.off(site.console.alarms.acknowledge, site.sign_in("boss"), [urgent.id])
    qtbot.waitUntil(lambda: "5 分钟  ·  周经理 已确认" in wall.texts())


def test_there_is_nothing_to_press_and_escape_puts_it_away(qtbot: QtBot, site: Site, open_wall: Open) -> None:
    wall = open_wall()
    assert wall.root.findChildren(QAbstractButton) == []
    with qtbot.waitSignal(wall.root.closed):  # type: ignore[attr-defined]
        wall.key("Esc")


def test_quiet_is_good_news_only_while_the_field_is_heard(qtbot: QtBot, site: Site, open_wall: Open) -> None:
    line_up(site)
    wall = open_wall()
    assert "目前没有报警" in wall.texts()
    line_up(site, "lost")
    qtbot.waitUntil(lambda: "没有收到报警，但现场有异常" in wall.texts())
    assert any(text.startswith("现场已断开，画面可能不是最新") for text in wall.texts())
    site.raise_alarm(thing=SUMP)
    qtbot.waitUntil(lambda: "没有收到报警，但现场有异常" not in wall.texts())


def test_it_counts_the_silent_as_every_other_page_does(qtbot: QtBot, site: Site, open_wall: Open) -> None:
    """It says it is there, and what it told is a day old."""
    line_up(site)
    thing, slot = site.still.known[LIFT]
    old = site.clock.now().timestamp() - 86_400
    for n in range(slot, slot + len(thing.model.points) + 1):
        site.still.values[n] = msgspec.structs.replace(site.still.values[n], at=old)
    wall = open_wall()
    qtbot.waitUntil(lambda: any("1 台失联" in text for text in wall.texts()))


def test_of_equals_what_nobody_answered_comes_first_and_the_rest_last() -> None:
    seen = Row("seen", "alarm", alarm("seen", priority="critical", state="acknowledged"))
    asks = Row("asks", "alarm", alarm("asks", priority="critical"))
    high = Row("high", "alarm", alarm("high", priority="high"))
    more = Row("more", "more", alarm("more", priority="critical"))
    assert wall_order([more, high, seen, asks]) == [asks, seen, high, more]
    gas = Row("gas", "alarm", alarm("gas", priority="high", life_safety=True, state="returned"))
    assert wall_order([more, high, seen, asks, gas])[0] is gas, "nobody has said that they saw it"


def test_who_is_on_it_is_said_or_who_should_be() -> None:
    words = Words("zh")
    waiting, seen = alarm("a"), alarm("b", state="acknowledged", acknowledged_by_name="高远")
    assert answered_by(words, [seen], ["冯刚"]) == "高远 已确认"
    assert answered_by(words, [seen, waiting], ["冯刚", "高远"]) == "无人确认，值班：冯刚、高远"
    assert answered_by(words, [waiting], []) == "无人确认"


def test_lines_that_do_not_fit_are_counted_in_the_last(qtbot: QtBot) -> None:
    lines = WallLines()
    qtbot.addWidget(lines)
    lines.resize(900, 56 * 3 + 10)
    told = [Line("low", f"w{n}", "", "", True, stands_for=2) for n in range(5)]
    lines.show_lines(told, "还有 {n} 条")
    assert [line.what for line in lines.shown()] == ["w0", "w1", "还有 6 条"]
    lines.show_lines(told[:3], "还有 {n} 条")
    assert [line.what for line in lines.shown()] == ["w0", "w1", "w2"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_looks_as_it_was_reviewed(
    site: Site, open_wall: Open, themed: Callable[[str], None], compare: Callable[[QWidget, str], None],
    lang: Lang, theme: str,
) -> None:  # fmt: skip
    themed(theme)
    line_up(site)
    site.raise_alarm(thing=SUMP, ago=600)
    site.raise_alarm(thing=GAS, ago=4000)
    site.raise_alarm(thing=PUMP, ago=120, priority="medium")
    wall = open_wall(lang)
    assert_no_clipped_text(wall.root)
    compare(wall.root, f"alarms-wall-{theme}-{lang}")


def test_f11_hangs_the_wall_anywhere_once_and_it_goes_with_its_person(
    qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site, themed: Callable[[str], None]
) -> None:
    site.off(site.console.places.community)
    window = ConsoleWindow(site.console, Preferences(lang="zh", theme="light", muted=True))
    window.resize(1366, 768)
    window.enter(site.sign_in("feng.guard"))
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    PageDriver(window).key("F11")
    wall = window.open_wall()
    assert wall is not None and wall.isVisible() and wall is window.open_wall()
    qtbot.waitUntil(lambda: not aio._tasks)
    # In another language it is made anew, and hangs where it hung.
    with qtbot.waitSignal(wall.closed):
        window.set_language("en")
    wall = next(one for one in QApplication.topLevelWidgets() if isinstance(one, AlarmWall) and one.isVisible())
    assert wall.windowTitle() == "Alarms on the wall"
    qtbot.waitUntil(lambda: not aio._tasks)
    with qtbot.waitSignal(wall.closed):
        window.open_door()
    assert window.open_wall() is None
    qtbot.waitUntil(lambda: not aio._tasks)
    window.stop()
    window.hide()
    window.deleteLater()
    qtbot.wait(1)


TWO_SCREENS = """
from PySide6.QtWidgets import QApplication, QWidget
from ui.alarms.wall import hang

app = QApplication([])
console, wall = QWidget(), QWidget()
console.resize(400, 300)
console.show()
hang(wall, console)
app.processEvents()
print(console.screen().name(), wall.screen().name(), wall.geometry().getRect())
"""


def test_it_hangs_on_the_screen_that_the_console_is_not_on(tmp_path: Path) -> None:
    """In a process of its own: the screens are there before the program is."""
    screens = [
        {
            "name": name,
            "x": x,
            "y": 0,
            "width": width,
            "height": 768,
            "logicalDpi": 96,
            "logicalBaseDpi": 96,
            "dpr": 1.0,
        }
        for name, x, width in (("desk", 0, 1366), ("wall", 1366, 1920))
    ]
    described = tmp_path / "screens.json"
    facts = {"synchronousWindowSystemEvents": False, "windowFrameMargins": False, "screens": screens}
    described.write_text(json.dumps(facts), "utf-8")
    env = {
        **os.environ,
        "QT_QPA_PLATFORM": f"offscreen:configfile={described}",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    command = [sys.executable, "-c", TWO_SCREENS]
    ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert ended.stdout == "desk wall (1366, 0, 1920, 768)\n", ended.stderr
