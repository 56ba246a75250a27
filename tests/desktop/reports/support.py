"""Alarms for the tests of reports."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from desktop.alarms.views import PRIORITIES, AlarmView
from desktop.cases.figures import Figures
from desktop.energy.views import Column, Doubt, EnergyReport, Loss, Night, Part, Span
from desktop.places.views import CommunityView
from desktop.things.model import Medium
from tests.support.fakes import START


def alarm(n: int, onset: datetime | None = None) -> AlarmView:
    """The n-th of a row of various alarms, 37 minutes apart."""
    onset = onset or START + timedelta(minutes=37 * n)
    place = (f"{n % 6 + 1}号楼", f"{n % 3 + 1}单元", "水泵房")
    return AlarmView(
        id=f"alarm-{n:05d}", thing_id=f"pump-{n}", thing_name=f"{n % 6 + 1}号生活水泵", thing_kind="water-pump-set",
        place_id=None, place_path=place, point="level", rule="level-high", priority=PRIORITIES[n % 4],
        life_safety=False, state="normal", value=118.5 + n, limit=100, unit="mm",
        title={"zh": f"水位超过上限 #{n:05d}", "en": f"Water level over the limit #{n:05d}"}, cause={"zh": ""},
        consequence={"zh": ""}, response={"zh": ""}, onset_at=onset,
        returned_at=None if n % 7 == 3 else onset + timedelta(seconds=47 * (n + 1) ** 2),
        acknowledged_at=None if n % 5 == 4 else onset + timedelta(seconds=20 + n), acknowledged_by_name="张桂芳",
        shelved_until=None, case_id=None, case_number=f"D1-20261122-{n:04d}" if n % 3 == 0 else None,
    )  # fmt: skip


def hostile(text: str) -> AlarmView:
    """An alarm whose every text is this one."""
    return replace(
        alarm(1), thing_name=text, place_path=(text, text), title={"zh": text, "en": text}, value=text, limit=text,
        unit=text, acknowledged_by_name=text, case_number=text,
    )  # fmt: skip


@dataclass
class GivenAlarms:
    """A log that holds what it was given."""

    alarms: Sequence[AlarmView]

    def log(self, since: datetime, until: datetime) -> Sequence[AlarmView]:
        return [alarm for alarm in self.alarms if since <= alarm.onset_at < until]


@dataclass
class GivenCommunity:
    """A community by name, at Beijing's offset."""

    name: str

    def community(self) -> CommunityView | None:
        return CommunityView("110101001001", self.name) if self.name else None


def november(name: str = "1号楼居民用水表", meters: int = 8) -> EnergyReport:
    """Water in November: 22 days read, a loss of a tenth, one night and one doubt, the names as given."""
    columns = tuple(
        Column(f"2026-11-{n:02}", 150.0 + n if n <= 22 and n != 9 else None, 140.0 + n) for n in range(1, 31)
    )
    return EnergyReport(
        medium="water", unit="m³", first="2026-11-01", last="2026-11-30", total=3225.4, before=3301.0, columns=columns,
        buildings=(Part("1号楼", "1号楼", 1800.5, 1790.0, 1800.5), Part("", "", 1102.0, None)),
        uses=(Part("homes", "homes", 2712.5, 2800.0, 2712.5), Part("irrigation", "irrigation", 190.0, 181.0, 190.0)),
        meters=tuple(Part(f"water-{n}", f"{name} {n}", 400.0 - n, 380.0, 400.0 - n) for n in range(meters)),
        loss=Loss(3225.4, 2902.5, 22), nights=(Night("water-1", name, "2026-11-14", 4.2, 0.6, "volume"),),
        doubts=(Doubt("water-2", name, "2026-11-18", "backwards", "volume"),), same=3225.4, days=22, days_same=22,
    )  # fmt: skip


@dataclass
class GivenEnergy:
    """Meters that say what they were given, whatever is asked; None fails."""

    told: EnergyReport | None

    def report(self, medium: Medium, span: Span, day: date) -> EnergyReport:
        assert self.told is not None
        return self.told


NO_ENERGY = GivenEnergy(None)


@dataclass
class GivenFigures:
    """Cases that answer with figures that were put together."""

    told: Figures | None

    def figures(self, since: datetime, until: datetime, definitions: Collection[str] = ()) -> Figures:
        assert self.told is not None
        return self.told


NO_CASES = GivenFigures(None)
