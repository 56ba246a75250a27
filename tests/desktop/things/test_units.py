"""Units: one code for what devices write in many ways, conversions that never guess."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.things.loader import load_models
from desktop.things.units import Unit, co_ppm, convert, listed, unit
from resources.loader import folder, read

CODES = sorted(read(folder("units.toml"))["units"])


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("kwh", "kW.h"), ("KWh", "kW.h"), ("kW·h", "kW.h"), ("度", "kW.h"), ("m³", "m3"), ("㎥", "m3"), ("m^3", "m3"),
        ("℃", "Cel"), ("degC", "Cel"), ("°c", "Cel"), ("hr", "h"), ("Hr", "h"), ("Hours", "h"), ("sec", "s"), ("Sec", "s"),
        ("seconds", "s"), ("min.", "min"), ("µg/m³", "ug/m3"), ("μg/m³", "ug/m3"), ("VAR", "V.A{reactive}"),
        ("kVArh", "kV.A.h{reactive}"), ("％", "%"), ("LEL %", "%[LEL]"), ("lux", "lx"), ("unit:KiloW-HR", "kW.h"),
        ("MPA", "MPa"), (" W ", "W"),
    ],
)  # fmt: skip
def test_what_devices_write_is_one_code(written: str, code: str) -> None:
    known = listed(written)
    assert known is not None
    assert known.code == code


@pytest.mark.parametrize("written", ["mw", "raw", "10 ms", "hh", "m**99", "m" * 40, "", "x", "[", "{}", "a\nb"])
def test_what_may_mean_two_units_or_none_is_not_known(written: str) -> None:
    assert unit(written) is None


def test_a_code_is_itself_before_it_is_a_spelling_of_another() -> None:
    for code in CODES:
        known = listed(code)
        assert known is not None
        assert known.code == code
        assert known.symbol


def test_every_dimension_is_declared() -> None:
    content = read(folder("units.toml"))
    assert {row["of"] for row in content["units"].values()} == content["dimensions"].keys()


def test_braces_name_what_is_counted_and_only_that() -> None:
    assert listed("{space}") == Unit(code="{space}", symbol="", dimension="{space}")
    with pytest.raises(ValueError, match="not turned"):
        convert(3, "{space}", "{call}")


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (1, "kW.h", "MJ", 3.6), (100, "Cel", "[degF]", 212), (0, "Cel", "K", 273.15), (1, "m3/h", "L/min", 1000 / 60),
        (0.4, "MPa", "bar", 4), (72, "km/h", "m/s", 20), (1.25, "%{vol}", "[ppm]", 12_500), (30, "r/min", "{rpm}", 30),
        (1, "in", "mm", 25.4), (1, "BTU/h", "W", 0.29307107), (1, "MBy/s", "Mbit/s", 8),
    ],
)  # fmt: skip
def test_conversions_between_units_of_one_dimension(value: float, source: str, target: str, expected: float) -> None:
    assert convert(value, source, target) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("mg/m3", "[ppm]"), ("[ppm]", "ug/m3"), ("%[LEL]", "%"), ("%[LEL]", "%{vol}"), ("W", "V.A"),
        ("V.A", "V.A{reactive}"),
        ("kW", "kW.h"), ("%", "[ppm]"), ("dB", "dB{A}"), ("m", "s"), ("V", "nonsense"),
    ],
)  # fmt: skip
def test_what_measures_something_else_is_never_converted(source: str, target: str) -> None:
    with pytest.raises(ValueError, match=r"not turned|is known"):
        convert(1.0, source, target)


ROWS = read(folder("units.toml"))["units"]
ALIKE = [(one, other) for one in CODES for other in CODES if ROWS[one]["of"] == ROWS[other]["of"]]


@given(st.sampled_from(ALIKE), st.floats(-1e6, 1e6))
def test_there_and_back_is_the_same_value(pair: tuple[str, str], value: float) -> None:
    source, target = pair
    first, second = unit(source), unit(target)
    assert first
    assert second
    shift = max(abs(first.offset), abs(second.offset)) / first.factor
    back = convert(convert(value, source, target), target, source)
    # An offset eats digits of values far smaller than itself.
    assert back == pytest.approx(value, rel=1e-9, abs=1e-9 * max(1.0, shift))


def test_pint_agrees_with_the_table() -> None:
    import pint

    registry = pint.UnitRegistry()
    pairs = {"kW.h": "kilowatt_hour", "[psi]": "psi", "m3/h": "meter**3/hour", "[degF]": "degF", "mm[Hg]": "mmHg",
             "[gal_us]": "gallon", "A.h": "ampere_hour", "mo": "month", "m[H2O]": "meter_H2O"}  # fmt: skip
    bases = read(folder("units.toml"))["dimensions"]
    for code, name in pairs.items():
        known = unit(code)
        assert known
        base = registry.Quantity(10.0, name).to(bases[known.dimension]).magnitude
        assert 10.0 * known.factor + known.offset == pytest.approx(base, rel=1e-3), code


def test_carbon_monoxide_needs_its_temperature() -> None:
    assert [round(co_ppm(30, celsius), 1) for celsius in (0, 20, 25)] == [24.0, 25.8, 26.2]
    with pytest.raises(ValueError, match="no temperature"):
        co_ppm(30, -300)


def test_every_unit_of_the_shipped_models_is_in_the_table_and_none_is_shown_bare() -> None:
    for model in load_models().models.values():
        for point in model.points:
            if point.unit:
                assert listed(point.unit), (model.kind, point.name, point.unit)
                assert point.symbol or point.unit.startswith("{"), (model.kind, point.name)


def test_two_units_of_one_dimension_with_one_factor_have_different_codes() -> None:
    for first, second in combinations(CODES, 2):
        assert listed(first) != listed(second)


def test_reading_the_models_imports_no_pint() -> None:
    program = (
        "import sys\n"
        "from desktop.things.loader import load_models\n"
        "from desktop.things.homeassistant.dialect import HomeAssistantDialect\n"
        "assert load_models().models\n"
        "HomeAssistantDialect('homeassistant')\n"
        "sys.exit('pint' in sys.modules or 'numpy' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0
