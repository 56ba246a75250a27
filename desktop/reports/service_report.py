"""Promised times over a week or any period: how many were kept, whom the time waited for, and what is late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, Spacer, Table

from desktop.cases.figures import Figures, Group, Late, Measures, Promises, Waited
from desktop.cases.told import UNKNOWN, also, group_name, headline, length, percent
from desktop.kernel.words import Words
from desktop.reports.fonts import BOLD, REGULAR
from desktop.reports.pdf import ACCENT, BAND, INK, INK2, LINE, WIDTH, Sheet, build, fitted, para, plain, style

RESIDENT = HexColor("#D9A441")
OTHERS = HexColor("#B9C3C9")
ON: tuple[tuple[str, Color], ...] = (("us", ACCENT), ("resident", RESIDENT), ("others", OTHERS))
"""Whom time waited for, in the order of the bars."""

BAR = 6.2 * mm
NAMES = 42 * mm
TOTALS = 24 * mm
MOST_BARS = 12
MOST_LATE = 60
"""Lines of what is late on paper; the page has them all."""

Rule = tuple[object, ...]


class ServiceSheet:
    """Draws the figures in one language, with times of the community's `zone`."""

    def __init__(self, words: Words, zone: timezone) -> None:
        self._words = words
        self._zone = zone
        self._cjk = words.lang == "zh"

    def pdf(self, sheet: Sheet, figures: Figures) -> bytes:
        """The report as PDF bytes."""
        words, whole = self._words, figures.whole
        story: list[Flowable] = [
            para(sheet.title, style(17, bold=True, leading=23)),
            para(sheet.period, style(9, color=INK2, leading=14)),
            Spacer(0, 3.5 * mm),
        ]
        if not figures.definitions:
            story.append(para(words("service.report.no_cases"), style(10, color=INK2)))
            return build(sheet, story, words)
        waiting = [group for group in figures.definitions if group.measures.waited.total > 0]
        waiting.sort(key=lambda group: -group.measures.waited.total)
        story += [
            self._headline(whole),
            Spacer(0, 2 * mm),
            para(also(words, whole), style(8, color=INK2, leading=12, wrap_cjk=self._cjk)),
            Spacer(0, 4 * mm),
        ]
        if waiting:
            bars = [(words("service.group.whole"), whole.waited)]
            bars += [(group_name(words, group), group.measures.waited) for group in waiting[: MOST_BARS - 1]]
            story += [self._heading("waited"), WaitedBars(words, bars), Spacer(0, 4 * mm)]
        story += [self._heading("by_kind"), self._groups(words("service.report.kind"), figures.definitions, whole)]
        story += [Spacer(0, 4 * mm), self._heading("by_clock"), self._clocks(figures), Spacer(0, 4 * mm)]
        story += [self._heading("by_assignee"), self._groups(words("service.report.assignee"), figures.assignees)]
        story += [Spacer(0, 4 * mm), *self._late(figures), Spacer(0, 4 * mm)]
        story.append(para(words("service.report.note"), style(7.5, color=INK2, leading=11, wrap_cjk=self._cjk), 600))
        return build(sheet, story, words)

    def _heading(self, key: str) -> Paragraph:
        made = para(self._words(f"service.report.{key}"), style(10, bold=True, leading=16))
        made.keepWithNext = True
        return made

    def _headline(self, whole: Measures) -> Table:
        shown = headline(self._words, whole)
        small = style(7.5, color=INK2, leading=10, wrap_cjk=self._cjk)
        table = Table(
            [
                [para(name, small) for name, _, _, _ in shown],
                [para(f"{value} {unit}".strip(), style(14, bold=True, leading=19)) for _, value, unit, _ in shown],
                [para(line, small) for _, _, _, line in shown],
            ],
            colWidths=[WIDTH / len(shown)] * len(shown),
        )
        table.setStyle(_BAND)
        return table

    def _groups(self, title: str, groups: Sequence[Group], whole: Measures | None = None) -> Table:
        words = self._words
        keys = ("opened", "closed", "open_now", *COUNTED)
        head = [title, *(words(f"service.column.{key}") for key in keys)]
        head += [words(f"service.report.{key}") for key in ("rate", "median", "p90", "us_h", "resident_h", "others_h")]
        named = [(group_name(words, group), group.measures) for group in groups]
        if whole is not None and len(named) > 1:
            named.append((words("service.group.whole"), whole))
        name_width = 44 * mm
        rows = [
            [
                fitted(name, REGULAR, 7.5, name_width - 6), str(one.opened), str(one.closed), str(one.open_now),
                *self._promises(one.promises), *(_hours(part) for part in one.waited),
            ]
            for name, one in named
        ]  # fmt: skip
        table = self._table(head, rows, name_width)
        if whole is not None and len(named) > 1:
            table.setStyle([("FONTNAME", (0, -1), (-1, -1), BOLD)])
        return table

    def _clocks(self, figures: Figures) -> Table:
        words, width = self._words, 70 * mm
        head = [words("service.report.clock"), *(words(f"service.column.{key}") for key in COUNTED)]
        head += [words(f"service.report.{key}") for key in ("rate", "median", "p90")]
        head += [words(f"service.column.{key}") for key in ("running", "paused", "back_filed")]
        rows = [
            [
                fitted(f"{words.of(one.definition_title)} · {words.of(one.title)}", REGULAR, 7.5, width - 6),
                *self._promises(one.promises), str(one.promises.running), str(one.promises.paused),
                str(one.promises.back_filed),
            ]
            for one in figures.clocks
        ]  # fmt: skip
        return self._table(head, rows, width)

    def _promises(self, one: Promises) -> list[str]:
        words = self._words
        return [
            str(one.decided), str(one.met), str(one.late), str(one.breached), percent(one.on_time),
            length(words, one.median), length(words, one.p90),
        ]  # fmt: skip

    def _table(self, head: list[str], rows: list[list[str]], first: float) -> Table:
        rest = (WIDTH - first) / (len(head) - 1)
        cells = [[plain(cell) for cell in row] for row in (head, *rows)]
        table = Table(cells, colWidths=[first, *[rest] * (len(head) - 1)], repeatRows=1)
        table.setStyle([*_RULES, ("ALIGN", (1, 0), (-1, -1), "RIGHT")])
        return table

    def _late(self, figures: Figures) -> list[Flowable]:
        words = self._words
        story: list[Flowable] = [CondPageBreak(40 * mm), self._heading("late")]
        look = style(8, leading=12.5, wrap_cjk=self._cjk)
        if not figures.late:
            return [*story, para(words("service.late_none"), look)]
        people = {group.key: group_name(words, group) for group in figures.assignees}
        widths = [w * mm for w in (36, 62, 28, 28, 40, 26, 26)]
        widths.append(WIDTH - sum(widths))
        head = ("number", "what", "clock", "due", "over", "waited_resident", "waited_others", "assignee")
        rows = [self._line(late, people, widths) for late in figures.late[:MOST_LATE]]
        table = Table([[plain(words(f"service.{key}")) for key in head], *rows], colWidths=widths, repeatRows=1)
        table.setStyle([*_RULES, ("ALIGN", (4, 0), (6, -1), "RIGHT"), ("LEFTPADDING", (7, 0), (7, -1), 10)])
        story.append(table)
        if len(figures.late) > MOST_LATE:
            story.append(para(words("service.report.more_late", n=len(figures.late) - MOST_LATE), look))
        return story

    def _line(self, late: Late, people: dict[str, str], widths: Sequence[float]) -> list[str]:
        words = self._words
        still = "" if late.stopped else f" · {words('service.open_still')}"
        cells = [
            late.number, late.title, words.of(late.clock_title), self._at(late.due), length(words, late.over) + still,
            length(words, late.waited.resident) if late.waited.resident else UNKNOWN,
            length(words, late.waited.others) if late.waited.others else UNKNOWN,
            people.get(late.assignee_id or "", UNKNOWN),
        ]  # fmt: skip
        return [fitted(cell, REGULAR, 7.5, width - 6) for cell, width in zip(cells, widths, strict=True)]

    def _at(self, instant: datetime) -> str:
        return f"{instant.astimezone(self._zone):%Y-%m-%d %H:%M}"


