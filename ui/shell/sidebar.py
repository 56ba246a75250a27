"""The rooms of the house: one entry a page, with what waits there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QVBoxLayout, QWidget

from desktop.alarms.views import PRIORITIES
from desktop.kernel.words import Words
from desktop.things.model import Priority
from ui.parts.badge import MARK_SIZE, PRIORITY_MARK, BadgeTone, Mark, paint_mark, tone_colors
from ui.parts.keyhint import key_text
from ui.parts.layout import hairline
from ui.parts.text import plain_tip
from ui.shell.context import PageSpec
from ui.theme.fonts import font
from ui.theme.icons import pixmap
from ui.theme.tokens import px, theme


@dataclass(frozen=True)
class Waiting:
    """A figure beside an entry: how many, in which shape, said how."""

    count: int
    spoken: str
    tone: BadgeTone = "quiet"
    mark: Mark = ""


def alarms_waiting(counts: dict[Priority, int], words: Words) -> list[Waiting]:
    """The two most urgent priorities that have something."""
    found = [
        Waiting(
            counts[priority],
            f"{words(f'app.priority.{priority}')} {counts[priority]}",
            priority,
            PRIORITY_MARK[priority],
        )
        for priority in PRIORITIES
        if counts.get(priority)
    ]
    return found[:2]


class Entry(QAbstractButton):
    """One page in the sidebar, drawn in one go: icon, name, what waits."""

    def __init__(self, icon_name: str, title: str, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(title)
        self.setCheckable(True)
        self.setAutoExclusive(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._icon = icon_name
        self._key = key_text(key) if key else ""
        self._waiting: list[Waiting] = []
        self._hovered = False
        self._narrow = False
        self._say()

    def set_waiting(self, waiting: list[Waiting]) -> None:
        if waiting != self._waiting:
            self._waiting = waiting
            self._say()
            self.update()

    def set_narrow(self, narrow: bool) -> None:
        self._narrow = narrow
        self.update()

    def _say(self) -> None:
        spoken = " ".join([self.text(), *(one.spoken for one in self._waiting)])
        self.setAccessibleName(spoken)
        plain_tip(self, f"{spoken}  {self._key}".rstrip())

    def sizeHint(self) -> QSize:
        return QSize(px("width", "sidebar"), 36)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(8, 1, -8, -1)
        colors = theme()
        chosen = self.isChecked()
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen or self._hovered:
            painter.setBrush(colors.color("accent_soft" if chosen else "hover"))
            painter.drawRoundedRect(area, 6, 6)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(colors.color("accent"))
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        middle = area.center().y()
        left = (self.width() - 18) / 2 if self._narrow else area.left() + 11
        picture = pixmap(self._icon, "accent" if chosen else "ink2", 18, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(left, middle - 9), picture)
        if self._narrow:
            if self._waiting and self._waiting[0].mark:
                ink, _ = tone_colors(self._waiting[0].tone)
                paint_mark(painter, QPointF(left + 19, middle - 8), self._waiting[0].mark, ink, 8)
            return
        right = self._paint_waiting(painter, area)
        painter.setFont(font("body", 500 if chosen else 400))
        painter.setPen(colors.color("ink" if chosen else "ink2"))
        room = QRectF(left + 28, area.top(), right - left - 36, area.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())

    def _paint_waiting(self, painter: QPainter, area: QRectF) -> float:
        right = area.right() - 12
        figures = font("table", 500, True)
        painter.setFont(figures)
        metrics = QFontMetrics(figures)
        for one in reversed(self._waiting):
            text = str(one.count) if one.count < 1000 else "999+"
            ink = tone_colors(one.tone)[0] if one.mark else theme().color("ink3")
            width = metrics.horizontalAdvance(text)
            painter.setPen(ink)
            box = QRectF(right - width, area.top(), width + 1, area.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
            right -= width
            if one.mark:
                right -= MARK_SIZE / 2 + 4
                paint_mark(painter, QPointF(right, area.center().y()), one.mark, ink)
                right -= MARK_SIZE / 2
            right -= 10
        return right


class Sidebar(QFrame):
    """Entries of pages in their groups, of records and care below, and who is on duty at the foot.

    Signals:
        chosen(page key): an entry was pressed.
        person: the operator's menu was asked for.
    """

    chosen = Signal(str)
    person = Signal()

    def __init__(self, pages: Sequence[PageSpec], words: Words, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "sidebar")
        self.setAccessibleName(words("app.sidebar"))
        self._entries: dict[str, Entry] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 1, 8)
        layout.setSpacing(2)
        last = pages[0].group if pages else "now"
        for number, spec in enumerate(pages, 1):
            if spec.group != last:
                last = spec.group
                layout.addStretch(1) if last == "foot" else layout.addSpacing(10)
            entry = Entry(spec.icon, words(spec.title), PageSpec.jump_key(number))
            entry.clicked.connect(lambda _checked=False, key=spec.key: self.chosen.emit(key))
            self._entries[spec.key] = entry
            layout.addWidget(entry)
        layout.addSpacing(6)
        layout.addWidget(hairline())
        layout.addSpacing(6)
        self.operator = Entry("user", words("app.signed_in", name=name), "Ctrl+Shift+U")
        self.operator.setCheckable(False)
        self.operator.clicked.connect(self.person)
        layout.addWidget(self.operator)
        self.set_narrow(False)

    def set_narrow(self, narrow: bool) -> None:
        """Icons alone where the window is narrow."""
        self.setFixedWidth(px("width", "sidebar_collapsed" if narrow else "sidebar"))
        for entry in [*self._entries.values(), self.operator]:
            entry.set_narrow(narrow)

    def set_current(self, key: str) -> None:
        for name, entry in self._entries.items():
            entry.setChecked(name == key)

    def set_waiting(self, key: str, waiting: list[Waiting]) -> None:
        if key in self._entries:
            self._entries[key].set_waiting(waiting)
