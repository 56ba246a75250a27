"""Promised times on the store: pauses, other urgencies, moments noted afterwards, another round, and what the program does
itself when a time has come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.store import Act, Records, Transaction
from db.tables.cases import CaseRow
from desktop.cases import rows
from desktop.cases.views import ClockView
from desktop.kernel.errors import Invalid, NotAllowed, Refused
from tests.desktop.cases.support import BOSS, CLERK, GUARD, TERMINAL
from tests.desktop.cases.workshop import ANNA, FINISHED, Shop, at_work, job, workshop
from tests.support.fakes import FakeClock, FakeIds


@pytest.fixture
def shop(records: Records, clock: FakeClock, new_id: FakeIds, tmp_path: Path) -> Shop:
    return workshop(records, clock, new_id, tmp_path)


def local(text: str) -> datetime:
    """`2026-11-27 16:30` in Beijing, in UTC."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def at(shop: Shop, text: str) -> None:
    """Lets the time go by."""
    assert local(text) >= shop.clock.instant
    shop.clock.instant = local(text)


def clock_of(shop: Shop, case_id: str, name: str, round_: int = 1) -> ClockView:
    (found,) = (one for one in shop.cases.get(case_id).clocks if (one.clock, one.round) == (name, round_))
    return found


FRIDAY = "2026-11-27 16:30"
"""An ordinary working week begins on the Monday after; the office works 08:30-12:00 and 13:30-17:30."""


def test_a_pause_over_a_weekend_moves_what_is_due_by_working_minutes_only(shop: Shop) -> None:
    at(shop, FRIDAY)
    case = job(shop, "normal")
    assert clock_of(shop, case.id, "done").due == local("2026-11-30 14:00")
    at(shop, "2026-11-27 17:00")
    paused = shop.acts.suspend(BOSS, case.id, "resident", reason="业主周日回来")
    assert (paused.paused, paused.due_at, paused.overdue) == (True, None, False)
    at(shop, "2026-11-29 17:00")
    resumed = shop.acts.resume(BOSS, case.id)
    assert not resumed.paused
    done = clock_of(shop, case.id, "done")
    assert done.due == local("2026-11-30 14:30")
    assert done.waited == {"us": 30.0, "resident": 30.0, "others": 0.0}


def test_another_urgency_keeps_the_pauses(shop: Shop) -> None:
    at(shop, FRIDAY)
    case = job(shop, "normal")
    at(shop, "2026-11-27 17:00")
    shop.acts.suspend(BOSS, case.id, "parts", reason="等配件")
    at(shop, "2026-11-29 17:00")
    shop.acts.resume(BOSS, case.id)
    shop.acts.set_urgency(CLERK, case.id, "urgent", "水漫出来了")
    assert clock_of(shop, case.id, "done").due == local("2026-11-29 20:30")
    arrive = clock_of(shop, case.id, "arrive")
    assert (arrive.due, arrive.standing) == (local("2026-11-27 17:00"), "breached"), "it runs from when the round began"
    assert shop.acts.set_urgency(CLERK, case.id, "normal", "已关水").urgency == "normal"
    assert clock_of(shop, case.id, "done").due == local("2026-11-30 14:30")


def test_a_suspension_until_a_time_is_over_by_itself_then(shop: Shop) -> None:
    at(shop, "2026-11-27 09:00")
    case = job(shop)
    paused = shop.acts.suspend(BOSS, case.id, "weather", until=local("2026-11-27 10:00"), reason="大雨")
    assert clock_of(shop, case.id, "done").due == local("2026-11-27 14:00")
    assert (paused.paused, clock_of(shop, case.id, "done").standing) == (True, "paused")
    at(shop, "2026-11-27 09:59")
    assert shop.acts.tick() == 0
    at(shop, "2026-11-27 11:00")
    assert shop.acts.tick() == 1
    detail = shop.cases.get(case.id)
    assert (detail.view.paused, clock_of(shop, case.id, "done").due) == (False, local("2026-11-27 14:00"))
    assert detail.timeline[-1].actor_name == "系统"
    assert shop.acts.tick() == 0


def test_the_next_step_ends_a_pause_and_staying_where_it_is_does_not(shop: Shop) -> None:
    case = at_work(shop)
    shop.acts.suspend(ANNA, case.id, "parts", reason="等配件")
    shop.clock.advance(600)
    assert shop.cases.move(ANNA, case.id, "record", fields={"hours": 1}).paused
    assert not shop.cases.move(ANNA, case.id, "give_back", reason="缺人").paused
    (span,) = shop.cases.get(case.id).spans
    assert (span.ends, span.by, span.reason) == (shop.clock.now(), "anna", "等配件")


