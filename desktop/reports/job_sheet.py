"""The day's work of one person on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timezone

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Spacer, Table

from desktop.cases.views import CaseView
from desktop.kernel.words import Words
from desktop.reports.case_print import GRID
from desktop.reports.fonts import BOLD
from desktop.reports.pdf import BAND, INK2, Sheet, build, para, style


class JobSheet:
    """The day's work of one person, with room to write on."""

    def __init__(self, words: Words, zone: timezone) -> None:
        self._words = words
        self._zone = zone

    def pdf(self, sheet: Sheet, groups: Sequence[tuple[str, Sequence[CaseView]]]) -> bytes:
        """`groups` are (the key of a heading, its cases), the most pressing first."""
        words = self._words
        small, text = style(8, color=INK2, wrap_cjk=words.lang == "zh"), style(9, wrap_cjk=words.lang == "zh")
        story: list[Flowable] = [
            para(sheet.title, style(16, bold=True, leading=22)),
            para(sheet.period, style(10, color=INK2, leading=15)),
            Spacer(0, 3 * mm),
        ]
        keys = ("number", "what", "place", "due", "arrived", "done", "remark")
        parts = (0.17, 0.24, 0.17, 0.12, 0.09, 0.09, 0.12)
        for key, cases in groups:
            if not cases:
                continue
            heading = para(words(f"caseprint.group.{key}", n=len(cases)), style(10, bold=True, leading=16))
            rows = [[para(words(f"caseprint.head.{head}"), small) for head in keys]]
            for case in cases:
                due = f"{case.due_at.astimezone(self._zone):%m-%d %H:%M}" if case.due_at else "—"
                kind = words.of(case.definition_title)
                shown = (case.number, f"{kind}：{case.title}", " / ".join(case.place_path), due, "", "", "")
                rows.append([para(cell, text, 160) for cell in shown])
            table = Table(rows, colWidths=[sheet.width * part for part in parts], repeatRows=1)
            table.setStyle([*GRID, ("BACKGROUND", (0, 0), (-1, 0), BAND), ("FONTNAME", (0, 0), (-1, 0), BOLD)])
            story += [CondPageBreak(30 * mm), heading, table, Spacer(0, 4 * mm)]
        if not any(cases for _, cases in groups):
            story.append(para(words("caseprint.nothing"), text))
        return build(sheet, story, words)
