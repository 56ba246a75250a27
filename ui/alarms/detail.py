"""What to know and to do about one alarm."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.alarms.views import AlarmView
from ui.parts.buttons import Button
from ui.parts.detail import FactsList, notice_card, paragraph, section
from ui.parts.timeline import Timeline, TimelineEntry
from ui.parts.when import stamp
from ui.shell.context import Context


def sections(context: Context, alarm: AlarmView, value: str) -> list[QWidget]:
    """Response first: at three in the morning it is what is read."""
    words = context.words
    facts = [
        (words("alarms.column.value"), value),
        (words("alarms.column.thing"), alarm.thing_name),
        (words("alarms.column.place"), " / ".join(alarm.place_path)),
        (words("alarms.column.case"), alarm.case_number or ""),
    ]
    if alarm.shelved_until:
        facts.insert(1, (words("alarms.column.shelved_until"), stamp(alarm.shelved_until)))
    live = Button(words("alarms.page.live_panel"), "link", key="Return", show_key=False)
    live.clicked.connect(lambda: context.shell.go("things", alarm.thing_id))
    return [
        section(words("alarms.detail.response"), notice_card(paragraph(words.of(alarm.response)))),
        section(words("alarms.detail.cause"), paragraph(words.of(alarm.cause))),
        section(words("alarms.detail.consequence"), paragraph(words.of(alarm.consequence))),
        section(words("alarms.page.facts"), FactsList(facts), live),
        section(words("alarms.page.course"), Timeline(_course(context, alarm), words("alarms.page.course"))),
    ]


def _course(context: Context, alarm: AlarmView) -> list[TimelineEntry]:
    words = context.words
    steps = [(alarm.onset_at, TimelineEntry(words("alarms.op.onset"), stamp(alarm.onset_at), tone=alarm.priority))]
    if alarm.returned_at:
        steps.append((alarm.returned_at, TimelineEntry(words("alarms.op.return"), stamp(alarm.returned_at))))
    if alarm.acknowledged_at:
        by = alarm.acknowledged_by_name or ""
        entry = TimelineEntry(words("alarms.op.acknowledge"), stamp(alarm.acknowledged_at), by)
        steps.append((alarm.acknowledged_at, entry))
    return [entry for _, entry in sorted(steps, key=lambda step: step[0], reverse=True)]
