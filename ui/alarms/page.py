"""The alarms: what stands, most urgent first; what to do about the chosen one; and the acts A, S and C."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtCore import QObject, QTimer

from desktop.alarms.views import PRIORITIES, AlarmStep, AlarmView
from desktop.kernel.bus import Changed
from ui.aio import in_background, slot
from ui.alarms.columns import YIELDING, columns, state_tone
from ui.alarms.detail import sections
from ui.alarms.report import ReportForm
from ui.alarms.shelve import ShelveForm
from ui.alarms.views import VIEWS, WAITING, WEEK, counts, flooding, narrowed, view_of
from ui.parts.badge import PriorityMark, StateBadge
from ui.parts.buttons import Button
from ui.parts.chips import FilterChips
from ui.parts.detail import DetailPanel
from ui.parts.failed import tell_failure
from ui.parts.fitting import Fitting
from ui.parts.listpage import ListPage
from ui.parts.refresh import Refresh
from ui.parts.table import DataTable
from ui.shell.context import Context


class AlarmsPage(ListPage):
    """A list with the response beside it."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        words = self._words
        super().__init__(words("alarms.title"))
        self._loaded = False
        self._wanted = ""
        self._guest = ""
        self._shown: tuple[AlarmView, tuple[AlarmStep, ...]] | None = None
        self._form: QObject | None = None
        self._list = Refresh(
            self, self._load, lambda error: tell_failure(self, words, error, self._loaded, self._list.ask)
        )
        self._one = Refresh(self, self._load_one, self._context.shell.tell)
        self._report = Button(words("alarms.act.print"), icon_name="printer", key="Ctrl+P", on=self._open_report)
        self._ack_all = Button(
            words("alarms.act.acknowledge_all"), key="Shift+A", icon_name="check-check", on=self._acknowledge_all
        )
        self.toolbar.addWidget(self._report)
        self.toolbar.addWidget(self._ack_all)
        self._report.setHidden(not context.who.may("reports.make"))
        self._ack_all.setHidden(not context.who.may("alarms.acknowledge"))
        self._chips = FilterChips([(view, words(f"alarms.page.{view}")) for view in VIEWS], words("alarms.page.filter"))
        self._chips.chosen.connect(lambda _view: self._list.ask())
        self.filters.addWidget(self._chips)
        shape = columns(words, context.console.clock, context.console.things)
        self._table: DataTable[AlarmView] = DataTable(shape, lambda alarm: alarm.id, words("alarms.title"))
        Fitting(self._table, shape, YIELDING)
        self._table.chosen.connect(self._choose)
        self._table.opened.connect(lambda alarm: context.shell.go("things", alarm.thing_id))
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

    def selection_key(self) -> str:
        return self._table.selected_id() or ""

    def select_key(self, key: str) -> None:
        self._wanted = key
        self._list.ask()

    # Loading

    def _changed(self, event: Changed) -> None:
        if event.touches("alarm", "case", "thing", "place"):
            self._list.ask()

    async def _load(self) -> None:
        alarms, clock = self._context.console.alarms, self._context.console.clock
        standing = await in_background(alarms.open)
        wanted, self._wanted = self._wanted, ""
        if wanted:
            view = view_of(await in_background(alarms.get, wanted))
            # Not told as a choice of the person: it is this reading that the chip is chosen for.
            self._chips.blockSignals(True)
            self._chips.choose(view)
            self._chips.blockSignals(False)
            self._guest = wanted if view == "week" else ""
        view = self._chips.current()
        if view == "week":
            now = clock.now()
            shown = list(reversed(await in_background(alarms.log, now - WEEK, now + timedelta(minutes=1))))
            # One that was asked for by name is shown however old it is.
            if self._guest and self._guest not in {alarm.id for alarm in shown}:
                shown.append(await in_background(alarms.get, self._guest))
        else:
            shown = narrowed(view, standing)
        self._draw(view, standing, shown, wanted)

    def _draw(self, view: str, standing: Sequence[AlarmView], shown: Sequence[AlarmView], wanted: str) -> None:
        self._loaded = True
        self._chips.set_counts(counts(standing))
        self._table.set_rows(shown)
        self._ack_all.setEnabled(self._form is None and bool(self._waiting()))
        self.set_count(str(len(shown)) if shown else "")
        self._say_flood(standing)
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

    def _waiting(self) -> list[str]:
        return [alarm.id for alarm in self._table.rows() if alarm.state in WAITING]

    def _say_flood(self, standing: Sequence[AlarmView]) -> None:
        recent = flooding(standing, self._context.console.clock.now())
        if not recent:
            self.clear_banner()
            return
        worst = min((alarm.priority for alarm in recent), key=PRIORITIES.index)
        text = self._words("alarms.page.flood", n=len(recent), priority=self._words(f"alarms.priority.{worst}"))
        self.show_banner(text, "high", detail=self._words("alarms.page.flood_text"))

    # The chosen alarm

    def _choose(self, alarm: AlarmView | None) -> None:
        if alarm is None:
            self._shown = None
            self._detail.hide()
        else:
            self._one.ask()

    async def _load_one(self) -> None:
        alarm = self._table.selected()
        if alarm is None:
            return
        course = await in_background(self._context.console.alarms.course, alarm.id)
        # Drawn anew only when something changed: the panel keeps its place, and a button its focus.
        if self._table.selected_id() == alarm.id and self._shown != (alarm, course):
            self._show(alarm, course)

    def _show(self, alarm: AlarmView, course: tuple[AlarmStep, ...]) -> None:
        words = self._words
        focused = self._detail.isAncestorOf(self.window().focusWidget() or self)
        self._shown = alarm, course
        place = " / ".join(alarm.place_path)
        self._detail.set_title(words.of(alarm.title), "  ·  ".join(part for part in (alarm.thing_name, place) if part))
        self._detail.set_state(
            PriorityMark(alarm.priority, words(f"alarms.priority.{alarm.priority}")),
            StateBadge(words(f"alarms.state.{alarm.state}"), state_tone(alarm)),
            *([StateBadge(words("alarms.life_safety"), "critical")] if alarm.life_safety else []),
        )
        self._detail.set_acts(*self._acts(alarm))
        self._detail.set_sections(*sections(self._context, alarm, course))
        self._detail.show()
        if focused:
            self._table.setFocus()

    def _acts(self, alarm: AlarmView) -> list[Button]:
        """What this person may do with it now; what their role never may is not shown."""
        words, who = self._words, self._context.who
        acts: list[Button] = []
        if alarm.state in WAITING and who.may("alarms.acknowledge"):
            acts.append(
                Button(words("alarms.act.acknowledge"), "primary", key="A", on=lambda: self._acknowledge(alarm.id))
            )
        case_id = alarm.case_id
        if case_id is not None:
            acts.append(
                Button(words("alarms.act.open_case"), key="C", on=lambda: self._context.shell.go("cases", case_id))
            )
        elif who.may("alarms.to_case"):
            acts.append(Button(words("alarms.act.to_case"), key="C", on=lambda: self._to_case(alarm.id)))
        if alarm.state == "shelved" and who.may("alarms.shelve"):
            acts.append(Button(words("alarms.act.unshelve"), key="S", on=lambda: self._unshelve(alarm.id)))
        elif alarm.state not in ("normal", "suppressed", "out_of_service") and who.may("alarms.shelve"):
            acts.append(Button(words("alarms.act.shelve"), key="S", on=lambda: self._open_shelve(alarm)))
        return acts

    # Acts

    @slot
    async def _acknowledge(self, alarm_id: str) -> None:
        await in_background(self._context.console.alarms.acknowledge, self._context.who, [alarm_id])

    @slot
    async def _acknowledge_all(self) -> None:
        ids = self._waiting()
        if ids:
            await in_background(self._context.console.alarms.acknowledge, self._context.who, ids)
            self._context.shell.say(self._words("alarms.page.acknowledged_n", n=len(ids)))

    @slot
    async def _to_case(self, alarm_id: str) -> None:
        case_id = await in_background(self._context.console.alarms.to_case, self._context.who, alarm_id)
        self._context.shell.say(
            self._words("alarms.page.case_made"), act=self._words("alarms.act.open_case"),
            on_act=lambda: self._context.shell.go("cases", case_id),
        )  # fmt: skip

    @slot
    async def _unshelve(self, alarm_id: str) -> None:
        await in_background(self._context.console.alarms.unshelve, self._context.who, alarm_id)

    def _open_shelve(self, alarm: AlarmView) -> None:
        self._hold(ShelveForm(self, self._context, alarm))

    def _open_report(self) -> None:
        self._hold(ReportForm(self, self._context))

    def _hold(self, form: ShelveForm | ReportForm) -> None:
        """One form at a time, and while it stands the keys of the page mean nothing: they are typed into it."""
        self._form = form
        form.closed.connect(self._release)
        self._split.setEnabled(False)
        self._report.setEnabled(False)
        self._ack_all.setEnabled(False)

    def _release(self) -> None:
        self._form = None
        self._split.setEnabled(True)
        self._report.setEnabled(True)
        self._ack_all.setEnabled(bool(self._waiting()))
