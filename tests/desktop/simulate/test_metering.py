"""Meters under a scenario: what is forced to flow is counted, once, and by every meter that it passes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from desktop.simulate.metering import Meters
from desktop.simulate.publisher import Voice
from desktop.simulate.scenario import load_scenario
from desktop.simulate.sensors import fleet
from desktop.things.model import Value
from tests.desktop.simulate.playing import BEGUN, MODELS, SMALL, Stage

HEAD = """
title = { zh = "x", en = "x" }
summary = { zh = "x", en = "x" }
"""


class Play:
    """What devices say of their points under a scenario, at later and later times."""

    def __init__(self, tmp_path: Path, steps: str) -> None:
        (tmp_path / "mine.toml").write_text(HEAD + steps, encoding="utf-8")
        self._story = load_scenario("mine", SMALL, MODELS, tmp_path)
        self.sensors = {one.device.id: one for one in fleet(SMALL, MODELS, 1)}
        self._meters = Meters(self._story, list(self.sensors.values()), 1, BEGUN)

    def at(self, elapsed: float, *ids: str) -> list[Mapping[str, Value]]:
        metered, doings = self._meters.at(elapsed), self._story.going_on(1, elapsed)
        return [
            Voice(self.sensors[id_], community="c", begun=BEGUN).news(
                BEGUN + elapsed, doings.get(id_, ()), metered.more.get(id_), metered.beyond.get(id_)
            )
            for id_ in ids
        ]

    def natural(self, id_: str, elapsed: float) -> Mapping[str, Value]:
        return self.sensors[id_].values(BEGUN + elapsed)


def test_what_leaks_is_counted_and_stays_counted() -> None:
    stage = Stage("leak")
    meters = Meters(stage.story, fleet(SMALL, MODELS, 1), 1, stage.begun)
    assert meters.at(20).more == {"water-meter-5": {"volume": 0.0}, "water-main": {"volume": 0.0}}
    half = meters.at(20 + 7200)
    assert half.more["water-meter-5"]["volume"] == half.more["water-main"]["volume"] == pytest.approx(8.4)
    assert half.beyond == {"water-main": {"flow": 4.2}}, "the supply meter sees it flow"
    over = meters.at(20 + 14_400)
    assert over.more["water-meter-5"]["volume"] == pytest.approx(16.8)
    assert over.beyond == {}
    assert meters.at(90_000) == over
    meter = next(one for one in fleet(SMALL, MODELS, 1) if one.device.id == "water-meter-5")
    dry, wet = meter.values(stage.begun), meter.values(stage.begun, more={"volume": 8.4})
    assert float(wet["volume"]) - float(dry["volume"]) == pytest.approx(8.4, abs=0.01)


WRITTEN = """
[[steps]]
at = 600
lasts = 7200
id = "water-meter-5"
points = { flow = 0 }
[[steps]]
at = 9000
lasts = 3600
every = 7200
times = 3
id = "water-meter-4"
points = { flow = { from = 2, to = 8, over = 1800 } }
[[steps]]
at = 3000
lasts = 9000
id = "water-meter-3"
points = { flow = { times = 3, back = 4000 } }
[[steps]]
at = 5000
lasts = 9000
id = "water-meter-2"
points = { flow = { to = 9, over = 3000, back = 5000 } }
"""


def test_meters_count_what_a_scenario_lets_flow_and_nothing_else(tmp_path: Path) -> None:
    """Against a plain sum over what each device says of its flow, second for second."""
    play, step = Play(tmp_path, WRITTEN), 10
    names = ("water-meter-2", "water-meter-3", "water-meter-4", "water-meter-5", "water-main")
    shown: dict[str, list[float]] = {name: [] for name in names}
    summed = dict.fromkeys(names, 0.0)
    for elapsed in range(0, 30_000, step):
        for name, said in zip(names, play.at(elapsed, *names), strict=True):
            natural = play.natural(name, elapsed)
            shown[name].append(float(said["volume"]))
            summed[name] += (float(said["flow"]) - float(natural["flow"])) * step / 3600
    for name in names:
        assert shown[name] == sorted(shown[name]), f"{name} never runs backwards"
        usual = float(play.natural(name, 29_990)["volume"])
        assert shown[name][-1] - usual == pytest.approx(summed[name], abs=0.15), name
    still = shown["water-meter-5"][61:780]
    assert max(still) - min(still) <= 0.002, "nothing flows, nothing is counted"
    assert summed["water-meter-5"] < -0.3 and summed["water-meter-4"] > 5


def test_of_two_steps_that_force_one_flow_only_what_is_seen_is_counted(tmp_path: Path) -> None:
    play = Play(
        tmp_path,
        """
[[steps]]
at = 0
lasts = 3600
id = "water-meter-5"
points = { flow = 10 }
[[steps]]
at = 1800
lasts = 3600
id = "water-meter-5"
points = { flow = 2 }
""",
    )
    before, _ = play.at(0, "water-meter-5", "water-main")
    after, main = play.at(5400, "water-meter-5", "water-main")
    assert float(after["volume"]) - float(before["volume"]) == pytest.approx(5 + 2, abs=0.01)
    more = float(main["volume"]) - float(play.natural("water-main", 5400)["volume"])
    usual = float(play.natural("water-meter-5", 5400)["volume"]) - float(play.natural("water-meter-5", 0)["volume"])
    assert more == pytest.approx(7 - usual, abs=0.02)


def test_a_flow_that_a_rule_forces_is_counted_like_any_other(tmp_path: Path) -> None:
    play = Play(
        tmp_path,
        """
[[steps]]
at = 100
lasts = 7200
id = "weather"
rule = "rain-heavy"
""",
    )
    summed = 0.0
    for elapsed in range(0, 7400, 5):
        (said,), natural = play.at(elapsed, "weather"), play.natural("weather", elapsed)
        summed += (float(said["rain"]) - float(natural["rain"])) * 5 / 3600
        assert float(said["rain_24h"]) - float(natural["rain_24h"]) == pytest.approx(summed, abs=0.2), elapsed
    assert summed > 30


def test_a_meter_that_looks_back_forgets_what_is_too_old(tmp_path: Path) -> None:
    play = Play(
        tmp_path,
        """
[[steps]]
at = 3600
lasts = 1800
id = "weather"
points = { rain = { add = 20 } }
""",
    )
    more = []
    for elapsed in range(0, 100_000, 300):
        (said,) = play.at(elapsed, "weather")
        more.append(round(float(said["rain_24h"]) - float(play.natural("weather", elapsed)["rain_24h"]), 1))
    assert more[:13] == [0.0] * 13
    assert more[18:300] == pytest.approx([10.0] * 282, abs=0.11)
    assert more[303] == pytest.approx(5.0, abs=0.2)
    assert more[307:] == pytest.approx([0.0] * len(more[307:]), abs=0.11)


def test_what_a_flow_is_a_share_of_moves_its_meter_too(tmp_path: Path) -> None:
    play = Play(
        tmp_path,
        """
[[steps]]
at = 0
lasts = 7200
id = "ebike-east"
points = { ports_charging = 0 }
""",
    )
    (first,) = play.at(0, "ebike-east")
    (last,) = play.at(7200, "ebike-east")
    assert last["energy"] == first["energy"]
    assert float(play.natural("ebike-east", 7200)["energy"]) > float(first["energy"])
