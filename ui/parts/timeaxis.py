"""Where a time axis carries marks, and with which words, in the community's own time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ui.parts.when import local, midnight

MINUTE, HOUR, DAY = 60, 3600, 86400

_STEPS = (
    1, 2, 5, 10, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
    HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY,
)  # fmt: skip
_MONTHS = (1, 3, 6, 12, 60)


def time_marks(since: float, until: float, most: int) -> list[tuple[float, str]]:
    """(Unix seconds, word) of at most `most` marks, at whole minutes, hours, days or months of the community's clock.

    A mark at midnight tells the day, one at the first of January the year: the words between need not repeat them.
    """
    if not until > since or most < 1:
        return []
    step = next((step for step in _STEPS if (until - since) / step <= most), None)
    return _even(since, until, step) if step else _by_month(since, until, most)


def _even(since: float, until: float, step: int) -> list[tuple[float, str]]:
    start = midnight(_local(since).date())
    if step >= 7 * DAY:
        start -= timedelta(days=start.weekday())
    base = start.timestamp()
    first = int((since - base) // step)
    marks: list[tuple[float, str]] = []
    for n in range(first, first + int((until - since) // step) + 3):
        at = base + n * step
        if since <= at <= until:
            marks.append((at, _word(_local(at), step)))
    return marks


def _by_month(since: float, until: float, most: int) -> list[tuple[float, str]]:
    length = (until - since) / (30.44 * DAY)
    step = next((months for months in _MONTHS if length / months <= most), _MONTHS[-1])
    here = _local(since)
    month = (here.year * 12 + here.month - 1) // step * step
    marks: list[tuple[float, str]] = []
    while (at := midnight(here.date().replace(year=month // 12, month=month % 12 + 1, day=1)).timestamp()) <= until:
        if at >= since:
            marks.append((at, f"{month // 12}" if step >= 12 else f"{month // 12}-{month % 12 + 1:02d}"))
        month += step
    return marks


def _word(at: datetime, step: int) -> str:
    if at.hour == at.minute == at.second == 0:
        return f"{at:%Y-%m-%d}" if at.month == at.day == 1 else f"{at:%m-%d}"
    return f"{at:%H:%M}" if step >= MINUTE else f"{at:%H:%M:%S}"


def _local(at: float) -> datetime:
    return local(datetime.fromtimestamp(at, UTC))
