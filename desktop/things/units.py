"""Units of measurement: what devices write, as one code, one symbol and one dimension.

The table `resources/units.toml` goes first; `pint` knows the rest and is imported only when something is asked for that
the table does not have (the import alone takes a quarter of a second).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

import msgspec

from resources.loader import folder, load

MAX_LENGTH = 32
MOLAR_MASS_CO = 28.010
"""g/mol (IUPAC)."""
GAS_CONSTANT = 8.314462618
"""J/(mol·K), CODATA 2018, exact."""
ATMOSPHERE = 101_325.0
"""Pa."""

_ANNOTATION = re.compile(r"\{[A-Za-z][A-Za-z0-9 _-]{0,29}\}")
_PLAIN = re.compile(r"[A-Za-z°µ%/*^. \d-]+")
_HUGE_POWER = re.compile(r"\d{2}|\*\*.*\*\*|\^.*\^.*\^")


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit, and how it is turned into the base of its dimension: base = value × factor + offset."""

    code: str
    """UCUM, as "kW.h" or "%[LEL]"; for one the table does not have, as pint writes it."""
    symbol: str
    """What people read."""
    dimension: str
    """What it measures, as "energy"; units of one dimension are turned into each other, others never."""
    factor: float = 1.0
    offset: float = 0.0
    decimals: int = 0
    """Digits to show where the device says nothing of them."""


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    symbol: str
    of: str
    factor: float = 1.0
    offset: float = 0.0
    decimals: int = 0
    qudt: str = ""
    also: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    dimensions: Mapping[str, str]
    units: Mapping[str, _Row]


def unit(text: str) -> Unit | None:
    """The unit of a UCUM code, a QUDT code ("unit:KiloW-HR") or of what a device writes ("KWh", "㎥", "degC"); None
    when nobody knows it. Imports pint for what the table does not have."""
    return listed(text) or _parsed(text.strip())


def listed(text: str) -> Unit | None:
    """As `unit`, by the table alone: for the intake, which must not wait for an import."""
    text = text.strip()
    exact, folded = _table()
    found = exact.get(text)
    # A lone letter means different units in capitals and small (A and a, K and k): it is read exactly or not at all.
    if found is None and 1 < len(text) <= MAX_LENGTH:
        found = folded.get(_fold(text))
    if found is None and _ANNOTATION.fullmatch(text):
        # UCUM lets braces name what is counted: {space}, {call}. Each counts its own.
        found = Unit(code=text, symbol="", dimension=text)
    return found


def convert(value: float, from_code: str, to_code: str) -> float:
    """The value in another unit of the same dimension.

    Raises ValueError for a unit nobody knows and for two that measure different things; between mg/m³ and ppm as well:
    that needs a temperature (`co_ppm`).
    """
    source, target = unit(from_code), unit(to_code)
    for known, code in ((source, from_code), (target, to_code)):
        if known is None:
            raise ValueError(f"no unit {code!r} is known")
    assert source
    assert target
    if source.dimension != target.dimension:
        raise ValueError(
            f"{from_code} measures {source.dimension} and {to_code} {target.dimension}: "
            "one is not turned into the other"
        )
    if source.code == target.code:
        return value
    return (value * source.factor + source.offset - target.offset) / target.factor


def co_ppm(mg_m3: float, celsius: float) -> float:
    """Carbon monoxide in mg/m³ as ppm (volume) at this temperature and one atmosphere: the ideal gas law.

    30 mg/m³ are 24.0 ppm at 0 °C and 26.2 at 25 °C, which is why no conversion does this silently.
    Raises ValueError at or below absolute zero.
    """
    kelvin = celsius + 273.15
    if kelvin <= 0:
        raise ValueError(f"{celsius} °C is no temperature")
    litres_per_mole = GAS_CONSTANT * kelvin / ATMOSPHERE * 1000
    return mg_m3 * litres_per_mole / MOLAR_MASS_CO


def _fold(text: str) -> str:
    """A spelling without what people write differently: capitals, spaces, raised digits, full-width signs, dots for a
    product, and the two letters mu."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s·⋅]+", "", plain).replace("μ", "u").replace("º", "°")


@cache
def _file() -> _File:
    return load(folder("units.toml"), _File)


@cache
def _table() -> tuple[Mapping[str, Unit], Mapping[str, Unit]]:
    """Units by what is written exactly, and by its folded spelling where that means only one."""
    exact: dict[str, Unit] = {}
    folded: dict[str, Unit | None] = {}
    rows = _file().units
    for code, row in rows.items():
        known = Unit(
            code=code, symbol=row.symbol, dimension=row.of, factor=row.factor, offset=row.offset, decimals=row.decimals
        )  # fmt: skip
        for spelling in _spellings(code, row):
            # A code of UCUM is itself before it is what somebody writes for another unit.
            if spelling == code or spelling not in rows:
                exact[spelling] = known
            key = _fold(spelling)
            folded[key] = known if folded.get(key, known) == known else None
    return exact, {key: found for key, found in folded.items() if found is not None}


def _spellings(code: str, row: _Row) -> Iterator[str]:
    yield code
    yield row.symbol
    yield from row.also
    if row.qudt:
        yield f"unit:{row.qudt}"
        yield f"http://qudt.org/vocab/unit/{row.qudt}"


@cache
def _registry() -> Any:
    import pint

    return pint.UnitRegistry()


@lru_cache(1024)
def _parsed(text: str) -> Unit | None:
    """The unit as pint reads it, in one of the table's dimensions where the table gives that a base in pint's words."""
    if not text or len(text) > MAX_LENGTH or not _PLAIN.fullmatch(text) or _HUGE_POWER.search(text):
        return None
    import pint

    registry = _registry()
    try:
        parsed = registry.parse_units(text)
        if parsed.dimensionless or _far_fetched(registry, text):
            return None
        bases = {name: base for name, base in _file().dimensions.items() if base}
        dimension = next((name for name, base in bases.items() if parsed.is_compatible_with(base)), "")
        base = bases.get(dimension) or registry.Quantity(1, parsed).to_base_units().units
        zero, one = (registry.Quantity(value, parsed).to(base).magnitude for value in (0.0, 1.0))
    except (pint.PintError, ValueError, ArithmeticError, AssertionError, AttributeError, TypeError, KeyError):
        # Pint tells nonsense in many ways; whatever it is, this is no unit.
        return None
    return Unit(
        code=f"{parsed:~C}", symbol=f"{parsed:~P}", dimension=dimension or str(parsed.dimensionality),
        factor=float(one - zero), offset=float(zero), decimals=2,
    )  # fmt: skip


def _far_fetched(registry: Any, text: str) -> bool:
    """Whether pint reads a single word only with a prefix nobody uses there: to it `hh` is a hectohour."""
    return text.isalpha() and all(prefix not in _PREFIXES for prefix, _name, _suffix in registry.parse_unit_name(text))


_PREFIXES = ("", "nano", "micro", "milli", "kilo", "mega", "giga", "tera")
