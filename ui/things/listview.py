"""The list with the panel of the current thing beside it, and the acts upon that thing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.field.messages import Happened
from desktop.things.counters import readings_of
from desktop.things.service import Things
from desktop.things.views import ThingView
from ui.aio import in_background, slot
from ui.parts.buttons import Button
from ui.parts.layout import hairline
from ui.parts.trend import HOUR, edge
from ui.parts.value import age_words
from ui.shell.context import Context
from ui.things.forms import PlaceForm, ServiceForm
from ui.things.glance import row_of
from ui.things.limits import LimitsForm
from ui.things.list import ThingList, ThingRow
from ui.things.meters import Samples, day_edges
from ui.things.panel import ThingPanel
from ui.things.state import Alarms, StateWord
from ui.things.trendbox import silent_since

LIST_WIDTH = 336
USE_EVERY = 60
"""Seconds after which what was used today is read again."""
USE_BANDS = 400
"""Bands of two days: five minutes each, so that midnight parts the days well."""


class ListView(QWidget):
    """Two lines a thing; the current one live at the right.

    Signals:
        chosen(id): another thing became current.
    """

    chosen = Signal(str)

    def __init__(self, context: Context, host: QWidget) -> None:
        """Forms come in over `host`."""
        super().__init__()
        self._context, self._words, self._host = context, context.words, host
        self._things = context.console.things
        self._alarms: Alarms = {}
        self._seconds = 0
        words, may = context.words, context.who.may
        self.list = ThingList(words("things.title"), self._row)
        self.list.setFixedWidth(LIST_WIDTH)
        self.list.chosen.connect(self._choose)
        self.list.opened.connect(lambda _id: self.to_panel())
        self._place_act = Button(words("things.act.place"), key="E", on=self._open_place)
        self._limits_act = Button(words("things.act.limits"), key="L", on=self._open_limits)
        self._service_act = Button(words("things.act.out"), key="O", on=self._open_service)
        self._place_act.setEnabled(may("things.place"))
        self._limits_act.setEnabled(may("things.limits"))
        self._service_act.setEnabled(may("things.out_of_service"))
        self.panel = ThingPanel(
            words, self._things.readings, open_alarm=lambda id_: context.shell.go("alarms", id_),
            trend_wanted=self._load_trend, trends_wanted=self._open_trends, use_wanted=self._load_use,
            others=self._things.get, told=self._things.lately.of,
            acts=(self._place_act, self._limits_act, self._service_act),
        )  # fmt: skip
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.list)
        box.addWidget(hairline(True))
        box.addWidget(self.panel, 1)

    def show_things(self, ids: Sequence[str], alarms: Alarms, choose: bool) -> None:
        """Which things, in order. Where the current one is not among them, the first becomes it if `choose`."""
        self._alarms = alarms
        self.list.show_ids(ids)
        if ids and choose and self.list.current() not in ids:
            self.list.choose(ids[0])

    def show_current(self) -> None:
        """The current thing as it is described now."""
        view = self._current()
        if view is not None:
            self._show_thing(view)

    def tick(self, now: float) -> None:
        """A tenth of a second went by; `now` in Unix seconds."""
        self.list.tick()
        self.panel.tick(now)

    def second(self, now: float) -> None:
        """A second went by."""
        view = self._current()
        if view is None:
            return
        self._seconds += 1
        self.panel.set_line(line_lost(self._context))
        self.panel.second(view, now)
        if self._seconds % USE_EVERY == 0:
            self.panel.ask_for_use()

    def happened(self, event: Happened) -> None:
        """A device told an event."""
        if event.thing_id == self.list.current():
            self.panel.happened()

    def land(self) -> None:
        """The focus comes to the list."""
        self.list.setFocus()
        if not self.list.current() and self.list.ids():
            self.list.choose(self.list.ids()[0])

    def to_panel(self) -> None:
        """The focus comes to the panel."""
        self.panel.trend.setFocus()

    def _row(self, thing_id: str) -> ThingRow:
        view = self._things.get(thing_id)
        if view is None:
            return GONE
        return row_of(view, self._things.reading, self._alarms.get(thing_id, ()), self._words, self._now())

    def _current(self) -> ThingView | None:
        thing_id = self.list.current()
        return self._things.get(thing_id) if thing_id else None

    def _choose(self, thing_id: str) -> None:
        view = self._things.get(thing_id)
        if view is not None:
            self._show_thing(view)
            now = self._now()
            self.panel.tick(now)
            self.panel.second(view, now)
        self.chosen.emit(thing_id)

    def _show_thing(self, view: ThingView) -> None:
        self.panel.show_thing(view, self._alarms.get(view.id, ()), self._now())
        self.panel.set_line(line_lost(self._context))
        self._service_act.set_label(self._words("things.act.in" if view.out_of_service else "things.act.out"))

    def _now(self) -> float:
        return self._context.console.clock.now().timestamp()

    # What is read and done

    @slot
    async def _load_trend(self, thing_id: str, point: str) -> None:
        until = edge(self._now(), silent_since(self._things.readings(thing_id).get(point)))
        samples = await in_background(self._things.history, thing_id, point, until - HOUR, until)
        if self.panel.view is not None and self.panel.view.id == thing_id:
            self.panel.show_history(point, samples, self._now())

    @slot
    async def _load_use(self, thing_id: str, point: str) -> None:
        now = self._now()
        samples = await in_background(_use_of, self._things, thing_id, point, now)
        if self.panel.view is not None and self.panel.view.id == thing_id:
            self.panel.show_use(point, samples, self._now())

    def _open_trends(self) -> None:
        """Over any span, beside other things' points."""
        view = self._current()
        if view is not None:
            kept = [p for p in view.thing.model.points if p.history != "none" and p.type != "string"]
            chosen = [point for point in kept if point.main] or kept[:1]
            self._context.shell.go("trends", ",".join(f"{view.id}/{point.name}" for point in chosen))

    @slot
    async def _open_place(self) -> None:
        view = self._current()
        if view is not None:
            PlaceForm(self._host, self._context, view, await in_background(self._context.console.places.tree))

    @slot
    async def _open_limits(self) -> None:
        view = self._current()
        if view is not None:
            own = await in_background(self._things.overrides, view.id)
            LimitsForm(self._host, self._context, view, own, self._things.all())

    def _open_service(self) -> None:
        view = self._current()
        if view is not None:
            ServiceForm(self._host, self._context, view)


GONE = ThingRow("—", "", StateWord("", "quiet", ""), ())
"""A thing that went away between two looks."""


def _use_of(things: Things, thing_id: str, point: str, now: float) -> Samples:
    """A counter's readings of yesterday and today; waits for the disk."""
    begin = day_edges(now)[0]
    return readings_of(
        things.last_before(thing_id, point, begin), things.bands(thing_id, point, begin, now, USE_BANDS), now
    )


def line_lost(context: Context) -> str:
    """While the broker is gone: that these are the last known values, and how old that makes them."""
    health = context.console.field.health()
    if health is None or health.link == "up":
        return ""
    age = age_words(context.console.clock.now().timestamp() - health.link_since_ms / 1000, context.words)
    return context.words("things.panel.line_lost", age=age)
