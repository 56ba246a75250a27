"""The alarm log of a period: what was in alarm, for how long, and who saw to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from statistics import median

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, Paragraph, Spacer, Table

from desktop.alarms.views import PRIORITIES, AlarmView
from desktop.kernel.words import Words
from desktop.reports.fonts import BOLD, REGULAR
from desktop.reports.pdf import ACCENT, BAND, INK, INK2, INK3, LINE, WIDTH, Sheet, build, fitted, para, plain, style

COLUMNS = ("n", "onset", "returned", "lasted", "priority", "place", "thing", "alarm", "value", "acknowledged", "case")
# Millimetres; the sum is the width between the margins (269).
WIDTHS = (10, 16, 19, 20, 16, 37, 32, 43, 25, 25, 26)

# Shape and word tell the priority too: a black-and-white print says as much.
SHAPES = {"critical": "◆", "high": "▲", "medium": "●", "low": "■"}
COLORS = {
    "critical": HexColor("#C62828"),
    "high": HexColor("#C2610C"),
    "medium": HexColor("#8F6C00"),
    "low": HexColor("#5B6B7A"),
}

ROWS_AT_ONCE = 100
"""Rows of one table of reportlab's, which copies all that is left of a table at every page."""

Rule = tuple[object, ...]
"""A command of reportlab's table style."""


class AlarmLog:
    """Draws the log in one language and one zone. `alarms` by onset; `until` is the end of the period, not in it."""

    def __init__(self, words: Words, offset_minutes: int) -> None:
        self._words = words
        self._zone = timezone(timedelta(minutes=offset_minutes))
        self._cell = style(7.5, leading=10.5, wrap_cjk=words.lang == "zh")

    def pdf(self, sheet: Sheet, alarms: Sequence[AlarmView]) -> bytes:
        """The report as PDF bytes."""
        title = style(17, bold=True, leading=23)
        story: list[Flowable] = [
            para(sheet.title, title),
            para(sheet.period, style(9, color=INK2, leading=14)),
            Spacer(0, 3.5 * mm),
            self._summary(alarms),
            Spacer(0, 5 * mm),
        ]
        if alarms:
            story += [self._head(), *self._tables(alarms)]
            return build(sheet, story, self._words, self._head())
        story.append(para(self._words("reports.no_alarms"), style(10, color=INK2)))
        return build(sheet, story, self._words)

    def local(self, instant: datetime, pattern: str) -> str:
        """The instant in the community's time."""
        return instant.astimezone(self._zone).strftime(pattern)

    def _summary(self, alarms: Sequence[AlarmView]) -> Table:
        words, counts = self._words, Counter(alarm.priority for alarm in alarms)
        waits = [(a.acknowledged_at - a.onset_at).total_seconds() for a in alarms if a.acknowledged_at]
        figures: list[tuple[str, str, Color]] = [(words("reports.total"), str(len(alarms)), INK)]
        for name in PRIORITIES:
            label = f"{SHAPES[name]} {words(f'alarms.priority.{name}')}"
            figures.append((label, str(counts[name]), COLORS[name] if counts[name] else INK3))
        figures.append((words("reports.standing"), str(sum(alarm.returned_at is None for alarm in alarms)), INK))
        figures.append((words("reports.not_acknowledged"), str(sum(_unanswered(alarm) for alarm in alarms)), INK))
        figures.append((words("reports.median_wait"), self._span(median(waits)) if waits else "—", INK))
        small, big = style(7.5, color=INK2, leading=10), 14
        table = Table(
            [
                [para(value, style(big, bold=True, color=color, leading=19)) for _, value, color in figures],
                [para(label, small) for label, _, _ in figures],
            ],
            colWidths=[WIDTH * share for share in (0.11, 0.11, 0.11, 0.11, 0.11, 0.13, 0.13, 0.19)],
        )
        table.setStyle(
            [
                ("FONTNAME", (0, 0), (-1, -1), REGULAR),
                ("BACKGROUND", (0, 0), (-1, -1), BAND),
                ("LINEBEFORE", (1, 0), (-1, -1), 0.5, white),
                ("LEFTPADDING", (0, 0), (-1, -1), 9),
                ("TOPPADDING", (0, 0), (-1, 0), 6),
                ("BOTTOMPADDING", (0, 0), (-1, 0), 0),
                ("TOPPADDING", (0, 1), (-1, 1), 0),
                ("BOTTOMPADDING", (0, 1), (-1, 1), 7),
            ]
        )
        return table

    def _head(self) -> Table:
        look = style(7.5, bold=True, color=INK2, leading=10, wrap_cjk=self._words.lang == "zh")
        return _table([[para(self._words(f"reports.column.{c}"), look) for c in COLUMNS]], _HEAD_RULES)

    def _tables(self, alarms: Sequence[AlarmView]) -> Iterator[Table]:
        """The log's rows in tables that stand seamlessly one below the other."""
        cells: list[list[str | Paragraph]] = []
        rules = list(_RULES)
        day = None
        per_day = Counter(self.local(alarm.onset_at, "%Y-%m-%d") for alarm in alarms)
        for n, alarm in enumerate(alarms, 1):
            if len(cells) >= ROWS_AT_ONCE:
                yield _table(cells, rules)
                cells, rules = [], list(_RULES)
            if (onset := self.local(alarm.onset_at, "%Y-%m-%d")) != day:
                day = onset
                rules += _day_rules(len(cells))
                weekday = self._words(f"reports.weekday.{alarm.onset_at.astimezone(self._zone).isoweekday()}")
                said = self._words("reports.day", day=day, weekday=weekday, n=per_day[day])
                cells.append([plain(said)] + [""] * (len(COLUMNS) - 1))
            rules.append(("TEXTCOLOR", (4, len(cells)), (4, len(cells)), COLORS[alarm.priority]))
            if alarm.returned_at is None:
                rules.append(("FONTNAME", (2, len(cells)), (2, len(cells)), BOLD))
            if _unanswered(alarm):
                rules.append(("FONTNAME", (9, len(cells)), (9, len(cells)), BOLD))
            cells.append(self._row(n, alarm))
        yield _table(cells, rules)

    def _row(self, n: int, alarm: AlarmView) -> list[str | Paragraph]:
        words, onset = self._words, alarm.onset_at
        ended = self._later(onset, alarm.returned_at) if alarm.returned_at else words("reports.still")
        lasted = self._span((alarm.returned_at - onset).total_seconds()) if alarm.returned_at else "—"
        return [
            str(n),
            self.local(onset, "%H:%M:%S"),
            ended,
            lasted,
            f"{SHAPES[alarm.priority]} {words(f'alarms.priority.{alarm.priority}')}",
            para(" / ".join(alarm.place_path) or "—", self._cell, 60),
            para(alarm.thing_name, self._cell, 60),
            para(words.of(alarm.title), self._cell, 90),
            self._value(alarm),
            self._acknowledged(alarm),
            para(alarm.case_number or "—", style(7, color=INK2 if alarm.case_number else INK3, leading=10.5), 40),
        ]

    def _value(self, alarm: AlarmView) -> Paragraph:
        value, limit = self._amount(alarm.value), self._amount(alarm.limit)
        return para(f"{value} / {limit} {alarm.unit}".rstrip(), self._cell, 60)

    def _amount(self, value: bool | int | float | str | None) -> str:
        if value is None:
            return "—"
        if isinstance(value, bool):
            return self._words("reports.yes" if value else "reports.no")
        return f"{value:g}" if isinstance(value, float) else str(value)

    def _acknowledged(self, alarm: AlarmView) -> str:
        if alarm.never_told:
            return self._words(f"alarms.state.{alarm.silent}")
        if alarm.acknowledged_at is None:
            return self._words("reports.nobody")
        width, at = WIDTHS[9] * mm - 6, self._later(alarm.onset_at, alarm.acknowledged_at)
        name = fitted(alarm.acknowledged_by_name or "—", REGULAR, 7.5, width)
        return f"{name} {at}" if stringWidth(f"{name} {at}", REGULAR, 7.5) <= width else f"{name}\n{at}"

    def _later(self, onset: datetime, instant: datetime) -> str:
        """The time, with its date where that is not the onset's."""
        same = self.local(onset, "%Y-%m-%d") == self.local(instant, "%Y-%m-%d")
        return self.local(instant, "%H:%M:%S" if same else "%m-%d %H:%M")

    def _span(self, seconds: float) -> str:
        """A span in its two largest units: "1 h 05 min"."""
        whole = max(0, round(seconds))
        days, hours, minutes, rest = whole // 86400, whole // 3600 % 24, whole // 60 % 60, whole % 60
        if days:
            return self._words("reports.span.days", days=days, hours=hours)
        if hours:
            return self._words("reports.span.hours", hours=hours, minutes=minutes)
        if minutes:
            return self._words("reports.span.minutes", minutes=minutes, seconds=rest)
        return self._words("reports.span.seconds", seconds=rest)


