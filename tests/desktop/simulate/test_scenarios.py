"""Every shipped scenario is understood, raises what it promises, and calm raises nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.alarms.evaluator import Evaluator
from desktop.kernel.errors import NotFound
from desktop.simulate.behaviour import Moment, values
from desktop.simulate.scenario import known, load_scenario, names, summary
from desktop.simulate.sensors import Sensors, fleet
from desktop.simulate.shapes import only
from desktop.things.model import ONLINE, Thing
from resources.loader import DataFileError
from tests.desktop.simulate.playing import MODELS, SMALL, Stage

SPANS = {"demo": 90.0, "alarm-storm": 130.0, "gas-leak": 500.0, "leak": 3700.0, "power-trip": 800.0}
"""Seconds after which a scenario has raised what it promises, where that is not its whole length."""

STORIES = ("calm", "demo", "flooded-ramp", "trapped-passenger", "alarm-storm", "gateway-dark", "power-trip",
           "fire-drill", "leak", "gas-leak")  # fmt: skip


def test_the_scenarios_are_all_there_with_words_in_both_languages() -> None:
    assert sorted(STORIES) == names()
    for name in STORIES:
        assert set(summary(name)) == {"zh", "en"}
        known(name)
    with pytest.raises(NotFound, match="flooded-ramp"):
        known("flooded-rammp")


@pytest.mark.parametrize("name", [name for name in STORIES if name != "calm"])
def test_a_scenario_raises_what_it_promises(name: str) -> None:
    stage = Stage(name)
    assert stage.story.expect
    step = 5.0 if name == "leak" else 1.0
    stage.play(SPANS.get(name, stage.story.span + 60), step)
    assert set(stage.story.expect) <= {rule for _, _, rule in stage.raised}


def test_every_step_of_the_demo_comes_true() -> None:
    stage = Stage("demo")
    stage.play(stage.story.span + 30, 3.0)
    kinds = {device.id: device.kind for device in SMALL}
    ruled = [(step, ids) for step, ids in stage.story.steps if step.rule]
    wanted = {f"{kind}/{step.rule}" for step, ids in ruled for kind in {kinds[id_] for id_ in ids}}
    assert wanted <= {rule for _, _, rule in stage.raised}


def test_the_demos_first_minute_shows_every_priority_a_return_and_a_silence() -> None:
    stage = Stage("demo")
    stage.play(60)
    kinds = {device.id: MODELS[device.kind] for device in SMALL}
    seen = {
        rule.priority for _, id_, name in stage.raised for rule in kinds[id_].alarms if name.endswith("/" + rule.name)
    }
    assert seen == {"critical", "high", "medium", "low"}
    assert "offline" in {doing.step.rule for all_ in stage.story.going_on(1, 60).values() for doing in all_}
    assert "door-2-2" not in stage.story.going_on(1, 60)


def test_a_storm_is_hundreds_of_alarms_and_one_that_chatters() -> None:
    stage = Stage("alarm-storm")
    stage.play(130)
    assert len(stage.raised) >= 200
    assert sum(1 for _, id_, rule in stage.raised if (id_, rule) == ("door-switch-room", "access-door/forced")) >= 6


def test_the_ramp_goes_over_its_limits_one_after_the_other() -> None:
    stage = Stage("flooded-ramp")
    stage.play(700)
    ramp = [rule for _, id_, rule in stage.raised if id_ == "water-ramp-south"]
    levels = [rule for rule in ramp if rule.split("/")[1] in ("wet", "deep", "flooded")]
    assert levels == ["waterlogging/wet", "waterlogging/deep", "waterlogging/flooded"]
    assert not any(rule == "drainage-pump-set/pump2-fault" for _, _, rule in stage.raised)


def test_behind_a_dark_gateway_nobody_is_heard_and_nobody_says_farewell() -> None:
    stage = Stage("gateway-dark")
    door = next(voice for voice in stage.voices if voice.device.id == "door-2-1")
    assert door.device.parent == "gateway-2"
    assert door.speak(stage.begun, cut_off=True) == []
    stage.play(700)
    assert {rule for _, _, rule in stage.raised} == {"gateway/offline"}
    assert ("gateway-2", "restarted") in stage.events


def one_of_each() -> list[Sensors]:
    """One device of every kind, and every one whose points move in a way of its own."""
    seen: set[object] = set()
    chosen: list[Sensors] = []
    for one in fleet(SMALL, MODELS, 1):
        look = (one.device.kind, str(one.device.simulate))
        if look not in seen:
            seen.add(look)
            chosen.append(one)
    return chosen


@pytest.mark.slow
@pytest.mark.parametrize("begun", [1_795_000_000.0, 1_814_500_000.0], ids=["november", "july"])
def test_calm_raises_nothing_over_a_day(begun: float) -> None:
    assert load_scenario("calm", SMALL, MODELS).steps == ()
    for one in one_of_each():
        evaluator = Evaluator(wall=lambda: begun)
        # Each for itself and without the wire, so that a day takes seconds.
        thing = Thing(id=one.device.id, name=one.device.name, model=one.model, dialect="linli")
        looked_at = {condition.point for rule in one.model.alarms for condition in rule.when}
        shapes = only(one.shapes, looked_at)
        evaluator.watch(thing)
        evaluator.sample(thing.id, ONLINE, True, 0.0)
        for elapsed in range(0, 86_400, 20):
            for name, value in values(shapes, one.seed, Moment(begun + elapsed), {}).items():
                assert not evaluator.sample(thing.id, name, value, float(elapsed)), (thing.id, name, value)
            assert not evaluator.tick(float(elapsed)), thing.id


STEP = """title = { zh = "x", en = "x" }
summary = { zh = "x", en = "x" }

