"""Reads thing models: `resources/things/<kind>.tm.json`, W3C Thing Models with our few `linli:` terms
(docs/thing-models.md).

The W3C schema is checked by `schema_errors`, for tests and `linli check`, and not at every start: importing jsonschema
and checking eight files takes about 140 ms, reading them here a tenth of that. What the program relies on is
checked at every load all the same, strictly and to the line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from desktop.kernel.words import Text
from desktop.things.checking import (
    Mistake,
    case_names,
    check_case,
    check_condition,
    check_index,
    check_indicator,
    check_limit,
    check_main,
    check_simulated,
    check_words,
    fits,
)
from desktop.things.counters import MEDIUM_UNITS, medium_factor
from desktop.things.model import (
    ONLINE,
    Action,
    AlarmRule,
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
from desktop.things.modelfile import ActionForm, AlarmForm, EventForm, ModelForm, PropertyForm, both
from desktop.things.priority import priority_of
from desktop.things.units import unit
from resources.loader import DataFileError, error_at, folder, read

SUFFIX = ".tm.json"
SITE_FOLDER = "things"
"""Where a site's own kinds stand, in its data folder."""
CASES = "cases"
"""Where kinds of case stand, in the data packs and in a site's data folder."""
T = TypeVar("T", bound=msgspec.Struct)

_KIND = re.compile(r"[a-z][a-z0-9-]{0,39}")
_POINT = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ONLINE_POINT = Point(name=ONLINE, title={"zh": "在线", "en": "Online"}, type="boolean")


@dataclass(frozen=True)
class Loaded:
    """The models that were read, by kind, and the files that were refused."""

    models: dict[str, ThingModel]
    refused: tuple[DataFileError, ...]


def load_models(path: Path | None = None, cases: Collection[str] | None = None) -> Loaded:
    """Every thing model of a folder (the program's own when None). A file with a mistake is refused with file, line
    and reason; the rest loads. `cases` are the kinds of case that alarms may name (the program's own when None)."""
    known = case_names(folder(CASES)) if cases is None else cases
    models: dict[str, ThingModel] = {}
    refused: list[DataFileError] = []
    for file in sorted((path or folder("things")).glob("*" + SUFFIX)):
        try:
            model = load_model(file, known)
        except DataFileError as error:
            refused.append(error)
        else:
            models[model.kind] = model
    return Loaded(models, tuple(refused))


def load_models_of(data_dir: Path) -> Loaded:
    """The program's kinds and the site's own beside them (`<data-dir>/things/*.tm.json`), which may name the site's own
    kinds of case."""
    return load_models_with(data_dir / SITE_FOLDER)


def load_models_with(site: Path) -> Loaded:
    """The program's kinds and those of a folder beside them. A file there that names a kind of the program's is refused:
    what people know as a lift must not be something else at one site. Its alarms may name kinds of case that stand in the
    folder `cases` beside it."""
    ours, theirs = load_models(), load_models(site, case_names(folder(CASES), site.parent / CASES))
    shadows = [
        error_at(site / (kind + SUFFIX), f"{kind} is a kind of the program's; name yours otherwise", "$")
        for kind in theirs.models
        if kind in ours.models
    ]
    own = {kind: model for kind, model in theirs.models.items() if kind not in ours.models}
    return Loaded({**ours.models, **own}, (*ours.refused, *theirs.refused, *shadows))


def load_model(file: Path, cases: Collection[str] | None = None) -> ThingModel:
    """The thing model of one file; its kind is the file's name. `cases` as for `load_models`. Raises DataFileError."""
    content = read(file)
    known = case_names(folder(CASES)) if cases is None else cases
    try:
        return _model(file.name.removesuffix(SUFFIX), content, known)
    except Mistake as mistake:
        raise error_at(file, mistake.reason, mistake.at) from mistake


def schema_errors(file: Path) -> Iterator[DataFileError]:
    """What the W3C Thing Model schema (TD 1.1) finds wrong with a file. Slow: see above."""
    import jsonschema

    validator = jsonschema.Draft7Validator(read(folder("schemas", "tm-schema.json")))
    for error in validator.iter_errors(read(file)):
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
        yield error_at(file, error.message, "$" + "".join(steps))


