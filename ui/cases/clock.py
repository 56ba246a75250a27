"""The clocks of a case: how much of each promised time has gone, where it stood still, and how it stands in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.cases.clocks import Span
from desktop.cases.views import CaseDetail, ClockView
from desktop.kernel.words import Words
from ui.parts.layout import column, row
from ui.parts.text import Label, Tone
from ui.parts.when import lasting, short
from ui.theme.tokens import theme

LATE = ("breached", "late")


class CaseClock(QWidget):
    """A bar for each clock of the round with what it says beside it; under them whom the time waited for."""

    def __init__(self, words: Words, detail: CaseDetail, now: datetime) -> None:
        super().__init__()
        self._words, self._detail = words, detail
        self._lines = [_Line(words) for _ in current(detail)]
        self._pause = Label("", "secondary", tone="info", wrap=True)
        self._waited = Label("", "caption", wrap=True)
        self.setLayout(column(*self._lines, self._pause, self._waited, spacing=8))
        self.tick(now)

    def show_detail(self, detail: CaseDetail, now: datetime) -> None:
        """The same clocks, read anew."""
        self._detail = detail
        self.tick(now)

    def tick(self, now: datetime) -> None:
        """Shows how they stand now."""
        words, detail = self._words, self._detail
        for line, clock in zip(self._lines, current(detail), strict=True):
            line.set(clock, detail.spans, now)
        pause = next((span for span in reversed(detail.spans) if span.is_open(now)), None)
        self._pause.setText(pause_words(words, pause, now) if pause and detail.view.closed_at is None else "")
        self._pause.setVisible(bool(self._pause.text()))
        self._waited.setText(waited_words(words, detail))
        self._waited.setVisible(bool(self._waited.text()))
        self.setAccessibleName("；".join(line.accessibleName() for line in self._lines))


def current(detail: CaseDetail) -> tuple[ClockView, ...]:
    """The clocks of the round that is going on."""
    return tuple(clock for clock in detail.clocks if clock.round == detail.view.round)


def clock_words(words: Words, clock: ClockView, now: datetime) -> str:
    """What is left, by how much it is late, that it stands still, or how it ended; noted afterwards is said."""
    due = short(clock.due, now) if clock.due else ""
    if clock.stopped is not None:
        late = (clock.stopped - clock.due).total_seconds() if clock.due else 0.0
        said = words(
            f"casework.clock.{clock.standing if clock.standing in ('met', 'late') else 'met'}",
            at=short(clock.stopped, now), span=lasting(words, late),
        )  # fmt: skip
        return said + (words("casework.clock.back_filed") if clock.back_filed else "")
    if clock.due is None:
        return words("casework.clock.stands_still")
    rest = (clock.due - now).total_seconds()
    if rest < 0:
        return words("casework.clock.over", span=lasting(words, -rest), due=due)
    key = "paused" if clock.standing == "paused" else "left"
    return words(f"casework.clock.{key}", span=lasting(words, rest), due=due)


def pause_words(words: Words, span: Span, now: datetime) -> str:
    """Since when it stands still, for what, and until when."""
    said = words(
        "casework.clock.pause", kind=words(f"cases.pause.{span.kind}"), since=short(span.begins, now),
    )  # fmt: skip
    if span.until is not None:
        said += words("casework.clock.until", at=short(span.until, now))
    return f"{said}：{span.reason}" if span.reason and words.lang == "zh" else f"{said} {span.reason}".strip()


def waited_words(words: Words, detail: CaseDetail) -> str:
    """Where the working time of the longest clock went; nothing to say while all of it was ours."""
    longest = max(current(detail), key=lambda clock: clock.minutes, default=None)
    if longest is None or not any(longest.waited.get(on, 0) >= 1 for on in ("resident", "others")):
        return ""
    parts = [
        words(f"casework.clock.on_{on}", span=lasting(words, gone * 60))
        for on in ("us", "resident", "others")
        if (gone := longest.waited.get(on, 0)) >= 1
    ]
    return words("casework.clock.waited") + " · ".join(parts)


class _Line(QWidget):
    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._title = Label("", "secondary", elide=True)
        self._said = Label("", "secondary", tone="ink", weight=500)
        self._bar = _Bar()
        head = row(self._title, self._said, spacing=8)
        head.setStretch(0, 1)
        self.setLayout(column(head, self._bar, spacing=4))

    def set(self, clock: ClockView, spans: Sequence[Span], now: datetime) -> None:
        late = clock.standing in LATE or (clock.stopped is None and clock.due is not None and now > clock.due)
        tone: Tone = "high" if late else "medium" if clock.standing == "warned" else "ink"
        self._title.setText(self._words.of(clock.title))
        self._said.setText(clock_words(self._words, clock, now))
        self._said.set_tone(tone)
        self._bar.set(clock, spans, now, tone)
        self.setAccessibleName(f"{self._title.text()} {self._said.text()}")


class _Bar(QWidget):
    """From the beginning to what is due, or further where it is late; pauses are hatched, what is due is a mark."""

    def __init__(self) -> None:
        super().__init__()
        self._gone, self._due, self._tone = 0.0, 1.0, "ink3"
        self._pauses: list[tuple[float, float]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set(self, clock: ClockView, spans: Sequence[Span], now: datetime, tone: Tone) -> None:
        end = clock.stopped or now
        whole = (max(end, clock.due or end) - clock.began).total_seconds() or 1.0

        def part(at: datetime) -> float:
            return min(1.0, max(0.0, (at - clock.began).total_seconds() / whole))

        self._gone, self._due = part(end), part(clock.due) if clock.due else 2.0
        self._tone = {"high": "high", "medium": "medium"}.get(tone, "done" if clock.standing == "met" else "ink3")
        stretches = [span.stretch() for span in spans]
        self._pauses = [(part(one.begins), part(min(end, one.ends or end))) for one in stretches if one.begins < end]
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, 8)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        wide, high = float(self.width()), float(self.height())
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(0, 0, wide, high), 4, 4)
        painter.setClipPath(outline)
        painter.fillRect(self.rect(), theme().color("line"))
        painter.fillRect(QRectF(0, 0, wide * self._gone, high), theme().color(self._tone))
        for begins, ends in self._pauses:
            area = QRectF(wide * begins, 0, max(2.0, wide * (ends - begins)), high)
            painter.fillRect(area, theme().color("surface"))
            painter.fillRect(area, QBrush(theme().color("info"), Qt.BrushStyle.BDiagPattern))
        if self._due < 1.0:
            painter.fillRect(QRectF(wide * self._due - 1, 0, 2, high), theme().color("ink"))
