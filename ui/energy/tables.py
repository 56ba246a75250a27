"""Who used it: parts of the whole with their share and last year, and what does not add up, as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desktop.energy.views import EnergyReport, Part
from desktop.energy.words import (
    UNKNOWN,
    building_word,
    decimals,
    doubt_told,
    figure,
    night_told,
    percent,
    signed,
    use_word,
)
from desktop.kernel.words import Words
from ui.parts.table import Column, DataTable
from ui.parts.text import Label


@dataclass(frozen=True)
class Share:
    """A row: one part, under the name people know, with its share of all parts."""

    part: Part
    name: str
    share: float
    digits: int
    """Behind the point, the same for all rows."""

    @property
    def before(self) -> float | None:
        """Last year's amount, where all that is shown of this year can be held against it."""
        part = self.part
        return (
            part.before if part.same is not None and abs(part.used - part.same) < 1e-6 * max(part.used, 1.0) else None
        )


@dataclass(frozen=True)
class Finding:
    """A night or a reading to look at."""

    id: str
    thing_id: str
    point: str
    text: str
    night: bool


def shares(parts: Sequence[Part], name: Callable[[Part], str]) -> list[Share]:
    whole = sum(part.used for part in parts)
    digits = decimals(part.used for part in parts)
    return [Share(part, name(part), part.used / whole if whole else 0.0, digits) for part in parts]


def buildings(words: Words, report: EnergyReport) -> list[Share]:
    return shares(report.buildings, lambda part: building_word(words, part.key))


def uses(words: Words, report: EnergyReport) -> list[Share]:
    return shares(report.uses, lambda part: use_word(words, part.key))


def meters(report: EnergyReport) -> list[Share]:
    return shares(report.meters, lambda part: part.name)


def findings(words: Words, report: EnergyReport) -> list[Finding]:
    """Unusual nights and doubtful readings, the newest first."""
    nights = [
        (night.day, Finding(f"night/{night.day}/{night.thing_id}/{night.point}", night.thing_id, night.point,
                            night_told(words, night, report.unit), True))
        for night in report.nights
    ]  # fmt: skip
    doubts = [
        (doubt.day, Finding(f"{doubt.flaw}/{doubt.day}/{doubt.thing_id}/{doubt.point}", doubt.thing_id, doubt.point,
                            doubt_told(words, doubt), False))
        for doubt in report.doubts
    ]  # fmt: skip
    return [found for _, found in sorted([*nights, *doubts], key=lambda each: each[0], reverse=True)]


def share_table(words: Words, title: str) -> DataTable[Share]:
    """Name, amount, share as a bar, and how much more or less than on the same days a year before."""
    columns: list[Column[Share]] = [
        Column("name", title, lambda row: row.name, 96, "strong", stretch=True),
        Column("used", words("energy.used"), lambda row: figure(row.part.used, row.digits), 88, "figure", "right",
               sort=lambda row: row.part.used),
        Column("share", words("energy.share"), lambda row: percent(row.share), 136, "figure", "right",
               sort=lambda row: row.share, share=lambda row: row.share),
        Column("before", words("energy.before"), lambda row: figure(row.before, row.digits), 88, "quiet", "right",
               sort=lambda row: row.before or 0.0),
        Column("change", words("energy.change"), lambda row: signed(row.part.change), 72, "figure", "right",
               sort=lambda row: row.part.change or 0.0),
    ]  # fmt: skip
    return DataTable(columns, lambda row: row.part.key or UNKNOWN, title, compact=True)


def finding_table(words: Words) -> DataTable[Finding]:
    columns: list[Column[Finding]] = [
        Column(
            "text", words("energy.finding"), lambda row: row.text, 200, "marked", stretch=True,
            tone=lambda row: "medium" if row.night else "low", mark=lambda row: "circle" if row.night else "dash",
        )
    ]  # fmt: skip
    table = DataTable(columns, lambda row: row.id, words("energy.findings"), compact=True)
    table.horizontalHeader().hide()
    return table


def heading(text: str) -> Label:
    return Label(text, "strong")
