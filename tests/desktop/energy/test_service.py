"""Days are closed into records once, and the report reads records alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.open import open_records
from db.rollup import Band
from db.store import Records, Transaction
from db.tables.energy import MeterReading
from db.tables.places import Place
from db.tables.things import ThingCard
from desktop.energy.service import Energy
from desktop.security.principal import act, system
from desktop.things.model import Counter, Flow, Point, Reading, Thing, ThingModel
from desktop.things.views import ThingView
from tests.support.fakes import FakeClock, FakeIds

TEXT = {"zh": "表", "en": "Meter"}
MIDNIGHT = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
"""The beginning of 22 November in Beijing."""
HOUR = 3600.0


class Meters:
    """Meters whose counters were read once an hour; `readings` by thing. Stored is what changed, as the intake does."""

    def __init__(self) -> None:
        self.views: list[ThingView] = []
        self.readings: dict[str, list[tuple[float, float]]] = {}
        self.heard: set[str] = set()
        """Meters that still speak."""
        self.words: dict[str, list[float]] = {}
        """When meters told their flow."""

    def meter(
        self, id_: str, use: str, place: tuple[str, ...] = (), rollover: float | None = None, symbol: str = "m³",
        flow: Flow = "used",
    ) -> None:  # fmt: skip
        counter = Counter(medium="water", rollover=rollover, flow=flow)
        point = Point(name="volume", title=TEXT, type="number", symbol=symbol, counter=counter)
        flowing = Point(name="flow", title=TEXT, type="number", history="every", stale_after=600)
        model = ThingModel(kind="water-meter", title=TEXT, points=(point, flowing))
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

    def all(self) -> tuple[ThingView, ...]:
        return tuple(self.views)

    def bands(self, thing_id: str, point: str, since: float, until: float, most: int = 500) -> list[Band]:
        assert point == "volume" and most > 0
        told = self.readings.get(thing_id, [])
        stored = [one for n, one in enumerate(told) if n == 0 or told[n - 1][1] != one[1]]
        found = [(at, value) for at, value in stored if since <= at <= until]
        return [Band(int(at * 1000), value, value, value, value, 1) for at, value in found]

    def last_before(self, thing_id: str, point: str, at: float) -> tuple[float, float] | None:
        assert point == "flow"
        told = [word for word in self.words.get(thing_id, []) if word <= at]
        return (told[-1], 0.0) if told else None

    def reading(self, thing_id: str, point: str) -> Reading:
        if thing_id not in self.heard:
            return Reading(None, "none", 0.0)
        return Reading(self.readings[thing_id][-1][1], "good", self.readings[thing_id][-1][0])


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
    for _ in range(2):
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


def test_a_meter_that_is_dark_stands_among_what_does_not_add_up(energy: Energy, meters: Meters) -> None:
    meters.meter("main", "supply")
    meters.meter("a", "homes")
    meters.meter("b", "homes")
    meters.count("main", -10, 11, 100.0)
    meters.count("a", -10, 11, 48.0)
    meters.count("b", -10, 5, 50.0)
    energy.close_days()
    report = energy.report("water", "month", date(2026, 11, 22))
    assert report.loss and report.loss.share == pytest.approx(0.02)
    assert ("b", "2026-11-17", "missing") in told(energy)


def test_a_meter_without_a_use_counts_and_is_named_also_where_no_meter_speaks(energy: Energy, meters: Meters) -> None:
    meters.meter("a", "")
    meters.meter("b", "homes")
    meters.meter("tank", "homes", flow="discharged")
    meters.meter("garden", "", flow="inside")
    for meter in ("a", "b", "tank", "garden"):
        meters.count(meter, -3, 4, 2.0 if meter != "tank" else 0.5)
    energy.close_days()
    report = energy.report("water", "month", date(2026, 11, 22))
    assert report.total == 2 * 144.0 - 36.0
    assert [(part.key, part.used) for part in report.uses] == [("", 144.0), ("homes", 108.0)]
    assert ("a", "2026-11-19", "no_use") in told(energy) and ("garden", "2026-11-19", "no_use") not in told(energy)
    meters.views.clear()
    assert energy.report("water", "month", date(2026, 11, 22)).total == report.total


def used_by_day(energy: Energy, meter: str = "m") -> dict[str, float]:
    def rows(session: Session) -> dict[str, float]:
        found = session.scalars(select(MeterReading).where(MeterReading.thing_id == meter))
        return {row.day: row.used for row in found}

    return energy._records.read(rows)


def told(energy: Energy) -> set[tuple[str, str, str]]:
    report = energy.report("water", "month", date(2026, 11, 22))
    return {(doubt.thing_id, doubt.day, doubt.flaw) for doubt in report.doubts}


def test_a_meter_that_speaks_and_stands_still_uses_nothing_and_is_told_as_stuck(energy: Energy, meters: Meters) -> None:
    """Only changes are stored: a stuck meter stores nothing."""
    for meter in ("moves", "stands"):
        meters.meter(meter, "homes")
        meters.count(meter, -12, 13, 2.0)
    still = meters.readings["stands"]
    meters.readings["stands"] = [(at, min(value, still[72][1])) for at, value in still]
    meters.heard = {"moves", "stands"}
    energy.close_days()
    days = used_by_day(energy, "stands")
    assert len(days) == 12 and sum(days.values()) == 3 * 48.0
    flaws = {flaw for meter, _, flaw in told(energy) if meter == "stands"}
    assert flaws == {"stuck"}


def test_a_meter_that_rests_has_no_gap_and_what_it_uses_after_is_of_that_day(
    energy: Energy, meters: Meters, clock: FakeClock
) -> None:
    meters.meter("m", "irrigation")
    meters.count("m", -8, 2, 1.0)
    meters.heard = {"m"}
    energy.close_days()
    _, value = meters.readings["m"][-1]
    for day in range(2):
        clock.advance(24 * HOUR)
        if day == 1:
            now = clock.now().timestamp()
            meters.readings["m"] += [(now - 3 * HOUR, value), (now - 2.5 * HOUR, value + 9.0)]
        energy.close_days()
    days = used_by_day(energy)
    assert sum(days.values()) == value + 9.0 and max(days) == "2026-11-23"
    assert days["2026-11-23"] == 9.0 and days["2026-11-22"] == 0.0
    assert not {flaw for _, _, flaw in told(energy)} & {"gap"}


@pytest.mark.parametrize("until", [22.0, 26.0, 46.0])
def test_what_a_meter_used_while_it_was_not_heard_is_of_the_time_since_its_last_word(
    energy: Energy, meters: Meters, clock: FakeClock, until: float
) -> None:
    """It counted to noon, stood still until it was last heard, and told of more only two days later."""
    meters.meter("m", "homes")
    begin = MIDNIGHT.timestamp() - 72 * HOUR
    said = [(0, 90.0), (12, 100.0), (50, 128.0), (74, 128.0)]
    meters.readings["m"] = [(begin + hours * HOUR, value) for hours, value in said]
    meters.words = {"m": [begin + n * HOUR for n in range(int(until) + 1)] + [begin + 50 * HOUR]}
    meters.heard = {"m"}
    energy.close_days()
    days = used_by_day(energy)
    each = 28.0 / (50 - until)
    assert days["2026-11-19"] == pytest.approx(10.0 + max(0.0, 24 - until) * each)
    assert days["2026-11-20"] == pytest.approx((48 - max(until, 24)) * each)
    assert sum(days.values()) == pytest.approx(38.0)
    gaps = {day for _, day, flaw in told(energy) if flaw == "gap"}
    assert gaps == ({"2026-11-19"} if until < 24 else set()) | {"2026-11-20", "2026-11-21"}


def test_a_meter_that_is_heard_all_along_and_ticks_rarely_is_not_in_doubt(energy: Energy, meters: Meters) -> None:
    meters.meter("m", "homes")
    begin = MIDNIGHT.timestamp() - 72 * HOUR
    meters.readings["m"] = [(begin + n * HOUR, n / 9) for n in range(0, 75, 9)]
    meters.words = {"m": [begin + n * HOUR / 4 for n in range(4 * 75)]}
    energy.close_days()
    assert used_by_day(energy)["2026-11-20"] == pytest.approx(24 / 9)
    assert not {flaw for _, _, flaw in told(energy)}


@pytest.mark.parametrize("odd", [0.0, 100_000.0])
def test_one_reading_that_is_taken_back_costs_nobody_a_meters_worth(energy: Energy, meters: Meters, odd: float) -> None:
    meters.meter("m", "homes")
    meters.count("m", -2, 3, 2.0, start=10_000.0)
    at, _ = meters.readings["m"][30]
    meters.readings["m"][30] = (at, odd)
    energy.close_days()
    assert sum(used_by_day(energy).values()) == 96.0
    assert {flaw for _, _, flaw in told(energy)} == {"jump"}


@pytest.mark.parametrize("hidden", [range(30, 110), range(60, 75), range(20, 60)])
def test_whatever_is_dark_or_deleted_the_days_add_up_to_what_the_counter_moved(
    energy: Energy, meters: Meters, clock: FakeClock, hidden: range
) -> None:
    meters.meter("m", "homes")
    meters.count("m", -6, 7, 2.0)
    whole = meters.readings["m"]
    midnight = whole[0][0]
    for hour in range(25, 6 * 24 + 3):
        clock.advance(midnight + hour * HOUR - clock.now().timestamp())
        known = [one for n, one in enumerate(whole) if n <= hour and n not in hidden]
        # Once, the telemetry file is deleted on the way.
        meters.readings["m"] = [one for n, one in enumerate(known) if hour < 80 or one[0] >= midnight + 80 * HOUR]
        energy.close_days()
    days = used_by_day(energy)
    assert sum(days.values()) == pytest.approx(whole[6 * 24][1] - whole[0][1])


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("started", [False, True])
def test_a_clock_that_is_days_ahead_for_a_moment_closes_no_running_day(
    energy: Energy, meters: Meters, clock: FakeClock, live: bool, started: bool
) -> None:
    meters.meter("m", "homes")
    meters.count("m", -2, 3, 2.0)
    meters.readings["m"] = [one for one in meters.readings["m"] if one[0] <= clock.now().timestamp()]
    energy.close_days()
    # Also where the meter speaks at that moment, and where it is the first that is asked after a start.
    meters.heard = {"m"} if live else set()
    if started:
        energy = Energy(energy._records, clock, meters, terminal="D1")
    clock.instant += timedelta(days=5)
    assert energy.close_days() == 0
    clock.advance(HOUR)
    assert energy.close_days() == 0
    clock.instant -= timedelta(days=5)
    assert energy.close_days() == 0


@pytest.mark.parametrize("odd", [0.0, 100_000.0])
@pytest.mark.parametrize("first", [142, 144, 145])
@pytest.mark.parametrize("running", [1, 3])
def test_wrong_readings_around_the_close_of_a_day_cost_nobody_a_meters_worth(
    energy: Energy, meters: Meters, clock: FakeClock, odd: float, first: int, running: int
) -> None:
    """The newest reading is not taken back yet when the day is closed by it."""
    meters.meter("m", "homes")
    meters.count("m", -8, 9, 2.0, start=10_000.0)
    whole = [
        (at, odd + n if first <= n < first + running else value) for n, (at, value) in enumerate(meters.readings["m"])
    ]
    begin = whole[0][0]
    for hour in range(24, 8 * 24 + 3):
        clock.advance(begin + hour * HOUR - clock.now().timestamp())
        meters.readings["m"], meters.heard = whole[: hour + 1], {"m"}
        energy.close_days()
    days = used_by_day(energy)
    assert len(days) == 8 and sum(days.values()) == pytest.approx(8 * 48.0)
    assert {flaw for _, _, flaw in told(energy)} <= {"jump"}


@pytest.mark.parametrize("per_hour", [2.0, 0.0])
def test_a_meter_that_was_replaced_is_believed_when_it_goes_on_or_after_some_days(
    energy: Energy, meters: Meters, clock: FakeClock, per_hour: float
) -> None:
    for meter, use in (("m", "homes"), ("other", "homes")):
        meters.meter(meter, use)
        meters.count(meter, -9, 15, 2.0, start=10_000.0)
    old = meters.readings["m"][: 6 * 24 + 5]
    new = [(at, n * per_hour) for n, (at, _) in enumerate(meters.readings["m"][6 * 24 + 5 :])]
    whole = {"m": old + new, "other": meters.readings["other"]}
    for hour in range(24, 14 * 24, 3):
        clock.advance(whole["m"][0][0] + hour * HOUR - clock.now().timestamp())
        meters.readings = {meter: readings[: hour + 1] for meter, readings in whole.items()}
        meters.heard = {"m", "other"}
        energy.close_days()
    days = used_by_day(energy)
    assert len(days) == 13
    assert sum(days.values()) == pytest.approx(old[-1][1] - 10_000.0 + (13 * 24 - len(old)) * per_hour)
    assert [(day, flaw) for meter, day, flaw in told(energy) if meter == "m" and flaw != "stuck"] == [
        ("2026-11-19", "reset")
    ]


def test_a_vacant_house_that_fills_is_believed(energy: Energy, meters: Meters, clock: FakeClock) -> None:
    meters.meter("m", "homes")
    meters.count("m", -9, 8, 0.0, start=50.0)
    meters.heard = {"m"}
    energy.close_days()
    meters.count("m", -1, 1, 30.0, start=50.0)
    clock.advance(24 * HOUR)
    energy.close_days()
    assert sum(used_by_day(energy).values()) == 24 * 30.0


def test_a_meter_that_tells_litres_is_added_up_with_one_that_tells_cubic_metres(
    energy: Energy, meters: Meters, clock: FakeClock
) -> None:
    meters.meter("m3", "homes")
    meters.count("m3", -3, 4, 2.0)
    meters.meter("litres", "homes", rollover=100_000.0, symbol="L")
    meters.count("litres", -3, 4, 2000.0, wrap=100_000.0)
    energy.close_days()
    clock.advance(24 * HOUR)
    energy.close_days()
    report = energy.report("water", "month", date(2026, 11, 22))
    assert (report.total, report.unit) == (pytest.approx(2 * 4 * 48.0), "m³")
    assert used_by_day(energy, "litres") == pytest.approx(used_by_day(energy, "m3"))
    assert {flaw for _, _, flaw in told(energy) if flaw != "gap"} == {"rollover"}


def test_what_is_on_record_in_another_unit_is_turned_into_the_mediums_own(
    energy: Energy, records: Records, meters: Meters, clock: FakeClock
) -> None:
    def work(tx: Transaction) -> None:
        tx.add(MeterReading(id="r", thing_id="m", point="volume", day="2026-11-20", medium="water", use="homes",
                            unit="L", reading=4000.0, used=1000.0, night=100.0))  # fmt: skip

    records.write(act(system("D1"), "energy.sample", clock), work)
    meters.meter("m", "homes", symbol="L")
    meters.count("m", -1, 2, 100.0, start=4000.0)
    energy.close_days()
    assert used_by_day(energy)["2026-11-21"] == pytest.approx(2.4)
    assert energy.report("water", "month", date(2026, 11, 22)).total == pytest.approx(3.4)


def test_a_counter_whose_unit_is_of_something_else_is_added_to_nothing(energy: Energy, meters: Meters) -> None:
    meters.meter("m", "homes", symbol="kg")
    meters.count("m", -3, 4, 2.0)
    assert energy.media() == () and energy.close_days() == 0


def test_a_use_that_is_given_later_holds_for_the_days_before(energy: Energy, meters: Meters, clock: FakeClock) -> None:
    """And for the meters that are not there now, the newest on record does."""
    for meter, use in (("late", ""), ("always", "homes"), ("gone", "pumps")):
        meters.meter(meter, use)
        meters.count(meter, -3, 4, 1.0)
    energy.close_days()
    meters.views = []
    meters.meter("late", "lighting")
    meters.meter("always", "homes")
    report = energy.report("water", "month", date(2026, 11, 22))
    assert report.total == 3 * 72.0
    assert {part.key: part.used for part in report.uses} == {"homes": 72.0, "lighting": 72.0, "pumps": 72.0}


def test_a_year_stands_beside_the_year_before(energy: Energy, meters: Meters, clock: FakeClock) -> None:
    meters.meter("m", "homes")
    clock.advance(-365 * 24 * HOUR)
    meters.count("m", -368, 4, 1.0)
    energy.close_days()
    clock.advance(365 * 24 * HOUR)
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
