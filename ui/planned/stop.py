"""Stopping a plan, with its reason; taken back for as long as the word about it stands."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.cases.planned import PlanView
from ui.aio import in_background, start
from ui.parts.form import FormField
from ui.shell.context import Context
from ui.things.forms import SideForm


class StopForm(SideForm):
    """Why a plan is stopped."""

    def __init__(self, host: QWidget, context: Context, plan: PlanView) -> None:
        words = context.words
        self._plan = plan
        reason = QPlainTextEdit()
        reason.setFixedHeight(84)
        missing = words("planned.form.no_reason")
        self._reason = FormField(
            words("planned.form.reason"), reason, rule=lambda text: "" if text.strip() else missing
        )
        super().__init__(
            host, context, words("planned.stop_plan"), words("planned.stop_plan"),
            words("planned.stop_note", title=plan.title), [self._reason],
        )  # fmt: skip

    def work(self) -> Callable[[], None]:
        reason, plan = self._reason.text(), self._plan
        schedules, who = self.context.console.schedules, self.context.who
        return lambda: schedules.stop(who, plan.id, reason)

    def said(self) -> str:
        return self.words("planned.stopped_plan", title=self._plan.title)

    def tell(self, said: str) -> None:
        context, plan_id = self.context, self._plan.id

        async def resume() -> None:
            await in_background(context.console.schedules.resume, context.who, plan_id)

        context.shell.say(said, act=self.words("planned.undo"), on_act=lambda: start(resume()))
