"""Promised times: how many were kept, whom the time waited for, what is late; everything leads to its case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QSizePolicy, QStackedWidget, QWidget

from desktop.cases.definition import CaseDefinition
from desktop.cases.figures import Figures, Group
from desktop.cases.periods import PERIODS, months_on
from desktop.cases.told import also, headline, table
from desktop.kernel.bus import Changed
from ui.aio import in_background, slot
from ui.parts.bars import BarPlot
from ui.parts.buttons import Button
from ui.parts.chips import FilterChips
from ui.parts.failed import tell_failure
from ui.parts.figure import Figure
from ui.parts.files import save_table
from ui.parts.layout import card, column, row
from ui.parts.listpage import ListPage
from ui.parts.refresh import Refresh
from ui.parts.text import Label, plain_tip
from ui.parts.when import local, midnight
from ui.service import charts
from ui.service.late import LateRow, late_rows, late_table
from ui.service.span import CUSTOM, SpanPicker
from ui.shell.context import Context
from ui.shell.printing import Printer

BY = ("kind", "category", "assignee")
MONTHS = 6
"""Of the trend: the month that the period ends in and those before it."""


class Asked(NamedTuple):
    """What is read: from a first to a last day, and a kind or "" for all."""

    first: date
    last: date
    kind: str

    def instants(self) -> tuple[datetime, datetime]:
        return midnight(self.first).astimezone(UTC), midnight(self.last + timedelta(days=1)).astimezone(UTC)


class Read(NamedTuple):
    figures: Figures
    months: tuple[Group, ...]
    definitions: Mapping[str, CaseDefinition]


class ServicePage(ListPage):
    """Figures, where the time went, six months, and the list of what is late."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        words = self._words
        super().__init__(words("service.title"))
        self._figures: Figures | None = None
        self._asked: Asked | None = None
        self._printer = Printer(self, context)
        self._refresh = Refresh(
            self,
            self._load,
            lambda error: tell_failure(self, words, error, self._figures is not None, self._refresh.ask),
        )
        self._lay_out_bars()
        self._lay_out_body()
        self.set_count(words("parts.loading"))
        context.bridge.on(Changed, self._changed, self)
        self._refresh.ask()

    def selection_key(self) -> str:
        first, last = self._span.days()
        return f"{self._span.period or 'custom'}/{first}/{last}/{self._kind()}"

    def select_key(self, key: str) -> None:
        """`month/2026-11-01/2026-11-30/repair`; anything else changes nothing."""
        period, first, last, kind = (key.split("/") + [""] * 4)[:4]
        try:
            days = date.fromisoformat(first), date.fromisoformat(last or first)
        except ValueError:
            return
        if period in (*PERIODS, CUSTOM):
            self._choose_kind(kind)
            self._span.go(period, *days)

    # What it is made of

    def _lay_out_bars(self) -> None:
        words = self._words
        self._export = Button(words("service.export"), key="Ctrl+E", icon_name="download", on=self._save_table)
        self._print = Button(words("service.print"), key="Ctrl+P", icon_name="printer", on=self._make_report)
        self._print.setHidden(not self._context.who.may("reports.make"))
        for button in (self._export, self._print):
            button.setEnabled(False)
            self.toolbar.addWidget(button)
        self._span = SpanPicker(words, local(self._context.console.clock.now()).date())
        self._span.changed.connect(self._refresh.ask)
        self._kinds = QComboBox()
        self._kinds.setAccessibleName(words("service.kind_filter"))
        self._kinds.addItem(words("service.all_kinds"), "")
        self._kinds.setMinimumWidth(140)
        self._kinds.currentIndexChanged.connect(lambda _index: self._refresh.ask())
        self.filters.addWidget(self._span)
        self.filters.addStretch(1)
        self.filters.addWidget(self._kinds)

    def _lay_out_body(self) -> None:
        words = self._words
        self._shown = tuple(Figure("") for _ in range(4))
        cards = row(*(card(column(one)) for one in self._shown), spacing=16)
        for number in range(len(self._shown)):
            cards.setStretch(number, 1)
        self._by = FilterChips([(one, words(f"service.by_{one}")) for one in BY], words("service.by"))
        self._by.chosen.connect(lambda _key: self._draw_groups())
        self._also = Label("", "secondary", elide=True, tabular=True)
        self._on_time = BarPlot(words("service.chart_on_time"), words("service.chart_on_time_empty"), horizontal=True)
        self._waited = BarPlot(
            words("service.chart_waited"), words("service.chart_waited_empty"), stacked=True, horizontal=True
        )
        self._trend = BarPlot(words("service.chart_trend"), words("service.chart_on_time_empty"))
        self._late = late_table(words)
        self._late.opened.connect(self._open)
        self._late.clicked.connect(lambda _index: self._open(self._late.selected()))
        self._nothing_late = Label(words("service.late_none"), "secondary", elide=True)
        self._nothing_late.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._lateness = QStackedWidget()
        self._lateness.addWidget(self._nothing_late)
        self._lateness.addWidget(self._late)
        upper = _halves(
            _titled(words("service.chart_on_time"), self._on_time), _titled(words("service.chart_waited"), self._waited)
        )
        self._late_title = Label(words("service.late"), "strong")
        lower = _halves(
            _titled(words("service.chart_trend"), self._trend),
            card(column(self._late_title, self._lateness, spacing=8)), (1, 2),
        )  # fmt: skip
        line = row(self._by, self._also, spacing=16)
        line.setStretch(1, 1)
        self._also.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        whole = column(cards, line, upper, lower, spacing=12, margins=(24, 0, 24, 16))
        whole.setStretch(2, 5)
        whole.setStretch(3, 6)
        body = QWidget()
        body.setLayout(whole)
        self.set_body(body)
        self.land_on(self._late, *self._span.buttons())

    # Reading

    def _changed(self, event: Changed) -> None:
        if event.touches("case", "case_link"):
            self._refresh.ask()

    async def _load(self) -> None:
        asked = Asked(*self._span.days(), self._kind())
        read = await in_background(self._read, asked)
        if asked == Asked(*self._span.days(), self._kind()):
            # Otherwise it is of a time that the person has left meanwhile, and the next reading is on its way.
            self._asked = asked
            self._show(read)

    def _read(self, asked: Asked) -> Read:
        """Waits for the store."""
        console = self._context.console
        kinds = (asked.kind,) if asked.kind else ()
        since, until = asked.instants()
        figures = console.case_lists.figures(since, until, kinds)
        # Months that are still to come say nothing.
        last = min(asked.last, local(console.clock.now()).date())
        first = midnight(months_on(last.replace(day=1), 1 - MONTHS)).astimezone(UTC)
        months = console.case_lists.figures(first, midnight(last + timedelta(days=1)).astimezone(UTC), kinds).months
        return Read(figures, months, console.cases.definitions())

    # Showing

    def _show(self, read: Read) -> None:
        words, figures = self._words, read.figures
        self._figures = figures
        self._show_kinds(read.definitions)
        self.set_count("")
        for button in (self._export, self._print):
            button.setEnabled(bool(figures.definitions))
        if not figures.definitions:
            self.show_state("empty", words("service.empty"), words("service.empty_do"), icon_name="timer")
            return
        over = figures.whole.promises.breached
        for number, (figure, told) in enumerate(zip(self._shown, headline(words, figures.whole), strict=True)):
            mark = words("service.breached_mark", n=over) if number == 0 and over else ""
            figure.show_figure(*told, mark, words("service.breached_tip") if mark else "")
        plain_tip(self._shown[2], words("service.worked_tip"))
        self._also.setText(also(words, figures.whole))
        self._draw_groups()
        charts.trend(self._trend, words, read.months)
        rows = late_rows(words, figures)
        self._late.set_rows(rows)
        self._lateness.setCurrentWidget(self._late if rows else self._nothing_late)
        self._late_title.setText(f"{words('service.late')} {len(rows) or ''}".strip())
        self.show_body()

    def _draw_groups(self) -> None:
        if self._figures is not None:
            groups = charts.groups_of(self._figures, self._by.current())
            charts.on_time(self._on_time, self._words, groups)
            charts.waited(self._waited, self._words, groups)

    def _show_kinds(self, definitions: Mapping[str, CaseDefinition]) -> None:
        self._kinds.blockSignals(True)
        for name, definition in definitions.items():
            if self._kinds.findData(name) < 0:
                self._kinds.addItem(self._words.of(definition.title), name)
        self._kinds.blockSignals(False)

    def _kind(self) -> str:
        return str(self._kinds.currentData() or "")

    def _choose_kind(self, kind: str) -> None:
        at = self._kinds.findData(kind)
        self._kinds.blockSignals(True)
        if at < 0 and (known := self._context.console.cases.definitions().get(kind)):
            self._kinds.addItem(self._words.of(known.title), kind)
            at = self._kinds.count() - 1
        self._kinds.setCurrentIndex(max(0, at))
        self._kinds.blockSignals(False)

    # Where it leads

    def _open(self, found: LateRow | None) -> None:
        if found is not None:
            self._context.shell.go("cases", found.late.id)

    # Files

    @slot
    async def _save_table(self) -> None:
        words, figures = self._words, self._figures
        if figures is None or self._asked is None:
            return
        name = words("service.export_name", period=f"{self._asked.first}_{self._asked.last}")
        path = await save_table(self, words, words("service.export_title"), name, table(words, figures))
        if path is not None:
            self._context.shell.say(words("parts.exported", file=path))

    def _make_report(self) -> None:
        if self._asked is None:
            return
        console, who, lang = self._context.console, self._context.who, self._words.lang
        since, until = self._asked.instants()
        kinds = (self._asked.kind,) if self._asked.kind else ()

        def make() -> tuple[str, bytes]:
            made = console.reports.service_report(who, since, until, lang, kinds)
            return made.path_suggestion, made.data

        self._printer.print(make, self._print)


def _titled(title: str, plot: BarPlot) -> QWidget:
    return card(column(Label(title, "strong"), plot, spacing=4))


def _halves(left: QWidget, right: QWidget, stretch: tuple[int, int] = (1, 1)) -> QWidget:
    both = row(left, right, spacing=16)
    for number, share in enumerate(stretch):
        both.setStretch(number, share)
    widget = QWidget()
    widget.setLayout(both)
    # What they hold today must not move the line between them.
    widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
    return widget
