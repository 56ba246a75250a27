"""What is late, as a table: the longest over first, and whom it waited for."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.cases.figures import Figures, Late
from desktop.cases.told import UNKNOWN, group_name, length
from desktop.kernel.words import Words
from ui.parts.table import Column, DataTable
from ui.parts.when import local


@dataclass(frozen=True)
class LateRow:
    """A promise whose time was over, with its assignee's name."""

    late: Late
    clock: str
    assignee: str


def late_rows(words: Words, figures: Figures) -> list[LateRow]:
    people = {group.key: group_name(words, group) for group in figures.assignees}
    return [
        LateRow(late, words.of(late.clock_title), people.get(late.assignee_id or "", UNKNOWN)) for late in figures.late
    ]


def late_table(words: Words) -> DataTable[LateRow]:
    def waited(minutes: float) -> str:
        return length(words, minutes) if minutes else UNKNOWN

    columns: list[Column[LateRow]] = [
        Column("what", words("service.what"), lambda row: row.late.title, 110, "strong", stretch=True),
        Column("clock", words("service.clock"), lambda row: row.clock, 104, "quiet"),
        Column("due", words("service.due"), lambda row: f"{local(row.late.due):%m-%d %H:%M}", 96, "figure",
               sort=lambda row: row.late.due),
        Column("over", words("service.over"), lambda row: length(words, row.late.over), 116, "marked",
               sort=lambda row: row.late.over, tone=lambda row: "low" if row.late.stopped else "high",
               mark=lambda row: "dash" if row.late.stopped else "triangle"),
        Column("resident", words("service.waited_resident"), lambda row: waited(row.late.waited.resident), 96, "quiet",
               "right", sort=lambda row: row.late.waited.resident),
        Column("assignee", words("service.assignee"), lambda row: row.assignee, 88, "quiet"),
    ]  # fmt: skip
    return DataTable(
        columns, lambda row: f"{row.late.id}/{row.clock}/{row.late.due}", words("service.late"), compact=True
    )
