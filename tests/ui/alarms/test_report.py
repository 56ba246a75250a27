"""The alarm log: made in the background, saved under a free name, opened, and told where it is."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pypdf
import pytest
from PySide6.QtCore import QUrl
from pytestqt.qtbot import QtBot

from tests.ui.drivers.alarms import AlarmsDriver
from tests.ui.pages import PUMP, Recorder, Site
from ui.alarms import report
from ui.alarms.page import AlarmsPage
from ui.parts.files import free_name


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What the desktop was asked to open."""
    asked: list[Path] = []

    def open_url(url: QUrl) -> bool:
        asked.append(Path(url.toLocalFile()))
        return True

    monkeypatch.setattr(report.QDesktopServices, "openUrl", open_url)
    return asked


@pytest.fixture
def driven(qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site) -> tuple[AlarmsDriver, Recorder]:
    site.raise_alarm("level-low", PUMP)
    context, shell = site.context("boss")
    page = AlarmsPage(context)
    qtbot.addWidget(page)
    page.resize(1150, 684)
    page.show()
    driver = AlarmsDriver(qtbot, page)
    driver.until(lambda: driver.detail().shown())
    return driver, shell


def test_a_report_is_made_saved_opened_and_told(
    site: Site, driven: tuple[AlarmsDriver, Recorder], opened: list[Path]
) -> None:
    page, shell = driven
    page.act("Ctrl+P")
    form = page.form()
    form.write("起始日期", "２０２６/11/20")
    form.send()
    page.until(lambda: not page.has_form())
    [path] = opened
    assert path.parent == site.console.data_dir / "reports"
    assert shell.said == [f"报表已保存并打开：{path}"]
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages)
    assert "2026-11-20" in text and "低区生活水泵组" in text
    shell.offers[0][1]()
    assert opened[1] == path.parent


def test_an_earlier_report_is_never_written_over(
    site: Site, driven: tuple[AlarmsDriver, Recorder], opened: list[Path]
) -> None:
    page, _ = driven
    for _ in range(2):
        page.act("Ctrl+P")
        page.form().send()
        page.until(lambda: not page.has_form())
    assert len(set(opened)) == 2
    assert opened[1].stem == f"{opened[0].stem} (2)"
    assert opened[0].exists()


def test_free_names_count_on(tmp_path: Path) -> None:
    for name in ("a.pdf", "a (2).pdf"):
        (tmp_path / name).touch()
    assert free_name(tmp_path / "a.pdf").name == "a (3).pdf"
    assert free_name(tmp_path / "b.pdf").name == "b.pdf"


@pytest.mark.parametrize(
    ("since", "until", "told"),
    [
        ("yesterday", "2026-11-22", "请按 2026-11-22 的格式填写日期。"),
        ("2026-11-22 14:00", "2026-11-22", "请按 2026-11-22 的格式填写日期。"),
        ("2026-11-22", "2026-11-20", "截止日期早于起始日期。"),
    ],
)
def test_days_that_will_not_do_are_told_beside_them(
    driven: tuple[AlarmsDriver, Recorder], opened: list[Path], since: str, until: str, told: str
) -> None:
    page, _ = driven
    page.act("Ctrl+P")
    form = page.form()
    form.write("起始日期", since)
    form.write("截止日期（含当天）", until)
    form.send()
    page.until(lambda: form.says(told))
    assert opened == []


def test_a_disk_that_refuses_is_told_and_the_form_stays(
    site: Site, driven: tuple[AlarmsDriver, Recorder], opened: list[Path]
) -> None:
    (site.console.data_dir / "reports").touch()
    page, shell = driven
    page.act("Ctrl+P")
    form = page.form()
    form.send()
    page.until(lambda: any("报表无法保存：" in text for text in form.texts()))
    assert page.has_form() and shell.said == [] and opened == []
