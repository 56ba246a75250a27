"""The cards of the board, painted: number, what, where, when due and who has it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.cases.views import CaseView
from desktop.kernel.clock import Clock
from desktop.kernel.words import Words
from ui.cases.columns import due_mark, due_tone, due_words, urgency_tone, urgency_words
from ui.parts.badge import MARK_SIZE, badge_width, paint_badge, paint_mark, tone_colors
from ui.parts.text import tip_text
from ui.parts.value import one_line
from ui.theme.fonts import font
from ui.theme.tokens import theme

CARD, GAP = 92, 8
"""Height of a card and of the gap under it."""

_CASE = Qt.ItemDataRole.UserRole
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class CardPainter:
    """Draws a case as a card. `kinds` writes the kind beside the number, where a column holds several."""

    def __init__(self, words: Words, clock: Clock) -> None:
        self._words, self._clock = words, clock
        self.kinds = False

    def spoken(self, case: CaseView) -> str:
        """The card in one line, for the screen reader and as its tooltip."""
        words = self._words
        who = case.assignee_name or words("cases_list.board.nobody")
        parts = (case.number, words.of(case.definition_title), one_line(case.title), " / ".join(case.place_path),
                 words.of(case.urgency_title), due_words(words, case, self._clock.now()), who)  # fmt: skip
        return " · ".join(part for part in parts if part and part != "—")

    def paint(self, painter: QPainter, area: QRectF, case: CaseView, *, chosen: bool, faint: bool = False) -> None:
        colors, words = theme(), self._words
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if faint:
            painter.setOpacity(0.4)
        painter.setPen(colors.color("accent" if chosen else "line"))
        painter.setBrush(colors.color("accent_soft" if chosen else "surface"))
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        room = area.adjusted(12, 8, -12, -8)
        line = QRectF(room.left(), room.top(), room.width(), 18)
        self._head(painter, line, case)
        painter.setFont(font("body", 500))
        painter.setPen(colors.color("ink"))
        _text(painter, line.translated(0, 20), one_line(case.title))
        painter.setFont(font("caption"))
        painter.setPen(colors.color("ink2"))
        _text(painter, line.translated(0, 40), " / ".join(map(one_line, case.place_path)), Qt.TextElideMode.ElideLeft)
        self._foot(painter, line.translated(0, 58), case, words)
        painter.restore()

    def _head(self, painter: QPainter, line: QRectF, case: CaseView) -> None:
        """The number at the left; at the right how often somebody asked and how pressing it is, where that is said."""
        right = line.right()
        marks = [(urgency_words(self._words, case), "high")] if urgency_tone(case) == "high" else []
        if case.urged and case.closed_at is None:
            marks.insert(0, (f"{self._words('cases_list.urged')} {case.urged}", "medium"))
        for text, tone in reversed(marks):
            wide = badge_width(text)
            paint_badge(painter, QRectF(right - wide, line.top(), wide, line.height()), text, tone)  # type: ignore[arg-type]
            right -= wide + 4
        painter.setFont(font("caption", tabular=True))
        painter.setPen(theme().color("ink3"))
        said = f"{case.number} · {self._words.of(case.definition_title)}" if self.kinds else case.number
        _text(painter, QRectF(line.left(), line.top(), right - line.left(), line.height()), said)

    def _foot(self, painter: QPainter, line: QRectF, case: CaseView, words: Words) -> None:
        """When it is due at the left, as shape, word and colour; whoever has it at the right."""
        who = case.assignee_name or ("" if case.closed_at else words("cases_list.board.nobody"))
        painter.setFont(font("caption", 500 if case.assignee_name else 400))
        painter.setPen(theme().color("ink2" if case.assignee_name else "info"))
        wide = min(painter.fontMetrics().horizontalAdvance(who), line.width() * 0.45)
        right = QRectF(line.right() - wide, line.top(), wide + 1, line.height())
        _text(painter, right, who)
        left = QRectF(line.left(), line.top(), line.width() - wide - 10, line.height())
        ink, _ = tone_colors(due_tone(case))
        if mark := due_mark(case):
            paint_mark(painter, QPointF(left.left() + MARK_SIZE / 2, left.center().y()), mark, ink)
            left.setLeft(left.left() + MARK_SIZE + 6)
        painter.setFont(font("caption", 500 if case.overdue else 400))
        painter.setPen(ink)
        due = due_words(words, case, self._clock.now())
        _text(painter, left, "" if due == "—" else due)


class CardList(QListWidget):
    """The cards of one column. It never takes the focus: the board has it for all of them."""

    def __init__(self, painter: CardPainter, name: str) -> None:
        super().__init__()
        self.painter = painter
        self.chosen_id = self.dragged_id = ""
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setObjectName("cards")
        self.viewport().setAutoFillBackground(False)
        self.setStyleSheet("QListWidget#cards { background: transparent; border: none; }")
        self.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setItemDelegate(_Cards(self))

    def show_cases(self, cases: tuple[CaseView, ...]) -> None:
        """Shows these, where the list stands."""
        if cases == self.cases():
            self.viewport().update()
            return
        at = self.verticalScrollBar().value()
        self.clear()
        for case in cases:
            item = QListWidgetItem(self.painter.spoken(case))
            item.setData(_CASE, case)
            item.setToolTip(tip_text(self.painter.spoken(case)))
            self.addItem(item)
        self.verticalScrollBar().setValue(at)

    def cases(self) -> tuple[CaseView, ...]:
        return tuple(self.item(number).data(_CASE) for number in range(self.count()))

    def mark(self, chosen_id: str, dragged_id: str = "") -> None:
        """Which card is chosen, and which is on its way."""
        self.chosen_id, self.dragged_id = chosen_id, dragged_id
        self.viewport().update()

    def reveal(self, number: int) -> None:
        if (item := self.item(number)) is not None:
            self.scrollToItem(item)


class _Cards(QStyledItemDelegate):
    def __init__(self, cards: CardList) -> None:
        super().__init__(cards)
        self._cards = cards

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, CARD + GAP)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        case: CaseView = index.data(_CASE)
        area = QRectF(option.rect).adjusted(0, 0, 0, -GAP)
        cards = self._cards
        cards.painter.paint(painter, area, case, chosen=case.id == cards.chosen_id, faint=case.id == cards.dragged_id)


class Ghost(QWidget):
    """The card under the hand while it is dragged."""

    def __init__(self, parent: QWidget, painter: CardPainter, case: CaseView, width: int) -> None:
        super().__init__(parent)
        self._painter, self._case = painter, case
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.resize(width, CARD)

    def paintEvent(self, _event: QPaintEvent) -> None:
        self._painter.paint(QPainter(self), QRectF(self.rect()), self._case, chosen=True)


def _text(painter: QPainter, area: QRectF, text: str, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
    cut = painter.fontMetrics().elidedText(text, mode, int(area.width()))
    painter.drawText(area, Qt.AlignmentFlag.AlignLeft | _MIDDLE, cut)
