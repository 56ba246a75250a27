"""What flows, and what has flowed: the second is the integral of the first, at any time and in one step."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from desktop.simulate.behaviour import Moment, values
from desktop.simulate.curves import EPOCH, counted, flow
from desktop.simulate.shapes import Curve, Source, Total, shapes_of
from desktop.things.model import Counter, Point, ThingModel
from desktop.things.shapes import Constant, Daily, Daylight, Rain

AT = 1_795_000_000.0
DAY = 86_400.0
CURVES: dict[str, Curve] = {
    "constant": Constant(value=3),
    "one peak": Daily(low=2, high=10, peak=20),
    "two peaks": Daily(low=1, high=10, peaks=(7.5, 20.0)),
    "weekend": Daily(low=1, high=10, peaks=(7.5, 12.0, 20.0), weekend=0.5, vary=0.2),
    "season": Daily(low=0, high=10, peak=3, weekend=1.2, season=-0.5, vary=0.3),
    "daylight": Daylight(high=100),
    "rain": Rain(every=30, lasts=5, high=20),
    "total": Total(
        (Source(Daily(low=1, high=4, peak=9), 1), Source(Daily(low=1, high=9, peaks=(7.0, 18.0), vary=0.4), 2, 0.5)),
        0.03,
    ),
}


@pytest.mark.parametrize("name", CURVES)
def test_a_meter_is_the_integral_of_its_curve(name: str) -> None:
    source, steps = Source(CURVES[name], 99, 2.0), 60_000
    span = 5.3 * DAY
    by_hand = sum(flow(source, AT + (n + 0.5) * span / steps) for n in range(steps)) * span / steps / 3600
    assert counted(source, AT + span) - counted(source, AT) == pytest.approx(by_hand, rel=2e-4)
    assert counted(source, EPOCH) == 0


@pytest.mark.parametrize("name", CURVES)
@settings(deadline=None, max_examples=60)
@given(seed=some.integers(0, 2**40), at=some.floats(EPOCH, EPOCH + 5e8), later=some.floats(0, 2e6))
def test_a_meter_never_goes_back(name: str, seed: int, at: float, later: float) -> None:
    source = Source(CURVES[name], seed)
    assert flow(source, at) >= 0
    assert counted(source, at + later) >= counted(source, at) - 1e-6


def test_the_sun_sets_and_is_never_brighter_than_said() -> None:
    source = Source(Daylight(high=100, season=0.3, vary=0.45), 5)
    midnight = AT - (AT + 8 * 3600) % DAY
    noons = [flow(source, midnight + day * DAY + 12.2 * 3600) for day in range(400)]
    assert max(noons) <= 100 and min(noons) > 0
    assert all(flow(source, midnight + day * DAY + hour * 3600) == 0 for day in range(400) for hour in (0, 3, 21))
    # Days differ, and summer's are longer.
    assert max(noons) > 2 * min(noons)
    assert flow(source, midnight + 240 * DAY + 18 * 3600) > 0 == flow(source, midnight + 30 * DAY + 18 * 3600)


def test_two_peaks_have_a_valley_between_and_each_its_hour() -> None:
    source = Source(Daily(low=1, high=10, peaks=(7.0, 19.0)), 5)
    midnight = AT - (AT + 8 * 3600) % DAY
    hours = [flow(source, midnight + hour * 3600) for hour in range(24)]
    assert [hour for hour in range(1, 23) if hours[hour] > max(hours[hour - 1], hours[hour + 1])] == [7, 19]
    assert hours[7] == pytest.approx(10) and hours[13] == pytest.approx(1) and hours[1] == pytest.approx(1)


def test_it_rains_now_and_then_and_not_the_same_each_time() -> None:
    source = Source(Rain(every=30, lasts=5, high=20), 5)
    falls = [counted(source, AT + n * 108_000) for n in range(50)]
    amounts = [later - sooner for sooner, later in pairwise(falls)]
    assert max(amounts) > 2 * min(amounts)
    dry = sum(flow(source, AT + n * 600) == 0 for n in range(10_000))
    assert 8_000 < dry < 8_700
    assert max(flow(source, AT + n * 600) for n in range(10_000)) <= 20


def test_a_dial_goes_on_at_nothing_after_its_last_digit_and_a_days_meter_at_midnight() -> None:
    def point(name: str, shape: dict[str, object], counter: Counter | None = None) -> Point:
        return Point(name=name, title={"zh": name}, type="number", decimals=2, simulate=shape, counter=counter)

    dial = {"shape": "meter", "of": "power", "by": 0.5, "start": 990}
    model = ThingModel(
        kind="k", title={"zh": "k"},
        points=(
            point("energy", dial, Counter(medium="electricity", rollover=1000)),
            point("today", {"shape": "meter", "of": "power", "span": "today"}),
            point("hour", {"shape": "meter", "of": "power", "span": 1}),
            point("power", {"shape": "share", "of": "load", "by": 2}), point("load", {"shape": "constant", "value": 5}),
        ),
    )  # fmt: skip
    shapes = shapes_of(model, 1)
    midnight = AT - (AT + 8 * 3600) % DAY
    seen = [values(shapes, 1, Moment(midnight + hour * 3600), {}) for hour in range(25)]
    assert [float(now["today"]) for now in seen] == [10 * hour % 240 for hour in range(25)]
    assert {now["hour"] for now in seen} == {10.0}
    dials = [float(now["energy"]) for now in seen]
    assert all((later - sooner) % 1000 == pytest.approx(5) for sooner, later in pairwise(dials))
    assert min(dials) >= 0 and max(dials) < 1000


def test_what_is_taken_by_night_is_mostly_free_by_day() -> None:
    shape = {"shape": "occupancy", "low": 0.1, "high": 0.9, "peak": 23, "hold": 1800, "on": "charging", "off": "free"}
    point = Point(name="state", title={"zh": "state"}, type="string", simulate=shape)
    shapes = shapes_of(ThingModel(kind="k", title={"zh": "k"}, points=(point,)), 1)
    midnight = AT - (AT + 8 * 3600) % DAY

    def taken(hour: float) -> int:
        times = (midnight + day * DAY + hour * 3600 for day in range(300))
        return sum(values(shapes, 3, Moment(at), {})["state"] == "charging" for at in times)

    assert taken(23) > 230 and taken(11) < 70
    slot = midnight - midnight % 1800
    assert len({values(shapes, 3, Moment(slot + second), {})["state"] for second in range(0, 1800, 60)}) == 1
