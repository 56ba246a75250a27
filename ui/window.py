"""The console's window: who is at it, in which language and theme, and the one way it closes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QPixmap, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QWidget

from desktop.kernel.bus import Changed
from desktop.kernel.errors import LinliError
from desktop.kernel.words import Lang, Words
from desktop.security.principal import Principal
from desktop.things.model import Priority
from ui import aio
from ui.alarms.sound import AlarmSound, Player
from ui.alarms.standing import Hearing
from ui.alarms.views import Standing
from ui.parts.text import no_mnemonic
from ui.parts.when import use_zone
from ui.security.lock import Idle, LockScreen
from ui.security.setup import SetUp
from ui.security.signin import SignIn
from ui.shell.context import PageSpec
from ui.shell.lights import ClockWatch
from ui.shell.pages import PAGES
from ui.shell.preferences import Preferences, ThemeName, save_preferences
from ui.shell.workspace import Act, Workspace
from ui.theme import style
from ui.theme.icons import icon
from ui.theme.tokens import px

if TYPE_CHECKING:
    from desktop.app import Console
    from ui.alarms.wall import AlarmWall

log = logging.getLogger(__name__)


class ConsoleWindow(QMainWindow):
    """Holds one of: set-up, sign-in, workspace, lock.

    `closing` is set when the person closes the window; the program then ends in its own order.

    Signals:
        changed: what the window holds was made anew.
    """

    changed = Signal()

    def __init__(self, console: Console, preferences: Preferences, pages: Sequence[PageSpec] = PAGES) -> None:
        super().__init__()
        self.closing = asyncio.Event()
        self.console, self.preferences = console, preferences
        self.words = Words(preferences.lang)
        self.bridge = aio.Bridge(console.bus, self)
        self.who: Principal | None = None
        self._door: Callable[[], None] = self.open_door
        self.workspace: Workspace | None = None
        self.lock_screen: LockScreen | None = None
        self._pages = pages
        self._watch = ClockWatch(console.clock)
        self._sound = AlarmSound(Player(self), self)
        self._sound.set_muted(preferences.muted)
        self._counts: dict[Priority, int] = {}
        self._wall: AlarmWall | None = None
        self.setWindowTitle(self.words("app.window"))
        self.setWindowIcon(icon("building-2", "accent", 24))
        self.setMinimumSize(px("width", "window_least"), px("height", "window_least"))
        aio.on_error(self.tell)
        if community := console.places.community():
            use_zone(community.offset_minutes)
        self._idle = Idle(self)
        self._idle.idled.connect(self.lock)
        self._hearing = Hearing(console, self._hear, self)
        self.bridge.on(Changed, self._hearing.changed, self)
        self._hearing.ask()

    # Who is here

    def open_door(self) -> None:
        """Sign-in; whoever was here has gone."""
        self._leave()
        self._door = self.open_door
        page = SignIn.at(self.console, self.words)
        page.signed_in.connect(self.enter)
        self._show(page)

    def open_set_up(self, founded: bool) -> None:
        """The first operator of a store that nobody can sign in to yet; with the community, where it is not `founded`."""
        self._door = partial(self.open_set_up, founded)
        page = SetUp(self.console, self.words, founded)
        page.signed_in.connect(self.enter)
        self._show(page)

    def enter(self, who: Principal) -> None:
        """The workspace of a person who has signed in."""
        self.who, self._door = who, self.open_door
        if community := self.console.places.community():
            use_zone(community.offset_minutes)
        self._build("overview", "")

    def lock(self) -> None:
        """Covers the work until the person is back. The work stays as it is underneath."""
        if self.workspace is None or self.who is None or self.lock_screen is not None or self.console.demo:
            return
        self.lock_screen = LockScreen(self.console, self.words, self.who, self)
        self.lock_screen.show_counts(self._counts)
        self.lock_screen.unlocked.connect(self._unlock)
        self.lock_screen.other.connect(self.open_door)
        # Keys of a disabled workspace do nothing, its shortcuts included.
        self.workspace.setEnabled(False)
        self.lock_screen.setGeometry(self.rect())
        self.lock_screen.show()
        self.lock_screen.raise_()
        self.lock_screen.password.input.setFocus()
        self.changed.emit()

    def _unlock(self) -> None:
        if self.lock_screen is not None:
            self.lock_screen.hide()
            self.lock_screen.deleteLater()
            self.lock_screen = None
        if self.workspace is not None:
            self.workspace.setEnabled(True)
            self.workspace.page().setFocus()
        self.changed.emit()

    def _leave(self) -> None:
        self._unlock()
        self._take_wall_down()
        self.who, self.workspace = None, None

    # How it looks

    def set_theme(self, name: ThemeName) -> None:
        self._prefer(msgspec.structs.replace(self.preferences, theme=name))

    def set_language(self, lang: Lang) -> None:
        self._prefer(msgspec.structs.replace(self.preferences, lang=lang))

    def set_muted(self, muted: bool) -> None:
        self.preferences = msgspec.structs.replace(self.preferences, muted=muted)
        save_preferences(self.console.data_dir, self.preferences)
        self._sound.set_muted(muted)
        if self.workspace is not None:
            self.workspace.topbar.set_muted(muted)

    def _prefer(self, preferences: Preferences) -> None:
        """Makes everything anew and goes back to where the person was."""
        self.preferences = preferences
        save_preferences(self.console.data_dir, preferences)
        self.words = Words(preferences.lang)
        self.setWindowTitle(self.words("app.window"))
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        style.apply(app, preferences.theme)
        if self.workspace is None:
            self._door()
        else:
            self._build(*self.workspace.place())

    def _build(self, page: str, selection: str) -> None:
        assert self.who is not None
        hung = self._wall is not None
        self._take_wall_down()
        workspace = Workspace(
            self.console, self.words, self.who, self.bridge, self._watch, self.preferences, self._pages, self._acts()
        )
        workspace.topbar.theme.connect(self._other_theme)
        workspace.topbar.language.connect(self._other_language)
        workspace.topbar.sound.connect(self._other_sound)
        workspace.sidebar.person.connect(self._operator_menu)
        workspace.alarms_counted.connect(self._counted)
        self.workspace = workspace
        self._show(workspace)
        workspace.go(page, selection)
        if hung:
            self.open_wall()

    def _show(self, widget: QWidget) -> None:
        old = self.takeCentralWidget()
        self.setCentralWidget(widget)
        widget.show()
        if old is not None:
            old.hide()
            old.deleteLater()
        self.changed.emit()

    def open_wall(self) -> AlarmWall | None:
        """The alarms for a screen on the wall, over everything; where it hangs already, that one."""
        if self.workspace is None or self.who is None or not self.who.may("alarms.see"):
            return None
        # Loaded when it is first hung: most terminals never do.
        from ui.alarms.wall import AlarmWall, hang

        if self._wall is None:
            self._wall = AlarmWall(self.workspace.context)
            self._wall.closed.connect(self._wall_gone)
        hang(self._wall, self)
        return self._wall

    def _wall_gone(self) -> None:
        self._wall = None
        self.activateWindow()

    def _take_wall_down(self) -> None:
        if self._wall is not None:
            self._wall.close()

    def _acts(self) -> list[Act]:
        return [
            Act("alarms.wall.open", "monitor", "F11", self.open_wall),
            Act("app.act.theme", "moon", "Ctrl+Shift+D", self._other_theme),
            Act("app.act.language", "languages", "Ctrl+Shift+L", self._other_language),
            Act("app.act.sound", "volume-2", "Ctrl+Shift+M", self._other_sound),
            Act("app.act.lock", "lock", "Ctrl+L", self.lock),
            Act("app.act.switch", "users", "Ctrl+Shift+O", self.open_door),
        ]

    def _other_theme(self) -> None:
        self.set_theme("light" if self.preferences.theme == "dark" else "dark")

    def _other_language(self) -> None:
        self.set_language("en" if self.preferences.lang == "zh" else "zh")

    def _other_sound(self) -> None:
        self.set_muted(not self.preferences.muted)

    def _operator_menu(self) -> None:
        assert self.workspace is not None
        menu = QMenu(self)
        for word, name, key, do in (
            ("app.act.lock", "lock", "Ctrl+L", self.lock),
            ("app.act.switch", "users", "Ctrl+Shift+O", self.open_door),
        ):
            act = QAction(icon(name), no_mnemonic(self.words(word)), menu)
            act.setShortcut(QKeySequence(key))
            act.triggered.connect(do)
            menu.addAction(act)
        menu.aboutToHide.connect(menu.deleteLater)
        anchor = self.workspace.sidebar.operator
        menu.popup(anchor.mapToGlobal(anchor.rect().topLeft()) - QPoint(0, menu.sizeHint().height()))

    # What goes on

    def tell(self, error: BaseException) -> None:
        """A failure of any task: in words above the page, and in the log when it is a mistake of the program."""
        if not isinstance(error, LinliError):
            log.error("unexpected failure", exc_info=error)
        if self.workspace is not None:
            self.workspace.tell(error)

    def _hear(self, standing: Standing) -> None:
        self._sound.hear(standing.alarms, standing.flood_since(self.console.clock.now()) is not None)

    def _counted(self, counts: dict[Priority, int]) -> None:
        self._counts = counts
        if self.lock_screen is not None:
            self.lock_screen.show_counts(counts)

    def picture(self) -> QPixmap:
        """What the window shows now."""
        return self.grab()

    def stop(self) -> None:
        """Ends timers and hearing; the window can then be deleted."""
        self._take_wall_down()
        self._sound.silence()
        self.bridge.close()
        aio.on_error(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.lock_screen is not None:
            self.lock_screen.setGeometry(self.rect())

    def closeEvent(self, event: QCloseEvent) -> None:
        # Accepting here would end the loop before the clean-up had its turn.
        event.ignore()
        self.closing.set()
