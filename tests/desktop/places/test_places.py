"""The community and its places."""

from __future__ import annotations

import pytest

from db.store import Records
from desktop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from desktop.places.service import Places
from desktop.places.views import CommunityView
from tests.support.fakes import FakeClock, FakeIds
from tests.support.people import GUARD, MANAGER

WILLOW = CommunityView("440983102001", "柳岸花园", "水口镇", "信宜市", "茂名市")


@pytest.fixture
def places(records: Records, clock: FakeClock, new_id: FakeIds) -> Places:
    return Places(records, clock, new_id)


def test_a_community_is_founded_once(places: Places) -> None:
    assert places.community() is None
    with pytest.raises(NotFound):
        places.tree()
    places.found(MANAGER, WILLOW)
    assert places.community() == WILLOW
    with pytest.raises(Refused):
        places.found(MANAGER, WILLOW)


@pytest.mark.parametrize(
    ("community", "field"),
    [
        (CommunityView("44098310200", "柳岸花园"), "code"),
        (CommunityView("440983102000", "柳岸花园"), "code"),
        (CommunityView("440983102001", "  "), "name"),
        (CommunityView("440983102001", "柳岸花园", offset_minutes=900), "offset_minutes"),
    ],
)
def test_a_wrong_field_is_named(places: Places, community: CommunityView, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        places.found(MANAGER, community)
    assert caught.value.field == field
    assert places.community() is None


def test_places_stand_in_a_tree_and_know_their_path(places: Places) -> None:
    places.found(MANAGER, WILLOW)
    building = places.add(MANAGER, "building", "3", "3号楼", sort=3)
    unit = places.add(MANAGER, "unit", "3-2", "2单元", building.id)
    home = places.add(MANAGER, "room", "3-2-1201", "1201室", unit.id)
    gate = places.add(MANAGER, "gate", "g-s", "南门", sort=1)
    assert home.path == ("3号楼", "2单元", "1201室")
    assert places.by_code(" 3-2-1201 ") == places.get(home.id) == home
    assert places.by_code("g-s") == gate and gate.code == "G-S"
    assert places.by_code("3-2-1202") is None
    root = places.tree()
    assert (root.kind, root.code, [child.code for child in root.children]) == ("community", WILLOW.code, ["G-S", "3"])
    assert root.children[1].children[0].children[0].id == home.id


def test_around_a_place_is_what_it_is_in_and_around_a_home_is_nothing(places: Places) -> None:
    places.found(MANAGER, WILLOW)
    building = places.add(MANAGER, "building", "3", "3号楼")
    unit = places.add(MANAGER, "unit", "3-2", "2单元", building.id)
    home = places.add(MANAGER, "room", "3-2-1201", "1201室", unit.id)
    around = [places.around(id_) for id_ in (unit.id, building.id, home.id, "nowhere")]
    assert around == [building.id, None, None, None]


@pytest.mark.parametrize(
    ("kind", "code", "name", "field"),
    [
        ("castle", "7", "城堡", "kind"),
        ("building", "3号", "3号楼", "code"),
        ("building", "3--1", "3号楼", "code"),
        ("building", "3" * 21, "3号楼", "code"),
        ("building", "7", " ", "name"),
        ("building", "3", "又一栋", "code"),
    ],
)
def test_a_place_that_will_not_do_is_refused(places: Places, kind: str, code: str, name: str, field: str) -> None:
    places.add(MANAGER, "building", "3", "3号楼")
    with pytest.raises(Invalid) as caught:
        places.add(MANAGER, kind, code, name)
    assert caught.value.field == field


def test_a_place_needs_its_parent(places: Places) -> None:
    with pytest.raises(NotFound):
        places.add(MANAGER, "unit", "3-2", "2单元", "nowhere")
    with pytest.raises(NotFound):
        places.get("nowhere")


def test_only_who_may_changes_places(places: Places) -> None:
    with pytest.raises(NotAllowed):
        places.found(GUARD, WILLOW)
    with pytest.raises(NotAllowed):
        places.add(GUARD, "building", "3", "3号楼")
