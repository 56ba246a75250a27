"""The lines of the wall display: painted, as many as fit, and one for those that do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.parts.badge import PRIORITY_MARK, paint_mark
from ui.parts.ink import draw_text, metrics
from ui.theme.tokens import theme

LINE = 56.0
MARK = 22.0
LEFT = 44.0
GAP = 32.0


@dataclass(frozen=True)
class Line:
    """One alarm or group in words for the wall."""

    priority: str
    """Empty for the line that stands for the rest."""
    what: str
    where: str
    since: str
    answered: bool
    stands_for: int = 1


class WallLines(QWidget):
    """Lines of 28 px words: what, where, for how long."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[Line, ...] = ()
        self._more = "{n}"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_lines(self, lines: Sequence[Line], more: str) -> None:
        """`more` says how many do not fit, with `{n}` in the place of the figure."""
        self._lines, self._more = tuple(lines), more
        self.setAccessibleName("; ".join(f"{line.what} {line.where} {line.since}" for line in lines))
        self.update()

    def shown(self) -> tuple[Line, ...]:
        """What is painted: all that fit, the last line telling how many do not."""
        room = max(1, int(self.height() // LINE))
        if len(self._lines) <= room:
            return self._lines
        hidden = sum(line.stands_for for line in self._lines[room - 1 :])
        return (*self._lines[: room - 1], Line("", self._more.format(n=hidden), "", "", True, hidden))

    def sizeHint(self) -> QSize:
        return QSize(900, int(LINE) * 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(400, int(LINE))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = self.shown()
        aside = max((metrics("figure").horizontalAdvance(line.since) for line in shown), default=0.0)
        for number, line in enumerate(shown):
            self._paint(painter, line, QRectF(0, number * LINE, self.width(), LINE), aside)

    def _paint(self, painter: QPainter, line: Line, area: QRectF, aside: float) -> None:
        """`aside` is the room of the longest time, so that what stands before it lines up."""
        colors = theme()
        painter.fillRect(QRectF(area.left(), area.top(), area.width(), 1), colors.color("line"))
        if line.priority:
            centre = QPointF(area.left() + MARK / 2, area.center().y())
            paint_mark(painter, centre, PRIORITY_MARK[line.priority], colors.color(line.priority), MARK)
        right = QRectF(area.right() - aside - 2, area.top(), aside + 2, area.height())
        draw_text(painter, right, line.since, "figure", "ink2", align=Qt.AlignmentFlag.AlignRight)
        room = area.adjusted(LEFT, 0, -aside - GAP, 0)
        what = QRectF(room.left(), room.top(), room.width() * (0.56 if line.where else 1), room.height())
        # What nobody has answered is heavier; colour alone would not carry over four metres.
        draw_text(painter, what, line.what, "figure", "ink2" if line.answered else "ink", 400 if line.answered else 600)
        where = QRectF(what.right() + GAP, room.top(), room.right() - what.right() - GAP, room.height())
        draw_text(painter, where, line.where, "figure", "ink2")
