"""The clock of a case: how much of its time has gone, and how much is left or by how much it is late."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from desktop.cases.views import CaseDetail
from desktop.kernel.words import Words
from ui.parts.text import Label
from ui.parts.when import lasting, stamp
from ui.theme.tokens import theme


class CaseClock(QWidget):
    """A bar from opening to due, filled up to now; what it says stands under it in words."""

    def __init__(self, words: Words, detail: CaseDetail, now: datetime) -> None:
        super().__init__()
        self._words, self._detail = words, detail
        self._bar = _Bar()
        self._left = Label("", "secondary", tone="ink", weight=500, wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._bar)
        layout.addWidget(self._left)
        self.tick(now)

    def tick(self, now: datetime) -> None:
        """Shows how it stands now."""
        case = self._detail.view
        running = runs(self._detail)
        self._left.setText(clock_words(self._words, self._detail, now))
        self._left.set_tone("high" if case.due_at and running and now > case.due_at else "ink")
        self._bar.setVisible(running and case.due_at is not None)
        if case.due_at is not None:
            whole = (case.due_at - self._started()).total_seconds()
            self._bar.fill((now - self._started()).total_seconds() / whole if whole > 0 else 1.0)
        self.setAccessibleName(self._left.text())

    def _started(self) -> datetime:
        """When this round's time began: a case that was taken up again has its time anew."""
        return max((clock.began for clock in self._detail.clocks), default=self._detail.view.opened_at)


def runs(detail: CaseDetail) -> bool:
    """Whether a clock still runs."""
    return any(clock.stopped is None for clock in detail.clocks)


def clock_words(words: Words, detail: CaseDetail, now: datetime) -> str:
    """What is left, by how much it is late, or that nothing is counted any more."""
    case = detail.view
    if not runs(detail):
        last = max((clock.due for clock in detail.clocks if clock.due), default=None)
        return words("cases.page.clock_stopped", due=stamp(last)[:16]) if last else words("cases.page.no_due")
    if case.due_at is None:
        return words("cases.page.no_due")
    due = stamp(case.due_at)[:16]
    rest = (case.due_at - now).total_seconds()
    key = "cases.page.time_left" if rest >= 0 else "cases.page.time_over"
    return words(key, span=lasting(words, abs(rest)), due=due)


class _Bar(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._part = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def fill(self, part: float) -> None:
        """The part of the time that has gone; more than 1 is late."""
        self._part = part
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, 8)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = QRectF(0, 0, self.width(), self.height())
        painter.setBrush(theme().color("line"))
        painter.drawRoundedRect(whole, 4, 4)
        painter.setBrush(theme().color("high" if self._part > 1 else "ink3"))
        part = min(1.0, max(0.0, self._part))
        if part > 0:
            painter.drawRoundedRect(QRectF(0, 0, max(8.0, whole.width() * part), whole.height()), 4, 4)
