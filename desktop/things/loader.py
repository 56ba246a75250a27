"""Reads thing models: `resources/things/<kind>.tm.json`, W3C Thing Models with our few `linli:` terms
(docs/thing-models.md).

The W3C schema is checked by `schema_errors`, for tests and `linli check`, and not at every start: importing jsonschema
and checking eight files takes about 140 ms, reading them here a tenth of that. What the program relies on is
checked at every load all the same, strictly and to the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from desktop.kernel.words import Text
from desktop.things.model import (
    ONLINE,
    Action,
    AlarmRule,
    Condition,
    Event,
    Feeder,
    Mimic,
    OneLineMimic,
    Panel,
    Point,
    Pump,
    PumpsMimic,
    ThingModel,
    Value,
)
from desktop.things.modelfile import ActionForm, AlarmForm, EventForm, ModelForm, PropertyForm
from desktop.things.priority import priority_of
from desktop.things.units import unit
from resources.loader import DataFileError, error_at, folder, read

SUFFIX = ".tm.json"
SITE_FOLDER = "things"
"""Where a site's own kinds stand, in its data folder."""
T = TypeVar("T", bound=msgspec.Struct)

_KIND = re.compile(r"[a-z][a-z0-9-]{0,39}")
_POINT = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ONLINE_POINT = Point(name=ONLINE, title={"zh": "在线", "en": "Online"}, type="boolean")
_PYTHON_TYPES: Mapping[str, tuple[type, ...]] = {
    "boolean": (bool,), "integer": (int,), "number": (int, float), "string": (str,),
}  # fmt: skip


@dataclass(frozen=True)
class Loaded:
    """The models that were read, by kind, and the files that were refused."""

    models: dict[str, ThingModel]
    refused: tuple[DataFileError, ...]


class _Mistake(Exception):
    """A rule of ours is broken at a place of the file."""

    def __init__(self, at: str, reason: str) -> None:
        super().__init__(reason)
        self.at = at
        self.reason = reason


def load_models(path: Path | None = None) -> Loaded:
    """Every thing model of a folder (the program's own when None). A file with a mistake is refused with file, line
    and reason; the rest loads."""
    models: dict[str, ThingModel] = {}
    refused: list[DataFileError] = []
    for file in sorted((path or folder("things")).glob("*" + SUFFIX)):
        try:
            model = load_model(file)
        except DataFileError as error:
            refused.append(error)
        else:
            models[model.kind] = model
    return Loaded(models, tuple(refused))


def load_models_of(data_dir: Path) -> Loaded:
    """The program's kinds and the site's own beside them (`<data-dir>/things/*.tm.json`)."""
    return load_models_with(data_dir / SITE_FOLDER)


def load_models_with(site: Path) -> Loaded:
    """The program's kinds and those of a folder beside them. A file there that names a kind of the program's is refused:
    what people know as a lift must not be something else at one site."""
    ours, theirs = load_models(), load_models(site)
    shadows = [
        error_at(site / (kind + SUFFIX), f"{kind} is a kind of the program's; name yours otherwise", "$")
        for kind in theirs.models
        if kind in ours.models
    ]
    own = {kind: model for kind, model in theirs.models.items() if kind not in ours.models}
    return Loaded({**ours.models, **own}, (*ours.refused, *theirs.refused, *shadows))


def load_model(file: Path) -> ThingModel:
    """The thing model of one file; its kind is the file's name. Raises DataFileError."""
    content = read(file)
    try:
        return _model(file.name.removesuffix(SUFFIX), content)
    except _Mistake as mistake:
        raise error_at(file, mistake.reason, mistake.at) from mistake


def schema_errors(file: Path) -> Iterator[DataFileError]:
    """What the W3C Thing Model schema (TD 1.1) finds wrong with a file. Slow: see above."""
    import jsonschema

    validator = jsonschema.Draft7Validator(read(folder("schemas", "tm-schema.json")))
    for error in validator.iter_errors(read(file)):
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
        yield error_at(file, error.message, "$" + "".join(steps))


def _model(kind: str, content: object) -> ThingModel:
    if not _KIND.fullmatch(kind):
        raise _Mistake("$", f"a kind is small letters, digits and hyphens, not {kind!r}")
    form = _read(content, ModelForm, "$")
    if "tm:ThingModel" not in ([form.type] if isinstance(form.type, str) else form.type):
        raise _Mistake("$.@type", "not a tm:ThingModel")
    if any(link.rel == "tm:extends" for link in form.links):
        raise _Mistake("$.links", "tm:extends is not followed: a model stands whole in its file")
    if not folder("icons", form.icon + ".svg").exists():
        raise _Mistake("$.linli:icon", f"there is no icon {form.icon!r} in resources/icons")
    points = tuple(_point(name, raw) for name, raw in form.properties.items())
    if not points:
        raise _Mistake("$.properties", "a thing needs at least one property")
    return ThingModel(
        kind=kind,
        title=form.titles.text(),
        version=form.version.model,
        icon=form.icon,
        system=form.system,
        indicator=form.indicator,
        points=points,
        alarms=_alarms(form.alarms, {point.name: point for point in (_ONLINE_POINT, *points)}),
        actions=tuple(_action(name, raw) for name, raw in form.actions.items()),
        events=tuple(_event(name, raw) for name, raw in form.events.items()),
        panel=_panel(form.panel, {point.name: point for point in points}),
    )


