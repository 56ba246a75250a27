"""Slots and the outbox stay within their bounds, and say what they gave up."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from desktop.field.messages import AlarmChange, FromField, Happened
from desktop.field.outbox import MOST_EVENTS, Outbox
from desktop.field.slots import QUARANTINE, Slots


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 9)), max_size=80))
def test_no_slot_belongs_to_two(steps: list[tuple[bool, int]]) -> None:
    held: list[tuple[int, int]] = []
    slots, now = Slots(64), 0.0
    for give_back, count in steps:
        now += QUARANTINE / 2
        if give_back and held:
            first_held, size = held.pop(0)
            slots.give(first_held, size, now)
            continue
        first = slots.take(count, now)
        if first is not None:
            held.append((first, count))
    used = [slot for first, count in held for slot in range(first, first + count)]
    assert len(used) == len(set(used)) and all(0 <= slot < 64 for slot in used)


def test_slots_rest_before_they_are_given_again() -> None:
    slots = Slots(8)
    assert slots.take(4, 0.0) == 0 and slots.take(4, 0.0) == 4
    slots.give(0, 4, 0.0)
    slots.give(4, 4, 0.0)
    assert slots.take(1, QUARANTINE - 1) is None
    assert slots.take(8, QUARANTINE) == 0


def alarm(seq: int) -> AlarmChange:
    return AlarmChange(
        seq=seq, alarm_id=str(seq), thing_id="t", thing_name="t", kind="k", point="p", rule="r", priority="high",
        active=True, onset_ms=0, at_ms=0, value=1, limit=1, unit="", title={}, cause={}, consequence={}, response={},
    )  # fmt: skip


def test_a_slow_listener_loses_old_events_and_no_alarm() -> None:
    told: list[FromField] = []
    go = threading.Event()

    def slow(message: FromField) -> None:
        go.wait(30)
        told.append(message)

    box = Outbox(slow)
    box.start()
    for n in range(MOST_EVENTS + 500):
        box.put(Happened("t", "passage", n, {}))
        box.put(alarm(n))
    go.set()
    box.stop()
    assert [m.seq for m in told if isinstance(m, AlarmChange)] == list(range(MOST_EVENTS + 500))
    events = [m.at_ms for m in told if isinstance(m, Happened)]
    assert events[-1] == MOST_EVENTS + 499
    assert len(events) + box.dropped_events == MOST_EVENTS + 500
