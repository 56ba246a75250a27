"""The alarms: what stands, grouped by its root and the most urgent first; what to do about the chosen one; and its acts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent

from desktop.alarms.flood import Group, groups, proposals
from desktop.alarms.views import PRIORITIES, AlarmView
from desktop.kernel.bus import Changed
from desktop.kernel.errors import NotFound
from ui.aio import in_background
from ui.alarms.acts import Acts
from ui.alarms.columns import YIELDING, columns, state_tone
from ui.alarms.detail import Told, rest, sections
from ui.alarms.rows import MORE, Row, flat, grouped, hidden_by, to_open
from ui.alarms.standing import read_standing
from ui.alarms.views import FLAT, VIEWS, WEEK, Standing, counts, narrowed, view_of
from ui.parts.badge import PriorityMark, StateBadge
from ui.parts.buttons import Button
from ui.parts.chips import FilterChips
from ui.parts.detail import DetailPanel
from ui.parts.failed import tell_failure
from ui.parts.fitting import Fitting
from ui.parts.listpage import ListPage
from ui.parts.refresh import Refresh
from ui.parts.table import DataTable
from ui.parts.when import local
from ui.shell.context import Context

CHATTER_LOOK = timedelta(days=1)
"""How far back a chattering rule is looked for."""


class AlarmsPage(ListPage):
    """A list with the response beside it."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        words = self._words
        super().__init__(words("alarms.title"))
        self._loaded = False
        self._wanted = self._guest = ""
        self._opened: set[str] = set()
        self._standing = Standing()
        self._shown: Told | None = None
        self._form: QObject | None = None
        self._acts = Acts(self, context)
        self._acts.holds.connect(self._hold)
        self._list = Refresh(
            self, self._load, lambda error: tell_failure(self, words, error, self._loaded, self._list.ask)
        )
        self._one = Refresh(self, self._load_one, self._context.shell.tell)
        self._build_toolbar()
        self._chips = FilterChips([(view, words(f"alarms.page.{view}")) for view in VIEWS], words("alarms.page.filter"))
        self._chips.chosen.connect(lambda _view: self._list.ask())
        self.filters.addWidget(self._chips)
        shape = columns(words, context.console.clock, context.console.things)
        self._table: DataTable[Row] = DataTable(shape, lambda row: row.id, words("alarms.title"))
        self._fitting = Fitting(self._table, shape, YIELDING)
        self._fitting.leave_out({"escalated"})
        self._table.chosen.connect(self._choose)
        self._table.opened.connect(self._enter)
        self._table.installEventFilter(self)
        self._detail = DetailPanel()
        self._split = self.set_list(self._table, self._detail)
        self.land_on(self._table, *self._chips.findChildren(Button))
        self.set_count(words("parts.loading"))
        # Durations grow and floods end while nothing happens.
        self._minute = QTimer(self)
        self._minute.setInterval(30_000)
        self._minute.timeout.connect(self._list.ask)
        self._minute.start()
        context.bridge.on(Changed, self._changed, self)
        self._list.ask()

    def _build_toolbar(self) -> None:
        words, who = self._words, self._context.who
        self._report = Button(words("alarms.act.print"), icon_name="printer", key="Ctrl+P", on=self._acts.open_report)
        self._ack_all = Button(
            words("alarms.act.acknowledge_all"), key="Ctrl+Shift+A", icon_name="check-check",
            on=lambda: self._acts.acknowledge_all(self._waiting()),
        )  # fmt: skip
        self._figures = Button(words("alarms.act.figures"), icon_name="activity", key="K", on=self._open_figures)
        self.toolbar.addWidget(self._figures)
        self.toolbar.addWidget(self._report)
        self.toolbar.addWidget(self._ack_all)
        self._report.setHidden(not who.may("reports.make"))
        self._ack_all.setHidden(not who.may("alarms.acknowledge"))

    def selection_key(self) -> str:
        row = self._table.selected()
        return row.alarm.id if row is not None else ""

    def select_key(self, key: str) -> None:
        self._wanted = key
        self._list.ask()

    # Loading

    def _changed(self, event: Changed) -> None:
        if event.touches("alarm", "case", "thing", "place"):
            self._list.ask()

    async def _load(self) -> None:
        alarms, clock = self._context.console.alarms, self._context.console.clock
        standing = await in_background(read_standing, self._context.console)
        wanted, self._wanted = self._wanted, ""
        if wanted:
            view = view_of(await in_background(alarms.get, wanted), standing.alarms)
            # Not told as a choice of the person: it is this reading that the chip is chosen for.
            self._chips.blockSignals(True)
            self._chips.choose(view)
            self._chips.blockSignals(False)
            self._guest = wanted if view == "week" else ""
        view, now = self._chips.current(), clock.now()
        if view == "week":
            shown = list(reversed(await in_background(alarms.log, now - WEEK, now + timedelta(minutes=1))))
            # One that was asked for by name is shown however old it is.
            if self._guest and self._guest not in {alarm.id for alarm in shown}:
                shown.append(await in_background(alarms.get, self._guest))
        else:
            shown = narrowed(view, standing.alarms, now)
        self._standing = standing
        self._draw(view, shown, wanted)

    def _draw(self, view: str, shown: Sequence[AlarmView], wanted: str) -> None:
        self._loaded = True
        now, standing = self._context.console.clock.now(), self._standing
        self._chips.set_counts(counts(standing.alarms, now))
        rows = self._rows(view, shown, now)
        if wanted:
            wanted, unfold = to_open(rows, wanted, self._groups(view, shown, now))
            self._opened |= unfold
            rows = self._rows(view, shown, now) if unfold else rows
        self._fitting.leave_out(set() if any(row.alarm.escalated_to for row in rows) else {"escalated"})
        self._let_sort(view in FLAT)
        self._table.set_rows(rows)
        self._ack_all.setEnabled(self._form is None and bool(self._waiting()))
        self.set_count(str(len(shown)) if shown else "")
        self._say_flood(now)
        if not shown:
            self._choose(None)
            plain = view == "open"
            self.show_state(
                "empty",
                self._words("alarms.none" if plain else "alarms.page.none_in_view"),
                self._words("alarms.none_detail") if plain else "",
                icon_name="bell",
            )
            return
        self.show_body()
        if wanted:
            self._table.select(wanted)
        self._table.select_first()
        self._choose(self._table.selected())

    def _let_sort(self, on: bool) -> None:
        """A list may be sorted by its columns; groups keep the order of urgency, or members would leave their heading."""
        header = self._table.horizontalHeader()
        header.setSectionsClickable(on)
        if not on and header.sortIndicatorSection() >= 0:
            header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            self._table.model().sort(-1)

    def _rows(self, view: str, shown: Sequence[AlarmView], now: datetime) -> list[Row]:
        hidden = hidden_by(self._standing.alarms)
        if view in FLAT:
            return flat(shown, hidden)
        flood = self._standing.flood_since(now) is not None
        return grouped(shown, self._parents(), flood, self._opened, self._name, hidden)

    def _groups(self, view: str, shown: Sequence[AlarmView], now: datetime) -> tuple[Group, ...]:
        flood = self._standing.flood_since(now) is not None
        return () if view in FLAT else groups(shown, self._parents(), flood)

    def _parents(self) -> dict[str, str]:
        return {view.id: view.parent_id for view in self._context.console.things.all() if view.parent_id}

    def _name(self, group: Group) -> str:
        """The root thing, else the place."""
        if group.thing_id is None:
            return " / ".join(group.place_path)
        root = self._context.console.things.get(group.thing_id)
        own = next((alarm.thing_name for alarm in group.alarms if alarm.thing_id == group.thing_id), "")
        return root.name if root is not None else own or group.thing_id

    def _waiting(self) -> list[str]:
        """What is acknowledged all at once: what is in sight, not what a flood keeps behind its line."""
        rows = [row for row in self._table.rows() if row.kind != "more"]
        return list(dict.fromkeys(id_ for row in rows for id_ in row.waiting))

    def _say_flood(self, now: datetime) -> None:
        since = self._standing.flood_since(now)
        seen = narrowed("open", self._standing.alarms, now)
        if since is None or not seen:
            self.clear_banner()
            return
        worst = min((alarm.priority for alarm in seen), key=PRIORITIES.index)
        text = self._words(
            "alarms.page.flood", at=f"{local(since):%H:%M}", n=self._standing.recent(now),
            priority=self._words(f"alarms.priority.{worst}"),
        )  # fmt: skip
        self.show_banner(text, "high", detail=self._words("alarms.page.flood_text"))

    # The chosen row

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._table and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            row, key = self._table.selected(), event.key()
            if row is not None and key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
                self._fold(row, key == Qt.Key.Key_Right)
                return True
        return super().eventFilter(watched, event)

    def _fold(self, row: Row, open_: bool) -> None:
        """→ unfolds; ← folds, from inside a group as well."""
        key = row.group.key if row.group is not None and row.kind != "more" else MORE if row.kind == "more" else ""
        if not key or (key in self._opened) == open_:
            return
        self._opened ^= {key}
        if not open_:
            self._table.select(key)
        self._list.ask()

    def _enter(self, row: Row) -> None:
        if row.kind == "alarm":
            self._context.shell.go("things", row.alarm.thing_id)
        else:
            self._fold(row, row.fold == "closed")

    def _choose(self, row: Row | None) -> None:
        if row is None:
            self._shown = None
            self._detail.hide()
        else:
            self._one.ask()

    async def _load_one(self) -> None:
        row = self._table.selected()
        if row is None:
            return
        told = await in_background(self._read, row) if row.kind != "more" else Told(row, ())
        # Drawn anew only when something changed: the panel keeps its place, and a button its focus.
        if self._table.selected_id() == row.id and self._shown != told:
            self._show(told)

    def _read(self, row: Row) -> Told:
        """Waits for the store."""
        alarms, now, alarm = self._context.console.alarms, self._context.console.clock.now(), row.alarm
        explained = None
        if alarm.suppressed_by:
            # What explains it may have been put away since; then the next change brings this one back.
            with suppress(NotFound):
                explained = alarms.get(alarm.suppressed_by)
        same = alarms.log(now - CHATTER_LOOK, now + timedelta(seconds=1), (alarm.thing_id, alarm.rule))
        return Told(row, alarms.course(alarm.id), explained, next(iter(proposals(same)), None))

    def _show(self, told: Told) -> None:
        words, row, alarm = self._words, told.row, told.row.alarm
        focused = self._detail.isAncestorOf(self.window().focusWidget() or self)
        self._shown = told
        if row.kind == "more":
            self._detail.set_title(words("alarms.page.more_n", n=len(row.behind)))
            self._detail.set_state()
            label = words("alarms.act.unfold" if row.fold == "closed" else "alarms.act.fold")
            self._detail.set_acts(Button(label, on=lambda: self._enter(row)))
            self._detail.set_sections(*rest(words, row))
        else:
            place = " / ".join(alarm.place_path)
            under = "  ·  ".join(part for part in (alarm.thing_name, place) if part)
            self._detail.set_title(words.of(alarm.title), under)
            self._detail.set_state(
                PriorityMark(alarm.priority, words(f"alarms.priority.{alarm.priority}")),
                StateBadge(words(f"alarms.state.{alarm.state}"), state_tone(alarm)),
                *([StateBadge(words("alarms.life_safety"), "critical")] if alarm.life_safety else []),
                *([StateBadge(words("alarms.page.stale"))] if alarm.stale(self._context.console.clock.now()) else []),
            )
            self._detail.set_acts(*self._acts.for_alarm(alarm))
            self._detail.set_sections(*sections(self._context, told, self._acts, self))
        self._detail.show()
        if focused:
            self._table.setFocus()

    # Forms

    def _open_figures(self) -> None:
        # Loaded when somebody first looks: charts are not what a terminal starts for.
        from ui.alarms.figures import FiguresPage

        self._hold(FiguresPage(self, self._context))

    def _hold(self, form: QObject) -> None:
        """One form at a time, and while it stands the keys of the page mean nothing: they are typed into it."""
        self._form = form
        form.closed.connect(self._release)  # type: ignore[attr-defined]
        for widget in (self._split, self._report, self._figures, self._ack_all):
            widget.setEnabled(False)

    def _release(self) -> None:
        self._form = None
        for widget in (self._split, self._report, self._figures):
            widget.setEnabled(True)
        self._ack_all.setEnabled(bool(self._waiting()))
