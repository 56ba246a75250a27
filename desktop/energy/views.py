"""What the energy page sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from desktop.things.model import Medium

Span = Literal["day", "month", "year"]
"""A chart of one day's worth (its days around it), of the days of a month, or of the months of a year."""

SUPPLY = "supply"
"""The use of a meter that counts what comes in, for all the others behind it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One day or month of a chart: what was used then, and a year before (None where nothing is known)."""

    label: str
    """YYYY-MM-DD or YYYY-MM."""
    used: float | None
    before: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """What a building, a use or a meter had of the whole."""

    key: str
    """A use, or an id."""
    name: str
    used: float
    before: float | None
    """A year before, on the days that are known in both years."""
    same: float | None = None
    """Of `used`, on these days."""

    @property
    def change(self) -> float | None:
        """Against the same days a year before, as a share; None without one."""
        return _change(self.same, self.before)


@dataclass(frozen=True, slots=True)
class Loss:
    """What came in and no meter behind it counted."""

    supplied: float
    metered: float
    days: int = 0
    """On which both are known."""
    missing: tuple[tuple[str, str, str], ...] = ()
    """Meters that have no reading on some day of the span: thing, point, and the first such day."""
    whole: bool = True
    """Whether such days are left out; False where there are no others."""

    @property
    def lost(self) -> float:
        return self.supplied - self.metered

    @property
    def share(self) -> float | None:
        """Of what came in; None when nothing did."""
        return self.lost / self.supplied if self.supplied > 0 else None


@dataclass(frozen=True, slots=True)
class Night:
    """A night in which a meter counted far more than it usually does."""

    thing_id: str
    name: str
    day: str
    used: float
    usual: float
    point: str = ""
    """Of the thing: what its counter is called."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A day's figure of a meter that is not to be trusted as it stands."""

    thing_id: str
    name: str
    day: str
    flaw: str
    """rollover, reset, backwards, jump, gap or stuck; missing or counted for a meter without a reading from that day on,
    on days that are left out of the loss or counted in it; no_use for one that counts though nobody said what for."""
    point: str = ""


@dataclass(frozen=True, slots=True)
class EnergyReport:
    """A medium over a span of days. Figures in `unit`; a comparison is with the same days a year before."""

    medium: Medium
    unit: str
    first: str
    last: str
    total: float
    before: float | None
    """The same days a year before: those that are known in both years."""
    columns: tuple[Column, ...]
    buildings: tuple[Part, ...]
    uses: tuple[Part, ...]
    meters: tuple[Part, ...]
    loss: Loss | None
    """None where no meter counts what comes in."""
    nights: tuple[Night, ...]
    doubts: tuple[Doubt, ...]
    same: float | None = None
    """Of the total, on the days that are known in both years."""
    days: int = 0
    """Days with a reading of what makes the total."""
    days_same: int = 0
    """Of these, how many are known a year before as well."""

    @property
    def change(self) -> float | None:
        """Against the same days a year before, as a share; None without one."""
        return _change(self.same, self.before)


def _change(now: float | None, before: float | None) -> float | None:
    return (now - before) / before if now is not None and before else None
