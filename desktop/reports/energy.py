"""Energy over a day, a month or a year: the figures, the chart, who used it, and what does not add up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer, Table

from desktop.energy.views import Column, EnergyReport, Part
from desktop.energy.words import (
    LOSS_LIMIT,
    UNKNOWN,
    against,
    building_word,
    decimals,
    doubt_told,
    figure,
    loss_told,
    night_told,
    percent,
    signed,
    use_word,
)
from desktop.kernel.words import Words
from desktop.reports.fonts import BOLD, REGULAR
from desktop.reports.pdf import ACCENT, BAND, INK, INK2, INK3, LINE, WIDTH, Sheet, build, fitted, para, plain, style

BEFORE = HexColor("#B9C3C9")
MEDIUM = HexColor("#8F6C00")
CHART_HEIGHT = 52 * mm
GAP = 8 * mm
MOST_FINDINGS = 60
"""Lines of findings on paper; the page has them all."""
MOST_TOGETHER = 8
"""Lines of findings that stay on one page."""
MOST_BESIDE = 24
"""Rows of two tables that stand beside each other, which cannot break over pages."""
SHARES = (0.4, 0.18, 0.12, 0.18, 0.12)
"""Of a table's width: name, used, share, last year, change."""

Rule = tuple[object, ...]
"""A command of reportlab's table style."""


