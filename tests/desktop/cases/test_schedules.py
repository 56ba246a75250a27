"""Plans open their cases once, whatever happened in between, and say what they did not open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select

from db.store import Act, Records, Transaction
from db.tables.cases import CaseRow
from db.tables.schedules import Schedule
from desktop.cases.patterns import Pattern
from desktop.cases.planned import PlanDraft
from desktop.cases.schedules import Schedules
from desktop.cases.service import Cases
from desktop.cases.views import Point
from desktop.kernel.errors import Invalid, NotAllowed, NotFound
from tests.desktop.cases.planned import DONE, write_planned
from tests.desktop.cases.support import BOSS, CLERK, FITTER, GUARD, TERMINAL, with_operators
from tests.support.fakes import START, FakeClock, FakeIds

DAY = 86_400.0
DAILY = Pattern(every="day", at=("15:00",))
"""An hour after the tests begin (2026-11-22 14:00, a Sunday)."""


@pytest.fixture
def cases(records: Records, clock: FakeClock, new_id: FakeIds, tmp_path: Path) -> Cases:
    with_operators(records)
    return Cases(records, clock, new_id, TERMINAL, write_planned(tmp_path / "kinds"))


@pytest.fixture
def hours() -> dict[str, float]:
    """What the pump's counter shows."""
    return {}


@pytest.fixture
def plans(records: Records, clock: FakeClock, new_id: FakeIds, cases: Cases, hours: dict[str, float]) -> Schedules:
    return Schedules(records, clock, new_id, TERMINAL, cases, lambda thing, _point: hours.get(thing))


def draft(pattern: Pattern = DAILY, **more: Any) -> PlanDraft:
    return PlanDraft(**{"definition": "service", "title": "水泵保养", "pattern": pattern, **more})


def opened(records: Records) -> list[CaseRow]:
    return list(records.read(lambda session: session.scalars(select(CaseRow).order_by(CaseRow.planned_at)).all()))


def finish(cases: Cases, case_id: str) -> None:
    cases.move(BOSS, case_id, "finish", fields=DONE)


def local(at: datetime | None) -> str:
    return f"{at + timedelta(hours=8):%m-%d %H:%M}" if at else ""


def test_a_plan_opens_its_case_when_its_time_has_come_and_once(
    plans: Schedules, records: Records, clock: FakeClock
) -> None:
    plan = plans.add(BOSS, draft(assignee_id=FITTER.id))
    assert local(plan.next_at) == "11-22 15:00" and plans.open_due() == 0
    clock.advance(3600)
    assert plans.open_due() == 1 and plans.open_due() == 0
    [case] = opened(records)
    assert (case.schedule_id, case.planned_at, case.assignee_id) == (plan.id, plan.next_at, FITTER.id)
    assert (case.opened_by, case.title) == ("system", "水泵保养")
    assert local(plans.get(plan.id).next_at) == "11-23 15:00"
    assert plans.get(plan.id).open_case == case.number


def test_a_case_is_opened_ahead_by_the_lead(plans: Schedules, records: Records, clock: FakeClock) -> None:
    plan = plans.add(BOSS, draft(Pattern(every="day", at=("15:00",), lead_minutes=30)))
    clock.advance(29 * 60)
    assert plans.open_due() == 0
    clock.advance(60)
    assert plans.open_due() == 1
    assert opened(records)[0].planned_at == plan.next_at


def test_what_was_missed_while_the_program_was_off_is_opened_one_by_one(
    plans: Schedules, records: Records, clock: FakeClock
) -> None:
    plans.add(BOSS, draft())
    clock.advance(3 * DAY)
    assert plans.open_due() == 3
    assert [local(case.planned_at) for case in opened(records)] == ["11-22 15:00", "11-23 15:00", "11-24 15:00"]


