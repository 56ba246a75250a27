"""What a thing's panel tells beside its values: open alarms, events, and the acts there will be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from desktop.alarms.views import AlarmView
from desktop.field.messages import Happened
from desktop.kernel.words import Words
from desktop.things.model import Priority, ThingModel
from ui.parts.badge import PRIORITY_MARK, BadgeTone, MarkedWord
from ui.parts.buttons import Button
from ui.parts.layout import Ground, clear, column, framed, row
from ui.parts.text import Label
from ui.parts.value import one_line, since_words

MOST_ALARMS = 4
OPEN_KEY = "A"
"""Opens the first alarm where it is acknowledged, by the same key."""
GROUNDS: dict[Priority, Ground] = {
    "critical": "notice-critical", "high": "notice-high", "medium": "notice-medium", "low": "notice-quiet",
}  # fmt: skip


class _Box(QWidget):
    def __init__(self, words: Words, spacing: int) -> None:
        super().__init__()
        self._words = words
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(spacing)


class AlarmLines(_Box):
    """The most urgent open alarms, each with a way to it."""

    def __init__(self, words: Words, open_alarm: Callable[[str], object]) -> None:
        super().__init__(words, 4)
        self._open_alarm = open_alarm

    def show_alarms(self, alarms: Sequence[AlarmView], now: float) -> None:
        """Other alarms, as of now (Unix seconds)."""
        clear(self._box)
        self.setVisible(bool(alarms))
        for alarm in alarms[:MOST_ALARMS]:
            since = since_words(alarm.onset_at.timestamp(), now, self._words)
            # What is over keeps its shape and loses its colour.
            tone: BadgeTone = alarm.priority if alarm.active else "quiet"
            name = self._words(f"things.priority.{alarm.priority}")
            mark = MarkedWord(name, tone, PRIORITY_MARK[alarm.priority], weight=500)
            title = Label(self._words.of(alarm.title), "body", weight=500, elide=True)
            when = Label(self._words(f"things.alarm.{alarm.state}", at=since), "caption", tabular=True)
            first = alarm is alarms[0]
            button = Button(
                self._words("things.panel.open_alarm"), "plain", key=OPEN_KEY if first else "",
                on=partial(self._open_alarm, alarm.id),
            )  # fmt: skip
            line = row(mark, title, when, button, spacing=12, margins=(12, 4, 4, 4))
            line.setStretch(1, 1)
            parts: list[QLayout] = [line]
            if first and alarm.active and (do := self._words.of(alarm.response)):
                # What to do about the one that comes first; the others tell it on the page of alarms.
                title = Label(self._words("things.panel.response"), "caption")
                told = row(title, Label(do, "secondary", tone="ink", wrap=True), spacing=12, margins=(12, 0, 12, 8))
                told.setStretch(1, 1)
                title.setAlignment(Qt.AlignmentFlag.AlignTop)
                parts.append(told)
            ground = GROUNDS[alarm.priority] if alarm.active else "notice-quiet"
            self._box.addWidget(framed(ground, column(*parts, spacing=0)))
        if len(alarms) > MOST_ALARMS:
            self._box.addWidget(Label(self._words("things.panel.more_alarms", n=len(alarms) - MOST_ALARMS), "caption"))


class EventLines(_Box):
    """What the thing told last, the newest first."""

    def __init__(self, words: Words) -> None:
        super().__init__(words, 6)

    def show_events(self, model: ThingModel, told: Sequence[Happened], now: float) -> None:
        """Draws them anew, as of now (Unix seconds)."""
        clear(self._box)
        if not told:
            self._box.addWidget(Label(self._words("things.panel.no_events"), "caption"))
            return
        titles = {event.name: event.title for event in model.events}
        for event in told:
            at = since_words(event.at_ms / 1000, now, self._words)
            title = self._words.of(titles[event.event]) if event.event in titles else one_line(event.event)
            facts = self._words("things.panel.fact_comma").join(one_line(f"{value}") for value in event.data.values())
            line = row(Label(at, "caption", tabular=True), Label(title, "secondary", tone="ink"), spacing=12)
            line.addWidget(Label(facts, "caption", elide=True), 1)
            self._box.addLayout(line)


class ActButtons(_Box):
    """The acts of the kind with their danger; drawn, not carried out."""

    def __init__(self, words: Words) -> None:
        super().__init__(words, 8)

    def show_acts(self, model: ThingModel) -> None:
        clear(self._box)
        for action in model.actions:
            button = Button(self._words.of(action.title), "danger" if action.danger in ("B", "C") else "quiet")
            button.setEnabled(False)
            button.setAccessibleDescription(self._words("things.panel.acts_later"))
            danger = Label(self._words(f"things.danger.{action.danger}"), "caption")
            self._box.addLayout(column(button, danger, spacing=2))
        self._box.addWidget(Label(self._words("things.panel.acts_later"), "caption", wrap=True))