@pytest.mark.parametrize(
    ("kind", "until", "reason", "field"),
    [
        ("approval", None, "等批", "kind"),
        ("parts", timedelta(seconds=-1), "等配件", "until"),
        ("parts", timedelta(), "等配件", "until"),
        ("parts", None, "  ", "reason"),
    ],
)
def test_a_suspension_that_will_not_do_is_refused(
    shop: Shop, kind: Any, until: timedelta | None, reason: str, field: str
) -> None:
    case = job(shop)
    when = None if until is None else shop.clock.now() + until
    with pytest.raises(Invalid) as refused:
        shop.acts.suspend(BOSS, case.id, kind, until=when, reason=reason)
    assert refused.value.field == field
    assert shop.cases.get(case.id).spans == ()


def test_a_time_without_an_offset_is_no_time(shop: Shop) -> None:
    case = job(shop)
    with pytest.raises(Invalid) as refused:
        shop.acts.suspend(BOSS, case.id, "parts", until=datetime(2026, 12, 1), reason="等配件")
    assert refused.value.facts["why"] == "not_a_time"
    with pytest.raises(Invalid) as refused:
        shop.acts.visit(BOSS, case.id, "walk", "P-1", way="qr", at=datetime(2026, 11, 1))
    assert refused.value.facts["why"] == "not_a_time"


def test_who_may_suspend_and_what_can_be(shop: Shop) -> None:
    case = job(shop)
    with pytest.raises(NotAllowed):
        shop.acts.suspend(GUARD, case.id, "parts", reason="等配件")
    with pytest.raises(Refused):
        shop.acts.resume(BOSS, case.id)
    shop.acts.suspend(BOSS, case.id, "parts", reason="等配件")
    with pytest.raises(Refused):
        shop.acts.suspend(BOSS, case.id, "parts", reason="等配件")
    shop.cases.move(BOSS, case.id, "void", reason="重复")
    with pytest.raises(Refused):
        shop.acts.resume(BOSS, case.id)
    with pytest.raises(Refused):
        shop.acts.urge(BOSS, case.id, "快点")


def test_an_arrival_counts_when_it_happened_and_is_shown_as_filed_afterwards(shop: Shop) -> None:
    at(shop, "2026-11-24 08:00")
    case = at_work(shop)
    at(shop, "2026-11-24 09:10")
    assert shop.cases.get(case.id).view.overdue
    after = shop.cases.move(ANNA, case.id, "arrive", fields={"arrived_at": "2026-11-24T08:20:00+08:00"})
    assert not after.overdue
    clock = clock_of(shop, case.id, "arrive")
    assert (clock.standing, clock.back_filed) == ("met", True)
    assert (clock.stopped, clock.filed) == (local("2026-11-24 08:20"), local("2026-11-24 09:10"))
    (fact,) = (fact.value for fact in shop.cases.get(case.id).facts if fact.name == "arrived_at")
    assert "按时" in fact["zh"] and "补传" in fact["zh"]


@pytest.mark.parametrize(
    ("filed", "arrived", "standing", "back_filed"),
    [
        ("08:30", "08:30:00", "met", False),
        ("08:35", "08:30:01", "late", False),
        ("08:35", "08:30:00", "met", False),
        ("08:36", "08:30:00", "met", True),
        ("09:00", "08:40:00", "late", True),
    ],
)
def test_an_arrival_is_in_time_to_the_second(
    shop: Shop, filed: str, arrived: str, standing: str, back_filed: bool
) -> None:
    at(shop, "2026-11-24 08:00")
    case = at_work(shop)
    at(shop, f"2026-11-24 {filed}")
    shop.cases.move(ANNA, case.id, "arrive", fields={"arrived_at": f"2026-11-24T{arrived}+08:00"})
    clock = clock_of(shop, case.id, "arrive")
    assert (clock.standing, clock.back_filed) == (standing, back_filed)
    (fact,) = (fact.value["zh"] for fact in shop.cases.get(case.id).facts if fact.name == "arrived_at")
    assert ("按时" in fact, "超时" in fact, "补传" in fact) == (standing == "met", standing == "late", back_filed)


@pytest.mark.parametrize(
    ("arrived", "why"),
    [("2026-11-24T07:50:00+08:00", "too_early"), ("2026-11-24T09:30:00+08:00", "in_the_future")],
)
def test_nobody_arrives_before_the_round_began_or_in_the_future(shop: Shop, arrived: str, why: str) -> None:
    at(shop, "2026-11-24 08:00")
    case = at_work(shop)
    at(shop, "2026-11-24 09:00")
    with pytest.raises(Invalid) as refused:
        shop.cases.move(ANNA, case.id, "arrive", fields={"arrived_at": arrived})
    assert (refused.value.field, refused.value.facts["why"]) == ("arrived_at", why)