def _panel(panel: Panel, points: Mapping[str, Point]) -> Panel:
    """The panel, once every text is there and every point it names."""
    at = "$.linli:panel"
    grouped: set[str] = set()
    for number, group in enumerate(panel.groups):
        here = f"{at}.groups[{number}]"
        _check_text(group.title, f"{here}.title")
        for place, name in enumerate(group.points):
            if name not in points or name in grouped:
                why = "stands in two groups" if name in grouped else "is no property"
                raise _Mistake(f"{here}.points[{place}]", f"{name!r} {why}")
            grouped.add(name)
    mimic = panel.mimic
    parts: tuple[Pump | Feeder, ...] = ()
    if isinstance(mimic, PumpsMimic):
        parts = mimic.pumps
    elif isinstance(mimic, OneLineMimic):
        parts = (*mimic.incomers, *mimic.feeders)
    for part in (mimic, *parts):
        if part is not None:
            _check_part(part, points, f"{at}.mimic")
    return panel


def _check_part(part: Mimic | Pump | Feeder, points: Mapping[str, Point], at: str) -> None:
    if isinstance(part, Pump | Feeder):
        _check_text(part.title, at)
    for word, named in msgspec.structs.asdict(part).items():
        names = [named] if isinstance(named, str) else named if word == "values" else ()
        for name in names:
            if name and name not in points:
                raise _Mistake(f"{at}.{word}", f"no property is named {name!r}")


def _check_text(text: Text, at: str) -> None:
    for lang in ("zh", "en"):
        if not text.get(lang, "").strip():
            raise _Mistake(at, f"the text has no {lang}")


def _point(name: str, raw: object) -> Point:
    at = _named(name, "properties")
    form = _read(raw, PropertyForm, at)
    if form.counter is not None and form.type not in ("integer", "number"):
        raise _Mistake(f"{at}.linli:counter", f"a {form.type} does not count")
    if form.minimum is not None and form.maximum is not None and form.minimum >= form.maximum:
        raise _Mistake(f"{at}.minimum", "minimum is not below maximum")
    for value in form.enum:
        if not _fits(value, form.type):
            raise _Mistake(f"{at}.enum", f"{value!r} is no {form.type}")
    measured = unit(form.unit) if form.unit else None
    if form.unit and measured is None:
        raise _Mistake(f"{at}.unit", f"no unit {form.unit!r} is known; UCUM codes are, as kW.h or Cel")
    known = [_key(value) for value in form.enum] or (["false", "true"] if form.type == "boolean" else None)
    for label in form.labels:
        if known is not None and label not in known:
            raise _Mistake(f"{at}.linli:labels.{label}", f"a label for {label!r}, which the property never is")
    return Point(
        name=name,
        title=form.titles.text(),
        type=form.type,
        unit=form.unit,
        symbol=form.symbol or (measured.symbol if measured else ""),
        minimum=form.minimum,
        maximum=form.maximum,
        decimals=form.decimals,
        enum=form.enum,
        labels={value: text.text() for value, text in form.labels.items()},
        main=form.main,
        stale_after=form.stale_after,
        history=form.history,
        counter=form.counter,
        writable=not form.read_only,
        simulate=form.simulate,
    )


def _action(name: str, raw: object) -> Action:
    form = _read(raw, ActionForm, _named(name, "actions"))
    return Action(name=name, title=form.titles.text(), danger=form.danger)


def _event(name: str, raw: object) -> Event:
    form = _read(raw, EventForm, _named(name, "events"))
    return Event(name=name, title=form.titles.text(), media=form.data.media, simulate=form.simulate)


def _named(name: str, section: str) -> str:
    if not _POINT.fullmatch(name):
        raise _Mistake(f"$.{section}.{name}", f"a name is small letters, digits and underscores, not {name!r}")
    return f"$.{section}.{name}"


