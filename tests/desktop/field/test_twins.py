"""Two lines bring the same: each message counts, once where both are whole, and never an old one last."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from desktop.field.twins import MOST_AHEAD, LineName, Twin

whole = st.lists(st.sampled_from([b"on", b"off", b"3"]), max_size=12)
turns = st.lists(st.booleans(), max_size=40)


def first(twin: Twin, payloads: Sequence[bytes], line: LineName) -> list[bytes]:
    """What of a line's live messages counts."""
    return [payload for payload in payloads if twin.first(payload, False, line)]


def heard(urgent: Sequence[bytes], wide: Sequence[bytes], order: Sequence[bool]) -> list[bytes]:
    """What counts when the lines take turns as `order` says; what is left comes at the end, the wide line's last."""
    twin, found = Twin(), list[bytes]()
    queues: dict[LineName, list[bytes]] = {"urgent": list(urgent), "wide": list(wide)}
    names: list[LineName] = ["urgent" if turn else "wide" for turn in order]
    for name in [*names, *["urgent"] * len(urgent), *["wide"] * len(wide)]:  # type: ignore[list-item]
        if queues[name]:
            found += first(twin, [queues[name].pop(0)], name)
    return found


@given(whole, turns)
def test_of_two_whole_lines_everything_counts_once_and_in_order(said: list[bytes], order: list[bool]) -> None:
    assert heard(said, said, order) == said


@given(st.lists(st.integers(0, 9), max_size=12, unique=True), st.sets(st.integers(0, 11)), st.booleans(), turns)
def test_what_one_line_loses_counts_by_the_other(
    said: list[int], lost: set[int], wide_loses: bool, order: list[bool]
) -> None:
    all_of = [str(n).encode() for n in said]
    some = [message for n, message in enumerate(all_of) if n not in lost]
    found = heard(all_of, some, order) if wide_loses else heard(some, all_of, order)
    assert set(found) == set(all_of)
    assert found[-1:] == all_of[-1:]


def test_what_a_line_replays_is_not_taken_for_a_copy() -> None:
    twin = Twin()
    assert twin.first(b"on", True, "wide") and twin.first(b"on", True, "urgent")
    assert first(twin, [b"on"], "wide") == [b"on"]


def test_a_line_that_brings_nothing_takes_no_room_without_end() -> None:
    twin = Twin()
    said = [str(n).encode() for n in range(3 * MOST_AHEAD)]
    assert first(twin, said, "urgent") == said
    assert first(twin, said[-MOST_AHEAD:], "wide") == []
