"""What one look at the store finds of planned work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from desktop.cases.planned import Occurrence, PlanView, Round, RouteView
from ui.parts.when import local, midnight
from ui.planned.days import over
from ui.shell.context import Context

DAY = timedelta(days=1)
BACK = timedelta(days=62)
"""How far back open work that is late is looked for."""


@dataclass(frozen=True)
class Read:
    """`found` is of the days that were asked for, `late` what is over its time, the oldest first."""

    plans: tuple[PlanView, ...]
    found: tuple[Occurrence, ...]
    late: tuple[Occurrence, ...]
    rounds: tuple[Round, ...]
    routes: tuple[RouteView, ...]

    def standing(self, plan: PlanView) -> str:
        """late, open or planned."""
        over_hours = plan.hours_left is not None and plan.hours_left <= 0
        if over_hours or any(one.schedule_id == plan.id for one in self.late):
            return "late"
        return "open" if plan.open_case else "planned"

    def route(self, route_id: str) -> RouteView | None:
        """The route with this id."""
        return next((one for one in self.routes if one.id == route_id), None)


def read_planned(context: Context, since: date, until: date) -> Read:
    """Plans, rounds and routes, and what was planned from `since` (included) to `until` (not included). Waits for the
    store."""
    schedules, now = context.console.schedules, context.console.clock.now()
    today = midnight(local(now).date())
    return Read(
        schedules.all(),
        schedules.occurrences(midnight(since), midnight(until)),
        over(schedules.occurrences(now - BACK, now)),
        schedules.rounds(today - DAY, today + DAY),
        schedules.routes(),
    )