def _alarms(forms: tuple[object, ...], points: Mapping[str, Point]) -> tuple[AlarmRule, ...]:
    rules: dict[str, AlarmRule] = {}
    for number, raw in enumerate(forms):
        at = f"$.linli:alarms[{number}]"
        form = _read(raw, AlarmForm, at)
        if form.name in rules:
            raise _Mistake(f"{at}.name", f"two alarms are named {form.name!r}")
        for place, condition in enumerate(form.when):
            _check_words(raw, place, f"{at}.when[{place}]")
            _check_condition(condition, points, f"{at}.when[{place}]")
        _check_limit(form, at)
        rule = rules[form.name] = _rule(form)
        if rule.empty_range is not None:
            side = "above" if rule.when[rule.empty_range].above is not None else "below"
            reason = "nothing is in this range: the alarm could never come"
            raise _Mistake(f"{at}.when[{rule.empty_range}].{side}", reason)
    return tuple(rules.values())


def _rule(form: AlarmForm) -> AlarmRule:
    return AlarmRule(
        name=form.name,
        when=form.when,
        priority=priority_of(form.severity, form.respond_within),
        severity=form.severity,
        respond_within=form.respond_within,
        title=form.title.text(),
        cause=form.cause.text(),
        consequence=form.consequence.text(),
        response=form.response.text(),
        source=form.source,
        on_delay=form.on_delay,
        off_delay=form.off_delay,
        deadband=form.deadband,
        latch=form.latch,
        re_alarm=form.re_alarm,
        life_safety=form.life_safety,
        case=form.case,
        start_case=form.start_case,
        maximum_limit=form.maximum_limit,
    )


def _check_words(alarm: Any, place: int, at: str) -> None:
    for word in alarm["when"][place]:
        if word not in Condition.__struct_fields__:
            raise _Mistake(f"{at}.{word}", f"a condition has no {word!r}")


def _check_condition(condition: Condition, points: Mapping[str, Point], at: str) -> None:
    point = points.get(condition.point)
    if point is None:
        raise _Mistake(f"{at}.point", f"no property is named {condition.point!r}")
    tests = [name for name in ("above", "below", "equals", "differs") if getattr(condition, name) is not None]
    if len(tests) != 1:
        raise _Mistake(at, f"exactly one of above, below, equals and differs is needed, not {len(tests)}")
    test = tests[0]
    value: Value = getattr(condition, test)
    if test in ("above", "below") and point.type not in ("integer", "number"):
        raise _Mistake(f"{at}.{test}", f"{point.name} is a {point.type}: it has no {test}")
    if not _fits(value, point.type) and test in ("equals", "differs"):
        raise _Mistake(f"{at}.{test}", f"{point.name} is a {point.type} and never {value!r}")
    if point.enum and value not in point.enum:
        raise _Mistake(f"{at}.{test}", f"{point.name} is never {value!r}")
    outside = (point.minimum is not None and isinstance(value, (int, float)) and value < point.minimum) or (
        point.maximum is not None and isinstance(value, (int, float)) and value > point.maximum
    )
    if outside and point.type in ("integer", "number"):
        raise _Mistake(f"{at}.{test}", f"{value!r} is outside the range of {point.name}: the alarm could never come")


def _check_limit(form: AlarmForm, at: str) -> None:
    """A limit that a standard bounds may be made stricter, never laxer (gas: GB/T 50493, L1 ≤ 25 and L2 ≤ 50 %LEL)."""
    if form.maximum_limit is None:
        return
    limits = [condition.above for condition in form.when if condition.above is not None]
    if not limits:
        raise _Mistake(f"{at}.maximumLimit", "maximumLimit is for an alarm with above")
    for place, condition in enumerate(form.when):
        if condition.above is not None and condition.above > form.maximum_limit:
            raise _Mistake(
                f"{at}.when[{place}].above",
                f"{condition.above:g} is over {form.maximum_limit:g}, the highest limit allowed ({form.source})",
            )


def _fits(value: object, kind: str) -> bool:
    return isinstance(value, _PYTHON_TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _key(value: Value) -> str:
    """A value as the key of its label: true, 2, up."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read(raw: object, type_: type[T], at: str) -> T:
    """`raw` as `type_`. Raises _Mistake with the path from the file's root, also for an unknown `linli:` term."""
    if isinstance(raw, dict):
        for key in raw:
            if isinstance(key, str) and key.startswith("linli:") and key not in _terms(type_):
                raise _Mistake(f"{at}.{key}", f"{key} is no term of ours here")
    try:
        return msgspec.convert(raw, type_, strict=True)
    except msgspec.ValidationError as error:
        reason, _, found = str(error).partition(" - at `")
        raise _Mistake(at + found.rstrip("`").removeprefix("$"), reason) from error


@cache
def _terms(form: type[msgspec.Struct]) -> frozenset[str]:
    return frozenset(field.encode_name for field in msgspec.structs.fields(form))
