"""One column of the board: its head with a count, its cards, how many more there are, and whether a card may come here."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.kernel.words import Words
from ui.cases.cards import CardList, CardPainter
from ui.cases.lanes import Lane
from ui.parts.keyhint import paint_key
from ui.parts.layout import column, row
from ui.parts.text import Label
from ui.theme.tokens import theme

WIDTH, NARROW = 236, 132


class LaneBox(QWidget):
    """A column. `lit` while a card in hand may be put here."""

    def __init__(self, words: Words, painter: CardPainter, lane: Lane, title: str) -> None:
        super().__init__()
        self._words, self.lane, self.title = words, lane, title
        self.lit = self._over = False
        self._key = ""
        self._dim = False
        self._name = Label(title, "secondary", weight=500, elide=True)
        self._count = Label("", "secondary", tone="hint", tabular=True)
        self.cards = CardList(painter, title)
        self._empty = Label(words("cases_list.board.lane_empty"), "caption", wrap=True)
        self._more = Label("", "caption", wrap=True)
        head = row(self._name, self._count, None, margins=(4, 0, 28, 0))
        self._empty.setContentsMargins(4, 0, 4, 0)
        self.setLayout(column(head, self._empty, self.cards, self._more, spacing=8, margins=(8, 10, 8, 8)))
        if lane.drop_only:
            self.setFixedWidth(NARROW)
        else:
            self.setMinimumWidth(WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.show_lane(lane)

    def show_lane(self, lane: Lane) -> None:
        """Other cards of the same column."""
        words = self._words
        self.lane = lane
        self._count.setText("" if lane.drop_only else str(lane.total))
        self._empty.setText(words("cases_list.board.drop_here" if lane.drop_only else "cases_list.board.lane_empty",
                                  what=self.title))  # fmt: skip
        self._empty.setVisible(not lane.cases)
        self.cards.show_cases(lane.cases)
        left = lane.total - len(lane.cases)
        self._more.setText(words("cases_list.board.more", n=left) if left > 0 else "")
        self._more.setVisible(left > 0)
        spoken = self.title if lane.drop_only else words("cases_list.board.lane", title=self.title, n=lane.total)
        self.setAccessibleName(spoken)
        self.cards.setAccessibleName(spoken)

    def set_lit(self, lit: bool, key: str = "", *, dim: bool = False) -> None:
        """Whether a card may come here, the key that sends it, and whether it certainly may not."""
        self.lit, self._key, self._dim = lit, key, dim
        if not lit:
            self._over = False
        self.update()

    def set_over(self, over: bool) -> None:
        """The card in hand is over this column."""
        if over != self._over:
            self._over = over
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colors, painter = theme(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setBrush(colors.color("accent_soft" if self.lit and self._over else "sunken"))
        if self.lit:
            painter.setPen(
                QPen(colors.color("accent"), 2, Qt.PenStyle.SolidLine if self._over else Qt.PenStyle.DashLine)
            )
        else:
            painter.setPen(Qt.PenStyle.NoPen)
        if self._dim:
            painter.setOpacity(0.5)
        painter.drawRoundedRect(area, 10, 10)
        if self._key:
            painter.setOpacity(1.0)
            paint_key(painter, QRectF(area.right() - 32, area.top() + 8, 22, 22), self._key, "accent", "accent")
