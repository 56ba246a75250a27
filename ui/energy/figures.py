"""The figures at the top of the energy page."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QWidget

from desktop.energy.views import EnergyReport
from desktop.energy.words import LOSS_LIMIT, against, figure, loss_told, percent, signed
from desktop.kernel.words import Words
from ui.parts.figure import Figure
from ui.parts.layout import card, column, row


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
