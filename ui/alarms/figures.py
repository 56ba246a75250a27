"""Alarm statistics: every figure against its target in words, charts of the period, and what chatters or stands too long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.alarms.kpi import Kpis, Rule
from desktop.alarms.views import AlarmView
from desktop.kernel.words import Words
from ui.aio import in_background, slot
from ui.alarms.figurewords import JUDGED, distribution, judged, measure_value, response_words, target_words
from ui.parts.badge import MarkedWord
from ui.parts.bars import BarPlot, Bars
from ui.parts.buttons import Button
from ui.parts.chips import FilterChips
from ui.parts.detail import FactsList, section
from ui.parts.failed import tell_failure
from ui.parts.layout import card, clear, column, hairline, row
from ui.parts.page import Page
from ui.parts.refresh import Refresh
from ui.parts.text import Label
from ui.parts.when import lasting, local, midnight
from ui.shell.context import Context
from ui.theme.tokens import px, theme

PERIODS = {"week": 7, "month": 30, "quarter": 90}
"""Days that a chip looks back, today included."""

LEFT = 460


@dataclass(frozen=True)
class Shown:
    """What was read for one period."""

    kpis: Kpis
    stale: tuple[AlarmView, ...]


class FiguresPage(Page):
    """Lies over the alarms page until it is put away by Esc or K.

    Signals:
        closed: it is gone.
    """

    closed = Signal()

    def __init__(self, host: QWidget, context: Context) -> None:
        self._context, self._words = context, context.words
        words = self._words
        super().__init__(words("alarms.figures.title"), host)
        self._host = host
        self._shown: Shown | None = None
        self._refresh = Refresh(self, self._load, self._failed)
        self.toolbar.addWidget(
            Button(words("alarms.figures.back"), icon_name="arrow-left", key="Esc", on=self.close_page)
        )
        QShortcut(QKeySequence("K"), self).activated.connect(self.close_page)
        self._chips = FilterChips(
            [(key, words("alarms.figures.days_n", n=days)) for key, days in PERIODS.items()],
            words("alarms.figures.period"),
        )
        self._chips.chosen.connect(lambda _key: self._refresh.ask())
        self.filters.addWidget(self._chips)
        self._measures, self._lists, self._people = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        for box, gap in ((self._measures, 0), (self._lists, 16), (self._people, 16)):
            box.setContentsMargins(0, 0, 0, 0)
            box.setSpacing(gap)
        self._days = _plot(words("alarms.figures.per_day"), words("alarms.figures.none"), 200, stacked=True)
        self._shares = _plot(words("alarms.figures.shares"), words("alarms.figures.none"), 190)
        self._top = _plot(words("alarms.figures.top"), words("alarms.figures.none"), 330, horizontal=True)
        self._top.opened.connect(self._open_top)
        self._lay_out()
        self.set_count(words("parts.loading"))
        host.installEventFilter(self)
        self.setGeometry(host.rect())
        self.show()
        self.raise_()
        self._chips.findChildren(Button)[0].setFocus()
        self._refresh.ask()

    def _failed(self, error: Exception) -> None:
        tell_failure(self, self._words, error, self._shown is not None, self._refresh.ask)

    def close_page(self) -> None:
        self.hide()
        self.closed.emit()
        self.deleteLater()

    def _lay_out(self) -> None:
        words, margin = self._words, px("space", "page")
        left, right = QWidget(), QWidget()
        left.setFixedWidth(LEFT)
        left.setLayout(column(card(self._measures), self._lists, None, spacing=16))
        charts = (
            ("alarms.figures.per_day", self._days), ("alarms.figures.shares", self._shares),
            ("alarms.figures.top", self._top),
        )  # fmt: skip
        shown = (card(column(section(words(key), plot))) for key, plot in charts)
        right.setLayout(column(*shown, self._people, None, spacing=16))
        inside = QWidget()
        inside.setLayout(row(left, right, spacing=16, margins=(margin, 0, margin, margin)))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        self.set_body(scroll)

    # Reading

    def _period(self) -> tuple[datetime, datetime]:
        """Whole days of the community, today included."""
        now = self._context.console.clock.now()
        first = local(now).date() - timedelta(days=PERIODS[self._chips.current()] - 1)
        return midnight(first), now

    async def _load(self) -> None:
        self._shown = await in_background(self._read, *self._period())
        self._draw(self._shown)

    def _read(self, since: datetime, until: datetime) -> Shown:
        """Waits for the store."""
        alarms, now = self._context.console.alarms, self._context.console.clock.now()
        offset = local(now).utcoffset() or timedelta()
        found = alarms.kpis(since, until, offset_minutes=int(offset.total_seconds() // 60))
        stale = sorted((alarm for alarm in alarms.open() if alarm.stale(now)), key=lambda alarm: alarm.onset_at)
        return Shown(found, tuple(stale))

    # Drawing

    def _draw(self, shown: Shown) -> None:
        words, found = self._words, shown.kpis.figures
        self.set_count(words("alarms.figures.told_n", n=found.told))
        clear(self._measures)
        self._measures.addWidget(self._verdict(shown.kpis))
        for measure in shown.kpis.measures:
            self._measures.addWidget(hairline())
            mark, tone = JUDGED[measure.judgement]
            name = Label(words(f"alarms.kpi.{measure.name}"), "secondary", tone="ink", elide=True)
            value = Label(measure_value(words, measure), "strong", tabular=True)
            said = MarkedWord(words(f"alarms.kpi_judged.{measure.judgement}"), tone, mark, ink="ink2")
            # What is as it should be is quiet.
            said.setMinimumWidth(72)
            head = row(name, value, said, spacing=16)
            head.setStretch(0, 1)
            source = f"{target_words(words, measure.target)} · {words.of(measure.target.source)}"
            line = QWidget()
            line.setLayout(column(head, Label(source, "caption", elide=True), spacing=0, margins=(0, 6, 0, 6)))
            self._measures.addWidget(line)
        self._charts(shown.kpis)
        clear(self._lists)
        self._lists.addWidget(self._chatter(shown.kpis))
        self._lists.addWidget(self._standing(shown.stale))
        clear(self._people)
        self._people.addWidget(self._answers(shown.kpis))
        self._people.addWidget(self._hidden(shown.kpis))
        self.show_body()

    def _verdict(self, kpis: Kpis) -> QWidget:
        """In one sentence how it stands."""
        said = Label(judged(self._words, kpis), "section", wrap=True)
        box = QWidget()
        box.setLayout(column(said, margins=(0, 0, 0, 12)))
        return box

    def _charts(self, kpis: Kpis) -> None:
        words, found = self._words, kpis.figures
        names = [words(f"alarms.priority.{priority}") for priority in found.priorities]
        days = [f"{one.day:%m-%d}" for one in found.days]
        unit = words("alarms.figures.unit")
        self._days.show_bars(
            days if found.told else [],
            [Bars(words("alarms.figures.unit_all"), [float(sum(one.told.values())) for one in found.days], 0)]
            if found.told else [], unit,
        )  # fmt: skip
        shares, wanted = distribution(found.priorities)
        self._shares.show_bars(
            names if found.told else [],
            [Bars(words("alarms.figures.real"), shares, 0), Bars(words("alarms.figures.wanted"), wanted, 6)]
            if found.told else [], "%", lambda value: f"{value:.0f}",
        )  # fmt: skip
        top = [_named(kpis, (one.thing_id, one.rule), words) for one in found.top]
        self._top.setFixedHeight(max(120, 52 + 28 * len(top)))
        self._top.show_bars(
            top, [Bars(words("alarms.figures.unit_all"), [float(one.count) for one in found.top], 0)] if top else [],
            unit,
        )  # fmt: skip

    def _answers(self, kpis: Kpis) -> QWidget:
        """How long people took, by priority."""
        words = self._words
        facts: list[tuple[str, str | QWidget]] = [
            (words(f"alarms.priority.{priority}"), response_words(words, response))
            for priority, response in kpis.figures.response.items()
            if kpis.figures.priorities[priority]
        ]
        shown = FactsList(facts, 136) if facts else _none(words("alarms.figures.none"))
        return card(column(section(words("alarms.figures.answers"), shown)))

    def _hidden(self, kpis: Kpis) -> QWidget:
        """What people and the plant keep out of sight: now, and in the period."""
        words, silent = self._words, kpis.figures.silent

        def how(shelved: int, suppressed: int, out: int) -> str:
            return words("alarms.figures.hidden_how", shelved=shelved, suppressed=suppressed, out=out)

        facts: list[tuple[str, str | QWidget]] = [
            (words("alarms.figures.hidden_now"), how(kpis.shelved_now, kpis.suppressed_now, kpis.out_now)),
            (words("alarms.figures.shelves"), str(kpis.shelves)),
            (
                words("alarms.figures.silent"),
                how(silent.get("shelved", 0), silent.get("suppressed", 0), silent.get("out_of_service", 0)),
            ),
        ]
        return card(column(section(words("alarms.figures.hidden"), FactsList(facts, 136))))

    def _chatter(self, kpis: Kpis) -> QWidget:
        words = self._words
        lines: list[QWidget] = [
            self._link(
                _named(kpis, (one.thing_id, one.rule), words), words("alarms.figures.per_minute", n=one.per_minute),
                (one.thing_id, one.rule),
            )
            for one in kpis.figures.chattering
        ]  # fmt: skip
        return card(column(section(words("alarms.kpi.chattering"), *(lines or [_none(words("alarms.figures.none"))]))))

    def _standing(self, stale: Sequence[AlarmView]) -> QWidget:
        words, now = self._words, self._context.console.clock.now()
        lines: list[QWidget] = []
        for alarm in stale:
            age = lasting(words, (now - alarm.onset_at).total_seconds())
            lines.append(self._link(f"{alarm.thing_name} · {words.of(alarm.title)}", age, alarm.id))
        return card(column(section(words("alarms.kpi.stale"), *(lines or [_none(words("alarms.figures.none"))]))))

    def _link(self, text: str, aside: str, wanted: str | Rule) -> QWidget:
        link = Button(self._words("alarms.figures.open"), "link")
        link.setAccessibleName(f"{self._words('alarms.figures.open')} {text}")
        link.clicked.connect(lambda: self._open(wanted))
        line = QWidget()
        box = row(Label(text, "secondary", tone="ink", elide=True), Label(aside, "secondary", tabular=True), link)
        box.setStretch(0, 1)
        line.setLayout(box)
        return line

    # Opening

    def _open_top(self, number: int) -> None:
        if self._shown is not None:
            top = self._shown.kpis.figures.top[number]
            self._open((top.thing_id, top.rule))

    @slot
    async def _open(self, wanted: str | Rule) -> None:
        """The alarm, or of a rule its newest occurrence."""
        alarm_id = wanted if isinstance(wanted, str) else await in_background(self._newest, wanted)
        if alarm_id:
            self.close_page()
            self._context.shell.go("alarms", alarm_id)

    def _newest(self, rule: Rule) -> str:
        """Waits for the store."""
        since, until = self._period()
        log = self._context.console.alarms.log(since, until + timedelta(seconds=1), rule)
        return log[-1].id if log else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._host.rect())
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        # What lies under it must not be seen through it.
        QPainter(self).fillRect(self.rect(), theme().color("ground"))


def _plot(name: str, empty: str, height: int, *, stacked: bool = False, horizontal: bool = False) -> BarPlot:
    plot = BarPlot(name, empty, stacked=stacked, horizontal=horizontal)
    plot.setFixedHeight(height)
    return plot


def _named(kpis: Kpis, rule: Rule, words: Words) -> str:
    named = kpis.names.get(rule)
    return f"{named.thing_name} · {words.of(named.title)}" if named else rule[0]


def _none(text: str) -> Label:
    return Label(text, "secondary", tone="hint")
