"""What is typed into a field of text, read as its type asks (pure)."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

from desktop.cases.definition import CaseField
from ui.parts.when import local, midnight, read_local

TIME_FORM = "%Y-%m-%d %H:%M"
_CLOCK = re.compile(r"(\d{1,2}):?(\d{2})")
_DAY = re.compile(r"(\d{1,2})-(\d{1,2})(?: +(\d{1,2}):?(\d{2}))?")


def number(text: str) -> float | None:
    """`1,234.5`, typed with any width of characters; None for anything else. Whole numbers stay whole."""
    try:
        value = float(_plain(text).replace(",", ""))
    except ValueError:
        return None
    if value != value or abs(value) == float("inf"):
        return None
    return int(value) if value.is_integer() else value


def money(text: str) -> int | None:
    """`12.5` yuan as 1250 fen; None for anything else, also for parts of a fen."""
    found = re.fullmatch(r"(-?)(\d{1,12})(?:\.(\d{0,2}))?", _plain(text).lstrip("¥").strip().replace(",", ""))
    if found is None:
        return None
    fen = int(found[2]) * 100 + int((found[3] or "").ljust(2, "0"))
    return -fen if found[1] else fen


def yuan(fen: float) -> str:
    """1250 as `12.50`, with thousands apart."""
    return f"{fen / 100:,.2f}"


def moment(text: str, now: datetime) -> datetime | None:
    """An instant: `2026-11-22 14:05`, `11-22 14:05` of the year that is nearest, `14:05` or `1405` of today, `+2h` and
    `+30m` from now; None for anything else."""
    plain = _plain(text).replace("/", "-").replace(".", "-")
    if ahead := re.fullmatch(r"\+(\d{1,4})([hmd])", plain.casefold()):
        return now + timedelta(**{{"h": "hours", "m": "minutes", "d": "days"}[ahead[2]]: int(ahead[1])})
    today = local(now).date()
    if clock := _CLOCK.fullmatch(plain):
        return _at(today, clock[1], clock[2])
    if day := _DAY.fullmatch(plain):
        return _nearest(int(day[1]), int(day[2]), day[3] or "0", day[4] or "0", now)
    return read_local(text)


def said(at: datetime) -> str:
    """The instant as the field shows it."""
    return f"{local(at):{TIME_FORM}}"


def value_of(field: CaseField, text: str, now: datetime) -> object:
    """What the service is given for a field of text; None for what was left empty or cannot be read."""
    if not text.strip():
        return None
    match field.type:
        case "number":
            return number(text)
        case "money":
            return money(text)
        case "date-time":
            at = moment(text, now)
            return at.astimezone(UTC).isoformat() if at else None
        case _:
            return text.strip()


def shown(field: CaseField, value: object) -> str:
    """A kept value as it stands in its field."""
    match field.type, value:
        case _, None:
            return ""
        case "money", int():
            return yuan(value)
        case "number", int() | float():
            return f"{value:g}"
        case "date-time", str():
            return said(datetime.fromisoformat(value))
    return str(value)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _at(day: date, hour: str, minute: str) -> datetime | None:
    if int(hour) > 23 or int(minute) > 59:
        return None
    return midnight(day) + timedelta(hours=int(hour), minutes=int(minute))


def _nearest(month: int, day: int, hour: str, minute: str, now: datetime) -> datetime | None:
    """Of last, this and next year the one that is nearest to now."""
    candidates = []
    for year in (local(now).year + by for by in (-1, 0, 1)):
        try:
            at = _at(date(year, month, day), hour, minute)
        except ValueError:
            continue
        if at is not None:
            candidates.append(at)
    return min(candidates, key=lambda at: abs(at - now), default=None)
