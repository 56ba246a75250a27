"""A site's own values of a thing: nothing set changes nothing, stricter is earlier, what is forbidden is left alone."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.alarms.evaluator import Evaluator
from desktop.alarms.transitions import Onset, Return
from desktop.things.loader import load_models
from desktop.things.model import AlarmRule, Condition, Point, Thing, ThingModel
from desktop.things.overrides import Overrides, PointOverride, RuleOverride, applied, problems

MODELS = load_models().models
WORDS = {"zh": "字", "en": "words"}
KINDS = st.sampled_from(sorted(MODELS))
NUMBERS = st.floats(-1e6, 1e6)


def thing(model: ThingModel, id_: str = "t-1", **options: Any) -> Thing:
    return Thing(id=id_, name=id_, model=model, dialect="linli", **options)


def rule(name: str = "high", **options: Any) -> AlarmRule:
    settings: dict[str, Any] = {
        "when": (Condition(point="level", above=50.0),), "priority": "high", "severity": "major", "respond_within": 10.0,
        "title": WORDS, "cause": WORDS, "consequence": WORDS, "response": WORDS, "source": WORDS,
    }  # fmt: skip
    return AlarmRule(name=name, **settings | options)


def tank(*rules: AlarmRule) -> ThingModel:
    point = Point(name="level", title=WORDS, type="number", minimum=0, maximum=100)
    return ThingModel(
        kind="tank", title=WORDS, points=(point, Point(name="open", title=WORDS, type="boolean")), alarms=rules
    )


def limits(model: ThingModel, name: str = "high") -> tuple[float | None, float | None]:
    found = next(each for each in model.alarms if each.name == name).when[0]
    return found.above, found.below


@given(KINDS)
def test_nothing_set_is_the_same_thing(kind: str) -> None:
    plain = thing(MODELS[kind])
    assert applied(plain, None) is plain
    assert applied(plain, Overrides()) is plain
    assert applied(plain, msgspec.convert({}, Overrides)) is plain


RULES = st.builds(
    RuleOverride,
    above=st.none() | NUMBERS, below=st.none() | NUMBERS, on_delay=st.none() | st.floats(0, 1e4),
    severity=st.none() | st.sampled_from(["life", "major", "minor", "comfort"]), latch=st.none() | st.booleans(),
    respond_within=st.none() | st.floats(0.1, 1e4), off=st.booleans(),
)  # fmt: skip


@given(KINDS, st.data())
def test_whatever_is_set_the_thing_stays_within_what_its_model_allows(kind: str, data: st.DataObject) -> None:
    model = MODELS[kind]
    names = st.sampled_from([*(each.name for each in model.alarms), "no-such"])
    wanted = Overrides(rules=data.draw(st.dictionaries(names, RULES, max_size=3)))
    changed = applied(thing(model), wanted).model
    before = {each.name: each for each in model.alarms}
    after = {each.name: each for each in changed.alarms}
    assert after.keys() <= before.keys()
    assert {name for name, each in before.items() if each.life_safety} <= after.keys()
    for each in changed.alarms:
        for condition in each.when:
            point = changed.point(condition.point)
            if each.maximum_limit is not None and condition.above is not None:
                assert condition.above <= each.maximum_limit
            for value in (condition.above, condition.below):
                if point and value is not None:
                    assert point.minimum is None or value >= point.minimum
                    assert point.maximum is None or value <= point.maximum
    if not problems(model, wanted):
        assert after.keys() == {name for name in before if not (name in wanted.rules and wanted.rules[name].off)}


LIFE_RULES = [(kind, rule.name) for kind, model in MODELS.items() for rule in model.alarms if rule.life_safety]


@given(st.sampled_from(LIFE_RULES), RULES)
def test_nothing_a_site_sets_makes_an_alarm_of_life_safety_come_later(
    which: tuple[str, str], wanted: RuleOverride
) -> None:
    kind, name = which
    model = MODELS[kind]
    (own,) = (each for each in model.alarms if each.name == name)
    changed = applied(thing(model), Overrides(rules={name: wanted})).model
    (after,) = (each for each in changed.alarms if each.name == name)
    assert after.on_delay <= own.on_delay and after.latch >= own.latch
    for before, condition in zip(own.when, after.when, strict=True):
        if before.above is not None and condition.above is not None and own.maximum_limit is None:
            assert condition.above <= before.above
        if before.below is not None and condition.below is not None:
            assert condition.below >= before.below


@pytest.mark.parametrize(
    ("kind", "name", "wanted"),
    [
        ("gas-detector", "gas-high", RuleOverride(on_delay=1e9)),
        ("waterlogging", "flooded", RuleOverride(above=5000)),
        ("fire-water", "static-low", RuleOverride(below=0)),
        ("sos-button", "pressed", RuleOverride(on_delay=86_400)),
    ],
)
def test_a_danger_to_life_cannot_be_waited_away(kind: str, name: str, wanted: RuleOverride) -> None:
    [problem] = problems(MODELS[kind], Overrides(rules={name: wanted}))
    assert problem.at.startswith(f"rules.{name}.") and "life safety" in problem.reason
    model = MODELS[kind]
    assert applied(thing(model), Overrides(rules={name: wanted})).model is model


@given(st.floats(0, 49), st.lists(st.floats(0, 100), max_size=30))
def test_a_stricter_limit_alarms_no_later(limit: float, values: list[float]) -> None:
    plain = thing(tank(rule()))
    strict = applied(plain, Overrides(rules={"high": RuleOverride(above=limit)}))
    first = [_first_onset(each, values) for each in (plain, strict)]
    assert first[1] <= first[0]


def _first_onset(watched: Thing, values: list[float]) -> float:
    evaluator = Evaluator(wall=lambda: 1e9)
    evaluator.watch(watched)
    for now, value in enumerate(values):
        if any(isinstance(each, Onset) for each in evaluator.sample(watched.id, "level", value, float(now))):
            return now
    return float("inf")


def test_an_alarm_goes_on_under_a_new_limit_that_still_holds_and_ends_under_one_that_does_not() -> None:
    plain, evaluator = thing(tank(rule())), Evaluator(wall=lambda: 1e9)
    evaluator.watch(plain)
    assert [type(each) for each in evaluator.sample("t-1", "level", 60.0, 1.0)] == [Onset]
    assert evaluator.watch(applied(plain, Overrides(rules={"high": RuleOverride(above=40)}))) == []
    laxer = evaluator.watch(applied(plain, Overrides(rules={"high": RuleOverride(above=80)})))
    assert [type(each) for each in laxer] == [Return]


def test_things_of_a_kind_share_the_changed_model_and_keep_their_own() -> None:
    model = tank(rule())
    wanted = [Overrides(rules={"high": RuleOverride(above=30)}) for _ in range(2)]
    first, second = (applied(thing(model, f"t-{n}"), each) for n, each in enumerate(wanted))
    assert first.model is second.model
    assert limits(first.model) == (30, None)
    assert first.unchanged is model
    assert limits(model) == (50, None)


def test_points_use_and_parent_are_set_without_touching_alarms() -> None:
    plain = thing(tank(rule()), use="supply", parent="gw-1")
    wanted = Overrides(
        points={"level": PointOverride(stale_after=900, title={"zh": "液位", "en": "Level"})}, use="fire"
    )
    changed = applied(plain, wanted)
    point = changed.model.point("level")
    assert point
    assert (point.stale_after, point.title["zh"], changed.use, changed.parent) == (900, "液位", "fire", "gw-1")
    assert changed.model.alarms == plain.model.alarms
    only_parent = applied(plain, Overrides(parent=""))
    assert (only_parent.parent, only_parent.model, only_parent.unchanged) == ("", plain.model, None)
    assert applied(plain, Overrides(parent="t-1")).parent == "gw-1"


def test_the_priority_follows_severity_and_time() -> None:
    wanted = Overrides(rules={"high": RuleOverride(severity="comfort", respond_within=1440)})
    changed = applied(thing(tank(rule())), wanted).model.alarms[0]
    assert (changed.severity, changed.priority) == ("comfort", "low")


GAS = MODELS["gas-detector"]
BOUND = next(each for each in GAS.alarms if each.maximum_limit is not None)


@pytest.mark.parametrize(
    ("model", "overrides", "at", "why"),
    [
        (tank(rule()), {"rules": {"nope": {"off": True}}}, "rules.nope", "no alarm"),
        (tank(rule()), {"rules": {"high": {"below": 3}}}, "rules.high.below", "no limit below"),
        (tank(rule()), {"rules": {"high": {"above": 101}}}, "rules.high.above", "outside the range"),
        (tank(rule(life_safety=True)), {"rules": {"high": {"off": True}}}, "rules.high.off", "life safety"),
        (tank(rule(life_safety=True)), {"rules": {"high": {"severity": "comfort"}}}, "rules.high.severity", "less urgent"),
        (tank(rule(severity=None, respond_within=None)), {"rules": {"high": {"severity": "life"}}}, "rules.high.severity",
         "go together"),
        (tank(rule()), {"points": {"nope": {"stale_after": 3}}}, "points.nope", "no property"),
        (tank(rule()), {"points": {"level": {"title": {"zh": "位"}}}}, "points.level.title", "zh and en"),
        (GAS, {"rules": {BOUND.name: {"above": BOUND.maximum_limit + 1}}}, f"rules.{BOUND.name}.above", "highest limit"),
    ],
)  # fmt: skip
def test_what_a_model_forbids_is_told_and_not_applied(
    model: ThingModel, overrides: dict[str, Any], at: str, why: str
) -> None:
    wanted = msgspec.convert(overrides, Overrides)
    (problem,) = problems(model, wanted)
    assert problem.at == at
    assert why in problem.reason
    assert applied(thing(model), wanted).model is model


@pytest.mark.parametrize(
    "overrides",
    [{"rules": {"high": {"on_delay": -1}}}, {"points": {"level": {"stale_after": 0}}}, {"colour": "red"},
     {"rules": {"high": {"priority": "low"}}}, {"rules": {"high": {"respond_within": 0}}}],
)  # fmt: skip
def test_what_is_no_override_at_all_is_not_read(overrides: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(overrides, Overrides)


def test_they_are_kept_as_json_and_travel_as_messages() -> None:
    wanted = Overrides(rules={"high": RuleOverride(above=30, off=False)}, use="supply")
    kept = msgspec.to_builtins(wanted)
    assert kept == {"rules": {"high": {"above": 30.0}}, "use": "supply"}
    assert msgspec.convert(kept, Overrides) == wanted
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(wanted), type=Overrides) == wanted
