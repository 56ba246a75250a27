"""The life cycle against ISA-18.2's diagram, told another way: by the letters of its states and its arrows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.alarms.rules import Event, Life, State, after

EVENTS: tuple[Event, ...] = ("onset", "return", "acknowledge", "shelve", "unshelve", "out", "back")

# ISA-18.2-2016 figure 3: A normal, B unacknowledged, C acknowledged, D returned to normal unacknowledged, G shelved,
# I out of service. An arrow a line; what leaves G and I goes to A or B by whether the condition holds then.
DIAGRAM = """
A onset B
B acknowledge C
B return D
C return A
D acknowledge A
D onset B
B shelve G
C shelve G
D shelve G
"""
ARROWS = {(line.split()[0], line.split()[1]): line.split()[2] for line in DIAGRAM.split("\n") if line}
NAMES: dict[str, State] = {
    "A": "normal", "B": "unacknowledged", "C": "acknowledged", "D": "returned", "G": "shelved", "I": "out_of_service",
}  # fmt: skip


def by_the_diagram(events: list[Event]) -> State:
    """Where a list of events leads: the letter that is in force, and the letters that wait under it."""
    letter, condition, covers = "A", False, []
    for event in events:
        condition = {"onset": True, "return": False}.get(event, condition)
        if event == "out" and "I" not in covers:
            covers.append("I")
        elif event == "shelve" and not covers and (letter, event) in ARROWS:
            covers.append("G")
        elif event in ("unshelve", "back"):
            gone = "G" if event == "unshelve" else "I"
            if gone in covers:
                covers.remove(gone)
                letter = "B" if condition else "A"
        elif not covers:
            letter = ARROWS.get((letter, event), letter)
    return NAMES["I" if "I" in covers else "G" if "G" in covers else letter]


@given(st.lists(st.sampled_from(EVENTS), max_size=25))
def test_every_path_ends_where_the_diagram_says(events: list[Event]) -> None:
    life = Life()
    for event in events:
        life = after(life, event)
    assert life.state == by_the_diagram(events)


@given(st.lists(st.sampled_from(EVENTS), max_size=25), st.sampled_from(EVENTS))
def test_an_event_told_twice_is_told_once(events: list[Event], last: Event) -> None:
    life = Life()
    for event in [*events, last]:
        life = after(life, event)
    assert after(life, last) == life


@pytest.mark.parametrize(
    ("events", "state"),
    [
        (["onset"], "unacknowledged"),
        (["onset", "acknowledge"], "acknowledged"),
        (["onset", "acknowledge", "return"], "normal"),
        (["onset", "return"], "returned"),
        (["onset", "return", "acknowledge"], "normal"),
        (["onset", "return", "onset"], "unacknowledged"),
        (["onset", "acknowledge", "shelve"], "shelved"),
        (["onset", "acknowledge", "shelve", "unshelve"], "unacknowledged"),
        (["onset", "shelve", "return", "unshelve"], "normal"),
        (["onset", "shelve", "acknowledge", "unshelve"], "unacknowledged"),
        (["onset", "acknowledge", "out", "back"], "unacknowledged"),
        (["onset", "shelve", "out"], "out_of_service"),
        (["onset", "shelve", "out", "back"], "shelved"),
        (["shelve"], "normal"),
    ],
)
def test_the_paths_people_take(events: list[Event], state: State) -> None:
    life = Life()
    for event in events:
        life = after(life, event)
    assert life.state == state