def test_another_round_keeps_the_number_and_begins_its_clocks_anew(shop: Shop) -> None:
    at(shop, "2026-11-24 08:00")
    case = at_work(shop)
    at(shop, "2026-11-24 13:00")
    shop.cases.move(ANNA, case.id, "finish", fields=FINISHED)
    at(shop, "2026-11-24 15:00")
    again = shop.cases.move(BOSS, case.id, "reopen", reason="又漏了")
    assert (again.number, again.round, again.state, again.assignee_id) == (case.number, 2, "reported", None)
    assert (again.due_at, again.overdue) == (local("2026-11-24 15:30"), False)
    assert clock_of(shop, case.id, "done").standing == "late"
    second = clock_of(shop, case.id, "done", 2)
    assert (second.began, second.due) == (local("2026-11-24 15:00"), local("2026-11-24 19:00"))
    assert shop.cases.get(case.id).values == {}


def test_a_step_the_program_takes_itself_comes_when_the_time_is_over(shop: Shop) -> None:
    parent = job(shop)
    errand = shop.cases.open(BOSS, "errand", "借梯", asset_id="ladder", parent_id=parent.id)
    shop.clock.advance(3600)
    assert shop.acts.tick() == 0
    shop.clock.advance(1)
    assert shop.acts.tick() == 1
    detail = shop.cases.get(errand.id)
    assert (detail.view.state, detail.timeline[-1].op_title["zh"]) == ("late", "逾期未办")
    assert "lapse" not in {move.name for move in shop.cases.moves_for(BOSS, errand.id)}
    assert shop.acts.tick() == 0


def test_a_step_of_the_program_is_nobody_elses(shop: Shop) -> None:
    parent = job(shop)
    errand = shop.cases.open(BOSS, "errand", "借梯", asset_id="ladder", parent_id=parent.id)
    assert [move.name for move in shop.cases.get(errand.id).moves] == ["take", "close"]
    with pytest.raises(Refused):
        shop.cases.move(BOSS, errand.id, "lapse")


STEPS = st.lists(
    st.tuples(st.sampled_from(["suspend", "until", "resume", "urgent", "normal", "wait"]), st.integers(1, 3000)),
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_what_is_due_is_always_what_promise_and_pauses_say(shop: Shop, steps: list[tuple[str, int]]) -> None:
    """After any order of acts the row holds what can be worked out of it again, and of the last urgency alone."""
    case = job(shop, "normal")
    began = shop.clock.now()
    for act, minutes in steps:
        _try(shop, case.id, act, minutes)
        shop.clock.advance(minutes * 60)
        shop.acts.tick()
    detail = shop.cases.get(case.id)
    calendars = shop.cases.calendars()
    promised = shop.cases.definition("job").urgency(detail.view.urgency)
    assert promised is not None
    for clock in detail.clocks:
        pauses = [span.stretch() for span in detail.spans]
        expected = calendars[promised.calendar].after(began, promised.minutes[clock.clock], pauses)
        assert clock.due == expected
        assert clock.standing != "paused" or detail.view.paused
    due = [clock.due for clock in detail.clocks if clock.stopped is None and clock.due]
    assert detail.view.due_at == min(due, default=None)


def _try(shop: Shop, case_id: str, act: str, minutes: int) -> None:
    suspended = shop.cases.get(case_id).view.paused
    if act in ("suspend", "until") and not suspended:
        until = shop.clock.now() + timedelta(minutes=minutes + 7) if act == "until" else None
        shop.acts.suspend(BOSS, case_id, "parts", until=until, reason="等配件")
    elif act == "resume" and suspended:
        shop.acts.resume(BOSS, case_id)
    elif act in ("urgent", "normal"):
        shop.acts.set_urgency(BOSS, case_id, act, "重新评估")


def test_what_was_reckoned_by_an_older_calendar_is_put_right_after_a_start(shop: Shop) -> None:
    case = job(shop)
    due = case.due_at
    assert due is not None

    def spoil(tx: Transaction) -> None:
        row = rows.row_of(tx.session, case.id)
        row.due_at = due + timedelta(hours=7)

    shop.records.write(Act("test.spoil", "system", "test", TERMINAL, shop.clock.now()), spoil)
    assert shop.acts.tick() == 1
    assert shop.cases.get(case.id).view.due_at == due
    assert shop.records.read(lambda session: session.get_one(CaseRow, case.id).due_at) == due
