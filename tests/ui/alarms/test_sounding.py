"""What is heard: one tone a priority, again when it asks again, on and on for lives, and in a flood the highest alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.alarms.rules import State
from desktop.things.model import Priority
from tests.ui.alarms.made import NOW, alarm
from ui.alarms.sounding import Heard, asked, sounds

NOTHING = Heard(None, None)
LATER = NOW + timedelta(minutes=5)


@pytest.mark.parametrize("priority", ["critical", "high", "medium", "low"])
def test_each_priority_has_its_own_tone_and_sounds_once(priority: Priority) -> None:
    one = alarm(priority=priority)
    assert sounds({}, [one], flood=False) == Heard(priority, None)
    assert sounds(asked([one]), [one], flood=False) == NOTHING


def test_what_endangers_lives_goes_on_until_it_is_acknowledged_even_when_it_is_over() -> None:
    one = alarm(priority="critical", life_safety=True)
    assert sounds({}, [one], flood=False) == Heard("critical", "critical")
    over = replace(one, state="returned", returned_at=LATER)
    assert sounds(asked([one]), [over], flood=False) == Heard(None, "critical")
    assert sounds(asked([over]), [replace(one, state="acknowledged")], flood=False) == NOTHING


def test_an_alarm_that_asks_again_sounds_again() -> None:
    one = alarm(priority="medium")
    again = replace(one, asks_since=LATER)
    assert sounds(asked([one]), [again], flood=False).once == "medium"


def test_an_alarm_that_goes_up_a_step_sounds_again() -> None:
    one = alarm(priority="medium")
    assert sounds(asked([one]), [replace(one, escalated=1)], flood=False).once == "medium"


@pytest.mark.parametrize("state", ["shelved", "suppressed", "out_of_service", "acknowledged", "latched"])
def test_what_is_hidden_or_seen_is_silent(state: State) -> None:
    assert sounds({}, [alarm(state=state, life_safety=True)], flood=False) == NOTHING


def test_in_a_flood_only_the_highest_priority_sounds() -> None:
    high, low = alarm("h", priority="high"), alarm("l", priority="low")
    assert sounds(asked([high]), [high, low], flood=True) == NOTHING
    assert sounds(asked([high]), [high, low], flood=False).once == "low"
    assert sounds(asked([low]), [high, low], flood=True).once == "high"


def test_in_a_flood_a_danger_to_lives_is_heard_whatever_its_priority() -> None:
    critical, lift = alarm("c", priority="critical"), alarm("l", priority="high", life_safety=True)
    assert sounds(asked([critical]), [critical, lift], flood=True) == Heard("high", "high")


def test_at_the_first_look_what_stood_is_silent_unless_it_is_critical_or_endangers_lives() -> None:
    assert sounds(None, [alarm(priority="high")], flood=False) == NOTHING
    assert sounds(None, [alarm(priority="critical")], flood=False) == Heard("critical", None)
    over = alarm(priority="high", life_safety=True, state="returned")
    assert sounds(None, [over], flood=False) == Heard("high", "high")