def test_after_a_long_time_the_last_31_are_opened_and_the_rest_is_told(
    plans: Schedules, records: Records, clock: FakeClock
) -> None:
    plan = plans.add(BOSS, draft())
    clock.advance(40 * DAY)
    assert plans.open_due() == 31 and len(opened(records)) == 31
    told = plans.get(plan.id)
    assert told.left_out == 9 and local(told.left_out_until) == "11-30 15:00"
    missed = [one for one in plans.occurrences(START, clock.now()) if one.standing == "missed"]
    assert [local(one.at) for one in missed][::8] == ["11-22 15:00", "11-30 15:00"] and len(missed) == 9


def test_two_consoles_open_an_occurrence_once(
    records: Records, clock: FakeClock, new_id: FakeIds, cases: Cases, plans: Schedules
) -> None:
    plans.add(BOSS, draft())
    clock.advance(2 * DAY)
    second = Schedules(records, clock, new_id, "D2", cases)
    ready, counts = Barrier(2), list[int]()

    def beat(one: Schedules) -> None:
        ready.wait(5)
        counts.append(one.open_due())

    threads = [Thread(target=beat, args=(one,)) for one in (plans, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sum(counts) == 2 and len(opened(records)) == 2


def test_an_occurrence_whose_plan_forgot_it_is_found_again(
    plans: Schedules, records: Records, clock: FakeClock
) -> None:
    """As where two stores are put together that both opened it: the id is made of plan and instant."""
    plan = plans.add(BOSS, draft())
    clock.advance(3600)
    plans.open_due()

    def forget(tx: Transaction) -> None:
        row = tx.get(Schedule, plan.id)
        assert row is not None
        row.next_at = plan.next_at

    records.write(Act("test.forget", "system", "test", TERMINAL, START), forget)
    assert plans.open_due() == 0 and len(opened(records)) == 1
    assert local(plans.get(plan.id).next_at) == "11-23 15:00"


def test_nothing_is_opened_where_the_case_cannot_be(plans: Schedules, records: Records, clock: FakeClock) -> None:
    """The case and the plan's next time are of one transaction."""
    plan = plans.add(BOSS, draft())
    clock.advance(3600)

    def break_case(*_args: object, **_more: object) -> None:
        raise RuntimeError("killed")

    plans._cases.open_in = break_case  # type: ignore[method-assign, assignment]
    with pytest.raises(RuntimeError):
        plans.open_due()
    assert plans.get(plan.id).next_at == plan.next_at and opened(records) == []


def test_a_lift_is_due_15_days_after_it_was_done_and_not_before_that_is_known(
    plans: Schedules, cases: Cases, records: Records, clock: FakeClock
) -> None:
    """Vector: done on 2025-03-01 → due on 03-16."""
    clock.instant = datetime(2025, 3, 1, 2, 0, tzinfo=UTC)
    lift = Pattern(every="days", n=15, basis="completed")
    plan = plans.add(BOSS, draft(lift, since=clock.now()))
    assert local(plan.next_at) == "03-16 09:00"
    clock.instant = datetime(2025, 3, 16, 1, 0, tzinfo=UTC)
    assert plans.open_due() == 1
    clock.advance(2 * DAY)
    assert plans.open_due() == 0 and plans.get(plan.id).next_at is None
    finish(cases, opened(records)[0].id)
    assert plans.open_due() == 0
    assert local(plans.get(plan.id).next_at) == "04-02 09:00"


@pytest.mark.parametrize("basis", ["scheduled", "completed"])
def test_an_interval_that_ran_out_before_the_plan_was_made_is_due_at_once(
    plans: Schedules, records: Records, clock: FakeClock, basis: Any
) -> None:
    plans.add(BOSS, draft(Pattern(every="days", n=15, basis=basis), since=clock.now() - timedelta(days=20)))
    assert plans.open_due() == 1
    assert local(opened(records)[0].planned_at) == "11-17 09:00"
    [one] = [one for one in plans.occurrences(START - timedelta(days=9), START) if one.case_id]
    assert one.late and one.standing == "open"


def test_run_hours_open_a_case_each_time_they_are_full(
    plans: Schedules, cases: Cases, records: Records, clock: FakeClock, hours: dict[str, float]
) -> None:
    hours["pump"] = 1200.0
    pump = Pattern(every="run_hours", hours=500, point="pump1_hours")
    plan = plans.add(BOSS, draft(pump, thing_id="pump"))
    assert plan.hours_left == 500
    hours["pump"] = 1699.0
    assert plans.open_due() == 0
    hours["pump"] = 1750.0
    assert plans.open_due() == 1 and plans.open_due() == 0
    assert plans.get(plan.id).hours_left == 450
    hours["pump"] = 2300.0
    assert plans.open_due() == 0, "one at a time"
    finish(cases, opened(records)[0].id)
    assert plans.open_due() == 1


def test_run_hours_counted_from_when_it_was_done_begin_anew_then(
    plans: Schedules, cases: Cases, records: Records, hours: dict[str, float]
) -> None:
    hours["pump"] = 0.0
    plan = plans.add(BOSS, draft(Pattern(every="run_hours", hours=500, point="h", basis="completed"), thing_id="pump"))
    hours["pump"] = 600.0
    assert plans.open_due() == 1
    hours["pump"] = 800.0
    finish(cases, opened(records)[0].id)
    assert plans.open_due() == 0
    assert plans.get(plan.id).hours_left == 500


def test_a_service_by_run_hours_that_was_put_aside_is_still_due(
    plans: Schedules, cases: Cases, records: Records, clock: FakeClock, hours: dict[str, float]
) -> None:
    hours["pump"] = 0.0
    plan = plans.add(BOSS, draft(Pattern(every="run_hours", hours=500, point="h", basis="completed"), thing_id="pump"))
    hours["pump"] = 600.0
    assert plans.open_due() == 1
    clock.advance(DAY)
    cases.move(BOSS, opened(records)[0].id, "void", reason="停水")
    assert plans.open_due() == 1 and plans.open_due() == 0
    [again] = [case for case in opened(records) if case.closed_at is None]
    clock.advance(DAY)
    hours["pump"] = 700.0
    finish(cases, again.id)
    assert plans.open_due() == 0 and plans.get(plan.id).hours_left == 500


def test_a_counter_that_was_replaced_or_is_silent_opens_nothing(
    plans: Schedules, records: Records, hours: dict[str, float]
) -> None:
    plan = plans.add(BOSS, draft(Pattern(every="run_hours", hours=500, point="h"), thing_id="pump"))
    assert plan.hours_left is None and plans.open_due() == 0
    hours["pump"] = 5000.0
    assert plans.open_due() == 0 and plans.get(plan.id).hours_left == 500
    hours["pump"] = 3.0
    assert plans.open_due() == 0 and plans.get(plan.id).hours_left == 500
    assert opened(records) == []


def test_a_round_gets_the_points_of_its_route_as_they_are_then(
    plans: Schedules, records: Records, clock: FakeClock
) -> None:
    first, second = Point("P-01", "大门", None, None, None, "看锁"), Point("p-02", "泵房", None, None, None, "")
    route = plans.add_route(BOSS, "夜巡", "walk", [first, second])
    assert [point.code for point in route.points] == ["P-01", "P-02"]
    plans.add(BOSS, draft(definition="walk", route_id=route.id))
    clock.advance(3600)
    assert plans.open_due() == 1
    plans.change_route(BOSS, route.id, "夜巡", [first])
    [walked] = plans.rounds(START, clock.now())
    assert [point["code"] for point in walked.value["route"]] == ["P-01", "P-02"]  # type: ignore[attr-defined]
    assert walked.value["ordered"] is True and not walked.over


def test_the_calendar_shows_what_is_planned_open_done_and_put_aside(
    plans: Schedules, cases: Cases, records: Records, clock: FakeClock
) -> None:
    plans.add(BOSS, draft())
    clock.advance(2.5 * DAY)
    plans.open_due()
    one, two, three = opened(records)
    finish(cases, one.id)
    cases.move(BOSS, two.id, "void", reason="停水，改期")
    found = plans.occurrences(START, START + timedelta(days=5))
    assert [occurrence.standing for occurrence in found] == ["done", "missed", "open", "planned", "planned"]
    assert found[2].late and found[2].number == three.number
    assert [occurrence.case_id for occurrence in found][3:] == [None, None]


def test_a_stopped_plan_opens_nothing_and_goes_on_where_the_stop_is_taken_back(
    plans: Schedules, records: Records, clock: FakeClock
) -> None:
    plan = plans.add(BOSS, draft())
    with pytest.raises(Invalid, match="reason"):
        plans.stop(BOSS, plan.id, " ")
    plans.stop(BOSS, plan.id, "设备拆除")
    clock.advance(2 * DAY)
    assert plans.open_due() == 0 and plans.all() == () and len(plans.all(stopped=True)) == 1
    assert plans.occurrences(START, START + timedelta(days=9)) == ()
    assert local(plans.resume(BOSS, plan.id).next_at) == "11-24 15:00"
    assert plans.open_due() == 0 and opened(records) == []


def test_a_changed_plan_is_not_answerable_for_the_time_before(plans: Schedules, clock: FakeClock) -> None:
    plan = plans.add(BOSS, draft())
    clock.advance(1800)
    changed = plans.change(BOSS, plan.id, draft(Pattern(every="day", at=("08:00",))))
    assert local(changed.next_at) == "11-23 08:00" and changed.id == plan.id
    found = plans.occurrences(START - timedelta(days=1), START + timedelta(days=1))
    assert [(local(one.at), one.standing) for one in found] == [("11-23 08:00", "planned")]


def test_a_plan_that_cannot_open_says_why_and_holds_up_no_other(
    plans: Schedules, records: Records, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    plan = plans.add(BOSS, draft())

    def spoil(tx: Transaction) -> None:
        row = tx.get(Schedule, plan.id)
        assert row is not None
        row.definition = "gone"

    records.write(Act("test.spoil", "system", "test", TERMINAL, START), spoil)
    plans.add(BOSS, draft(title="好的"))
    clock.advance(3600)
    assert plans.open_due() == 1 and plans.open_due() == 0
    assert [case.title for case in opened(records)] == ["好的"]
    assert "gone" in plans.get(plan.id).refused
    assert len(caplog.records) == 1


def test_the_next_times_of_a_plan_that_is_being_written(plans: Schedules) -> None:
    weekly = draft(Pattern(every="week", weekdays=(0, 3)))
    assert [local(at) for at in plans.next_times(weekly)] == ["11-23 09:00", "11-26 09:00", "11-30 09:00"]
    assert plans.next_times(draft(Pattern(every="day", n=0))) == ()


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (draft(title=" "), "title"),
        (draft(definition="once"), "every"),
        (draft(definition="walk"), "route"),
        (draft(route_id="r"), "route"),
        (draft(definition="walk", pattern=Pattern(every="month")), "every"),
        (draft(Pattern(every="day", at=())), "at"),
        (draft(Pattern(every="run_hours", hours=5, point="h")), "thing"),
        (draft(urgency="soon"), "urgency"),
        (draft(fields={"proof": "x"}), "proof"),
    ],
)
def test_a_plan_that_will_not_do_is_refused_at_its_field(plans: Schedules, bad: PlanDraft, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        plans.add(BOSS, bad)
    assert refused.value.field == field


@pytest.mark.parametrize("more", [{"place_id": "x"}, {"asset_id": "x"}, {"person_id": "x"}, {"assignee_id": "x"}])
def test_a_plan_about_what_is_not_there_is_refused(plans: Schedules, more: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        plans.add(BOSS, draft(DAILY, **more))


@pytest.mark.parametrize(
    ("points", "why"),
    [
        ([], "missing"),
        ([Point("A", "一", None, None, None, ""), Point("a", "二", None, None, None, "")], "doubled"),
        ([Point("甲", "一", None, None, None, "")], "not_an_option"),
        ([Point("A", " ", None, None, None, "")], "missing"),
        ([Point("A", "一", "nowhere", None, None, "")], "gone"),
    ],
)
def test_a_route_that_will_not_do_is_refused(plans: Schedules, points: list[Point], why: str) -> None:
    with pytest.raises(Invalid) as refused:
        plans.add_route(BOSS, "路线", "walk", points)
    assert (refused.value.field, refused.value.facts["why"]) == ("points", why)


@pytest.mark.parametrize("who", [GUARD, FITTER, CLERK])
def test_only_who_plans_may_plan(plans: Schedules, who: Any) -> None:
    with pytest.raises(NotAllowed):
        plans.add(who, draft())
    with pytest.raises(NotAllowed):
        plans.add_route(who, "路线", "walk", [Point("A", "一", None, None, None, "")])


def test_what_was_opened_ahead_can_be_done_ahead(records: Records, clock: FakeClock, new_id: FakeIds) -> None:
    with_operators(records)
    shipped = Cases(records, clock, new_id, TERMINAL)
    plans = Schedules(records, clock, new_id, TERMINAL, shipped)
    ahead = Pattern(every="day", n=15, lead_minutes=3 * 1440)
    plans.add(BOSS, draft(ahead, definition="maintenance", fields={"kind": "pump"}))
    clock.advance(13 * DAY)
    assert plans.open_due() == 1
    [case] = opened(records)
    assert case.planned_at is not None and case.planned_at > clock.now()
    shipped.move(BOSS, case.id, "grab")
    shipped.move(BOSS, case.id, "start")
    done = {"work": ["clean", "check", "safety", "sign"], "result": "ok"}
    with pytest.raises(Invalid) as refused:
        before = (clock.now() - timedelta(hours=1)).isoformat()
        shipped.move(BOSS, case.id, "finish", fields={"done_at": before, **done})
    assert refused.value.facts["why"] == "too_early"
    shipped.move(BOSS, case.id, "finish", fields={"done_at": clock.now().isoformat(), **done})
    assert [one.standing for one in shipped.get(case.id).clocks] == ["met"]


@pytest.mark.parametrize("basis", ["scheduled", "completed"])
def test_the_counter_that_took_a_serviced_ones_place_is_serviced_too(
    plans: Schedules, cases: Cases, records: Records, hours: dict[str, float], basis: Any
) -> None:
    hours["pump"] = 0.0
    plans.add(BOSS, draft(Pattern(every="run_hours", hours=250, point="h", basis=basis), thing_id="pump"))
    hours["pump"] = 251.0
    assert plans.open_due() == 1
    finish(cases, opened(records)[0].id)
    hours["pump"] = 0.0
    assert plans.open_due() == 0
    hours["pump"] = 251.0
    assert plans.open_due() == 1


def test_run_hours_close_together_on_a_long_counter_are_services_of_their_own(
    plans: Schedules, cases: Cases, records: Records, hours: dict[str, float]
) -> None:
    hours["pump"] = 1_000_000.0
    plans.add(BOSS, draft(Pattern(every="run_hours", hours=0.5, point="h"), thing_id="pump"))
    for turn in (1, 2, 3):
        hours["pump"] += 0.5
        assert plans.open_due() == 1
        finish(cases, next(case.id for case in opened(records) if case.closed_at is None))
        assert len(opened(records)) == turn


@pytest.mark.parametrize(("every", "n", "days"), [("days", 15, 15), ("day", 1, 1), ("week", 1, 7)])
def test_a_plan_whose_lead_is_its_interval_goes_on_when_done_on_the_day_it_opened(
    plans: Schedules, cases: Cases, records: Records, clock: FakeClock, every: Any, n: int, days: int
) -> None:
    plans.add(BOSS, draft(Pattern(every=every, n=n, basis="completed", lead_minutes=days * 1440), since=clock.now()))
    for turn in range(1, 4):
        assert plans.open_due() == 1 and plans.open_due() == 0
        [still_open] = [case for case in opened(records) if case.closed_at is None]
        assert still_open.planned_at is not None
        assert (still_open.planned_at - clock.now()).days < days, "the interval is a longest time"
        finish(cases, still_open.id)
        assert len(opened(records)) == turn


def test_an_interval_that_ends_in_a_holiday_goes_on_after_it(
    plans: Schedules, cases: Cases, records: Records, clock: FakeClock
) -> None:
    """Done on the last working day before the National Day of 2026: the working day before the 7th is that day itself."""
    clock.instant = datetime(2026, 9, 30, 2, 0, tzinfo=UTC)
    weekly = Pattern(every="days", n=7, basis="completed", workdays=True)
    plan = plans.add(BOSS, draft(weekly, since=clock.now() - timedelta(days=7)))
    assert plans.open_due() == 1
    finish(cases, opened(records)[0].id)
    assert plans.open_due() == 0
    assert local(plans.get(plan.id).next_at) == "10-08 09:00"
    clock.advance(8 * DAY)
    assert plans.open_due() == 1


def test_a_plan_that_forgot_that_its_case_is_open_opens_no_second(
    plans: Schedules, records: Records, clock: FakeClock
) -> None:
    plan = plans.add(BOSS, draft(Pattern(every="days", n=1, basis="completed"), since=clock.now() - timedelta(days=2)))
    assert plans.open_due() == 1

    def forget(tx: Transaction) -> None:
        row = tx.get(Schedule, plan.id)
        assert row is not None
        row.next_at = plan.next_at

    records.write(Act("test.forget", "system", "test", TERMINAL, START), forget)
    assert plans.open_due() == 0 and len(opened(records)) == 1
    assert plans.get(plan.id).next_at is None


def test_a_case_that_was_put_aside_was_not_done_and_its_interval_goes_on(
    plans: Schedules, cases: Cases, records: Records, clock: FakeClock
) -> None:
    plan = plans.add(BOSS, draft(Pattern(every="days", n=15, basis="completed"), since=clock.now()))
    clock.advance(15 * DAY)
    assert plans.open_due() == 1
    first = opened(records)[0]
    clock.advance(DAY)
    cases.move(BOSS, first.id, "void", reason="停水")
    assert plans.open_due() == 1 and plans.open_due() == 0
    [again] = [case for case in opened(records) if case.closed_at is None]
    assert again.planned_at == first.planned_at
    finish(cases, again.id)
    assert plans.open_due() == 0
    assert local(plans.get(plan.id).next_at) == "12-23 09:00"


def test_another_time_of_day_is_no_second_occurrence_of_a_day_that_has_its_case(
    plans: Schedules, records: Records, clock: FakeClock
) -> None:
    ahead = Pattern(every="week", at=("15:00",), lead_minutes=2 * 1440)
    plan = plans.add(BOSS, draft(ahead, since=clock.now() + timedelta(days=1)))
    assert plans.open_due() == 1
    later = draft(Pattern(every="week", at=("16:00",), lead_minutes=2 * 1440), since=clock.now() + timedelta(days=1))
    assert local(plans.change(BOSS, plan.id, later).next_at) == "11-30 16:00"
    assert plans.open_due() == 0
    clock.advance(7 * DAY)
    assert plans.open_due() == 1 and len(opened(records)) == 2


def test_every_day_opened_ahead_keeps_its_one_case_when_the_time_changes(
    plans: Schedules, records: Records, clock: FakeClock
) -> None:
    plan = plans.add(BOSS, draft(Pattern(every="day", at=("15:00",), lead_minutes=2 * 1440)))
    assert plans.open_due() == 2
    plans.change(BOSS, plan.id, draft(Pattern(every="day", at=("16:00", "20:00"), lead_minutes=2 * 1440)))
    assert plans.open_due() == 2
    assert [local(case.planned_at) for case in opened(records)] == [
        "11-22 15:00", "11-22 20:00", "11-23 15:00", "11-23 20:00",
    ]  # fmt: skip
