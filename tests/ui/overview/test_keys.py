"""Where the keyboard lands, and that a guard comes from the overview to the alarm by keys alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.pages import GAS, LIFT, PUMP, Site, founded, site  # noqa: F401 - fixtures
from ui import aio
from ui.overview.lines import OverviewLine, SystemRow
from ui.parts.text import Label
from ui.shell.preferences import Preferences
from ui.things.list import ThingList
from ui.window import ConsoleWindow


@pytest.fixture
def window(
    qtbot: QtBot, loop: asyncio.AbstractEventLoop, themed: Callable[[str], None], site: Site  # noqa: F811
) -> Iterator[ConsoleWindow]:  # fmt: skip
    themed("light")
    site.tell_all()
    site.raise_alarm(thing=PUMP, ago=100)
    site.raise_alarm("trapped", LIFT, ago=20)
    site.off(site.console.places.community)
    made = ConsoleWindow(site.console, Preferences(lang="zh", theme="light", muted=True))
    made.resize(1366, 768)
    made.enter(site.sign_in("boss"))
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.stop()
    made.hide()
    made.deleteLater()
    qtbot.wait(1)


def test_the_focus_lands_on_the_first_need_and_keys_lead_to_the_alarm(
    qtbot: QtBot, window: ConsoleWindow, site: Site  # noqa: F811
) -> None:  # fmt: skip
    def focused() -> str:
        widget = window.focusWidget()
        return widget.accessibleName() if isinstance(widget, OverviewLine) else ""

    assert window.workspace is not None
    window.workspace.go("overview")
    qtbot.waitUntil(lambda: focused().startswith("疑似困人"))
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Down)
    assert focused().startswith("两台水泵同时故障")
    # Another alarm comes in above: the focus stays with what it was on.
    site.raise_alarm(thing=GAS, life_safety=True, ago=1)
    qtbot.waitUntil(lambda: len(window.workspace.page().needs()) == 3)  # type: ignore[union-attr]
    assert focused().startswith("两台水泵同时故障")
    for _ in range(2):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    assert isinstance(window.focusWidget(), OverviewLine | SystemRow)


def test_a_thing_is_reached_with_the_focus_on_the_list_and_a_goes_to_its_alarm(
    qtbot: QtBot, window: ConsoleWindow, site: Site  # noqa: F811
) -> None:  # fmt: skip
    assert window.workspace is not None
    window.workspace.go("things", LIFT)
    qtbot.waitUntil(lambda: not aio._tasks)
    assert isinstance(window.focusWidget(), ThingList)
    assert window.workspace.place() == ("things", LIFT)
    page = window.workspace.page()
    said = " ".join(label.text() for label in page.findChildren(Label) if label.isVisible())
    response = next(rule for rule in site.still.known[LIFT][0].model.alarms if rule.name == "trapped").response["zh"]
    assert response in said
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_A)
    assert window.workspace.place()[0] == "alarms"
    window.workspace.go("things", LIFT)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Down)
    assert window.workspace.place()[1] != LIFT
