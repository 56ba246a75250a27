"""One site shows one number of what is not heard, wherever it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from pytestqt.qtbot import QtBot

from desktop.things.model import Reading
from tests.ui.pages import GAS, LIFT, Site, founded, site  # noqa: F401 - fixtures
from tests.ui.things.site import defaults
from ui import aio
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
