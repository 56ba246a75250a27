"""The filters somebody keeps under a name: as chips, with one act to keep and one to forget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.cases.views import CaseQuery, SavedView
from desktop.kernel.errors import Invalid
from ui.aio import in_background, slot
from ui.parts.buttons import Button, IconButton
from ui.parts.layout import clear, row
from ui.shell.context import Context


class SavedFilters(QWidget):
    """Chips of the kept filters. The one that is applied is marked and can be forgotten; a filter that is not kept yet
    can be kept under a name.

    Signals:
        picked(CaseQuery): this filter is wanted.
    """

    picked = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        words = context.words
        self._context, self._words = context, words
        self._saved: tuple[SavedView, ...] = ()
        self._query = CaseQuery()
        self._chips = row(spacing=8)
        self.save = Button(words("cases_list.saved.save"), "link", on=self._begin)
        self.name = _Name(self._end)
        self.name.setAccessibleName(words("cases_list.saved.name"))
        self.name.setPlaceholderText(words("cases_list.saved.name"))
        self.name.setFixedWidth(150)
        self.name.returnPressed.connect(self._keep)
        self.name.hide()
        self.setAccessibleName(words("cases_list.saved.chips"))
        self.setLayout(row(self._chips, self.save, self.name))
        self.show_query(self._query)

    def set_saved(self, saved: Sequence[SavedView]) -> None:
        """What is kept."""
        if tuple(saved) != self._saved:
            self._saved = tuple(saved)
            self._draw()

    def show_query(self, query: CaseQuery) -> None:
        """What is applied now."""
        self._query = query
        self._draw()

    def _draw(self) -> None:
        clear(self._chips)
        applied = False
        for one in self._saved:
            chip = Button(one.name, "chip", on=partial(self._pick, one))
            chip.setCheckable(True)
            chip.setChecked(one.query == self._query)
            chip.setMaximumWidth(180)
            self._chips.addWidget(chip)
            if one.query == self._query:
                applied = True
                name = self._words("cases_list.saved.forget", name=one.name)
                self._chips.addWidget(IconButton("x", name, on=partial(self._forget, one)))
        self.save.setVisible(not applied and self._query != CaseQuery() and self.name.isHidden())

    def _pick(self, one: SavedView) -> None:
        """The chip that is applied already lets go of its filter."""
        self.picked.emit(CaseQuery() if one.query == self._query else one.query)
        self._draw()

    def _begin(self) -> None:
        self.save.hide()
        self.name.clear()
        self.name.show()
        self.name.setFocus()

    def _end(self) -> None:
        self.name.hide()
        self._draw()

    @slot
    async def _keep(self) -> None:
        name, query, lists = self.name.text().strip(), self._query, self._context.console.case_lists
        if not name:
            self._end()
            return
        try:
            await in_background(lists.save, self._context.who, name, query)
        except Invalid:
            self._context.shell.say(self._words("cases_list.saved.too_long"))
            return
        self.name.hide()
        self._context.shell.say(self._words("cases_list.saved.saved", name=name))
        self.set_saved(await in_background(lists.saved, self._context.who))

    @slot
    async def _forget(self, one: SavedView) -> None:
        lists = self._context.console.case_lists
        await in_background(lists.forget, self._context.who, one.id)
        self._context.shell.say(self._words("cases_list.saved.forgotten", name=one.name))
        self.set_saved(await in_background(lists.saved, self._context.who))


class _Name(QLineEdit):
    """A line that Esc puts away."""

    def __init__(self, away: Callable[[], object]) -> None:
        super().__init__()
        self._away = away

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._away()
        else:
            super().keyPressEvent(event)
