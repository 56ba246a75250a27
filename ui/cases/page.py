"""The cases: the most pressing first; facts and timeline of the chosen one; its next legal moves as buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit

from desktop.cases.definition import CaseDefinition
from desktop.cases.views import CaseView
from desktop.kernel.bus import Changed
from ui.aio import in_background
from ui.cases.columns import YIELDING, columns
from ui.cases.forms import CaseForm, OpenForm
from ui.cases.kinds import KindChooser
from ui.cases.panel import CasePanel
from ui.parts.buttons import Button
from ui.parts.chips import FilterChips
from ui.parts.failed import tell_failure
from ui.parts.fitting import Fitting
from ui.parts.listpage import ListPage
from ui.parts.refresh import Refresh
from ui.parts.table import DataTable
from ui.shell.context import Context

VIEWS = ("open", "mine", "overdue", "all")


class CasesPage(ListPage):
    """A list with one case beside it."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        words = self._words
        super().__init__(words("cases.page.title"))
        self._cases: list[CaseView] | None = None
        self._wanted = ""
        self._form: CaseForm | KindChooser | None = None
        self._list = Refresh(
            self, self._load, lambda error: tell_failure(self, words, error, self._cases is not None, self._list.ask)
        )
        self._search = QLineEdit()
        self._search.setPlaceholderText(words("cases.page.search"))
        self._search.setAccessibleName(words("cases.page.search"))
        self._search.setClearButtonEnabled(True)
        self._search.setFixedWidth(240)
        self._search.textChanged.connect(lambda _text: self._draw())
        self._find = QShortcut(QKeySequence("/"), self)
        self._find.activated.connect(self._search.setFocus)
        self._new = Button(words("cases.page.new"), "primary", key="N", icon_name="plus", on=self._open_new)
        self.toolbar.addWidget(self._search)
        self.toolbar.addWidget(self._new)
        self._new.setHidden(not self._may_open())
        self._chips = FilterChips([(view, words(f"cases.page.{view}")) for view in VIEWS], words("cases.page.filter"))
        self._chips.chosen.connect(lambda _view: self._list.ask())
        self.filters.addWidget(self._chips)
        shape = columns(words, context.console.clock)
        self._table: DataTable[CaseView] = DataTable(shape, lambda case: case.id, words("cases.page.title"))
        Fitting(self._table, shape, YIELDING)
        self._table.chosen.connect(self._choose)
        self._detail = CasePanel(context, self)
        self._detail.busy.connect(self._keys_off)
        self._detail.opened.connect(self.select_key)
        self._split = self.set_list(self._table, self._detail)
        self.land_on(self._table, *self._chips.findChildren(Button))
        self.set_count(words("parts.loading"))
        # Cases become late while nothing happens.
        self._minute = QTimer(self)
        self._minute.setInterval(30_000)
        self._minute.timeout.connect(self._tick)
        self._minute.start()
        context.bridge.on(Changed, self._changed, self)
        self._list.ask()

    def selection_key(self) -> str:
        return self._table.selected_id() or ""

    def select_key(self, key: str) -> None:
        self._wanted = key
        self._list.ask()

    # Loading

    def _changed(self, event: Changed) -> None:
        if event.touches("case", "alarm", "operator", "place"):
            self._list.ask()

    def _tick(self) -> None:
        self._list.ask()
        self._detail.tick()

    async def _load(self) -> None:
        # One list answers every chip: the cases of an office are hundreds, not millions.
        cases = self._context.console.cases
        found = await in_background(cases.list, None, self._chips.current() != "all")
        if self._wanted and self._wanted not in {case.id for case in found}:
            # Closed ones are under "all"; that it is there at all is asked first.
            wanted, self._wanted = self._wanted, ""
            await in_background(cases.get, wanted)
            self._wanted = wanted
            self._chips.blockSignals(True)
            self._chips.choose("all")
            self._chips.blockSignals(False)
            found = await in_background(cases.list, None, False)
        self._cases = found
        self._draw()

    def _draw(self) -> None:
        if self._cases is None:
            return
        wanted, self._wanted = self._wanted, ""
        shown = self._narrowed(self._cases, wanted)
        self._table.set_rows(shown)
        self.set_count(str(len(shown)) if shown else "")
        if not shown:
            self._choose(None)
            self._say_empty()
            return
        self.show_body()
        if wanted:
            self._table.select(wanted)
        self._table.select_first()
        self._choose(self._table.selected())

    def _narrowed(self, found: Sequence[CaseView], wanted: str) -> list[CaseView]:
        """What chip and search leave; one that is asked for by name undoes both where they would hide it."""
        running = [case for case in found if case.closed_at is None]
        views = {
            "open": running,
            "mine": [case for case in running if case.assignee_id == self._context.who.id],
            "overdue": [case for case in running if case.overdue],
            "all": list(found),
        }
        self._chips.set_counts({view: len(cases) for view, cases in views.items() if view != "all"})
        shown = self._matching(views[self._chips.current()])
        if wanted and wanted not in {case.id for case in shown}:
            for widget in (self._search, self._chips):
                widget.blockSignals(True)
            self._search.clear()
            if wanted not in {case.id for case in views[self._chips.current()]}:
                self._chips.choose("open")
            for widget in (self._search, self._chips):
                widget.blockSignals(False)
            shown = views[self._chips.current()]
        return shown

    def _matching(self, cases: Sequence[CaseView]) -> list[CaseView]:
        text = self._search.text().strip().casefold()

        def holds(case: CaseView) -> bool:
            return text in f"{case.number} {case.title} {' '.join(case.place_path)} {case.assignee_name}".casefold()

        return [case for case in cases if holds(case)]

    def _say_empty(self) -> None:
        words = self._words
        if self._search.text().strip():
            self.show_state("empty", words("cases.page.none_found"), icon_name="search")
        elif self._chips.current() == "open":
            self.show_state(
                "empty", words("cases.page.none"), words("cases.page.none_text"), icon_name="clipboard-list",
                act=words("cases.page.new") if self._may_open() else "", on_act=self._open_new,
            )  # fmt: skip
        else:
            self.show_state("empty", words("cases.page.none_in_view"), icon_name="clipboard-list")

    # The chosen case

    def _choose(self, case: CaseView | None) -> None:
        self._detail.show_case(case.id if case else None)

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
        for part in (self._split, self._new, self._find, self._search):
            part.setEnabled(not busy)
        if not busy:
            self._table.setFocus()
