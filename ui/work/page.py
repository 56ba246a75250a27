"""My work today: what is late, due today, later, and what I could take; the next step of each is one key away."""

from __future__ import annotations

from PySide6.QtCore import QTimer

from desktop.cases.views import Today
from desktop.kernel.bus import Changed
from desktop.kernel.errors import LinliError
from ui.aio import in_background, slot
from ui.cases.panel import CasePanel, refused_words
from ui.parts.buttons import Button
from ui.parts.chips import FilterChips
from ui.parts.failed import tell_failure
from ui.parts.fitting import Fitting
from ui.parts.listpage import ListPage
from ui.parts.refresh import Refresh
from ui.parts.table import DataTable
from ui.parts.when import local
from ui.shell.context import Context
from ui.shell.printing import Printer
from ui.work.rows import WHENS, YIELDING, Job, columns, counts, jobs

NOTHING = Today((), (), (), ())


class WorkPage(ListPage):
    """An engineer's or a guard's day in one list."""

    def __init__(self, context: Context) -> None:
        words = context.words
        super().__init__(words("work.title"))
        self._context, self._words = context, words
        self._today: Today | None = None
        self._wanted = ""
        self._list = Refresh(
            self, self._load, lambda error: tell_failure(self, words, error, self._today is not None, self._list.ask)
        )
        self._printer = Printer(self, context)
        self._grab = Button(words("work.grab"), "quiet", key="G", icon_name="hand", on=self._take)
        self._sheet = Button(words("work.sheet"), "quiet", key="J", icon_name="printer", on=self._print)
        self.toolbar.addWidget(self._grab)
        self.toolbar.addWidget(self._sheet)
        chips = [("all", words("work.all")), *((when, words(f"work.{when}")) for when in WHENS)]
        self._chips = FilterChips(chips, words("work.filter"))
        self._chips.chosen.connect(lambda _which: self._draw())
        self.filters.addWidget(self._chips)
        shape = columns(words, context.console.clock)
        self._table: DataTable[Job] = DataTable(shape, lambda job: job.case.id, words("work.title"))
        Fitting(self._table, shape, YIELDING)
        self._table.chosen.connect(self._choose)
        self._panel = CasePanel(context, self)
        self._panel.busy.connect(self._keys_off)
        self._panel.opened.connect(lambda case_id: context.shell.go("cases", case_id))
        self._table.opened.connect(lambda _job: self._panel.next_move())
        self._split = self.set_list(self._table, self._panel)
        self.land_on(self._table, *self._chips.findChildren(Button))
        self.set_count(words("parts.loading"))
        self._grab.setEnabled(False)
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

    def _changed(self, event: Changed) -> None:
        if event.touches("case", "operator", "place"):
            self._list.ask()

    def _tick(self) -> None:
        self._list.ask()
        self._panel.tick()

    async def _load(self) -> None:
        self._today = await in_background(self._context.console.case_lists.today, self._context.who)
        self._draw()

    def _draw(self) -> None:
        today, words = self._today or NOTHING, self._words
        numbers = counts(today)
        self._chips.set_counts({**numbers, "all": sum(numbers.values())})
        shown = jobs(today, self._chips.current())
        self._table.set_rows(shown)
        now = local(self._context.console.clock.now())
        self.set_count(f"{now:%Y-%m-%d}")
        if not shown:
            self._choose(None)
            if self._chips.current() == "all":
                self.show_state("empty", words("work.none"), words("work.none_text"), icon_name="clipboard-check")
            else:
                self.show_state("empty", words("work.none_in_view"), icon_name="clipboard-check")
            return
        self.show_body()
        if self._wanted:
            self._table.select(self._wanted)
            self._wanted = ""
        self._table.select_first()
        self._choose(self._table.selected())

    def _choose(self, job: Job | None) -> None:
        self._panel.show_case(job.case.id if job else None)
        self._grab.setEnabled(job is not None and job.when == "free")

    # Acts

    @slot
    async def _take(self) -> None:
        """Takes the chosen case, if nobody was faster; then it is the next thing to do."""
        job = self._table.selected()
        if job is None or job.when != "free":
            return
        context, words = self._context, self._words
        try:
            case = await in_background(self._grab_it, job.case.id)
        except LinliError as error:
            context.shell.say(refused_words(words, error))
        else:
            context.shell.say(words("work.grabbed", number=case))
            self._wanted = job.case.id
        self._list.ask()

    def _grab_it(self, case_id: str) -> str:
        cases, who = self._context.console.cases, self._context.who
        move = next((move for move in cases.moves_for(who, case_id) if move.dispatch == "grab"), None)
        if move is None:
            # It went to somebody meanwhile: the service says to whom.
            definition = cases.get(case_id).definition
            move = next(move for move in definition.moves if move.dispatch == "grab")
        return cases.move(who, case_id, move.name).number

    def _print(self) -> None:
        context, words = self._context, self._words
        stem = words("work.sheet_file", who=context.who.name, day=f"{local(context.console.clock.now()):%Y%m%d}")
        self._printer.print(lambda: (f"{stem}.pdf", context.console.reports.job_sheet(context.who, words.lang)))

    def _keys_off(self, busy: bool) -> None:
        for part in (self._split, self._sheet, self._chips):
            part.setEnabled(not busy)
        job = self._table.selected()
        self._grab.setEnabled(not busy and job is not None and job.when == "free")
        if not busy:
            self._table.setFocus()
