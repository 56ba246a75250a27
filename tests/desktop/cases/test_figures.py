"""Figures of promised times, held against adding up by hand."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from db.store import Act, Records, Transaction
from db.tables.cases import CaseLink
from desktop.cases import clocks
from desktop.cases.calendar import load_calendars
from desktop.cases.clocks import Kept, Span
from desktop.cases.definition import CaseDefinition
from desktop.cases.figures import CaseFacts, Figures, Reckoner, Waited
from desktop.cases.lists import CaseLists
from desktop.cases.loading import load_definitions
from desktop.cases.rules import WAITS_ON
from desktop.cases.service import Cases
from desktop.kernel.errors import Invalid
from resources.loader import folder
from tests.desktop.cases.kinds import put, row, with_places, write_kinds
from tests.desktop.cases.support import TERMINAL, with_operators
from tests.support.fakes import START, FakeClock, FakeIds

CALENDARS = load_calendars(folder("calendars"))
MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
MONTH = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)
"""Midnight of the 1st of November in the community."""


@pytest.fixture(scope="module")
def fix(tmp_path_factory: pytest.TempPathFactory) -> CaseDefinition:
    return load_definitions(write_kinds(tmp_path_factory.mktemp("kinds"))).newest()["fix"]


def drawn(definition: CaseDefinition, n: int, chance: random.Random) -> CaseFacts:
    """A repair of the last five weeks: open or closed, paused or not, once or twice round."""
    opened = NOW - chance.randrange(10, 35 * 1440) * MINUTE
    closed = opened + chance.randrange(5, 6000) * MINUTE
    closed_at = closed if closed < NOW and chance.random() < 0.8 else None
    spans = []
    for _ in range(chance.choice((0, 0, 1, 2))):
        begins = opened + chance.randrange(3000) * MINUTE
        length = chance.randrange(1, 2000) * MINUTE
        ends = None if chance.random() < 0.1 else begins + length
        spans.append(Span(kind=chance.choice(["resident", "access", "parts"]), begins=begins, ends=ends))
    rounds = chance.choice((1, 1, 2))
    urgency = chance.choice(("urgent", "normal"))
    kept: list[Kept] = []
    for round_ in range(1, rounds + 1):
        began = opened + (round_ - 1) * 600 * MINUTE
        for one in clocks.begun(definition, urgency, round_, began):
            stopped = began + chance.randrange(1, 4000) * MINUTE
            if closed_at or (stopped < NOW and chance.random() < 0.5):
                stopped = max(began, min(stopped, closed_at or stopped))
                filed = stopped + chance.choice((0, 0, 6, 60)) * MINUTE
                one = msgspec.structs.replace(one, stopped=stopped, filed=filed)
            kept.append(one)
    fields: dict[str, object] = {"category": chance.choice(["home/pipe", "home/lamp", "homes/pipe"])}
    if closed_at:
        fields["satisfaction"] = chance.choice(["satisfied", "unsatisfied", "unreached"])
        if chance.random() < 0.5:
            fields["rating"] = chance.randrange(1, 6)
    return CaseFacts(
        id=f"c{n}", number=f"N{n:04d}", title="", definition=definition, opened_at=opened, closed_at=closed_at,
        assignee_id=chance.choice([None, "li", "zhao"]), round=rounds, urged=chance.choice((0, 2)),
        escalated=chance.choice((0, 1)), fields=fields, kept=clocks.reckoned(kept, spans, CALENDARS),
        spans=tuple(spans),
    )  # fmt: skip


def figures(cases: Sequence[CaseFacts], since: datetime = MONTH, until: datetime = NOW) -> Figures:
    return Reckoner(CALENDARS, NOW, 480, {"li": "李", "zhao": "赵"}).figures(cases, since, until)


def minutes_waited(case: CaseFacts, kept: Kept, since: datetime, until: datetime) -> Waited:
    """Every minute looked at for itself."""
    gone = {"us": 0, "resident": 0, "others": 0}
    at, end = max(kept.began, since), min(kept.stopped or NOW, until)
    calendar = CALENDARS[kept.calendar]
    while at < end:
        if calendar.between(at, at + MINUTE):
            spans = sorted(case.spans, key=lambda span: span.begins)
            pause = next((span for span in spans if span.begins <= at and (not span.ends or at < span.ends)), None)
            gone[WAITS_ON[pause.kind] if pause else "us"] += 1
        at += MINUTE
    return Waited(**gone)


@pytest.fixture(scope="module")
def cases(fix: CaseDefinition) -> list[CaseFacts]:
    chance = random.Random(7)
    return [drawn(fix, n, chance) for n in range(300)]


def test_cases_are_counted_where_they_were_opened_and_closed(cases: list[CaseFacts]) -> None:
    told = figures(cases).whole
    opened = [case for case in cases if MONTH <= case.opened_at < NOW]
    closed = [case for case in cases if case.closed_at and MONTH <= case.closed_at < NOW]
    assert told.opened == len(opened) > 50
    assert told.closed == len(closed) > 50
    assert told.open_now == len([case for case in cases if not case.closed_at])
    assert told.reopen_rate == len([case for case in closed if case.round == 2]) / len(closed)
    assert told.urged == len([case for case in opened if case.urged])
    assert told.escalated == len([case for case in opened if case.escalated])
    answers = [case.fields["satisfaction"] for case in closed]
    assert told.satisfaction == answers.count("satisfied") / (len(answers) - answers.count("unreached"))
    ratings = [float(str(case.fields["rating"])) for case in closed if "rating" in case.fields]
    assert told.rating == pytest.approx(sum(ratings) / len(ratings))


def test_every_promise_is_weighed_once_when_it_was_kept_or_was_over(cases: list[CaseFacts]) -> None:
    told = figures(cases).whole.promises
    met = late = breached = running = paused = filed = 0
    for case in cases:
        for kept in case.kept:
            due = kept.due
            if kept.stopped and (due is None or kept.stopped <= due):
                met += MONTH <= kept.stopped < NOW
            elif kept.stopped:
                assert due is not None
                late += MONTH <= due < NOW
            elif due is not None and due < NOW:
                breached += due >= MONTH
            elif any(span.begins <= NOW and (span.ends is None or span.ends > NOW) for span in case.spans):
                paused += 1
            else:
                running += 1
            if kept.stopped and kept.filed and MONTH <= kept.stopped < NOW:
                filed += kept.filed - kept.stopped > timedelta(minutes=5)
    assert (told.met, told.late, told.breached, told.running, told.paused, told.back_filed) == (
        met, late, breached, running, paused, filed,
    )  # fmt: skip
    assert min(met, late, breached, running, paused, filed) > 0
    assert told.on_time == met / (met + late + breached)


def test_weeks_add_up_to_the_whole(cases: list[CaseFacts]) -> None:
    whole = figures(cases).whole
    weeks = [
        figures(cases, MONTH + timedelta(days=n), min(NOW, MONTH + timedelta(days=n + 7))).whole
        for n in range(0, 22, 7)
    ]
    for name in ("opened", "closed", "reopened", "urged", "satisfied", "answered"):
        assert sum(getattr(week, name) for week in weeks) == getattr(whole, name)
    for name in ("met", "late", "breached", "back_filed"):
        assert sum(getattr(week.promises, name) for week in weeks) == getattr(whole.promises, name)
    for on in ("us", "resident", "others"):
        assert sum(getattr(week.waited, on) for week in weeks) == pytest.approx(getattr(whole.waited, on))


def test_where_the_time_went_is_a_count_of_minutes(cases: list[CaseFacts]) -> None:
    some = cases[:40]
    expected = [0.0, 0.0, 0.0]
    for case in some:
        for round_ in {kept.round for kept in case.kept}:
            longest = max((kept for kept in case.kept if kept.round == round_), key=lambda kept: kept.minutes)
            for n, minutes in enumerate(minutes_waited(case, longest, MONTH, NOW)):
                expected[n] += minutes
    assert figures(some).whole.waited == pytest.approx(tuple(expected))
    assert min(expected) > 0


def test_median_and_ninth_tenth_are_working_minutes_of_what_was_done(cases: list[CaseFacts]) -> None:
    some = cases[:60]
    far = datetime(2030, 1, 1, tzinfo=UTC)
    worked = sorted(
        minutes_waited(case, kept, kept.began, far).us
        for case in some
        for kept in case.kept
        if kept.stopped and MONTH <= kept.stopped < NOW
    )
    told = figures(some).whole.promises
    half = len(worked) // 2
    assert told.median == (worked[half] if len(worked) % 2 else (worked[half - 1] + worked[half]) / 2)
    assert told.p90 is not None
    at_most = sum(minutes <= told.p90 for minutes in worked)
    below = sum(minutes < told.p90 for minutes in worked)
    assert below < 0.9 * len(worked) <= at_most


def test_groups_divide_the_whole(cases: list[CaseFacts]) -> None:
    told = figures(cases, MONTH - timedelta(days=10))
    assert [group.key for group in told.definitions] == ["fix"]
    assert {group.key: group.title["zh"] for group in told.categories} == {"fix/home": "户内", "fix/homes": "楼栋"}
    assert {group.key: group.title["zh"] for group in told.assignees} == {"": "", "li": "李", "zhao": "赵"}
    assert [group.key for group in told.months] == ["2026-10", "2026-11"]
    for groups in (told.categories, told.assignees, told.months):
        assert sum(group.measures.opened for group in groups) == told.whole.opened
        assert sum(group.measures.promises.decided for group in groups) == told.whole.promises.decided
        assert sum(group.measures.waited.us for group in groups) == pytest.approx(told.whole.waited.us)
    assert sum(one.promises.decided for one in told.clocks) == told.whole.promises.decided
    assert {(one.clock, one.title["en"]) for one in told.clocks} == {("respond", "Respond"), ("done", "Done")}


def test_what_is_late_is_listed_with_how_long_it_is_over_and_whom_it_waited_for(cases: list[CaseFacts]) -> None:
    told = figures(cases[:60])
    promises = told.whole.promises
    assert len(told.late) == promises.late + promises.breached > 0
    assert [late.over for late in told.late] == sorted((late.over for late in told.late), reverse=True)
    by_id = {case.id: case for case in cases}
    for late in told.late[:5]:
        case = by_id[late.id]
        kept = next(one for one in case.kept if one.due == late.due and one.stopped == late.stopped)
        assert kept.due is not None
        assert late.over == minutes_waited(case, kept, kept.due, NOW).us
        assert late.waited == minutes_waited(case, kept, kept.began, NOW)


def test_nothing_at_all_has_no_rates() -> None:
    told = figures([]).whole
    assert (told.promises.on_time, told.reopen_rate, told.satisfaction, told.rating) == (None, None, None, None)
    assert (told.promises.median, told.waited.total) == (None, 0)


def test_void_and_merged_cases_are_in_no_figure(
    records: Records, clock: FakeClock, new_id: FakeIds, tmp_path: Path
) -> None:
    with_operators(records)
    with_places(records)
    known = Cases(records, clock, new_id, TERMINAL, write_kinds(tmp_path / "kinds"))
    lists = CaseLists(records, clock, new_id, known)
    definition = known.definition("fix")
    began = START - timedelta(hours=1)
    promised = msgspec.to_builtins(clocks.reckoned(clocks.begun(definition, "urgent", 1, began), [], known.calendars()))
    void = {"state": "voided", "closed_at": START - timedelta(minutes=5)}
    put(
        records, row(1, clocks=promised, assignee_id="fitter"), row(2, clocks=promised, **void),
        row(3, clocks=promised), row(4, definition="stop", state="open"),
        row(5, opened_at=START - timedelta(days=9), closed_at=START - timedelta(days=8), state="archived"),
    )  # fmt: skip

    def merge(tx: Transaction) -> None:
        tx.add(CaseLink(id="l", case_id="case-003", other_id="case-001", kind="merged"))

    records.write(Act("test.merge", "system", "test", TERMINAL, START), merge)
    clock.advance(60)
    told = lists.figures(START - timedelta(days=1), clock.now())
    assert (told.whole.opened, told.whole.closed, told.whole.open_now) == (2, 0, 2)
    # Thirty minutes to respond went by half an hour ago; four hours to be done did not.
    assert (told.whole.promises.breached, told.whole.promises.running) == (1, 1)
    assert [(late.id, late.clock_title["zh"], late.over) for late in told.late] == [("case-001", "响应", 31.0)]
    assert told.assignees[0].title["zh"] in ("Fitter", "")
    assert lists.figures(START - timedelta(days=1), clock.now(), ["stop"]).whole.opened == 1
    with pytest.raises(Invalid):
        lists.figures(START, START)
