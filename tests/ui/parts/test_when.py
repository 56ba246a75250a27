"""Instants and lengths of time in words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from desktop.kernel.words import Words
from ui.parts.when import lasting, midnight, read_day, read_local, short, span, stamp

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "hour"),
    [("2026-11-22", 0), ("2026-11-22 14:05", 14), (" 2026/11/22 14:05 ", 14), ("２０２６－１１－２２　１４：０５", 14)],
)
def test_what_people_type_is_read_in_the_community_s_time(typed: str, hour: int) -> None:
    at = read_local(typed)
    assert at is not None and (at.date(), at.hour) == (date(2026, 11, 22), hour)
    assert at.utcoffset() is not None


@pytest.mark.parametrize(
    "typed", ["", "22.11.2026 soon", "2026-13-01", "2026-02-30", "2026-11-22T14:05+02:00", "20261122"]
)
def test_anything_else_is_no_instant(typed: str) -> None:
    assert read_local(typed) is None


def test_a_day_is_a_day_only() -> None:
    assert read_day("2026/11/22") == date(2026, 11, 22)
    assert read_day("2026-11-22 14:00") is None
    assert midnight(date(2026, 11, 22)).astimezone(UTC) == datetime(2026, 11, 21, 16, tzinfo=UTC)


def test_instants_are_shown_as_short_as_they_can_be() -> None:
    assert stamp(NOW) == "2026-11-22 14:00:00"
    assert short(NOW, NOW) == "14:00"
    assert short(datetime(2026, 11, 21, 16, 5, tzinfo=UTC), NOW) == "00:05"
    assert short(datetime(2026, 11, 20, 6, 5, tzinfo=UTC), NOW) == "11-20 14:05"
    assert short(datetime(2025, 11, 20, 6, 5, tzinfo=UTC), NOW) == "2025-11-20 14:05"


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (-5, "不到 1 分钟", "under 1 min"),
        (59, "不到 1 分钟", "under 1 min"),
        (60, "1 分钟", "1 min"),
        (3600 * 3 + 720, "3 小时 12 分", "3 h 12 min"),
        (3600 * 47, "47 小时 0 分", "47 h 0 min"),
        (3600 * 51, "2 天 3 小时", "2 d 3 h"),
    ],
)
def test_lengths_of_time_are_told_to_the_minute(seconds: float, zh: str, en: str) -> None:
    assert lasting(Words("zh"), seconds) == zh
    assert lasting(Words("en"), seconds) == en


def test_a_countdown_shows_seconds() -> None:
    assert [span(s) for s in (-1, 42, 725, 11_525, 2 * 86_400 + 720)] == [
        "0:00",
        "0:42",
        "12:05",
        "3:12:05",
        "2 d 0:12",
    ]
