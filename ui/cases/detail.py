"""One case: its clock, its facts, where it came from, and its timeline from the journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtWidgets import QWidget

from desktop.alarms.views import AlarmView
from desktop.cases.definition import Move
from desktop.cases.evidence import Evidence
from desktop.cases.views import CaseDetail
from desktop.kernel.words import Words
from desktop.things.model import Value
from ui.cases.clock import CaseClock
from ui.cases.columns import due_tone, state_tone
from ui.parts.badge import StateBadge
from ui.parts.buttons import Button
from ui.parts.detail import FactsList, section
from ui.parts.layout import row
from ui.parts.timeline import Timeline, TimelineEntry
from ui.parts.when import local, stamp
from ui.shell.context import Context

IN_HEADER = 3
"""Moves that fit beside each other in the header; the others stand below the facts."""

SHOWN_VALUES = 8
"""Of the values that the alarm left with the case."""


@dataclass(frozen=True)
class Shown:
    """Everything that is shown of one case; two equal ones look the same."""

    detail: CaseDetail
    moves: tuple[Move, ...]
    alarm: AlarmView | None


def key_of(number: int) -> str:
    """The key of a move by its place: E is always the usual next step, the others are counted on."""
    return "E" if number == 0 else str(number + 1)


def move_buttons(words: Words, moves: tuple[Move, ...], on_move: Callable[[Move], None]) -> list[Button]:
    """The moves as buttons with keys; only the usual next step is loud."""

    def button(number: int, move: Move) -> Button:
        kind = move.tone if number == 0 or move.tone == "danger" else "quiet"
        return Button(words.of(move.title), kind, key=key_of(number), on=lambda: on_move(move))

    return [button(number, move) for number, move in enumerate(moves)]


def state_badges(words: Words, detail: CaseDetail) -> list[QWidget]:
    """State, urgency, round where there was more than one, and being late."""
    case = detail.view
    urgency = detail.definition.urgency(case.urgency)
    badges: list[QWidget] = [StateBadge(words.of(case.state_title), state_tone(case))]
    if urgency is not None:
        badges.append(StateBadge(words.of(urgency.title), "high" if case.urgency == "urgent" else "quiet"))
    if case.round > 1:
        badges.append(StateBadge(words("cases.page.round", n=case.round), "medium"))
    if case.overdue:
        badges.append(StateBadge(words("cases.page.overdue"), due_tone(case), "triangle"))
    return badges


def sections(context: Context, shown: Shown, more: list[Button]) -> list[QWidget]:
    """The clock, then facts, what was filled in, and everything that happened, newest first."""
    words, detail = context.words, shown.detail
    case = detail.view
    facts: list[tuple[str, str | QWidget]] = [
        (words("cases.page.kind"), f"{words.of(detail.definition.title)} · v{detail.definition.version}"),
        (words("cases.column.assignee_id"), case.assignee_name),
        (words("cases.page.opened"), stamp(case.opened_at)),
    ]
    if case.closed_at:
        facts.append((words("cases.page.closed"), stamp(case.closed_at)))
    made = [CaseClock(words, detail, context.console.clock.now())] if case.closed_at is None else []
    found: list[QWidget] = [section(words("cases.page.clock"), *made)] if made else []
    found.append(section(words("cases.page.facts"), FactsList(facts), *_links(context, shown)))
    if more:
        found.append(section(words("cases.page.more_moves"), *_in_rows(more)))
    if detail.facts:
        rows: list[tuple[str, str | QWidget]] = [(words.of(fact.title), words.of(fact.value)) for fact in detail.facts]
        found.append(section(words("cases.page.filled_in"), FactsList(rows)))
    if (left := detail.evidence) is not None and (told := evidence_facts(words, left)):
        found.append(section(words("cases.page.evidence"), FactsList(told)))
    timeline = Timeline(_timeline(words, detail), words("cases.page.timeline"))
    return [*found, section(words("cases.page.timeline"), timeline)]


def evidence_facts(words: Words, left: Evidence) -> list[tuple[str, str | QWidget]]:
    """What the alarm left: each point's last values with their times, the newest first; who acknowledged; pictures."""
    rows: list[tuple[str, str | QWidget]] = []
    for series in left.values:
        newest = reversed(series.samples[-SHOWN_VALUES:])
        lines = [
            f"{local(datetime.fromtimestamp(at, UTC)):%H:%M:%S}  {_plain(words, v)} {series.unit}" for at, v in newest
        ]
        rows.append((words.of(series.title), "\n".join(lines)))
    if left.acknowledged_by:
        when = stamp(datetime.fromisoformat(left.acknowledged_at)) if left.acknowledged_at else ""
        rows.append((words("cases.page.evidence_acknowledged"), f"{left.acknowledged_by}  {when}".strip()))
    if left.pictures:
        rows.append((words("cases.page.evidence_pictures"), words("cases.page.pictures_n", n=len(left.pictures))))
    return rows


def _plain(words: Words, value: Value) -> str:
    if isinstance(value, bool):
        return words("things.yes" if value else "things.no")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _in_rows(buttons: list[Button]) -> list[QWidget]:
    rows: list[QWidget] = []
    for start in range(0, len(buttons), IN_HEADER):
        made = QWidget()
        made.setLayout(row(*buttons[start : start + IN_HEADER], None))
        rows.append(made)
    return rows


def _links(context: Context, shown: Shown) -> list[QWidget]:
    """To the alarm it was made from and to the thing it is about."""
    words, shell, case = context.words, context.shell, shown.detail.view
    links: list[QWidget] = []
    if (alarm := shown.alarm) is not None:
        name = words("cases.page.to_alarm", title=words.of(alarm.title))
        links.append(Button(name, "link", on=lambda: shell.go("alarms", alarm.id)))
    if (thing_id := case.thing_id) is not None:
        thing = context.console.things.get(thing_id)
        name = words("cases.page.to_thing", name=thing.name if thing else thing_id)
        links.append(Button(name, "link", on=lambda: shell.go("things", thing_id)))
    return links


def _timeline(words: Words, detail: CaseDetail) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            words.of(step.op_title),
            stamp(step.at),
            f"{step.actor_name} · {step.terminal}",
            tuple((words.of(c.field), words.of(c.before), words.of(c.after)) for c in step.changes),
            words("cases.page.because", reason=step.reason) if step.reason else "",
        )
        for step in reversed(detail.timeline)
    ]
