"""What to know and to do about one alarm."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from desktop.alarms.flood import Proposal
from desktop.alarms.views import AlarmStep, AlarmView
from desktop.kernel.words import Words
from desktop.people.duty import called
from ui.alarms.acts import Acts
from ui.alarms.columns import lasted, point_of, value_against_limit
from ui.alarms.rows import Row, by_priority
from ui.journal.words import op_word
from ui.parts.badge import PriorityMark
from ui.parts.buttons import Button
from ui.parts.detail import FactsList, notice_card, paragraph, section
from ui.parts.keyhint import KeyHint
from ui.parts.layout import row as make_row
from ui.parts.text import Label
from ui.parts.thumbs import Thumbs
from ui.parts.timeline import Timeline, TimelineEntry
from ui.parts.value import shown
from ui.parts.when import lasting, local, stamp
from ui.shell.context import Context


@dataclass(frozen=True)
class Told:
    """What was read for the panel; drawn anew only when it changed."""

    row: Row
    course: tuple[AlarmStep, ...]
    explained_by: AlarmView | None = None
    """What keeps it out of sight."""
    proposal: Proposal | None = None
    """What would quiet it, where it chatters."""


def sections(context: Context, told: Told, acts: Acts, host: QWidget) -> list[QWidget]:
    """Response first: at three in the morning it is what is read."""
    words, alarm = context.words, told.row.alarm
    found = [section(words("alarms.detail.response"), notice_card(paragraph(words.of(alarm.response))))]
    pictured = _pictured(context, alarm, acts, host)
    if alarm.pictures:
        # Before all reasons: what is to be seen there.
        found += pictured
    if told.explained_by is not None:
        found.append(_explained(context, told.explained_by))
    if told.row.group is not None:
        found.append(_group(context, told.row, acts))
    if told.proposal is not None:
        found.append(_proposal(words, told.proposal, acts.for_limits(alarm)))
    found += [
        section(words("alarms.detail.cause"), paragraph(words.of(alarm.cause))),
        section(words("alarms.detail.consequence"), paragraph(words.of(alarm.consequence))),
        section(words("alarms.page.facts"), FactsList(_facts(context, alarm)), _live_panel(context, told.row)),
    ]
    if not alarm.pictures:
        found += pictured
    course = Timeline(_course(context, alarm, told.course), words("alarms.page.course"))
    return [*found, section(words("alarms.page.course"), course)]


def _pictured(context: Context, alarm: AlarmView, acts: Acts, host: QWidget) -> list[QWidget]:
    """The alarm's pictures and the way to add one; nothing where there is neither."""
    add = acts.for_pictures(alarm)
    if not alarm.pictures and not add:
        return []
    thumbs = [_thumbs(context, alarm, host)] if alarm.pictures else []
    return [section(context.words("alarms.page.pictures"), *thumbs, *_in_line(add))]


def _thumbs(context: Context, alarm: AlarmView, host: QWidget) -> Thumbs:
    words, album = context.words, context.console.alarms.album
    return Thumbs(
        words, host, alarm.pictures, words("alarms.page.picture"),
        read=lambda sha256: album.picture(sha256).data,
        look=lambda sha256: album.look(context.who, alarm.id, sha256).data,
        stills=alarm.stills,
    )  # fmt: skip


def rest(words: Words, row: Row) -> list[QWidget]:
    """What the line of a flood stands for: nothing is lost, it only waits."""
    marks = [
        PriorityMark(priority, f"{words(f'alarms.priority.{priority}')} {n}")
        for priority, n in by_priority(row.behind).items()
    ]
    return [notice_card(paragraph(words("alarms.page.more_text"))), section(words("alarms.page.more_what"), *marks)]


def _explained(context: Context, by: AlarmView) -> QWidget:
    words = context.words
    link = Button(words("alarms.page.show_cause"), "link")
    link.clicked.connect(lambda: context.shell.go("alarms", by.id))
    said = words("alarms.page.suppressed_by", thing=by.thing_name, what=words.of(by.title))
    return section(words("alarms.page.why_hidden"), notice_card(paragraph(said)), *_in_line([link]))


