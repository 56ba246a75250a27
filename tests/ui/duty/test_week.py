"""Turns as cells: a night is of its evening, a long turn of every day it fills."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from desktop.people.duty import Post, Turn
from tests.ui.pages import at
from ui.duty.week import cells, monday_of

MONDAY = date(2026, 11, 16)


def turn(begins: str, hours: float, post: Post = "guard", name: str = "冯") -> Turn:
    since = at(begins)
    return Turn(begins, post, name, name, since, since + timedelta(hours=hours))


def shown(turns: list[Turn], now: datetime) -> dict[tuple[int, int], list[tuple[str, bool]]]:
    return {cell: [(one.hours, one.now) for one in entries] for cell, entries in cells(turns, MONDAY, now).items()}


def test_a_week_begins_on_monday() -> None:
    assert monday_of(date(2026, 11, 22)) == MONDAY == monday_of(MONDAY)


def test_a_night_is_shown_on_the_evening_it_began_also_after_midnight() -> None:
    night = [turn("2026-11-16 20:00", 12)]
    assert shown(night, at("2026-11-16 21:00")) == {(0, 0): [("20–08", True)]}
    assert shown(night, at("2026-11-17 03:00")) == {(0, 0): [("20–08", True)]}
    assert shown(night, at("2026-11-17 09:00")) == {(0, 0): [("20–08", False)]}


def test_a_turn_of_days_is_shown_on_each_and_is_now_on_one() -> None:
    week = [turn("2026-11-16 08:30", 72, "manager")]
    assert shown(week, at("2026-11-17 12:00")) == {
        (2, 0): [("08:30–08:30", False)], (2, 1): [("", True)], (2, 2): [("", False)],
    }  # fmt: skip


def test_what_began_in_the_week_before_is_of_the_week_before() -> None:
    assert shown([turn("2026-11-15 20:00", 12)], at("2026-11-16 03:00")) == {}


def test_a_cell_is_in_order_of_time() -> None:
    day = [turn("2026-11-18 20:00", 12, name="邓"), turn("2026-11-18 08:00", 12)]
    assert shown(day, at("2026-11-20 12:00")) == {(0, 2): [("08–20", False), ("20–08", False)]}
