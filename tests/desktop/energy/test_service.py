"""Days are closed into records once, and the report reads records alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from db.open import open_records
from db.rollup import Band
from db.store import Records, Transaction
from db.tables.energy import MeterReading
from db.tables.places import Place
from db.tables.things import ThingCard
from desktop.energy.service import Energy
from desktop.security.principal import act, system
from desktop.things.model import Counter, Point, Thing, ThingModel
from desktop.things.views import ThingView
from tests.support.fakes import FakeClock, FakeIds

TEXT = {"zh": "表", "en": "Meter"}
MIDNIGHT = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
"""The beginning of 22 November in Beijing."""
HOUR = 3600.0


class Meters:
    """Meters whose counters were read once an hour; `readings` by thing."""

    def __init__(self) -> None:
        self.views: list[ThingView] = []
        self.readings: dict[str, list[tuple[float, float]]] = {}

    def meter(self, id_: str, use: str, place: tuple[str, ...] = (), rollover: float | None = None) -> None:
        counter = Counter(medium="water", rollover=rollover)
        point = Point(name="volume", title=TEXT, type="number", symbol="m³", counter=counter)
        model = ThingModel(kind="water-meter", title=TEXT, points=(point,))
        thing = Thing(id=id_, name=id_, model=model, dialect="linli", use=use)
        self.views.append(
            ThingView(
                id=id_, name=id_, thing=thing, place_id=None, place_code="", place_path=place, out_of_service=False,
                out_reason="", online=True,
            )
        )  # fmt: skip

    def count(
        self, id_: str, first_day: int, days: int, per_hour: float, start: float = 0.0, wrap: float = 1e12
    ) -> None:
        """Hourly readings from the begin of a day (0 is 22 November) on."""
        begin = MIDNIGHT.timestamp() + first_day * 24 * HOUR
        own = self.readings.setdefault(id_, [])
        own += [(begin + n * HOUR, round((start + n * per_hour) % wrap, 6)) for n in range(days * 24 + 1)]

    def all(self) -> list[ThingView]:
        return self.views

    def bands(self, thing_id: str, point: str, since: float, until: float, most: int = 500) -> list[Band]:
        assert point == "volume" and most > 0
        found = [(at, value) for at, value in self.readings.get(thing_id, []) if since <= at <= until]
        return [Band(int(at * 1000), value, value, value, value, 1) for at, value in found]


@pytest.fixture
def meters() -> Meters:
    return Meters()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MIDNIGHT + timedelta(hours=2))


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    store = open_records(tmp_path, bytes(range(32)), FakeIds())
    yield store
    store.close()


@pytest.fixture
def energy(records: Records, clock: FakeClock, meters: Meters) -> Energy:
    return Energy(records, clock, meters, terminal="D1")


def test_days_that_are_over_are_closed_once(energy: Energy, meters: Meters, clock: FakeClock) -> None:
    meters.meter("m", "homes", ("1号楼",))
    meters.count("m", -3, 4, 2.0)
    assert energy.close_days() == 3
    assert energy.close_days() == 0
    report = energy.report("water", "month", date(2026, 11, 22))
    assert [(column.label, column.used) for column in report.columns if column.used is not None] == [
        ("2026-11-19", 48.0), ("2026-11-20", 48.0), ("2026-11-21", 48.0),
    ]  # fmt: skip
    assert report.total == 144.0 and [(part.name, part.used) for part in report.buildings] == [("1号楼", 144.0)]
    clock.advance(24 * HOUR)
    assert energy.close_days() == 1


def test_the_report_stands_when_the_telemetry_is_gone(energy: Energy, meters: Meters) -> None:
    meters.meter("m", "homes")
    meters.count("m", -3, 4, 2.0)
    energy.close_days()
    before = energy.report("water", "month", date(2026, 11, 22))
    meters.readings.clear()
    assert energy.close_days() == 0
    assert energy.report("water", "month", date(2026, 11, 22)) == before


def test_a_rollover_is_counted_through_and_told(energy: Energy, meters: Meters) -> None:
    meters.meter("m", "homes", rollover=1000.0)
    meters.count("m", -2, 3, 1.0, start=970.0, wrap=1000.0)
    energy.close_days()
    report = energy.report("water", "month", date(2026, 11, 22))
    assert report.total == 48.0
    assert [(doubt.day, doubt.flaw) for doubt in report.doubts if doubt.flaw != "gap"] == [("2026-11-21", "rollover")]


def test_a_meter_that_went_dark_is_waited_for_and_then_told(energy: Energy, meters: Meters, clock: FakeClock) -> None:
    meters.meter("m", "homes")
    meters.count("m", -2, 1, 1.0)
    assert energy.close_days() == 1, "the day it counted to its end"
    clock.advance(3 * 24 * HOUR)
    assert energy.close_days() == 0, "a day of which nothing is known has no reading"


def test_a_reading_on_record_is_never_rewritten(energy: Energy, meters: Meters) -> None:
    meters.meter("m", "homes")
    meters.count("m", -1, 1, 1.0)
    energy.close_days()
    meters.readings.clear()
    meters.count("m", -3, 5, 100.0)
    energy.close_days()
    report = energy.report("water", "month", date(2026, 11, 22))
    assert {column.label: column.used for column in report.columns}["2026-11-21"] == 24.0


def test_loss_uses_and_an_unusual_night(energy: Energy, meters: Meters) -> None:
    meters.meter("main", "supply")
    meters.meter("garden", "irrigation")
    meters.meter("house", "homes", ("2号楼",))
    meters.count("main", -10, 11, 10.0)
    meters.count("house", -10, 11, 6.0)
    meters.count("garden", -10, 9, 3.0)
    begin, value = meters.readings["garden"][-1]
    for hour in range(1, 25):
        value += 30.0 if 1 < hour <= 5 else 3.0
        meters.readings["garden"].append((begin + hour * HOUR, value))
    energy.close_days()
    report = energy.report("water", "month", date(2026, 11, 22))
    assert [(part.key, round(part.used)) for part in report.uses] == [("homes", 1440), ("irrigation", 828)]
    assert report.total == 2400.0 and report.loss and round(report.loss.lost) == 132
    [night] = report.nights
    assert (night.thing_id, night.day, night.used, night.usual) == ("garden", "2026-11-21", 120.0, 12.0)


def test_a_year_stands_beside_the_year_before(energy: Energy, meters: Meters, clock: FakeClock) -> None:
    meters.meter("m", "homes")
    clock.instant -= timedelta(days=365)
    meters.count("m", -368, 4, 1.0)
    energy.close_days()
    clock.instant += timedelta(days=365)
    meters.count("m", -3, 4, 2.0, start=1000.0)
    energy.close_days()
    report = energy.report("water", "year", date(2026, 11, 22))
    [november] = [column for column in report.columns if column.label == "2026-11"]
    assert november.used == 144.0 and november.before and report.before == november.before
    assert report.change is not None and report.change > 0


def test_the_media_that_are_metered(energy: Energy, meters: Meters) -> None:
    assert energy.media() == ()
    meters.meter("m", "homes")
    assert energy.media() == ("water",)


def test_a_meter_that_has_not_spoken_since_the_start_keeps_its_name_and_building(
    records: Records, clock: FakeClock
) -> None:
    def work(tx: Transaction) -> None:
        tx.add(Place(id="b3", kind="building", code="3", name="3号楼"))
        tx.add(Place(id="b3-1", parent_id="b3", kind="unit", code="3-1", name="1单元"))
        tx.add(ThingCard(id="w", kind="water-meter", name="3号楼水表", place_id="b3-1"))
        tx.add(MeterReading(id="r", thing_id="w", point="volume", day="2026-11-20", medium="water", use="homes",
                            reading=7.0, used=7.0))  # fmt: skip

    records.write(act(system("D1"), "energy.sample", clock), work)
    report = Energy(records, clock, Meters(), terminal="D1").report("water", "month", date(2026, 11, 20))
    assert [part.name for part in report.meters] == ["3号楼水表"]
    assert [part.name for part in report.buildings] == ["3号楼"]
