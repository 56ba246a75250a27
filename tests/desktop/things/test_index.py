"""An index as data of a model: the IAQI of HJ 633 with its vectors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.things.index import index_of
from desktop.things.loader import load_models
from desktop.things.model import Index
from resources.loader import folder


def iaqi(point: str) -> Index:
    found = load_models().models["air-station"].point(point)
    assert found is not None and found.index is not None
    return found.index


@pytest.mark.parametrize(
    ("value", "number", "grade"),
    [
        (0, 0, "优"), (12, 18, "优"), (35, 50, "优"), (36, 52, "良"), (75, 100, "良"), (100, 132, "轻度污染"),
        (115, 150, "轻度污染"), (150, 200, "中度污染"), (151, 201, "重度污染"), (250, 300, "重度污染"),
        (251, 301, "严重污染"), (500, 500, "严重污染"), (600, 500, "严重污染"), (-3, 0, "优"),
    ],
)  # fmt: skip
def test_fine_dust_has_the_index_of_the_standard(value: float, number: int, grade: str) -> None:
    found, called = index_of(iaqi("pm25"), value)
    assert (found, called.title["zh"]) == (number, grade)


def test_colours_are_those_of_the_standard() -> None:
    assert [grade.colour for grade in iaqi("pm25").grades][:4] == ["#00E400", "#FFFF00", "#FF7E00", "#FF0000"]


def test_a_live_value_is_not_called_the_index_of_a_day() -> None:
    for point in ("pm25", "pm10"):
        assert iaqi(point).title == {"zh": "实时 IAQI", "en": "Live IAQI"}


Break = Callable[[dict[str, Any]], None]
MISTAKES: list[tuple[Break, str]] = [
    (lambda i: i["steps"].insert(1, [35, 40]), "not above the one before"),
    (lambda i: i["steps"].append([600, 400]), "not above the one before"),
    (lambda i: i["grades"][2].update(to=90), "does not end above"),
    (lambda i: i["grades"].pop(), "ends below the last step"),
    (lambda i: i["grades"][0].update(colour="green"), "regex"),
    (lambda i: i["grades"][0]["title"].pop("en"), "no en"),
    (lambda i: i["title"].update(zh=" "), "no zh"),
    (lambda i: i.pop("source"), "source"),
    (lambda i: i.update(unit="x"), "unknown field"),
    (lambda i: i.update(steps=[[0, 0]]), "length"),
]


@pytest.mark.parametrize(("change", "reason"), MISTAKES)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, change: Break, reason: str) -> None:
    content = json.loads(folder("things", "air-station.tm.json").read_text(encoding="utf-8"))
    change(content["properties"]["pm25"]["linli:index"])
    file = tmp_path / "air-station.tm.json"
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    (refused,) = load_models(tmp_path).refused
    assert reason in refused.reason
    lines = file.read_text(encoding="utf-8").splitlines()
    begin, end = (next(n for n, line in enumerate(lines, 1) if f'"{name}": {{' in line) for name in ("pm25", "pm10"))
    assert begin < refused.line < end


def test_only_a_number_has_an_index(tmp_path: Path) -> None:
    content = json.loads(folder("things", "air-station.tm.json").read_text(encoding="utf-8"))
    content["properties"]["sensor_fault"]["linli:index"] = content["properties"]["pm25"]["linli:index"]
    (tmp_path / "air-station.tm.json").write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    (refused,) = load_models(tmp_path).refused
    assert "a boolean has no index" in refused.reason
