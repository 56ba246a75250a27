"""Figures of the alarms in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.alarms.kpi import Judgement, Kpis, Measure, Response, Target, targets
from desktop.alarms.views import PRIORITIES
from desktop.kernel.words import Words
from desktop.things.model import Priority
from ui.parts.badge import BadgeTone, Mark
from ui.parts.when import lasting

JUDGED: Mapping[Judgement, tuple[Mark, BadgeTone]] = {
    "good": ("check", "quiet"),
    "fair": ("circle", "medium"),
    "poor": ("triangle", "high"),
}


def value_words(words: Words, target: Target, value: float) -> str:
    """A value in the measure's unit: 4.2, 17, 3.1 %."""
    if target.unit == "share":
        return f"{value * 100:.1f}".removesuffix(".0") + " %"
    text = f"{value:,.1f}".removesuffix(".0")
    return words("alarms.figures.per_hour_n", n=text) if target.unit == "per_hour" else text


def measure_value(words: Words, measure: Measure) -> str:
    return value_words(words, measure.target, measure.value)


def target_words(words: Words, target: Target) -> str:
    """What it should be: at most, or at least, so much; where more is still bearable that as well."""
    key = "alarms.figures.at_least" if target.least else "alarms.figures.at_most"
    return words(key, n=value_words(words, target, target.target))


def response_words(words: Words, response: Response) -> str:
    """How long people took: `确认 4 条：中位 2 分钟，九成不超过 6 分钟`."""
    if response.median is None or response.ninety is None:
        return words("alarms.figures.answered_none")
    median, ninety = lasting(words, response.median), lasting(words, response.ninety)
    return words("alarms.figures.answered", n=response.count, median=median, ninety=ninety)


def judged(words: Words, kpis: Kpis) -> str:
    """One sentence: how many figures are as they should be, and which one is furthest from it."""
    poor = [measure for measure in kpis.measures if measure.judgement == "poor"]
    if not kpis.figures.told:
        return words("alarms.figures.nothing_told")
    if not poor:
        return words("alarms.figures.all_good")
    return words("alarms.figures.some_poor", n=len(poor), first=words(f"alarms.kpi.{poor[0].name}"))


def distribution(shares: Mapping[Priority, float]) -> tuple[list[float], list[float | None]]:
    """Per cent of each priority, and what they should be; critical and high share one target, told at `high`."""
    wanted = {one.name: one.target * 100 for one in targets()}
    by_priority = {
        "low": wanted.get("low_share"),
        "medium": wanted.get("medium_share"),
        "high": wanted.get("high_share"),
    }
    return [shares[one] * 100 for one in PRIORITIES], [by_priority.get(one) for one in PRIORITIES]
