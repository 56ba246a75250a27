"""Work that comes again: what is planned, open, done and missed, by month, week or plan; and the map of rounds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedLayout, QWidget

from desktop.cases.planned import Occurrence, PlanView, RouteView
from desktop.kernel.bus import Changed
from desktop.reports.point_labels import point_labels
from ui.aio import in_background, slot
from ui.parts.buttons import Button, IconButton
from ui.parts.chips import FilterChips
from ui.parts.failed import tell_failure
from ui.parts.files import ask_where
from ui.parts.layout import row
from ui.parts.listpage import ListPage
from ui.parts.refresh import Refresh
from ui.parts.table import Column, DataTable
from ui.parts.text import Label
from ui.parts.when import local, midnight
from ui.planned.calendar import CalendarGrid
from ui.planned.choices import read_choices
from ui.planned.days import Entry, entries, month_days, week_days
from ui.planned.form import PlanForm
from ui.planned.plandetail import PlanDetail
from ui.planned.reading import DAY, Read, read_planned
from ui.planned.roundsview import RoundsView, round_line, route_line
from ui.planned.routeform import RouteForm
from ui.planned.stop import StopForm
from ui.planned.words import Shown, about_words, next_words, pattern_words, standing, time_words
from ui.shell.context import Context

MODES = ("month", "week", "plans", "rounds", "routes")


class PlannedPage(ListPage):
    """A calendar and the panel of what is chosen in it; the same plans as a list; rounds on their lines."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        super().__init__(self._words("planned.title"))
        self._may = context.who.may("cases.plan")
        self._day = self._today()
        self._read: Read | None = None
        self._form: QObject | None = None
        self._wanted = ""
        self._refresh = Refresh(
            self,
            self._load,
            lambda error: tell_failure(self, self._words, error, self._read is not None, self._refresh.ask),
        )
        self._build_bars()
        self._build_body()
        self._minute = QTimer(self)
        self._minute.setInterval(30_000)
        self._minute.timeout.connect(self._refresh.ask)
        self._minute.start()
        context.bridge.on(Changed, self._changed, self)
        self._refresh.ask()

    def _build_bars(self) -> None:
        words = self._words
        self._span = Label("", "body", tabular=True)
        self._back = IconButton("chevron-left", words("planned.before"), key="PgUp", on=lambda: self._go(-1))
        self._on = IconButton("chevron-right", words("planned.after"), key="PgDown", on=lambda: self._go(1))
        self._now = Button(words("planned.today"), key="T", on=lambda: self._go(0))
        self._labels = Button(words("planned.labels"), icon_name="printer", key="Ctrl+P", on=self._print_labels)
        self._edit = Button(words("planned.change"), icon_name="pencil", key="E", on=self._change)
        self._add = Button(words("planned.add"), "primary", key="N", on=self._new)
        for widget in (self._back, self._span, self._on, self._now, self._labels, self._edit, self._add):
            self.toolbar.addWidget(widget)
        self._chips = FilterChips([(mode, words(f"planned.mode.{mode}")) for mode in MODES], words("planned.show"))
        self._chips.chosen.connect(self._show_mode)
        self.filters.addWidget(self._chips)
        self.filters.addStretch(1)
        for number, mode in enumerate(MODES, 1):
            shortcut = QShortcut(QKeySequence(str(number)), self)
            shortcut.activated.connect(lambda mode=mode: self._chips.choose(mode))

    def _build_body(self) -> None:
        words = self._words
        self._grid = CalendarGrid(words)
        self._grid.moved.connect(self._moved)
        self._grid.opened.connect(self._open)
        self._grid.left.connect(self._over_the_edge)
        columns: list[Column[PlanView]] = [
            Column("title", words("planned.column.title"), lambda plan: plan.title, 180, "strong", stretch=True),
            Column("pattern", words("planned.column.pattern"), lambda plan: pattern_words(words, plan.pattern), 180),
            Column("next", words("planned.column.next"), self._next, 220, "marked",
                   tone=lambda plan: self._shown(plan)[1], mark=lambda plan: self._shown(plan)[2], sort=self._order),
            Column("about", words("planned.column.about"), about_words, 112, "quiet"),
        ]  # fmt: skip
        self._table = DataTable(columns, lambda plan: plan.id, words("planned.mode.plans"))
        self._table.chosen.connect(lambda _plan: self._show_detail())
        self._table.opened.connect(lambda _plan: self._open())
        holder = QWidget()
        self._views = QStackedLayout(holder)
        self._views.addWidget(self._grid)
        self._views.addWidget(self._table)
        self._detail = PlanDetail(words)
        split = QWidget()
        both = row(holder, self._detail, spacing=0)
        both.setStretch(0, 1)
        split.setLayout(both)
        self._rounds = RoundsView(words)
        self._rounds.opened.connect(lambda case_id: self._context.shell.go("cases", case_id))
        self._rounds.chosen.connect(self._enable)
        body = QWidget()
        self._bodies = QStackedLayout(body)
        for view in (split, self._rounds):
            self._bodies.addWidget(view)
        outer = QWidget()
        column = row(body)
        outer.setLayout(column)
        self._outer = outer
        self.set_body(outer)
        self.land_on(self._grid, self._table, self._rounds.table)

    # What the shell asks

    def selection_key(self) -> str:
        return f"{self._chips.current()}/{self._day:%Y-%m-%d}"

    def select_key(self, key: str) -> None:
        """`month/2026-11-22`, a mode alone, or a plan's id."""
        mode, _, day = key.partition("/")
        if mode not in MODES:
            self._wanted = key
            self._chips.choose("plans")
            self._refresh.ask()
            return
        try:
            self._day = date.fromisoformat(day) if day else self._day
        except ValueError:
            return
        self._chips.choose(mode)
        self._refresh.ask()

    # Reading

    def _today(self) -> date:
        return local(self._context.console.clock.now()).date()

    def _changed(self, event: Changed) -> None:
        if event.touches("schedule", "route", "case", "asset", "place", "operator"):
            self._refresh.ask()

    def _days(self) -> tuple[date, ...]:
        return week_days(self._day) if self._chips.current() == "week" else month_days(self._day)

    async def _load(self) -> None:
        days = self._days()
        self._read = await in_background(read_planned, self._context, days[0], days[-1] + DAY)
        if days == self._days():
            self._draw(self._read)

    def _draw(self, read: Read) -> None:
        words, today, now = self._words, self._today(), self._context.console.clock.now()
        self.set_count(words("planned.count", n=len(read.plans)) if read.plans else "")
        days = self._days()
        week = self._chips.current() == "week"
        self._span.setText(
            f"{days[0]:%Y-%m-%d} – {days[-1]:%m-%d}" if week else words(
                "planned.month", year=self._day.year, month=words(f"planned.month_name.m{self._day.month}")
            )
        )  # fmt: skip
        self._grid.show_days(days, self._day, today, self._day, entries(read.found))
        late = {one.schedule_id for one in read.late}
        self._table.set_rows(sorted(read.plans, key=lambda plan: (plan.id not in late, *self._order(plan))))
        if self._wanted and self._table.select(self._wanted):
            self._wanted = ""
        self._table.select_first()
        places = {id_: path for route in read.routes for id_, path in route.places.items()}
        lines = (
            [route_line(words, route) for route in read.routes]
            if self._chips.current() == "routes"
            else [round_line(words, one, now) for one in read.rounds]
        )
        self._rounds.show_lines(lines, places)
        self._say_late(read.late)
        self._show_body(read)
        self._show_detail()

    def _show_body(self, read: Read) -> None:
        """The body of the mode, or what stands there while it has nothing."""
        mode, words = self._chips.current(), self._words
        nothing = {"rounds": not read.rounds, "routes": not read.routes}.get(mode, not read.plans and not read.found)
        if nothing:
            key = mode if mode in ("rounds", "routes") else "plans"
            do = words(f"planned.empty.{key}_do") if self._may else ""
            self.show_state(
                "empty", words(f"planned.empty.{key}"), do, icon_name="map-pin" if key != "plans" else "calendar"
            )
            return
        self.show_body()

    def _say_late(self, late: Sequence[Occurrence]) -> None:
        """What is over its time stands above everything, the oldest by name."""
        if not late or self._chips.current() in ("rounds", "routes"):
            self.clear_banner()
            return
        words, first = self._words, late[0]
        text = words("planned.late_n", n=len(late))
        oldest = words(
            "planned.oldest", title=first.title, at=time_words(words, first.at, self._context.console.clock.now())
        )
        case_id = first.case_id or ""
        self.show_banner(
            text, "high", detail=oldest, act=words("planned.open_case"),
            on_act=lambda: self._context.shell.go("cases", case_id),
        )  # fmt: skip

    # What is chosen

    def _mode_is_rounds(self) -> bool:
        return self._chips.current() in ("rounds", "routes")

    def _show_mode(self, mode: str) -> None:
        self._views.setCurrentIndex(1 if mode == "plans" else 0)
        self._bodies.setCurrentIndex(1 if self._mode_is_rounds() else 0)
        calendar = mode in ("month", "week")
        for widget in (self._back, self._span, self._on, self._now):
            widget.setVisible(calendar)
        self._refresh.ask()
        (self._rounds.table if self._mode_is_rounds() else self._table if mode == "plans" else self._grid).setFocus()
        self._enable()

    def _moved(self) -> None:
        self._day = self._grid.day()
        self._show_detail()

    def _entry(self) -> Entry | None:
        return self._grid.entry() if self._chips.current() in ("month", "week") else None

    def _plan(self) -> PlanView | None:
        """The plan that is chosen, in whichever view."""
        if self._mode_is_rounds() or self._read is None:
            return None
        if self._chips.current() == "plans":
            return self._table.selected()
        entry = self._grid.entry()
        return next((plan for plan in self._read.plans if entry and plan.id == entry.schedule_id), None)

    def _show_detail(self) -> None:
        plan, entry = self._plan(), self._entry()
        self._detail.setVisible(plan is not None)
        self._enable()
        if plan is None:
            return
        words, go = self._words, self._context.shell.go
        acts: list[Button] = []
        case_id = (entry.lead.case_id if entry else "") or plan.open_case_id
        if case_id:
            acts.append(Button(words("planned.open_case"), "quiet", key="O", on=lambda: go("cases", case_id)))
        if self._may:
            acts.append(Button(words("planned.stop_plan"), "plain", key="S", on=self._stop))
        self._detail.show_plan(plan, entry, self._context.console.clock.now(), acts, lambda id_: go("cases", id_))

    def _enable(self) -> None:
        rounds, line = self._mode_is_rounds(), self._rounds.line()
        on_route = self._chips.current() == "routes" and line is not None
        self._add.set_label(self._words("planned.add_route" if rounds else "planned.add"))
        self._add.setHidden(not self._may)
        self._edit.setHidden(not self._may)
        self._labels.setVisible(on_route)
        self._edit.setEnabled(self._form is None and (on_route or self._plan() is not None))
        self._add.setEnabled(self._form is None)

    def _standing(self, plan: PlanView) -> str:
        return self._read.standing(plan) if self._read else "planned"

    def _shown(self, plan: PlanView) -> Shown:
        return standing(self._words, self._standing(plan))

    def _next(self, plan: PlanView) -> str:
        """When it is due next; before that, in a word, where work of it is open or late."""
        text, key = next_words(self._words, plan, self._context.console.clock.now()), self._standing(plan)
        return text if key == "planned" else f"{standing(self._words, key)[0]} · {text}"

    def _order(self, plan: PlanView) -> tuple[bool, datetime, str]:
        return (
            plan.next_at is None,
            plan.next_at or datetime.max.replace(tzinfo=local(midnight(self._day)).tzinfo),
            plan.title,
        )

    def _go(self, steps: int) -> None:
        """To another month or week, or with nought to today."""
        if not steps:
            self._day = self._today()
        elif self._chips.current() == "week":
            self._day += 7 * steps * DAY
        else:
            first = self._day.replace(day=1)
            self._day = (first - DAY).replace(day=1) if steps < 0 else (first + 31 * DAY).replace(day=1)
        self._refresh.ask()

    def _over_the_edge(self, direction: int) -> None:
        days = self._days()
        self._day = days[-1] + DAY if direction > 0 else days[0] - DAY
        self._refresh.ask()

    # Acts

    def _open(self) -> None:
        """Enter: the case of what is chosen, or the plan itself."""
        entry, plan = self._entry(), self._plan()
        case_id = (entry.lead.case_id if entry else "") or (plan.open_case_id if plan and not entry else "")
        if case_id:
            self._context.shell.go("cases", case_id)
        else:
            self._change()

    def _new(self) -> None:
        self._begin_form(None)

    def _change(self) -> None:
        chosen = self._route() if self._mode_is_rounds() else self._plan()
        if chosen is not None and self._may:
            self._begin_form(chosen)

    def _route(self) -> RouteView | None:
        line = self._rounds.line()
        return self._read.route(line.route_id) if self._read and line and line.route_id else None

    @slot
    async def _begin_form(self, chosen: PlanView | RouteView | None) -> None:
        if self._form is not None or not self._may:
            return
        self._form = self
        choices = await in_background(read_choices, self._context)
        if isinstance(chosen, RouteView) or (chosen is None and self._mode_is_rounds()):
            form: PlanForm | RouteForm = RouteForm(
                self, self._context, choices, chosen if isinstance(chosen, RouteView) else None
            )
        else:
            form = PlanForm(self, self._context, choices, chosen)
        self._hold(form)

    def _stop(self) -> None:
        plan = self._plan()
        if plan is not None and self._form is None and self._may:
            self._hold(StopForm(self, self._context, plan))

    def _hold(self, form: PlanForm | RouteForm | StopForm) -> None:
        """The page waits while a form stands over it."""
        self._form = form
        form.panel.closed.connect(self._release)
        self._outer.setEnabled(False)
        self._enable()

    def _release(self) -> None:
        self._form = None
        self._outer.setEnabled(True)
        self._enable()

    @slot
    async def _print_labels(self) -> None:
        route, console, words = self._route(), self._context.console, self._words
        if route is None:
            return
        community = await in_background(console.places.community)
        name = community.name if community else ""
        made, who = local(console.clock.now()), self._context.who.name
        data = await in_background(point_labels, name, route, words, made, who)
        path = await ask_where(
            self, words("planned.labels"), f"{words('planned.labels_of', name=route.name)}.pdf", "PDF (*.pdf)"
        )
        if path is not None:
            await in_background(path.write_bytes, data)
            self._context.shell.say(words("planned.labels_saved", file=path.name))
