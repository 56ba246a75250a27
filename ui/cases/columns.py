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

YIELDING = ("opened", "place", "number")
"""Columns that give way in a narrow window, first to last; the detail has them too."""
_FAR = datetime.max.replace(tzinfo=UTC)


def columns(words: Words, clock: Clock) -> list[Column[CaseView]]:
    """State, number, what, where, who has it, opened, due."""
    return [
        Column("state", words("cases.column.state"), lambda c: words.of(c.state_title), 104, "badge", tone=state_tone),
        Column("number", words("cases.page.number"), lambda c: c.number, 150, "figure"),
        Column("title", words("cases.column.title"), lambda c: one_line(c.title), 200, "strong", stretch=True),
        Column("place", words("cases.column.place_id"), lambda c: one_line(" / ".join(c.place_path)), 150, "quiet"),
        Column("who", words("cases.column.assignee_id"), lambda c: c.assignee_name or "—", 96),
        Column("opened", words("cases.page.opened"), lambda c: short(c.opened_at, clock.now()), 104, "figure",
               sort=lambda c: c.opened_at),
        Column("due", words("cases.page.due"), lambda c: due_words(words, c, clock.now()), 176, "marked",
               sort=lambda c: c.due_at or _FAR, tone=due_tone, mark=_due_mark),
    ]  # fmt: skip


def state_tone(case: CaseView) -> BadgeTone:
    """Waiting for somebody to take it stands out; the rest is quiet."""
    return "info" if case.assignee_id is None and case.closed_at is None else "quiet"


def due_words(words: Words, case: CaseView, now: datetime) -> str:
    """`18:20`, or by how much it is late; nothing is due in a case that is closed."""
    if case.due_at is None or case.closed_at is not None:
        return "—"
    if case.overdue:
        return words("cases.page.late_by", span=lasting(words, (now - case.due_at).total_seconds()))
    return short(case.due_at, now)


def due_tone(case: CaseView) -> BadgeTone:
    return "high" if case.overdue else "quiet"


def _due_mark(case: CaseView) -> Mark:
    return "triangle" if case.overdue else ""
