"""One thing, live, drawn from its thing model alone: no kind has a panel of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QWidget

from desktop.alarms.views import AlarmView
from desktop.field.messages import Happened
from desktop.kernel.words import Words
from desktop.things.model import Reading
from desktop.things.views import ThingView
from ui.parts.detail import section
from ui.parts.layout import column
from ui.parts.series import Sample
from ui.parts.trend import TrendChart
from ui.things.figures import Figures
from ui.things.groups import PointGroups
from ui.things.header import Others, PanelHeader
from ui.things.meters import Meters
from ui.things.mimics import mimic_of
from ui.things.mimics.base import MimicView
from ui.things.told import ActButtons, AlarmLines, EventLines
from ui.things.trendbox import TrendBox

Readings = Callable[[str], dict[str, Reading]]
Told = Callable[[str], Sequence[Happened]]
BESIDE = 860
"""From this width on, in pixels, mimic and trend stand beside each other, and the acts at the right."""
ACTS, UNBOUND = 168, 16_777_215


class ThingPanel(QScrollArea):
    """`show_thing` builds it, `tick` moves values at 10 Hz, `second` once a second moves ages, trend and state."""

    def __init__(
        self,
        words: Words,
        readings: Readings,
        *,
        open_alarm: Callable[[str], object],
        trend_wanted: Callable[[str, str], object],
        trends_wanted: Callable[[], object] | None = None,
        use_wanted: Callable[[str, str], object] = lambda _thing, _point: None,
        others: Others = lambda _thing: None,
        told: Told = lambda _thing: (),
        acts: Sequence[QWidget] = (),
        parent: QWidget | None = None,
    ) -> None:
        """`trend_wanted` and `use_wanted` are called with thing and point when the last hour, or two days of a counter,
        are to be read; `trends_wanted` opens any span; `others` finds the thing another one speaks through, `told` the
        events it told last."""
        super().__init__(parent)
        self._words, self._readings, self._use_wanted, self._told = words, readings, use_wanted, told
        self._view: ThingView | None = None
        self._alarms: Sequence[AlarmView] = ()
        self._last: dict[str, Reading] = {}
        self._now = 0.0
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._header = PanelHeader(words, others, acts)
        self._alarm_lines = AlarmLines(words, open_alarm)
        self._figures, self._groups, self._meters = Figures(words), PointGroups(words), Meters(words)
        self._mimic: MimicView | None = None
        self._trend = TrendBox(words, trend_wanted, trends_wanted)
        self._events, self._act_buttons = EventLines(words), ActButtons(words)
        self._beside, self._below = QHBoxLayout(), QHBoxLayout()
        self._lay_out()

    @property
    def view(self) -> ThingView | None:
        return self._view

    @property
    def trend(self) -> TrendChart:
        return self._trend.chart

    @property
    def mimic(self) -> MimicView | None:
        return self._mimic

    @property
    def groups(self) -> PointGroups:
        return self._groups

    @property
    def meters(self) -> Meters:
        return self._meters

    @property
    def shown(self) -> dict[str, Reading]:
        """What the last beat found, by point."""
        return self._last

    def values(self) -> dict[str, str]:
        """The main values as they are read, by point."""
        return self._figures.values()

    def show_thing(self, view: ThingView, alarms: Sequence[AlarmView], now: float) -> None:
        """Another thing, or the same one described anew."""
        same = self._view is not None and self._view.thing == view.thing
        # Rebuilt only when they say something else: a button that is made anew loses the keyboard.
        new_alarms = not same or list(self._alarms) != list(alarms)
        self._view, self._alarms, self._now = view, alarms, now
        self._header.show_thing(view)
        if new_alarms:
            self._alarm_lines.show_alarms(alarms, now)
        if not same:
            self._last = {}
            self._build(view)
            self.verticalScrollBar().setValue(0)
        self._header.show_state(view, alarms, self._last or self._readings(view.id), now)
        self.setAccessibleName(view.name)

    def set_line(self, lost: str) -> None:
        """A sentence while the line to the site is gone: that these are the last known values, and how old."""
        self._header.set_line(lost)

    def show_history(self, point: str, samples: Sequence[Sample], now: float) -> None:
        """Stored samples for the trend, if that is still the point shown."""
        self._trend.show_history(point, samples, now)

    def show_use(self, point: str, samples: Sequence[Sample], now: float) -> None:
        """Stored readings of a counter from before yesterday's midnight on."""
        self._meters.show_used(point, samples, now)

    def ask_for_use(self) -> None:
        """Has the counters' past read again."""
        if self._view is not None:
            for meter in self._meters.rows():
                self._use_wanted(self._view.id, meter.point.name)

    def happened(self) -> None:
        """The device told an event."""
        if self._view is not None:
            model, told = self._view.thing.model, self._told(self._view.id)
            self._events_section.setVisible(bool(model.told or told))
            self._events.show_events(model, told, self._now)

    def tick(self, now: float) -> None:
        """Shows what the latest-value table holds; widgets repaint only if what they show changed."""
        view = self._view
        if view is None:
            return
        self._last = readings = self._readings(view.id)
        self._figures.tick(readings, self._alarms, now)
        self._groups.tick(readings, self._alarms, now)
        self._meters.tick(readings, now)
        self._trend.tick(readings, now)
        if self._mimic is not None:
            self._mimic.show_readings(readings, self._alarms, now)

    def second(self, view: ThingView, now: float) -> None:
        """Once a second: the window of the trend, the state in the header, when it was last heard of."""
        self._view, self._now = view, now
        self._header.show_state(view, self._alarms, self._last, now)
        self.trend.tick(now)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn()

    # Building

    def _lay_out(self) -> None:
        words = self._words
        self._events_section = section(words("things.panel.events"), self._events)
        self._meters_section = section(words("things.panel.meters"), self._meters)
        self._acts = section(words("things.panel.acts"), self._act_buttons)
        self._beside.setSpacing(28)
        self._beside.addWidget(self._trend, 1)
        left = column(self._meters_section, self._groups, self._events_section, None, spacing=20)
        self._below.setSpacing(28)
        self._below.addLayout(left, 1)
        self._below.addWidget(self._acts, 0, Qt.AlignmentFlag.AlignTop)
        top = column(self._header, self._alarm_lines, spacing=10)
        inside = QWidget()
        inside.setProperty("ground", "surface")
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inside.setLayout(
            column(top, self._figures, self._beside, self._below, None, spacing=18, margins=(24, 16, 24, 24))
        )
        self.setWidget(inside)

    def _build(self, view: ThingView) -> None:
        model = view.thing.model
        self._figures.show_thing(view)
        self._show_mimic(view)
        mains = self._figures.points
        counters = [point for point in model.points if point.counter is not None]
        self._meters_section.setVisible(bool(counters))
        self._meters.show_points(counters)
        others = [point for point in model.points if point not in mains and point.counter is None]
        self._groups.show_points(model.panel, others)
        self._trend.show_thing(view, mains)
        self.happened()
        self._acts.setVisible(bool(model.actions))
        self._act_buttons.show_acts(model)
        self.ask_for_use()

    def _show_mimic(self, view: ThingView) -> None:
        if self._mimic is not None:
            self._beside.removeWidget(self._mimic)
            self._mimic.hide()
            self._mimic.deleteLater()
        self._mimic = mimic_of(view.thing.model, self._words)
        if self._mimic is not None:
            self._beside.insertWidget(0, self._mimic, 1, Qt.AlignmentFlag.AlignTop)
        self._turn()

    def _turn(self) -> None:
        """Beside each other where there is room, under each other where there is not."""
        wide = self.viewport().width() >= BESIDE
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        for box in (self._beside, self._below):
            if box.direction() != way:
                box.setDirection(way)
        self._acts.setMaximumWidth(ACTS if wide else UNBOUND)
