"""What would fail in a running simulator, on an empty tile or in an emergency is refused when the file is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.things.loader import load_models, load_models_of
from resources.loader import DataFileError, folder
from tests.desktop.things.test_site_kinds import POOL

Break = Callable[[dict[str, Any]], object]


def simulated(content: dict[str, Any], name: str, **terms: Any) -> None:
    content["properties"][name]["linli:simulate"] = terms


def refused(tmp_path: Path, change: Break) -> tuple[DataFileError, str]:
    """What is told of the pool with a change, and the line it is told of."""
    content = json.loads(POOL.read_text(encoding="utf-8"))
    change(content)
    (tmp_path / "things").mkdir(exist_ok=True)
    file = tmp_path / "things" / "pool.tm.json"
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    loaded = load_models_of(tmp_path)
    assert loaded.models == load_models().models
    (error,) = loaded.refused
    assert error.file == file
    return error, file.read_text(encoding="utf-8").splitlines()[error.line - 1]


MISTAKES: list[tuple[Break, str, str]] = [
    (lambda c: simulated(c, "ph", shape="wobble"), '"shape": "wobble"', "Invalid value 'wobble'"),
    (lambda c: simulated(c, "ph", shape="walk", low=7, high=7.4), '"linli:simulate"', "missing required field `period`"),
    (lambda c: simulated(c, "ph", shape="walk", low=7, high=99, period=9), '"high": 99', "never 99"),
    (lambda c: simulated(c, "pump_running", shape="follow", point="ghost", equals=True), '"ghost"', "no property"),
    (lambda c: simulated(c, "pump_running", shape="follow", point="ph", equals=True), '"equals"', "ph is never True"),
    (lambda c: simulated(c, "pump_running", shape="follow", point="ph"), '"linli:simulate"', "exactly one of equals"),
    (lambda c: simulated(c, "pump_running", shape="constant", value=1), '"value": 1', "never 1"),
    (lambda c: simulated(c, "pump_running", shape="walk", low=0, high=1, period=9), '"shape"', "no number"),
    (lambda c: simulated(c, "ph", shape="constant", value=15), '"value": 15', "never 15"),
    (lambda c: simulated(c, "ph", shape="share", of="ph", by=1), '"linli:simulate"', "looks at it"),
    (lambda c: simulated(c, "ph", shape="meter", of="turbidity"), '"of"', "cannot count 'turbidity'"),
    (
        lambda c: simulated(
            c, "pump_running", shape="constant", value=True, when={"point": "ph", "equals": "x"}, otherwise=False
        ),
        '"equals": "x"', "ph is never 'x'",
    ),
    (
        lambda c: simulated(
            c, "pump_running", shape="constant", value=True, when={"point": "ph", "equals": 7}, otherwise=3
        ),
        '"otherwise": 3', "never 3",
    ),
    (lambda c: simulated(c, "ph", shape="counter", perHour=1, during="turbidity"), '"during"', "cannot be told"),
    (lambda c: simulated(c, "ph", shape="counter", perHour=1, during="ghost"), '"during"', "no property"),
    (lambda c: simulated(c, "ph", shape="sum", of=["turbidity", "ghost"]), '"ghost"', "no property"),
    (lambda c: simulated(c, "ph", shape="sump", low=1, high=7, period=60, pumping=60), '"linli:simulate"', "less than"),
    (lambda c: simulated(c, "ph", shape="pumped", of="turbidity", above=1, period=9, pumping=3), '"shape"', "boolean"),
    (lambda c: c["events"]["chlorine_dosed"].update({"linli:simulate": {"perHour": -1}}), '"perHour": -1', ">= 0"),
    (lambda c: c["events"]["chlorine_dosed"].update({"linli:simulate": {"often": 3}}), '"linli:simulate"', "unknown field"),
    (lambda c: c["linli:alarms"][0].update(case="gas-alarmm"), '"gas-alarmm"', "no kind of case 'gas-alarmm'"),
    (lambda c: c["linli:alarms"][0].update(case=None, startCase=True), '"startCase"', "needs the case"),
    (lambda c: c["properties"]["water_filled"].update(unit="kg"), '"unit": "kg"', "added up in m³"),
    (lambda c: c.update({"linli:indicator": "PUB-99"}), '"PUB-99"', "no row 'PUB-99'"),
    (lambda c: [each.pop("linli:main", 0) for each in c["properties"].values()], '"properties"', "not 0"),
    (lambda c: [each.update({"linli:main": True}) for each in c["properties"].values()], '"linli:main"', "one to three"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "line", "reason"), MISTAKES, ids=[reason for _, _, reason in MISTAKES])
def test_a_mistake_is_refused_with_its_line(tmp_path: Path, change: Break, line: str, reason: str) -> None:
    error, found = refused(tmp_path, change)
    assert reason in error.reason
    assert line in found


def test_an_alarm_may_start_a_kind_of_case_of_the_site_s_own(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    mine = folder("cases", "task.yaml").read_text(encoding="utf-8").replace("name: task", "name: pool-closed", 1)
    (tmp_path / "cases" / "swimming.yaml").write_text(mine, encoding="utf-8")
    error, _ = refused(tmp_path, lambda c: c["linli:alarms"][0].update(case="swimming"))
    assert "no kind of case 'swimming'" in error.reason, "a kind is named by its file's words, not by its file"
    content = json.loads(POOL.read_text(encoding="utf-8"))
    content["linli:alarms"][0]["case"] = "pool-closed"
    (tmp_path / "things" / "pool.tm.json").write_text(json.dumps(content), encoding="utf-8")
    assert load_models_of(tmp_path).refused == ()


def test_every_case_a_definition_names_is_known_by_its_name() -> None:
    from desktop.cases.loading import load_definitions
    from desktop.things.checking import case_names

    assert case_names(folder("cases")) == {name for name, _ in load_definitions(folder("cases")).definitions}
