"""Thing models: the eight that come with the program, and files with a mistake."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.things.loader import load_models, schema_errors
from desktop.things.model import ONLINE, ThingModel
from resources.loader import folder

KINDS = {
    "access-door", "barrier", "electricity-meter", "gas-detector", "lift", "lighting-circuit", "pump-set", "waterlogging",
}  # fmt: skip
FILES = sorted(folder("things").glob("*.tm.json"))
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


def test_all_eight_kinds_load(models: dict[str, ThingModel]) -> None:
    assert set(models) == KINDS


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_panel_has_what_it_needs(models: dict[str, ThingModel], kind: str) -> None:
    model = models[kind]
    assert folder("icons", f"{model.icon}.svg").is_file()
    assert 1 <= sum(point.main for point in model.points) <= 3
    assert all(point.labels for point in model.points if point.enum or point.type == "boolean")
    # A life-safety alarm is never of low rank, and every alarm says what to do in both languages.
    for rule in model.alarms:
        assert not rule.life_safety or rule.priority in ("critical", "high"), rule.name
        for text in (rule.title, rule.cause, rule.consequence, rule.response):
            assert text["zh"] != text["en"]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_notices_silence(models: dict[str, ThingModel], kind: str) -> None:
    rule = next(rule for rule in models[kind].alarms if rule.name == "offline")
    assert (rule.point, rule.when[0].equals) == (ONLINE, False)
    assert rule.on_delay > 0


@pytest.mark.parametrize(
    ("kind", "rule", "limit"),
    [
        ("waterlogging", "wet", 30), ("waterlogging", "deep", 100), ("waterlogging", "flooded", 250),
        ("gas-detector", "gas-low", 25), ("gas-detector", "gas-high", 50),
        ("pump-set", "level-high-high", 95),
    ],
)  # fmt: skip
def test_limits_from_the_standards(models: dict[str, ThingModel], kind: str, rule: str, limit: float) -> None:
    assert next(one for one in models[kind].alarms if one.name == rule).when[0].above == limit


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
