"""Everything one signed-in person sees in one language and theme: sidebar, top bar, pages, strip.

It is made anew for another person, language or theme; `place` and `open` carry over where one was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.cases.views import CaseQuery
from desktop.field.messages import Health
from desktop.kernel.bus import Changed
from desktop.kernel.errors import LinliError, StoreUnavailable
from desktop.kernel.words import Words
from desktop.security.principal import Principal
from desktop.things.model import Priority
from desktop.things.views import ThingView
from ui.aio import Bridge, in_background, report, slot
from ui.parts.banner import Banner
from ui.parts.layout import clear
from ui.parts.page import Page
from ui.parts.toast import Toast
from ui.shell.context import Context, PageSpec
from ui.shell.finder import Hit, page_hits, sources
from ui.shell.lights import ClockWatch, broker_light, hub_light, store_light
from ui.shell.palette import CommandPalette
from ui.shell.preferences import Preferences
from ui.shell.sidebar import Sidebar, Waiting, alarms_waiting
from ui.shell.strip import StatusStrip
from ui.shell.topbar import TopBar
from ui.theme.tokens import px
from ui.things.silence import Census, census

if TYPE_CHECKING:
    from desktop.app import Console

NARROW = 1240
"""Below this width the sidebar shows icons alone."""
CENSUS_EVERY = 5
"""Seconds after which it is counted anew how many things are there and how many are silent."""


@dataclass(frozen=True)
class Act:
    """Something the window can do, for the palette and its keys."""

    word: str
    icon: str
    key: str
    do: Callable[[], object]


class Workspace(QWidget):
    """Implements `Speaker` for its pages.

    Signals:
        alarms_counted(counts): how many alarms of each priority want a person.
    """

    alarms_counted = Signal(dict)

    def __init__(
        self,
        console: Console,
        words: Words,
        who: Principal,
        bridge: Bridge,
        watch: ClockWatch,
        preferences: Preferences,
        pages: Sequence[PageSpec],
        acts: Sequence[Act],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._console, self._words, self._watch, self._pages = console, words, watch, pages
        self._acts = acts
        self.context = Context(console, words, who, bridge, self)
        self._made: dict[str, Page] = {}
        self._current = ""
        self._store_problem = False
        self._census, self._seconds = Census(), 0
        self._counts = self._counted = 0
        """How many counts were begun, and the newest that was drawn."""
        self._palette: CommandPalette | None = None
        self.sidebar = Sidebar(pages, words, who.name, self)
        self.sidebar.chosen.connect(self.go)
        community = console.places.community()
        self.topbar = TopBar(
            words, community.name if community else words("app.name"),
            dark=preferences.theme == "dark", muted=preferences.muted, parent=self,
        )  # fmt: skip
        self.topbar.search.connect(self.open_palette)
        self._banners = QVBoxLayout()
        self._banners.setContentsMargins(px("space", "page"), 0, px("space", "page"), 0)
        self.stack = QStackedWidget()
        self.strip = StatusStrip(words, console.clock)
        self._toast = Toast(self)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.topbar)
        right.addLayout(self._banners)
        right.addWidget(self.stack, 1)
        right.addWidget(self.strip)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.sidebar)
        layout.addLayout(right, 1)
        for number, spec in enumerate(pages, 1):
            if key := PageSpec.jump_key(number):
                self._key(key, partial(self.go, spec.key))
                self._key(key.replace("Alt", "Ctrl"), partial(self.go, spec.key))
        self._key("Ctrl+K", self.open_palette)
        self._key("Ctrl+Shift+U", self.sidebar.operator.click)
        for act in acts:
            self._key(act.key, act.do)
        bridge.on(Changed, self._changed, self)
        bridge.on(Health, lambda _health: self.refresh(), self)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self.refresh)
        self._second.start()
        self.refresh()
        self._count()

    # Speaker

    def say(self, text: str, *, act: str = "", key: str = "", on_act: Callable[[], object] | None = None) -> None:
        self._toast.say(text, act=act, key=key, on_act=on_act)

    def tell(self, error: BaseException) -> None:
        """Shows a failure above the page: an expected one in its own words, a mistake of the program as one."""
        words = self._words
        if isinstance(error, StoreUnavailable):
            self._store_problem = True
            self.refresh()
        clear(self._banners)
        known = isinstance(error, LinliError)
        text = words.told(error) if isinstance(error, LinliError) else words("app.internal")
        banner = Banner(
            text,
            "high" if known else "critical",
            detail="" if known else words("app.internal_do"),
            close_name=words("app.close"),
            code=error.code if isinstance(error, LinliError) else type(error).__name__,
        )
        self._banners.setContentsMargins(px("space", "page"), 12, px("space", "page"), 0)
        self._banners.addWidget(banner)
        banner.closed.connect(self._clear_banner)

    def go(self, page: str, selection: str = "") -> None:
        """Shows a page, made now if it was never visited, and selects something there."""
        spec = next(spec for spec in self._pages if spec.key == page)
        if page not in self._made:
            self._made[page] = self._make(spec)
            self.stack.addWidget(self._made[page])
        shown = self._made[page]
        self._current = page
        self.stack.setCurrentWidget(shown)
        self.sidebar.set_current(page)
        if selection:
            shown.select_key(selection)
        # Keys of the page work only where the focus is inside the window's page.
        shown.setFocus()
        shown.focusNextChild()

    # What the window asks

    def place(self) -> tuple[str, str]:
        """The page that is shown and what is selected on it."""
        return self._current, self._made[self._current].selection_key() if self._current else ""

    def page(self) -> Page:
        """The page that is shown."""
        return self._made[self._current]

    def banner(self) -> Banner | None:
        """The failure that stands above the pages, if one does."""
        item = self._banners.itemAt(0)
        widget = item.widget() if item else None
        return widget if isinstance(widget, Banner) else None

    def open_palette(self) -> CommandPalette:
        """Ctrl+K."""
        if self._palette is not None:
            self._palette.close_palette()
        fixed = page_hits(self._pages, self.context)
        fixed += [Hit("act", self._words(act.word), "", act.icon, act.do, act.key) for act in self._acts]
        palette = CommandPalette(self, self._words, fixed, sources(self.context))
        palette.destroyed.connect(self._palette_gone)
        self._palette = palette
        return palette

    def refresh(self) -> None:
        """Lights, strip and counts of things: from memory, once a second."""
        health = self._console.field.health()
        things = self._console.things.all()
        if self._seconds % CENSUS_EVERY == 0:
            self._take_census(things)
        self._seconds += 1
        silent = len(self._census.silent)
        for light in (broker_light(health), hub_light(), store_light(self._store_problem), self._watch.light()):
            self.topbar.set_light(light)
        self.strip.refresh(health, self._census.online, len(things))
        words = self._words("app.silent_things", n=silent)
        self.sidebar.set_waiting("things", [Waiting(silent, words, "quiet", "ring")] if silent else [])

    # Inside

    def _make(self, spec: PageSpec) -> Page:
        page = Page(self._words(spec.title))
        if not spec.permission or self.context.who.may(spec.permission):
            try:
                return spec.factory(self.context)
            except Exception as error:  # noqa: BLE001 one page's mistake is told; the others go on working
                report(error)
                page.show_state(
                    "error", self._words("app.internal"), self._words("app.internal_do"), code=type(error).__name__
                )
                return page
        page.show_state("no_permission", self._words("app.no_permission"), self._words("app.no_permission_do"))
        return page

    def _key(self, sequence: str, do: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(sequence), self)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(do)

    def _changed(self, event: Changed) -> None:
        self._store_problem = False
        if event.touches("alarm", "case", "thing"):
            self._count()

    @slot
    async def _take_census(self, things: Sequence[ThingView]) -> None:
        # The main values of every thing are looked at.
        found = await in_background(census, things, self._console.things)
        if found != self._census:
            self._census = found
            self.refresh()

    @slot
    async def _count(self) -> None:
        self._counts += 1
        begun = self._counts
        alarms: dict[Priority, int] = await in_background(self._console.alarms.counts)
        cases = await in_background(self._console.case_lists.count, CaseQuery())
        if begun < self._counted:
            # One that was begun later was answered sooner and knows more.
            return
        self._counted = begun
        self.sidebar.set_waiting("alarms", alarms_waiting(alarms, self._words))
        spoken = self._words("app.open_cases", n=cases.total, overdue=cases.overdue)
        late = Waiting(cases.overdue, self._words("app.overdue_cases", n=cases.overdue), "high", "triangle")
        waiting = ([late] if cases.overdue else []) + ([Waiting(cases.total, spoken)] if cases.total else [])
        self.sidebar.set_waiting("cases", waiting)
        self.alarms_counted.emit(alarms)

    def _clear_banner(self) -> None:
        clear(self._banners)
        self._banners.setContentsMargins(px("space", "page"), 0, px("space", "page"), 0)

    def _palette_gone(self, _gone: object = None) -> None:
        self._palette = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.sidebar.set_narrow(self.width() < NARROW)
