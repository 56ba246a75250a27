"""Rows of the list: groups by root, the line of a flood, what stands behind what, and since when it is a flood."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from desktop.alarms.flood import Group, groups
from tests.ui.alarms.made import NOW, alarm
from ui.alarms.rows import MORE, flat, grouped, hidden_by, to_open
from ui.alarms.views import Standing, counts, flood_since, narrowed, view_of

PARENTS = {"a1": "gw-a", "a2": "gw-a", "b1": "gw-b", "b2": "gw-b"}
STORM = [
    alarm("1", thing_id="a1", priority="critical", onset_at=NOW),
    alarm("2", thing_id="a2", priority="low", onset_at=NOW - timedelta(seconds=20)),
    alarm("3", thing_id="b1", priority="medium"),
    alarm("4", thing_id="b2", priority="low"),
]


def name(group: Group) -> str:
    return group.thing_id or "/".join(group.place_path)


def test_alarms_of_one_root_are_one_line_that_unfolds() -> None:
    rows = grouped(STORM, PARENTS, False, set(), name, {})
    assert [(row.id, row.title, row.fold, len(row.alarms)) for row in rows] == [
        ("thing:gw-a", "gw-a", "closed", 2),
        ("thing:gw-b", "gw-b", "closed", 2),
    ]
    rows = grouped(STORM, PARENTS, False, {"thing:gw-a"}, name, {})
    assert [row.id for row in rows] == ["thing:gw-a", "1", "2", "thing:gw-b"]
    assert [row.id for row in rows if row.first_out] == ["2"]


def test_in_a_flood_the_highest_stands_and_one_line_stands_for_the_rest() -> None:
    rows = grouped(STORM, PARENTS, True, set(), name, {})
    assert [row.id for row in rows] == ["thing:gw-a", MORE]
    assert {one.id for one in rows[1].behind} == {"3", "4"}
    rows = grouped(STORM, PARENTS, True, {MORE}, name, {})
    assert [row.id for row in rows] == ["thing:gw-a", MORE, "thing:gw-b"]


def test_in_a_flood_what_nobody_answered_is_not_behind_what_somebody_did() -> None:
    seen = [
        alarm(f"seen-{n}", thing_id=f"p{n}", priority="critical", state="acknowledged", place_path=(f"{n}号楼",))
        for n in range(3)
    ]
    new = [
        alarm("water", thing_id="w", priority="high", place_path=("5号楼",)),
        alarm("draught", thing_id="d", priority="low", place_path=("6号楼",)),
    ]
    rows = grouped([*new, *seen], {}, True, set(), name, {})
    assert {row.id for row in rows[:-1]} == {"seen-0", "seen-1", "seen-2", "water"}
    assert [one.id for one in rows[-1].behind] == ["draught"]
    answered = [replace(one, state="acknowledged") for one in new]
    assert len(grouped([*answered, *seen], {}, True, set(), name, {})) == 4


def test_in_a_flood_what_endangers_lives_is_listed_until_somebody_answers() -> None:
    gas = alarm("gas", thing_id="gas", life_safety=True)
    for state, listed in (("unacknowledged", True), ("returned", True), ("acknowledged", False)):
        rows = grouped([*STORM, replace(gas, state=state)], PARENTS, True, set(), name, {})
        assert ("gas" in {row.id for row in rows}) is listed


def test_a_heading_is_answered_when_all_behind_it_are() -> None:
    storm = [replace(STORM[0], state="acknowledged"), STORM[1]]
    [row] = grouped(storm, PARENTS, False, set(), name, {})
    assert (row.alarm.id, row.asks.id) == ("1", "2")
    [row] = grouped([storm[0], replace(STORM[1], state="acknowledged")], PARENTS, False, set(), name, {})
    assert row.asks is row.alarm


def test_nothing_is_lost_whatever_is_folded() -> None:
    for flood in (False, True):
        for opened in (set[str](), {MORE}, {MORE, "thing:gw-b"}):
            rows = grouped(STORM, PARENTS, flood, opened, name, {})
            assert {one.id for row in rows for one in row.alarms} == {"1", "2", "3", "4"}


def test_an_alarm_that_is_asked_for_is_unfolded() -> None:
    found = groups(STORM, PARENTS, True)
    rows = grouped(STORM, PARENTS, True, set(), name, {})
    assert to_open(rows, "1", found) == ("thing:gw-a", set())
    assert to_open(rows, "3", found) == ("thing:gw-b", {"thing:gw-b", MORE})
    assert to_open(rows, "4", found) == ("4", {"thing:gw-b", MORE})
    assert to_open(rows, "nobody", found) == ("", set())


def test_an_alarm_says_how_many_it_keeps_out_of_sight() -> None:
    standing = [alarm("1"), alarm("2", state="suppressed", suppressed_by="1"), alarm("3", suppressed_by="1")]
    [row] = flat(standing[:1], hidden_by(standing))
    assert row.hides == 2


def test_only_what_waits_is_acknowledged_with_a_group() -> None:
    storm = [STORM[0], replace(STORM[1], state="acknowledged")]
    [row] = grouped(storm, PARENTS, False, set(), name, {})
    assert row.waiting == ["1"]


def test_each_view_has_its_alarms_and_each_alarm_its_view() -> None:
    standing = [
        alarm("open"), alarm("life", life_safety=True, state="acknowledged"), alarm("over", state="returned"),
        alarm("latched", state="latched", returned_at=NOW), alarm("hidden", state="suppressed"),
        alarm("off", state="out_of_service"), alarm("shelf", state="shelved"),
        alarm("old", state="acknowledged", onset_at=NOW - timedelta(hours=25)),
    ]  # fmt: skip
    shown = {view: [one.id for one in narrowed(view, standing, NOW)] for view in counts(standing, NOW)}
    assert shown == {
        "open": ["open", "life", "over", "latched", "old"], "life_safety": ["life"], "unacknowledged": ["open", "over"],
        "latched": ["latched"], "suppressed": ["hidden", "off"], "shelved": ["shelf"], "stale": ["old"],
    }  # fmt: skip
    assert all(one in narrowed(view_of(one, standing), standing, NOW) for one in standing)
    assert view_of(alarm("over", state="normal"), standing[:2]) == "week"


def test_a_flood_began_with_the_eleventh_and_ends_below_five() -> None:
    sounded = [NOW + timedelta(seconds=30 * n) for n in range(12)]
    assert flood_since(sounded[:10], sounded[9]) is None
    assert flood_since(sounded, sounded[11]) == sounded[10]
    # Eight are older than ten minutes when four are left.
    assert flood_since(sounded, sounded[7] + timedelta(minutes=10)) is None
    assert flood_since(sounded, sounded[6] + timedelta(minutes=10)) == sounded[10]
    assert Standing((), tuple(sounded)).recent(sounded[11]) == 12
