"""Instants in words, in the community's own time (not the machine's: a terminal may be set to any zone)."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta, timezone

from desktop.kernel.words import Words

_zone = timezone(timedelta(minutes=480))


def use_zone(offset_minutes: int) -> None:
    """Shows times this far from UTC from now on."""
    global _zone
    _zone = timezone(timedelta(minutes=offset_minutes))


def local(at: datetime) -> datetime:
    """The instant in the community's time."""
    return at.astimezone(_zone)


def stamp(at: datetime) -> str:
    """2026-11-22 14:05:09"""
    return f"{local(at):%Y-%m-%d %H:%M:%S}"


def short(at: datetime, now: datetime) -> str:
    """14:05 today, 11-22 14:05 this year, 2025-11-22 14:05 before."""
    then, today = local(at), local(now)
    if then.date() == today.date():
        return f"{then:%H:%M}"
    return f"{then:%m-%d %H:%M}" if then.year == today.year else f"{then:%Y-%m-%d %H:%M}"


def read_local(text: str) -> datetime | None:
    """The instant of `2026-11-22 14:05` or `2026-11-22` in the community's time, typed with any width of characters and
    with `-`, `/` or `.`; None for anything else."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("/", "-").replace(".", "-")
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            return datetime.strptime(plain, form).replace(tzinfo=_zone)
        except ValueError:
            continue
    return None


def read_day(text: str) -> date | None:
    """The day of `2026-11-22`, read as `read_local` reads; None for anything else, also with a time."""
    at = read_local(text)
    return at.date() if at is not None and ":" not in unicodedata.normalize("NFKC", text) else None


def midnight(day: date) -> datetime:
    """When the day begins in the community's time."""
    return datetime(day.year, day.month, day.day, tzinfo=_zone)


def span(seconds: float) -> str:
    """A length of time that is counted down: 0:42, 12:05, 3:12:05, and 2 d 3:12 from two days on."""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours >= 48:
        return f"{hours // 24} d {hours % 24}:{minutes:02d}"
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def lasting(words: Words, seconds: float) -> str:
    """A length of time to the minute: 12 分钟, 3 小时 12 分, 2 天 3 小时."""
    minutes = max(0, int(seconds)) // 60
    hours, days = minutes // 60, minutes // 1440
    if not minutes:
        return words("parts.span.under_a_minute")
    if not hours:
        return words("parts.span.minutes", n=minutes)
    if hours < 48:
        return words("parts.span.hours", hours=hours, minutes=minutes % 60)
    return words("parts.span.days", days=days, hours=hours % 24)
