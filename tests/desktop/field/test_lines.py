"""Whose a message is, and what of two lines that bring the same counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from desktop.field.reader import Message
from tests.desktop.field.alone import Alone, about


@pytest.fixture
def alone(tmp_path: Path, key: bytes) -> Iterator[Alone]:
    found = Alone(tmp_path, key)
    found.describe("gas-detector", "gas-1")
    found.describe("electricity-meter", "meter-1")
    yield found
    found.close()


def counted(alone: Alone, line_of: str = "both", thing: str = "gas-1", **values: float) -> int:
    """How many of a message's copies counted."""
    before = alone.intake.messages
    for line in ("urgent", "wide"):
        if line_of in ("both", line):
            alone.say(thing, values, line)  # type: ignore[arg-type]
    return alone.intake.messages - before


def test_what_protects_lives_comes_over_both_lines_and_counts_once(alone: Alone) -> None:
    assert counted(alone, concentration=1.0) == 2
    assert [topic.split("/")[-2] for topic in alone.intake.pair(99) if topic.endswith("/props")] == ["gas-1"]
    assert alone.intake.pair(99) == []
    assert counted(alone, concentration=2.0) == 1
    assert counted(alone, thing="meter-1", energy=1.0) == 2


def test_after_the_urgent_line_broke_nothing_is_passed_over(alone: Alone) -> None:
    alone.intake.pair(99)
    assert counted(alone, "urgent", concentration=2.0) == 1
    alone.intake.part()
    assert counted(alone, "wide", concentration=2.0) == 1
    assert alone.intake.pair(99)


def test_a_thing_that_came_back_has_its_line_again(alone: Alone) -> None:
    topics = set(alone.intake.pair(99))
    assert counted(alone, "urgent", concentration=2.0) == 1
    alone.intake.take([about("gas-1", "model")])
    alone.describe("gas-detector", "gas-1")
    # What the line brought before it went says nothing about now.
    assert counted(alone, "wide", concentration=2.0) == 1
    assert set(alone.intake.pair(99)) == topics
    assert counted(alone, concentration=3.0) == 1


def test_a_changed_description_keeps_the_line(alone: Alone) -> None:
    alone.intake.pair(99)
    assert counted(alone, "urgent", concentration=2.0) == 1
    alone.intake.take([about("gas-1", "model", {"model": "gas-detector", "name": "厨房"})])
    assert counted(alone, "wide", concentration=2.0) == 0
    assert alone.intake.pair(99) == []


def announced(device: str, unique: str, template: str) -> Message:
    config = {
        "name": unique, "unique_id": unique, "state_topic": "z2m/plug", "value_template": template,
        "device": {"identifiers": [device], "name": device},
    }  # fmt: skip
    return f"homeassistant/sensor/{unique}/config".encode(), msgspec.json.encode(config), True


@pytest.mark.parametrize(("gone", "left"), [(False, ["1", "2"]), (True, ["4"])])
def test_a_topic_of_two_things_is_heard_by_both_and_by_the_one_that_stays(
    alone: Alone, gone: bool, left: list[str]
) -> None:
    one, two = announced("one", "u1", "{{ value_json.a }}"), announced("two", "u2", "{{ value_json.b }}")
    alone.intake.take([one, two, (b"z2m/plug", b'{"a": 1, "b": 2}', False)])
    if gone:
        alone.intake.take([(one[0], b"", True), (b"z2m/plug", b'{"a": 3, "b": 4}', False)])
    assert sorted(map(str, alone.finish().values())) == left
    assert not alone.intake.rejected
