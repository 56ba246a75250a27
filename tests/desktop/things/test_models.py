"""Thing models: those that come with the program, and files with a mistake."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.things.loader import SUFFIX, load_models, schema_errors
from desktop.things.model import ONLINE, ThingModel
from resources.loader import folder

FILES = sorted(folder("things").glob("*" + SUFFIX))
KINDS = [file.name.removesuffix(SUFFIX) for file in FILES]
WATCHED_BY_DEVICES = {
    "COM-01", "COM-03", "COM-04", "COM-06",
    "PUB-01", "PUB-02", "PUB-03", "PUB-06", "PUB-07", "PUB-08", "PUB-09", "PUB-12", "PUB-13", "PUB-14", "PUB-16", "PUB-17",
    "PUB-18", "PUB-20", "PUB-21", "PUB-22", "PUB-23", "PUB-24", "PUB-25",
    "HOM-01", "HOM-03", "HOM-04", "ENV-01", "ENV-02", "ENV-03", "ENV-05", "SUP-04",
}  # fmt: skip
"""Rows of the indicator catalogue that devices tell about."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
Break = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def models() -> dict[str, ThingModel]:
    loaded = load_models()
    assert loaded.refused == ()
    return loaded.models


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_is_valid_by_the_w3c_schema(file: Path) -> None:
    assert [str(error) for error in schema_errors(file)] == []


def test_the_schema_check_finds_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "x.tm.json"
    file.write_text('{\n"@context": "https://www.w3.org/2022/wot/td/v1.1",\n"@type": "Thing"}')
    assert [error.line for error in schema_errors(file)] == [3]


def test_every_kind_loads(models: dict[str, ThingModel]) -> None:
    assert sorted(models) == sorted(KINDS)


def test_every_indicator_that_devices_tell_about_has_a_kind(models: dict[str, ThingModel]) -> None:
    assert {model.indicator for model in models.values()} >= WATCHED_BY_DEVICES


@pytest.mark.parametrize("kind", KINDS)
def test_a_panel_has_what_it_needs(models: dict[str, ThingModel], kind: str) -> None:
    model = models[kind]
    assert folder("icons", f"{model.icon}.svg").is_file()
    assert 1 <= sum(point.main for point in model.points) <= 3
    assert all(point.labels for point in model.points if point.enum or point.type == "boolean")


@pytest.mark.parametrize("kind", KINDS)
def test_an_alarm_says_what_to_do_in_both_languages_and_where_it_comes_from(
    models: dict[str, ThingModel], kind: str
) -> None:
    for rule in models[kind].alarms:
        for text in (rule.title, rule.cause, rule.consequence, rule.response):
            assert CHINESE.search(text["zh"]), rule.name
            assert text["en"].strip(), rule.name
            assert not CHINESE.search(text["en"]), rule.name
        assert CHINESE.search(rule.source["zh"]), rule.name
        assert rule.source["en"].strip(), rule.name


@pytest.mark.parametrize("kind", KINDS)
def test_an_alarm_that_concerns_life_is_urgent_and_asks_again(models: dict[str, ThingModel], kind: str) -> None:
    for rule in models[kind].alarms:
        assert not rule.life_safety or rule.priority in ("critical", "high"), rule.name
        assert not rule.life_safety or rule.priority != "critical" or rule.re_alarm > 0, rule.name


@pytest.mark.parametrize("kind", KINDS)
def test_a_panel_groups_every_value_that_is_not_drawn_large(models: dict[str, ThingModel], kind: str) -> None:
    model = models[kind]
    grouped = {name for group in model.panel.groups for name in group.points}
    assert grouped == {point.name for point in model.points if not point.main}


@pytest.mark.parametrize("kind", KINDS)
def test_every_case_an_alarm_names_is_defined(models: dict[str, ThingModel], kind: str) -> None:
    for rule in models[kind].alarms:
        assert rule.case is None or folder("cases", f"{rule.case}.yaml").is_file(), rule.name
        assert rule.case or not rule.start_case, rule.name


