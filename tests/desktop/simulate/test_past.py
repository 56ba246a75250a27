"""A new demo's charts open on the building's own past, and its energy page on a year of readings."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from db.telemetry import Telemetry
from desktop.energy.rules import Row, unusual_nights
from desktop.simulate.past import HOURS, LATE_STEP, LEAKS, past_days, remember, today
from desktop.simulate.sensors import LOSS, Sensors, fleet
from tests.desktop.simulate.playing import BEGUN, MODELS, SMALL

DAY_MS = 86_400_000
UNTIL = today(BEGUN)


@pytest.fixture(scope="module")
def sensors() -> tuple[Sensors, ...]:
    return fleet(SMALL, MODELS, 1)


def test_the_hours_before_are_remembered_and_end_before_now(
    tmp_path: Path, key: bytes, sensors: tuple[Sensors, ...]
) -> None:
    some = [one for one in sensors if one.device.id in ("meter-1", "lift-1-1", "pump-low")]
    telemetry, again = Telemetry(tmp_path / "telemetry.db", key), Telemetry(tmp_path / "again.db", key)
    now = round(BEGUN * 1000)
    assert remember(telemetry, some, BEGUN) == remember(again, some, BEGUN) > 1000
    rows = telemetry.history("meter-1", "active_power", 0, now + DAY_MS, 2000)
    assert rows == again.history("meter-1", "active_power", 0, now + DAY_MS, 2000)
    times = [at for at, _ in rows]
    assert len(set(times)) > 300
    assert now - HOURS * 3_600_000 <= min(times) < now - 25 * 3_600_000
    assert max(times) <= now - LATE_STEP * 1000
    telemetry.close()
    again.close()


def test_the_past_is_the_same_for_the_same_seed_and_goes_on_into_the_present(sensors: tuple[Sensors, ...]) -> None:
    rows = past_days(sensors, UNTIL, 3)
    assert rows == past_days(fleet(SMALL, MODELS, 1), UNTIL, 3)
    assert rows != past_days(fleet(SMALL, MODELS, 2), UNTIL, 3)
    last = {(row.thing_id, row.point): row for row in rows}
    midnight = BEGUN - (BEGUN + 8 * 3600) % 86_400
    for one in sensors:
        now = one.values(midnight)
        for (thing_id, point), row in last.items():
            if thing_id == one.device.id:
                assert row.day == "2026-11-17"
                assert now[point] == row.reading


def test_readings_only_grow_and_say_what_was_used(sensors: tuple[Sensors, ...]) -> None:
    series = defaultdict(list)
    for row in past_days(sensors, UNTIL, 400):
        series[row.thing_id, row.point].append(row)
    assert {rows[0].medium for rows in series.values()} == {"electricity", "water", "gas", "heat"}
    for rows in series.values():
        assert len(rows) == 400
        for before, after in pairwise(rows):
            assert before.day < after.day
            grown = after.reading - before.reading
            # Six digits and on at 0, as the dials of real meters do.
            assert grown % 1_000_000 == pytest.approx(after.used, abs=1e-6)
            assert after.used >= 0


@pytest.mark.parametrize("medium", ["electricity", "water", "gas", "heat"])
def test_the_supply_is_what_the_others_count_and_a_little_loss(medium: str, sensors: tuple[Sensors, ...]) -> None:
    supply: dict[str, float] = defaultdict(float)
    others: dict[str, float] = defaultdict(float)
    for row in past_days(sensors, UNTIL, 60):
        if row.medium == medium and row.use:
            (supply if row.use == "supply" else others)[row.day] += row.used
    low, high = LOSS
    assert len(supply) == len(others) == 60
    for day, used in supply.items():
        assert low - 0.005 <= used / others[day] - 1 <= high + 0.005


def test_a_winter_is_colder_and_darker_than_a_summer(sensors: tuple[Sensors, ...]) -> None:
    rows = past_days(sensors, UNTIL, 365)

    def used(id_: str, month: str) -> float:
        return sum(row.used for row in rows if row.thing_id == id_ and row.day.startswith(month))

    assert used("heat-main", "2026-01") > 4 * used("heat-main", "2026-07")
    assert used("pv-roof-1", "2026-07") > 1.2 * used("pv-roof-1", "2026-01")


def test_what_leaked_by_night_stands_out_and_ends_where_the_live_dial_is(sensors: tuple[Sensors, ...]) -> None:
    plain, leaky = past_days(sensors, UNTIL, 40), past_days(sensors, UNTIL, 40, 40)
    ends = {row.thing_id: row.reading for row in plain if row.day == plain[-1].day}
    assert ends == {row.thing_id: row.reading for row in leaky if row.day == plain[-1].day}
    rows = [Row(r.thing_id, r.use, "", r.day, r.used, r.night) for r in leaky]
    assert all(row.night is not None and 0 <= row.night <= row.used for row in rows)
    told = {(row.thing_id, row.day) for row, _ in unusual_nights(rows, rows[0].day) if row.use != ""}
    assert told == {(leak.thing_id, (UNTIL - timedelta(days=leak.ago)).isoformat()) for leak in LEAKS}
    more = {(a.thing_id, a.day): b.used - a.used for a, b in zip(plain, leaky, strict=True) if b.used - a.used > 0.01}
    assert {thing for thing, _ in more} == {"water-meter-1", "water-meter-garden", "water-main"}
