"""What the page shows, as rows of a table file."""

from __future__ import annotations

from desktop.energy.views import EnergyReport
from desktop.kernel.words import Words
from ui.energy.tables import Share, buildings, findings, meters, uses
from ui.parts.files import Cell

Row = list[Cell]


def rows_of(words: Words, report: EnergyReport) -> list[Row]:
    """A head and one row a figure: of which part, its name, this year and last. Amounts are numbers in the report's unit."""
    rows: list[Row] = [
        [words("energy.part"), words("energy.name"), words("energy.amount", unit=report.unit), words("energy.before")],
        [words("energy.total"), f"{report.first} – {report.last}", _rounded(report.total), _rounded(report.before)],
    ]
    if report.loss is not None:
        rows.append([words("energy.lost"), words(f"energy.loss.{report.medium}"), _rounded(report.loss.lost), None])
    rows += [
        [words("energy.when"), column.label, _rounded(column.used), _rounded(column.before)]
        for column in report.columns
    ]
    rows += _of(words("energy.building"), buildings(words, report))
    rows += _of(words("energy.uses"), uses(words, report))
    rows += _of(words("energy.meter"), meters(report))
    rows += [[words("energy.finding"), found.text, None, None] for found in findings(words, report)]
    return rows


def _of(title: str, shares: list[Share]) -> list[Row]:
    return [[title, row.name, _rounded(row.part.used), _rounded(row.part.before)] for row in shares]


def _rounded(amount: float | None) -> float | None:
    return None if amount is None else round(amount, 3)
