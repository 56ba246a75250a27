"""How a day's work reads in a list: what is late first, then today, later, and what anybody may take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from desktop.cases.views import CaseView, Today
from desktop.kernel.clock import Clock
from desktop.kernel.words import Words
from ui.cases.columns import due_tone, due_words
from ui.parts.badge import BadgeTone, Mark
from ui.parts.table import Column
from ui.parts.value import one_line

When = Literal["late", "due_today", "later", "free"]
WHENS: tuple[When, ...] = ("late", "due_today", "later", "free")

YIELDING = ("number", "place", "kind")
"""Columns that give way in a narrow window, first to last."""

_TONES: dict[When, BadgeTone] = {"late": "high", "due_today": "accent", "later": "quiet", "free": "info"}
_MARKS: dict[When, Mark] = {"late": "triangle", "due_today": "circle", "later": "ring", "free": "square"}


class Job(NamedTuple):
    """A case of the day, and where it belongs in the day."""

    case: CaseView
    when: When


def jobs(today: Today, wanted: str) -> list[Job]:
    """The day in its order: all of it, or one part."""
    return [job for job in _all(today) if wanted in ("all", job.when)]


def counts(today: Today) -> dict[str, int]:
    """How many there are of each part."""
    return {when: len(getattr(today, when)) for when in WHENS}


def columns(words: Words, clock: Clock) -> list[Column[Job]]:
    """When, what, where, until when, how it stands."""
    return [
        Column("when", words("work.when"), lambda j: words(f"work.{j.when}"), 124, "badge",
               sort=lambda j: WHENS.index(j.when), tone=lambda j: _TONES[j.when], mark=lambda j: _MARKS[j.when]),
        Column("title", words("cases.column.title"), lambda j: one_line(j.case.title), 200, "strong", stretch=True),
        Column("kind", words("cases.page.kind"), lambda j: words.of(j.case.definition_title), 104, "quiet"),
        Column("place", words("cases.column.place_id"), lambda j: one_line(" / ".join(j.case.place_path)), 150, "quiet"),
        Column("due", words("cases.page.due"), lambda j: due_words(words, j.case, clock.now()), 150, "marked",
               sort=lambda j: str(j.case.due_at or "~"), tone=lambda j: due_tone(j.case), mark=_mark),
        Column("state", words("cases.column.state"), lambda j: words.of(j.case.state_title), 104, "text"),
        Column("number", words("cases.page.number"), lambda j: j.case.number, 150, "figure"),
    ]  # fmt: skip


def _all(today: Today) -> Iterator[Job]:
    for when in WHENS:
        for case in getattr(today, when):
            yield Job(case, when)


def _mark(job: Job) -> Mark:
    return "triangle" if job.case.overdue else ""
