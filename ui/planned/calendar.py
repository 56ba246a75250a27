"""The calendar: weeks of days, each with what falls on it; driven by the arrow keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.kernel.words import Words
from ui.parts.badge import MARK_SIZE, paint_mark, tone_colors
from ui.parts.ink import draw_text, metrics
from ui.parts.when import local
from ui.planned.days import WEEK, Entry
from ui.planned.words import day_words, standing
from ui.theme.tokens import theme

HEAD, NUMBER, LINE, PADDING = 32.0, 28.0, 22.0, 6.0


class CalendarGrid(QWidget):
    """Left and right go from day to day, up and down through what falls on a day and then to the week before or after.

    Signals:
        moved: another day or entry is chosen.
        opened: Enter or a double click.
        left(int): a key went over the edge: -1 before the first day, 1 after the last.
    """

    moved = Signal()
    opened = Signal()
    left = Signal(int)

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._days: tuple[date, ...] = ()
        self._today = self._month = date(2026, 1, 1)
        self._entries: Mapping[date, tuple[Entry, ...]] = {}
        self._at = self._number = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(words("planned.calendar"))

    # What is shown and chosen

    def show_days(
        self, days: Sequence[date], month: date, today: date, chosen: date, found: Mapping[date, tuple[Entry, ...]]
    ) -> None:
        """Shows whole weeks; days outside `month` are faint. `chosen` is the day that is chosen then."""
        entry, before = self.entry(), self._days[self._at] if self._at < len(self._days) else None
        self._days, self._month, self._today, self._entries = tuple(days), month, today, found
        self._at = self._days.index(chosen) if chosen in self._days else 0
        ids = [one.schedule_id for one in self._here()]
        stays = entry is not None and before == chosen and entry.schedule_id in ids
        self._number = ids.index(entry.schedule_id) if stays and entry is not None else 0
        self._say()
        self.update()

    def day(self) -> date:
        """The chosen day."""
        return self._days[self._at]

    def entry(self) -> Entry | None:
        """The chosen entry; None on a day without any."""
        here = self._here()
        return here[self._number] if self._number < len(here) else None

    def choose(self, at: int, number: int = 0) -> None:
        self._at, self._number = at, number
        self._say()
        self.update()
        self.moved.emit()

    def choose_plan(self, schedule_id: str) -> bool:
        """Chooses the plan on the chosen day; False where it does not fall on it."""
        found = next((n for n, one in enumerate(self._here()) if one.schedule_id == schedule_id), None)
        if found is not None:
            self.choose(self._at, found)
        return found is not None

    def _here(self) -> tuple[Entry, ...]:
        return self._entries.get(self._days[self._at], ()) if self._at < len(self._days) else ()

    def _say(self) -> None:
        """What a screen reader is told of the chosen place."""
        if not self._days:
            return
        parts = [day_words(self._words, self.day(), self._today)]
        entry = self.entry()
        parts += (
            [self._line(entry), standing(self._words, entry.standing)[0]] if entry else [self._words("planned.free")]
        )
        self.setAccessibleName(" ".join(parts))

    def _line(self, entry: Entry) -> str:
        first = f"{local(entry.times[0].at):%H:%M}"
        more = self._words("planned.times", n=len(entry.times)) if len(entry.times) > 1 else ""
        return " ".join(part for part in (first, entry.title, more) if part)

    # Where things are

    def _weeks(self) -> int:
        return max(1, len(self._days) // WEEK)

    def _area(self, at: int) -> QRectF:
        width, height = self.width() / WEEK, (self.height() - HEAD) / self._weeks()
        return QRectF(at % WEEK * width, HEAD + at // WEEK * height, width, height)

    def _fits(self) -> int:
        return max(1, int((self._area(0).height() - NUMBER - PADDING) // LINE))

    def _window(self, at: int) -> tuple[int, int]:
        """The first and the number of the entries that are drawn; the chosen one is among them."""
        found, fits = len(self._entries.get(self._days[at], ())), self._fits()
        if found <= fits:
            return 0, found
        shown = max(1, fits - 1)
        first = max(0, self._number - shown + 1) if at == self._at else 0
        return first, shown

    def _spot(self, at: int, number: int) -> QRectF:
        area, first = self._area(at), self._window(at)[0]
        top = area.top() + NUMBER + (number - first) * LINE
        return QRectF(area.left() + 4, top, area.width() - 8, LINE - 2)

    def sizeHint(self) -> QSize:
        return QSize(700, int(HEAD + self._weeks() * 96))

    def minimumSizeHint(self) -> QSize:
        return QSize(480, int(HEAD + self._weeks() * (NUMBER + LINE + PADDING)))

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme().color("surface"))
        for column in range(WEEK):
            head = QRectF(column * self.width() / WEEK + 10, 0, self.width() / WEEK - 12, HEAD)
            draw_text(painter, head, self._words(f"duty.day.d{column}"), "caption", "ink3", 500)
        for at in range(len(self._days)):
            self._paint_day(painter, at)

    def _paint_day(self, painter: QPainter, at: int) -> None:
        day, area, colors = self._days[at], self._area(at), theme()
        painter.setPen(QPen(colors.color("line"), 1))
        painter.drawLine(area.topLeft(), area.topRight())
        if at % WEEK:
            painter.drawLine(area.topLeft(), area.bottomLeft())
        if at == self._at:
            painter.setBrush(colors.color("accent_soft"))
            painter.setPen(QPen(colors.color("accent"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(area.adjusted(2, 2, -2, -2), 6, 6)
        self._paint_number(painter, day, area)
        first, shown = self._window(at)
        found = self._entries.get(day, ())
        for number in range(first, first + shown):
            self._paint_entry(painter, at, number, found[number])
        if hidden := len(found) - shown:
            rest = self._spot(at, first + shown).adjusted(MARK_SIZE + 10, 0, 0, 0)
            draw_text(painter, rest, self._words("planned.more", n=hidden), "caption", "ink3")

    def _paint_number(self, painter: QPainter, day: date, area: QRectF) -> None:
        number = QRectF(area.left() + 6, area.top() + 4, 22, 22)
        color = "ink" if day.month == self._month.month or self._weeks() == 1 else "ink3"
        if day == self._today:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("accent"))
            painter.drawEllipse(number)
            color = "accent_ink"
        draw_text(painter, number, f"{day.day}", "caption", color, 500, Qt.AlignmentFlag.AlignHCenter)

    def _paint_entry(self, painter: QPainter, at: int, number: int, entry: Entry) -> None:
        spot = self._spot(at, number)
        _, tone, mark = standing(self._words, entry.standing)
        if at == self._at and number == self._number:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("surface"))
            painter.drawRoundedRect(spot, 4, 4)
        paint_mark(painter, QPointF(spot.left() + 8, spot.center().y()), mark, tone_colors(tone)[0])
        text = spot.adjusted(MARK_SIZE + 8, 0, -4, 0)
        time = f"{local(entry.times[0].at):%H:%M}" if len(entry.times) == 1 else f"{len(entry.times)}×"
        if metrics("caption").horizontalAdvance(time) + 60 < text.width():
            text.setLeft(text.left() + draw_text(painter, text, time, "caption", "ink3") + 5)
        quiet = entry.standing == "done" or (self._days[at].month != self._month.month and self._weeks() > 1)
        draw_text(painter, text, entry.title, "caption", "ink3" if quiet else "ink")

    # Keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._step(1 if key == Qt.Key.Key_Right else -1, 0)
        elif key == Qt.Key.Key_Down:
            if self._number + 1 < len(self._here()):
                self.choose(self._at, self._number + 1)
            else:
                self._step(WEEK, 0)
        elif key == Qt.Key.Key_Up:
            if self._number > 0:
                self.choose(self._at, self._number - 1)
            else:
                self._step(-WEEK, -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def _step(self, days: int, number: int) -> None:
        at = self._at + days
        if not 0 <= at < len(self._days):
            self.left.emit(1 if days > 0 else -1)
            return
        there = len(self._entries.get(self._days[at], ()))
        self.choose(at, max(0, there - 1) if number < 0 else 0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for at in range(len(self._days)):
            if self._area(at).contains(event.position()):
                first, shown = self._window(at)
                spots = range(first, first + shown)
                self.choose(at, next((n for n in spots if self._spot(at, n).contains(event.position())), 0))
                return

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.opened.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
