"""How a case reads in a row."""

from __future__ import annotations

from datetime import UTC, datetime

from desktop.cases.views import CaseView
from desktop.kernel.clock import Clock
from desktop.kernel.words import Words
from ui.parts.badge import BadgeTone, Mark
from ui.parts.table import Column
from ui.parts.value import one_line
from ui.parts.when import lasting, short

YIELDING = ("opened", "details", "kind", "number", "urged", "urgency", "place")
"""Columns that give way in a narrow window, first to last; the detail has them too."""
_FAR = datetime.max.replace(tzinfo=UTC)


def columns(words: Words, clock: Clock) -> list[Column[CaseView]]:
    """State, number, what, of which kind, what its definition lists, how pressing, where, who has it, how often somebody
    asked, opened, due."""
    # English words are half as long again.
    state, urgency = (96, 72) if words.lang == "zh" else (128, 88)
    return [
        Column("state", words("cases.column.state"), lambda c: words.of(c.state_title), state, "badge", tone=state_tone),
        Column("number", words("cases.page.number"), lambda c: c.number, 150, "figure"),
        Column("title", words("cases.column.title"), lambda c: one_line(c.title), 160, "strong", stretch=True),
        Column("kind", words("cases.page.kind"), lambda c: words.of(c.definition_title), 104, "quiet"),
        Column("details", words("cases_list.details"), lambda c: details(words, c), 150, "quiet"),
        Column("urgency", words("cases.column.urgency"), lambda c: urgency_words(words, c), urgency, tone=urgency_tone),
        Column("place", words("cases.column.place_id"), lambda c: one_line("/".join(c.place_path)), 150, "quiet"),
        Column("who", words("cases.column.assignee_id"), lambda c: c.assignee_name or "—", 80),
        Column("urged", words("cases_list.urged"), lambda c: str(c.urged) if c.urged else "", 60, "marked",
               sort=lambda c: c.urged, tone=_urged_tone, mark=lambda c: "circle" if c.urged else ""),
        Column("opened", words("cases.page.opened"), lambda c: short(c.opened_at, clock.now()), 104, "figure",
               sort=lambda c: c.opened_at),
        Column("due", words("cases.page.due"), lambda c: due_words(words, c, clock.now()), 156, "marked",
               sort=lambda c: c.due_at or _FAR, tone=due_tone, mark=due_mark),
    ]  # fmt: skip


def details(words: Words, case: CaseView) -> str:
    """What its definition wants lists to show, without what was not filled in."""
    return " · ".join(one_line(text) for shown in case.shown if (text := words.of(shown)))


def state_tone(case: CaseView) -> BadgeTone:
    """Waiting for somebody to take it stands out; the rest is quiet."""
    return "info" if case.assignee_id is None and case.closed_at is None else "quiet"


def urgency_words(words: Words, case: CaseView) -> str:
    """How pressing it is, without what that promises in brackets."""
    return words.of(case.urgency_title).split("（")[0].split(" (")[0]


def urgency_tone(case: CaseView) -> BadgeTone:
    return "high" if case.urgency == "urgent" and case.closed_at is None else "quiet"


def due_words(words: Words, case: CaseView, now: datetime) -> str:
    """`18:20`, by how much it is late, or what it waits for; nothing is due in a case that is closed."""
    if case.closed_at is not None:
        return "—"
    if case.paused and not case.overdue:
        if not case.waits:
            return words("cases_list.waits_open")
        return words("cases_list.waits", what=words(f"cases.pause.{case.waits}"))
    if case.due_at is None:
        return "—"
    if case.overdue:
        return words("cases.page.late_by", span=lasting(words, (now - case.due_at).total_seconds()))
    due = short(case.due_at, now)
    return words("cases_list.warned", due=due) if case.warned else due


def due_tone(case: CaseView) -> BadgeTone:
    if case.overdue:
        return "high"
    return "medium" if case.warned else "quiet"


def due_mark(case: CaseView) -> Mark:
    """The shape beside the words: late, soon due, or standing still."""
    if case.closed_at is not None:
        return ""
    if case.overdue:
        return "triangle"
    return "half" if case.paused else "ring" if case.warned else ""


def _urged_tone(case: CaseView) -> BadgeTone:
    return "medium" if case.urged else "quiet"
