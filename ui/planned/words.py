"""Patterns, standings and flags as people say them."""

from __future__ import annotations

from datetime import date, datetime

from desktop.cases.patterns import Pattern
from desktop.cases.planned import Occurrence, PlanView
from desktop.cases.rounds import Standing as StopStanding
from desktop.kernel.words import Words
from ui.parts.badge import BadgeTone, Mark
from ui.parts.when import local

Shown = tuple[str, BadgeTone, Mark]
"""A state as its word, its colour and its shape."""

_STANDINGS: dict[str, tuple[BadgeTone, Mark]] = {
    "planned": ("quiet", "ring"),
    "open": ("accent", "half"),
    "late": ("high", "triangle"),
    "missed": ("high", "dash"),
    "done": ("done", "check"),
}
ORDER = ("late", "missed", "open", "planned", "done")
"""What of a day is said first: what needs somebody."""

_STOPS: dict[StopStanding, tuple[BadgeTone, Mark]] = {
    "visited": ("done", "check"),
    "flagged": ("medium", "circle"),
    "abnormal": ("high", "triangle"),
    "next": ("accent", "half"),
    "waiting": ("quiet", "ring"),
    "missed": ("high", "dash"),
}


def standing_of(one: Occurrence) -> str:
    """The key of how an occurrence stands: planned, open, late, done or missed."""
    return "late" if one.late else one.standing


def standing(words: Words, key: str) -> Shown:
    tone, mark = _STANDINGS[key]
    return words(f"planned.standing.{key}"), tone, mark


def stop(words: Words, key: StopStanding) -> Shown:
    tone, mark = _STOPS[key]
    return words(f"planned.stop.{key}"), tone, mark


def flags(words: Words, names: tuple[str, ...]) -> str:
    """What looks odd about a visit."""
    return listed(words, [words(f"planned.flag.{name}") for name in names])


def listed(words: Words, parts: list[str]) -> str:
    return ("、" if words.lang == "zh" else ", ").join(parts)


def pattern_words(words: Words, pattern: Pattern) -> str:
    """When it comes again, in plain words: 每周一、周四 09:00."""
    text = _every(words, pattern)
    if pattern.every != "run_hours":
        text = f"{text} {listed(words, list(pattern.at))}"
    notes = []
    if pattern.basis == "completed":
        notes.append(words("planned.from_completed"))
    if pattern.workdays:
        notes.append(words("planned.workdays_short"))
    return text + (words("planned.in_brackets", text=listed(words, notes)) if notes else "")


def _every(words: Words, pattern: Pattern) -> str:
    n = pattern.n
    match pattern.every:
        case "run_hours":
            return words("planned.every.run_hours", hours=f"{pattern.hours:g}")
        case "week":
            days = listed(words, [words(f"duty.day.d{day}") for day in sorted(set(pattern.weekdays))])
            key = "week" if n == 1 else "weeks"
            return words(f"planned.every.{key}{'_on' if days else ''}", n=n, days=days)
        case "month":
            days = listed(words, [_month_day(words, day) for day in sorted(set(pattern.month_days))])
            key = "year" if n == 12 else "month" if n == 1 else "months"
            return words(f"planned.every.{key}{'_on' if days else ''}", n=n, days=days)
        case _:
            return words("planned.every.day" if n == 1 else "planned.every.days", n=n)


def _month_day(words: Words, day: int) -> str:
    return words("planned.last_day") if day == 31 else words("planned.month_day", n=day)


def day_words(words: Words, day: date, today: date) -> str:
    """11月26日 周四, with the year where it is another one."""
    key = "planned.day" if day.year == today.year else "planned.day_of_year"
    month = words(f"planned.month_short.m{day.month}")
    return words(key, year=day.year, month=month, day=day.day, weekday=words(f"duty.day.d{day.weekday()}"))


def time_words(words: Words, at: datetime, now: datetime) -> str:
    """11月26日 周四 09:00."""
    then = local(at)
    return f"{day_words(words, then.date(), local(now).date())} {then:%H:%M}"


def next_words(words: Words, plan: PlanView, now: datetime) -> str:
    """When a plan is due next, or what it waits for."""
    if plan.state == "stopped":
        return words("planned.stopped")
    if plan.next_at is not None:
        return time_words(words, plan.next_at, now)
    if plan.hours_left is not None:
        key = "planned.hours_left" if plan.hours_left > 0 else "planned.hours_over"
        return words(key, hours=f"{abs(plan.hours_left):.0f}")
    if plan.open_case:
        return words("planned.after_open")
    return words("planned.no_reading" if plan.pattern.every == "run_hours" else "planned.never")


def about_words(plan: PlanView) -> str:
    """What a plan is about: its place, thing, asset or route."""
    parts = (" ".join(plan.place_path), plan.asset_name, plan.thing_name, plan.person_name, plan.route_name)
    return " · ".join(part for part in parts if part)
