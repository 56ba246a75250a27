"""The duty roster: who answers when, nobody at two posts at once, every change in the journal."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db.store import Act, Records, Transaction
from db.tables.journal import Entry
from db.tables.security import Operator
from desktop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from desktop.kernel.words import Lang, Words
from desktop.people.duty import LONGEST_TURN, POSTS, WEEK, DutyRoster
from desktop.people.sample_duty import put_week
from desktop.places.sample import build_sample
from desktop.security.service import Accounts
from tests.desktop.security.conftest import QUICK
from tests.support.fakes import FakeClock, FakeIds
from tests.support.people import GUARD, MANAGER

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def roster(records: Records, clock: FakeClock, new_id: FakeIds) -> DutyRoster:
    def found(tx: Transaction) -> None:
        for login in ("feng", "gao", "lin"):
            tx.add(Operator(id=login, login=login, name=f"{login}氏", password_hash="x", roles=["guard"]))

    records.write(Act("test", "system", "系统", "D1", clock.now()), found)
    return DutyRoster(records, clock, new_id)


def switch_off(records: Records, clock: FakeClock, login: str) -> None:
    def work(tx: Transaction) -> None:
        tx.session.get_one(Operator, login).state = "off"

    records.write(Act("test", "system", "系统", "D1", clock.now()), work)


def names(roster: DutyRoster, at: datetime) -> list[tuple[str, str]]:
    return [(turn.post, turn.operator_id) for turn in roster.on_duty(at)]


def test_who_is_on_duty_is_told_by_post_from_the_beginning_up_to_the_end(roster: DutyRoster) -> None:
    roster.put(MANAGER, "manager", "lin", MONDAY, MONDAY + LONGEST_TURN)
    roster.put(MANAGER, "guard", "feng", MONDAY + 8 * HOUR, MONDAY + 20 * HOUR)
    roster.put(MANAGER, "engineer", "gao", MONDAY + 8 * HOUR, MONDAY + 20 * HOUR)
    assert names(roster, MONDAY + 8 * HOUR) == [("guard", "feng"), ("engineer", "gao"), ("manager", "lin")]
    assert names(roster, MONDAY + 20 * HOUR) == [("manager", "lin")]
    assert names(roster, MONDAY + LONGEST_TURN) == []
    assert [turn.name for turn in roster.on_duty(MONDAY + 9 * HOUR, "engineer")] == ["gao氏"]
    during = roster.shifts(MONDAY + 19 * HOUR, MONDAY + 30 * HOUR)
    assert [turn.operator_id for turn in during] == ["lin", "feng", "gao"]
    assert roster.shifts(MONDAY + 20 * HOUR, MONDAY + 21 * HOUR) == during[:1]


def test_nobody_is_at_two_posts_at_once_and_is_told_why(roster: DutyRoster) -> None:
    roster.put(MANAGER, "guard", "feng", MONDAY, MONDAY + 12 * HOUR)
    with pytest.raises(Refused) as refused:
        roster.put(MANAGER, "engineer", "feng", MONDAY + 11 * HOUR, MONDAY + 13 * HOUR)
    assert refused.value.facts["rule"] == "overlap"
    for lang in ("zh", "en"):
        told = Words(lang)("duty.error.overlap", **refused.value.facts)
        assert "feng氏" in told and "2026-11-23T12:00" in told
    roster.put(MANAGER, "engineer", "feng", MONDAY + 12 * HOUR, MONDAY + 13 * HOUR)
    roster.put(MANAGER, "guard", "gao", MONDAY, MONDAY + 12 * HOUR)
    assert names(roster, MONDAY) == [("guard", "feng"), ("guard", "gao")]


def test_a_turn_that_is_taken_off_is_free_for_another(roster: DutyRoster, records: Records) -> None:
    turn = roster.put(MANAGER, "guard", "feng", MONDAY, MONDAY + 12 * HOUR)
    roster.take_off(MANAGER, turn.id)
    assert roster.on_duty(MONDAY) == [] == roster.shifts(MONDAY, MONDAY + HOUR)
    with pytest.raises(NotFound):
        roster.take_off(MANAGER, turn.id)
    roster.put(MANAGER, "guard", "feng", MONDAY, MONDAY + 12 * HOUR)
    acts = records.read(lambda s: list(s.scalars(select(Entry.op).where(Entry.kind == "duty").order_by(Entry.n))))
    assert acts == ["duty.put", "duty.take_off", "duty.put"]


def test_only_the_manager_changes_it(roster: DutyRoster, records: Records) -> None:
    before = records.head()
    with pytest.raises(NotAllowed):
        roster.put(GUARD, "guard", "feng", MONDAY, MONDAY + HOUR)
    with pytest.raises(NotAllowed):
        roster.take_off(GUARD, "x")
    with pytest.raises(NotAllowed):
        roster.copy_week(GUARD, MONDAY)
    assert records.head() == before


def test_a_turn_that_will_not_do_is_refused(roster: DutyRoster, records: Records, clock: FakeClock) -> None:
    for until in (MONDAY, MONDAY - HOUR, MONDAY + LONGEST_TURN + HOUR):
        with pytest.raises(Invalid) as invalid:
            roster.put(MANAGER, "guard", "feng", MONDAY, until)
        assert invalid.value.field == "ends_at"
    with pytest.raises(Invalid):
        roster.put(MANAGER, "cook", "feng", MONDAY, MONDAY + HOUR)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        roster.put(MANAGER, "guard", "nobody", MONDAY, MONDAY + HOUR)
    roster.put(MANAGER, "guard", "feng", MONDAY, MONDAY + HOUR)
    switch_off(records, clock, "feng")
    assert roster.on_duty(MONDAY) == [], "who may not sign in does not answer"
    with pytest.raises(Invalid):
        roster.put(MANAGER, "guard", "feng", MONDAY + HOUR, MONDAY + 2 * HOUR)


def test_a_week_is_copied_onto_the_next_once(roster: DutyRoster) -> None:
    roster.put(MANAGER, "guard", "feng", MONDAY, MONDAY + 12 * HOUR)
    roster.put(MANAGER, "engineer", "gao", MONDAY + 6 * 24 * HOUR, MONDAY + 6 * 24 * HOUR + 12 * HOUR)
    roster.put(MANAGER, "manager", "lin", MONDAY + WEEK + HOUR, MONDAY + WEEK + 2 * HOUR)
    roster.put(MANAGER, "manager", "lin", MONDAY + HOUR, MONDAY + 3 * HOUR)
    assert roster.copy_week(MANAGER, MONDAY) == 2, "the manager has a turn there already"
    assert roster.copy_week(MANAGER, MONDAY) == 0
    copied = roster.shifts(MONDAY + WEEK, MONDAY + 2 * WEEK)
    assert [(turn.post, turn.operator_id, turn.begins_at - MONDAY - WEEK) for turn in copied] == [
        ("guard", "feng", timedelta()),
        ("manager", "lin", HOUR),
        ("engineer", "gao", 6 * 24 * HOUR),
    ]


TURN = st.tuples(st.sampled_from(POSTS), st.sampled_from(["feng", "gao"]), st.integers(0, 40), st.integers(1, 24))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.lists(TURN, max_size=12))
def test_on_duty_is_what_was_put_without_overlaps(roster: DutyRoster, wanted: list[tuple[str, str, int, int]]) -> None:
    kept: list[tuple[str, str, int, int]] = []
    ids = []
    for post, operator, begins, hours in wanted:
        free = all(one != operator or begins >= until or begins + hours <= since for _, one, since, until in kept)
        try:
            ids.append(
                roster.put(MANAGER, post, operator, MONDAY + begins * HOUR, MONDAY + (begins + hours) * HOUR).id  # type: ignore[arg-type]
            )
        except Refused:
            assert not free
        else:
            assert free
            kept.append((post, operator, begins, begins + hours))
    for hour in range(0, 66, 3):
        at = sorted((post, one) for post, one, since, until in kept if since <= hour < until)
        assert sorted(names(roster, MONDAY + hour * HOUR)) == at
    for id_ in ids:
        roster.take_off(MANAGER, id_)


def test_the_sample_keeps_two_posts_round_the_clock(records: Records, clock: FakeClock, new_id: FakeIds) -> None:
    build_sample(records, clock, new_id, "D1")
    operators = {one.login: one.id for one in Accounts(records, clock, new_id, "D1", QUICK).operators()}
    roster = DutyRoster(records, clock, new_id)
    assert put_week(roster, MANAGER, operators, date(2026, 11, 25), 480) == 58
    begin = datetime(2026, 11, 22, 16, tzinfo=UTC)
    for hour in range(8, 24 * 14 + 8):
        found = [turn.post for turn in roster.on_duty(begin + hour * HOUR)]
        assert found == (["guard", "engineer", "manager"] if hour < 24 * 14 else ["guard", "engineer"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_post_has_a_word(lang: Lang) -> None:
    assert all(Words(lang)(f"duty.post.{post}") for post in POSTS)
