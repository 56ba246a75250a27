"""A machine's run hours are what its counter says now, in hours, or nothing."""

from __future__ import annotations

from typing import cast

import pytest

from desktop.cases.runhours import counters_of, run_hours
from desktop.kernel.words import Text
from desktop.things.loader import load_models
from desktop.things.model import Counter, Point, Quality, Reading, Thing, Value
from desktop.things.views import ThingView

TITLE: Text = {"zh": "时间"}


class Pump:
    def __init__(self, unit: str = "h", value: Value | None = 120, quality: Quality = "good") -> None:
        self._reading = Reading(value, quality, 0.0)
        point = Point(name="hours", title=TITLE, type="number", unit=unit, counter=Counter())
        base = load_models().models["pump-set"]
        model = type(base)(**{**{name: getattr(base, name) for name in base.__struct_fields__}, "points": (point,)})
        thing = Thing(id="pump", name="泵", model=model, dialect="linli", place="")
        self.view = ThingView("pump", "泵", thing, None, "", (), False, "", True)

    def get(self, thing_id: str) -> ThingView | None:
        return self.view if thing_id == "pump" else None

    def reading(self, thing_id: str, point: str) -> Reading:
        return self._reading


@pytest.mark.parametrize(("unit", "value", "hours"), [("h", 120, 120), ("min", 90, 1.5), ("s", 7200, 2)])
def test_counters_of_other_units_are_told_in_hours(unit: str, value: float, hours: float) -> None:
    assert run_hours(Pump(unit, value))("pump", "hours") == pytest.approx(hours)


@pytest.mark.parametrize("pump", [Pump("m3"), Pump(value=None), Pump(quality="stale"), Pump(quality="uncertain")])
def test_what_is_no_counter_or_old_or_in_doubt_is_nothing(pump: Pump) -> None:
    assert run_hours(pump)("pump", "hours") is None


def test_unknown_things_and_points_are_nothing() -> None:
    assert run_hours(Pump())("other", "hours") is None
    assert run_hours(Pump())("pump", "other") is None


def test_the_counters_of_run_hours_are_found() -> None:
    assert counters_of(Pump().view) == ("hours",)
    assert counters_of(Pump("m3").view) == ()
    drainage = load_models().models["drainage-pump-set"]
    view = cast(
        ThingView, type("View", (), {"thing": Thing(id="p", name="", model=drainage, dialect="linli", place="")})
    )
    assert counters_of(view) == ("pump1_hours", "pump2_hours")