def _group(context: Context, row: Row, acts: Acts) -> QWidget:
    """How many are of one root, which was first, and the one key that acknowledges them all."""
    words, group = context.words, row.group
    assert group is not None
    marks = [
        PriorityMark(priority, f"{words(f'alarms.priority.{priority}')} {n}")
        for priority, n in by_priority(group.alarms).items()
    ]
    line = QWidget()
    line.setLayout(make_row(*marks, None, spacing=16))
    first = next((alarm for alarm in group.alarms if alarm.id == group.first), None)
    lines: list[QWidget] = [line]
    if first is not None:
        what, at = f"{first.thing_name} · {words.of(first.title)}", f"{local(first.onset_at):%H:%M:%S}"
        lines.append(paragraph(words("alarms.page.first_was", what=what, at=at)))
    buttons = acts.for_group(row) if row.kind == "group" else []
    return section(words("alarms.page.group_n", n=len(group.alarms)), *lines, *_in_line(buttons))


def _proposal(words: Words, found: Proposal, buttons: list[Button]) -> QWidget:
    """A quiet note; nothing is ever set by the program."""
    value = f"{found.value:g} {found.unit}"
    change = words(f"alarms.proposal.{found.change}", value=value)
    said = words("alarms.page.chatters", n=found.per_minute, change=change)
    why = Label(words(f"alarms.proposal.{found.why}"), "caption", wrap=True)
    return section(words("alarms.page.chatter"), notice_card(paragraph(said), why), *_in_line(buttons))


def listed(words: Words, names: Iterable[str]) -> str:
    """Names one after the other."""
    return ("、" if words.lang == "zh" else ", ").join(names)


def _in_line(buttons: Sequence[QWidget]) -> list[QWidget]:
    """Buttons at the left, in one line; none where there are none."""
    if not buttons:
        return []
    line = QWidget()
    line.setLayout(make_row(*buttons, None))
    return [line]


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
    if alarm.escalated_to:
        names = dict.fromkeys(called(words, name) for name in alarm.escalated_to)
        facts.append((words("alarms.column.escalated"), listed(words, names)))
    if alarm.case_number:
        facts.append((words("alarms.column.case"), alarm.case_number))
    return facts


def _live_panel(context: Context, row: Row) -> QWidget:
    alarm = row.alarm
    link = Button(context.words("alarms.page.live_panel"), "link")
    link.clicked.connect(lambda: context.shell.go("things", alarm.thing_id))
    made = QWidget()
    # Enter on a heading unfolds it.
    made.setLayout(make_row(link, *([KeyHint("Enter")] if row.kind == "alarm" else []), None))
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


def _silence(words: Words, alarm: AlarmView) -> str:
    """What kept its onset quiet; empty where it was told."""
    return words("alarms.page.silent", state=words(f"alarms.state.{alarm.silent}")) if alarm.silent else ""


def _course(context: Context, alarm: AlarmView, course: Sequence[AlarmStep]) -> list[TimelineEntry]:
    """Newest first."""
    words = context.words
    steps: list[tuple[datetime, TimelineEntry]] = [
        (
            alarm.onset_at,
            TimelineEntry(words("alarms.op.onset"), stamp(alarm.onset_at), _silence(words, alarm), tone=alarm.priority),
        )
    ]
    if alarm.returned_at:
        steps.append((alarm.returned_at, TimelineEntry(words("alarms.op.return"), stamp(alarm.returned_at))))
    for step in course:
        who = f"{step.actor_name} · {step.terminal}"
        if step.second_name:
            who += f" · {words('alarms.page.with_second', name=step.second_name)}"
        if step.called:
            who = words("alarms.page.called", names=listed(words, (called(words, name) for name in step.called)))
        reason = words("alarms.page.because", reason=step.reason) if step.reason else ""
        steps.append((step.at, TimelineEntry(op_word(words, step.op), stamp(step.at), who, (), reason)))
    # Sorted first, then turned: of two acts of the same moment the later stays above.
    steps.sort(key=lambda step: step[0])
    return [entry for _, entry in reversed(steps)]