class EnergySheet:
    """Draws a report in one language."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._cjk = words.lang == "zh"

    def pdf(self, sheet: Sheet, report: EnergyReport) -> bytes:
        """The report as PDF bytes."""
        words = self._words
        story: list[Flowable] = [
            para(sheet.title, style(17, bold=True, leading=23)),
            para(sheet.period, style(9, color=INK2, leading=14)),
            Spacer(0, 3.5 * mm),
        ]
        if not report.days:
            story.append(para(words("energy.report.no_rows"), style(10, color=INK2)))
            return build(sheet, story, words)
        story += [
            self._figures(report),
            Spacer(0, 5 * mm),
            self._heading(words("energy.report.chart", unit=report.unit)),
        ]
        story += [Chart(words, report), Spacer(0, 5 * mm), *self._parts_of(report), Spacer(0, 5 * mm)]
        story += self._findings(report)
        story += [self._heading(words("energy.report.by_meter")), *self._meters(report)]
        return build(sheet, story, words)

    def _heading(self, text: str) -> Paragraph:
        made = para(text, style(10, bold=True, leading=16))
        made.keepWithNext = True
        return made

    def _figures(self, report: EnergyReport) -> Table:
        words = self._words
        share = report.loss.share if report.loss else None
        high = share is not None and share > LOSS_LIMIT
        lost = f"{percent(share)} ● {words('energy.loss_high')}" if high else percent(share)
        shown: list[tuple[str, str, str, Color]] = [
            (words("energy.used"), f"{figure(report.total)} {report.unit}", self._days(report), INK),
            (words("energy.against"), signed(report.change), against(words, report), INK),
            (words(f"energy.loss.{report.medium}"), lost, loss_told(words, report), MEDIUM if high else INK),
            (
                words("energy.nights"), str(len(report.nights)),
                words("energy.nights_told" if report.nights else "energy.nights_none"), INK,
            ),
        ]  # fmt: skip
        small = style(7.5, color=INK2, leading=10, wrap_cjk=self._cjk)
        table = Table(
            [
                [para(name, small) for name, _, _, _ in shown],
                [para(value, style(14, bold=True, color=color, leading=19)) for _, value, _, color in shown],
                [para(line, small) for _, _, line, _ in shown],
            ],
            colWidths=[WIDTH / 4] * 4,
        )
        table.setStyle(
            [
                ("FONTNAME", (0, 0), (-1, -1), REGULAR),
                ("BACKGROUND", (0, 0), (-1, -1), BAND),
                ("LINEBEFORE", (1, 0), (-1, -1), 0.5, white),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 9),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, 0), 6),
                ("BOTTOMPADDING", (0, -1), (-1, -1), 7),
            ]
        )
        return table

    def _days(self, report: EnergyReport) -> str:
        one = report.first == report.last
        return self._words("energy.used_day") if one else self._words("energy.used_days", n=report.days)

    def _parts_of(self, report: EnergyReport) -> list[Flowable]:
        """Buildings at the left, uses at the right; one after the other where they are too many to stay on one page."""
        words = self._words
        beside = max(len(report.buildings), len(report.uses)) <= MOST_BESIDE
        width = (WIDTH - GAP) / 2 if beside else WIDTH
        left = self._parts(words("energy.report.by_building"), report.buildings, self._building, width)
        right = self._parts(words("energy.report.by_use"), report.uses, self._use, width)
        if not beside:
            return [left, Spacer(0, 5 * mm), right]
        halves = Table([[left, "", right]], colWidths=[width, GAP, width])
        halves.setStyle(
            [
                ("FONTNAME", (0, 0), (-1, -1), REGULAR),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
            ]
        )
        return [halves]

    def _building(self, part: Part) -> str:
        return building_word(self._words, part.key)

    def _use(self, part: Part) -> str:
        return use_word(self._words, part.key)

    def _meters(self, report: EnergyReport) -> list[Table]:
        return [self._parts(self._words("energy.meter"), report.meters, lambda part: part.name, WIDTH)]

    def _parts(self, title: str, parts: Sequence[Part], name: Callable[[Part], str], width: float) -> Table:
        words = self._words
        whole, digits = sum(part.used for part in parts), decimals(part.used for part in parts)
        head = [title, *(words(f"energy.{key}") for key in ("used", "share", "before", "change"))]
        rows = [
            [
                fitted(name(part), REGULAR, 7.5, width * SHARES[0] - 6), figure(part.used, digits),
                percent(part.used / whole) if whole else UNKNOWN, figure(part.before, digits), signed(part.change),
            ]
            for part in parts
        ]  # fmt: skip
        table = Table(
            [[plain(cell) for cell in head], *rows], colWidths=[width * share for share in SHARES], repeatRows=1
        )
        table.setStyle(_RULES)
        return table

    def _findings(self, report: EnergyReport) -> list[Flowable]:
        words = self._words
        told = [(night.day, night_told(words, night, report.unit)) for night in report.nights]
        told += [(doubt.day, doubt_told(words, doubt)) for doubt in report.doubts]
        told.sort(key=lambda each: each[0], reverse=True)
        look = style(8, leading=12.5, wrap_cjk=self._cjk)
        lines: list[Flowable] = [para(text, look) for _, text in told[:MOST_FINDINGS]]
        if len(told) > MOST_FINDINGS:
            lines.append(para(words("energy.report.more_findings", n=len(told) - MOST_FINDINGS), look))
        if not lines:
            lines = [para(words("energy.findings_none"), look)]
        heading = self._heading(words("energy.report.findings"))
        kept = lines if len(lines) <= MOST_TOGETHER else lines[:1]
        return [KeepTogether([heading, *kept]), *lines[len(kept) :], Spacer(0, 5 * mm)]


class Chart(Flowable):  # type: ignore[misc]
    """This year beside last year, a bar each; what nobody knows has none.

    Drawn on the page itself: reportlab's own drawings name a font that is not embedded.
    """

    def __init__(self, words: Words, report: EnergyReport) -> None:
        super().__init__()
        self.width, self.height = WIDTH, CHART_HEIGHT
        self._words, self._report = words, report

    def draw(self) -> None:
        left, foot = 16 * mm, 6 * mm
        columns = self._report.columns
        top, step = _scale(max((v for c in columns for v in (c.used, c.before) if v is not None), default=0.0))
        height = CHART_HEIGHT - 13 * mm
        self.canv.setLineWidth(0.5)
        for n in range(round(top / step) + 1):
            y = foot + height * n * step / top
            self.canv.setStrokeColor(INK3 if n == 0 else LINE)
            self.canv.line(left, y, WIDTH, y)
            self._write(
                self.canv.drawRightString, left - 4, y - 2.4, figure(n * step, 0 if step >= 1 else decimals([step]))
            )
        slot = (WIDTH - left) / max(1, len(columns))
        thick = min(slot * 0.36, 7 * mm)
        for n, column in enumerate(columns):
            middle = left + slot * (n + 0.5)
            for value, x, color in ((column.used, middle - thick, ACCENT), (column.before, middle, BEFORE)):
                if value is not None:
                    self._box(x, foot, thick - 0.6, height * value / top, color)
            self._write(self.canv.drawCentredString, middle, foot - 9, _label(column))
        self._legend(left)

    def _legend(self, left: float) -> None:
        year = int(self._report.last[:4])
        for n, (of, color) in enumerate(((year, ACCENT), (year - 1, BEFORE))):
            x = left + n * 26 * mm
            self._box(x, CHART_HEIGHT - 7, 8, 6, color)
            self._write(self.canv.drawString, x + 12, CHART_HEIGHT - 6.6, self._words("energy.of_year", year=of))

    def _box(self, x: float, y: float, width: float, height: float, color: Color) -> None:
        self.canv.setFillColor(color)
        self.canv.rect(x, y, width, height, stroke=0, fill=1)

    def _write(self, draw: Callable[[float, float, str], None], x: float, y: float, text: str) -> None:
        self.canv.setFont(REGULAR, 7)
        self.canv.setFillColor(INK2)
        draw(x, y, plain(text))


def _label(column: Column) -> str:
    """The month of a year; the day with its month otherwise."""
    return str(int(column.label[5:])) if len(column.label) == 7 else f"{int(column.label[5:7])}-{int(column.label[8:])}"


def _scale(greatest: float) -> tuple[float, float]:
    """The top of the scale and its step: 1, 2 or 5 times a power of ten, at most five steps."""
    step = 1e-3
    while step * 5 < greatest:
        step *= 2.5 if f"{step:.0e}".startswith("2") else 2
    return max(step, step * -(-greatest // step)), step


_RULES: tuple[Rule, ...] = (
    ("FONTNAME", (0, 0), (-1, -1), REGULAR),
    ("FONTNAME", (0, 0), (-1, 0), BOLD),
    ("FONTSIZE", (0, 0), (-1, -1), 7.5),
    ("LEADING", (0, 0), (-1, -1), 10),
    ("TEXTCOLOR", (0, 0), (-1, -1), INK),
    ("TEXTCOLOR", (0, 0), (-1, 0), INK2),
    ("TEXTCOLOR", (3, 1), (3, -1), INK2),
    ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ("TOPPADDING", (0, 0), (-1, -1), 2.2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ("LINEBELOW", (0, 0), (-1, 0), 0.9, ACCENT),
    ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE),
)
