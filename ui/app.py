"""Starts the window: `run_console` is what `linli console` and `linli demo` call."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from desktop.kernel.words import Lang
from desktop.opening import Opening
from ui import aio
from ui.entry import Entered, Entry
from ui.shell.preferences import Preferences, ThemeName, load_preferences, save_preferences
from ui.theme import style

if TYPE_CHECKING:
    from ui.window import ConsoleWindow

USUAL_SIZE = (1366, 768)
SETTLE = 0.6
"""Seconds a page is given to fill and paint before its picture is taken."""
WARM_UP = 12.0
"""Seconds of live values before the first picture, so that trends have something to show."""


def run_console(
    opening: Opening,
    *,
    seconds: float | None = None,
    screenshots: Path | None = None,
    lang: str | None = None,
    theme: str | None = None,
    size: tuple[int, int] | None = None,
) -> int:
    """Opens the store behind its first window, then shows the console until it is closed or `seconds` pass.

    Gives the exit code, 1 when the store did not open. With `screenshots` every page is saved there in both themes and
    languages, `<page>-<theme>-<lang>.png`; without `seconds` the window then closes.
    """
    app = application()
    preferences = chosen(load_preferences(opening.data_dir), lang, theme)
    style.apply(app, preferences.theme)
    entry: Entry | None = None

    async def main() -> int:
        nonlocal entry
        entry = Entry(opening, preferences)
        entry.resize(QSize(*(size or USUAL_SIZE)))
        entry.show()
        if os.environ.get("LINLI_BENCH_START"):
            # `linli bench start` reads this line: the window is painted and takes its first key.
            entry.repaint()
            print("usable", flush=True)  # noqa: T201
            return 0
        timer = asyncio.get_running_loop().call_later(seconds, entry.closing.set) if seconds else None
        entered = await entry.enter()
        if timer:
            timer.cancel()
        if entered is None:
            entry.hide()
            return 1 if entry.failure else 0
        return await show_console(entered, entry, preferences, seconds, screenshots)

    try:
        return aio.run(app, main)
    finally:
        # Only now: what still opened in the background has ended with the loop's threads.
        if entry is not None and entry.console is not None:
            entry.console.close()
        if entry is not None and isinstance(entry.failure, Exception):
            sys.stderr.write(f"linli: {' '.join(str(entry.failure).split())}\n")


async def show_console(
    entered: Entered, entry: Entry, preferences: Preferences, seconds: float | None, screenshots: Path | None
) -> int:
    """Puts the console's window in the place of the first one and runs it."""
    # Loaded by now, all but the pages: the store opened with most of it.
    from ui.window import ConsoleWindow

    console = entered.console
    console.records.never_on(threading.get_ident())
    community = console.places.community()
    window = ConsoleWindow(console, msgspec.structs.replace(preferences, community=community.name if community else ""))
    window.setGeometry(entry.geometry())
    if entered.who is None:
        window.open_set_up(entered.founded)
    else:
        window.enter(entered.who)
    window.show()
    entry.hide()
    save_preferences(console.data_dir, window.preferences)
    try:
        if screenshots is not None:
            await picture_everything(window, screenshots, min(WARM_UP, seconds or WARM_UP))
            if seconds is None:
                return 0
        await until(window.closing, seconds)
    finally:
        window.stop()
        await aio.cancel_tasks()
        window.deleteLater()
    return 0


def application() -> QApplication:
    """The QApplication, made at the first call."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    choose_input_method()
    app = QApplication(["linli"])
    app.setApplicationName("linli")
    app.setDesktopFileName("linli")
    return app


def choose_input_method() -> None:
    """Where fcitx runs, speaks ibus to it: the wheel has no fcitx plugin and Qt would stay without any input method."""
    if "QT_IM_MODULE" in os.environ and os.environ["QT_IM_MODULE"] not in ("fcitx", "fcitx5"):
        return
    if os.environ.get("QT_IM_MODULE") or "fcitx" in os.environ.get("XMODIFIERS", "") or fcitx_runs():
        os.environ["QT_IM_MODULE"] = "ibus"


def fcitx_runs() -> bool:
    """Whether an fcitx is running in this session (Linux only)."""
    pgrep = shutil.which("pgrep")
    if pgrep is None or not os.environ.get("DISPLAY", os.environ.get("WAYLAND_DISPLAY", "")):
        return False
    return subprocess.run([pgrep, "-u", str(os.getuid()), "fcitx"], capture_output=True, check=False).returncode == 0


def chosen(preferences: Preferences, lang: str | None, theme: str | None) -> Preferences:
    """The preferences with what the command line asks for."""
    lang_: Lang = "en" if lang == "en" else "zh" if lang == "zh" else preferences.lang
    theme_: ThemeName = "dark" if theme == "dark" else "light" if theme == "light" else preferences.theme
    return msgspec.structs.replace(preferences, lang=lang_, theme=theme_)


async def until(event: asyncio.Event, seconds: float | None) -> None:
    """Waits for the event, at most `seconds`."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return


async def picture_everything(window: ConsoleWindow, folder: Path, warm_up: float) -> None:
    """Saves every page × theme × language; ends early when the window is closed."""
    folder.mkdir(parents=True, exist_ok=True)
    await until(window.closing, warm_up)
    before = window.preferences
    from ui.shell.pages import PAGES

    themes: tuple[ThemeName, ...] = ("light", "dark")
    langs: tuple[Lang, ...] = ("zh", "en")
    for theme in themes:
        window.set_theme(theme)
        for lang in langs:
            window.set_language(lang)
            for spec in PAGES:
                if window.workspace is None or window.closing.is_set():
                    return
                window.workspace.go(spec.key)
                await until(window.closing, SETTLE)
                file = folder / f"{spec.key}-{theme}-{lang}.png"
                if not window.picture().save(str(file)):
                    raise OSError(f"cannot write {file}")
    window.set_theme(before.theme)
    window.set_language(before.lang)
