"""One site shows one number of what is not heard, wherever it is told, and what goes on stays in sight."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from db.store import Transaction
from db.tables.cases import CaseRow
from desktop.security.principal import act
from desktop.things.model import Reading
from tests.ui.pages import GAS, LIFT, PUMP, Site, founded, site  # noqa: F401 - fixtures
from tests.ui.things.site import defaults
from ui import aio
from ui.overview.lines import OverviewLine
from ui.overview.page import OverviewPage
from ui.parts.text import Label
from ui.shell.preferences import Preferences
from ui.shell.sidebar import Entry
from ui.window import ConsoleWindow


def test_sidebar_strip_and_overview_tell_one_number(
    qtbot: QtBot, loop: asyncio.AbstractEventLoop, themed: Callable[[str], None], site: Site  # noqa: F811
) -> None:  # fmt: skip
    """One thing is heard, one says it is there and its values are old, two never spoke."""
    themed("light")
    now = site.clock.now().timestamp()
    for thing_id, age in ((GAS, 3.0), (LIFT, 86_400.0)):
        thing, slot = site.still.known[thing_id]
        site.still.values[slot] = Reading(True, "good", now - age)
        for n, point in enumerate(thing.model.points, 1):
            site.still.values[slot + n] = Reading(defaults(thing.model.kind)[point.name], "good", now - age)
    site.off(site.console.places.community)
    window = ConsoleWindow(site.console, Preferences(lang="zh", theme="light", muted=True))
    window.enter(site.sign_in("boss"))
    window.show()
    qtbot.waitUntil(lambda: not aio._tasks)
    assert window.workspace is not None
    page = window.workspace.page()
    assert isinstance(page, OverviewPage)
    assert "设备在线 1/4" in [label.text() for label in window.workspace.strip.findChildren(Label)]
    entries = [entry.accessibleName() for entry in window.workspace.sidebar.findChildren(Entry)]
    assert any("3 台失联" in entry for entry in entries)
    assert page.needs()[-1] == "3 台设备失联"
    window.stop()
    window.hide()
    window.deleteLater()
    qtbot.wait(1)


def test_a_rescue_stays_in_sight_until_its_case_is_closed(
    qtbot: QtBot, loop: asyncio.AbstractEventLoop, themed: Callable[[str], None], site: Site  # noqa: F811
) -> None:  # fmt: skip
    """The person was answered and the lift is well again; the rescue is not at its end."""
    themed("light")
    trapped = site.raise_alarm("trapped", LIFT, ago=20, case="lift-entrapment")
    minor = site.raise_alarm(thing=PUMP, life_safety=False)
    boss = site.sign_in("boss")
    case_id = site.off(site.console.alarms.to_case, boss, trapped)
    site.off(site.console.alarms.to_case, boss, minor)
    site.off(site.console.alarms.acknowledge, boss, [trapped, minor])
    site.clock.advance(60)
    site.end_alarm(trapped)
    site.end_alarm(minor)
    assert site.off(site.console.alarms.open) == []
    context, shell = site.context("boss")
    page = OverviewPage(context)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.needs()[:1] == ["疑似困人"])
    assert len(page.needs()) == 2  # the other line is of what was never heard
    line = page.findChildren(OverviewLine)[0]
    assert "已恢复" in line.accessibleName()
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert shell.gone == [("cases", case_id)]

    def close(tx: Transaction) -> None:
        row = tx.get(CaseRow, case_id)
        assert row is not None
        row.closed_at = site.clock.now()

    site.off(site.console.records.write, act(boss, "cases.move", site.clock), close)
    qtbot.waitUntil(lambda: "疑似困人" not in page.needs())
    page.hide()
