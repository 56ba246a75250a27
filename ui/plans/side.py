"""Beside the drawing: the card of the chosen thing, and while editing the things that are not on it yet."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QListWidget, QListWidgetItem, QWidget

from desktop.kernel.words import Words
from desktop.things.views import ThingView
from ui.parts.badge import MarkedWord
from ui.parts.buttons import Button, IconButton
from ui.parts.ink import face
from ui.parts.layout import clear, column, framed, row
from ui.parts.text import Label
from ui.parts.value import one_line
from ui.plans.marks import Pin
from ui.theme.tokens import px

ID = Qt.ItemDataRole.UserRole
CARD_WIDTH, LIST_WIDTH = 280, 248


class ThingCard(QFrame):
    """Name, state and main values of the chosen thing, over a corner of the drawing.

    Signals:
        opened: to the thing's own panel.
        closed: nothing is to be chosen any more.
    """

    opened = Signal()
    closed = Signal()

    def __init__(self, words: Words, host: QWidget) -> None:
        super().__init__(host)
        self.setProperty("ground", "floating")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(CARD_WIDTH)
        self._name = Label("", "section", elide=True)
        self._state, self._beside = MarkedWord("", "quiet", "", weight=500), MarkedWord()
        self._values = column(spacing=8)
        self._open = Button(words("plans.open"), key="Enter", on=self.opened.emit)
        # Enter belongs to the drawing; here it is only told.
        self._open._shortcut.setEnabled(False)
        shut = IconButton("x", words("plans.close_card"), on=self.closed.emit)
        head = row(self._name, shut)
        head.setStretch(0, 1)
        parts = (head, row(self._state, None), row(self._beside, None), self._values, row(self._open, None))
        self.setLayout(column(*parts, spacing=8, margins=(16, 10, 10, 14)))
        self._shown: Pin | None = None
        self.hide()

    def show_pin(self, pin: Pin | None) -> None:
        """Drawn anew only when something that can be seen changed."""
        if pin == self._shown:
            return
        self._shown = pin
        self.setVisible(pin is not None)
        if pin is None:
            return
        self.setAccessibleName(pin.spoken())
        self._name.setText(pin.name)
        self._state.set(pin.state.text, pin.state.tone, pin.state.mark)
        beside = pin.state.beside
        self._beside.setVisible(beside is not None)
        if beside is not None:
            self._beside.set(beside.text, beside.tone, beside.mark)
        clear(self._values)
        for title, value in pin.values:
            text = Label(f"{value.text} {value.unit}".strip(), "strong", tabular=True, elide=True)
            if not value.trusted:
                text.set_tone("hint")
            elif value.priority:
                text.set_tone(value.priority)
            first = row(Label(title, "secondary", elide=True), text)
            first.setStretch(0, 1)
            self._values.addLayout(column(first, Label(value.note, "caption", elide=True), spacing=0))
        for label in self.findChildren(Label):
            # What is new in a shown box counts for its size only once it is shown itself.
            label.setHidden(label.text() == "")
        if (layout := self.layout()) is not None:
            layout.activate()
        self.resize(self.width(), self.sizeHint().height())
        self.raise_()


class Waiting(QListWidget):
    """Things that are not on the drawing. Dragged by the mouse without a loop of its own, or put there by Enter.

    Signals:
        dropped(id, x, y): let go at a point of the screen.
        put(id): Enter or a double click.
    """

    dropped = Signal(str, int, int)
    put = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(face("table"))
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.itemDoubleClicked.connect(lambda item: self.put.emit(item.data(ID)))
        self._pressed: tuple[str, QPoint] | None = None
        self._ghost: Label | None = None

    def show_things(self, views: Sequence[ThingView]) -> None:
        wanted = [(view.id, one_line(view.name)) for view in views]
        if wanted == [(self.item(n).data(ID), self.item(n).text()) for n in range(self.count())]:
            return
        at = max(0, self.currentRow())
        self.clear()
        for id_, name in wanted:
            item = QListWidgetItem(name, self)
            item.setData(ID, id_)
            item.setSizeHint(QSize(0, px("height", "row_compact") + 2))
        self.setCurrentRow(min(at, self.count() - 1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem():
            self.put.emit(self.currentItem().data(ID))
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        item = self.itemAt(event.position().toPoint())
        self._pressed = (item.data(ID), event.position().toPoint()) if item else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        id_, began = self._pressed
        at = event.position().toPoint()
        if self._ghost is None and (at - began).manhattanLength() >= QApplication.startDragDistance():
            name = next(self.item(n).text() for n in range(self.count()) if self.item(n).data(ID) == id_)
            self._ghost = Label(name, "secondary", parent=self.window())
            self._ghost.setProperty("ground", "floating")
            self._ghost.setContentsMargins(8, 4, 8, 4)
            self._ghost.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self._ghost.adjustSize()
            self._ghost.show()
        if self._ghost is not None:
            self._ghost.move(self.window().mapFromGlobal(self.viewport().mapToGlobal(at)) + QPoint(10, 6))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        pressed, ghost = self._pressed, self._ghost
        self._pressed = self._ghost = None
        if ghost is not None:
            ghost.hide()
            ghost.deleteLater()
            at = self.viewport().mapToGlobal(event.position().toPoint())
            if pressed is not None:
                self.dropped.emit(pressed[0], at.x(), at.y())


class EditSide(QFrame):
    """The list while editing, with its search and what to do."""

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._views: tuple[ThingView, ...] = ()
        self.list = Waiting(words("plans.waiting"))
        self._search = QLineEdit()
        self._search.setPlaceholderText(words("plans.search"))
        self._search.setAccessibleName(words("plans.search"))
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(lambda _text: self._show())
        self._title = Label("", "strong", tabular=True)
        self._do = Label(words("plans.edit_do"), "caption", wrap=True)
        inside = column(
            self._title, self._search, self._do, self.list,
            spacing=8, margins=(16, 12, 8, 8),
        )  # fmt: skip
        box = framed("surface", inside)
        self.setLayout(column(box, spacing=0))
        self.setFixedWidth(LIST_WIDTH)
        self.hide()

    def show_things(self, views: Sequence[ThingView]) -> None:
        self._views = tuple(views)
        self._show()

    def _show(self) -> None:
        wanted = self._search.text().casefold().split()
        found = [
            view
            for view in self._views
            if all(part in f"{view.name} {''.join(view.place_path)}".casefold() for part in wanted)
        ]
        count = len(self._views)
        self._title.setText(self._words("plans.waiting_n", n=count) if count else self._words("plans.waiting"))
        self._do.setText(self._words("plans.edit_do" if count else "plans.waiting_none"))
        self.list.show_things(found)
