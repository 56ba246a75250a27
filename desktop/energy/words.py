"""Consumption in words and figures, the same on the page, in a table file and on paper."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from desktop.energy.views import Doubt, EnergyReport, Night, Span
from desktop.kernel.words import Words, catalogue

UNKNOWN = "—"
LOSS_LIMIT = 0.08
"""A loss above this share is told as one to look at (our own starting value; losses inside a community's own network are
a few percent, and bad meters or leaks make more)."""


def decimals(amounts: Iterable[float | None]) -> int:
    """How many digits behind the point a column of amounts is written with: three or four figures of the largest."""
    largest = max((abs(amount) for amount in amounts if amount is not None), default=0.0)
    return 0 if largest >= 1000 else 1 if largest >= 10 else 2


def figure(amount: float | None, digits: int | None = None) -> str:
    """An amount with thousands separators; "—" for what nobody knows."""
    if amount is None:
        return UNKNOWN
    return f"{amount:,.{decimals([amount]) if digits is None else digits}f}".replace("-", "−")


def percent(share: float | None) -> str:
    """A share as 3.1%."""
    return UNKNOWN if share is None else f"{share * 100:,.1f}%".replace("-", "−")


def signed(share: float | None) -> str:
    """A change as +3.1% or −3.1%."""
    if share is None:
        return UNKNOWN
    shown = percent(share)
    if shown.lstrip("−") == percent(0.0):
        return percent(0.0)
    return shown if shown.startswith("−") else f"+{shown}"


def use_word(words: Words, use: str) -> str:
    """What a meter's consumption is for; one that has no word stands as the site wrote it."""
    return catalogue(words.lang).get(f"energy.use.{use or 'none'}", use)


def building_word(words: Words, building: str) -> str:
    return building or words("energy.no_building")


def period(words: Words, span: Span, day: date) -> str:
    """The day, its month or its year."""
    return words(f"energy.period.{span}", year=day.year, month=day.month, day=day.day)


def day_word(words: Words, day: str) -> str:
    """11月14日"""
    at = date.fromisoformat(day)
    return words("energy.day", month=at.month, day=at.day)


def against(words: Words, report: EnergyReport) -> str:
    """The comparison in words: how much more or less than on the same days a year before, and on how many days."""
    if report.same is None or report.before is None:
        return words("energy.no_year_before")
    difference = report.same - report.before
    key = "as_much" if abs(difference) < 0.005 * max(report.before, 1e-9) else "more" if difference > 0 else "less"
    told = words(f"energy.{key}", amount=figure(abs(difference)), unit=report.unit)
    return told if report.days_same == report.days else words("energy.of_days", told=told, n=report.days_same)


def loss_told(words: Words, report: EnergyReport) -> str:
    """How the loss comes about."""
    loss = report.loss
    if loss is None:
        return words("energy.no_supply")
    if loss.days != report.days:
        return words("energy.loss_days", lost=figure(loss.lost), unit=report.unit, n=loss.days)
    return words("energy.loss_told", supplied=figure(loss.supplied), unit=report.unit, lost=figure(loss.lost))


def night_told(words: Words, night: Night, unit: str) -> str:
    """1号楼水表 11月14日夜间 4.2 m³，平时 0.6 m³"""
    digits = decimals([night.used, night.usual])
    return words(
        "energy.night", name=night.name, day=day_word(words, night.day), used=figure(night.used, min(digits, 1)),
        usual=figure(night.usual, min(digits, 1)), unit=unit,
    )  # fmt: skip


def doubt_told(words: Words, doubt: Doubt) -> str:
    return words(
        "energy.doubt", name=doubt.name, day=day_word(words, doubt.day), flaw=words(f"energy.flaw.{doubt.flaw}")
    )
