"""Planned work by keys alone: seen by everybody who sees cases, changed by who plans."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from desktop.kernel.words import Lang
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.drivers.planned import PlannedDriver
from tests.ui.pages import Recorder, Site
from tests.ui.planned.made import make
from ui.planned.page import PlannedPage

Open = Callable[..., tuple[PlannedDriver, Recorder]]


@pytest.fixture
def open_page(qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site, themed: Callable[[str], None]) -> Open:
    def opened(login: str = "boss", lang: Lang = "zh", made: bool = True) -> tuple[PlannedDriver, Recorder]:
        if made:
            make(site)
        context, shell = site.context(login, lang)
        page = PlannedPage(context)
        qtbot.addWidget(page)
        page.resize(1150, 684)
        page.show()
        page.activateWindow()
        driver = PlannedDriver(qtbot, page)
        driver.until(lambda: page._read is not None)
        driver.grid.setFocus()
        return driver, shell

    return opened


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_can_be_read_and_nothing_is_clipped(open_page: Open, lang: Lang) -> None:
    page, _ = open_page("boss", lang)
    for mode in range(1, 6):
        page.key(str(mode))
        page.until(lambda: True)
        assert_accessible(page.root)
        assert_no_clipped_text(page.root)
        if folder := os.environ.get("LINLI_PICTURES"):
            page._qtbot.wait(400)
            page.root.grab().save(f"{folder}/planned-{mode}-{lang}.png")