[[steps]]
at = 1
lasts = 1
kind = "lift"
rule = "fault"

[[steps]]
"""


@pytest.mark.parametrize(
    ("more", "line", "words"),
    [
        ('at = 1\nlasts = 5\nkind = "submarine"\nrule = "x"\n', 13, "no kind"),
        ('at = 1\nlasts = 5\nkind = "lift"\nrule = "sunk"\n', 14, "no alarm rule 'sunk'"),
        ('at = 1\nlasts = 5\nid = "lift-9-*"\nsilent = true\n', 13, "no device of id"),
        ('at = 1\nlasts = 5\nkind = "lift"\npoints = { depth = 3 }\n', 14, "no point 'depth'"),
        ('at = 1\nlasts = 5\nkind = "lift"\npoints = { moving = 3 }\n', 14, "is never 3"),
        ('at = 1\nlasts = 5\nkind = "lift"\npoints = { floor = { to = 5000 } }\n', 14, "is never"),
        ('at = 1\nlasts = 5\nkind = "lift"\npoints = { floor = { to = 5, add = 1 } }\n', 14, "exactly one of to"),
        ('at = 1\nlasts = 5\nkind = "lift"\npoints = { floor = { add = -1 } }\n', 14, ">= 0"),
        ('at = 1\nlasts = 5\nkind = "lift"\npoints = { floor = { to = 5, over = 3, back = 3 } }\n', 14, "longer than"),
        ('at = 1\nlasts = 5\nkind = "lift"\npoints = { floor = { from = 5000, to = 5 } }\n', 14, "is never"),
        ('at = 1\nlasts = 5\nkind = "lift"\nevent = { name = "party" }\n', 14, "no event 'party'"),
        ('at = 1\nlasts = 5\nkind = "lift"\nwhich = 99\nrule = "fault"\n', 14, "only 12"),
        ('at = 1\nlasts = 5\nkind = "lift"\n', 10, "one of rule"),
        ('at = 1\nlasts = 5\nrule = "fault"\n', 10, "exactly one of kind and id"),
        ('at = 1\nlasts = 5\nkind = "lift"\ntimes = 2\nrule = "fault"\n', 14, "every"),
        ('at = "soon"\nlasts = 5\nkind = "lift"\nrule = "fault"\n', 11, "Expected"),
    ],
)  # fmt: skip
def test_a_wrong_step_is_told_with_its_line(tmp_path: Path, more: str, line: int, words: str) -> None:
    (tmp_path / "mine.toml").write_text(STEP + more, encoding="utf-8")
    with pytest.raises(DataFileError, match=words) as caught:
        load_scenario("mine", SMALL, MODELS, tmp_path)
    assert caught.value.line == line


def test_a_promise_of_an_alarm_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    text = STEP.replace("\n[[steps]]", 'expect = ["lift/sunk"]\n\n[[steps]]', 1).removesuffix("[[steps]]\n")
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataFileError, match="lift/sunk") as caught:
        load_scenario("mine", SMALL, MODELS, tmp_path)
    assert caught.value.line == 3
