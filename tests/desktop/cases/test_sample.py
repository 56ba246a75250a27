"""The sample's work: every kind there is, in every state, and nothing left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from db.open import open_records
from db.store import Records
from desktop.assets.service import Assets
from desktop.assets.stock import Stock
from desktop.cases import rounds
from desktop.cases.lists import CaseLists
from desktop.cases.sample import Filled, fill_sample
from desktop.cases.schedules import Schedules
from desktop.cases.service import Cases
from desktop.cases.views import CaseQuery, CaseView
from desktop.places.sample import build_sample
from desktop.security import keys
from desktop.security.passwords import Argon2
from desktop.security.service import Accounts
from tests.support.fakes import FakeClock, FakeIds

TERMINAL = "D1"
ALL = CaseQuery(open_only=False)


class Made:
    """The sample's store, made once for all that is asked of it."""

    def __init__(self, records: Records, clock: FakeClock, new_id: FakeIds) -> None:
        accounts = Accounts(records, clock, new_id, TERMINAL, Argon2(passes=1, memory_kib=8, lanes=1))
        boss = accounts.set_up("demo", "演示", "Test-1234")
        build_sample(records, clock, new_id, TERMINAL)
        self.filled: Filled = fill_sample(records, accounts, new_id, TERMINAL, boss, clock.now())
        self.records, self.clock, self.new_id = records, clock, new_id
        self.cases = Cases(records, clock, new_id, TERMINAL)
        self.lists = CaseLists(records, clock, new_id, self.cases)

    def views(self, query: CaseQuery = ALL) -> tuple[CaseView, ...]:
        return self.lists.page(query, limit=500)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder, new_id = tmp_path_factory.mktemp("sample"), FakeIds()
    records = open_records(folder, keys.create_keys(Path(folder), None, open=True), new_id)
    yield Made(records, FakeClock(), new_id)
    records.close()


def test_nothing_is_left_out_and_the_journal_holds(made: Made) -> None:
    assert made.filled.left_out == []
    assert made.filled.cases == len(made.views()) >= 55
    assert made.records.verify().ok


def test_every_kind_that_is_opened_by_people_is_there(made: Made) -> None:
    kinds = {view.definition for view in made.views()}
    by_alarms = {"fire-alarm", "gas-alarm", "lift-entrapment", "waterlogging"}
    assert kinds == set(made.cases.definitions()) - by_alarms


def test_some_are_late_paused_urged_reopened_and_void(made: Made) -> None:
    counts, views = made.lists.count(CaseQuery()), made.views()
    assert counts.overdue >= 3 and counts.paused >= 2 and counts.unassigned >= 3
    assert any(view.urged for view in views) and any(view.escalated for view in views)
    assert any(view.round == 2 for view in views)
    assert any(view.state == "voided" for view in views)
    assert len({(view.definition, view.state) for view in views}) >= 30


def test_plans_have_opened_their_cases_and_assets_and_parts_are_kept(made: Made) -> None:
    plans = Schedules(made.records, made.clock, made.new_id, TERMINAL, made.cases)
    assert len(plans.all()) == 9 and len(plans.routes()) == 2
    week = plans.occurrences(made.clock.now() - timedelta(days=7), made.clock.now())
    assert {one.standing for one in week if one.case_id} == {"open", "done"} and any(one.late for one in week)
    assets, stock = (
        Assets(made.records, made.clock, made.new_id, made.cases),
        Stock(made.records, made.clock, made.new_id),
    )
    assert any(one.lent for one in assets.all()) and any(one.late for one in assets.all())
    assert all(part.total > 0 for part in stock.parts())


def test_rounds_are_walked_at_the_pace_of_people(made: Made) -> None:
    plans = Schedules(made.records, made.clock, made.new_id, TERMINAL, made.cases)
    walked = [
        one for one in plans.rounds(made.clock.now() - timedelta(days=7), made.clock.now()) if rounds.visits(one.value)
    ]
    flags = [flag for one in walked for visit in rounds.visits(one.value) for flag in visit.flags]
    assert len(walked) >= 6 and "too_fast" not in flags and {"typed", "abnormal"} <= set(flags)
    assert any(rounds.missed(one.value) for one in walked if one.over)
