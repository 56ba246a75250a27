"""Ctrl+K: go anywhere and find anything without the mouse."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    QTimer,
)  # fmt: skip
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip
from shiboken6 import isValid

from desktop.kernel.words import Words
from ui.aio import in_background, slot
from ui.parts.keyhint import key_text, key_width, paint_key
from ui.parts.layout import hairline, row
from ui.parts.text import Label
from ui.shell.finder import Hit, Source, matches
from ui.theme.fonts import font
from ui.theme.icons import pixmap
from ui.theme.tokens import theme

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
WAIT_MS = 120
"""After the last key, before the store is searched."""


class _Hits(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.hits: list[Hit] = []

    def show(self, hits: list[Hit]) -> None:
        self.beginResetModel()
        self.hits = hits
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            hit = self.hits[index.row()]
            return f"{hit.title} {hit.under}".strip()
        return None


class _Row(QStyledItemDelegate):
    def __init__(self, model: _Hits, words: Words) -> None:
        super().__init__(model)
        self._model, self._words = model, words

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, 40)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        hit = self._model.hits[index.row()]
        area = QRectF(option.rect).adjusted(8, 1, -8, -1)
        colors = theme()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.color("accent_soft"))
            painter.drawRoundedRect(area, 6, 6)
        painter.drawPixmap(int(area.left()) + 12, int(area.center().y()) - 9, pixmap(hit.icon, "ink2", 18))
        right = area.right() - 12
        if hit.key:
            cap = key_text(hit.key)
            width = key_width(cap)
            paint_key(painter, QRectF(right - width, area.top(), width, area.height()), cap)
            right -= width + 10
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font("caption"))
        painter.setPen(colors.color("ink3"))
        kind = self._words(f"app.find.{hit.kind}")
        painter.drawText(
            QRectF(area.left(), area.top(), right - area.left(), area.height()),
            flags | Qt.AlignmentFlag.AlignRight,
            kind,
        )
        right -= painter.fontMetrics().horizontalAdvance(kind) + 16
        left = area.left() + 42
        painter.setFont(font("body"))
        painter.setPen(colors.color("ink"))
        title = painter.fontMetrics().elidedText(hit.title, Qt.TextElideMode.ElideRight, int(right - left))
        painter.drawText(QRectF(left, area.top(), right - left, area.height()), flags, title)
        left += painter.fontMetrics().horizontalAdvance(title) + 12
        if hit.under and right - left > 40:
            painter.setFont(font("table"))
            painter.setPen(colors.color("ink3"))
            under = painter.fontMetrics().elidedText(hit.under, Qt.TextElideMode.ElideRight, int(right - left))
            painter.drawText(QRectF(left, area.top(), right - left, area.height()), flags, under)
        painter.restore()


class CommandPalette(QWidget):
    """Covers `host` with a veil and a search in it. Esc or a click beside it closes; focus goes back."""

    def __init__(self, host: QWidget, words: Words, fixed: Sequence[Hit], sources: Sequence[Source]) -> None:
        """`fixed` are pages and acts, matched at once; `sources` are searched in the background."""
        super().__init__(host)
        self._host, self._fixed, self._sources = host, fixed, sources
        self._returns_to = host.window().focusWidget()
        self.setAccessibleName(words("app.find.title"))
        self._words = words
        self._panel = QFrame(self)
        self._panel.setProperty("ground", "floating")
        self.input = QLineEdit()
        self.input.setProperty("kind", "palette")
        self.input.setFont(font("section"))
        self.input.setPlaceholderText(words("app.find.hint"))
        self.input.setAccessibleName(words("app.find.title"))
        self._hits = _Hits(self)
        self.list = QListView()
        self.list.setModel(self._hits)
        self.list.setItemDelegate(_Row(self._hits, words))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(words("app.find.results"))
        self.list.setMouseTracking(True)
        self.list.setStyleSheet("background: transparent;")
        self.list.clicked.connect(lambda index: self._choose(index.row()))
        self.list.entered.connect(self.list.setCurrentIndex)
        self._none = Label(words("app.find.none"), "secondary")
        layout = QVBoxLayout(self._panel)
        layout.setContentsMargins(1, 1, 1, 8)
        layout.setSpacing(0)
        layout.addLayout(row(self.input, margins=(16, 0, 16, 0)))
        layout.addWidget(hairline())
        layout.addSpacing(6)
        layout.addWidget(self.list)
        layout.addLayout(row(self._none, margins=(20, 8, 20, 8)))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(WAIT_MS)
        self._pause.timeout.connect(self._search)
        self.input.textChanged.connect(self._typed)
        self.input.installEventFilter(self)
        host.installEventFilter(self)
        self._typed("")
        self.setGeometry(host.rect())
        self.show()
        self.raise_()
        self.input.setFocus()

    def shown(self) -> list[Hit]:
        """What is listed now."""
        return list(self._hits.hits)

    def close_palette(self) -> None:
        if self.isHidden():
            return
        self.hide()
        self._pause.stop()
        self.deleteLater()
        if self._returns_to is not None and isValid(self._returns_to):
            self._returns_to.setFocus()

    # Searching

    def _typed(self, text: str) -> None:
        self._show([hit for hit in self._fixed if matches(text, hit.title)])
        if text.strip():
            self._pause.start()
        else:
            self._pause.stop()

    @slot
    async def _search(self) -> None:
        text = self.input.text().strip()
        fixed = [hit for hit in self._fixed if matches(text, hit.title)]
        found = await in_background(lambda: [hit for source in self._sources for hit in source(text)])
        if text == self.input.text().strip():
            self._show(fixed + found)

    def _show(self, hits: list[Hit]) -> None:
        self._hits.show(hits)
        self._none.setVisible(not hits)
        self.list.setVisible(bool(hits))
        if hits:
            self.list.setCurrentIndex(self._hits.index(0, 0))
        self._place()

    def _choose(self, number: int) -> None:
        if 0 <= number < len(self._hits.hits):
            hit = self._hits.hits[number]
            self.close_palette()
            hit.do()

    # Qt

    def _place(self) -> None:
        width = min(640, self._host.width() - 64)
        rows = min(len(self._hits.hits), 10)
        self.list.setFixedHeight(rows * 40)
        self._panel.setFixedSize(width, 50 + 6 + 9 + (rows * 40 if rows else 40))
        self._panel.move((self._host.width() - width) // 2, 96)

    def paintEvent(self, event: QPaintEvent) -> None:
        veil = QColor(theme().color("shadow"))
        veil.setAlpha(90)
        QPainter(self).fillRect(self.rect(), veil)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.close_palette()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._host.rect())
            self._place()
        if watched is self.input and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event.key())
        return False

    def _key(self, key: int) -> bool:
        count = len(self._hits.hits)
        number = self.list.currentIndex().row()
        if key == Qt.Key.Key_Escape:
            self.close_palette()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Tab) and count:
            self.list.setCurrentIndex(self._hits.index((number + 1) % count, 0))
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Backtab) and count:
            self.list.setCurrentIndex(self._hits.index((number - 1) % count, 0))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(number)
        else:
            return False
        return True
