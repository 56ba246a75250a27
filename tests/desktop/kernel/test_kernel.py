"""Clock, ids, bus and words do what every room relies on."""

from __future__ import annotations

import logging
import re
import string
import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.kernel.bus import Bus, Changed
from desktop.kernel.clock import from_ms, to_ms
from desktop.kernel.ids import deterministic_id, uuid7
from desktop.kernel.words import Words, catalogue


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
    st.binary(min_size=10, max_size=10),
)
def test_an_id_carries_its_instant_and_is_a_version_7(at: datetime, noise: bytes) -> None:
    made = uuid.UUID(uuid7(at, noise))
    assert made.version == 7 and made.variant == uuid.RFC_4122
    assert made.int >> 80 == to_ms(at)


@given(st.lists(st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)), min_size=2))
def test_ids_sort_as_they_were_made(instants: list[datetime]) -> None:
    instants = sorted({to_ms(at): at for at in instants}.values())
    made = [uuid7(at) for at in instants]
    assert made == sorted(made)


def test_two_ids_of_one_instant_differ() -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    assert len({uuid7(at) for _ in range(1000)}) == 1000


@given(st.lists(st.text(string.ascii_letters + "-", min_size=1), min_size=1, max_size=4))
def test_a_deterministic_id_depends_on_every_part_and_where_it_ends(parts: list[str]) -> None:
    assert deterministic_id(*parts) == deterministic_id(*parts)
    assert deterministic_id(*parts) != deterministic_id(*parts, "x")
    if len(parts) > 1:
        assert deterministic_id(*parts) != deterministic_id("".join(parts))


@given(st.integers(0, 4_102_444_800_000))
def test_milliseconds_go_there_and_back(ms: int) -> None:
    assert to_ms(from_ms(ms)) == ms


def test_the_bus_tells_subscribers_of_that_class_until_they_leave() -> None:
    bus, heard = Bus(), list[Changed]()
    leave = bus.subscribe(Changed, heard.append)
    event = Changed({"alarm": frozenset({"a"})})
    bus.publish(event)
    bus.publish("something else")
    leave()
    bus.publish(event)
    assert heard == [event]
    assert event.touches("case", "alarm") and not event.touches("case")


def test_a_subscriber_that_fails_does_not_silence_the_next(caplog: pytest.LogCaptureFixture) -> None:
    bus, heard = Bus(), list[str]()

    def fail(_: str) -> None:
        raise RuntimeError("deaf")

    bus.subscribe(str, fail)
    bus.subscribe(str, heard.append)
    with caplog.at_level(logging.ERROR):
        bus.publish("news")
    assert heard == ["news"]
    assert "a subscriber of str failed" in caplog.text


def test_both_languages_have_the_same_words_with_the_same_facts() -> None:
    zh, en = catalogue("zh"), catalogue("en")
    assert zh.keys() == en.keys()
    for key in zh:
        assert set(re.findall(r"{(\w+)", zh[key])) == set(re.findall(r"{(\w+)", en[key])), key


def test_no_word_is_empty_and_chinese_uses_its_own_punctuation() -> None:
    for key, text in catalogue("zh").items():
        assert text.strip(), key
        assert not re.search(r"[一-鿿][,;?!]|[一-鿿]\.(?:$|\s)", text), f"{key}: {text}"
    for key, text in catalogue("en").items():
        assert text.strip(), key
        assert not re.search(r"[，。；？！：]", text), f"{key}: {text}"


def test_a_text_of_a_data_file_falls_back_to_chinese() -> None:
    assert Words("en").of({"zh": "电梯"}) == "电梯"
    assert Words("en").of({"zh": "电梯", "en": "Lift"}) == "Lift"


def test_a_missing_word_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        Words("zh")("nowhere.nothing")