def test_the_fire_panel_is_a_mirror(models: dict[str, ThingModel]) -> None:
    """GB 50116: this program never resets, silences or shields."""
    model = models["fire-panel"]
    assert model.actions == ()
    assert not any(point.writable for point in model.points)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_notices_silence(models: dict[str, ThingModel], kind: str) -> None:
    rule = next(rule for rule in models[kind].alarms if rule.name == "offline")
    assert (rule.point, rule.when[0].equals, rule.comms) == (ONLINE, False, True)
    assert rule.on_delay > 0


def test_a_trapped_passenger_starts_the_case_of_its_own(models: dict[str, ThingModel]) -> None:
    trapped = [rule for rule in models["lift"].alarms if rule.name.startswith("trapped")]
    assert [(rule.case, rule.start_case, rule.life_safety, rule.latch) for rule in trapped] == [
        ("lift-entrapment", True, True, True)
    ] * 2


def test_a_kind_of_lift_reads_no_fault_code(models: dict[str, ThingModel]) -> None:
    # Code 08 differs between makers: what a code means stands in a maker's file, never in the kind.
    code = models["lift"].point("fault_code")
    assert code is not None
    assert not code.labels


@pytest.mark.parametrize(
    ("kind", "rule", "limit"),
    [
        ("waterlogging", "wet", 30), ("waterlogging", "deep", 100), ("waterlogging", "flooded", 250),
        ("gas-detector", "gas-low", 25), ("gas-detector", "gas-high", 50),
        ("confined-space", "h2s-high", 10), ("confined-space", "h2s-danger", 20), ("confined-space", "oxygen-low", 19.4),
        ("confined-space", "oxygen-high", 23.6), ("confined-space", "gas-low", 25), ("confined-space", "gas-high", 50),
        ("confined-space", "co-high", 30), ("care-water-meter", "little-water", 9.9), ("pump-set", "level-high-high", 95),
        ("camera", "retention-short", 29), ("water-tank", "cleaning-due", 183),
        ("water-tank", "ph-low", 6.49), ("water-tank", "ph-high", 8.51), ("water-tank", "level-high-high", 95),
        ("fire-water", "static-low", 0.069), ("ebike-charger", "too-long", 480),
        ("transformer", "fan-not-running", 100), ("transformer", "temperature-high", 130),
        ("transformer", "trip-temperature", 150),
        ("ventilation", "fans-not-started", 24), ("ventilation", "co-high", 30.1), ("ventilation", "co-danger", 200),
        ("electricity-meter", "voltage-high-a", 235.5), ("electricity-meter", "voltage-low-a", 197.9),
        ("power-distribution", "voltage-high-ab", 406.7), ("power-distribution", "voltage-low-ca", 353.3),
        ("optical-node", "rx-weak", -25.1), ("signal-probe", "very-weak", -116),
        ("noise-station", "loud-day", 55.1), ("noise-station", "loud-night", 45.1),
        ("waste-station", "nearly-full", 80), ("waste-station", "full", 95), ("waste-station", "bin-hot", 61),
    ],
)  # fmt: skip
def test_limits_from_the_standards(models: dict[str, ThingModel], kind: str, rule: str, limit: float) -> None:
    condition = next(one for one in models[kind].alarms if one.name == rule).when[0]
    assert limit in (condition.above, condition.below)


def test_a_gas_in_milligrams_says_at_what_temperature(models: dict[str, ThingModel]) -> None:
    """30 mg/m³ of carbon monoxide are 24.0 ppm at 0 °C and 25.8 at 20 °C."""
    gases = [
        point for kind in ("ventilation", "confined-space") for point in models[kind].points if point.unit == "mg/m3"
    ]
    assert len(gases) == 3
    for point in gases:
        assert all("20 °C" in title for title in (point.title["zh"], point.title["en"]))


def edited(tmp_path: Path, kind: str, change: Break) -> Path:
    content = json.loads(folder("things", f"{kind}.tm.json").read_text(encoding="utf-8"))
    change(content)
    file = tmp_path / f"{kind}.tm.json"
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return file


def alarm(content: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in content["linli:alarms"] if one["name"] == name)
    return found


