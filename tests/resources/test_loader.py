"""A mistake in a data file is told with file, line and reason."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from resources.loader import DataFileError, error_at, line_of, load


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    value: int


class Outer(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    parts: list[Inner]


GOOD = {
    "x.json": '{\n "name": "a",\n "parts": [\n  {"value": 1},\n  {"value": 2}\n ]\n}',
    "x.yaml": "name: a\nparts:\n  - value: 1\n  - value: 2\n",
    "x.toml": 'name = "a"\n[[parts]]\nvalue = 1\n[[parts]]\nvalue = 2\n',
}


@pytest.mark.parametrize("name", GOOD)
def test_the_three_forms_read_alike(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(GOOD[name], encoding="utf-8")
    assert load(path, Outer) == Outer("a", [Inner(1), Inner(2)])


@pytest.mark.parametrize(
    ("name", "text", "line", "words"),
    [
        ("a.json", '{\n "name": "a",\n "parts": [\n  {"value": 1},\n  {"value": "2"}\n ]\n}', 5, "Expected `int`"),
        ("a.yaml", "name: a\nparts:\n  - value: 1\n  - value: two\n", 4, "Expected `int`"),
        ("b.yaml", "name: a\nparts:\n  - value: 1\n    extra: 2\n", 3, "unknown field"),
        ("c.yaml", "name: a\nparts: [\n", 3, "expected"),
        ("d.json", '{\n "name": "a",\n "parts": [}\n', 3, "malformed"),
        ("e.toml", 'name = "a"\nparts = [\n', 0, ""),
        ("f.yaml", "name: a\n", 1, "missing required field"),
        ("g.yaml", "name: a\nparts:\n  - value: 1\n    value: 2\n", 4, "'value' stands twice"),
        ("h.json", '{\n "name": "a",\n "parts": [],\n "name": "b"\n}', 4, "'name' stands twice"),
        ("i.json", '{\n\t"name": "a",\n\t"parts": [],\n\t"name": "b"\n}', 0, "'name' stands twice"),
        ("j.toml", 'name = "a"\nparts = []\nname = "b"\n', 3, "overwrite"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, name: str, text: str, line: int, words: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataFileError) as caught:
        load(path, Outer)
    assert words in caught.value.reason
    if line:
        assert caught.value.line == line
    assert str(caught.value).startswith(f"{name}:")


def test_bytes_that_are_no_text_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"name: a\nparts: \xff\n")
    with pytest.raises(DataFileError) as caught:
        load(path, Outer)
    assert (caught.value.line, caught.value.reason) == (2, "not UTF-8")


def test_a_rule_can_point_at_the_value_it_refuses(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(GOOD["x.yaml"], encoding="utf-8")
    assert line_of(path, "$.parts[1].value") == 4
    assert error_at(path, "too small", "$.parts[0].value").line == 3


def test_a_table_of_toml_is_found_by_its_head(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('name = "x"\n\n[labels.lift.code]  # by code\n"7" = 1\n[labels.pump]\non = 2\n')
    assert [line_of(path, at) for at in ("$.labels", "$.labels.lift", "$.labels.lift.code", "$.labels.pump")] == [
        3,
        3,
        3,
        5,
    ]
    assert line_of(path, "$.labels.lif") == 0
