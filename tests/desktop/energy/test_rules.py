"""What consumption adds up to."""

from __future__ import annotations

from datetime import date, timedelta
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.energy.rules import (
    Row,
    bounds,
    columns,
    consumed,
    loss,
    parts,
    same_days,
    stuck,
    total,
    unassigned,
    unusual_nights,
    year_before,
)
from desktop.energy.views import SUPPLY, Span

amounts = st.floats(0, 1e6).map(lambda used: round(used, 3))
rows = st.lists(
    st.builds(
        Row,
        st.sampled_from(["m1", "m2", "m3"]),
        st.sampled_from([SUPPLY, "lighting", "homes", ""]),
        st.sampled_from(["1号楼", "2号楼", ""]),
        st.dates(date(2026, 1, 1), date(2026, 12, 31)).map(date.isoformat),
        amounts,
        flow=st.sampled_from(["used", "used", "inside", "made", "charged", "discharged"]),
    ),
    max_size=40,
)


@given(rows)
def test_parts_and_columns_add_up_to_what_was_metered(found: list[Row]) -> None:
    behind = sum(row.counts for row in consumed(found) if row.use != SUPPLY)
    for key in (lambda row: row.use, lambda row: row.building, lambda row: row.thing_id):
        assert isclose(sum(part.used for part in parts(found, [], key)), behind, abs_tol=1e-6)
    labels = [f"2026-{month:02}" for month in range(1, 13)]
    charted = columns(found, [], labels, 7)
    assert isclose(sum(column.used or 0.0 for column in charted), total(found), abs_tol=1e-6)


@given(rows)
def test_what_comes_in_is_counted_once(found: list[Row]) -> None:
    supplied = [row.counts for row in found if row.use == SUPPLY]
    behind = [row for row in consumed(found) if row.use != SUPPLY]
    assert isclose(total(found), sum(supplied or [row.counts for row in consumed(found)]), abs_tol=1e-6)
    told = loss(found)
    if told is None:
        assert not {row.day for row in found if row.use == SUPPLY} & {row.day for row in behind}
    else:
        assert isclose(told.lost + told.metered, told.supplied, abs_tol=1e-6)


def test_a_loss_of_three_of_a_hundred() -> None:
    told = loss([Row("a", SUPPLY, "", "2026-11-01", 100.0), Row("b", "homes", "", "2026-11-01", 97.0)])
    assert told and told.share is not None and isclose(told.share, 0.03)


def test_a_loss_is_told_of_the_days_on_which_both_sides_are_known() -> None:
    told = loss(
        [Row("a", SUPPLY, "", f"2026-11-0{n}", 100.0) for n in (1, 2, 3)] + [Row("b", "homes", "", "2026-11-02", 97.0)]
    )
    assert told and told.supplied == 100.0 and told.metered == 97.0
    assert loss([Row("a", SUPPLY, "", "2026-11-01", 100.0), Row("b", "homes", "", "2026-11-02", 97.0)]) is None


def test_a_month_under_way_is_held_against_the_same_days() -> None:
    now = [Row("a", SUPPLY, "", f"2026-11-0{n}", 10.0) for n in (1, 2)] + [Row("new", "homes", "", "2026-11-01", 5.0)]
    then = [Row("a", SUPPLY, "", f"2025-11-0{n}", 8.0) for n in range(1, 10)]
    held, against = same_days(now, then)
    assert total(held) == 20.0 and total(against) == 16.0
    (part,) = parts(now, then, lambda row: row.thing_id)
    assert part.used == 5.0 and part.before is None and part.change is None


def test_a_day_that_last_year_did_not_have_is_held_against_nothing() -> None:
    leap = [Row("a", "", "", f"2024-02-{n}", 10.0) for n in (28, 29)]
    held, against = same_days(leap, [Row("a", "", "", "2023-02-28", 8.0)])
    assert [row.day for row in held] == ["2024-02-28"] and len(against) == 1


def test_a_day_without_reading_is_unknown_not_zero() -> None:
    [first, second] = columns([Row("a", "", "", "2026-11-02", 0.0)], [], ["2026-11-01", "2026-11-02"], 10)
    assert first.used is None and second.used == 0.0


def test_a_column_stands_beside_the_same_day_a_year_before() -> None:
    [column] = columns([], [Row("a", "", "", "2025-11-02", 4.0)], ["2026-11-02"], 10)
    assert column.before == 4.0
    [month] = columns([], [Row("a", "", "", "2025-11-02", 4.0)], ["2026-11"], 7)
    assert month.before == 4.0


