"""Floods by count, groups by what they hang on, chatter with what would quiet it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.alarms.flood import annunciations, groups, in_flood, proposals
from desktop.alarms.views import AlarmView
from desktop.things.model import Priority, Value
from tests.support.fakes import START

TEXT = {"zh": "报警", "en": "Alarm"}


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def alarm(
    id_: str,
    onset: float = 0,
    returned: float | None = None,
    *,
    thing: str = "pump",
    rule: str = "high",
    priority: Priority = "medium",
    value: Value | None = True,
    limit: Value | None = None,
    unit: str = "",
    place: tuple[str, ...] = (),
    life_safety: bool = False,
) -> AlarmView:
    return AlarmView(
        id=id_, thing_id=thing, thing_name=thing, thing_kind="pump", place_id=None, place_path=place, point="level",
        rule=rule, priority=priority, life_safety=life_safety, state="unacknowledged", value=value, limit=limit,
        unit=unit, title=TEXT, cause=TEXT, consequence=TEXT, response=TEXT, onset_at=at(onset),
        returned_at=None if returned is None else at(returned), acknowledged_at=None, acknowledged_by_name=None,
        shelved_until=None, case_id=None, case_number=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("count", "was", "flood"), [(10, False, False), (11, False, True), (5, True, True), (4, True, False)]
)
def test_a_flood_begins_above_ten_in_ten_minutes_and_ends_below_five(count: int, was: bool, flood: bool) -> None:
    assert in_flood([at(n) for n in range(count)], at(599), was) is flood


def test_what_is_older_than_ten_minutes_or_not_yet_does_not_count() -> None:
    sounded = [at(n) for n in range(11)]
    assert in_flood(sounded, at(599), False)
    assert not in_flood(sounded, at(600), False)
    assert not in_flood(sounded, at(9), False)


@given(st.lists(st.integers(0, 3000), max_size=60).map(sorted))
def test_between_five_and_ten_it_stays_as_it_was(seconds: list[int]) -> None:
    was = False
    for now in range(0, 3600, 30):
        count = len([one for one in seconds if now - 600 < one <= now])
        told = in_flood([at(one) for one in seconds], at(now), was)
        assert told is (count > 10 or (was and count >= 5))
        was = told


def test_hidden_alarms_do_not_sound() -> None:
    shown, hidden = alarm("a", 5), [replace(alarm("b"), state=s) for s in ("shelved", "suppressed", "out_of_service")]
    assert annunciations([shown, *hidden]) == [at(5)]


def test_what_was_hidden_at_its_onset_sounds_when_it_comes_to_ask() -> None:
    tried = replace(alarm("tried", 5), state="normal", silent="out_of_service")
    uncovered = replace(alarm("uncovered", 5), silent="shelved", asks_since=at(300))
    again = replace(alarm("again", 10), asks_since=at(400))
    first = replace(alarm("first", 20), asks_since=at(20))
    assert annunciations([tried, uncovered, again, first]) == [at(10), at(20), at(300), at(400)]


def test_what_is_tried_under_maintenance_proposes_nothing() -> None:
    tried = [alarm(f"t{n}", n * 10, n * 10 + 5) for n in range(4)]
    assert proposals(tried) != ()
    assert proposals([replace(one, silent="out_of_service") for one in tried]) == ()


def test_alarms_of_one_root_are_one_line_with_its_first_out_marked() -> None:
    parents = {"valve": "bridge", "pump": "bridge", "bridge": "gateway"}
    found = groups(
        [
            alarm("late", 400, thing="valve"),
            alarm("worst", 430, thing="pump", priority="critical"),
            alarm("next", 455, thing="bridge"),
            alarm("before", 0, thing="gateway"),
            alarm("other", 900, thing="lift"),
        ],
        parents, flood=False,
    )  # fmt: skip
    assert [(group.key, group.head.id, group.more, group.first) for group in found] == [
        ("thing:gateway", "worst", 3, "late"),
        ("alarm:other", "other", 0, None),
    ]
    assert [one.id for one in found[0].alarms] == ["worst", "before", "late", "next"]


def test_a_gap_of_more_than_a_minute_ends_a_burst() -> None:
    for gap, first in ((60, "a"), (61, None)):
        (group,) = groups([alarm("a"), alarm("b", gap)], {}, flood=False)
        assert group.first == first


def test_a_flood_draws_lonely_alarms_together_by_building() -> None:
    alarms = [
        alarm("a", thing="a", place=("3号楼", "泵房")),
        alarm("b", thing="b", place=("3号楼", "1层"), priority="high"),
        alarm("c", thing="c", place=("5号楼",)),
        alarm("d", thing="d"),
        alarm("e", thing="e"),
    ]
    assert len(groups(alarms, {}, flood=False)) == 5
    found = groups(alarms, {}, flood=True)
    first = found[0]
    assert (first.key, first.thing_id, first.place_path, first.more) == ("place:3号楼", None, ("3号楼",), 1)
    assert len(found) == 4


@given(
    st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 600), st.sampled_from(["x", "y", ""])), max_size=30),
    st.dictionaries(st.sampled_from("abcde"), st.sampled_from("abcdef"), max_size=5),
    st.booleans(),
)
def test_no_alarm_is_lost_or_doubled_by_grouping_even_in_a_ring_of_parents(
    made: list[tuple[str, int, str]], parents: dict[str, str], flood: bool
) -> None:
    alarms = [
        alarm(f"a{n}", onset, thing=thing, place=(place,) if place else ())
        for n, (thing, onset, place) in enumerate(made)
    ]
    found = groups(alarms, parents, flood)
    assert sorted(one.id for group in found for one in group.alarms) == sorted(one.id for one in alarms)
    assert len({group.key for group in found}) == len(found)
    for group in found:
        assert group.first is None or group.first in {one.id for one in group.alarms}


def chatter(count: int, every: float, hit: float, **more: object) -> list[AlarmView]:
    return [alarm(f"c{n}", n * every, n * every + hit, **more) for n in range(count)]  # type: ignore[arg-type]


def test_three_transitions_in_a_minute_are_chatter_and_two_are_not() -> None:
    assert proposals([alarm("a", 0, 30)]) == ()
    assert proposals([alarm("a", 0, 30), alarm("b", 91, 121), alarm("c", 200, 300)]) == ()
    (found,) = proposals([alarm("a", 0, 30), alarm("b", 60, 90)])
    assert (found.per_minute, found.rule) == (3, "high")


def test_short_hits_wait_longer_before_they_count() -> None:
    (found,) = proposals(chatter(6, 10, 7))
    assert (found.change, found.value, found.unit, found.why) == ("on_delay", 10, "s", "short_hits")


def test_where_one_hit_counts_nothing_comes_later() -> None:
    for more in ({"life_safety": True}, {"priority": "critical"}):
        (found,) = proposals(chatter(6, 10, 2, value=26.0, limit=25, unit="%LEL", **more))
        assert (found.change, found.value, found.why) == ("off_delay", 10, "every_hit_counts")


def test_a_value_about_its_limit_gets_a_deadband() -> None:
    (found,) = proposals(chatter(6, 10, 5, value=251.0, limit=250, unit="mm"))
    assert (found.change, found.value, found.unit, found.why) == ("deadband", 5, "mm", "hovers")
    (far,) = proposals(chatter(6, 10, 5, value=400.0, limit=250, unit="mm"))
    assert far.change == "on_delay"


def test_the_worst_chatter_comes_first() -> None:
    log = [*chatter(4, 20, 5, rule="slow"), *chatter(9, 6, 2, rule="fast")]
    assert [one.rule for one in proposals(log)] == ["fast", "slow"]


def test_an_alarm_is_stale_after_a_day() -> None:
    assert not alarm("a").stale(at(86_400))
    assert alarm("a").stale(at(86_401))
    for state in ("returned", "shelved", "out_of_service"):
        assert not replace(alarm("a"), state=state).stale(at(100_000))
