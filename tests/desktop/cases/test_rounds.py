"""Rounds: what is missed is named, what looks wrong is flagged, and nothing is refused."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from desktop.cases import rounds
from desktop.cases.values import is_blank, says
from desktop.cases.views import Point
from tests.desktop.cases.planned import points_field
from tests.support.fakes import START


def point(code: str) -> Point:
    return Point(code, f"点位 {code}", None, None, None, "看")


def round_of(*codes: str, ordered: bool = True) -> dict[str, Any]:
    return rounds.snapshot([point(code) for code in codes], ordered=ordered)


def visit(value: object, code: str, after: float = 0, **more: Any) -> dict[str, Any]:
    at = START + timedelta(seconds=after)
    return rounds.with_visit(value, code, **{"at": at, "way": "qr", "filed": at, **more})


def flags_of(value: object) -> list[tuple[str, ...]]:
    return [one.flags for one in rounds.visits(value)]


@pytest.mark.parametrize("text", ["P-01", " p-01 ", "linli:point:P-01", "LINLI:POINT:p-01\n"])
def test_a_scanned_label_and_a_typed_code_mean_the_same_point(text: str) -> None:
    assert rounds.code_of(text) == "P-01"


def test_a_label_says_its_code() -> None:
    assert rounds.label("P-01") == "linli:point:P-01"
    assert rounds.code_of(rounds.label("P-01")) == "P-01"


@pytest.mark.parametrize(
    ("text", "good"), [("P-01", True), ("", False), ("点", False), ("A B", False), ("A" * 25, False)]
)
def test_a_code_is_what_a_keyboard_and_a_label_can_hold(text: str, good: bool) -> None:
    assert rounds.is_code(text) is good


def test_a_round_nobody_began_is_blank_and_one_with_all_points_is_complete() -> None:
    value = round_of("A", "B")
    field = points_field()
    assert is_blank(value) and says(field, value) == {"blank"}
    value = visit(value, "A")
    assert "incomplete" in says(field, value)
    value = visit(value, "B", 60, ok=False)
    assert {"complete", "abnormal"} <= says(field, value)


def test_points_are_missed_one_by_one_in_the_order_of_the_route() -> None:
    value = visit(round_of("A", "B", "C", "D"), "B")
    assert [one.code for one in rounds.missed(value)] == ["A", "C", "D"]
    expected = rounds.expected(value)
    assert expected is not None and expected.code == "A"


def test_a_plain_walk_in_order_has_no_flags() -> None:
    value: object = round_of("A", "B", "C")
    for n, code in enumerate("ABC"):
        value = visit(value, code, 60 * n)
    assert flags_of(value) == [(), (), ()]
    assert rounds.progress(value) == (3, 3, 0, 0)


def test_out_of_order_is_flagged_only_where_the_route_has_an_order() -> None:
    assert flags_of(visit(round_of("A", "B"), "B")) == [("out_of_order",)]
    assert flags_of(visit(round_of("A", "B", ordered=False), "B")) == [()]


def test_typed_too_fast_twice_and_abnormal_are_flagged() -> None:
    value = visit(round_of("A", "B"), "A", way="typed")
    value = visit(value, "B", 19)
    value = visit(value, "B", 120, ok=False)
    assert flags_of(value) == [("typed",), ("too_fast",), ("twice", "abnormal")]
    assert rounds.progress(value) == (2, 2, 3, 1)


def test_twenty_seconds_between_two_points_are_enough() -> None:
    assert flags_of(visit(visit(round_of("A", "B"), "A"), "B", 20)) == [(), ()]


@pytest.mark.parametrize(("minutes", "late"), [(-1, True), (0, False), (60, False), (61, True)])
def test_outside_its_window_a_visit_is_late(minutes: int, late: bool) -> None:
    window = {"begins": START, "ends": START + timedelta(minutes=60)}
    value = visit(round_of("A"), "A", minutes * 60, **window)
    assert flags_of(value) == [("late",) if late else ()]


def test_what_is_noted_an_hour_after_it_happened_is_back_filed() -> None:
    value = visit(round_of("A"), "A", filed=START + timedelta(hours=1))
    assert flags_of(value) == [("back_filed",)]


def test_a_code_that_is_not_of_the_route_is_no_visit() -> None:
    with pytest.raises(KeyError):
        visit(round_of("A"), "Z")


def test_the_line_shows_what_was_visited_what_is_next_and_when_it_is_over_what_was_missed() -> None:
    value = visit(round_of("A", "B", "C", "D"), "A")
    value = visit(value, "B", 60, way="typed")
    assert [stop.standing for stop in rounds.stops(value)] == ["visited", "flagged", "next", "waiting"]
    assert [stop.standing for stop in rounds.stops(value, over=True)] == ["visited", "flagged", "missed", "missed"]
    bad = visit(value, "C", 120, ok=False, note=" 灭火器压力低 ")
    assert rounds.stops(bad)[2].standing == "abnormal"
    assert rounds.visits(bad)[2].note == "灭火器压力低"


def test_a_round_is_kept_as_plain_data() -> None:
    value = visit(round_of("A"), "A")
    assert json.loads(json.dumps(value)) == value
    assert rounds.route(value)[0] == point("A")