@pytest.mark.parametrize(
    ("day", "before"), [("2026-11-22", "2025-11-22"), ("2024-02-29", "2023-02-28"), ("2025-03-01", "2024-03-01")]
)
def test_a_year_before(day: str, before: str) -> None:
    assert year_before(day) == before


@pytest.mark.parametrize(
    ("span", "day", "first", "last"),
    [
        ("day", date(2026, 11, 22), "2026-11-22", "2026-11-22"),
        ("month", date(2026, 2, 10), "2026-02-01", "2026-02-28"),
        ("month", date(2024, 2, 29), "2024-02-01", "2024-02-29"),
        ("month", date(2026, 12, 31), "2026-12-01", "2026-12-31"),
        ("year", date(2026, 7, 1), "2026-01-01", "2026-12-31"),
    ],
)
def test_the_bounds_of_a_span(span: Span, day: date, first: str, last: str) -> None:
    assert bounds(span, day) == (first, last)


def nights(*used: float, day: float = 100.0) -> list[Row]:
    begin = date(2026, 11, 1)
    return [Row("m", "homes", "", (begin + timedelta(days=n)).isoformat(), day, night) for n, night in enumerate(used)]


def test_a_running_cistern_is_an_unusual_night() -> None:
    [(row, usual)] = unusual_nights(nights(5, 6, 5, 4, 5, 6, 31), "2026-11-01")
    assert (row.day, row.night, usual) == ("2026-11-07", 31, 5)


def test_usual_nights_and_trifles_are_not_told() -> None:
    assert unusual_nights(nights(5, 6, 5, 4, 5, 6, 9), "2026-11-01") == []
    assert unusual_nights(nights(0, 0, 0, 0, 0, 0, 1), "2026-11-01") == []
    assert unusual_nights(nights(5, 5, 5, 500), "2026-11-01") == [], "too few nights before to know what is usual"


def test_only_nights_of_the_span_are_told() -> None:
    assert unusual_nights(nights(5, 6, 5, 4, 5, 6, 31), "2026-11-08") == []


def days(thing: str, *used: float) -> list[Row]:
    begin = date(2026, 11, 1)
    return [Row(thing, "homes", "", (begin + timedelta(days=n)).isoformat(), each) for n, each in enumerate(used)]


def test_a_meter_that_stands_still_while_others_move_is_stuck() -> None:
    other = days("b", 2, 2, 2, 2, 2, 2, 2, 2)
    assert [(row.thing_id, row.day) for row in stuck(days("a", 3, 3, 4, 3, 3, 0, 0, 0) + other)] == [
        ("a", "2026-11-07"), ("a", "2026-11-08"),
    ]  # fmt: skip
    everybody_away = days("b", 2, 2, 2, 2, 2, 0, 0, 0)
    assert stuck(days("a", 3, 3, 4, 3, 3, 0, 0, 0) + everybody_away) == []
    assert stuck(days("a", 3, 3, 4, 3, 3, 0, 3, 0) + other) == [], "one still day is no fault"
    assert stuck(days("a", 0, 0, 0, 0, 0, 0, 0, 0) + other) == [], "one that never moves is not in use"


def test_what_the_sun_makes_is_no_consumption() -> None:
    found = [
        Row("main", SUPPLY, "", "2026-11-01", 100.0), Row("a", "homes", "1号楼", "2026-11-01", 97.0),
        Row("pv", "", "1号楼", "2026-11-01", 30.0, flow="made"),
    ]  # fmt: skip
    told = loss(found)
    assert told and isclose(told.lost, 3.0)
    assert [part.used for part in parts(found, [], lambda row: row.building)] == [97.0]
    assert total([Row("a", "", "", "2026-11-01", 1.0), Row("b", "", "", "2026-11-01", 2.0)]) == 3.0, "no use anywhere"


def month(thing: str, use: str, used: float, last: int = 30, first: int = 1) -> list[Row]:
    return [Row(thing, use, "", f"2026-11-{n:02}", used) for n in range(first, last + 1)]


def test_a_meter_that_is_dark_makes_no_loss_and_is_named() -> None:
    rows = month("main", SUPPLY, 1000.0) + month("s0", "homes", 98.0, last=15)
    for n in range(1, 10):
        rows += month(f"s{n}", "homes", 98.0)
    told = loss(rows)
    assert told and told.share == pytest.approx(0.02) and (told.days, told.missing) == (15, (("s0", "", "2026-11-16"),))


