"""What a site sets otherwise for one thing, value by value, without a copy of the model.

Pure. What a model does not allow is left as the model has it, so that an override which outlived its rule hides no alarm;
`problems` says so before anything is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Annotated

import msgspec
from msgspec import Meta

from desktop.kernel.words import Text
from desktop.things.model import AlarmRule, Condition, Point, Priority, Severity, Thing, ThingModel
from desktop.things.priority import priority_of

_Seconds = Annotated[float, Meta(ge=0)]


class RuleOverride(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One alarm rule's own values; None is the model's."""

    above: float | None = None
    """In place of the limit of the rule's first condition with `above`."""
    below: float | None = None
    on_delay: _Seconds | None = None
    off_delay: _Seconds | None = None
    deadband: _Seconds | None = None
    severity: Severity | None = None
    respond_within: Annotated[float, Meta(gt=0)] | None = None
    """Minutes."""
    latch: bool | None = None
    re_alarm: _Seconds | None = None
    off: bool = False
    """The rule is not evaluated here."""


class PointOverride(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One point's own values; None is the model's."""

    stale_after: Annotated[float, Meta(gt=0)] | None = None
    title: Text | None = None


class Overrides(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Everything a site sets otherwise for one thing."""

    rules: Mapping[str, RuleOverride] = {}
    points: Mapping[str, PointOverride] = {}
    use: str | None = None
    """What a meter's consumption is for; None is what the device says."""
    parent: str | None = None
    """The id of the thing it speaks through; "" for none, None is what the device says."""

    def __bool__(self) -> bool:
        return self != _NOTHING


_NOTHING = Overrides()


class Problem(msgspec.Struct, frozen=True):
    """Something a model does not allow: where ("rules.l2.above") and why, in plain English."""

    at: str
    reason: str


def applied(thing: Thing, overrides: Overrides | None) -> Thing:
    """The thing as the site has it; the very same one when nothing is set. Things of a kind with the same overrides
    share one model. `thing.unchanged` keeps the model's own values for whoever shows the difference."""
    if not overrides:
        return thing
    model = _model(thing.model, overrides)
    if model is not thing.model:
        thing = msgspec.structs.replace(thing, model=model, unchanged=thing.unchanged or thing.model)
    if overrides.use is not None and overrides.use != thing.use:
        thing = msgspec.structs.replace(thing, use=overrides.use)
    if overrides.parent is not None and overrides.parent not in (thing.parent, thing.id):
        thing = msgspec.structs.replace(thing, parent=overrides.parent)
    return thing


def problems(model: ThingModel, overrides: Overrides) -> tuple[Problem, ...]:
    """What the model (its own, not one with overrides) does not allow of them."""
    found: list[Problem] = []
    rules = {rule.name: rule for rule in model.alarms}
    for name, wanted in overrides.rules.items():
        rule = rules.get(name)
        reasons = [("", f"no alarm is named {name!r}")] if rule is None else _rule_problems(model, rule, wanted)
        found += [Problem(f"rules.{name}" + (f".{word}" if word else ""), reason) for word, reason in reasons]
    for name, point in overrides.points.items():
        if model.point(name) is None:
            found.append(Problem(f"points.{name}", f"no property is named {name!r}"))
        elif point.title is not None and not all(point.title.get(lang, "").strip() for lang in ("zh", "en")):
            found.append(Problem(f"points.{name}.title", "a title is needed in zh and en"))
    return tuple(found)


def _rule_problems(model: ThingModel, rule: AlarmRule, wanted: RuleOverride) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if wanted.off and rule.life_safety:
        found.append(("off", "an alarm of life safety cannot be switched off"))
    for word, value in (("above", wanted.above), ("below", wanted.below)):
        if value is not None:
            found += [(word, reason) for reason in _limit_problems(model, rule, word, value)]
    if rule.life_safety:
        found += _laxer(rule, wanted)
    severity, minutes = _weight(rule, wanted)
    if (severity is None) != (minutes is None):
        found.append(("severity", "severity and time to respond go together; the model gives neither"))
    elif rule.life_safety and _URGENCY.index(_priority(rule, wanted)) > _URGENCY.index(rule.priority):
        found.append(("severity", "an alarm of life safety cannot be made less urgent"))
    return found


def _laxer(rule: AlarmRule, wanted: RuleOverride) -> list[tuple[str, str]]:
    """What would make an alarm of life safety come later than its model says, or go unheard. A higher limit stands only
    where the source names the highest; stricter ones always do."""
    found: list[tuple[str, str]] = []
    above, below = limit_of(rule, "above"), limit_of(rule, "below")
    if wanted.above is not None and above is not None and wanted.above > above and rule.maximum_limit is None:
        found.append(("above", f"an alarm of life safety comes at {above:g} at the latest"))
    if wanted.below is not None and below is not None and wanted.below < below:
        found.append(("below", f"an alarm of life safety comes at {below:g} at the latest"))
    if wanted.on_delay is not None and wanted.on_delay > rule.on_delay:
        found.append(("on_delay", f"an alarm of life safety waits at most {rule.on_delay:g} s"))
    if wanted.re_alarm is not None and rule.re_alarm and not 0 < wanted.re_alarm <= rule.re_alarm:
        found.append(("re_alarm", f"an alarm of life safety asks again after at most {rule.re_alarm:g} s"))
    if wanted.latch is False and rule.latch:
        found.append(("latch", "an alarm of life safety that latches is reset by a person"))
    return found


def limit_of(rule: AlarmRule, word: str) -> float | None:
    """The model's own limit "above" or "below": that of the first condition that has one."""
    return next((value for each in rule.limits if (value := getattr(each, word)) is not None), None)


def _limit_problems(model: ThingModel, rule: AlarmRule, word: str, value: float) -> list[str]:
    condition = next((each for each in rule.limits if getattr(each, word) is not None), None)
    if condition is None:
        return [f"the alarm has no limit {word}"]
    if not isfinite(value):
        return [f"{value} is no limit"]
    point = model.point(condition.point)
    if point and (
        (point.minimum is not None and value < point.minimum) or (point.maximum is not None and value > point.maximum)
    ):
        return [f"{value:g} is outside the range of {point.name}: the alarm could never come, or never go"]
    if msgspec.structs.replace(rule, when=_limited(rule.when, word, value)).empty_range is not None:
        return [f"{value:g} is beyond the other end of its range: the alarm could never come"]
    if word == "above" and rule.maximum_limit is not None and value > rule.maximum_limit:
        return [f"{value:g} is over {rule.maximum_limit:g}, the highest limit allowed ({rule.source['en']})"]
    return []


def _weight(rule: AlarmRule, wanted: RuleOverride) -> tuple[Severity | None, float | None]:
    return wanted.severity or rule.severity, wanted.respond_within or rule.respond_within


def _priority(rule: AlarmRule, wanted: RuleOverride) -> Priority:
    severity, minutes = _weight(rule, wanted)
    if (wanted.severity is None and wanted.respond_within is None) or severity is None or minutes is None:
        return rule.priority
    return priority_of(severity, minutes)


_URGENCY: tuple[Priority, ...] = ("critical", "high", "medium", "low")


_models: dict[tuple[int, bytes], tuple[ThingModel, ThingModel]] = {}
"""Models with overrides, by the identity of the model they were made from (kept beside, so that it stays alive)."""
_MOST_MODELS = 4096


def _model(model: ThingModel, overrides: Overrides) -> ThingModel:
    wanted = msgspec.structs.replace(overrides, use=None, parent=None)
    if not wanted:
        return model
    key = id(model), msgspec.json.encode(wanted, order="sorted")
    known = _models.get(key)
    if known is None:
        if len(_models) >= _MOST_MODELS:
            _models.clear()
        known = _models[key] = model, _changed(model, wanted)
    return known[1]


def _changed(model: ThingModel, overrides: Overrides) -> ThingModel:
    refused = {tuple(problem.at.split(".")[:2]) for problem in problems(model, overrides)}
    rules = {name: each for name, each in overrides.rules.items() if ("rules", name) not in refused}
    points = {name: each for name, each in overrides.points.items() if ("points", name) not in refused}
    if not rules and not points:
        return model
    return msgspec.structs.replace(
        model,
        alarms=tuple(
            _rule(rule, rules[rule.name]) if rule.name in rules else rule
            for rule in model.alarms
            if rule.name not in rules or not rules[rule.name].off
        ),
        points=tuple(_point(point, points.get(point.name)) for point in model.points),
    )


def _rule(rule: AlarmRule, wanted: RuleOverride) -> AlarmRule:
    severity, minutes = _weight(rule, wanted)
    return msgspec.structs.replace(
        rule,
        when=_limited(_limited(rule.when, "above", wanted.above), "below", wanted.below),
        on_delay=_or(wanted.on_delay, rule.on_delay),
        off_delay=_or(wanted.off_delay, rule.off_delay),
        deadband=_or(wanted.deadband, rule.deadband),
        re_alarm=_or(wanted.re_alarm, rule.re_alarm),
        latch=rule.latch if wanted.latch is None else wanted.latch,
        severity=severity,
        respond_within=minutes,
        priority=_priority(rule, wanted),
    )


def _limited(when: tuple[Condition, ...], word: str, value: float | None) -> tuple[Condition, ...]:
    """The conditions with another limit in the first that has one of this kind."""
    if value is None:
        return when
    place = next(place for place, each in enumerate(when) if getattr(each, word) is not None)
    return (*when[:place], msgspec.structs.replace(when[place], **{word: value}), *when[place + 1 :])


def _or(wanted: float | None, own: float) -> float:
    return own if wanted is None else wanted


def _point(point: Point, wanted: PointOverride | None) -> Point:
    if wanted is None:
        return point
    return msgspec.structs.replace(
        point, stale_after=_or(wanted.stale_after, point.stale_after), title=wanted.title or point.title
    )
