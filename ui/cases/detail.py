"""One case: its clock, its facts, where it came from, and its timeline from the journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.cases.definition import Move
from desktop.cases.views import CaseDetail
from desktop.kernel.words import Words
from ui.cases.columns import due_tone, due_words, state_tone
from ui.parts.badge import StateBadge
from ui.parts.buttons import Button
from ui.parts.detail import FactsList, section
from ui.parts.timeline import Timeline, TimelineEntry
from ui.parts.when import stamp
from ui.shell.context import Context


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


def sections(
    context: Context, detail: CaseDetail, more_moves: Sequence[Move], on_move: Callable[[Move], None]
) -> list[QWidget]:
    """Facts first, then what was filled in, then everything that happened, newest first."""
    words, case, now = context.words, detail.view, context.console.clock.now()
    facts: list[tuple[str, str | QWidget]] = [
        (words("cases.page.kind"), f"{words.of(detail.definition.title)} · v{detail.definition.version}"),
        (words("cases.column.assignee_id"), case.assignee_name),
        (words("cases.page.opened"), stamp(case.opened_at)),
        (words("cases.page.due"), stamp(case.due_at) if case.due_at else ""),
    ]
    if case.overdue:
        facts.append((words("cases.page.overdue"), due_words(words, case, now)))
    if case.closed_at:
        facts.append((words("cases.page.closed"), stamp(case.closed_at)))
    made: list[QWidget] = [section(words("cases.page.facts"), FactsList(facts))]
    if case.thing_id is not None:
        thing_id = case.thing_id
        thing = context.console.things.get(thing_id)
        name = thing.name if thing else thing_id
        link = Button(words("cases.page.to_thing", name=name), "link", on=lambda: context.shell.go("things", thing_id))
        made.append(section(words("cases.page.thing"), link))
    if detail.facts:
        rows: list[tuple[str, str | QWidget]] = [(words.of(fact.title), words.of(fact.value)) for fact in detail.facts]
        made.append(section(words("cases.page.filled_in"), FactsList(rows)))
    if more_moves:
        buttons = [Button(words.of(move.title), move.tone, on=partial(on_move, move)) for move in more_moves]
        made.append(section(words("cases.page.more_moves"), *buttons))
    made.append(section(words("cases.page.timeline"), Timeline(_timeline(words, detail), words("cases.page.timeline"))))
    return made


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
