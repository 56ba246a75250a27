"""The life cycle against ISA-18.2's diagram, told another way: by the letters of its states and its arrows."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.alarms.rules import Event, Life, State, after

EVENTS: tuple[Event, ...] = get_args(Event)

# ISA-18.2-2016 figure 3: A normal, B unacknowledged, C acknowledged, D returned to normal unacknowledged, E latched
# unacknowledged, F latched acknowledged; over them G shelved, H suppressed by design, I out of service. An arrow a line.
# What comes out from under the last of G, H and I goes to B while the condition holds; else to A, or to F by a latch.
PLAIN = """
A onset B
B acknowledge C
B return D
C return A
C realarm B
D acknowledge A
D onset B
"""
LATCHING = """
A onset B
B acknowledge C
B return E
C return F
C realarm B
E acknowledge F
E onset B
F onset B
F reset A
"""
COVERS = {"shelve": "G", "suppress": "H", "out": "I"}
LIFTS = {"unshelve": "G", "unsuppress": "H", "back": "I"}
NAMES: dict[str, State] = {
    "A": "normal", "B": "unacknowledged", "C": "acknowledged", "D": "returned", "E": "returned", "F": "latched",
    "G": "shelved", "H": "suppressed", "I": "out_of_service",
}  # fmt: skip


def arrows(text: str) -> dict[tuple[str, str], str]:
    return {(line.split()[0], line.split()[1]): line.split()[2] for line in text.split("\n") if line}


def by_the_diagram(events: list[Event], latch: bool) -> State:
    """Where a list of events leads: the letter that is in force, and what covers it."""
    steps = arrows(LATCHING if latch else PLAIN)
    letter, condition, covers = "A", False, set[str]()
    for event in events:
        condition = {"onset": True, "return": False}.get(event, condition)
        if event == "onset" and covers:
            letter = "B"
        elif event == "out":
            covers.add("I")
        elif (event == "shelve" and not covers and letter != "A") or (event == "suppress" and condition):
            covers.add(COVERS[event])
        elif event in LIFTS and LIFTS[event] in covers:
            covers.remove(LIFTS[event])
            if not covers:
                letter = "B" if condition else "F" if latch and letter != "A" else "A"
        elif not covers:
            letter = steps.get((letter, event), letter)
        elif event == "return" and letter == "C" and not latch:
            letter = "A"
    shown = next((cover for cover in "IGH" if cover in covers), letter)
    return NAMES[shown]


@settings(max_examples=500)
@given(st.lists(st.sampled_from(EVENTS), max_size=25), st.booleans())
def test_every_path_ends_where_the_diagram_says(events: list[Event], latch: bool) -> None:
    life = Life(latch=latch)
    for event in events:
        life = after(life, event)
    assert life.state == by_the_diagram(events, latch)


@given(st.lists(st.sampled_from(EVENTS), max_size=25), st.sampled_from(EVENTS), st.booleans())
def test_an_event_told_twice_is_told_once(events: list[Event], last: Event, latch: bool) -> None:
    life = Life(latch=latch)
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
        (["onset", "acknowledge", "realarm"], "unacknowledged"),
        (["onset", "realarm", "acknowledge"], "acknowledged"),
        (["onset", "suppress"], "suppressed"),
        (["onset", "suppress", "acknowledge", "unsuppress"], "unacknowledged"),
        (["onset", "acknowledge", "suppress", "unsuppress"], "unacknowledged"),
        (["onset", "suppress", "return", "unsuppress"], "normal"),
        (["suppress"], "normal"),
        (["onset", "return", "suppress"], "returned"),
        (["onset", "shelve", "suppress", "unshelve"], "suppressed"),
        (["onset", "return", "reset"], "returned"),
    ],
)
def test_the_paths_people_take(events: list[Event], state: State) -> None:
    life = Life()
    for event in events:
        life = after(life, event)
    assert life.state == state


@pytest.mark.parametrize(
    ("events", "state"),
    [
        (["onset", "return"], "returned"),
        (["onset", "return", "acknowledge"], "latched"),
        (["onset", "acknowledge", "return"], "latched"),
        (["onset", "acknowledge", "return", "reset"], "normal"),
        (["onset", "acknowledge", "reset"], "acknowledged"),
        (["onset", "return", "reset"], "returned"),
        (["onset", "acknowledge", "return", "onset"], "unacknowledged"),
        (["onset", "shelve", "return", "unshelve"], "latched"),
        (["onset", "acknowledge", "return", "shelve", "reset", "unshelve"], "latched"),
        (["onset", "acknowledge", "return", "reset", "shelve"], "normal"),
    ],
)
def test_a_latching_alarm_stays_until_it_is_reset(events: list[Event], state: State) -> None:
    life = Life(latch=True)
    for event in events:
        life = after(life, event)
    assert life.state == state
