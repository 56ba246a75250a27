"""Alarms for the tests of reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desktop.alarms.views import PRIORITIES, AlarmView
from desktop.places.views import CommunityView
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
