"""The devices: a tree by place or by kind, the things under it, and one of them live."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from desktop.field.messages import Happened, ThingGone, ThingSeen
from desktop.kernel.bus import Changed
from desktop.things.views import ThingView
from ui.aio import in_background, slot
from ui.parts.buttons import Button
from ui.parts.chips import FilterChips
from ui.parts.layout import column, framed, hairline
from ui.parts.page import Page
from ui.parts.tree import TreeByPlace
from ui.parts.trend import HOUR
from ui.parts.value import age_words, one_line, shown
from ui.shell.context import Context
from ui.things.forms import PlaceForm, ServiceForm
from ui.things.list import ThingList, ThingRow
from ui.things.meters import day_edges
from ui.things.panel import ThingPanel
from ui.things.state import (
    ALL,
    Alarms,
    by_thing,
    holds,
    main_points,
    matches,
    natural,
    place_key,
    priority_of,
    state_word,
    tree_by_kind,
    tree_by_place,
)  # fmt: skip

TICK_MS = 100
TICKS_A_SECOND = 1000 // TICK_MS
IN_ROW = 2
LEAD = 3600.0
"""Seconds before yesterday's midnight from which a counter is read, so that its first step of the day has a beginning."""


class ThingsPage(Page):
    """Ten times a second what is visible is read from memory; nothing runs while the page is hidden."""

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
        self._stale = False
        """Things came or went since the last look: many at once are taken in with one."""
        self._filter = QLineEdit()
        self._filter.setPlaceholderText(words("things.filter"))
        self._filter.setAccessibleName(words("things.filter"))
        self._filter.setClearButtonEnabled(True)
        self._filter.setFixedWidth(240)
        self._filter.textChanged.connect(lambda _text: self._show_list())
        self._filter.returnPressed.connect(self._to_list)
        QShortcut(QKeySequence("/"), self, self._filter.setFocus)
        self.toolbar.addWidget(self._filter)
        self._by = FilterChips(
            [("place", words("things.tree.by_place")), ("kind", words("things.tree.by_kind"))], words("things.tree.by")
        )
        self._by.chosen.connect(lambda _by: self._show_tree())
        self._tree = TreeByPlace(words("things.tree.name"))
        self._tree.chosen.connect(self._choose_node)
        self._tree.entered.connect(lambda _key: self._to_list())
        self._list = ThingList(words("things.title"), self._row)
        self._list.chosen.connect(self._choose)
        self._list.opened.connect(self._to_panel)
        self._place_act = Button(words("things.act.place"), key="E", on=self._open_place)
        self._service_act = Button(words("things.act.out"), key="O", on=self._open_service)
        self._place_act.setEnabled(context.who.may("things.place"))
        self._service_act.setEnabled(context.who.may("things.out_of_service"))
        self._panel: ThingPanel = ThingPanel(
            words, self._things.readings, open_alarm=lambda id_: context.shell.go("alarms", id_),
            trend_wanted=self._load_trend, use_wanted=self._load_use, others=self._things.get,
            acts=(self._place_act, self._service_act),
        )  # fmt: skip
        self.set_body(self._lay_out())
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)
        context.bridge.on(Changed, self._changed, self)
        context.bridge.on(ThingSeen, lambda _seen: self._mark_stale(), self)
        context.bridge.on(ThingGone, lambda _gone: self._mark_stale(), self)
        context.bridge.on(Happened, self._happened, self)
        self.refresh()
        self._load_alarms()

    def selection_key(self) -> str:
        return self._list.current()

    def select_key(self, key: str) -> None:
        view = self._views.get(key)
        if view is not None:
            self._filter.clear()
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
        self._stale = False
        self._views = {view.id: view for view in self._things.all()}
        if not self._views:
            self.set_count("")
            self.show_state("empty", self._words("things.none"), self._words("things.none_text"), icon_name="cpu")
            return
        self.show_body()
        self._show_tree()
        self._show_list()
        current = self._views.get(self._list.current())
        if current is not None:
            self._show_thing(current)

    def tick(self) -> None:
        """A tenth of a second went by."""
        self._ticks += 1
        now = self._now()
        if self._stale:
            self.refresh()
        self._list.tick()
        self._panel.tick(now)
        if self._ticks % TICKS_A_SECOND == 0:
            self._second(now)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._second(self._now())
        self._list.setFocus()
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
        self._list.setFixedWidth(336)
        body = framed("surface")
        box = QHBoxLayout(body)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        for widget in (tree, hairline(True), self._list, hairline(True)):
            box.addWidget(widget)
        box.addWidget(self._panel, 1)
        return column_with_line(body)

    def _show_tree(self) -> None:
        build = tree_by_place if self._by.current() == "place" else tree_by_kind
        self._tree.show_nodes(build(list(self._views.values()), self._alarms, self._words))

    def _show_list(self) -> None:
        text = self._filter.text()
        found = [v for v in self._views.values() if holds(self._node, v) and matches(v, text, self._words)]
        found.sort(key=lambda view: (*_urgent(view, self._alarms), [natural(part) for part in view.place_path]))
        self._list.show_ids([view.id for view in found])
        total = len(self._views)
        self.set_count(str(total) if len(found) == total else f"{len(found)} / {total}")
        if found and self._alarms_read and self._list.current() not in self._list.ids():
            self._list.choose(found[0].id)

    def _row(self, thing_id: str) -> ThingRow:
        view = self._things.get(thing_id) or self._views[thing_id]
        alarms = self._alarms.get(thing_id, ())
        values = []
        for point in main_points(view, IN_ROW):
            reading = self._things.reading(thing_id, point.name)
            # Ages are told in the panel: a list that counts seconds would never be still.
            told = shown(point, reading, self._words, reading.at, priority=priority_of(alarms, point.name))
            values.append(told)
        place = " / ".join(view.place_path) or self._words("things.tree.unplaced")
        return ThingRow(one_line(view.name), place, state_word(view, alarms, self._words), tuple(values))

    def _choose_node(self, key: str) -> None:
        self._node = key
        self._show_list()

    def _choose(self, thing_id: str) -> None:
        view = self._views.get(thing_id)
        if view is not None:
            self._show_thing(view)
            now = self._now()
            self._panel.tick(now)
            self._panel.second(view, now)

    def _show_thing(self, view: ThingView) -> None:
        self._panel.show_thing(view, self._alarms.get(view.id, ()), self._now())
        self._panel.set_line(self._line_lost())
        self._service_act.set_label(self._words("things.act.in" if view.out_of_service else "things.act.out"))

    def _second(self, now: float) -> None:
        thing_id = self._list.current()
        view = self._things.get(thing_id) if thing_id else None
        if view is None:
            return
        self._panel.set_line(self._line_lost())
        self._panel.second(view, now)

    def _line_lost(self) -> str:
        """While the broker is gone: that these are the last known values, and how old that makes them."""
        health = self._context.console.field.health()
        if health is None or health.link == "up":
            return ""
        age = age_words(self._now() - health.link_since_ms / 1000, self._words)
        return self._words("things.panel.line_lost", age=age)

    def _to_list(self) -> None:
        self._list.setFocus()
        if not self._list.current() and self._list.ids():
            self._list.choose(self._list.ids()[0])

    def _to_panel(self, _thing_id: str) -> None:
        self._panel.trend.setFocus()

    def _now(self) -> float:
        return self._context.console.clock.now().timestamp()

    # What is done and heard

    def _changed(self, event: Changed) -> None:
        if event.touches("thing", "place"):
            self.refresh()
        if event.touches("alarm", "thing"):
            self._load_alarms()

    def _happened(self, event: Happened) -> None:
        if event.thing_id == self._list.current():
            self._panel.happened(event)

    def _mark_stale(self) -> None:
        self._stale = True

    @slot
    async def _load_alarms(self) -> None:
        self._alarms = by_thing(await in_background(self._context.console.alarms.open))
        self._alarms_read = True
        self.refresh()

    @slot
    async def _load_trend(self, thing_id: str, point: str) -> None:
        now = self._now()
        samples = await in_background(self._things.history, thing_id, point, now - HOUR, now)
        if self._panel.view is not None and self._panel.view.id == thing_id:
            self._panel.show_history(point, samples, self._now())

    @slot
    async def _load_use(self, thing_id: str, point: str) -> None:
        now = self._now()
        samples = await in_background(self._things.history, thing_id, point, day_edges(now)[0] - LEAD, now)
        if self._panel.view is not None and self._panel.view.id == thing_id:
            self._panel.show_use(point, samples, self._now())

    @slot
    async def _open_place(self) -> None:
        view = self._views.get(self._list.current())
        if view is not None:
            PlaceForm(self, self._context, view, await in_background(self._context.console.places.tree))

    def _open_service(self) -> None:
        view = self._views.get(self._list.current())
        if view is not None:
            ServiceForm(self, self._context, view)


def column_with_line(body: QWidget) -> QWidget:
    whole = QWidget()
    whole.setLayout(column(hairline(), body, spacing=0))
    return whole


def _urgent(view: ThingView, alarms: Alarms) -> tuple[int, bool]:
    """Alarms first, then the silent, then by place."""
    priority = None if view.out_of_service else priority_of(alarms.get(view.id, ()))
    order = ("critical", "high", "medium", "low").index(priority) if priority else 4
    return order, view.online is not False
