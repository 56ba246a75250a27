"""The simulated community: the same seed says the same, everything it says can be read, and what should go wrong does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest

from desktop.commands.live import own_kinds
from desktop.simulate.behaviour import Moment, values
from desktop.simulate.building import Device, Size, devices
from desktop.simulate.foreign import foreign_devices
from desktop.simulate.noise import noise
from desktop.simulate.publisher import Message, Voice
from desktop.simulate.run import simulate
from desktop.simulate.scenario import Doing, Step, load_scenario, names
from desktop.simulate.sensors import fleet
from desktop.simulate.shapes import shapes_of
from desktop.simulate.trouble import forced, silent
from desktop.things.dialect import Described, Online, Sample
from desktop.things.linli import LinliDialect
from desktop.things.loader import load_models
from desktop.things.model import AlarmRule, Point, ThingModel, Value
from desktop.things.shapes import Walk
from tests.support.fakes import FakeClock

COMMUNITY = "990101001001"
MODELS = load_models().models
BEGUN = 1_795_000_000.0


def holds(rule: AlarmRule, now: dict[str, Value]) -> bool:
    def one(point: str, above: float | None, below: float | None, equals: Value | None, differs: Value | None) -> bool:
        value = now[point]
        if above is not None:
            return isinstance(value, (int, float)) and value >= above
        if below is not None:
            return isinstance(value, (int, float)) and value <= below
        return value == equals if equals is not None else value != differs

    return all(one(c.point, c.above, c.below, c.equals, c.differs) for c in rule.when)


@pytest.mark.parametrize("kind", sorted(MODELS))
def test_every_point_moves_by_its_model(kind: str) -> None:
    assert {point.name for point, _ in shapes_of(MODELS[kind])} == {point.name for point in MODELS[kind].points}


@pytest.mark.parametrize("kind", sorted(MODELS))
def test_any_rule_of_a_model_can_be_made_true(kind: str) -> None:
    model, shapes = MODELS[kind], shapes_of(MODELS[kind], 7)
    natural = values(shapes, 7, Moment(BEGUN), {})
    for rule in model.alarms:
        step = Step(at=0, lasts=60, kind=kind, rule=rule.name)
        if silent(step, model):
            assert rule.comms
            continue
        doing = Doing(step, 30.0)
        assert holds(rule, values(shapes, 7, Moment(BEGUN), forced([doing], model, natural))), rule.name


@pytest.mark.parametrize(("size", "points"), [("small", 1_500), ("estate", 5_000), ("district", 50_000)])
def test_sizes(size: Size, points: int) -> None:
    everything = devices(size)
    count = sum(len(MODELS[device.kind].points) for device in everything)
    assert len({device.id for device in everything}) == len(everything)
    assert count >= points
    # The latest-value table of the field service has 65,536 slots, one of them a thing's own state.
    assert count + len(everything) <= 65_536


def test_every_kind_there_is_stands_somewhere_in_the_sample() -> None:
    small = devices("small")
    assert {device.kind for device in small} == MODELS.keys()
    ids = {device.id for device in small}
    assert {device.parent for device in small if device.parent} <= ids


def voices(seed: int) -> list[Voice]:
    return [Voice(one, community=COMMUNITY, begun=BEGUN) for one in fleet(devices("small"), MODELS, seed)]


def said(seed: int) -> list[Message]:
    return [message for voice in voices(seed) for s in range(0, 60, 5) for message in voice.speak(BEGUN + s)]


def test_the_same_seed_says_the_same() -> None:
    assert said(1) == said(1)
    assert said(1) != said(2)


def test_all_that_is_said_can_be_read_and_is_good() -> None:
    dialect = LinliDialect(COMMUNITY, MODELS)
    for voice in voices(3):
        description, status = voice.announce()
        (one,) = dialect.describe(description.topic, description.payload)
        assert isinstance(one, Described)
        assert one.thing.simulated
        said = json.loads(description.payload)
        assert (said.get("parent", ""), said.get("use", "")) == (voice.device.parent, voice.device.use)
        assert list(one.bindings[status.topic](status.payload)) == [Online(True)]
        for second in range(0, 600, 20):
            for message in voice.speak(BEGUN + second):
                for update in one.bindings[message.topic](message.payload):
                    assert not isinstance(update, Sample) or update.value is not None


def test_a_silent_device_says_its_last_will_once_and_comes_back_with_everything() -> None:
    voice = next(voice for voice in voices(1) if voice.device.kind == "lift")
    voice.speak(BEGUN)
    silence = [Doing(Step(at=0, lasts=9, kind="lift", silent=True), 1.0)]
    assert [message.payload for message in voice.speak(BEGUN + 1, silence)] == [b"offline"]
    assert voice.speak(BEGUN + 2, silence) == []
    back = voice.speak(BEGUN + 3)
    assert back[0].payload == b"online"
    assert back[1].topic.endswith("/props")


def test_a_walk_stays_between_its_ends() -> None:
    point = Point(name="x", title={"zh": "x"}, type="number", decimals=3)
    seen = [values(((point, Walk(low=2, high=3, period=10)),), 1, Moment(s), {})["x"] for s in range(500)]
    assert all(isinstance(x, float) and 2 <= x <= 3 for x in seen)
    assert len(set(seen)) > 100
    assert all(0 <= noise(1, n) < 1 for n in range(1000))


@pytest.mark.parametrize(
    "shape",
    [
        {"shape": "wobble"},
        {"shape": "walk", "low": 1},
        {"shape": "follow", "point": "nowhere", "equals": True},
        {"shape": "share", "of": "x", "by": 2},
        {"shape": "meter", "of": "x"},
        {"shape": "daily", "low": 1, "high": 2},
        {"shape": "counter", "perHour": 1, "equals": "on"},
    ],
)
def test_a_wrong_shape_is_told(shape: dict[str, object]) -> None:
    point = Point(name="x", title={"zh": "x"}, type="number", simulate=shape)
    with pytest.raises(ValueError, match=r"k\.x"):
        shapes_of(ThingModel(kind="k", title={"zh": "k"}, points=(point,)))


def test_foreign_devices_are_complete() -> None:
    foreign = foreign_devices(1)
    assert {device.id.split("-")[0] for device in foreign} == {"zigbee2mqtt", "tasmota", "esphome"}
    for device in foreign:
        retained = device.announce()
        assert all(message.retain for message in retained)
        assert sum(message.topic.endswith("/config") for message in retained) >= 4
        reports = device.report(BEGUN)
        assert reports == device.report(BEGUN)
        assert not any(message.retain or b"$" in message.payload for message in reports)


class Ear:
    """Hears what is published, and stops the simulation when it heard enough."""

    def __init__(self, enough: int) -> None:
        self.heard: list[Message] = []
        self.stop = threading.Event()
        self._enough = enough

    def __call__(self, topic: str, payload: bytes, retain: bool) -> None:
        self.heard.append(Message(topic, payload, retain))
        if len(self.heard) >= self._enough:
            self.stop.set()

    def leaves(self) -> Iterable[str]:
        return [message.topic.rsplit("/", 1)[1] for message in self.heard]


class TickingClock(FakeClock):
    """Each look at it is two seconds later."""

    def monotonic(self) -> float:
        self.advance(2.0)
        return super().monotonic()


@pytest.mark.parametrize("rate", [None, 5_000.0])
def test_a_run_announces_speaks_and_says_farewell(rate: float | None) -> None:
    ear = Ear(enough=1500)
    clock = TickingClock()
    sent = simulate(
        ear, community=COMMUNITY, size="small", rate=rate, seed=1, clock=clock, stop=ear.stop, models=MODELS
    )
    assert sent == len(ear.heard)
    leaves = list(ear.leaves())
    assert leaves[0] == "model"
    assert leaves.count("props") > 50
    assert ("config" in leaves) == (rate is None)
    last = {message.topic: message.payload for message in ear.heard if message.topic.endswith("/status")}
    assert set(last.values()) == {b"offline"}
    assert all(message.retain == (message.topic.rsplit("/", 1)[1] != "props") for message in ear.heard if rate)


def test_a_new_connection_is_told_everything_again() -> None:
    ear = Ear(enough=1500)
    again = threading.Event()
    again.set()
    simulate(
        ear, community=COMMUNITY, size="small", rate=100.0, seed=1, clock=TickingClock(), stop=ear.stop,
        reconnected=again, models=MODELS,
    )  # fmt: skip
    assert list(ear.leaves()).count("model") == 2 * len(devices("small"))


def test_a_kind_that_was_refused_keeps_no_other_from_playing() -> None:
    without = {kind: model for kind, model in MODELS.items() if kind not in ("lift", "waterlogging")}
    for name in names():
        story = load_scenario(name, devices("small"), without)
        assert not any(wanted.startswith("lift/") for wanted in story.expect)
        assert all(ids for _, ids in story.steps)
    ear = Ear(enough=600)
    simulate(
        ear, community=COMMUNITY, size="small", rate=None, seed=1, clock=TickingClock(), stop=ear.stop, models=without,
        scenario="demo",
    )  # fmt: skip
    spoke = {message.topic.split("/")[4] for message in ear.heard if message.topic.startswith("linli/")}
    assert "barrier-south-in" in spoke
    assert not any(id_.startswith("lift-") and "eye" not in id_ for id_ in spoke)


def test_a_device_with_shapes_that_are_none_is_told_and_left_out(caplog: pytest.LogCaptureFixture) -> None:
    wobbling = Device("ups-9", "ups", "x", "M-1", "x", simulate={"battery": {"shape": "wobble"}})
    leaking = Device("water-9", "water-meter", "x", "1", "x", simulate={"flow": {"shape": "constant", "value": -3}})
    everything = fleet((*devices("small"), wobbling, leaking), MODELS, 1)
    assert [one.device for one in everything] == list(devices("small"))
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        "ups-9 is not simulated", "water-9 is not simulated",
    ]  # fmt: skip
    caplog.clear()


def test_of_a_folder_of_own_kinds_the_wrong_are_told_and_the_others_play(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = (Path(__file__).parents[3] / "docs" / "examples" / "swimming-pool.tm.json").read_text(encoding="utf-8")
    (tmp_path / "pool.tm.json").write_text(good, encoding="utf-8")
    (tmp_path / "pond.tm.json").write_text(good.replace('"shape": "walk"', '"shape": "wobble"', 1), encoding="utf-8")
    models, beside = own_kinds(tmp_path)
    assert models.keys() - MODELS.keys() == {"pool"}
    assert [device.id for device in beside] == ["pool-1"]
    assert "left out: pond.tm.json:" in capsys.readouterr().err


def test_at_night_hardly_anybody_goes_anywhere() -> None:
    midnight = BEGUN - Moment(BEGUN).local
    people = {one.device.id: one for one in fleet(devices("small"), MODELS, 1)}

    def turns(id_: str, point: str, hour: int) -> int:
        seen = [people[id_].values(midnight + hour * 3600 + second)[point] for second in range(0, 3600, 4)]
        return sum(a != b for a, b in pairwise(seen))

    for id_, point in (("lift-1-1", "moving"), ("door-3-1", "closed"), ("barrier-south-in", "position")):
        assert turns(id_, point, 3) < turns(id_, point, 12) / 4, id_


def test_a_day_has_as_many_events_as_its_model_says() -> None:
    voice = next(voice for voice in voices(1) if voice.device.id == "door-3-1")
    passages = [
        message
        for hour in range(24 * 60)
        for message in voice.speak(BEGUN + hour * 60)
        if b'"passage"' in message.payload
    ]
    assert 24 * 30 < len(passages) < 24 * 46, "a little under forty an hour, for two in a minute are one"


def test_a_pit_fills_and_is_pumped_out_by_its_pumps_in_turn() -> None:
    pit = next(one for one in fleet(devices("small"), MODELS, 1) if one.device.id == "drain-south")
    looks = [pit.values(BEGUN + second) for second in range(0, 4 * 2700, 10)]
    assert {look["pump1_running"] for look in looks} == {look["pump2_running"] for look in looks} == {True, False}
    assert not any(look["pump1_running"] and look["pump2_running"] for look in looks)
    for was, now in pairwise(looks):
        assert float(now["level"]) >= float(was["level"]) or was["pump1_running"] or was["pump2_running"]
    high = pit.values(BEGUN, {"level": 75})
    assert high["pump1_running"] is high["pump2_running"] is True


@pytest.mark.parametrize(
    ("id_", "counter", "during", "equals"),
    [
        ("pump-low", "pump1_hours", "pump1_running", True), ("pump-low", "pump2_hours", "pump2_running", True),
        ("drain-south", "pump1_hours", "pump1_running", True), ("drain-south", "pump2_hours", "pump2_running", True),
        ("fans-east", "fan2_hours", "fan2_running", True), ("light-1-1", "run_hours", "feedback", True),
        ("irrigation-garden", "volume", "watering", True), ("waste-east", "weight_kitchen", "open", True),
        ("ev-1", "energy", "state", "charging"), ("storage", "charged", "state", "charging"),
        ("storage", "discharged", "state", "discharging"),
    ],
)  # fmt: skip
def test_what_runs_is_counted_while_it_runs_and_at_no_other_time(
    id_: str, counter: str, during: str, equals: Value
) -> None:
    one = next(one for one in fleet(devices("small"), MODELS, 1) if one.device.id == id_)
    point = one.model.point(counter)
    assert point is not None
    looks = [one.values(BEGUN + second) for second in range(0, 26 * 3600, 30)]
    grown = float(looks[-1][counter]) - float(looks[0][counter])
    per_hour = float(str(point.simulate["perHour"]))
    by_hand = sum(look[during] == equals for look in looks) * 30 / 3600 * per_hour
    assert grown == pytest.approx(by_hand, abs=0.1 * max(1.0, per_hour / 10) + 10.0**-point.decimals)
    assert 0.5 < grown < 26 * per_hour
    for was, now in pairwise(looks):
        assert now[counter] == was[counter] or equals in (was[during], now[during])


def test_what_is_charged_is_what_flows() -> None:
    """A store's and a charger's counters are its power over the time, and a store gives back less than it took."""
    there = {one.device.id: one for one in fleet(devices("small"), MODELS, 1)}
    for id_, counter, sign in (("ev-2", "energy", 1), ("storage", "charged", -1), ("storage", "discharged", 1)):
        looks = [there[id_].values(BEGUN + second) for second in range(0, 48 * 3600, 60)]
        flowed = sum(max(0.0, sign * float(look["power"])) for look in looks) / 60
        assert float(looks[-1][counter]) - float(looks[0][counter]) == pytest.approx(flowed, rel=0.03)
    day = [there["storage"].values(BEGUN), there["storage"].values(BEGUN + 86_400)]
    took, gave = (float(day[1][name]) - float(day[0][name]) for name in ("charged", "discharged"))
    assert 0.85 < gave / took < 0.95
