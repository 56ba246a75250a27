"""Promised times, held against a slow count of every single minute."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import compress, count, islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.cases import clocks
from desktop.cases.calendar import ALWAYS, Calendar, Holidays, Hours, Stretch, load_calendars, missing_years
from desktop.cases.clocks import Kept, Span
from desktop.cases.loading import load_definitions
from desktop.cases.rules import WAITS_ON
from resources.loader import folder

MINUTE = timedelta(minutes=1)
BEIJING = timedelta(hours=8)
FIRST = datetime(2023, 12, 20) - BEIJING
"""Where the slow count begins, in UTC without saying so."""
DAYS = 4 * 366
FAR = 200 * 1440
"""Minutes: no promise here is due later."""
CALENDARS = load_calendars(folder("calendars"))
OFFICE = CALENDARS["office"]
WAITS = sorted(WAITS_ON)


def at(text: str) -> datetime:
    """An instant of the community, `2026-02-14 17:30` or with seconds."""
    return datetime.fromisoformat(f"{text}+08:00")


@cache
def minutes_of(calendar: str) -> bytes:
    """Every minute from `FIRST` on: 1 where it counts. Read from the files by rules of its own."""
    if calendar == "always":
        return b"\1" * (DAYS * 1440)
    off: set[date] = set()
    worked: set[date] = set()
    for path in folder("calendars").glob("cn-*.toml"):
        file = tomllib.loads(path.read_text(encoding="utf-8"))
        off.update(file["off"])
        worked.update(file["worked"])
    marks = bytearray()
    for n in range(DAYS):
        day = (FIRST + BEIJING).date() + timedelta(days=n)
        works = day in worked or (day.weekday() < 5 and day not in off)
        for minute in range(1440):
            marks.append(works and (510 <= minute < 720 or 810 <= minute < 1050))
    return bytes(marks)


def place(instant: datetime) -> int:
    """The number of the minute that begins at this instant."""
    minutes = (instant.astimezone(UTC).replace(tzinfo=None) - FIRST) / MINUTE
    assert minutes == int(minutes)
    return int(minutes)


def instant(minute: int) -> datetime:
    return (FIRST + minute * MINUTE).replace(tzinfo=UTC)


def counted(calendar: str, start: datetime, end: datetime | None, pauses: Sequence[Stretch]) -> bytearray:
    """The minutes from `start`, with what is paused struck out one after the other."""
    first, last = place(start), place(start) + FAR if end is None else place(end)
    marks = bytearray(minutes_of(calendar)[first:last])
    for begins, ends in pauses:
        a = max(0, place(begins) - first)
        b = max(a, len(marks) if ends is None else min(len(marks), place(ends) - first))
        marks[a:b] = bytes(b - a)
    return marks


def slowly_after(calendar: str, start: datetime, minutes: int, pauses: Sequence[Stretch]) -> datetime | None:
    """The end of the so-manieth minute that counts."""
    nth = next(islice(compress(count(), counted(calendar, start, None, pauses)), minutes - 1, None), None)
    return None if nth is None else instant(place(start) + nth + 1)


def drawn(chance: random.Random) -> tuple[str, datetime, int, list[Stretch]]:
    """A case: mostly around holidays, year ends and the edges of the day, with none to five pauses of every sort."""
    calendar = chance.choice(("always", "office"))
    day = chance.choice(
        (
            date(2024, 2, 9), date(2024, 9, 13), date(2024, 12, 31), date(2025, 1, 24), date(2025, 4, 30),
            date(2025, 9, 26), date(2025, 12, 30), date(2026, 2, 12), date(2026, 4, 3), date(2026, 9, 19),
            date(2026, 12, 30), date(2024, 3, 4) + timedelta(days=chance.randrange(1000)),
        )
    ) + timedelta(days=chance.randrange(-2, 4))  # fmt: skip
    minute = chance.choice((0, 509, 510, 511, 719, 720, 721, 809, 810, 1049, 1050, 1439, chance.randrange(1440)))
    start = datetime.combine(day, time(), UTC) - BEIJING + minute * MINUTE
    minutes = chance.choice((1, 30, 210, 240, 449, 450, 451, 480, 900, 1440, 2880, chance.randrange(1, 6000)))
    return calendar, start, minutes, [_pause(chance, start) for _ in range(chance.choice((0, 0, 1, 2, 3, 5)))]


def _pause(chance: random.Random, start: datetime) -> Stretch:
    begins = start + chance.choice((-600, -1, 0, 1, 30, chance.randrange(8000))) * MINUTE
    if chance.random() < 0.05:
        return Stretch(begins, None)
    return Stretch(begins, begins + chance.choice((-30, 0, 1, 60, 2880, chance.randrange(4000))) * MINUTE)


def test_due_times_are_those_of_a_minute_by_minute_count() -> None:
    chance = random.Random(16)
    sorts = {"waits": 0, "closing": 0, "paused": 0}
    for _ in range(20_000):
        calendar, start, minutes, pauses = drawn(chance)
        due = CALENDARS[calendar].after(start, minutes, pauses)
        assert due == slowly_after(calendar, start, minutes, pauses), (calendar, start, minutes, pauses)
        sorts["waits"] += due is None
        sorts["closing"] += due is not None and (due + BEIJING).time() == time(17, 30)
        sorts["paused"] += due is not None and len(pauses) > 1
    assert min(sorts.values()) > 500  # the draw had enough of each to mean something


def test_what_has_gone_between_two_instants_is_the_same_count() -> None:
    chance = random.Random(17)
    for _ in range(4000):
        calendar, start, minutes, pauses = drawn(chance)
        end = start + chance.choice((0, 1, minutes, 7 * minutes)) * MINUTE
        gone = CALENDARS[calendar].between(start, end, pauses)
        assert gone == sum(counted(calendar, start, end, pauses)) * MINUTE, (calendar, start, end, pauses)


def test_where_the_time_went_adds_up_and_goes_to_the_first_pause_that_covers_it() -> None:
    chance = random.Random(18)
    for _ in range(2000):
        calendar, start, minutes, pauses = drawn(chance)
        kinds = [chance.choice(WAITS) for _ in pauses]
        spans = [
            Span(kind=kind, begins=begins, ends=ends)  # type: ignore[arg-type]
            for kind, (begins, ends) in zip(kinds, pauses, strict=True)
        ]
        end = start + 2 * minutes * MINUTE
        kept = Kept(clock="done", round=1, began=start, minutes=minutes, calendar=calendar, stopped=end)
        told = clocks.waited(kept, spans, CALENDARS, end)
        expected = dict.fromkeys(("us", "resident", "others"), timedelta())
        left = counted(calendar, start, end, [])
        for span in sorted(spans, key=lambda one: one.begins):
            before = sum(left)
            a = max(0, place(span.begins) - place(start))
            b = max(a, len(left) if span.ends is None else min(len(left), place(span.ends) - place(start)))
            left[a:b] = bytes(b - a)
            expected[WAITS_ON[span.kind]] += (before - sum(left)) * MINUTE
        expected["us"] += sum(left) * MINUTE
        assert told == expected
        assert sum(told.values(), timedelta()) == CALENDARS[calendar].between(start, end)


def test_due_and_warning_of_a_case_follow_its_pauses_and_forget_none() -> None:
    chance = random.Random(19)
    for _ in range(2000):
        calendar, start, minutes, pauses = drawn(chance)
        minutes = 5 * minutes
        spans = [Span(kind="parts", begins=begins, until=ends) for begins, ends in pauses]
        (kept,) = clocks.reckoned(
            [Kept(clock="done", round=1, began=start, minutes=minutes, calendar=calendar)], spans, CALENDARS
        )
        assert kept.due == slowly_after(calendar, start, minutes, pauses)
        assert kept.warn_at == slowly_after(calendar, start, minutes * 4 // 5, pauses)
        assert kept.due is None or (kept.warn_at is not None and kept.warn_at < kept.due)


SECONDS = 1_771_027_200  # 2026-02-14 08:00 in Beijing, a worked Saturday before the Spring Festival


@settings(max_examples=150, deadline=None)
@given(
    start=st.integers(0, 9 * 3600),
    wanted=st.integers(1, 6 * 3600),
    pauses=st.lists(st.tuples(st.integers(-600, 36_000), st.integers(-5, 7200)), max_size=4),
)
def test_seconds_are_counted_one_by_one_too(start: int, wanted: int, pauses: list[tuple[int, int]]) -> None:
    struck = [(begins, begins + length) for begins, length in pauses]

    def counts(second: int) -> bool:
        local = second + 8 * 3600  # the second of the day
        open_ = 30_600 <= local < 43_200 or 48_600 <= local < 63_000
        return open_ and not any(begins <= second < ends for begins, ends in struck)

    def moment(second: int) -> datetime:
        return datetime.fromtimestamp(SECONDS + second, UTC)

    ticking = [second for second in range(start, 16 * 3600) if counts(second)]
    due = OFFICE.after(moment(start), wanted / 60, [Stretch(moment(a), moment(b)) for a, b in struck])
    if len(ticking) >= wanted:
        assert due == moment(ticking[wanted - 1] + 1)
    else:  # the Spring Festival comes first: the office is open again on the 24th
        assert due is not None and due >= at("2026-02-24 08:30")


def test_a_promise_that_ends_with_the_working_day_is_due_at_its_end_and_not_the_next_morning() -> None:
    assert OFFICE.after(at("2026-11-20 16:30"), 60) == at("2026-11-20 17:30")
    assert OFFICE.after(at("2026-11-20 16:30"), 61) == at("2026-11-23 08:31")
    assert OFFICE.after(at("2026-11-20 11:00"), 60) == at("2026-11-20 12:00")


def test_after_hours_time_begins_with_the_next_working_day() -> None:
    assert OFFICE.after(at("2026-11-20 17:30"), 30) == at("2026-11-23 09:00")
    # Before the Spring Festival: Friday evening, then a worked Saturday, then nine days off.
    assert OFFICE.after(at("2026-02-13 18:00"), 450) == at("2026-02-14 17:30")
    assert OFFICE.after(at("2026-02-13 18:00"), 451) == at("2026-02-24 08:31")


def urgent(stopped: str, filed: str = "") -> Kept:
    kept = Kept(
        clock="arrive", round=1, began=at("2026-11-22 08:00"), minutes=30,
        stopped=at(f"2026-11-22 {stopped}"), filed=at(f"2026-11-22 {filed or stopped}"),
    )  # fmt: skip
    return clocks.reckoned([kept], [], CALENDARS)[0]


@pytest.mark.parametrize(
    ("stopped", "filed", "standing", "back_filed"),
    [
        ("08:30:00", "", "met", False),
        ("08:30:01", "", "late", False),
        ("08:20:00", "09:10:00", "met", True),
        ("08:20:00", "08:25:00", "met", False),
        ("08:20:00", "08:25:01", "met", True),
    ],
)
def test_thirty_minutes_are_met_at_the_second_and_an_arrival_filed_later_counts_when_it_happened(
    stopped: str, filed: str, standing: str, back_filed: bool
) -> None:
    kept = urgent(stopped, filed)
    assert kept.due == at("2026-11-22 08:30")
    assert (clocks.standing(kept, [], at("2026-11-22 12:00")), clocks.is_back_filed(kept)) == (standing, back_filed)


@pytest.mark.parametrize(("corrected", "standing"), [(False, "met"), (True, "late")])
def test_handed_on_a_kept_promise_stays_kept_unless_the_moment_itself_was_wrong(corrected: bool, standing: str) -> None:
    repair = max(
        (one for one in load_definitions(folder("cases")).definitions.values() if one.name == "repair"),
        key=lambda one: one.version,
    )
    kept = [Kept(clock="arrive", round=1, began=at("2026-11-22 08:00"), minutes=30)]
    steps = [("assigned", None, "08:05"), ("on_site", "08:10", "08:10"), ("assigned", "08:10", "09:00")]
    for state, arrived, now in steps:
        fields = {"arrived_at": f"2026-11-22T{arrived}:00+08:00"} if arrived else {}
        kept = list(clocks.followed(repair, kept, 1, state, fields, at(f"2026-11-22 {now}")))
    later = {"arrived_at": "2026-11-22T10:00:00+08:00"}
    (after,) = clocks.followed(repair, kept, 1, "on_site", later, at("2026-11-22 10:00"), corrected)
    (after,) = clocks.reckoned([after], [], CALENDARS)
    assert clocks.standing(after, [], at("2026-11-22 12:00")) == standing
    assert after.filed == at("2026-11-22 10:00" if corrected else "2026-11-22 08:10")


def test_an_urgency_that_promises_nothing_can_be_given_one_that_does() -> None:
    repair = next(one for one in load_definitions(folder("cases")).definitions.values() if one.name == "repair")
    opened = at("2026-11-22 08:00")
    assert {one.began for one in clocks.promised_anew(repair, [], 1, "urgent", opened)} == {opened}
    begun = clocks.begun(repair, "urgent", 1, at("2026-11-22 07:00"))
    assert {one.began for one in clocks.promised_anew(repair, begun, 1, "normal", opened)} == {at("2026-11-22 07:00")}


def test_a_running_clock_is_warned_then_breached_and_paused_where_somebody_else_is_waited_for() -> None:
    (kept,) = clocks.reckoned([Kept(clock="done", round=1, began=at("2026-11-22 08:00"), minutes=100)], [], CALENDARS)
    seen = [clocks.standing(kept, [], at(f"2026-11-22 {moment}")) for moment in ("09:19", "09:20", "09:40", "09:40:01")]
    assert seen == ["running", "warned", "warned", "breached"]
    pause = Span(kind="resident", begins=at("2026-11-22 08:30"))
    (waits,) = clocks.reckoned([kept], [pause], CALENDARS)
    assert (waits.due, clocks.standing(waits, [pause], at("2026-11-25 08:00"))) == (None, "paused")


def test_a_pause_of_48_hours_over_a_weekend_moves_the_due_time_by_working_minutes_only() -> None:
    start = at("2026-11-20 16:30")  # a Friday
    pause = Stretch(at("2026-11-20 17:00"), at("2026-11-22 17:00"))
    assert OFFICE.after(start, 120) == at("2026-11-23 09:30")
    assert OFFICE.after(start, 120, [pause]) == at("2026-11-23 10:00")


def test_a_pause_nobody_ended_in_time_is_no_longer_than_it_was_planned() -> None:
    span = Span(
        kind="resident", begins=at("2026-11-22 08:00"), until=at("2026-11-22 09:00"), ends=at("2026-11-25 09:00")
    )
    assert span.stretch().ends == at("2026-11-22 09:00")
    assert not span.is_open(at("2026-11-22 09:00"))


def test_two_pauses_of_one_instant_may_differ_in_having_an_end() -> None:
    begins = at("2026-11-22 08:10")
    pauses = [Stretch(begins, None), Stretch(begins, at("2026-11-22 08:20"))]
    assert ALWAYS.after(at("2026-11-22 08:00"), 10, pauses) == begins
    assert ALWAYS.after(at("2026-11-22 08:00"), 11, pauses) is None


def test_a_calendar_without_hours_never_ends_a_clock() -> None:
    never = Calendar("never", {"zh": "无", "en": "Never"}, ((),) * 7)
    assert never.after(at("2026-11-22 08:00"), 1) is None


def test_a_community_elsewhere_counts_its_own_days() -> None:
    urumqi = Calendar("office", {"zh": "", "en": ""}, ((Hours(time(8), time(9)),),) * 7, Holidays(), 360)
    assert urumqi.after(at("2026-11-22 08:00"), 30) == at("2026-11-22 10:30")


# The files, against what the State Council announced


def days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("year", "working"),
    # Days to be worked in the year by the announcements: weekdays, less those off, and the weekend days instead.
    [(2024, 251), (2025, 248), (2026, 248)],
)
def test_a_year_has_as_many_working_days_as_announced(year: int, working: int) -> None:
    assert OFFICE.knows(year)
    assert sum(bool(OFFICE.hours(day)) for day in days_of(year)) == working


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2024-02-10", "2024-02-17"), ("2024-10-01", "2024-10-07"), ("2025-01-28", "2025-02-04"),
        ("2025-10-01", "2025-10-08"), ("2026-01-01", "2026-01-03"), ("2026-02-15", "2026-02-23"),
        ("2026-04-04", "2026-04-06"), ("2026-05-01", "2026-05-05"), ("2026-06-19", "2026-06-21"),
        ("2026-09-25", "2026-09-27"), ("2026-10-01", "2026-10-07"),
    ],
)  # fmt: skip
def test_holidays_are_off_from_their_first_to_their_last_day(first: str, last: str) -> None:
    begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    for n in range((ends - begins).days + 1):
        assert OFFICE.hours(begins + timedelta(days=n)) == ()
    # A holiday stands between days that are worked, or a weekend that is not.
    for beside in (begins - timedelta(days=1), ends + timedelta(days=1)):
        assert bool(OFFICE.hours(beside)) is (beside.weekday() < 5 or beside in OFFICE.holidays.worked)


def test_only_weekend_days_are_worked_instead_and_no_day_is_both() -> None:
    known = OFFICE.holidays
    assert all(day.weekday() >= 5 for day in known.worked)
    assert not known.worked & known.off
    assert {day.year for day in known.off | known.worked} == known.years


def test_a_year_without_its_file_is_not_known() -> None:
    assert not OFFICE.knows(2035)
    assert OFFICE.hours(date(2035, 10, 1)) != ()
    assert ALWAYS.knows(2035)


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        (date(2026, 6, 1), ()), (date(2026, 10, 31), ()), (date(2026, 11, 1), (2027,)), (date(2026, 12, 31), (2027,)),
        (date(2027, 1, 1), (2027,)), (date(2027, 11, 5), (2027, 2028)), (date(2025, 11, 5), ()),
    ],
)  # fmt: skip
def test_the_holidays_of_a_year_are_asked_for_from_november_before_it(today: date, missing: tuple[int, ...]) -> None:
    known = Holidays(years=frozenset({2024, 2025, 2026}))
    calendars = [ALWAYS, Calendar("office", OFFICE.title, OFFICE.week, known)]
    assert missing_years(calendars, today) == missing
