"""What the trends page reckons with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.things.model import Point
from ui.trends.rules import MOST, SPANS, Pick, figures, is_steps, pick_of, read_selection, selection_of, silence
from ui.trends.saved import View, load_views, save_views, with_view

NAMES = st.text("abcXYZ019-_:.", min_size=1, max_size=12)
PICKS = st.lists(st.builds(Pick, NAMES, NAMES), min_size=1, max_size=MOST, unique=True)


def point(**more: object) -> Point:
    facts: dict[str, object] = {"name": "p", "title": {"zh": "压力"}, "type": "number", "history": "every"}
    return Point(**{**facts, **more})  # type: ignore[arg-type]


@dataclass(frozen=True)
class B:
    at_ms: int
    low: float = 0.0
    high: float = 0.0
    mean: float = 0.0
    last: float = 0.0
    count: int = 1


@given(PICKS, st.sampled_from(list(SPANS)))
def test_a_selection_comes_back_as_it_was_told(picks: list[Pick], span: str) -> None:
    assert read_selection(selection_of(picks, span)) == (picks, span)


def test_a_thing_may_hold_slashes_and_an_at_sign() -> None:
    assert pick_of("ha-a/b/level") == Pick("ha-a/b", "level")
    assert read_selection("pump@home/level") == ([Pick("pump@home", "level")], "")


@pytest.mark.parametrize("text", ["", "pump", "/level", "pump/", ",,", "@day"])
def test_what_names_no_point_is_left_out(text: str) -> None:
    assert read_selection(text)[0] == []


def test_a_point_named_twice_is_shown_once_and_no_more_than_fit() -> None:
    assert read_selection("a/b,a/b")[0] == [Pick("a", "b")]
    assert len(read_selection(",".join(f"a/{n}" for n in range(20)))[0]) == MOST


@given(
    st.lists(st.tuples(st.floats(1, 5000), st.floats(-1e6, 1e6)), min_size=1, max_size=60),
    st.floats(10, 1e5), st.floats(0, 1e4),
)  # fmt: skip
def test_the_figures_hold_what_was_seen(samples: list[tuple[float, float]], gap: float, after: float) -> None:
    at, values, t = [], [], 0.0
    for apart, value in samples:
        t += apart
        at.append(t)
        values.append(value)
    found = figures(at, values, values, values, values, gap, t + after)
    assert found is not None
    assert found.low == min(values) and found.high == max(values) and found.last == values[-1]
    assert found.low <= found.mean <= found.high


def test_a_burst_counts_no_more_than_the_time_it_took() -> None:
    # Ten minutes at 0, then sixty samples of 100 within a minute.
    at = [0.0, *(600.0 + n for n in range(60))]
    values = [0.0] + [100.0] * 60
    found = figures(at, values, values, values, values, math.inf, 660.0)
    assert found is not None and found.mean == pytest.approx(100 * 60 / 660)


def test_a_silence_counts_for_no_value() -> None:
    found = figures([0.0, 86400.0], [10.0, 0.0], [10.0, 0.0], [10.0, 0.0], [10.0, 0.0], 60.0, 86460.0)
    assert found is not None and found.mean == pytest.approx(5.0)


def test_nothing_seen_has_no_figures() -> None:
    assert figures([], [], [], [], [], 60.0, 100.0) is None


def test_a_switch_may_be_silent_and_a_steady_voice_may_not() -> None:
    switch = point(type="boolean", history="change")
    assert is_steps(switch) and silence(switch, []) == math.inf
    assert silence(point(stale_after=40.0), []) == 60.0
    day = [B(n * 86_400_000) for n in range(5)]
    assert silence(point(), day) == pytest.approx(2.1 * 86400)


def test_views_are_kept_by_name_and_a_damaged_file_is_none(tmp_path: Path) -> None:
    assert load_views(tmp_path) == []
    views = with_view(with_view([], View("水泵", "a/b@day")), View("电梯", "c/d@hour"))
    views = with_view(views, View("水泵", "a/c@week"))
    save_views(tmp_path, views)
    assert {view.name: view.selection for view in load_views(tmp_path)} == {"水泵": "a/c@week", "电梯": "c/d@hour"}
    (tmp_path / "trends.json").write_text("{", encoding="utf-8")
    assert load_views(tmp_path) == []
