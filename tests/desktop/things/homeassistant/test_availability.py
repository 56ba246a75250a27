"""Whether a thing is there, in every way Home Assistant lets a device say it."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.things.dialect import Online
from tests.desktop.things.homeassistant.talk import Talk


def announced(**options: Any) -> Talk:
    talk = Talk()
    talk.announce("sensor/a", {"state_topic": "s", "device": {"identifiers": ["d"]}, **options})
    return talk


def test_without_availability_nothing_is_said() -> None:
    talk = announced()
    assert set(talk.known["ha-d"].bindings) == {"s"}


def test_one_topic_with_its_own_payloads() -> None:
    talk = announced(availability_topic="lwt", payload_available="Online", payload_not_available="Offline")
    assert talk.hear("lwt", "Online") == [Online(True)]
    assert talk.hear("lwt", "Offline") == [Online(False)]
    assert talk.hear("lwt", "online") == []
    assert talk.hear("lwt", "") == []


def test_a_template_reads_the_payload() -> None:
    talk = announced(avty_t="lwt", avty_tpl="{{ value_json.state }}")
    assert talk.hear("lwt", {"state": "online"}) == [Online(True)]
    assert talk.hear("lwt", {"other": 1}) == []


@pytest.mark.parametrize(
    ("mode", "said", "expected"),
    [
        ("all", ["1+"], []), ("all", ["1+", "2+"], [Online(True)]), ("all", ["1-"], [Online(False)]),
        ("all", ["1+", "2+", "1-"], [Online(False)]), ("any", ["1-"], []), ("any", ["1+"], [Online(True)]),
        ("any", ["1-", "2-"], [Online(False)]), ("any", ["1-", "2-", "2+"], [Online(True)]),
        ("latest", ["1-"], [Online(False)]), ("latest", ["1-", "2+"], [Online(True)]),
        ("latest", ["1+", "2-"], [Online(False)]),
    ],
)  # fmt: skip
def test_a_list_is_judged_by_its_mode(mode: str, said: list[str], expected: list[Online]) -> None:
    talk = announced(availability=[{"topic": "a1"}, {"t": "a2"}], availability_mode=mode)
    heard = [talk.hear(f"a{each[0]}", "online" if each[1] == "+" else "offline") for each in said]
    assert heard[-1] == expected


def test_latest_is_the_mode_where_none_is_named() -> None:
    talk = announced(availability=[{"topic": "a1"}, {"topic": "a2"}])
    assert talk.hear("a2", "online") == [Online(True)]


def test_what_was_said_outlives_a_new_announcement() -> None:
    both = [{"topic": "a1"}, {"topic": "a2"}]
    talk = announced(availability=both, availability_mode="all")
    talk.hear("a1", "online")
    talk.announce("sensor/b", {"stat_t": "s2", "dev": {"ids": ["d"]}, "avty": both, "avty_mode": "all"})
    assert talk.hear("a2", "online") == [Online(True)]


def test_a_thing_is_online_when_any_of_its_entities_is() -> None:
    talk = announced(availability_topic="a1")
    talk.announce("sensor/b", {"stat_t": "s2", "dev": {"ids": ["d"]}, "avty_t": "a2"})
    assert talk.hear("a1", "offline") == []
    assert talk.hear("a2", "online") == [Online(True)]
    assert talk.hear("a2", "offline") == [Online(False)]


def test_a_template_not_understood_is_told_and_leaves_the_state_unknown() -> None:
    talk = announced(availability_topic="lwt", availability_template="{{ states('x') }}")
    assert any("availability" in note and "states" in note for note in talk.thing.not_understood)
    assert "lwt" not in talk.known["ha-d"].bindings