def test_where_no_day_is_whole_all_count_and_who_is_missing_is_told() -> None:
    rows = month("main", SUPPLY, 100.0) + month("a", "homes", 50.0, last=15) + month("b", "homes", 48.0, first=16)
    told = loss(rows)
    assert told and (told.days, told.whole) == (30, False)
    assert told.missing == (("a", "", "2026-11-16"), ("b", "", "2026-11-01"))
    # Dark since before the month, and known before it.
    rows = month("main", SUPPLY, 100.0) + month("a", "homes", 50.0, last=9) + month("b", "homes", 48.0)
    told = loss(rows, "2026-11-10")
    assert told and (told.supplied, told.days, told.missing) == (2100.0, 21, (("a", "", "2026-11-10"),))


def test_two_counters_of_one_thing_are_held_apart() -> None:
    """A store charges at night and discharges by day."""
    rows = [
        Row("ess", "", "", f"2026-11-{n:02}", 100.0, 100.0 + n % 4 if point == "charged" else 0.0, point)
        for n in range(1, 29) for point in ("charged", "discharged")
    ]  # fmt: skip
    assert unusual_nights(rows, "2026-11-01") == []
    still = [
        Row(
            "ess", "", "", row.day, 0.0 if row.point == "discharged" and row.day > "2026-11-20" else 9.0, 0.0, row.point
        )
        for row in rows
    ]
    assert {(row.thing_id, row.point) for row in stuck(still)} == {("ess", "discharged")}


def test_a_charger_makes_findings_only_where_it_counts() -> None:
    charger = [
        Row("ev", "", "", f"2026-11-{n:02}", 9.0 if n < 20 else 0.0, 50.0 if n == 25 else 1.0, flow="inside")
        for n in range(1, 29)
    ]
    assert unusual_nights(charger, "2026-11-01") and stuck(charger)
    rows = charger + month("a", "homes", 9.0)
    assert unusual_nights(rows, "2026-11-01") == [] and stuck(rows) == []


def test_a_meter_that_nobody_gave_a_use_stays_in_the_total_and_is_named() -> None:
    rows = month("a", "", 10.0) + month("b", "homes", 10.0)
    assert total(rows) == 600.0
    assert [(part.key, part.used) for part in parts(rows, [], lambda row: row.use)] == [("", 300.0), ("homes", 300.0)]
    assert [(row.thing_id, row.day) for row in unassigned(rows)] == [("a", "2026-11-01")]
    assert unassigned(month("a", "", 10.0)) == [], "where nobody was given one there is nothing to tell"
    told = loss(rows + month("main", SUPPLY, 20.5))
    assert told and told.lost == pytest.approx(15.0) and total(rows + month("main", SUPPLY, 20.5)) == 615.0


def test_what_a_device_counts_inside_is_not_counted_twice() -> None:
    charger = [Row("ev", "", "", "2026-11-01", 8.0, flow="inside")]
    meter = [Row("a", "", "", "2026-11-01", 30.0)]
    assert total(charger + meter) == 30.0
    assert total(charger) == 8.0, "where there is no meter it is all that is known"
    given = [Row("ev", "charging", "", "2026-11-01", 8.0, flow="inside")]
    assert total(given + meter) == 38.0


def test_a_store_has_what_it_lost_and_no_sun_is_consumed() -> None:
    def store(use: str) -> list[Row]:
        return [
            Row("ess", use, "", "2026-11-01", 100.0, 90.0, "charged", "charged"),
            Row("ess", use, "", "2026-11-01", 88.0, 0.0, "discharged", "discharged"),
            Row("pv", use, "", "2026-11-01", 40.0, 0.0, "energy", "made"),
        ]

    meter = [Row("a", "homes", "", "2026-11-01", 200.0)]
    assert total(store("") + meter) == 200.0
    assert total(store("office") + meter) == 212.0
    assert {part.key: part.used for part in parts(store("office") + meter, [], lambda row: row.thing_id)} == {
        "a": 200.0, "ess": 12.0,
    }  # fmt: skip
    told = loss([*store("office"), *meter, Row("main", SUPPLY, "", "2026-11-01", 215.0)])
    assert told and told.lost == pytest.approx(3.0)


def test_a_store_that_is_filled_by_night_is_no_unusual_night() -> None:
    rows = [
        Row("ess", "office", "", f"2026-11-{n:02}", 100.0, 90.0 if n > 20 else 2.0, "charged", "charged")
        for n in range(1, 29)
    ]
    assert unusual_nights(rows, "2026-11-01") == []


def test_the_days_before_a_meter_was_given_its_use_count() -> None:
    charger = [Row("ev", "", "", "2026-11-01", 30.0, flow="inside")]
    rows = month("a", "", 10.0, last=20) + month("a", "homes", 10.0, first=21) + charger
    assert total(rows) == 300.0
