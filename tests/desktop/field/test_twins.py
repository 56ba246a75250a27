"""Two lines bring the same: each message counts, once where both are whole, and never an old one last."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from desktop.field.reader import Message
from desktop.field.twins import MOST_AHEAD, LineName, Twins

TOPIC, OTHER = b"gas-1/props", b"meter-1/props"
whole = st.lists(st.sampled_from([b"on", b"off", b"3"]), max_size=12)
turns = st.lists(st.booleans(), max_size=40)


def messages(payloads: Sequence[bytes], topic: bytes = TOPIC) -> list[Message]:
    return [(topic, payload, False) for payload in payloads]


def heard(urgent: list[Message], wide: list[Message], order: Sequence[bool]) -> list[bytes]:
    """What counts when the lines take turns as `order` says; what is left comes at the end, the wide line's last."""
    twins, found = Twins(), list[Message]()
    twins.pair([TOPIC])
    queues: dict[LineName, list[Message]] = {"urgent": list(urgent), "wide": list(wide)}
    names: list[LineName] = ["urgent" if turn else "wide" for turn in order]
    for name in [*names, *["urgent"] * len(urgent), *["wide"] * len(wide)]:  # type: ignore[list-item]
        if queues[name]:
            found += twins.first([queues[name].pop(0)], name)
    return [payload for _, payload, _ in found]


@given(whole, turns)
def test_of_two_whole_lines_everything_counts_once_and_in_order(said: list[bytes], order: list[bool]) -> None:
    assert heard(messages(said), messages(said), order) == said


@given(st.lists(st.integers(0, 9), max_size=12, unique=True), st.sets(st.integers(0, 11)), st.booleans(), turns)
def test_what_one_line_loses_counts_by_the_other(
    said: list[int], lost: set[int], wide_loses: bool, order: list[bool]
) -> None:
    all_of = messages([str(n).encode() for n in said])
    some = [message for n, message in enumerate(all_of) if n not in lost]
    found = heard(all_of, some, order) if wide_loses else heard(some, all_of, order)
    assert set(found) == {payload for _, payload, _ in all_of}
    assert found[-1:] == [payload for _, payload, _ in all_of[-1:]]


def test_a_topic_that_one_line_brings_is_never_passed_over() -> None:
    twins = Twins()
    twins.pair([TOPIC])
    twice = messages([b"on", b"on"], OTHER)
    assert twins.first(twice, "wide") == twice and twins.first(twice, "urgent") == twice


def test_what_a_line_replays_is_not_taken_for_a_copy() -> None:
    twins = Twins()
    twins.pair([TOPIC])
    replayed: list[Message] = [(TOPIC, b"on", True)]
    assert twins.first(replayed, "wide") == replayed and twins.first(replayed, "urgent") == replayed
    assert twins.first(messages([b"on"]), "wide") == messages([b"on"])


def test_after_the_urgent_line_broke_nothing_is_passed_over() -> None:
    twins = Twins()
    twins.pair([TOPIC])
    assert twins.first(messages([b"on", b"off"]), "urgent")
    twins.part()
    assert twins.first(messages([b"on"]), "wide") == messages([b"on"])


def test_a_line_that_brings_nothing_takes_no_room_without_end() -> None:
    twins = Twins()
    twins.pair([TOPIC])
    said = messages([str(n).encode() for n in range(3 * MOST_AHEAD)])
    assert twins.first(said, "urgent") == said
    assert twins.first(said[-MOST_AHEAD:], "wide") == []
