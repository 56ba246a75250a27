"""The figures of the alarms against a plain recomputation, and against what people did in a real store."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from db.store import Act, Records, Transaction
from db.tables.alarms import AlarmRow
from db.tables.security import Operator
from db.tables.things import ThingCard
from desktop.alarms.flood import in_flood
from desktop.alarms.kpi import Figures, Past, figures, targets
from desktop.alarms.service import Alarms
from desktop.alarms.views import PRIORITIES
from desktop.kernel.clock import from_ms
from desktop.kernel.words import Lang, Words
from tests.desktop.alarms.support import WALL_MS, CasesFake, change, person
from tests.support.fakes import FakeClock

SINCE = 1_795_276_800.0
"""2026-11-22 00:00 in the community's time."""
HOURS = 3
UNTIL = SINCE + HOURS * 3600

THINGS = st.sampled_from(["a", "b"])
MAYBE = st.one_of(st.none(), st.integers(0, 900))
BURST = st.one_of(st.integers(0, HOURS * 3600 - 1), st.integers(3000, 3900))
"""Anywhere in the period, or together, so that there are floods."""


@st.composite
def pasts(draw: st.DrawFn) -> Past:
    onset = SINCE + draw(BURST)
    back, seen, came = draw(MAYBE), draw(MAYBE), draw(MAYBE)
    silent = draw(st.sampled_from(["", "", "", "shelved", "suppressed"]))
    told = onset if not silent else None if came is None else onset + came
    return Past(
        draw(THINGS), draw(st.sampled_from("xyz")), draw(st.sampled_from(PRIORITIES)), False, silent, onset,  # type: ignore[arg-type]
        told, onset, None if back is None else onset + back, None if seen is None else onset + seen,
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(past=st.lists(pasts(), max_size=60), positions=st.integers(1, 2))
def test_the_figures_are_those_of_a_plain_recomputation(past: list[Past], positions: int) -> None:
    found = figures(past, SINCE, UNTIL, positions)
    told = sorted(one.told for one in past if one.told is not None and one.told < UNTIL)
    assert found.told == len(told)
    assert found.per_hour == pytest.approx(len(told) / HOURS / positions)
    windows = [sum(at <= other < at + 600 for other in told) for at in told]
    assert found.worst_ten_minutes == max(windows, default=0)
    if found.worst_at is not None:
        assert sum(found.worst_at <= other < found.worst_at + 600 for other in told) == max(windows)
    slots = [sum(SINCE + n * 600 <= at < SINCE + (n + 1) * 600 for at in told) for n in range(HOURS * 6)]
    assert found.slots_over == pytest.approx(sum(n > 10 * positions for n in slots) / len(slots))
    assert_priorities(found, past)
    assert_rules(found, past)
    assert found.silent == Counter(one.silent for one in past if one.silent)
    [day] = found.days
    assert (day.day.isoformat(), sum(day.told.values())) == ("2026-11-22", sum(one.told is not None for one in past))
    assert day.slots_over == sum(n > 10 * positions for n in slots)
    assert day.flood_minutes * 60 == pytest.approx(found.in_flood * HOURS * 3600)


def assert_priorities(found: Figures, past: list[Past]) -> None:
    spoke = [one for one in past if one.told is not None]
    for priority in PRIORITIES:
        mine = [one for one in spoke if one.priority == priority]
        assert found.priorities[priority] == pytest.approx(len(mine) / len(spoke) if spoke else 0)
        took = sorted(one.acknowledged - one.asked for one in mine if one.acknowledged is not None)
        answer = found.response[priority]
        assert answer.count == len(took)
        if took:
            assert answer.median is not None and answer.ninety is not None
            assert 2 * sum(t <= answer.median for t in took) >= len(took) <= 2 * sum(t >= answer.median for t in took)
            assert (
                10 * sum(t <= answer.ninety for t in took) >= 9 * len(took) > 10 * sum(t < answer.ninety for t in took)
            )
    unseen = sum(one.acknowledged is None for one in spoke)
    assert found.unacknowledged == pytest.approx(unseen / len(spoke) if spoke else 0)


def assert_rules(found: Figures, past: list[Past]) -> None:
    counts = Counter((one.thing_id, one.rule) for one in past if one.told is not None)
    assert {(top.thing_id, top.rule): top.count for top in found.top} == counts, "six rules fit into ten"
    assert [top.count for top in found.top] == sorted(counts.values(), reverse=True)
    assert found.top_share == pytest.approx(1.0 if counts else 0.0)
    for thing in "ab":
        for rule in "xyz":
            mine = [one for one in past if (one.thing_id, one.rule) == (thing, rule)]
            instants = [at for one in mine for at in (one.onset, one.returned) if at is not None]
            most = max((sum(at <= other <= at + 60 for other in instants) for at in instants), default=0)
            chatter = [one.per_minute for one in found.chattering if (one.thing_id, one.rule) == (thing, rule)]
            assert chatter == ([most] if most >= 3 else [])


@settings(max_examples=25, deadline=None)
@given(offsets=st.lists(st.one_of(st.integers(0, 300), st.integers(0, 1790)), max_size=60))
def test_time_in_flood_is_what_a_look_every_second_finds(offsets: list[int]) -> None:
    half_hour = 1800
    past = [Past("a", "x", "low", False, "", SINCE + at, SINCE + at, SINCE + at, None, None) for at in sorted(offsets)]
    found = figures(past, SINCE, SINCE + half_hour)
    sounded = [from_ms(int(one.onset * 1000)) for one in past]
    was, seconds, begun = False, 0, 0
    for second in range(half_hour):
        now = in_flood(sounded, from_ms(int((SINCE + second) * 1000)), was)
        seconds += now
        begun += now and not was
        was = now
    assert (found.in_flood * half_hour, len(found.floods)) == (pytest.approx(seconds), begun)


def test_a_day_ends_at_the_community_s_midnight() -> None:
    midnight = SINCE + 86_400
    past = [Past("a", "x", "low", False, "", at, at, at, None, None) for at in [midnight - 11 + n for n in range(22)]]
    found = figures(past, SINCE, midnight + 3600)
    assert [(day.day.day, day.told["low"]) for day in found.days] == [(22, 11), (23, 11)]
    [(begin, end)] = found.floods
    assert [day.flood_minutes * 60 for day in found.days] == [midnight - begin, end - midnight]
    assert [day.day.day for day in figures([], SINCE, midnight).days] == [22]


def test_a_value_is_judged_by_its_target() -> None:
    by_name = {one.name: one for one in targets()}
    assert [by_name["per_hour"].judge(value) for value in (6, 6.1, 12, 12.1)] == ["good", "fair", "fair", "poor"]
    assert [by_name["low_share"].judge(value) for value in (0.8, 0.79, 0.7, 0.69)] == ["good", "fair", "fair", "poor"]
    assert [by_name["unauthorised"].judge(value) for value in (0, 1)] == ["good", "poor"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_measure_has_its_words_and_says_where_its_target_is_from(lang: Lang) -> None:
    words = Words(lang)
    for one in targets():
        assert words(f"alarms.kpi.{one.name}") and one.source[lang]
    assert all(words(f"alarms.kpi_judged.{judged}") for judged in ("good", "fair", "poor"))


# In a real store

LI, WANG = (person(name, "alarms.acknowledge", "alarms.shelve") for name in ("li", "wang"))


@pytest.fixture
def alarms(records: Records, clock: FakeClock) -> Alarms:
    def found(tx: Transaction) -> None:
        tx.add(Operator(id=LI.id, login="li", name="李工", password_hash="x", roles=["engineer"]))
        tx.add(ThingCard(id="sump", kind="sump", name="1 号集水坑"))

    records.write(Act("test", "system", "系统", "D1", clock.now()), found)
    return Alarms(records, clock, CasesFake(), terminal="D1", confirm_second=lambda *_: WANG)


def begin(alarms: Alarms, id_: str, second: int, **more: object) -> None:
    alarms.record(change(id_, WALL_MS + second * 1000, **{"rule": id_, **more}))


def end(alarms: Alarms, id_: str, second: int, began: int, **more: object) -> None:
    alarms.record(change(id_, WALL_MS + second * 1000, False, WALL_MS + began * 1000, **{"rule": id_, **more}))


def period(clock: FakeClock) -> tuple[datetime, datetime]:
    return from_ms(WALL_MS) - timedelta(hours=1), clock.now() + timedelta(days=300)


def test_what_people_did_is_in_the_figures(alarms: Alarms, clock: FakeClock) -> None:
    begin(alarms, "seen", 0, priority="medium")
    begin(alarms, "unseen", 1, priority="low")
    clock.advance(90)
    alarms.acknowledge(LI, ["seen"])
    alarms.shelve(LI, "unseen", 60, "检修")
    end(alarms, "unseen", 100, 1)
    begin(alarms, "again", 120, priority="low", rule="unseen")
    clock.advance(3510)
    kpis = alarms.kpis(*period(clock))
    assert (kpis.until, kpis.figures.told) == (clock.now(), 2), "one that came under the shelf was told to nobody"
    assert kpis.figures.silent == {"shelved": 1}
    assert kpis.figures.response["medium"].median == pytest.approx(90)
    assert (kpis.shelves, kpis.unauthorised, kpis.shelved_now) == (1, 0, 1)
    assert kpis.figures.per_hour == pytest.approx(1.0)
    assert {rule: named.title["zh"] for (_, rule), named in kpis.names.items()} == {
        "seen": "水位过高",
        "unseen": "水位过高",
    }
    alarms.unshelve(LI, "again")
    assert alarms.kpis(*period(clock)).figures.told == 2, "it asks from this moment, which is the period's end"
    clock.advance(1)
    assert alarms.kpis(*period(clock)).figures.told == 3


def test_what_somebody_shelved_was_answered(alarms: Alarms, clock: FakeClock) -> None:
    for id_ in ("shelved", "nobody"):
        begin(alarms, id_, 0)
    alarms.shelve(LI, "shelved", 60, "检修")
    clock.advance(3600)
    end(alarms, "shelved", 60, 0)
    alarms.expire_shelves()
    assert alarms.kpis(*period(clock)).figures.unacknowledged == 0.5


def test_what_is_tried_under_maintenance_does_not_chatter(alarms: Alarms, records: Records, clock: FakeClock) -> None:
    def put(tx: Transaction) -> None:
        tx.session.get_one(ThingCard, "sump").out_of_service = True

    records.write(Act("test", "system", "系统", "D1", clock.now()), put)
    for n in range(3):
        begin(alarms, f"try-{n}", n * 10, rule="try")
        end(alarms, f"try-{n}", n * 10 + 5, n * 10, rule="try")
    clock.advance(60)
    figures = alarms.kpis(*period(clock)).figures
    assert (figures.chattering, figures.told, figures.silent) == ((), 0, {"out_of_service": 3})


def test_an_alarm_that_asks_again_is_answered_from_then(alarms: Alarms, clock: FakeClock) -> None:
    begin(alarms, "again", 0, re_alarm=600.0)
    clock.advance(10)
    alarms.acknowledge(LI, ["again"])
    clock.advance(600)
    alarms.realarm_due()
    assert alarms.kpis(*period(clock)).figures.response["high"].median == pytest.approx(10)
    clock.advance(40)
    alarms.acknowledge(LI, ["again"])
    assert alarms.kpis(*period(clock)).figures.response["high"].median == pytest.approx(40)


def test_copies_of_one_event_count_once_and_a_lost_gateway_s_children_are_silent(
    alarms: Alarms, clock: FakeClock
) -> None:
    begin(alarms, "gateway", 0, thing_id="gateway", rule="offline", comms=True)
    begin(alarms, "gateway-2", 1, thing_id="gateway", rule="offline", comms=True)
    begin(alarms, "meter", 2, thing_id="meter", rule="offline", comms=True, parent="gateway")
    clock.advance(60)
    kpis = alarms.kpis(*period(clock))
    assert (kpis.figures.told, kpis.figures.silent, kpis.suppressed_now) == (1, {"suppressed": 1}, 1)
    assert kpis.figures.chattering == ()


def test_stale_are_those_in_sight_for_more_than_a_day(alarms: Alarms, clock: FakeClock) -> None:
    begin(alarms, "old", 0)
    begin(alarms, "hidden", 0)
    clock.advance(86_395)
    alarms.shelve(LI, "hidden", 60, "检修")
    assert alarms.kpis(*period(clock)).stale == 0
    clock.advance(10)
    kpis = alarms.kpis(*period(clock))
    assert kpis.stale == 1
    assert {one.name: one.judgement for one in kpis.measures}["stale"] == "good"


def test_shelving_that_was_not_in_order_is_found_in_the_journal(
    alarms: Alarms, records: Records, clock: FakeClock
) -> None:
    for id_ in ("plain", "silent", "gas", "gas-alone"):
        begin(alarms, id_, 0, life_safety=id_.startswith("gas"))
    clock.advance(60)
    alarms.shelve(LI, "plain", 30, "检修")
    alarms.shelve(LI, "gas", 30, "检修", ("wang", "x"))
    clock.advance(60)
    assert (alarms.kpis(*period(clock)).shelves, alarms.kpis(*period(clock)).unauthorised) == (2, 0)
    for id_, reason in (("silent", ""), ("gas-alone", "检修")):

        def work(tx: Transaction, id_: str = id_) -> None:
            tx.session.get_one(AlarmRow, id_).shelved_until = clock.now() + timedelta(hours=1)

        records.write(Act("alarms.shelve", "op-li", "li", "D1", clock.now(), reason=reason), work)
    clock.advance(60)
    kpis = alarms.kpis(*period(clock))
    assert (kpis.shelves, kpis.unauthorised) == (4, 2)
    assert {one.name: one.judgement for one in kpis.measures}["unauthorised"] == "poor"


def test_a_year_is_read_from_the_index_alone(records: Records) -> None:
    sql = (
        "SELECT thing_id, rule, priority, life_safety, onset_at, returned_at, acknowledged_at, extra FROM alarm "
        "WHERE onset_at >= '2026' AND onset_at < '2027'"
    )
    shelves = "SELECT tx, entity_id FROM journal WHERE op = 'alarms.shelve' AND at >= '2026' AND at < '2027'"
    for each, index in ((sql, "COVERING INDEX ix_alarm_figures"), (shelves, "INDEX ix_journal_op_at")):
        plan = records.read(lambda s, each=each: [row[3] for row in s.execute(text(f"EXPLAIN QUERY PLAN {each}"))])  # type: ignore[misc]
        assert any(index in line for line in plan), plan


def test_ten_rules_or_fewer_are_not_judged_by_their_share(alarms: Alarms, clock: FakeClock) -> None:
    for n in range(11):
        begin(alarms, f"r{n}", n)
        clock.advance(20)
        measures = {one.name: one.value for one in alarms.kpis(*period(clock)).measures}
        assert ("top_ten" in measures) is (n == 10)
    assert measures["top_ten"] == pytest.approx(10 / 11)


def test_without_an_alarm_there_are_no_shares_to_judge(alarms: Alarms, clock: FakeClock) -> None:
    clock.advance(3600)
    measures = {one.name: one.judgement for one in alarms.kpis(*period(clock)).measures}
    assert set(measures.values()) == {"good"} and "low_share" not in measures and "in_flood" in measures
