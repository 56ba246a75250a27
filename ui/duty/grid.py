"""The grid of a week: days across, posts down; driven by the arrow keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.kernel.words import Words
from desktop.people.duty import POSTS, Turn
from ui.duty.week import DAYS, Cell, Entry
from ui.parts.badge import paint_mark
from ui.parts.ink import draw_text
from ui.theme.tokens import theme

HEAD, ENTRY, PADDING, LEFT, RIGHT = 44.0, 46.0, 8.0, 104.0, 20.0
LEAST_ROW = ENTRY + 2 * PADDING


class WeekGrid(QWidget):
    """Arrow keys move from cell to cell and from turn to turn inside one.

    Signals:
        moved: another cell or turn is chosen.
        opened: Enter or a double click.
    """

    moved = Signal()
    opened = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._monday, self._today = date(2026, 1, 5), date(2026, 1, 5)
        self._cells: Mapping[Cell, tuple[Entry, ...]] = {}
        self._at: Cell = (0, 0)
        self._number = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._say()

    # What is shown and chosen

    def show_week(self, monday: date, today: date, cells: Mapping[Cell, tuple[Entry, ...]]) -> None:
        """Another week begins with today's cell, or with Monday's."""
        other = monday != self._monday
        self._monday, self._today, self._cells = monday, today, cells
        if other:
            day = (today - monday).days
            self._at = (self._at[0], day if 0 <= day < DAYS else 0)
        self._number = min(self._number, max(0, len(self._here()) - 1))
        self.updateGeometry()
        self._say()
        self.update()

    def cell(self) -> Cell:
        """The post's place and the day that are chosen."""
        return self._at

    def turn(self) -> Turn | None:
        """The chosen turn; None in an empty cell."""
        here = self._here()
        return here[self._number].turn if here else None

    def choose(self, cell: Cell, number: int = 0) -> None:
        self._at, self._number = cell, number
        self._say()
        self.update()
        self.moved.emit()

    def _here(self) -> tuple[Entry, ...]:
        return self._cells.get(self._at, ())

    def _say(self) -> None:
        """What a screen reader is told of the chosen place."""
        post, day = self._at
        parts = [f"{self._monday + timedelta(days=day):%m-%d}", self._words(f"duty.post.{POSTS[post]}")]
        here = self._here()
        if here:
            entry = here[self._number]
            parts += [entry.turn.name, entry.hours or self._words("duty.all_day")]
        else:
            parts.append(self._words("duty.nobody"))
        self.setAccessibleName(" ".join(parts))

    # Where things are

    def _row_height(self, post: int) -> float:
        most = max((len(self._cells.get((post, day), ())) for day in range(DAYS)), default=0)
        return max(LEAST_ROW, most * ENTRY + 2 * PADDING)

    def _area(self, cell: Cell) -> QRectF:
        width = (self.width() - LEFT - RIGHT) / DAYS
        top = HEAD + sum(self._row_height(post) for post in range(cell[0]))
        return QRectF(LEFT + cell[1] * width, top, width, self._row_height(cell[0]))

    def _spot(self, cell: Cell, number: int) -> QRectF:
        area = self._area(cell)
        return QRectF(area.left() + 4, area.top() + PADDING + number * ENTRY, area.width() - 8, ENTRY - 4)

    def sizeHint(self) -> QSize:
        return QSize(900, int(HEAD + sum(self._row_height(post) for post in range(len(POSTS)))) + 1)

    def minimumSizeHint(self) -> QSize:
        return QSize(640, self.sizeHint().height())

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = theme()
        for day in range(DAYS):
            self._paint_head(painter, day)
        for post in range(len(POSTS)):
            top = self._area((post, 0)).top()
            painter.fillRect(QRectF(0, top, self.width(), 1), colors.color("line"))
            name = QRectF(24, top + PADDING, LEFT - 28, ENTRY - 4)
            draw_text(painter, name, self._words(f"duty.post.{POSTS[post]}"), "body", "ink", 500)
            for day in range(DAYS):
                for number, entry in enumerate(self._cells.get((post, day), ())):
                    self._paint_entry(painter, self._spot((post, day), number), entry)
        bottom = self.sizeHint().height() - 1
        painter.fillRect(QRectF(0, bottom, self.width(), 1), colors.color("line"))
        self._paint_cursor(painter)

    def _paint_head(self, painter: QPainter, day: int) -> None:
        area, when = self._area((0, day)), self._monday + timedelta(days=day)
        if when == self._today:
            whole = QRectF(area.left(), 0, area.width(), self.sizeHint().height())
            painter.fillRect(whole, theme().color("accent_soft"))
        head = QRectF(area.left() + 12, 0, area.width() - 16, HEAD)
        today = when == self._today
        text = f"{self._words(f'duty.day.d{day}')} {when:%m-%d}"
        draw_text(painter, head, text, "table", "accent" if today else "ink2", 600 if today else 400)

    def _paint_entry(self, painter: QPainter, area: QRectF, entry: Entry) -> None:
        colors = theme()
        painter.setPen(colors.color("line_strong") if not entry.now else colors.color("accent"))
        painter.setBrush(colors.color("surface"))
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        name = area.adjusted(8, 2, -8, -area.height() / 2)
        if entry.now:
            # Who is on now: a shape as well, not the colour of the frame alone.
            paint_mark(painter, QPointF(area.right() - 12, name.center().y() + 1), "circle", colors.color("accent"), 8)
            name.setRight(area.right() - 20)
        draw_text(painter, name, entry.turn.name, "table", "ink", 600 if entry.now else 500)
        hours = area.adjusted(8, area.height() / 2 - 1, -8, -2)
        draw_text(painter, hours, entry.hours or self._words("duty.all_day"), "caption", "ink2")

    def _paint_cursor(self, painter: QPainter) -> None:
        area = self._spot(self._at, self._number) if self._here() else self._area(self._at).adjusted(4, 8, -4, -8)
        pen = painter.pen()
        pen.setColor(theme().color("accent" if self.hasFocus() else "line_strong"))
        pen.setWidthF(2 if self.hasFocus() else 1)
        pen.setStyle(Qt.PenStyle.SolidLine if self._here() else Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 6, 6)

    # Keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        post, day = self._at
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            other = (day + (1 if key == Qt.Key.Key_Right else -1)) % DAYS
            self.choose((post, other), min(self._number, max(0, len(self._cells.get((post, other), ())) - 1)))
        elif key == Qt.Key.Key_Down:
            self._down(post, day)
        elif key == Qt.Key.Key_Up:
            self._up(post, day)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def _down(self, post: int, day: int) -> None:
        if self._number + 1 < len(self._here()):
            self.choose((post, day), self._number + 1)
        elif post + 1 < len(POSTS):
            self.choose((post + 1, day))

    def _up(self, post: int, day: int) -> None:
        if self._number > 0:
            self.choose((post, day), self._number - 1)
        elif post > 0:
            self.choose((post - 1, day), max(0, len(self._cells.get((post - 1, day), ())) - 1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for post in range(len(POSTS)):
            for day in range(DAYS):
                if self._area((post, day)).contains(event.position()):
                    spots = range(len(self._cells.get((post, day), ())))
                    hit = next((n for n in spots if self._spot((post, day), n).contains(event.position())), 0)
                    self.choose((post, day), hit)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.opened.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
