"""An engineer's day: what is late stands first, the next step is one key, and of two who grab one wins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.kernel.words import Lang
from tests.ui.drivers.cases import CasesDriver
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.pages import Recorder, Site, at
from ui.work.page import WorkPage

Open = Callable[..., tuple[CasesDriver, Recorder]]


@pytest.fixture
def open_page(qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site, themed: Callable[[str], None]) -> Open:
    def opened(login: str = "song.li", lang: Lang = "zh") -> tuple[CasesDriver, Recorder]:
        context, shell = site.context(login, lang)
        page = WorkPage(context)
        assert not [window for window in QApplication.topLevelWidgets() if window.isVisible()]
        qtbot.addWidget(page)
        page.resize(1150, 684)
        page.show()
        driver = CasesDriver(qtbot, page)
        driver.until(lambda: driver.instead() or driver.detail().shown())
        return driver, shell

    return opened