def _model(kind: str, content: object, cases: Collection[str]) -> ThingModel:
    if not _KIND.fullmatch(kind):
        raise Mistake("$", f"a kind is small letters, digits and hyphens, not {kind!r}")
    form = _read(content, ModelForm, "$")
    if "tm:ThingModel" not in ([form.type] if isinstance(form.type, str) else form.type):
        raise Mistake("$.@type", "not a tm:ThingModel")
    if any(link.rel == "tm:extends" for link in form.links):
        raise Mistake("$.links", "tm:extends is not followed: a model stands whole in its file")
    if not folder("icons", form.icon + ".svg").exists():
        raise Mistake("$.linli:icon", f"there is no icon {form.icon!r} in resources/icons")
    check_indicator(form.indicator)
    points = tuple(_point(name, raw) for name, raw in form.properties.items())
    if not points:
        raise Mistake("$.properties", "a thing needs at least one property")
    check_main(points)
    events = tuple(_event(name, raw) for name, raw in form.events.items())
    check_simulated(points, events)
    return ThingModel(
        kind=kind,
        title=form.titles.text(),
        version=form.version.model,
        icon=form.icon,
        system=form.system,
        indicator=form.indicator,
        points=points,
        alarms=_alarms(form.alarms, {point.name: point for point in (_ONLINE_POINT, *points)}, cases),
        actions=tuple(_action(name, raw) for name, raw in form.actions.items()),
        events=events,
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
                raise Mistake(f"{here}.points[{place}]", f"{name!r} {why}")
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
                raise Mistake(f"{at}.{word}", f"no property is named {name!r}")


def _check_text(text: Text, at: str) -> None:
    for lang in ("zh", "en"):
        if not text.get(lang, "").strip():
            raise Mistake(at, f"the text has no {lang}")


def _point(name: str, raw: object) -> Point:
    at = _named(name, "properties")
    form = _read(raw, PropertyForm, at)
    if form.counter is not None and form.type not in ("integer", "number"):
        raise Mistake(f"{at}.linli:counter", f"a {form.type} does not count")
    if form.minimum is not None and form.maximum is not None and form.minimum >= form.maximum:
        raise Mistake(f"{at}.minimum", "minimum is not below maximum")
    if form.index is not None:
        check_index(form.index, form.type, f"{at}.linli:index")
        _check_text(form.index.title, f"{at}.linli:index.title")
        for number, grade in enumerate(form.index.grades):
            _check_text(grade.title, f"{at}.linli:index.grades[{number}].title")
    for value in form.enum:
        if not fits(value, form.type):
            raise Mistake(f"{at}.enum", f"{value!r} is no {form.type}")
    measured = unit(form.unit) if form.unit else None
    if form.unit and measured is None:
        raise Mistake(f"{at}.unit", f"no unit {form.unit!r} is known; UCUM codes are, as kW.h or Cel")
    if form.counter is not None and form.counter.medium and medium_factor(form.unit, form.counter.medium) is None:
        own = MEDIUM_UNITS[form.counter.medium]
        raise Mistake(
            f"{at}.unit", f"{form.counter.medium} is added up in {own}, which {form.unit!r} does not turn into"
        )
    known = [_key(value) for value in form.enum] or (["false", "true"] if form.type == "boolean" else None)
    for label in form.labels:
        if known is not None and label not in known:
            raise Mistake(f"{at}.linli:labels.{label}", f"a label for {label!r}, which the property never is")
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
        index=form.index,
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
        raise Mistake(f"$.{section}.{name}", f"a name is small letters, digits and underscores, not {name!r}")
    return f"$.{section}.{name}"


def _alarms(forms: tuple[object, ...], points: Mapping[str, Point], cases: Collection[str]) -> tuple[AlarmRule, ...]:
    rules: dict[str, AlarmRule] = {}
    for number, raw in enumerate(forms):
        at = f"$.linli:alarms[{number}]"
        form = _read(raw, AlarmForm, at)
        if form.name in rules:
            raise Mistake(f"{at}.name", f"two alarms are named {form.name!r}")
        for place, condition in enumerate(form.when):
            check_words(raw, place, f"{at}.when[{place}]")
            check_condition(condition, points, f"{at}.when[{place}]")
        check_limit(form, at)
        rule = rules[form.name] = _rule(form)
        check_case(rule, cases, at)
        if rule.empty_range is not None:
            side = "above" if rule.when[rule.empty_range].above is not None else "below"
            reason = "nothing is in this range: the alarm could never come"
            raise Mistake(f"{at}.when[{rule.empty_range}].{side}", reason)
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
        source=both(form.source),
        on_delay=form.on_delay,
        off_delay=form.off_delay,
        deadband=form.deadband,
        latch=form.latch,
        re_alarm=form.re_alarm,
        life_safety=form.life_safety,
        case=form.case,
        case_fields=form.case_fields,
        start_case=form.start_case,
        maximum_limit=form.maximum_limit,
    )


def _key(value: Value) -> str:
    """A value as the key of its label: true, 2, up."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read(raw: object, type_: type[T], at: str) -> T:
    """`raw` as `type_`. Raises Mistake with the path from the file's root, also for an unknown `linli:` term."""
    if isinstance(raw, dict):
        for key in raw:
            if isinstance(key, str) and key.startswith("linli:") and key not in _terms(type_):
                raise Mistake(f"{at}.{key}", f"{key} is no term of ours here")
    try:
        return msgspec.convert(raw, type_, strict=True)
    except msgspec.ValidationError as error:
        reason, _, found = str(error).partition(" - at `")
        raise Mistake(at + found.rstrip("`").removeprefix("$"), reason) from error


@cache
def _terms(form: type[msgspec.Struct]) -> frozenset[str]:
    return frozenset(field.encode_name for field in msgspec.structs.fields(form))