_CELL_RULES: tuple[Rule, ...] = (
    ("FONTNAME", (0, 0), (-1, -1), REGULAR),
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ("TOPPADDING", (0, 0), (-1, -1), 2.6),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3.4),
)
_HEAD_RULES: tuple[Rule, ...] = (
    *_CELL_RULES,
    ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
    ("LINEBELOW", (0, 0), (-1, -1), 0.9, ACCENT),
)
_RULES: tuple[Rule, ...] = (
    *_CELL_RULES,
    ("FONTSIZE", (0, 0), (-1, -1), 7.5),
    ("LEADING", (0, 0), (-1, -1), 10.5),
    ("TEXTCOLOR", (0, 0), (-1, -1), INK),
    ("TEXTCOLOR", (0, 0), (0, -1), INK3),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
)


def _unanswered(alarm: AlarmView) -> bool:
    """Whether somebody was asked to acknowledge it and nobody has."""
    return alarm.acknowledged_at is None and not alarm.never_told


def _table(cells: list[list[Paragraph]] | list[list[str | Paragraph]], rules: Sequence[Rule]) -> Table:
    table = Table(cells, colWidths=[width * mm for width in WIDTHS])
    table.setStyle(rules)
    return table


def _day_rules(row: int) -> list[Rule]:
    """A day's band: one cell across, never alone at the foot of a page."""
    whole = (0, row), (-1, row)
    return [
        ("SPAN", *whole),
        ("BACKGROUND", *whole, BAND),
        ("FONTNAME", *whole, BOLD),
        ("TEXTCOLOR", *whole, INK2),
        ("NOSPLIT", (0, row), (-1, row + 1)),
    ]
