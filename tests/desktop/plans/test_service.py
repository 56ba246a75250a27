"""Plans on a real store: who may change them, what stands in the journal, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from db.open import open_records
from db.store import Records
from desktop.journal.service import JournalView
from desktop.kernel.errors import Invalid, NotAllowed, NotFound
from desktop.plans.sample import draw_sample
from desktop.plans.service import Plans
from desktop.security import keys
from desktop.security.principal import Principal
from desktop.security.roles import permissions_of
from tests.support.fakes import FakeClock, FakeIds

DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100"><rect width="200" height="100"/></svg>'


def somebody(role: str) -> Principal:
    return Principal(role, role, role, frozenset({role}), permissions_of([role]), "T1")


BOSS, ENGINEER, GUARD, AUDITOR = map(somebody, ("manager", "engineer", "guard", "auditor"))


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = open_records(tmp_path, keys.create_keys(tmp_path, None, open=True), FakeIds())
    yield opened
    opened.close()


@pytest.fixture
def plans(records: Records, clock: FakeClock) -> Plans:
    return Plans(records, clock, FakeIds())


def test_a_plan_is_kept_with_its_picture(plans: Plans) -> None:
    made = plans.add(BOSS, None, " 总平面 ", DRAWING)
    assert plans.all() == [made]
    assert (made.name, dict(made.pins)) == ("总平面", {})
    picture = plans.picture(made.id)
    assert (picture.media, picture.data) == ("image/svg+xml", DRAWING)


def test_two_plans_of_one_picture_keep_it_once(plans: Plans) -> None:
    assert plans.add(BOSS, None, "一层", DRAWING).picture == plans.add(BOSS, None, "二层", DRAWING).picture
    assert [plan.name for plan in plans.all()] == ["一层", "二层"]


def test_things_are_put_moved_and_taken_off(plans: Plans) -> None:
    plan = plans.add(BOSS, None, "总平面", DRAWING)
    plans.put(ENGINEER, plan.id, "pump-low", 0.25, 0.5)
    plans.put(ENGINEER, plan.id, "pump-low", 0.75, 1.0)
    plans.put(ENGINEER, plan.id, "door", 0.0, 0.0)
    assert dict(plans.all()[0].pins) == {"pump-low": (0.75, 1.0), "door": (0.0, 0.0)}
    assert dict(plans.take_off(ENGINEER, plan.id, "door").pins) == {"pump-low": (0.75, 1.0)}


@pytest.mark.parametrize("at", [(-0.01, 0.5), (0.5, 1.01), (float("nan"), 0.5), (0.5, float("inf"))])
def test_nothing_is_put_beside_the_drawing(plans: Plans, at: tuple[float, float]) -> None:
    plan = plans.add(BOSS, None, "总平面", DRAWING)
    with pytest.raises(Invalid):
        plans.put(BOSS, plan.id, "pump-low", *at)
    assert not plans.all()[0].pins


def test_a_removed_plan_is_a_state_and_comes_back(plans: Plans) -> None:
    plan = plans.add(BOSS, None, "总平面", DRAWING)
    plans.remove(BOSS, plan.id)
    assert plans.all() == []
    assert plans.picture(plan.id).data == DRAWING
    with pytest.raises(NotFound):
        plans.put(BOSS, plan.id, "pump-low", 0.5, 0.5)
    plans.restore(BOSS, plan.id)
    assert [one.id for one in plans.all()] == [plan.id]


def test_who_may_not_change_plans_changes_nothing(plans: Plans) -> None:
    plan = plans.add(BOSS, None, "总平面", DRAWING)
    for act in (
        lambda: plans.add(GUARD, None, "假", DRAWING),
        lambda: plans.put(GUARD, plan.id, "pump-low", 0.5, 0.5),
        lambda: plans.take_off(AUDITOR, plan.id, "pump-low"),
        lambda: plans.rename(GUARD, plan.id, "假"),
        lambda: plans.remove(GUARD, plan.id),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert plans.all() == [plan]


def test_names_and_places_are_checked(plans: Plans) -> None:
    with pytest.raises(Invalid) as told:
        plans.add(BOSS, None, "  ", DRAWING)
    assert told.value.field == "name"
    with pytest.raises(NotFound):
        plans.add(BOSS, "nowhere", "一层", DRAWING)
    with pytest.raises(Invalid) as refused:
        plans.add(BOSS, None, "一层", b"MZ")
    assert (refused.value.field, refused.value.facts["why"]) == ("picture", "kind")
    assert plans.all() == []


def test_every_change_stands_in_the_journal(plans: Plans, records: Records, clock: FakeClock) -> None:
    plan = plans.add(BOSS, None, "总平面", DRAWING)
    plans.put(ENGINEER, plan.id, "pump-low", 0.25, 0.5)
    plans.rename(BOSS, plan.id, "总图")
    plans.take_off(ENGINEER, plan.id, "pump-low")
    plans.remove(BOSS, plan.id)
    entries = JournalView(records, clock).page(BOSS, kind="plan")
    assert [entry.op for entry in reversed(entries)] == [
        "plans.add", "plans.put", "plans.rename", "plans.take_off", "plans.remove",
    ]  # fmt: skip
    assert records.verify().ok


def test_the_sample_s_drawing_has_its_devices_on_it(plans: Plans) -> None:
    draw_sample(plans, BOSS)
    [plan] = plans.all()
    assert 20 <= len(plan.pins) <= 40
    assert all(0 < x < 1 and 0 < y < 1 for x, y in plan.pins.values())
