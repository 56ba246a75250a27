"""What an engineer would smile at does not happen, in any scenario: water that falls by itself, loads that nobody feeds,
faults that go on working, codes that no list has, batteries that jump."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import pytest

from desktop.simulate.building import Device
from desktop.simulate.scenario import names
from desktop.things.model import Thing, Value
from desktop.things.vendors import vendors
from tests.desktop.simulate.playing import BEGUN, MODELS, SMALL, Film

STORIES = sorted(set(names()) - {"calm"})
KINDS = {device.id: device.kind for device in SMALL}
DEVICES: Mapping[str, Device] = {device.id: device for device in SMALL}
SUPPLY = {"water-main": "flow", "gas-main": "flow", "heat-main": "power", "meter-main": "active_power"}
Frame = Mapping[str, Mapping[str, Value]]


@cache
def film(name: str) -> list[tuple[float, Frame]]:
    """A scenario from before its first step to after its last: all that steps are about, and the supply meters."""
    story = Film(name)
    cast = [*story.actors, *(id_ for id_ in ("switchboard", *SUPPLY) if id_ not in story.actors)]
    return [(elapsed, story.at(elapsed, cast)) for elapsed in story.times()]


def pits(name: str, later: float) -> list[tuple[float, Frame]]:
    """The same of pits and puddles alone, of a scenario that begins so much later: pits are at another level then."""
    story = Film(name, BEGUN + later)
    cast = [id_ for id_ in story.actors if KINDS[id_] in ("drainage-pump-set", "waterlogging")]
    return [(elapsed, story.at(elapsed, cast)) for elapsed in story.times()] if cast else []


def steps(
    name: str, kind: str, seen: list[tuple[float, Frame]] | None = None
) -> Iterator[tuple[str, Mapping[str, Value], Mapping[str, Value], float]]:
    """(where and when, values, values at the next look, seconds between), for each device of a kind."""
    before: dict[str, tuple[float, Mapping[str, Value]]] = {}
    for elapsed, frame in film(name) if seen is None else seen:
        for id_, now in frame.items():
            if KINDS[id_] == kind:
                if id_ in before:
                    then, was = before[id_]
                    yield f"{id_} at {elapsed:g} s", was, now, elapsed - then
                before[id_] = elapsed, now


def number(value: Value) -> float:
    assert isinstance(value, (int, float))
    return float(value)


@pytest.mark.parametrize("later", [0, 900, 1500, 2100, 2400])
@pytest.mark.parametrize("name", STORIES)
def test_no_level_falls_while_no_pump_runs(name: str, later: float) -> None:
    seen = pits(name, later)
    for where, was, now, _ in steps(name, "drainage-pump-set", seen):
        pumps = [each[f"pump{n}_running"] for each in (was, now) for n in (1, 2)]
        assert number(now["level"]) >= number(was["level"]) - 0.6 or any(pumps), where
    for where, was, now, _ in steps(name, "waterlogging", seen):
        # What wets the sensor dries; more has to be pumped.
        fell = number(was["level"]) - number(now["level"]) > 1.5 and number(was["level"]) > 10
        assert not fell or was["pump_running"] or now["pump_running"], where


@pytest.mark.parametrize("name", STORIES)
def test_a_total_never_falls(name: str) -> None:
    for kind in set(KINDS.values()):
        counters = [p.name for p in MODELS[kind].points if p.counter and p.counter.rollover is None]
        for where, was, now, _ in steps(name, kind):
            assert all(number(now[each]) >= number(was[each]) for each in counters), where


@pytest.mark.parametrize("name", STORIES)
def test_feeders_draw_no_more_than_their_incomer_brings(name: str) -> None:
    for where, _, now, _ in steps(name, "power-distribution"):
        feeders = [each.removesuffix("_tripped") for each in now if each.endswith("_tripped")]
        feeders.remove("incomer")
        drawn = sum(number(now[f"{each}_power"]) for each in feeders)
        assert drawn <= number(now["incomer_power"]) * 1.001 <= drawn * 1.03, where
        for each in feeders:
            assert not now[f"{each}_tripped"] or now[f"{each}_closed"] is False, where
            assert now[f"{each}_closed"] or now[f"{each}_power"] == 0, where


@pytest.mark.parametrize("name", STORIES)
def test_a_supply_meter_brings_what_the_others_draw(name: str) -> None:
    story = Film(name)
    for elapsed in story.times()[::10]:
        frame = story.at(elapsed, list(story.sensors))
        for id_, point in SUPPLY.items():
            parts = [one for one in frame if KINDS[one] == KINDS[id_] and one != id_]
            if id_ in frame and len(parts) == sum(device.kind == KINDS[id_] for device in SMALL) - 1:
                drawn = sum(number(frame[one][point]) for one in parts)
                assert drawn * 0.98 - 1 <= number(frame[id_][point]) <= drawn * 1.08 + 1, (id_, elapsed)


@pytest.mark.parametrize("name", STORIES)
def test_a_code_stands_in_the_list_of_its_maker(name: str) -> None:
    codes: dict[str, Mapping[str, object]] = {}
    for where, _, now, _ in steps(name, "lift"):
        id_ = where.split()[0]
        if id_ not in codes:
            bare = Thing(id=id_, name="x", model=MODELS["lift"], dialect="linli", maker=DEVICES[id_].maker)
            point = vendors().applied(bare).model.point("fault_code")
            assert point is not None and point.labels
            codes[id_] = point.labels
        assert str(now["fault_code"]) in codes[id_], where


@pytest.mark.parametrize("name", STORIES)
def test_a_lift_that_stands_in_trouble_stands_and_only_who_is_in_it_rings(name: str) -> None:
    for where, _, now, _ in steps(name, "lift"):
        assert not (now["moving"] and now["fault_code"]), where
        assert not now["alarm_button"] or now["occupied"], where
        assert not now["moving"] or (now["direction"] != 0 and not now["door_zone"] and now["door_closed"]), where


@pytest.mark.parametrize("name", STORIES)
def test_nothing_jumps_that_has_mass(name: str) -> None:
    """Batteries, water, heat and gas: a unit and a half at once is rounding and noise, what is more takes its time."""
    slow = [
        ("ups", "battery", 0.15), ("energy-storage", "soc", 0.15), ("transformer", "hottest", 0.5),
        ("drainage-pump-set", "level", 0.5), ("waterlogging", "level", 6.0), ("gas-detector", "concentration", 5.0),
        ("ebike-charger", "socket_temperature", 8.0),
    ]  # fmt: skip
    for kind, point, a_second in slow:
        for where, was, now, seconds in steps(name, kind):
            assert abs(number(now[point]) - number(was[point])) <= 1.5 + a_second * seconds, (where, point)


@pytest.mark.parametrize("name", STORIES)
def test_what_is_faulty_or_without_power_does_not_run(name: str) -> None:
    for kind, part in (("pump-set", "pump"), ("drainage-pump-set", "pump"), ("ventilation", "fan")):
        for where, _, now, _ in steps(name, kind):
            for n in (1, 2):
                assert not (now[f"{part}{n}_fault"] and now[f"{part}{n}_running"]), where
                assert now[f"{part}{n}_running"] or now[f"{part}{n}_current"] == 0, where
                assert now.get("power", True) or not now[f"{part}{n}_running"], where
    for where, _, now, _ in steps(name, "ev-charger"):
        assert now["state"] == "charging" or number(now["power"]) == 0, where


@pytest.mark.parametrize("name", STORIES)
def test_a_ups_is_on_its_battery_because_nothing_comes_in(name: str) -> None:
    for where, was, now, _ in steps(name, "ups"):
        assert bool(now["on_battery"]) == (number(now["input_voltage"]) < 180), where
        assert not (was["on_battery"] and now["on_battery"]) or number(now["battery"]) <= number(was["battery"]), where


@pytest.mark.parametrize("name", STORIES)
def test_nothing_flows_through_a_shut_valve_and_fans_run_while_there_is_gas(name: str) -> None:
    for where, _, now, _ in steps(name, "gas-meter"):
        assert now["valve_open"] or now["flow"] == 0, where
    for where, was, now, _ in steps(name, "gas-detector"):
        assert number(now["concentration"]) < 25 or now["fan_running"], where
        assert was["valve_open"] or not now["valve_open"], f"{where}: only a person opens it again"
        falls = number(was["concentration"]) - number(now["concentration"]) > 1.5
        assert not falls or was["fan_running"], where


@pytest.mark.parametrize("hours", range(0, 24, 3))
def test_loads_add_up_without_any_trouble(hours: int) -> None:
    calm = Film("calm")
    now = calm.at(hours * 3600.0, list(calm.sensors))
    supply, board = number(now["meter-main"]["active_power"]), now["switchboard"]
    carried = sum(number(now[f"transformer-{n}"]["power"]) for n in (1, 2))
    assert carried == pytest.approx(supply, rel=0.25)
    for feeder, use in (("homes", "homes"), ("lifts", "lifts"), ("pumps", "pumps")):
        metered = sum(number(frame["active_power"]) for id_, frame in now.items() if DEVICES[id_].use == use and
                      KINDS[id_] == "electricity-meter")  # fmt: skip
        assert number(board[f"{feeder}_power"]) == pytest.approx(metered, rel=0.2, abs=3), feeder
    assert number(board["incomer_power"]) < supply
    for id_ in (id_ for id_ in now if KINDS[id_] == "heat-meter"):
        heat = 1.163 * number(now[id_]["flow"]) * number(now[id_]["difference"])
        assert heat == pytest.approx(number(now[id_]["power"]), rel=0.12), id_
