"""The simulated community: the same seed says the same, everything it says can be read, and what should go wrong does."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import pytest

from desktop.simulate.behaviour import Moment, Walk, noise, seed_of, shapes_of, values
from desktop.simulate.building import Size, devices
from desktop.simulate.foreign import foreign_devices
from desktop.simulate.publisher import Message, Voice
from desktop.simulate.run import simulate
from desktop.simulate.trouble import LATER, OPENING, Trouble, forced, going_on, silent
from desktop.things.dialect import Described, Online, Sample
from desktop.things.linli import LinliDialect
from desktop.things.loader import load_models
from desktop.things.model import AlarmRule, Point, ThingModel, Value
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
def test_a_normal_day_breaks_no_limit(kind: str) -> None:
    model, shapes = MODELS[kind], shapes_of(MODELS[kind])
    # A rule with a delay may hold for a moment; one that waits for nothing, or looks at a level, must not.
    watched = [rule for rule in model.alarms if rule.on_delay <= 5 and rule.name != "offline"]
    for minute in range(0, 24 * 60, 29):
        now = values(shapes, seed_of(1, kind), Moment(BEGUN + minute * 60, BEGUN), {})
        assert [rule.name for rule in watched if holds(rule, now)] == []


@pytest.mark.parametrize("plan", [(p.kind, p.rule) for p in OPENING] + [(kind, rule) for kind, rule, _ in LATER])
def test_a_trouble_makes_its_rule_true(plan: tuple[str, str]) -> None:
    kind, name = plan
    model, shapes = MODELS[kind], shapes_of(MODELS[kind])
    rule = next(rule for rule in model.alarms if rule.name == name)
    trouble = going_on_for(kind, name)
    if silent(trouble, model):
        assert name == "offline"
        return
    moment = Moment(BEGUN, BEGUN)
    natural = values(shapes, 7, moment, {})
    assert holds(rule, values(shapes, 7, moment, forced(trouble, model, natural)))


def going_on_for(kind: str, rule: str) -> Trouble:
    return Trouble(f"some-{kind}", rule, since=30.0)


def test_the_first_minute_shows_every_priority_a_return_and_a_silence() -> None:
    small = devices("small")
    seen = {(t.device_id, t.rule) for s in range(61) for t in going_on(small, 1, s).values()}
    kinds = {device.id: device.kind for device in small}
    rules = {
        (device, name): next(rule for rule in MODELS[kinds[device]].alarms if rule.name == name)
        for device, name in seen
    }
    assert {rule.priority for rule in rules.values()} == {"critical", "high", "medium", "low"}
    assert any(name == "offline" for _, name in seen)
    still = {(t.device_id, t.rule) for t in going_on(small, 1, 60).values()}
    assert seen - still


def test_a_long_run_keeps_bringing_troubles_that_exist() -> None:
    small = devices("small")
    kinds = {device.id: device.kind for device in small}
    later = {(t.device_id, t.rule) for s in range(1000, 20_000, 50) for t in going_on(small, 1, s).values()}
    assert len({rule for _, rule in later}) > 4
    for device, name in later:
        assert any(rule.name == name for rule in MODELS[kinds[device]].alarms)


@pytest.mark.parametrize(("size", "points"), [("small", 400), ("estate", 5_000), ("district", 50_000)])
def test_sizes(size: Size, points: int) -> None:
    everything = devices(size)
    count = sum(len(MODELS[device.kind].points) for device in everything)
    assert len({device.id for device in everything}) == len(everything)
    assert count >= points
    # The latest-value table of the field service has 65,536 slots, one of them a thing's own state.
    assert count + len(everything) <= 65_536


def voices(seed: int) -> list[Voice]:
    return [
        Voice(device, MODELS[device.kind], community=COMMUNITY, seed=seed, begun=BEGUN) for device in devices("small")
    ]


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
        assert list(one.bindings[status.topic](status.payload)) == [Online(True)]
        for second in range(0, 600, 20):
            for message in voice.speak(BEGUN + second):
                for update in one.bindings[message.topic](message.payload):
                    assert not isinstance(update, Sample) or update.value is not None


def test_a_silent_device_says_its_last_will_once_and_comes_back_with_everything() -> None:
    voice = voices(1)[0]
    voice.speak(BEGUN)
    trouble = going_on_for("lift", "offline")
    assert [message.payload for message in voice.speak(BEGUN + 1, trouble)] == [b"offline"]
    assert voice.speak(BEGUN + 2, trouble) == []
    back = voice.speak(BEGUN + 3)
    assert back[0].payload == b"online"
    assert back[1].topic.endswith("/props")


def test_a_walk_stays_between_its_ends() -> None:
    point = Point(name="x", title={"zh": "x"}, type="number", decimals=3)
    seen = [values(((point, Walk(low=2, high=3, period=10)),), 1, Moment(s, 0), {})["x"] for s in range(500)]
    assert all(isinstance(x, float) and 2 <= x <= 3 for x in seen)
    assert len(set(seen)) > 100
    assert all(0 <= noise(1, n) < 1 for n in range(1000))


@pytest.mark.parametrize(
    "shape", [{"shape": "wobble"}, {"shape": "walk", "low": 1}, {"shape": "follow", "point": "later", "equals": True}]
)
def test_a_wrong_shape_is_told(shape: dict[str, object]) -> None:
    point = Point(name="x", title={"zh": "x"}, type="number", simulate=shape)
    with pytest.raises(ValueError, match=r"k\.x"):
        shapes_of(ThingModel(kind="k", title={"zh": "k"}, points=(point,)))


def test_foreign_devices_are_complete() -> None:
    foreign = foreign_devices(1, BEGUN)
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
    ear = Ear(enough=400)
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
    ear = Ear(enough=400)
    again = threading.Event()
    again.set()
    simulate(
        ear, community=COMMUNITY, size="small", rate=100.0, seed=1, clock=TickingClock(), stop=ear.stop,
        reconnected=again, models=MODELS,
    )  # fmt: skip
    assert list(ear.leaves()).count("model") == 2 * len(devices("small"))
