"""A line that finds: what may be meant stands under it while one types, and the keys never leave the line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ui.parts.matching import Option
from ui.theme.fonts import font
from ui.theme.icons import pixmap
from ui.theme.tokens import theme

ROW, MOST_ROWS = 32, 8
_OPTION = Qt.ItemDataRole.UserRole


class FindLine(QLineEdit):
    """Asks for options with every change and shows those it is given. ↑ ↓ go through them, Enter takes one, Tab takes it and
    goes on, Esc puts the list away; with an empty line Backspace asks for the step back.

    Signals:
        asked(text): options for this text are wanted (`offer`).
        picked(Option): one was taken.
        back: one step back is wanted.
    """

    asked = Signal(str)
    picked = Signal(object)
    back = Signal()

    def __init__(self, *, browse: bool = False, eager: bool = True) -> None:
        """`browse` shows the list as soon as the cursor comes, before anything is typed; unless `eager`, none of it is
        marked then, so that an Enter that only goes on takes nothing."""
        super().__init__()
        self._browse, self._eager = browse, eager
        self._list: _List | None = None
        self.textEdited.connect(self._typed)
        self.destroyed.connect(self._forget)

    def offer(self, options: Sequence[Option]) -> None:
        """Shows these under the line; none puts the list away. Whoever is not in the line is shown nothing."""
        if not options or not self.hasFocus():
            self.close_list()
            return
        shown = self._list or self._make()
        shown.fill(options, mark_first=self._eager or bool(self.text()))
        self._place(shown)
        shown.show()
        shown.raise_()
        if (area := self._area()) is not None:
            area.ensureWidgetVisible(shown, 0, 8)

    def is_open(self) -> bool:
        """Whether the list is shown."""
        return self._list is not None and self._list.isVisible()

    def is_marked(self) -> bool:
        """Whether Enter would take something."""
        return self.is_open() and self._list is not None and self._list.current() is not None

    def offered(self) -> list[Option]:
        """What stands in the list now."""
        return self._list.options() if self._list is not None and self.is_open() else []

    def close_list(self) -> None:
        if self._list is not None:
            self._list.hide()

    def _make(self) -> _List:
        self._list = _List(self._ground())
        self._list.clicked.connect(lambda _index: self._take())
        return self._list

    def _forget(self) -> None:
        if self._list is not None:
            self._list.deleteLater()
            self._list = None

    def _area(self) -> QScrollArea | None:
        """What the line scrolls in, if it does."""
        at = self.parentWidget()
        while at is not None and not isinstance(at, QScrollArea):
            at = at.parentWidget()
        return at

    def _ground(self) -> QWidget:
        """What the list lies on: what the line scrolls with, so that they stay together."""
        area = self._area()
        return (area.widget() if area is not None else None) or self.window()

    def _place(self, shown: _List) -> None:
        ground = self._ground()
        below = self.mapTo(ground, QPoint(0, self.height() + 2))
        high = min(shown.count(), MOST_ROWS) * ROW + 10
        room = ground.height() - below.y() - 4
        top = below.y() if high <= room else below.y() - self.height() - 4 - high
        if top < 0:
            top, high = below.y(), max(ROW + 10, room)
        shown.setGeometry(below.x(), top, self.width(), high)

    def _typed(self, text: str) -> None:
        self.asked.emit(text)

    def _take(self) -> None:
        option = self._list.current() if self._list is not None else None
        if option is not None:
            if not option.opens:
                self.close_list()
            self.picked.emit(option)

    def event(self, event: QEvent) -> bool:
        # The panel's Esc would put the whole form away, and its Tab would go on before anything is taken.
        if isinstance(event, QKeyEvent) and self.is_open():
            # A list that came by itself is in nobody's way.
            if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape and self.text():
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab and self.text():
                option = self._list.current() if self._list is not None else None
                if option is not None and not option.opens:
                    self._take()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            if self.is_open() and self._list is not None:
                self._list.step(1 if key == Qt.Key.Key_Down else -1)
            else:
                self.asked.emit(self.text())
        elif key == Qt.Key.Key_Escape and self.is_open():
            self.close_list()
        elif (
            key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and self.is_marked()
            and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self._take()
        elif key == Qt.Key.Key_Backspace and not self.text():
            self.back.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._browse and not self.text():
            self.asked.emit("")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.close_list()


class _List(QListWidget):
    """The options under a line. It never takes the focus."""

    def __init__(self, ground: QWidget) -> None:
        super().__init__(ground)
        self.setObjectName("options")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setItemDelegate(_Rows(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.itemEntered.connect(self.setCurrentItem)
        self.hide()

    def fill(self, options: Sequence[Option], *, mark_first: bool) -> None:
        self.clear()
        for option in options:
            item = QListWidgetItem(f"{option.title} {option.detail}".strip())
            item.setData(_OPTION, option)
            self.addItem(item)
        self.setCurrentRow(0 if mark_first else -1)

    def options(self) -> list[Option]:
        return [self.item(number).data(_OPTION) for number in range(self.count())]

    def current(self) -> Option | None:
        options, number = self.options(), self.currentRow()
        return options[number] if 0 <= number < len(options) else None

    def step(self, by: int) -> None:
        at = self.currentRow() + by if self.currentRow() >= 0 else min(by, 0)
        self.setCurrentRow(at % max(1, self.count()))


class _Rows(QStyledItemDelegate):
    """A title, and what tells it from others in a quieter voice at the right."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(60, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        one: Option = index.data(_OPTION)
        area = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, theme().color("accent_soft"))
        area.adjust(8, 0, -8, 0)
        if one.opens:
            painter.drawPixmap(
                round(area.right()) - 14, round(area.center().y()) - 7, pixmap("chevron-right", "ink3", 14)
            )
            area.setRight(area.right() - 20)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font("body"))
        painter.setPen(theme().color("ink"))
        wide = QFontMetrics(painter.font()).horizontalAdvance(one.title)
        title = painter.fontMetrics().elidedText(one.title, Qt.TextElideMode.ElideRight, round(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | middle, title)
        area.setLeft(area.left() + wide + 12)
        if one.detail and area.width() > 24:
            painter.setFont(font("table"))
            painter.setPen(theme().color("ink3"))
            detail = painter.fontMetrics().elidedText(one.detail, Qt.TextElideMode.ElideLeft, round(area.width()))
            painter.drawText(area, Qt.AlignmentFlag.AlignRight | middle, detail)
