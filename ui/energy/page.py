"""Energy: one medium over a day, a month or a year; ← → go through time, everything leads to its meter."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from desktop.energy import rules
from desktop.energy.views import EnergyReport, Span
from desktop.energy.words import figure, period
from desktop.kernel.bus import Changed
from desktop.things.model import Medium
from ui.aio import in_background, slot
from ui.energy.export import rows_of
from ui.energy.figures import Figures
from ui.energy.tables import Finding, Share, buildings, finding_table, findings, heading, meters, share_table, uses
from ui.parts.bars import BarPlot, Bars
from ui.parts.buttons import Button, IconButton
from ui.parts.chips import FilterChips
from ui.parts.failed import tell_failure
from ui.parts.files import save_table
from ui.parts.layout import card, column, row
from ui.parts.listpage import ListPage
from ui.parts.refresh import Refresh
from ui.parts.text import Label
from ui.parts.when import local
from ui.shell.context import Context
from ui.shell.printing import Printer

SPANS: tuple[Span, ...] = ("day", "month", "year")
LEAST_HALF, MOST_CHART = 160, 440
BREAKDOWNS = ("by_place", "by_meter")


class EnergyPage(ListPage):
    """Figures, this year beside last year, what does not add up, and the whole by building, use and meter."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        words = self._words
        super().__init__(words("energy.title"))
        self._medium: Medium = ""
        self._span: Span = "month"
        self._day = self._newest()
        self._media: tuple[Medium, ...] = ()
        self._medium_chips: FilterChips | None = None
        self._report: EnergyReport | None = None
        self._printer = Printer(self, context)
        self._refresh = Refresh(
            self,
            self._load,
            lambda error: tell_failure(self, words, error, self._report is not None, self._refresh.ask),
        )
        self._lay_out_bars()
        self._lay_out_body()
        self.set_count(words("parts.loading"))
        context.bridge.on(Changed, self._changed, self)
        self._refresh.ask()

    def selection_key(self) -> str:
        return f"{self._medium}/{self._span}/{self._day:%Y-%m-%d}"

    def select_key(self, key: str) -> None:
        """`water/month/2026-11-14`; anything else changes nothing."""
        medium, _, rest = key.partition("/")
        span, _, day = rest.partition("/")
        try:
            at = date.fromisoformat(day)
        except ValueError:
            return
        known = next((one for one in SPANS if one == span), None)
        if known and medium in ("electricity", "water", "gas", "heat"):
            self._medium, self._day = medium, at  # type: ignore[assignment]
            if known != self._span:
                self._span_chips.choose(known)
            self._refresh.ask()

    # What it is made of

    def _lay_out_bars(self) -> None:
        words = self._words
        self._export = Button(words("energy.export"), key="Ctrl+E", icon_name="download", on=self._save_table)
        self._print = Button(words("energy.print"), key="Ctrl+P", icon_name="printer", on=self._make_report)
        self._print.setHidden(not self._context.who.may("reports.make"))
        for button in (self._export, self._print):
            button.setEnabled(False)
            self.toolbar.addWidget(button)
        self._span_chips = FilterChips(
            [(span, words(f"energy.span.{span}")) for span in SPANS], words("energy.span_filter")
        )
        self._span_chips.choose(self._span)
        self._span_chips.chosen.connect(self._choose_span)
        self._earlier = IconButton("chevron-left", words("energy.earlier"), key="Left", on=lambda: self._step(-1))
        self._later = IconButton("chevron-right", words("energy.later"), key="Right", on=lambda: self._step(1))
        self._period = Label("", "section", tabular=True)
        self._back = Button(words("energy.now"), "plain", key="T", on=self._to_now)
        self._back.hide()
        self._medium_place = row()
        self.filters.addLayout(self._medium_place)
        self.filters.addSpacing(16)
        self.filters.addWidget(self._span_chips)
        self.filters.addSpacing(16)
        for widget in (self._earlier, self._period, self._later, self._back):
            self.filters.addWidget(widget)
        self.filters.addStretch(1)

    def _lay_out_body(self) -> None:
        words = self._words
        self._figures = Figures(words)
        self._chart = BarPlot(words("energy.chart"), words("energy.chart_empty"))
        self._chart.opened.connect(self._open_column)
        self._findings = finding_table(words)
        self._nothing_found = Label(words("energy.findings_none"), "secondary", elide=True)
        self._nothing_found.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._buildings = share_table(words, words("energy.building"))
        self._uses = share_table(words, words("energy.uses"))
        self._meters = share_table(words, words("energy.meter"))
        self._findings.clicked.connect(lambda _index: self._open_finding(self._findings.selected()))
        self._findings.opened.connect(self._open_finding)
        self._meters.clicked.connect(lambda _index: self._open_meter(self._meters.selected()))
        self._meters.opened.connect(self._open_meter)
        self._breakdown = FilterChips([(one, words(f"energy.{one}")) for one in BREAKDOWNS], words("energy.breakdown"))
        self._breakdown.chosen.connect(self._turn)
        places = QWidget()
        both = row(self._buildings, self._uses, spacing=16)
        both.setStretch(0, 1)
        both.setStretch(1, 1)
        places.setLayout(both)
        self._tables = QStackedWidget()
        self._tables.addWidget(places)
        self._tables.addWidget(self._meters)
        self._found = QStackedWidget()
        self._found.addWidget(self._nothing_found)
        self._found.addWidget(self._findings)
        found = column(heading(words("energy.findings")), self._found, spacing=8)
        chart = card(column(heading(words("energy.chart")), self._chart, spacing=4))
        halves = row(chart, card(found), spacing=16)
        halves.setStretch(0, 5)
        halves.setStretch(1, 3)
        upper, body = QWidget(), QWidget()
        upper.setLayout(halves)
        upper.setMaximumHeight(MOST_CHART)
        # What they hold today must not move the line between them.
        for half in (upper, self._tables):
            half.setMinimumHeight(LEAST_HALF)
            half.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        whole = column(self._figures, upper, self._breakdown, self._tables, spacing=12, margins=(24, 0, 24, 16))
        whole.setStretch(1, 5)
        whole.setStretch(3, 5)
        body.setLayout(whole)
        self.set_body(body)
        self.land_on(self._chart)

    # Reading

    def _changed(self, event: Changed) -> None:
        if event.touches("meter_reading", "thing", "place"):
            self._refresh.ask()

    async def _load(self) -> None:
        asked = self._medium, self._span, self._day
        media, medium, report = await in_background(self._read, *asked)
        if report is None:
            self.set_count("")
            self.show_state("empty", self._words("energy.empty"), self._words("energy.empty_do"), icon_name="gauge")
            return
        if asked == (self._medium, self._span, self._day):
            # Otherwise it is of a time that the person has left meanwhile, and the next reading is on its way.
            self._medium = medium
            self._show(media, report)

    def _read(self, medium: Medium, span: Span, day: date) -> tuple[tuple[Medium, ...], Medium, EnergyReport | None]:
        energy = self._context.console.energy
        media = energy.media()
        if not media:
            return media, "", None
        medium = medium if medium in media else media[0]
        return media, medium, energy.report(medium, span, day)

    # Showing

    def _show(self, media: tuple[Medium, ...], report: EnergyReport) -> None:
        words = self._words
        self._report = report
        self._show_media(media)
        self.set_count("")
        self._period.setText(period(words, self._span, self._day))
        newest = self._newest()
        self._later.setEnabled(report.last < newest.isoformat())
        self._back.setVisible(not report.first <= newest.isoformat() <= report.last)
        self._figures.show_report(report)
        self._show_chart(report)
        found = findings(words, report)
        self._findings.set_rows(found)
        self._found.setCurrentWidget(self._findings if found else self._nothing_found)
        self._nothing_found.setText(words("energy.findings_none" if report.days else "energy.no_rows"))
        self._buildings.set_rows(buildings(words, report))
        self._uses.set_rows(uses(words, report))
        self._meters.set_rows(meters(report))
        self._breakdown.set_counts({"by_meter": len(report.meters)})
        for button in (self._export, self._print):
            button.setEnabled(True)
        self.show_body()

    def _show_media(self, media: tuple[Medium, ...]) -> None:
        if media == self._media and self._medium_chips is not None:
            self._medium_chips.choose(self._medium)
            return
        if self._medium_chips is not None:
            self._medium_chips.hide()
            self._medium_chips.deleteLater()
        words = self._words
        self._media = media
        chips = FilterChips([(one, words(f"energy.medium.{one}")) for one in media], words("energy.medium_filter"))
        chips.choose(self._medium)
        chips.chosen.connect(self._choose_medium)
        self._medium_place.addWidget(chips)
        # Not when the layout comes to it: what stands beside it is there at once.
        chips.show()
        self._medium_chips = chips
        self.land_on(*[button for button in chips.findChildren(Button) if button.isChecked()])

    def _show_chart(self, report: EnergyReport) -> None:
        words = self._words
        labels = [self._short(column.label) for column in report.columns]
        year = int(report.last[:4])
        now = Bars(words("energy.of_year", year=year), [column.used for column in report.columns], 0)
        then = Bars(words("energy.of_year", year=year - 1), [column.before for column in report.columns], 1)
        self._chart.show_bars(labels, [now, then], report.unit, figure)

    def _short(self, label: str) -> str:
        if len(label) == 7:
            return self._words("energy.month_short", month=int(label[5:]))
        return str(int(label[8:])) if self._span == "month" else f"{int(label[5:7])}-{int(label[8:])}"

    def _turn(self, key: str) -> None:
        self._tables.setCurrentIndex(BREAKDOWNS.index(key))

    # Through time and media

    def _newest(self) -> date:
        """The newest day that is over."""
        return local(self._context.console.clock.now()).date() - timedelta(days=1)

    def _choose_medium(self, key: str) -> None:
        self._medium = next(one for one in self._media if one == key)
        self._refresh.ask()

    def _choose_span(self, key: str) -> None:
        self._span = next(span for span in SPANS if span == key)
        self._refresh.ask()

    def _step(self, by: int) -> None:
        first, last = (date.fromisoformat(day) for day in rules.bounds(self._span, self._day))
        target = first - timedelta(days=1) if by < 0 else last + timedelta(days=1)
        if by > 0 and target > self._newest():
            return
        self._day = target
        self._refresh.ask()

    def _to_now(self) -> None:
        self._day = self._newest()
        self._refresh.ask()

    def _open_column(self, number: int) -> None:
        """A month of a year, a day of a month, another day beside the day."""
        if self._report is None:
            return
        label = self._report.columns[number].label
        at = date.fromisoformat(label if len(label) == 10 else f"{label}-01")
        if at > self._newest():
            return
        self._day = at
        if self._span == "day":
            self._refresh.ask()
        else:
            self._span_chips.choose("month" if self._span == "year" else "day")

    # Where it leads

    def _open_meter(self, share: Share | None) -> None:
        if share is not None:
            self._context.shell.go("things", share.part.key)

    def _open_finding(self, found: Finding | None) -> None:
        if found is not None:
            self._context.shell.go(*trend_of(found))

    # Files

    @slot
    async def _save_table(self) -> None:
        words, report = self._words, self._report
        if report is None:
            return
        name = words(
            "energy.export_name", medium=words(f"energy.medium.{report.medium}"), period=f"{report.first}_{report.last}"
        )
        path = await save_table(self, words, words("energy.export_title"), name, rows_of(words, report))
        if path is not None:
            self._context.shell.say(words("parts.exported", file=path))

    def _make_report(self) -> None:
        if self._report is None:
            return
        console, who, lang = self._context.console, self._context.who, self._words.lang
        medium, span, day = self._report.medium, self._span, self._day

        def make() -> tuple[str, bytes]:
            made = console.reports.energy(who, medium, span, day, lang)
            return made.path_suggestion, made.data

        self._printer.print(make, self._print)


def trend_of(found: Finding) -> tuple[str, str]:
    """Where its counter is charted."""
    return "trends", f"{found.thing_id}/{found.point}"
