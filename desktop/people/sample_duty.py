"""The sample community's roster: a week as a property office would write it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone

from desktop.people.duty import DutyRoster, Post
from desktop.security.principal import Principal

DAY, NIGHT = (8, 12), (20, 12)
"""Hour of the day at which a turn begins, and how many hours it lasts."""

ROUND_THE_CLOCK: tuple[tuple[Post, tuple[str, ...]], ...] = (
    ("guard", ("feng.guard", "deng.guard", "peng.guard", "xu.guard")),
    ("engineer", ("gao.engineer", "song.engineer", "tang.engineer", "ma.engineer")),
)
MANAGER = "lin.manager"


def put_week(roster: DutyRoster, who: Principal, operators: Mapping[str, str], day: date, offset_minutes: int) -> int:
    """Fills the week (Monday to Sunday) that `day` is in and the one after it; `operators` are ids by login.

    Two posts are kept round the clock, by day and by night; the manager is on call all week. Returns how many turns.
    """
    monday = day - timedelta(days=day.weekday())
    zone = timezone(timedelta(minutes=offset_minutes))
    midnight = datetime(monday.year, monday.month, monday.day, tzinfo=zone)

    def put(post: Post, login: str, begins_at: datetime, hours: int) -> None:
        roster.put(who, post, operators[login], begins_at, begins_at + timedelta(hours=hours))

    for n in range(7):
        today = midnight + timedelta(days=n)
        for post, logins in ROUND_THE_CLOCK:
            for half, (hour, hours) in enumerate((DAY, NIGHT)):
                # The pairs change each day, so that who had the night is free the next.
                login = logins[(2 * n + half) % len(logins)]
                put(post, login, today + timedelta(hours=hour), hours)
    put("manager", MANAGER, midnight, 7 * 24)
    return 7 * len(ROUND_THE_CLOCK) * 2 + 1 + roster.copy_week(who, midnight)
