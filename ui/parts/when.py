"""Instants in words, in the community's own time (not the machine's: a terminal may be set to any zone)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

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
    """The instant of `2026-11-22` or `2026-11-22 14:05` in the community's time; None for anything else."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return at.replace(tzinfo=_zone)


def span(seconds: float) -> str:
    """A length of time: 0:42, 12:05, 3:12:05, and 2 d 3:12 from two days on."""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours >= 48:
        return f"{hours // 24} d {hours % 24}:{minutes:02d}"
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
