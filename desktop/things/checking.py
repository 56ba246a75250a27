"""What must hold of a thing model beyond its shape: each check raises Mistake with the place in the file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from desktop.things.model import AlarmRule, Condition, Event, Index, Point, Value
from desktop.things.modelfile import AlarmForm, both
from desktop.things.simulated import ShapeMistake, rate_of, written
from resources.loader import folder, load

_PYTHON_TYPES: Mapping[str, tuple[type, ...]] = {
    "boolean": (bool,), "integer": (int,), "number": (int, float), "string": (str,),
}  # fmt: skip
_CASE_NAME = re.compile(r"^name:[ \t]*[\"']?([\w-]+)", re.MULTILINE)


class Mistake(Exception):
    """A rule of ours is broken at a place of the file."""

    def __init__(self, at: str, reason: str) -> None:
        super().__init__(reason)
        self.at = at
        self.reason = reason


def check_indicator(code: str) -> None:
    """Left out, or a row of the catalogue: a typing error would leave the row without its devices."""
    if code and code not in _indicators():
        raise Mistake("$.linli:indicator", f"the catalogue has no row {code!r}")


class _Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    indicators: Mapping[str, str]


@cache
def _indicators() -> Collection[str]:
    return load(folder("indicators.toml"), _Catalogue).indicators.keys()


def check_index(index: Index, kind: str, at: str) -> None:
    """Steps and grades go up, and the grades reach as far as the steps."""
    if kind not in ("integer", "number"):
        raise Mistake(at, f"a {kind} has no index")
    for place, ((low, begins), (high, ends)) in enumerate(pairwise(index.steps), 1):
        if high <= low or ends <= begins:
            raise Mistake(f"{at}.steps[{place}]", "this step is not above the one before")
    for place, (lower, higher) in enumerate(pairwise(index.grades), 1):
        if higher.to <= lower.to:
            raise Mistake(f"{at}.grades[{place}].to", "this grade does not end above the one before")
    if index.grades[-1].to < index.steps[-1][1]:
        raise Mistake(f"{at}.grades[{len(index.grades) - 1}].to", "the last grade ends below the last step")


def check_main(points: Collection[Point]) -> None:
    """One to three values are drawn large: none leaves tiles and walls empty, more do not fit."""
    main = [point.name for point in points if point.main]
    if not 1 <= len(main) <= 3:
        at = f"$.properties.{main[3]}.linli:main" if main else "$.properties"
        raise Mistake(at, f"one to three properties are linli:main, not {len(main)}")


def check_simulated(points: Iterable[Point], events: Iterable[Event]) -> None:
    """What the simulator is told must be what it can do: in a running simulator it is too late to say so."""
    section = "properties"
    try:
        written(points)
        section = "events"
        for event in events:
            rate_of(event)
    except ShapeMistake as mistake:
        at = f"$.{section}.{mistake.point}.linli:simulate{mistake.at}"
        raise Mistake(at, f"{mistake.point} is simulated wrongly: {mistake.reason}") from mistake


def case_names(*folders: Path) -> frozenset[str]:
    """The kinds of case that these folders describe, by the `name` of each file: reading the files whole would make every
    start wait, and a file with a mistake is a kind all the same."""
    found: set[str] = set()
    for file in (file for path in folders for file in sorted(path.glob("*.yaml"))):
        name = _CASE_NAME.search(file.read_text(encoding="utf-8", errors="replace"))
        found.add(name[1] if name else file.stem)
    return frozenset(found)


def check_case(rule: AlarmRule, cases: Collection[str], at: str) -> None:
    """A name nobody knows would show itself only in the emergency."""
    if rule.case is not None and rule.case not in cases:
        raise Mistake(f"{at}.case", f"there is no kind of case {rule.case!r}")
    if rule.start_case and rule.case is None:
        raise Mistake(f"{at}.startCase", "startCase needs the case that it starts")
    if rule.case_fields and rule.case is None:
        raise Mistake(f"{at}.caseFields", "caseFields need the case that they open")


def check_words(alarm: Any, place: int, at: str) -> None:
    for word in alarm["when"][place]:
        if word not in Condition.__struct_fields__:
            raise Mistake(f"{at}.{word}", f"a condition has no {word!r}")


def check_condition(condition: Condition, points: Mapping[str, Point], at: str) -> None:
    point = points.get(condition.point)
    if point is None:
        raise Mistake(f"{at}.point", f"no property is named {condition.point!r}")
    tests = [name for name in ("above", "below", "equals", "differs") if getattr(condition, name) is not None]
    if len(tests) != 1:
        raise Mistake(at, f"exactly one of above, below, equals and differs is needed, not {len(tests)}")
    test = tests[0]
    value: Value = getattr(condition, test)
    if test in ("above", "below") and point.type not in ("integer", "number"):
        raise Mistake(f"{at}.{test}", f"{point.name} is a {point.type}: it has no {test}")
    if not fits(value, point.type) and test in ("equals", "differs"):
        raise Mistake(f"{at}.{test}", f"{point.name} is a {point.type} and never {value!r}")
    if point.enum and value not in point.enum:
        raise Mistake(f"{at}.{test}", f"{point.name} is never {value!r}")
    if condition.nor and test != "differs":
        raise Mistake(f"{at}.nor", "nor stands beside differs")
    for other in condition.nor:
        if not fits(other, point.type) or (point.enum and other not in point.enum):
            raise Mistake(f"{at}.nor", f"{point.name} is never {other!r}")
    outside = (point.minimum is not None and isinstance(value, (int, float)) and value < point.minimum) or (
        point.maximum is not None and isinstance(value, (int, float)) and value > point.maximum
    )
    if outside and point.type in ("integer", "number"):
        raise Mistake(f"{at}.{test}", f"{value!r} is outside the range of {point.name}: the alarm could never come")


def check_limit(form: AlarmForm, at: str) -> None:
    """A limit that a standard bounds may be made stricter, never laxer (gas: GB/T 50493, L1 ≤ 25 and L2 ≤ 50 %LEL)."""
    if form.maximum_limit is None:
        return
    limits = [condition.above for condition in form.when if condition.above is not None]
    if not limits:
        raise Mistake(f"{at}.maximumLimit", "maximumLimit is for an alarm with above")
    for place, condition in enumerate(form.when):
        if condition.above is not None and condition.above > form.maximum_limit:
            raise Mistake(
                f"{at}.when[{place}].above",
                f"{condition.above:g} is over {form.maximum_limit:g}, the highest limit allowed ({both(form.source)['en']})",
            )


def fits(value: object, kind: str) -> bool:
    return isinstance(value, _PYTHON_TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))