MISTAKES: list[tuple[str, Break, str, str]] = [
    ("gas-detector", lambda c: alarm(c, "gas-low")["when"][0].update(above=26), '"above": 26', "over 25"),
    ("gas-detector", lambda c: alarm(c, "gas-high")["when"][0].update(above=51), '"above": 51', "over 50"),
    ("gas-detector", lambda c: alarm(c, "gas-low").update(deadband=-1), '"deadband": -1', ">= 0"),
    ("gas-detector", lambda c: alarm(c, "fault")["when"][0].update(equals="broken"), '"broken"', "never 'broken'"),
    ("lift", lambda c: alarm(c, "fault").update(onDelay=-2), '"onDelay": -2', ">= 0"),
    ("lift", lambda c: alarm(c, "stopped")["when"][0].update(point="ghost"), '"ghost"', "no property"),
    ("lift", lambda c: alarm(c, "stopped")["when"][0].update(differs=1), "", "exactly one"),
    ("lift", lambda c: alarm(c, "stopped")["when"][0].update(beneath=1), '"beneath"', "no 'beneath'"),
    ("lift", lambda c: alarm(c, "alarm-button")["when"][0].update(equals=1), "", "never 1"),
    ("lift", lambda c: alarm(c, "stopped").update(name="fault"), "", "two alarms"),
    ("lift", lambda c: alarm(c, "stopped").update(colour="red"), "", "unknown field"),
    ("lift", lambda c: c["properties"]["floor"].update(type="array"), '"array"', "Invalid enum value"),
    ("lift", lambda c: c["properties"]["floor"].update({"linli:mian": True}), '"linli:mian"', "no term of ours"),
    ("lift", lambda c: c["properties"]["direction"]["linli:labels"].update({"9": {"zh": "左", "en": "L"}}), '"9"', "never"),
    ("lift", lambda c: c["properties"]["floor"]["titles"].pop("en"), "", "missing required field `en`"),
    ("lift", lambda c: c.update({"@type": "Thing"}), '"@type"', "not a tm:ThingModel"),
    ("lift", lambda c: c.update({"linli:system": "lifts"}), '"linli:system"', "Invalid enum value"),
    ("waterlogging", lambda c: alarm(c, "wet")["when"][0].update(above=9000), '"above": 9000', "outside the range"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "change", "text", "reason"), MISTAKES)
def test_a_mistake_is_refused_with_line_and_reason(
    tmp_path: Path, kind: str, change: Break, text: str, reason: str
) -> None:
    file = edited(tmp_path, kind, change)
    loaded = load_models(tmp_path)
    assert loaded.models == {}
    (error,) = loaded.refused
    assert error.file == file
    assert reason in error.reason
    assert error.line > 0
    if text:
        assert text in file.read_text(encoding="utf-8").splitlines()[error.line - 1]


def test_a_stricter_gas_limit_is_allowed(tmp_path: Path) -> None:
    edited(tmp_path, "gas-detector", lambda c: alarm(c, "gas-low")["when"][0].update(above=20))
    assert "gas-detector" in load_models(tmp_path).models


def test_the_rest_loads_when_one_is_refused(tmp_path: Path) -> None:
    edited(tmp_path, "lift", lambda c: None)
    (tmp_path / "barrier.tm.json").write_text('{"titles": \n oops}')
    loaded = load_models(tmp_path)
    assert set(loaded.models) == {"lift"}
    assert [(error.file.name, error.line) for error in loaded.refused] == [("barrier.tm.json", 2)]


@pytest.mark.parametrize(
    ("kind", "action", "danger"),
    [
        ("barrier", "raise", "A"), ("barrier", "keep_open", "B"), ("gas-meter", "close_valve", "C"),
        ("energy-storage", "stop", "C"), ("ev-charger", "stop", "C"), ("ventilation", "stop_fans", "C"),
        ("lighting-circuit", "switch_off", "C"), ("public-address", "stop_background", "C"),
    ],
)  # fmt: skip
def test_what_opens_stops_or_takes_protection_away_is_no_harmless_act(
    models: dict[str, ThingModel], kind: str, action: str, danger: str
) -> None:
    [found] = [each.danger for each in models[kind].actions if each.name == action]
    assert found == danger


@pytest.mark.parametrize("path", sorted(folder("things").glob("*.tm.json")), ids=lambda path: path.name)
def test_every_act_says_how_dangerous_it_is(path: Path) -> None:
    acts = json.loads(path.read_text(encoding="utf-8")).get("actions", {})
    assert [name for name, act in acts.items() if "linli:danger" not in act] == []
