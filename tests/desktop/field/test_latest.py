"""The latest-value table gives back what was written, whole."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.field.latest import _SEQUENCE, MAX_TEXT, LatestTable, SharedTable
from desktop.things.model import Quality, Reading, Value

QUALITIES: list[Quality] = ["good", "uncertain", "stale", "offline", "bad", "none"]
values = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(max_size=15)
)


@pytest.fixture(params=["bytes", "shared"])
def table(request: pytest.FixtureRequest) -> Iterator[LatestTable]:
    found: LatestTable = LatestTable(8) if request.param == "bytes" else SharedTable(8)
    yield found
    found.release()


def test_a_slot_nobody_wrote_was_never_seen(table: LatestTable) -> None:
    assert table.reading(7) == Reading(None, "none", 0.0)


@given(values, st.sampled_from(QUALITIES), st.floats(0, 4e9), st.one_of(st.none(), st.floats(0, 4e9)))
def test_what_was_written_is_read(value: Value | None, quality: Quality, at: float, told: float | None) -> None:
    table = LatestTable(3)
    table.write(1, value, quality, at, told)
    got = table.reading(1)
    assert got == Reading(value, quality, at, told)
    assert type(got.value) is type(value)
    assert table.reading(0) == table.reading(2) == Reading(None, "none", 0.0)


@given(st.text())
def test_a_long_text_is_cut_between_characters(text: str) -> None:
    table = LatestTable(1)
    table.write(0, text, "good", 1.0)
    got = table.reading(0).value
    assert isinstance(got, str) and text.startswith(got)
    assert len(got.encode()) <= MAX_TEXT
    assert got == text or len(got.encode()) > MAX_TEXT - 4


def test_a_lone_surrogate_does_not_stop_the_table(table: LatestTable) -> None:
    table.write(0, "a\ud800b", "good", 1.0)
    assert table.reading(0).value == "a?b"


def test_an_integer_too_big_for_a_slot_is_kept_as_near_as_can_be(table: LatestTable) -> None:
    table.write(0, 2**70, "good", 1.0)
    assert table.reading(0).value == float(2**70)
    table.write(0, 10**400, "good", 1.0)
    assert table.reading(0).value == float("inf")


def test_clear_forgets_the_value(table: LatestTable) -> None:
    table.write(0, "up", "good", 5.0, 4.0)
    assert table.reading(0) == Reading("up", "good", 5.0, 4.0)
    table.clear(0)
    assert table.reading(0) == Reading(None, "none", 0.0)


@pytest.mark.parametrize("slot", [8, 9_999])
def test_a_slot_beyond_the_table_is_an_error(table: LatestTable, slot: int) -> None:
    with pytest.raises(IndexError):
        table.write(slot, 1, "good", 1.0)
    with pytest.raises(IndexError):
        table.reading(slot)


def test_a_half_written_slot_is_not_shown_and_heals_with_the_next_write(table: LatestTable) -> None:
    table.write(0, 1, "good", 1.0)
    table._words[_SEQUENCE] |= 1  # as a writer killed in the middle leaves it
    assert table.reading(0).quality == "none"
    table.write(0, 2, "good", 2.0)
    assert table.reading(0).value == 2


@given(st.lists(values, max_size=8))
def test_what_slots_say_as_yes_or_no_agrees_with_what_is_read(said: list[Value | None]) -> None:
    table = LatestTable(9)
    for slot, value in enumerate(said):
        table.write(slot, value, "good", 1.0)
    slots = range(8, -1, -1)
    read = [table.reading(slot).value for slot in slots]
    assert table.truths(slots) == tuple(value if isinstance(value, bool) else None for value in read)


def test_the_sequence_wraps(table: LatestTable) -> None:
    table._words[_SEQUENCE] = 0xFFFFFFFE
    table.write(0, 3, "good", 1.0)
    table.write(0, 4, "good", 1.0)
    assert table.reading(0).value == 4


def write_pairs(name: str, pipe: Connection) -> None:
    table = SharedTable(4, name)
    n = 0
    while not pipe.poll():
        for _ in range(1000):
            n += 1
            table.write(1, f"{n}:" + "x" * (n % 40) + f":{n}", "good", float(n), float(n))
    table.release()


def test_a_reader_in_another_process_never_sees_half_a_value() -> None:
    table = SharedTable(4)
    here, there = get_context("spawn").Pipe()
    writer = get_context("spawn").Process(target=write_pairs, args=(table.name, there), daemon=True)
    writer.start()
    try:
        seen: set[float] = set()
        beat = threading.Event()
        for _ in range(600):
            if seen:
                break
            if table.reading(1).quality == "good":
                seen.add(table.reading(1).at)
            beat.wait(0.05)
        # At least so many, and until the writer had its turn a few times: on a busy machine it may not get one for long.
        reads, end = 0, time.monotonic() + 60
        while (reads < 20_000 or len(seen) <= 10) and time.monotonic() < end:
            reads += 1
            got = table.reading(1)
            if got.quality == "none":
                continue
            assert isinstance(got.value, str)
            first, _, last = got.value.split(":")
            assert float(first) == float(last) == got.at == got.device_at
            seen.add(got.at)
        assert len(seen) > 10
    finally:
        here.send("stop")
        writer.join(20)
        table.release()
        here.close()
        there.close()
