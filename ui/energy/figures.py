"""The figures at the top: a name, a number one sees from across the room, and one quiet line."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from desktop.energy.views import EnergyReport
from desktop.energy.words import LOSS_LIMIT, against, figure, loss_told, percent, signed
from desktop.kernel.words import Words
from ui.parts.badge import MarkedWord
from ui.parts.layout import card, column, row
from ui.parts.text import Label, plain_tip


class Figure(QWidget):
    """One figure: `12,345.6 kWh`, its name over it, a line under it, a mark beside it where it needs somebody."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = Label(name, "secondary")
        self._value, self._unit = Label("", "figure"), Label("", "body", tone="quiet")
        self._unit.setContentsMargins(0, 0, 0, 4)  # onto the line the figures stand on
        self._mark = MarkedWord("", "medium", "circle", weight=500)
        self._mark.hide()
        self._name.setMinimumHeight(self._mark.sizeHint().height())  # a mark that comes moves nothing
        self._line = Label("", "secondary", elide=True, tabular=True)
        number = row(self._value, self._unit, None, spacing=6)
        number.setAlignment(self._unit, Qt.AlignmentFlag.AlignBottom)
        self.setLayout(column(row(self._name, 4, self._mark, None, spacing=4), number, self._line, spacing=2))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_figure(self, name: str, value: str, unit: str, line: str, mark: str = "", tip: str = "") -> None:
        self._name.setText(name)
        self._value.setText(value)
        self._unit.setText(unit)
        self._line.setText(line)
        self._mark.set(mark, "medium", "circle")
        self._mark.setVisible(bool(mark))
        plain_tip(self._mark, tip)
        self.setAccessibleName(" ".join(part for part in (name, value, unit, mark, line) if part))


class Figures(QWidget):
    """Used, against last year, lost, and the nights."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self.used, self.change, self.loss, self.nights = shown = tuple(Figure("") for _ in range(4))
        cards: list[QFrame] = [card(column(one)) for one in shown]
        box = row(*cards, spacing=16)
        for number in range(len(cards)):
            box.setStretch(number, 1)
        self.setLayout(box)

    def show_report(self, report: EnergyReport) -> None:
        words = self._words
        self.used.show_figure(
            words("energy.used"), figure(report.total) if report.days else "—", report.unit if report.days else "",
            self._days(report),
        )  # fmt: skip
        self.change.show_figure(words("energy.against"), signed(report.change), "", against(words, report))
        share = report.loss.share if report.loss else None
        high = share is not None and share > LOSS_LIMIT
        self.loss.show_figure(
            words(f"energy.loss.{report.medium}"), percent(share), "", loss_told(words, report),
            words("energy.loss_high") if high else "", words("energy.loss_high_tip", limit=percent(LOSS_LIMIT)),
        )  # fmt: skip
        nights = len(report.nights)
        told = words("energy.nights_told" if nights else "energy.nights_none")
        self.nights.show_figure(words("energy.nights"), str(nights) if report.days else "—", "", told)

    def _days(self, report: EnergyReport) -> str:
        words = self._words
        if not report.days:
            return words("energy.no_rows")
        if report.first == report.last:
            return words("energy.used_day")
        return words("energy.used_days", n=report.days)
