"""What every test of pixels stands on: Qt's own warnings fail it, and nothing may be left running."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMessageLogContext, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from ui import aio
from ui.theme import style

BASELINES = Path(__file__).parent / "baselines"

ALLOWED = (
    # The offscreen platform has no window manager to tell the least size to.
    r"This plugin does not support propagateSizeHints",
    # No screen reader's bus in a test.
    r"(?i)at-?spi|accessib.*bus",
    # QProcess of a player that is still starting when a test ends.
    r"QProcess: Destroyed while process",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-baselines", action="store_true", help="keep what is drawn now as the picture to compare with"
    )


@pytest.fixture(autouse=True)
def no_qt_warnings() -> Iterator[None]:
    """Fails a test in which Qt says anything of weight WARNING or more."""
    heard: list[str] = []

    def hear(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        heavy = (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)
        if kind in heavy and not any(re.search(allowed, text) for allowed in ALLOWED):
            heard.append(text)

    before = qInstallMessageHandler(hear)
    yield
    qInstallMessageHandler(before)
    if heard:
        pytest.fail("Qt warned: " + "; ".join(heard))


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return QApplication


@pytest.fixture
def themed(qapp: QApplication) -> Iterator[Callable[[str], None]]:
    """Switches the theme; light at the start and at the end."""
    style.apply(qapp, "light")
    yield lambda name: style.apply(qapp, name)
    style.apply(qapp, "light")


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    """The loop that screens start their tasks on; it turns whenever Qt does, so `qtbot.waitUntil` waits for tasks too."""
    made = aio.new_loop(qapp)
    asyncio._set_running_loop(made)
    problems: list[BaseException] = []
    aio.on_error(problems.append)
    yield made
    aio.on_error(None)
    asyncio._set_running_loop(None)
    made.run_until_complete(aio.cancel_tasks())
    aio.stop_workers()
    made.close()
    asyncio.set_event_loop(None)
    if problems:
        pytest.fail(f"a task failed: {problems[0]!r}")


@pytest.fixture(autouse=True)
def nothing_left_over(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves a window or a running timer of a widget behind."""
    if "qapp" not in request.fixturenames and "qtbot" not in request.fixturenames:
        yield
        return
    app = request.getfixturevalue("qapp")
    yield
    for _ in range(3):
        app.sendPostedEvents(None, 52)  # 52: QEvent.DeferredDelete, which processEvents leaves to the outermost loop
        app.processEvents()
    windows = [w for w in app.topLevelWidgets() if isValid(w) and w.isVisible()]
    timers = [t for w in app.topLevelWidgets() if isValid(w) for t in w.findChildren(QTimer) if t.isActive()]
    for window in windows:
        window.close()
        window.deleteLater()
    if windows or timers:
        pytest.fail(f"left over: windows {windows}, timers {[t.parent() for t in timers]}")


@pytest.fixture
def compare(request: pytest.FixtureRequest) -> Callable[[QWidget, str], None]:
    """Compares a widget's picture with the reviewed one, within a tolerance; `--update-baselines` keeps the new one."""

    def compare_with(widget: QWidget, name: str) -> None:
        drawn = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        file = BASELINES / f"{name}.png"
        if request.config.getoption("--update-baselines", default=False):
            BASELINES.mkdir(exist_ok=True)
            assert drawn.save(str(file))
            return
        kept = QImage(str(file)).convertToFormat(QImage.Format.Format_RGB32)
        assert not kept.isNull(), f"no baseline {file.name}: run with --update-baselines and look at it"
        assert kept.size() == drawn.size(), f"{name}: {drawn.size()} instead of {kept.size()}"
        differing = unlike(kept, drawn)
        assert differing < 0.01, f"{name}: {differing:.1%} of the picture differs"

    return compare_with


def unlike(one: QImage, other: QImage) -> float:
    """The share of bytes that differ by more than an eye would see of hinting and rounding."""
    half = (one.width() // 2, one.height() // 2)
    smooth = Qt.TransformationMode.SmoothTransformation
    a, b = (bytes(i.scaled(*half, mode=smooth).constBits()) for i in (one, other))
    return sum(abs(x - y) > 24 for x, y in zip(a, b, strict=True)) / len(a)
