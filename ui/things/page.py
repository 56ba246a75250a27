"""The devices: a tree by place or by kind, and what is under it as a list with one of them live, as a wall of tiles, or
as what is silent."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QWidget

from desktop.field.messages import Happened
from desktop.kernel.bus import Changed
from desktop.things.views import ThingView
from ui.aio import in_background, slot
from ui.parts.chips import FilterChips
from ui.parts.layout import column, framed, hairline
from ui.parts.listpage import ListPage
from ui.parts.refresh import Refresh
from ui.parts.tree import TreeByPlace
from ui.shell.context import Context
from ui.things.deadview import DeadView
from ui.things.glance import NOBODY, Sparks, tile_of
from ui.things.listview import ListView
from ui.things.silence import DEAD, census, explained
from ui.things.state import (
    ALL,
    Alarms,
    by_thing,
    holds,
    matches,
    natural_place,
    place_key,
    tree_by_kind,
    tree_by_place,
    urgency,
)  # fmt: skip
from ui.things.wall import ThingWall, Tile

TICK_MS = 100
TICKS_A_SECOND = 1000 // TICK_MS
DEAD_EVERY = 5 * TICKS_A_SECOND
"""Silence is counted in minutes: every so many ticks is enough for how many there are."""
LIST, WALL = "list", "wall"
VIEWS = (LIST, WALL, DEAD)


class ThingsPage(ListPage):
    """Ten times a second what is visible is read from memory; nothing runs while the page is hidden.

    W changes between list and wall, D goes to what is silent and back.
    """

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        words = self._words
        super().__init__(words("things.title"))
        self._things = context.console.things
        self._views: dict[str, ThingView] = {}
        self._alarms: Alarms = {}
        self._node = ALL
        self._alarms_read = False
        """Nothing is chosen before: what is in alarm stands first, and the first is what a person sees."""
        self._ticks = 0
        self._asked = 0
        """How often what is silent was asked for."""
        self._arriving = False
        """Whether somebody has just come to what is silent."""
        self._bring = ""
        """The thing to be chosen among the silent once they are listed."""
        self._listed: tuple[ThingView, ...] = ()
        """What `Things.all` gave last: the same tuple again means that nothing came, went or changed."""
        self._filter = QLineEdit()
        self._filter.setPlaceholderText(words("things.filter"))
        self._filter.setAccessibleName(words("things.filter"))
        self._filter.setClearButtonEnabled(True)
        self._filter.setFixedWidth(240)
        self._filter.textChanged.connect(lambda _text: self._show_list())
        self._filter.returnPressed.connect(self._land)
        QShortcut(QKeySequence("/"), self, self._filter.setFocus)
        self._as = FilterChips([(key, words(f"things.view.{key}")) for key in VIEWS], words("things.view.name"))
        self._as.chosen.connect(self._switch)
        self.toolbar.addWidget(self._as)
        self.toolbar.addWidget(self._filter)
        self._by = FilterChips(
            [("place", words("things.tree.by_place")), ("kind", words("things.tree.by_kind"))], words("things.tree.by")
        )
        self._by.chosen.connect(lambda _by: self._show_tree())
        self._tree = TreeByPlace(words("things.tree.name"))
        self._tree.chosen.connect(self._choose_node)
        self._tree.entered.connect(lambda _key: self._land())
        self._live = ListView(context, self)
        self._list = self._live.list
        self._wall = ThingWall(words("things.view.wall"), self._tile)
        self._wall.opened.connect(self._open)
        self._sparks = Sparks(self, self._things, self._now)
        self._dead = DeadView(context)
        self._dead.opened.connect(self._open)
        self._ways = QStackedWidget()
        for view in (self._live, self._wall, self._dead):
            self._ways.addWidget(view)
        self.set_body(self._lay_out())
        self.land_on(self._list, self._wall, self._dead.tree)
        QShortcut(QKeySequence("W"), self, self._turn_wall)
        QShortcut(QKeySequence("D"), self, self._turn_dead)
        self._timer = QTimer(self)
        # Usual timers may come a twentieth late, and then what is seen is as much older.
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)
        context.bridge.on(Changed, self._changed, self)
        context.bridge.on(Happened, self._live.happened, self)
        self.refresh()
        self._alarms_anew = Refresh(self, self._load_alarms, context.shell.tell)
        self._alarms_anew.ask()

    def selection_key(self) -> str:
        return self._list.current()

    def select_key(self, key: str) -> None:
        """A thing's or a place's id, "dead" for everything that is silent, or "dead/water" for that of a system."""
        which, _, system = key.partition("/")
        if which == DEAD:
            self._filter.clear()
            if system:
                self._by.choose("kind")
            self._tree.choose(f"system:{system}" if system else ALL)
            self._as.choose(DEAD)
            return
        if key in self._views:
            self._filter.clear()
            self._as.choose(LIST)
            if not self._list.choose(key):
                self._tree.choose(ALL)
                self._list.choose(key)
            return
        under = next((v for v in self._views.values() if v.place_id == key), None)
        if under is not None:
            self._by.choose("place")
            self._tree.choose(place_key(under.place_path))

    def refresh(self) -> None:
        """Takes in which things there are; values come with the ticks."""
        self._take(self._things.all())
        if not self._views:
            self.set_count("")
            self.show_state("empty", self._words("things.none"), self._words("things.none_text"), icon_name="cpu")
            return
        self.show_body()
        self._show_tree()
        self._show_list()
        self._live.show_current()

    def tick(self) -> None:
        """A tenth of a second went by."""
        self._ticks += 1
        now = self._now()
        if self._shown() == LIST:
            self._live.tick(now)
        elif self._shown() == WALL:
            self._wall.tick()
        if self._ticks % TICKS_A_SECOND == 0:
            self._second(now)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._second(self._now())
        self._focus()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._filter.text():
            self._filter.clear()
            return
        super().keyPressEvent(event)

    # What is shown

    def _lay_out(self) -> QWidget:
        tree = framed("surface", column(self._by, self._tree, spacing=4, margins=(12, 8, 4, 0)))
        tree.setFixedWidth(216)
        body = framed("surface")
        box = QHBoxLayout(body)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(tree)
        box.addWidget(hairline(True))
        box.addWidget(self._ways, 1)
        whole = QWidget()
        whole.setLayout(column(hairline(), body, spacing=0))
        return whole

    def _shown(self) -> str:
        return self._as.current()

    def _show_tree(self) -> None:
        build = tree_by_place if self._by.current() == "place" else tree_by_kind
        self._tree.show_nodes(build(list(self._views.values()), self._alarms, self._words))

    def _show_list(self) -> None:
        found = self._found()
        ids = [view.id for view in found]
        self._live.show_things(ids, self._alarms, self._alarms_read)
        self._wall.show_ids(ids)
        total = len(self._views)
        self.set_count(str(total) if len(found) == total else f"{len(found)} / {total}")
        self._show_dead(found)

    def _found(self) -> list[ThingView]:
        """What the tree and the filter leave: alarms first, then the silent, then by place (as `Things.all` orders)."""
        text = self._filter.text()
        found = [v for v in self._views.values() if holds(self._node, v) and matches(v, text, self._words)]
        found.sort(key=lambda view: (*urgency(view, self._alarms), not view.place_path, natural_place(view.place_path)))
        return found

    def _take(self, listed: tuple[ThingView, ...]) -> None:
        self._listed, self._views = listed, {view.id: view for view in listed}

    @slot
    async def _show_dead(self, found: Sequence[ThingView]) -> None:
        # Every point of every thing is looked at: tens of milliseconds on a big site.
        self._asked += 1
        asked = self._asked
        silent = (await in_background(census, found, self._things)).silent
        if asked != self._asked:
            # What was asked before and took longer tells of another selection.
            return
        self._as.set_counts({DEAD: len(silent)} if silent else {})
        if self._shown() == DEAD:
            self._dead.show_causes(tuple(explained(silent)))
            self._dead.tree.choose(self._bring)
            self._dead.tree.land()
            if self._arriving:
                # It was not to be seen when the focus came to the page.
                self._dead.tree.setFocus()
            self._bring, self._arriving = "", False

    def _tile(self, thing_id: str) -> Tile:
        view = self._things.get(thing_id)
        if view is None:
            return NOBODY
        alarms, spark = self._alarms.get(thing_id, ()), self._sparks.of(view)
        return tile_of(view, self._things.reading, alarms, self._words, self._now(), spark)

    def _choose_node(self, key: str) -> None:
        self._node = key
        self._show_list()

    def _second(self, now: float) -> None:
        """What came, went or changed its state is taken in once a second, thousands at a start with one look."""
        listed = self._things.all()
        if [view.id for view in listed] != list(self._views):
            self.refresh()
        elif listed is not self._listed:
            self._take(listed)
            self._show_list()
        elif self._shown() == DEAD or self._ticks % DEAD_EVERY == 0:
            self._show_dead(self._found())
        if self._shown() == WALL:
            seen = self._wall.in_sight()
            self._sparks.want([self._views[id_] for id_ in seen if id_ in self._views])
        elif self._shown() == LIST:
            self._live.second(now)

    # Which view

    def _switch(self, key: str) -> None:
        self._ways.setCurrentIndex(VIEWS.index(key))
        current = self._list.current()
        if key == WALL:
            self._wall.choose(current)
            self._wall.tick()
        elif key == LIST:
            self._live.show_current()
        self._second(self._now())
        if key == DEAD:
            # The list comes a moment later.
            self._bring, self._arriving = current, True
            self._show_dead(self._found())
        self._focus()

    def _turn_wall(self) -> None:
        self._as.choose(LIST if self._shown() == WALL else WALL)

    def _turn_dead(self) -> None:
        self._as.choose(LIST if self._shown() == DEAD else DEAD)

    def _open(self, thing_id: str) -> None:
        """From the wall or from what is silent to the panel."""
        self._as.choose(LIST)
        if self._list.choose(thing_id):
            self._live.to_panel()

    def _focus(self) -> None:
        lands: dict[str, QWidget] = {LIST: self._list, WALL: self._wall, DEAD: self._dead.tree}
        lands[self._shown()].setFocus()

    def _land(self) -> None:
        if self._shown() == LIST:
            self._live.land()
        self._focus()

    def _now(self) -> float:
        return self._context.console.clock.now().timestamp()

    # What is heard

    def _changed(self, event: Changed) -> None:
        if event.touches("thing", "place"):
            self.refresh()
        if event.touches("alarm", "thing"):
            self._alarms_anew.ask()

    async def _load_alarms(self) -> None:
        self._alarms = by_thing(await in_background(self._context.console.alarms.open))
        self._alarms_read = True
        self.refresh()
