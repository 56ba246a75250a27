"""Which time the page is about: a week, month, quarter or year that the arrows go through, or two days of one's own."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.cases.periods import PERIODS, Period, bounds
from desktop.cases.told import period_title
from desktop.kernel.words import Words
from ui.parts.buttons import Button, IconButton
from ui.parts.chips import FilterChips
from ui.parts.layout import row
from ui.parts.text import Label
from ui.parts.when import read_day

CUSTOM = "custom"


class SpanPicker(QWidget):
    """Chips and arrows; with "other" two days instead of the arrows.

    Signals:
        changed: another time was chosen.
    """

    changed = Signal()

    def __init__(self, words: Words, today: date) -> None:
        super().__init__()
        self._words, self._today = words, today
        self._first, self._last = bounds("week", today)
        self._chips = FilterChips(
            [(key, words(f"service.span.{key}")) for key in (*PERIODS, CUSTOM)], words("service.period_filter")
        )
        self._chips.chosen.connect(self._choose)
        self._earlier = IconButton("chevron-left", words("service.earlier"), key="Left", on=lambda: self._step(-1))
        self._later = IconButton("chevron-right", words("service.later"), key="Right", on=lambda: self._step(1))
        self._title = Label("", "section", tabular=True)
        self._back = Button(words("service.now"), "plain", key="T", on=self._to_now)
        self._from, self._to = (self._day(words(key)) for key in ("service.from", "service.to"))
        self._problem = Label("", "secondary", tone="quiet")
        self._days = QWidget()
        self._days.setLayout(
            row(
                Label(words("service.from"), "secondary"), self._from, Label(words("service.to"), "secondary"), self._to
            )
        )
        through = row(self._earlier, self._title, self._later, self._back)
        self.setLayout(row(self._chips, 8, through, self._days, self._problem, None, spacing=8))
        self._draw()

    @property
    def period(self) -> Period | None:
        """None where the days are one's own."""
        chosen = self._chips.current()
        return next((period for period in PERIODS if period == chosen), None)

    def days(self) -> tuple[date, date]:
        """The first and the last day."""
        return self._first, self._last

    def title(self) -> str:
        return period_title(self._words, self.period, self._first, self._last)

    def go(self, period: str, first: date, last: date) -> None:
        """Shows this time. Raises KeyError for a period that is not known."""
        self._chips.blockSignals(True)
        self._chips.choose(period)
        self._chips.blockSignals(False)
        known = self.period
        self._first, self._last = bounds(known, first) if known else (first, max(first, last))
        self._draw()
        self.changed.emit()

    def buttons(self) -> list[Button]:
        """The chips, where the focus of the page may land."""
        return self._chips.findChildren(Button)

    def _day(self, name: str) -> QLineEdit:
        edit = QLineEdit()
        edit.setAccessibleName(name)
        edit.setFixedWidth(116)
        edit.editingFinished.connect(self._read_days)
        return edit

    def _choose(self, _key: str) -> None:
        period = self.period
        if period is not None:
            # Today's, where what was shown held it; otherwise the one it began in.
            day = self._today if self._first <= self._today <= self._last else self._first
            self._first, self._last = bounds(period, day)
        self._draw()
        self.changed.emit()

    def _step(self, by: int) -> None:
        period = self.period
        if period is None:
            return
        day = self._first - timedelta(days=1) if by < 0 else self._last + timedelta(days=1)
        if day <= self._today:
            self._first, self._last = bounds(period, day)
            self._draw()
            self.changed.emit()

    def _to_now(self) -> None:
        period = self.period
        if period is not None and not self._first <= self._today <= self._last:
            self._first, self._last = bounds(period, self._today)
            self._draw()
            self.changed.emit()

    def _read_days(self) -> None:
        first, last = read_day(self._from.text()), read_day(self._to.text())
        if first is None or last is None:
            self._problem.setText(self._words("service.no_date"))
        elif last < first:
            self._problem.setText(self._words("service.backwards"))
        else:
            self._problem.setText("")
            if (first, last) != (self._first, self._last):
                self._first, self._last = first, last
                self._draw()
                self.changed.emit()

    def _draw(self) -> None:
        own = self.period is None
        self._title.setText("" if own else self.title())
        for widget in (self._earlier, self._title, self._later):
            widget.setVisible(not own)
        self._days.setVisible(own)
        self._problem.setText("")
        self._later.setEnabled(self._last < self._today)
        self._back.setVisible(not own and not self._first <= self._today <= self._last)
        self._from.setText(f"{self._first:%Y-%m-%d}")
        self._to.setText(f"{self._last:%Y-%m-%d}")
