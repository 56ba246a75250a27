"""One thing, live, drawn from its thing model alone: no kind has a panel of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.alarms.views import AlarmView
from desktop.field.messages import Happened
from desktop.kernel.words import Words
from desktop.things.limits import limits_of, span
from desktop.things.model import Point, Priority, Reading, Value
from desktop.things.views import ThingView
from ui.parts.badge import PriorityMark, StateBadge
from ui.parts.buttons import Button
from ui.parts.chips import FilterChips
from ui.parts.detail import section
from ui.parts.layout import Ground, clear, column, framed, row
from ui.parts.limitbar import LimitBar
from ui.parts.series import Sample
from ui.parts.text import Label
from ui.parts.trend import TrendChart
from ui.parts.value import ValueWithAge, one_line, shown, since_words, value_words
from ui.theme.icons import pixmap
from ui.things.points import PointTable
from ui.things.state import main_points, priority_of, state_word

Readings = Callable[[str], dict[str, Reading]]
MOST_EVENTS = 8
GROUNDS: dict[Priority, Ground] = {
    "critical": "notice-critical", "high": "notice-high", "medium": "notice-medium", "low": "notice-quiet",
}  # fmt: skip
NONE_YET = Reading(None, "none", 0.0)


class ThingPanel(QScrollArea):
    """`show_thing` builds it, `tick` moves values at 10 Hz, `second` once a second moves ages, trend and state."""

    def __init__(
        self,
        words: Words,
        readings: Readings,
        *,
        open_alarm: Callable[[str], object],
        trend_wanted: Callable[[str, str], object],
        acts: Sequence[QWidget] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._words, self._readings = words, readings
        self._open_alarm, self._trend_wanted = open_alarm, trend_wanted
        self._view: ThingView | None = None
        self._alarms: Sequence[AlarmView] = ()
        self._events: list[Happened] = []
        self._main: list[tuple[Point, ValueWithAge, LimitBar | None]] = []
        self._others: list[Point] = []
        self._trend_point: Point | None = None
        self._last: dict[str, Reading] = {}
        self._now = 0.0
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        inside.setProperty("ground", "surface")
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWidget(inside)
        self._icon = QLabel()
        self._title = Label("", "title", elide=True)
        self._under = Label("", "secondary", elide=True)
        self._state = StateBadge()
        self._simulated = StateBadge(words("things.simulated"))
        self._age = Label("", "caption", tabular=True)
        self._trend = TrendChart(words("things.panel.no_history"))
        self._table = PointTable(words("things.panel.points"))
        self._alarm_box, self._notices, self._figures = QVBoxLayout(), QVBoxLayout(), row(spacing=28)
        self._events_box, self._trend_head, self._acts_box = QVBoxLayout(), row(spacing=8), QVBoxLayout()
        for box, spacing in ((self._alarm_box, 4), (self._notices, 6), (self._events_box, 6), (self._acts_box, 8)):
            box.setSpacing(spacing)
        self._lay_out(inside, acts)

    @property
    def view(self) -> ThingView | None:
        return self._view

    @property
    def trend(self) -> TrendChart:
        return self._trend

    def values(self) -> dict[str, str]:
        """The main values as they are read, by point."""
        return {point.name: f"{widget.shown.text} {widget.shown.unit}".strip() for point, widget, _ in self._main}

    def show_thing(self, view: ThingView, alarms: Sequence[AlarmView], now: float) -> None:
        """Another thing, or the same one described anew."""
        same = self._view is not None and self._view.thing == view.thing
        changed = not same or self._view != view
        new_alarms = not same or list(self._alarms) != list(alarms)
        self._view, self._alarms, self._now = view, alarms, now
        self._show_header(view)
        # Rebuilt only when they say something else: a button that is made anew loses the keyboard.
        if changed:
            self._show_notices(view)
        if new_alarms:
            self._show_alarms(alarms)
        if not same:
            self._events = []
            self._last = {}
            self._build_points(view)
            self._build_acts(view)
            self._show_events()
            self.verticalScrollBar().setValue(0)

    def set_line(self, lost: str) -> None:
        """A sentence while the line to the site is gone: that these are the last known values, and how old."""
        self._line.setText(lost)
        self._line_box.setVisible(bool(lost))

    def show_history(self, point: str, samples: Sequence[Sample], now: float) -> None:
        """Stored samples for the trend, if that is still the point shown."""
        if self._trend_point is not None and self._trend_point.name == point:
            self._trend.show_history(samples)
            self._trend.tick(now)

    def happened(self, event: Happened) -> None:
        """The device told an event."""
        self._events = [event, *self._events][:MOST_EVENTS]
        self._show_events()

    def tick(self, now: float) -> None:
        """Shows what the latest-value table holds; widgets repaint only if what they show changed."""
        view = self._view
        if view is None:
            return
        readings = self._readings(view.id)
        for point, widget, bar in self._main:
            reading = readings.get(point.name, NONE_YET)
            priority = priority_of(self._alarms, point.name)
            widget.show_value(shown(point, reading, self._words, now, priority=priority))
            number = _number(reading.value)
            if bar is not None:
                bar.show_value(number, reading.quality == "good")
            if point is self._trend_point and number is not None and reading.quality in ("good", "stale"):
                self._trend.add(reading.at, number)
        others = [
            shown(p, readings.get(p.name, NONE_YET), self._words, now, priority=priority_of(self._alarms, p.name))
            for p in self._others
        ]
        self._table.show_points([self._words.of(point.title) for point in self._others], others)
        self._last = readings

    def second(self, view: ThingView, now: float) -> None:
        """Once a second: the window of the trend, the state in the header, when it was last heard of."""
        self._view, self._now = view, now
        self._show_state(view)
        newest = max((reading.at for reading in self._last.values() if reading.at), default=0.0)
        heard = since_words(newest, now, self._words) if newest else ""
        self._age.setText(self._words("things.panel.heard", at=heard) if heard else self._words("things.quality.none"))
        self._trend.tick(now)

    # Building

    def _lay_out(self, inside: QWidget, acts: Sequence[QWidget]) -> None:
        words = self._words
        title = row(self._icon, self._title, *acts, spacing=12)
        title.setStretch(1, 1)
        # Under the whole title: a long state beside the acts would push them out of a narrow panel.
        header = column(title, row(self._state, self._simulated, self._age, None, spacing=10), spacing=6)
        self._trend.setFixedHeight(176)
        self._points = section(words("things.panel.points"), self._table)
        events = QWidget()
        events.setLayout(self._events_box)
        self._events_box.setContentsMargins(0, 0, 0, 0)
        left = column(self._points, section(words("things.panel.events"), events), None, spacing=20)
        self._acts_box.setContentsMargins(0, 0, 0, 0)
        buttons = QWidget()
        buttons.setLayout(self._acts_box)
        self._acts = section(words("things.panel.acts"), buttons)
        self._acts.setFixedWidth(168)
        below = row(left, self._acts, spacing=28)
        below.setStretch(0, 1)
        below.setAlignment(self._acts, Qt.AlignmentFlag.AlignTop)
        trend = column(self._trend_head, self._trend, spacing=4)
        self._line = Label("", "secondary", tone="ink", wrap=True)
        self._line_box = framed("notice-quiet", row(self._line, margins=(12, 8, 12, 8)))
        self._line_box.hide()
        body = column(header, self._under, self._line_box, self._notices, self._alarm_box, spacing=10)
        whole = column(body, self._figures, trend, below, None, spacing=18, margins=(24, 16, 24, 24))
        inside.setLayout(whole)

    def _show_header(self, view: ThingView) -> None:
        words, model = self._words, view.thing.model
        self._icon.setPixmap(pixmap(model.icon, "ink2", 24))
        # Said once for the whole thing: every value of it is.
        self._simulated.setVisible(view.thing.simulated)
        self._title.setText(one_line(view.name))
        place = " / ".join(view.place_path) or (
            words("things.panel.announces", code=one_line(view.place_code)) if view.place_code else ""
        )
        facts = (
            place or words("things.tree.unplaced"), words.of(model.title), one_line(view.thing.maker or ""),
            words(f"things.dialect.{view.thing.dialect}"),
        )  # fmt: skip
        self._under.setText("  ·  ".join(fact for fact in facts if fact and fact != "—"))
        self.setAccessibleName(view.name)
        self._show_state(view)

    def _show_state(self, view: ThingView) -> None:
        state = state_word(view, self._alarms, self._words)
        if state.text != self._state.text():
            self._state.set(state.text, state.tone, state.mark)

    def _show_notices(self, view: ThingView) -> None:
        clear(self._notices)
        if view.out_of_service:
            text = self._words("things.panel.out_of_service", reason=one_line(view.out_reason))
            words = Label(text, "secondary", tone="ink", wrap=True)
            self._notices.addWidget(framed("notice-quiet", row(words, margins=(12, 8, 12, 8))))
        if view.thing.not_understood:
            title = Label(self._words("things.panel.not_understood"), "secondary", weight=500, tone="ink")
            told = [Label(one_line(text), "caption", wrap=True) for text in view.thing.not_understood[:6]]
            box = column(title, *told, spacing=2, margins=(12, 8, 12, 8))
            self._notices.addWidget(framed("notice-quiet", box))

    def _show_alarms(self, alarms: Sequence[AlarmView]) -> None:
        clear(self._alarm_box)
        for alarm in alarms[:4]:
            since = since_words(alarm.onset_at.timestamp(), self._now, self._words)
            mark = PriorityMark(alarm.priority, self._words(f"things.priority.{alarm.priority}"))
            title = Label(self._words.of(alarm.title), "body", weight=500, elide=True)
            when = Label(self._words(f"things.alarm.{alarm.state}", at=since), "caption", tabular=True)
            button = Button(self._words("things.panel.open_alarm"), "plain", on=partial(self._open_alarm, alarm.id))
            line = row(mark, title, when, button, spacing=12, margins=(12, 4, 4, 4))
            line.setStretch(1, 1)
            self._alarm_box.addWidget(framed(GROUNDS[alarm.priority], line))

    def _build_points(self, view: ThingView) -> None:
        clear(self._figures)
        self._main = []
        model = view.thing.model
        for point in main_points(view):
            widget = ValueWithAge(self._words.of(point.title))
            bar: LimitBar | None = None
            box = column(widget, spacing=6)
            if point.type in ("number", "integer"):
                limits = limits_of(model, point.name)
                # A bar says something where there are limits, or a whole to be part of.
                if limits or point.symbol == "%":
                    bar = LimitBar()
                    bar.set_scale(*span(point, limits), limits, point.decimals)
                    box.addWidget(bar)
            box.addStretch(1)
            self._figures.addLayout(box, 1)
            self._main.append((point, widget, bar))
        mains = {point.name for point, _, _ in self._main}
        self._others = [point for point in model.points if point.name not in mains]
        self._points.setVisible(bool(self._others))
        self._build_trend(view)

    def _build_trend(self, view: ThingView) -> None:
        clear(self._trend_head)
        numeric = [p for p, _, _ in self._main if p.type in ("number", "integer") and not p.labels]
        numeric = numeric or [p for p in self._others if p.type == "number"][:1]
        self._trend.setVisible(bool(numeric))
        self._trend_point = None
        if not numeric:
            return
        self._trend_head.addWidget(Label(self._words("things.panel.last_hour"), "secondary", weight=600, tone="ink"))
        if len(numeric) > 1:
            chips = FilterChips(
                [(p.name, self._words.of(p.title)) for p in numeric], self._words("things.panel.trend_of")
            )
            chips.chosen.connect(lambda name: self._choose_trend(view, name))
            self._trend_head.addWidget(chips)
        else:
            self._trend_head.addWidget(Label(self._words.of(numeric[0].title), "secondary"))
        self._trend_head.addStretch(1)
        self._choose_trend(view, numeric[0].name)

    def _choose_trend(self, view: ThingView, name: str) -> None:
        point = view.thing.model.point(name)
        if point is None:
            return
        self._trend_point = point
        every = point.history == "every"

        def words_of(value: float) -> str:
            text, unit = value_words(point, value, self._words)
            return f"{text} {unit}".strip()

        # What is stored only when it changes may be silent for hours and still be true; a steady voice may not.
        gap = max(30.0, point.stale_after * 1.5) if every else float("inf")
        limits = limits_of(view.thing.model, name)
        self._trend.set_subject(self._words.of(point.title), limits, words_of, gap=gap, steps=not every)
        self._trend_wanted(view.id, name)

    def _build_acts(self, view: ThingView) -> None:
        clear(self._acts_box)
        actions = view.thing.model.actions
        self._acts.setVisible(bool(actions))
        for action in actions:
            button = Button(self._words.of(action.title), "danger" if action.danger in ("B", "C") else "quiet")
            button.setEnabled(False)
            button.setAccessibleDescription(self._words("things.panel.acts_later"))
            danger = Label(self._words(f"things.danger.{action.danger}"), "caption")
            self._acts_box.addLayout(column(button, danger, spacing=2))
        self._acts_box.addWidget(Label(self._words("things.panel.acts_later"), "caption", wrap=True))

    def _show_events(self) -> None:
        clear(self._events_box)
        if not self._events:
            self._events_box.addWidget(Label(self._words("things.panel.no_events"), "caption"))
            return
        titles = {event.name: event.title for event in self._view.thing.model.events} if self._view else {}
        for event in self._events:
            at = since_words(event.at_ms / 1000, self._now, self._words)
            title = self._words.of(titles[event.event]) if event.event in titles else one_line(event.event)
            facts = "，".join(one_line(f"{value}") for value in event.data.values())
            line = row(Label(at, "caption", tabular=True), Label(title, "secondary", tone="ink"), spacing=12)
            line.addWidget(Label(facts, "caption", elide=True), 1)
            self._events_box.addLayout(line)


def _number(value: Value | None) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
