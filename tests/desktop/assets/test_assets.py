"""The register of assets: what is maintained and lent, what is planned for it and who has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from db.store import Records
from desktop.assets.service import Assets
from desktop.assets.views import AssetDraft
from desktop.cases.patterns import Pattern
from desktop.cases.planned import PlanDraft
from desktop.cases.schedules import Schedules
from desktop.cases.service import Cases
from desktop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from resources.loader import folder
from tests.desktop.cases.kinds import with_places
from tests.desktop.cases.planned import SERVICE, write_planned
from tests.desktop.cases.support import BOSS, CLERK, FITTER, GUARD, TERMINAL, with_operators
from tests.support.fakes import FakeClock, FakeIds

LIFT = AssetDraft(
    code="DT-03-2", name="3号楼2单元客梯", kind="lift", place_id="b3u2", facts={"maintainer": " 安达电梯 "}
)
KEYS = AssetDraft(code="YS-01", name="泵房钥匙", kind="key")


@pytest.fixture
def cases(records: Records, clock: FakeClock, new_id: FakeIds, tmp_path: Path) -> Cases:
    with_operators(records)
    with_places(records)
    kinds = write_planned(tmp_path / "kinds")
    lending = SERVICE.replace("name: service", "name: lending\ngroup: register")
    (kinds / "lending.yaml").write_text(lending, encoding="utf-8")
    return Cases(records, clock, new_id, TERMINAL, kinds)


@pytest.fixture
def assets(records: Records, clock: FakeClock, new_id: FakeIds, cases: Cases) -> Assets:
    return Assets(records, clock, new_id, cases)


def test_kinds_say_how_often_as_a_rule_and_where_that_stands(assets: Assets) -> None:
    lift = next(kind for kind in assets.kinds() if kind.name == "lift")
    assert (lift.every, lift.n, lift.basis) == ("days", 15, "completed")
    assert [kind.name for kind in assets.kinds()] == [
        "lift", "tank", "extinguisher", "hydrant", "instrument", "key", "tool", "vehicle", "other",
    ]  # fmt: skip
    assert all((folder("icons") / f"{kind.icon}.svg").exists() for kind in assets.kinds())
    assert all(kind.source for kind in assets.kinds() if kind.every)


def test_an_asset_is_found_by_code_name_and_initials(assets: Assets) -> None:
    lift = assets.add(BOSS, LIFT)
    assets.add(BOSS, KEYS)
    assert lift.place_path == ("3号楼", "2单元") and lift.facts == {"maintainer": "安达电梯"}
    for text in ("dt-03", "客梯", "kt"):
        assert [one.id for one in assets.find(text)] == [lift.id]
    assert assets.find(" ") == ()
    assert [one.code for one in assets.all()] == ["DT-03-2", "YS-01"]


def test_it_shows_what_is_planned_and_who_has_it(
    records: Records, clock: FakeClock, new_id: FakeIds, assets: Assets, cases: Cases
) -> None:
    lift, keys = assets.add(BOSS, LIFT), assets.add(BOSS, KEYS)
    plans = Schedules(records, clock, new_id, TERMINAL, cases)
    every = Pattern(every="days", n=15, basis="completed")
    plan = plans.add(BOSS, PlanDraft(definition="service", title="电梯保养", pattern=every, asset_id=lift.id))
    assert (assets.get(lift.id).next_at, assets.get(lift.id).plan_id) == (plan.next_at, plan.id)
    assert assets.lent(keys.id) is None
    given = cases.open(CLERK, "lending", "借泵房钥匙", asset_id=keys.id, person_id="wang")
    clock.advance(3 * 3600)
    lent = assets.lent(keys.id)
    assert lent is not None and lent.number == given.number and lent.late
    assert lent.who == "王*明" or lent.who.startswith("王")
    cases.open(BOSS, "service", "保养", asset_id=lift.id)
    assert assets.get(lift.id).open_case and assets.get(lift.id).lent is None


def test_what_is_lent_or_planned_is_not_retired(
    records: Records, clock: FakeClock, new_id: FakeIds, assets: Assets, cases: Cases
) -> None:
    lift, keys = assets.add(BOSS, LIFT), assets.add(BOSS, KEYS)
    daily = PlanDraft(definition="service", title="保养", pattern=Pattern(every="day"), asset_id=lift.id)
    plans = Schedules(records, clock, new_id, TERMINAL, cases)
    plan = plans.add(BOSS, daily)
    cases.open(CLERK, "lending", "借泵房钥匙", asset_id=keys.id)
    for asset, why in ((lift, "planned"), (keys, "lent")):
        with pytest.raises(Refused) as refused:
            assets.retire(BOSS, asset.id, "报废")
        assert refused.value.facts["why"] == why
    plans.stop(BOSS, plan.id, "电梯更新")
    assets.retire(BOSS, lift.id, "电梯更新")
    assert [one.id for one in assets.all()] == [keys.id]
    with pytest.raises(NotFound):
        assets.get(lift.id)
    assets.add(BOSS, LIFT)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"code": ""}, "code"), ({"code": "dt-03-2"}, "code"), ({"name": " "}, "name"), ({"kind": "boat"}, "kind"),
        ({"facts": {"volume": "3"}}, "volume"), ({"facts": {"maintainer": "x" * 300}}, "maintainer"),
    ],
)  # fmt: skip
def test_an_asset_that_will_not_do_is_refused_at_its_field(assets: Assets, more: dict[str, Any], field: str) -> None:
    assets.add(BOSS, LIFT)
    with pytest.raises(Invalid) as refused:
        assets.add(BOSS, AssetDraft(**{"code": "DT-09", "name": "梯", "kind": "lift", **more}))
    assert refused.value.field == field


def test_an_asset_is_changed_by_who_may(assets: Assets) -> None:
    lift = assets.add(FITTER, LIFT)
    moved = assets.change(CLERK, lift.id, AssetDraft(code="DT-03-2", name="客梯", kind="lift"))
    assert (moved.name, moved.place_id) == ("客梯", None)
    with pytest.raises(NotAllowed):
        assets.change(GUARD, lift.id, LIFT)
