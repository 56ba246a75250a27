"""Starts the window: `run_console` is what `linli console` and `linli demo` call."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

import msgspec
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from desktop.app import Console
from desktop.kernel.words import Lang
from desktop.security.principal import Principal
from ui import aio
from ui.shell.pages import PAGES
from ui.shell.preferences import Preferences, ThemeName, load_preferences
from ui.theme import style
from ui.window import ConsoleWindow

USUAL_SIZE = (1366, 768)
SETTLE = 0.6
"""Seconds a page is given to fill and paint before its picture is taken."""
WARM_UP = 12.0
"""Seconds of live values before the first picture, so that trends have something to show."""


def run_console(
    console: Console,
    *,
    demo: Principal | None = None,
    seconds: float | None = None,
    screenshots: Path | None = None,
    lang: str | None = None,
    theme: str | None = None,
    size: tuple[int, int] | None = None,
) -> int:
    """Shows the window until it is closed or `seconds` pass, and gives the exit code. Closes the console at the end.

    `demo` is who is signed in from the start. With `screenshots` every page is saved there in both themes and languages,
    `<page>-<theme>-<lang>.png`; without `seconds` the window then closes.
    """
    app = application()
    preferences = chosen(load_preferences(console.data_dir), lang, theme)
    style.apply(app, preferences.theme)

    async def main() -> int:
        window = ConsoleWindow(console, preferences)
        window.resize(QSize(*(size or USUAL_SIZE)))
        if demo is not None:
            window.enter(demo)
        else:
            window.open_door()
        window.show()
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

    try:
        return aio.run(app, main)
    finally:
        console.close()


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
