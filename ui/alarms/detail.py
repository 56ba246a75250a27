"""What to know and to do about one alarm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from desktop.alarms.views import AlarmStep, AlarmView
from ui.alarms.columns import lasted, point_of, value_against_limit
from ui.journal.words import op_word
from ui.parts.buttons import Button
from ui.parts.detail import FactsList, notice_card, paragraph, section
from ui.parts.keyhint import KeyHint
from ui.parts.layout import row
from ui.parts.text import Label
from ui.parts.timeline import Timeline, TimelineEntry
from ui.parts.value import shown
from ui.parts.when import lasting, stamp
from ui.shell.context import Context


def sections(context: Context, alarm: AlarmView, course: Sequence[AlarmStep]) -> list[QWidget]:
    """Response first: at three in the morning it is what is read."""
    words = context.words
    return [
        section(words("alarms.detail.response"), notice_card(paragraph(words.of(alarm.response)))),
        section(words("alarms.detail.cause"), paragraph(words.of(alarm.cause))),
        section(words("alarms.detail.consequence"), paragraph(words.of(alarm.consequence))),
        section(words("alarms.page.facts"), FactsList(_facts(context, alarm)), _live_panel(context, alarm)),
        section(words("alarms.page.course"), Timeline(_course(context, alarm, course), words("alarms.page.course"))),
    ]


def _facts(context: Context, alarm: AlarmView) -> list[tuple[str, str | QWidget]]:
    words, things = context.words, context.console.things
    facts: list[tuple[str, str | QWidget]] = [
        (words("alarms.page.now"), LiveValue(context, alarm)),
        (words("alarms.page.value"), value_against_limit(words, things, alarm)),
        (words("alarms.page.duration"), lasting(words, lasted(alarm, context.console.clock.now()))),
        (words("alarms.column.thing"), alarm.thing_name),
        (words("alarms.column.place"), " / ".join(alarm.place_path)),
    ]
    if alarm.shelved_until:
        facts.insert(0, (words("alarms.column.shelved_until"), stamp(alarm.shelved_until)))
    if alarm.case_number:
        facts.append((words("alarms.column.case"), alarm.case_number))
    return facts


def _live_panel(context: Context, alarm: AlarmView) -> QWidget:
    link = Button(context.words("alarms.page.live_panel"), "link")
    link.clicked.connect(lambda: context.shell.go("things", alarm.thing_id))
    made = QWidget()
    made.setLayout(row(link, KeyHint("Enter"), None))
    return made


class LiveValue(Label):
    """What the point says now, with its age; the alarm itself keeps what it said when it began."""

    def __init__(self, context: Context, alarm: AlarmView) -> None:
        super().__init__("", "secondary", tone="ink", wrap=True, tabular=True)
        self._context, self._alarm = context, alarm
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._read)
        self._second.start()
        self._read()

    def _read(self) -> None:
        console, words = self._context.console, self._context.words
        point = point_of(console.things, self._alarm)
        if point is None:
            self.setText(words("things.quality.none"))
            return
        reading = console.things.reading(self._alarm.thing_id, self._alarm.point)
        now = shown(point, reading, words, console.clock.now().timestamp())
        self.setText("  ·  ".join(part for part in (f"{now.text} {now.unit}".strip(), now.note) if part))


def _course(context: Context, alarm: AlarmView, course: Sequence[AlarmStep]) -> list[TimelineEntry]:
    """Newest first."""
    words = context.words
    steps: list[tuple[datetime, TimelineEntry]] = [
        (alarm.onset_at, TimelineEntry(words("alarms.op.onset"), stamp(alarm.onset_at), tone=alarm.priority))
    ]
    if alarm.returned_at:
        steps.append((alarm.returned_at, TimelineEntry(words("alarms.op.return"), stamp(alarm.returned_at))))
    for step in course:
        who = f"{step.actor_name} · {step.terminal}"
        if step.second_name:
            who += f" · {words('alarms.page.with_second', name=step.second_name)}"
        reason = words("alarms.page.because", reason=step.reason) if step.reason else ""
        steps.append((step.at, TimelineEntry(op_word(words, step.op), stamp(step.at), who, (), reason)))
    # Sorted first, then turned: of two acts of the same moment the later stays above.
    steps.sort(key=lambda step: step[0])
    return [entry for _, entry in reversed(steps)]
