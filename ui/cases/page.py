"""The cases: a list or a board, what narrows them, and one case beside it with its next legal moves as buttons."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QStackedWidget

from desktop.cases.definition import CaseDefinition
from desktop.cases.views import CaseQuery, CaseView, Counts, SavedView
from desktop.kernel.bus import Changed
from ui.aio import in_background
from ui.cases.board import Board
from ui.cases.columns import YIELDING, columns
from ui.cases.filters import FilterBar
from ui.cases.forms import CaseForm, OpenForm
from ui.cases.kinds import KindChooser
from ui.cases.known import read_known
from ui.cases.lanes import Lane, read_lanes
from ui.cases.panel import CasePanel
from ui.cases.saved import SavedFilters
from ui.parts.buttons import Button
from ui.parts.failed import tell_failure
from ui.parts.fitting import Fitting
from ui.parts.layout import column, row
from ui.parts.listpage import ListPage
from ui.parts.refresh import Refresh
from ui.parts.table import DataTable
from ui.shell.context import Context
from ui.theme.icons import icon

STEP = 200
"""How many rows are read at first, and more each time somebody scrolls to the end."""

SETTLED_MS = 250
"""How long a search waits for the next letter."""


class Found(NamedTuple):
    """What the store answered."""

    cases: tuple[CaseView, ...]
    lanes: tuple[Lane, ...]
    total: int
    counts: Counts
    mine: int
    saved: tuple[SavedView, ...]


class CasesPage(ListPage):
    """A list or a board with one case beside it. Everything that narrows is asked of the store."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        words = self._words
        super().__init__(words("cases.page.title"))
        self._found: Found | None = None
        self._wanted, self._most = "", STEP
        self._form: CaseForm | KindChooser | None = None
        self._list = Refresh(
            self, self._load, lambda error: tell_failure(self, words, error, self._found is not None, self._list.ask)
        )
        self._places = Refresh(self, self._load_places, context.shell.tell)
        self._build_toolbar()
        definitions = context.console.cases.definitions()
        self._bar = FilterBar(words, definitions, context.who.id)
        self._saved = SavedFilters(context)
        self.filters.addLayout(column(row(self._bar.standing, self._saved, None), self._bar, spacing=8))
        self._bar.changed.connect(self._narrowed)
        self._saved.picked.connect(self._pick_saved)
        shape = columns(words, context.console.clock)
        self._table: DataTable[CaseView] = DataTable(shape, lambda case: case.id, words("cases.page.title"))
        Fitting(self._table, shape, YIELDING)
        self._table.chosen.connect(self._choose)
        self._table.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._detail = CasePanel(context, self)
        self._detail.busy.connect(self._keys_off)
        self._detail.opened.connect(self.select_key)
        self._board = Board(context, self, self._detail)
        self._board.opened.connect(self._detail.show_case)
        self._board.chosen.connect(self._chosen_on_board)
        self._board.busy.connect(self._keys_off)
        self._views = QStackedWidget()
        self._views.addWidget(self._table)
        self._views.addWidget(self._board)
        self._split = self.set_list(self._views, self._detail)
        self.land_on(self._board, self._table, *self._bar.standing.findChildren(Button))
        self.set_count(words("parts.loading"))
        self._minute = QTimer(self)
        self._minute.setInterval(30_000)
        self._minute.timeout.connect(self._tick)
        # Cases become late while nothing happens.
        self._minute.start()
        context.bridge.on(Changed, self._changed, self)
        self._list.ask()

    def _build_toolbar(self) -> None:
        words = self._words
        self._search = QLineEdit()
        self._search.setPlaceholderText(words("cases.page.search"))
        self._search.setAccessibleName(words("cases.page.search"))
        self._search.setClearButtonEnabled(True)
        self._search.setFixedWidth(240)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLED_MS)
        self._settled.timeout.connect(self._narrowed)
        self._search.textChanged.connect(lambda _text: self._settled.start())
        self._find = QShortcut(QKeySequence("/"), self)
        self._find.activated.connect(self._search.setFocus)
        self._toggle = Button(words("cases_list.to_board"), key="B", icon_name="columns-3", on=self._switch)
        self._new = Button(words("cases.page.new"), "primary", key="N", icon_name="plus", on=self._open_new)
        self.toolbar.addWidget(self._search)
        self.toolbar.addWidget(self._toggle)
        self.toolbar.addWidget(self._new)
        self._new.setHidden(not self._may_open())

    def selection_key(self) -> str:
        return (self._board.selected_id() if self.on_board() else self._table.selected_id()) or ""

    def select_key(self, key: str) -> None:
        self._wanted = key
        self._list.ask()

    def on_board(self) -> bool:
        """Whether the cases stand on the board and not in the list."""
        return self._views.currentWidget() is self._board

    def query(self) -> CaseQuery:
        """What is shown now."""
        return msgspec.structs.replace(self._bar.query(), text=self._search.text().strip())

    # Loading

    def _changed(self, event: Changed) -> None:
        if event.touches("place", "community"):
            self._places.ask()
        if event.touches("case", "alarm", "operator", "place", "saved_filter"):
            self._list.ask()

    def _tick(self) -> None:
        self._list.ask()
        self._detail.tick()

    def _narrowed(self) -> None:
        self._settled.stop()
        self._most = STEP
        self._list.ask()

    def _scrolled(self, value: int) -> None:
        found = self._found
        if (
            found is not None
            and value == self._table.verticalScrollBar().maximum() > 0
            and len(found.cases) < found.total
        ):
            self._most = len(found.cases) + STEP
            self._list.ask()

    async def _load(self) -> None:
        query, base, board = self.query(), self._base(), self.on_board()
        found = await in_background(self._read, query, base, board, self._most)
        wanted, self._wanted = self._wanted, ""
        if wanted and wanted not in _ids(found):
            # It is asked for by name: what hides it gives way, and closed ones are under "all".
            one = (await in_background(self._context.console.cases.get, wanted)).view
            self._show_all(CaseQuery(open_only=one.closed_at is None))
            found = await in_background(self._read, self.query(), self._base(), board, self._most)
            if not board and wanted not in _ids(found):
                found = found._replace(cases=(*found.cases, one))
        if self._found is None:
            # The cases first: places are only needed by whoever narrows by them.
            self._places.ask()
        self._found = found
        if board == self.on_board():
            self._draw(found, wanted)

    def _base(self) -> CaseQuery:
        return msgspec.structs.replace(self._bar.base(), text=self._search.text().strip())

    def _read(self, query: CaseQuery, base: CaseQuery, board: bool, most: int) -> Found:
        console, who = self._context.console, self._context.who
        lists = console.case_lists
        lanes = read_lanes(console, query) if board else ()
        cases = () if board else lists.page(query, limit=most)
        counts = lists.count(base)
        total = counts.total if query == base else lists.count(query).total
        mine = lists.count(msgspec.structs.replace(base, assignee_id=who.id)).total
        return Found(cases, lanes, total, counts, mine, lists.saved(who))

    async def _load_places(self) -> None:
        known = await in_background(read_known, self._context, {"place"})
        self._bar.set_places(known.places)

    def _show_all(self, query: CaseQuery) -> None:
        for part in (self._search, self._bar):
            part.blockSignals(True)
        self._search.clear()
        self._bar.show_query(query)
        for part in (self._search, self._bar):
            part.blockSignals(False)

    # Drawing

    def _draw(self, found: Found, wanted: str) -> None:
        counts = found.counts
        self._bar.standing.set_counts(
            {"open": counts.total, "mine": found.mine, "free": counts.unassigned, "overdue": counts.overdue,
             "paused": counts.paused}
        )  # fmt: skip
        self._saved.set_saved(found.saved)
        self._saved.show_query(self.query())
        self.set_count(self._count_words(found))
        if not found.total and not found.cases and not self.on_board():
            self._table.set_rows([])
            self._choose(None)
            self._say_empty()
            return
        self.show_body()
        if self.on_board():
            self._board.show_lanes(found.lanes, wanted)
            if wanted:
                self._detail.show_case(wanted)
            self._detail.refresh()
            return
        self._table.set_rows(found.cases)
        if wanted:
            self._table.select(wanted)
        self._table.select_first()
        self._choose(self._table.selected())

    def _count_words(self, found: Found) -> str:
        shown = len(found.cases)
        if self.on_board() or shown >= found.total:
            return str(found.total) if found.total else ""
        return self._words("cases_list.more_shown", shown=shown, total=found.total)

    def _say_empty(self) -> None:
        words, query = self._words, self.query()
        if query == CaseQuery():
            self.show_state(
                "empty", words("cases.page.none"), words("cases.page.none_text"), icon_name="clipboard-list",
                act=words("cases.page.new") if self._may_open() else "", on_act=self._open_new,
            )  # fmt: skip
        elif query.text:
            self.show_state("empty", words("cases.page.none_found"), icon_name="search")
        else:
            self.show_state("empty", words("cases.page.none_in_view"), icon_name="clipboard-list")

    # What narrows, list and board

    def _pick_saved(self, query: CaseQuery) -> None:
        self._show_all(query)
        self._search.blockSignals(True)
        self._search.setText(query.text)
        self._search.blockSignals(False)
        self._narrowed()

    def _switch(self) -> None:
        """From the list to the board and back; the chosen case stays chosen."""
        words, wanted, to_board = self._words, self.selection_key(), not self.on_board()
        self._views.setCurrentWidget(self._board if to_board else self._table)
        self._toggle.set_label(words("cases_list.to_list" if to_board else "cases_list.to_board"))
        self._toggle.setIcon(icon("list" if to_board else "columns-3", "ink2", 16))
        self._detail.show_case(None)
        if to_board:
            self._board.choose(wanted)
        else:
            self._wanted = wanted
        (self._board if to_board else self._table).setFocus()
        self._list.ask()

    # The chosen case

    def _choose(self, case: CaseView | None) -> None:
        self._detail.show_case(case.id if case else None)

    def _chosen_on_board(self, case_id: str) -> None:
        """On the board the panel is opened; once it is, it follows."""
        if self._detail.case_id():
            self._detail.show_case(case_id)

    # Acts

    def _may_open(self) -> bool:
        definitions = self._context.console.cases.definitions().values()
        return any(self._context.who.may(definition.opening.permission) for definition in definitions)

    def _open_new(self) -> None:
        definitions = self._context.console.cases.definitions().values()
        chooser = KindChooser(
            self, self._context, [one for one in definitions if self._context.who.may(one.opening.permission)]
        )
        chooser.chosen.connect(self._open_kind)
        self._hold(chooser)

    def _open_kind(self, definition: CaseDefinition) -> None:
        form = OpenForm(self, self._context, definition)
        form.opened.connect(self.select_key)
        self._hold(form)

    def _hold(self, form: CaseForm | KindChooser) -> None:
        """One form at a time."""
        self._form = form
        form.closed.connect(self._release)
        self._keys_off(True)

    def _release(self) -> None:
        self._form = None
        self._keys_off(False)

    def _keys_off(self, busy: bool) -> None:
        """While a form stands the keys of the page mean nothing: they are typed into it."""
        for part in (self._split, self._new, self._toggle, self._find, self._search, self._bar, self._saved):
            part.setEnabled(not busy)
        if not busy:
            (self._board if self.on_board() else self._table).setFocus()


def _ids(found: Found) -> set[str]:
    return {case.id for case in found.cases} | {case.id for lane in found.lanes for case in lane.cases}