COUNTED = ("due", "met", "late", "breached")


class WaitedBars(Flowable):  # type: ignore[misc]
    """One bar a line, cut by whom the time waited for; the share of each part stands in it where it fits.

    Drawn on the page itself: reportlab's own drawings name a font that is not embedded.
    """

    def __init__(self, words: Words, bars: Sequence[tuple[str, Waited]]) -> None:
        super().__init__()
        self._words, self._bars = words, bars
        self.width, self.height = WIDTH, 7 * mm + len(bars) * BAR

    def draw(self) -> None:
        x = 0.0
        for on, color in ON:
            self._box(x, self.height - 7, 8, 6, color)
            self._write(self.canv.drawString, x + 12, self.height - 6.6, self._words(f"service.{on}"), INK2)
            x += 34 * mm
        room = WIDTH - NAMES - TOTALS
        for n, (name, waited) in enumerate(self._bars):
            y = self.height - 7 * mm - (n + 1) * BAR + 1.2 * mm
            self._write(self.canv.drawString, 0, y + 3.2, fitted(name, REGULAR, 7.5, NAMES - 6), INK)
            x = NAMES
            # Of its own length each: the kinds with little work can be read as well as those with much.
            for (_, color), minutes in zip(ON, waited, strict=True):
                wide = room * minutes / waited.total if waited.total else 0.0
                self._box(x, y, wide, BAR - 2 * mm, color)
                if wide > 12 * mm:
                    ink = white if color is ACCENT else INK
                    self._write(
                        self.canv.drawCentredString, x + wide / 2, y + 3.2, percent(minutes / waited.total), ink
                    )
                x += wide
            self._write(self.canv.drawRightString, WIDTH, y + 3.2, _hours(waited.total, " h"), INK2)

    def _box(self, x: float, y: float, width: float, height: float, color: Color) -> None:
        self.canv.setFillColor(color)
        self.canv.rect(x, y, width, height, stroke=0, fill=1)

    def _write(self, draw: Callable[[float, float, str], None], x: float, y: float, text: str, ink: Color) -> None:
        self.canv.setFont(REGULAR, 7.5)
        self.canv.setFillColor(ink)
        draw(x, y, plain(text))


def _hours(minutes: float, unit: str = "") -> str:
    return f"{minutes / 60:,.1f}{unit}"


_BAND: tuple[Rule, ...] = (
    ("FONTNAME", (0, 0), (-1, -1), REGULAR),
    ("BACKGROUND", (0, 0), (-1, -1), BAND),
    ("LINEBEFORE", (1, 0), (-1, -1), 0.5, white),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 9),
    ("TOPPADDING", (0, 0), (-1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, 0), 6),
    ("BOTTOMPADDING", (0, -1), (-1, -1), 7),
)

_RULES: tuple[Rule, ...] = (
    ("FONTNAME", (0, 0), (-1, -1), REGULAR),
    ("FONTNAME", (0, 0), (-1, 0), BOLD),
    ("FONTSIZE", (0, 0), (-1, -1), 7.5),
    ("LEADING", (0, 0), (-1, -1), 10),
    ("TEXTCOLOR", (0, 0), (-1, -1), INK),
    ("TEXTCOLOR", (0, 0), (-1, 0), INK2),
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ("TOPPADDING", (0, 0), (-1, -1), 2.2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ("LINEBELOW", (0, 0), (-1, 0), 0.9, ACCENT),
    ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE),
)
