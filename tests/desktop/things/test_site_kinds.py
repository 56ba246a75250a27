"""A site's own kinds stand in its data folder, beside the program's and never over them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from db.open import open_records
from desktop.cli import main
from desktop.kernel.clock import SystemClock
from desktop.kernel.ids import uuid7
from desktop.security import keys
from desktop.things.loader import load_models, load_models_of
from resources.loader import folder

POOL = Path(__file__).parents[3] / "docs" / "examples" / "swimming-pool.tm.json"


@pytest.fixture
def things(tmp_path: Path) -> Path:
    found = tmp_path / "things"
    found.mkdir()
    return found


def test_without_the_folder_there_are_the_program_s_kinds(tmp_path: Path) -> None:
    assert load_models_of(tmp_path) == load_models()


def test_a_file_in_the_folder_is_a_kind_more(tmp_path: Path, things: Path) -> None:
    (things / POOL.name).write_bytes(POOL.read_bytes())
    loaded = load_models_of(tmp_path)
    assert loaded.refused == ()
    assert loaded.models.keys() - load_models().models.keys() == {"swimming-pool"}


def test_a_kind_of_the_program_s_is_not_shadowed(tmp_path: Path, things: Path) -> None:
    (things / "lift.tm.json").write_bytes(POOL.read_bytes())
    loaded = load_models_of(tmp_path)
    assert loaded.models["lift"] == load_models().models["lift"]
    (refused,) = loaded.refused
    assert (refused.file, refused.line) == (things / "lift.tm.json", 1)
    assert "lift is a kind of the program's" in refused.reason


def changed(**terms: Any) -> str:
    return json.dumps(json.loads(POOL.read_text(encoding="utf-8")) | terms, ensure_ascii=False, indent=2)


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"linli:icon": "no-such-icon"}, "no icon"),
        ({"linli:system": "pool"}, "Invalid enum value 'pool'"),
        ({"linli:colour": "blue"}, "linli:colour is no term of ours"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_reason_and_the_rest_loads(
    tmp_path: Path, things: Path, terms: dict[str, Any], reason: str
) -> None:
    (things / "pool-a.tm.json").write_text(changed(**terms), encoding="utf-8")
    (things / "pool-b.tm.json").write_bytes(POOL.read_bytes())
    loaded = load_models_of(tmp_path)
    assert "pool-b" in loaded.models
    (refused,) = loaded.refused
    assert refused.file.name == "pool-a.tm.json"
    assert refused.line > 0
    assert reason in refused.reason


@pytest.mark.parametrize("unit", ["kilowattage", "10 ms", "{}"])
def test_a_unit_nobody_knows_is_refused(tmp_path: Path, things: Path, unit: str) -> None:
    content = json.loads(POOL.read_text(encoding="utf-8"))
    content["properties"]["water_temperature"]["unit"] = unit
    (things / "pool.tm.json").write_text(json.dumps(content, indent=2), encoding="utf-8")
    (refused,) = load_models_of(tmp_path).refused
    assert f"no unit {unit!r}" in refused.reason
    line = (things / "pool.tm.json").read_text().splitlines()[refused.line - 1]
    assert '"unit"' in line


def test_the_example_in_the_documentation_is_the_example() -> None:
    told = (POOL.parents[1] / "thing-models.md").read_text(encoding="utf-8")
    fragment = re.search(r"^```json\n(\"free_chlorine\".*?)^```", told, re.MULTILINE | re.DOTALL)
    assert fragment
    content = json.loads(POOL.read_text(encoding="utf-8"))
    assert json.loads("{" + fragment[1] + "}")["free_chlorine"] == content["properties"]["free_chlorine"]
    (alarm,) = (rule for rule in content["linli:alarms"] if rule["name"] == "chlorine-low")
    for word in ("severity", "respondWithin", "when", "onDelay", "offDelay", "deadband", "title", "source"):
        assert f'"{word}": {json.dumps(alarm[word], ensure_ascii=False)}' in told, word


def test_every_icon_of_the_program_s_kinds_is_there() -> None:
    for model in load_models().models.values():
        assert folder("icons", f"{model.icon}.svg").exists(), model.kind


def test_the_self_test_tells_of_a_site_s_mistake(
    tmp_path: Path, things: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = SystemClock()
    records = open_records(tmp_path, keys.create_keys(tmp_path, None, open=True), lambda: uuid7(clock.now()))
    records.close()
    (things / "pool.tm.json").write_text(changed(**{"linli:icon": "no-such-icon"}), encoding="utf-8")
    assert main(["check", "--data-dir", str(tmp_path), "--json"]) == 1
    found = {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert not found["data_files"]["ok"]
    assert "pool.tm.json:" in found["data_files"]["detail"]
    assert "no-such-icon" in found["data_files"]["detail"]
