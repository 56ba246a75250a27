"""What the charts of the page show of the figures."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.cases.figures import Figures, Group
from desktop.cases.told import group_name, percent
from desktop.kernel.words import Words
from ui.parts.bars import BarPlot, Bars

MOST = 6
"""Groups in a chart: more would be too thin to read; the exported table has them all."""

ON = ("us", "resident", "others")


def groups_of(figures: Figures, by: str) -> Sequence[Group]:
    return {"kind": figures.definitions, "category": figures.categories, "assignee": figures.assignees}[by]


def on_time(plot: BarPlot, words: Words, groups: Sequence[Group]) -> list[Group]:
    """The worst first, for that is what somebody must see to. Returns the groups in the order they are drawn."""
    due = [group for group in groups if group.measures.promises.decided]
    due.sort(key=lambda group: (group.measures.promises.on_time or 0.0, -group.measures.promises.decided))
    shown = due[:MOST]
    shares = [100 * (group.measures.promises.on_time or 0.0) for group in shown]
    names = [group_name(words, group) for group in shown]
    bars = [Bars(words("service.on_time"), shares)] if shown else []
    plot.show_bars(names, bars, "%", lambda value: percent(value / 100).rstrip("%"), whole=100)
    return shown


def waited(plot: BarPlot, words: Words, groups: Sequence[Group]) -> list[Group]:
    """The most time first, in working hours. Returns the groups in the order they are drawn."""
    waiting = sorted((one for one in groups if one.measures.waited.total), key=lambda one: -one.measures.waited.total)
    shown = waiting[:MOST]
    names = [group_name(words, group) for group in shown]
    bars = [
        Bars(words(f"service.{on}"), [getattr(group.measures.waited, on) / 60 for group in shown], tone)
        for tone, on in enumerate(ON)
    ]
    plot.show_bars(names, bars if shown else [], words("service.hours"), lambda value: f"{value:,.1f}")
    return shown


def trend(plot: BarPlot, words: Words, months: Sequence[Group]) -> None:
    """The on-time rate month by month; a month in which nothing was due is unknown, not nought."""
    names = [words("service.month_short", month=int(group.key[5:])) for group in months]
    rates = [group.measures.promises.on_time for group in months]
    shares = [None if rate is None else 100 * rate for rate in rates]
    known = any(share is not None for share in shares)
    bars = [Bars(words("service.on_time"), shares)] if known else []
    plot.show_bars(names if known else [], bars, "%", lambda value: percent(value / 100).rstrip("%"), whole=100)
