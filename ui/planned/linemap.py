"""A route as a line map: its points in order, each with its shape, its name and when somebody was there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.cases.rounds import Stop
from desktop.kernel.words import Words
from ui.parts.badge import paint_mark, tone_colors
from ui.parts.ink import draw_text
from ui.parts.when import local
from ui.planned.words import stop
from ui.theme.tokens import theme

LEAST, LINE, NODE, SIDE = 132.0, 116.0, 26.0, 24.0
TOP = 28.0


class LineMap(QWidget):
    """The line turns at the right edge and comes back, as a street on a map. Arrow keys walk along it.

    Signals:
        moved: another point is chosen.
    """

    moved = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._stops: tuple[Stop, ...] = ()
        self._places: Mapping[str, tuple[str, ...]] = {}
        self._at = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._say()

    def show_stops(self, stops: Sequence[Stop], places: Mapping[str, tuple[str, ...]]) -> None:
        """Another line begins at its first point; the same one keeps what is chosen."""
        other = [one.point.code for one in stops] != [one.point.code for one in self._stops]
        self._stops, self._places = tuple(stops), places
        if other:
            self._at = 0
        self._say()
        self.updateGeometry()
        self.update()

    def chosen(self) -> Stop | None:
        return self._stops[self._at] if self._stops else None

    def choose(self, at: int) -> None:
        self._at = max(0, min(at, len(self._stops) - 1))
        self._say()
        self.update()
        self.moved.emit()

    def _say(self) -> None:
        one = self.chosen()
        self.setAccessibleName(
            f"{one.point.code} {one.point.name} {stop(self._words, one.standing)[0]}"
            if one
            else self._words("planned.map")
        )

    # Where things are

    def _columns(self, width: float) -> int:
        return max(1, int((width - 2 * SIDE) // LEAST))

    def _node(self, at: int) -> QPointF:
        columns = self._columns(self.width())
        line, column = divmod(at, columns)
        if line % 2:
            column = columns - 1 - column
        step = (self.width() - 2 * SIDE) / columns
        return QPointF(SIDE + (column + 0.5) * step, TOP + NODE / 2 + line * LINE)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        lines = -(-max(1, len(self._stops)) // self._columns(width))
        return int(TOP + lines * LINE)

    def sizeHint(self) -> QSize:
        return QSize(640, self.heightForWidth(640))

    def minimumSizeHint(self) -> QSize:
        return QSize(320, int(TOP + LINE))

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme().color("surface"))
        for at in range(len(self._stops) - 1):
            self._paint_way(painter, at)
        for at, one in enumerate(self._stops):
            self._paint_stop(painter, at, one)

    def _paint_way(self, painter: QPainter, at: int) -> None:
        """Walked ways are drawn full, those before a point that nobody was at are dashed."""
        walked = self._stops[at].visit is not None and self._stops[at + 1].visit is not None
        pen = QPen(theme().color("ink3" if walked else "line_strong"), 3 if walked else 2)
        pen.setStyle(Qt.PenStyle.SolidLine if walked else Qt.PenStyle.DashLine)
        painter.setPen(pen)
        begin, end = self._node(at), self._node(at + 1)
        if begin.y() == end.y():
            painter.drawLine(begin, end)
            return
        # Around the edge, so that the way never runs through a name.
        columns = self._columns(self.width())
        right = (at // columns) % 2 == 0
        edge = self.width() - SIDE / 2 if right else SIDE / 2
        painter.drawPolyline([begin, QPointF(edge, begin.y()), QPointF(edge, end.y()), end])

    def _paint_stop(self, painter: QPainter, at: int, one: Stop) -> None:
        centre, (word, tone, mark) = self._node(at), stop(self._words, one.standing)
        ink, soft = tone_colors(tone)
        chosen = at == self._at
        painter.setBrush(soft if one.standing not in ("waiting", "next") else theme().color("surface"))
        painter.setPen(QPen(theme().color("accent") if chosen and self.hasFocus() else ink, 2.5 if chosen else 1.5))
        painter.drawEllipse(centre, NODE / 2, NODE / 2)
        paint_mark(painter, centre, mark, ink, 12)
        step = (self.width() - 2 * SIDE) / self._columns(self.width())
        room = QRectF(centre.x() - step / 2 + 6, centre.y() + NODE / 2 + 4, step - 12, 20)
        middle = Qt.AlignmentFlag.AlignHCenter
        draw_text(painter, room, one.point.name, "table", "ink", 600 if chosen else 500, middle)
        below = f"{local(one.visit.at):%H:%M} · {word}" if one.visit else word
        draw_text(painter, room.translated(0, 20), below, "caption", "ink2" if tone == "quiet" else tone, 400, middle)
        draw_text(painter, room.translated(0, 38), one.point.code, "caption", "ink3", 400, middle)

    # Keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns = self._columns(self.width())
        step = {
            Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: columns, Qt.Key.Key_Up: -columns,
        }.get(Qt.Key(event.key()))  # fmt: skip
        if step is None:
            super().keyPressEvent(event)
        elif 0 <= self._at + step < len(self._stops):
            self.choose(self._at + step)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for at in range(len(self._stops)):
            if (self._node(at) - event.position()).manhattanLength() < NODE * 2:
                self.choose(at)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
