"""Figures of promised times in words, the same on the page, in a table file and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from desktop.cases.figures import Figures, Group, Measures, Promises
from desktop.cases.periods import Period
from desktop.kernel.words import Words

UNKNOWN = "—"
Cell = str | float | int | None


def percent(share: float | None) -> str:
    """A share as 93.1%; a whole one as 100%. What is not all never reads as all."""
    if share is None:
        return UNKNOWN
    return "100%" if share == 1 else f"{min(share, 0.999) * 100:.1f}%"


def amount(words: Words, minutes: float | None) -> tuple[str, str]:
    """A length of working time as figure and unit: minutes up to two hours, then hours."""
    if minutes is None:
        return UNKNOWN, ""
    if minutes < 120:
        return f"{minutes:.0f}", words("service.minutes")
    hours = minutes / 60
    return f"{hours:,.0f}" if hours >= 100 else f"{hours:.1f}", words("service.hours")


def length(words: Words, minutes: float | None) -> str:
    """The same in one text."""
    if minutes is None:
        return UNKNOWN
    figure, _ = amount(words, minutes)
    return words("service.length_minutes" if minutes < 120 else "service.length_hours", n=figure)


def period_title(words: Words, period: Period | None, first: date, last: date) -> str:
    """2026年11月, 2026年第4季度; without a period the two days."""
    return words(
        f"service.period.{period or 'custom'}", first=f"{first:%Y-%m-%d}", last=f"{last:%Y-%m-%d}", year=first.year,
        month=first.month, day=first.day, quarter=(first.month + 2) // 3, last_month=last.month, last_day=last.day,
    )  # fmt: skip


def group_name(words: Words, group: Group) -> str:
    """A group's name; cases that nobody has are of "nobody yet"."""
    return words.of(group.title) or words("service.nobody")


def headline(words: Words, measures: Measures) -> list[tuple[str, str, str, str]]:
    """The figures at the top: name, value, unit and a line."""
    promises = measures.promises
    worked, unit = amount(words, promises.median)
    rated = "" if measures.rating is None else words("service.rating", n=f"{measures.rating:.1f}")
    satisfied = "service.satisfied_told" if measures.answered else "service.satisfied_none"
    return [
        (
            words("service.on_time"), percent(promises.on_time), "",
            words("service.on_time_told", due=promises.decided, met=promises.met)
            if promises.decided else words("service.on_time_none"),
        ),
        (
            words("service.cases"), f"{measures.opened:,}", words("service.cases_unit"),
            words("service.cases_told", closed=measures.closed, open=measures.open_now),
        ),
        (
            words("service.worked"), worked, unit,
            words("service.worked_none") if promises.p90 is None
            else words("service.worked_told", p90=length(words, promises.p90)),
        ),
        (
            words("service.satisfied"), percent(measures.satisfaction), "",
            words(satisfied, answered=measures.answered, satisfied=measures.satisfied, rating=rated),
        ),
    ]  # fmt: skip


def also(words: Words, measures: Measures) -> str:
    """What else is worth knowing, in one line."""
    return words(
        "service.also", paused=measures.promises.paused, back_filed=measures.promises.back_filed,
        urged=measures.urged, escalated=measures.escalated, reopened=measures.reopened,
    )  # fmt: skip


COLUMNS = (
    "opened", "closed", "open_now", "due", "met", "late", "breached", "running", "paused", "back_filed", "on_time",
    "median", "p90", "us", "resident", "others", "reopened", "urged", "escalated", "answered", "satisfied", "rating",
)  # fmt: skip


def table(words: Words, figures: Figures) -> Iterator[list[Cell]]:
    """Everything as rows of a table file: a head, the whole, then every group and clock. Times are working minutes."""
    yield [
        words("service.column.group"),
        words("service.column.name"),
        *(words(f"service.column.{c}") for c in COLUMNS),
    ]
    yield [words("service.group.whole"), "", *_cells(figures.whole)]
    groups = (
        ("kind", figures.definitions), ("category", figures.categories), ("assignee", figures.assignees),
        ("month", figures.months),
    )  # fmt: skip
    for kind, some in groups:
        for group in some:
            yield [words(f"service.group.{kind}"), group_name(words, group), *_cells(group.measures)]
    for clock in figures.clocks:
        name = f"{words.of(clock.definition_title)} · {words.of(clock.title)}"
        empty: list[Cell] = [None] * 3
        rest: list[Cell] = [None] * (len(COLUMNS) - 13)
        yield [words("service.group.clock"), name, *empty, *_promises(clock.promises), *rest]


def _cells(measures: Measures) -> list[Cell]:
    waited = [round(part, 1) for part in measures.waited]
    return [
        measures.opened, measures.closed, measures.open_now, *_promises(measures.promises), *waited, measures.reopened,
        measures.urged, measures.escalated, measures.answered, measures.satisfied, _rounded(measures.rating, 2),
    ]  # fmt: skip


def _promises(promises: Promises) -> list[Cell]:
    return [
        promises.decided, promises.met, promises.late, promises.breached, promises.running, promises.paused,
        promises.back_filed, _rounded(promises.on_time, 4), _rounded(promises.median, 1), _rounded(promises.p90, 1),
    ]  # fmt: skip


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
