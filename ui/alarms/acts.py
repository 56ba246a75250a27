"""What a person may do about the chosen alarm, and the buttons and keys for it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop.alarms.views import AlarmView
from ui.aio import in_background, slot
from ui.alarms.pictures import AddPicture
from ui.alarms.report import ReportForm
from ui.alarms.rows import Row
from ui.alarms.shelve import ShelveForm
from ui.alarms.views import WAITING
from ui.parts.buttons import Button
from ui.shell.context import Context
from ui.things.limits import LimitsForm


class Acts(QObject):
    """Asks the services in the background; what is refused is told by the window.

    Signals:
        holds(form): a form stands over the page until its `closed`.
    """

    holds = Signal(object)

    def __init__(self, page: QWidget, context: Context) -> None:
        super().__init__(page)
        self._page, self._context, self._words = page, context, context.words
        self._alarms = context.console.alarms

    def for_alarm(self, alarm: AlarmView) -> list[Button]:
        """What this person may do with it now; what their role never may is not shown."""
        words, who = self._words, self._context.who
        acts: list[Button] = []
        if alarm.state in WAITING and who.may("alarms.acknowledge"):
            acts.append(
                Button(words("alarms.act.acknowledge"), "primary", key="A", on=lambda: self.acknowledge(alarm.id))
            )
        if alarm.reset_possible and who.may("alarms.acknowledge"):
            acts.append(Button(words("alarms.act.reset"), "primary", key="R", on=lambda: self.reset(alarm.id)))
        case_id = alarm.case_id
        if case_id is not None:
            acts.append(
                Button(words("alarms.act.open_case"), key="C", on=lambda: self._context.shell.go("cases", case_id))
            )
        elif who.may("alarms.to_case"):
            acts.append(Button(words("alarms.act.to_case"), key="C", on=lambda: self.to_case(alarm.id)))
        if alarm.state == "shelved" and who.may("alarms.shelve"):
            acts.append(Button(words("alarms.act.unshelve"), key="S", on=lambda: self.unshelve(alarm.id)))
        elif alarm.state not in ("normal", "suppressed", "out_of_service") and who.may("alarms.shelve"):
            acts.append(Button(words("alarms.act.shelve"), key="S", on=lambda: self._open_shelve(alarm)))
        return acts

    def for_group(self, row: Row) -> list[Button]:
        """Acknowledging everything that a heading stands for is asked for by its own key."""
        ids = row.waiting
        if not ids or not self._context.who.may("alarms.acknowledge"):
            return []
        text = self._words("alarms.act.acknowledge_group", n=len(ids))
        return [Button(text, key="Shift+A", icon_name="check-check", on=lambda: self.acknowledge_all(ids))]

    def for_pictures(self, alarm: AlarmView) -> list[Button]:
        if not self._context.who.may("alarms.acknowledge"):
            return []
        text = self._words("alarms.act.attach")
        return [Button(text, key="P", icon_name="camera", on=lambda: self._open_picture(alarm.id))]

    def for_limits(self, alarm: AlarmView) -> list[Button]:
        if not self._context.who.may("things.limits") or self._context.console.things.get(alarm.thing_id) is None:
            return []
        return [Button(self._words("alarms.act.limits"), "link", on=lambda: self._open_limits(alarm.thing_id))]

    @slot
    async def acknowledge(self, alarm_id: str) -> None:
        await in_background(self._alarms.acknowledge, self._context.who, [alarm_id])

    @slot
    async def acknowledge_all(self, ids: list[str]) -> None:
        """Many at once, and says how many."""
        if ids:
            await in_background(self._alarms.acknowledge, self._context.who, ids)
            self._context.shell.say(self._words("alarms.page.acknowledged_n", n=len(ids)))

    @slot
    async def reset(self, alarm_id: str) -> None:
        await in_background(self._alarms.reset, self._context.who, alarm_id)
        self._context.shell.say(self._words("alarms.page.reset_done"))

    @slot
    async def to_case(self, alarm_id: str) -> None:
        case_id = await in_background(self._alarms.to_case, self._context.who, alarm_id)
        self._context.shell.say(
            self._words("alarms.page.case_made"), act=self._words("alarms.act.open_case"),
            on_act=lambda: self._context.shell.go("cases", case_id),
        )  # fmt: skip

    @slot
    async def unshelve(self, alarm_id: str) -> None:
        await in_background(self._alarms.unshelve, self._context.who, alarm_id)

    def open_report(self) -> None:
        form = ReportForm(self._page, self._context)
        self.holds.emit(form)

    def _open_shelve(self, alarm: AlarmView) -> None:
        self.holds.emit(ShelveForm(self._page, self._context, alarm))

    def _open_picture(self, alarm_id: str) -> None:
        self.holds.emit(AddPicture(self._page, self._context, alarm_id))

    @slot
    async def _open_limits(self, thing_id: str) -> None:
        things = self._context.console.things
        own, view = await in_background(things.overrides, thing_id), things.get(thing_id)
        if view is not None:
            form = LimitsForm(self._page, self._context, view, own)
            self.holds.emit(form.panel)
