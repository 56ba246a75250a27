"""The cases: the most pressing first; facts and timeline of the chosen one; its next legal moves as buttons."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from desktop.cases.definition import Move
from desktop.cases.views import CaseDetail, CaseView
from desktop.kernel.bus import Changed
from ui.aio import in_background, slot
from ui.cases.columns import columns
from ui.cases.detail import sections, state_badges
from ui.cases.forms import MoveForm, OpenForm
from ui.parts.buttons import Button
from ui.parts.chips import FilterChips
from ui.parts.detail import DetailPanel
from ui.parts.page import Page
from ui.parts.table import DataTable
from ui.shell.context import Context

VIEWS = ("open", "mine", "overdue", "all")


class CasesPage(Page):
    """A list with one case beside it."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        words = self._words
        super().__init__(words("cases.page.title"))
        self._cases: list[CaseView] = []
        self._wanted = ""
        self._shown: tuple[CaseDetail, tuple[Move, ...]] | None = None
        self._search = QLineEdit()
        self._search.setPlaceholderText(words("cases.page.search"))
        self._search.setAccessibleName(words("cases.page.search"))
        self._search.setClearButtonEnabled(True)
        self._search.setFixedWidth(240)
        self._search.textChanged.connect(lambda _text: self._take(self._cases))
        QShortcut("/", self, self._search.setFocus)
        new = Button(words("cases.page.new"), "primary", key="N", icon_name="plus", on=lambda: OpenForm(self, context))
        new.setEnabled(context.who.may("cases.open"))
        self.toolbar.addWidget(self._search)
        self.toolbar.addWidget(new)
        self._chips = FilterChips([(view, words(f"cases.page.{view}")) for view in VIEWS], words("cases.page.filter"))
        self._chips.chosen.connect(lambda _view: self._load())
        self.filters.addWidget(self._chips)
        self._table: DataTable[CaseView] = DataTable(
            columns(words, context.console.clock), lambda case: case.id, words("cases.page.title")
        )
        self._table.chosen.connect(self._choose)
        self._detail = DetailPanel()
        body = QWidget()
        layout = QHBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._table, 1)
        layout.addWidget(self._detail)
        self.set_body(body)
        self._detail.hide()
        context.bridge.on(Changed, lambda event: self._load() if event.touches("case") else None, self)
        self._load()

    def selection_key(self) -> str:
        return self._table.selected_id() or ""

    def select_key(self, key: str) -> None:
        if not self._table.select(key):
            self._wanted = key
            if self._chips.current() != "all":
                self._chips.choose("all")

    @slot
    async def _load(self) -> None:
        # One list answers every chip: the cases of an office are hundreds, not millions.
        found = await in_background(self._context.console.cases.list, None, self._chips.current() != "all")
        self._take(found)

    def _take(self, found: list[CaseView]) -> None:
        self._cases = found
        mine = [case for case in found if case.assignee_id == self._context.who.id]
        late = [case for case in found if case.overdue]
        view = self._chips.current()
        shown = {"mine": mine, "overdue": late}.get(view, found)
        text = self._search.text().strip().casefold()
        shown = [case for case in shown if text in f"{case.number} {case.title} {' '.join(case.place_path)}".casefold()]
        if view != "all":
            self._chips.set_counts({"open": len(found), "mine": len(mine), "overdue": len(late)})
        self._table.set_rows(shown)
        self.set_count(str(len(shown)) if shown else "")
        if not shown:
            self._detail.hide()
            plain = view == "open" and not text
            self.show_state(
                "empty",
                self._words("cases.page.none" if plain else "cases.page.none_in_view"),
                self._words("cases.page.none_text") if plain else "",
                icon_name="clipboard-list",
            )
            return
        self.show_body()
        if self._wanted and self._table.select(self._wanted):
            self._wanted = ""
        self._table.select_first()
        self._choose(self._table.selected())

    @slot
    async def _choose(self, case: CaseView | None) -> None:
        if case is None:
            self._detail.hide()
            return
        detail, moves = await in_background(self._read, case.id)
        if self._table.selected_id() == case.id:
            self._shown = detail, moves
            self._show(detail, moves)

    def _read(self, case_id: str) -> tuple[CaseDetail, tuple[Move, ...]]:
        cases = self._context.console.cases
        return cases.get(case_id), cases.moves_for(self._context.who, case_id)

    def _show(self, detail: CaseDetail, moves: tuple[Move, ...]) -> None:
        words, case = self._words, detail.view
        self._detail.show()
        under = "  ·  ".join(part for part in (case.number, " / ".join(case.place_path)) if part)
        self._detail.set_title(case.title, under)
        self._detail.set_state(*state_badges(words, detail))
        acts = []
        for number, move in enumerate(moves[:4]):
            button = Button(words.of(move.title), move.tone, key="E" if number == 0 else "")
            button.clicked.connect(partial(self._open_move, move))
            acts.append(button)
        self._detail.set_acts(*acts)
        self._detail.set_sections(*sections(self._context, detail, moves[4:], self._open_move))

    def _open_move(self, move: Move, _checked: bool = False) -> None:
        if self._shown is not None:
            MoveForm(self, self._context, self._shown[0], move)
