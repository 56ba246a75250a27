"""The alarms: what stands, most urgent first; what to do about the chosen one; and the acts A, S and C."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.alarms.views import PRIORITIES, AlarmView
from desktop.kernel.bus import Changed
from ui.aio import in_background, slot
from ui.alarms.columns import columns, state_tone, value_against_limit
from ui.alarms.detail import sections
from ui.alarms.report import ReportForm
from ui.alarms.shelve import ShelveForm
from ui.parts.badge import PriorityMark, StateBadge
from ui.parts.buttons import Button
from ui.parts.chips import FilterChips
from ui.parts.detail import DetailPanel
from ui.parts.page import Page
from ui.parts.table import DataTable
from ui.shell.context import Context

VIEWS = ("open", "unacknowledged", "returned", "shelved", "week")
FLOOD = 10
"""More onsets than this within ten minutes are a flood (ISA-18.2 / EEMUA 191): said once, above the list."""


class AlarmsPage(Page):
    """A list with the response beside it."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        words = self._words
        super().__init__(words("alarms.title"))
        self._alarms: list[AlarmView] = []
        self._wanted = ""
        self._report = Button(words("alarms.act.print"), icon_name="printer", key="Ctrl+P", on=self._open_report)
        self._report.setEnabled(context.who.may("reports.make"))
        self._ack_all = Button(
            words("alarms.act.acknowledge_all"), key="Shift+A", icon_name="check-check", on=self._acknowledge_all
        )
        self.toolbar.addWidget(self._report)
        self.toolbar.addWidget(self._ack_all)
        self._chips = FilterChips([(view, words(f"alarms.page.{view}")) for view in VIEWS], words("alarms.page.filter"))
        self._chips.chosen.connect(lambda _view: self._load())
        self.filters.addWidget(self._chips)
        self._table: DataTable[AlarmView] = DataTable(
            columns(words, context.console.clock), lambda alarm: alarm.id, words("alarms.title")
        )
        self._table.chosen.connect(self._show)
        self._table.opened.connect(lambda alarm: context.shell.go("things", alarm.thing_id))
        self._detail = DetailPanel()
        body = QWidget()
        layout = QHBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._table, 1)
        layout.addWidget(self._detail)
        self.set_body(body)
        self._detail.hide()
        # Durations grow while nothing happens.
        self._minute = QTimer(self)
        self._minute.setInterval(30_000)
        self._minute.timeout.connect(self._table.viewport().update)
        self._minute.start()
        context.bridge.on(Changed, self._changed, self)
        self._load()

    def selection_key(self) -> str:
        return self._table.selected_id() or ""

    def select_key(self, key: str) -> None:
        if not self._table.select(key):
            self._wanted = key

    # Loading

    def _changed(self, event: Changed) -> None:
        if event.touches("alarm", "case"):
            self._load()

    @slot
    async def _load(self) -> None:
        alarms, clock = self._context.console.alarms, self._context.console.clock
        standing = await in_background(alarms.open)
        view = self._chips.current()
        if view == "week":
            now = clock.now()
            shown = await in_background(alarms.log, now - timedelta(days=7), now + timedelta(minutes=1))
        elif view == "open":
            shown = standing
        else:
            shown = [alarm for alarm in standing if alarm.state == view]
        self._chips.set_counts(
            {
                "open": len(standing),
                **{
                    name: sum(alarm.state == name for alarm in standing)
                    for name in ("unacknowledged", "returned", "shelved")
                },
            }
        )
        self._alarms = shown
        self._table.set_rows(shown)
        waiting = [alarm for alarm in standing if alarm.state in ("unacknowledged", "returned")]
        self._ack_all.setEnabled(bool(waiting) and self._context.who.may("alarms.acknowledge"))
        self.set_count(str(len(shown)) if shown else "")
        self._say_flood(standing)
        if not shown:
            self._show(None)
            self.show_state(
                "empty",
                self._words("alarms.none" if view == "open" else "alarms.page.none_in_view"),
                self._words("alarms.none_detail") if view == "open" else "",
                icon_name="bell",
            )
            return
        self.show_body()
        if self._wanted and self._table.select(self._wanted):
            self._wanted = ""
        self._table.select_first()
        self._show(self._table.selected())

    def _say_flood(self, standing: list[AlarmView]) -> None:
        since = self._context.console.clock.now() - timedelta(minutes=10)
        recent = [alarm for alarm in standing if alarm.onset_at >= since and alarm.state == "unacknowledged"]
        if len(recent) > FLOOD:
            worst = min((alarm.priority for alarm in recent), key=PRIORITIES.index)
            text = self._words("alarms.page.flood", n=len(recent), priority=self._words(f"alarms.priority.{worst}"))
            self.show_banner(text, "high", detail=self._words("alarms.page.flood_text"))
        else:
            self.clear_banner()

    # The chosen alarm

    def _show(self, alarm: AlarmView | None) -> None:
        self._detail.setVisible(alarm is not None)
        if alarm is None:
            return
        words = self._words
        place = " / ".join(alarm.place_path)
        self._detail.set_title(words.of(alarm.title), "  ·  ".join(part for part in (alarm.thing_name, place) if part))
        self._detail.set_state(
            PriorityMark(alarm.priority, words(f"alarms.priority.{alarm.priority}")),
            StateBadge(words(f"alarms.state.{alarm.state}"), state_tone(alarm)),
            *([StateBadge(words("alarms.life_safety"), "critical")] if alarm.life_safety else []),
        )
        self._detail.set_acts(*self._acts(alarm))
        self._detail.set_sections(*sections(self._context, alarm, value_against_limit(words, alarm)))

    def _acts(self, alarm: AlarmView) -> list[Button]:
        words, who = self._words, self._context.who
        acts: list[Button] = []
        if alarm.state in ("unacknowledged", "returned"):
            button = Button(words("alarms.act.acknowledge"), "primary", key="A", on=lambda: self._acknowledge(alarm.id))
            button.setEnabled(who.may("alarms.acknowledge"))
            acts.append(button)
        if alarm.case_id is not None:
            case_id = alarm.case_id
            acts.append(
                Button(words("alarms.act.open_case"), key="C", on=lambda: self._context.shell.go("cases", case_id))
            )
        else:
            button = Button(words("alarms.act.to_case"), key="C", on=lambda: self._to_case(alarm.id))
            button.setEnabled(who.may("alarms.to_case"))
            acts.append(button)
        if alarm.state == "shelved":
            button = Button(words("alarms.act.unshelve"), key="S", on=lambda: self._unshelve(alarm.id))
        else:
            button = Button(words("alarms.act.shelve"), key="S", on=lambda: self._open_shelve(alarm))
        button.setEnabled(who.may("alarms.shelve") and alarm.state != "normal")
        acts.append(button)
        return acts

    # Acts

    @slot
    async def _acknowledge(self, alarm_id: str) -> None:
        await in_background(self._context.console.alarms.acknowledge, self._context.who, [alarm_id])

    @slot
    async def _acknowledge_all(self) -> None:
        ids = [alarm.id for alarm in self._alarms if alarm.state in ("unacknowledged", "returned")]
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
        ShelveForm(self, self._context, alarm)

    def _open_report(self) -> None:
        ReportForm(self, self._context)
