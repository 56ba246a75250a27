"""The history thread writes, compacts and forgets by itself, counts what it drops, and hears of nothing twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from db.errors import StoreError
from db.telemetry import Latest, Telemetry, TelemetryReader
from desktop.field import history as room
from desktop.field.history import KEEP, History
from tests.support.broker import wait_until

KEY = bytes(range(32))
DAY = 86_400
FAR = 2**41


@pytest.fixture
def telemetry(tmp_path: Path) -> Iterator[Telemetry]:
    store = Telemetry(tmp_path / "telemetry.db", KEY)
    yield store
    store.close()


def test_what_is_offered_is_there_for_readers_and_survives_the_stop(telemetry: Telemetry) -> None:
    series = telemetry.series_id("sump", "level")
    history = History(telemetry)
    history.start()
    history.offer({series: (1000, 1.0)}, [], {})
    wait_until(lambda: history.stored == 1)
    history.offer({series: (2000, 2.0)}, [], {})
    history.stop()
    assert TelemetryReader(telemetry.path, KEY).history("sump", "level", 0, FAR) == [(1000, 1.0), (2000, 2.0)]
    assert (history.dropped, history.problem, history.queued) == (0, "", 0)


def test_the_thread_compacts_what_an_earlier_process_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "COMPACT_EVERY", 0.02)
    path = tmp_path / "telemetry.db"
    earlier = Telemetry(path, KEY)
    series = earlier.series_id("sump", "level")
    earlier.write([(series, n * 1000, float(n)) for n in range(500)])
    earlier.close()
    telemetry = Telemetry(path, KEY)
    history, reader = History(telemetry), TelemetryReader(path, KEY)
    history.start()

    def chunks() -> int:
        return int(reader._ask(lambda query: query("SELECT count(*) FROM raw", ())[0][0], 0))

    wait_until(lambda: chunks() == 3)
    history.stop()
    assert len(reader.history("sump", "level", 0, FAR)) == 500
    telemetry.close()


def half_a_year(telemetry: Telemetry, now: int) -> None:
    series = telemetry.series_id("sump", "level")
    telemetry.write([(series, (now - n * 3600) * 1000, float(n % 17)) for n in range(200 * 24, 0, -1)])
    telemetry.settle(now * 1000)


def rows_in(telemetry: Telemetry, table: str) -> int:
    """How many rows a tier has."""
    with telemetry._begin() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def test_each_tier_is_kept_for_its_time_and_what_goes_is_counted(telemetry: Telemetry) -> None:
    now = int(time.time())
    half_a_year(telemetry, now)
    rows = {table: rows_in(telemetry, table) for table in KEEP[0]._fields}
    history = History(telemetry)
    history.keep_house(now)
    assert rows_in(telemetry, "raw") < rows["raw"] / 5 and rows_in(telemetry, "minute") < rows["minute"] / 2 + 10
    assert (rows_in(telemetry, "quarter"), rows_in(telemetry, "day")) == (rows["quarter"], rows["day"])
    assert history.forgotten["raw"] == pytest.approx((200 - 30) * 24, abs=72)
    assert history.forgotten["minute"] == pytest.approx((200 - 90) * 24, abs=72)
    assert (history.forgotten["quarter"], history.forgotten["day"]) == (0, 0)
    bands = telemetry.bands("sump", "level", (now - 200 * DAY) * 1000, now * 1000, 300)
    assert sum(band.count for band in bands) == 200 * 24
    # Once more, nothing is too old any longer.
    before = dict(history.forgotten)
    history.keep_house(now)
    assert dict(history.forgotten) == before


def test_a_file_that_is_too_big_gives_up_the_finest_first(
    telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = int(time.time())
    half_a_year(telemetry, now)
    monkeypatch.setattr(room, "MOST_BYTES", 1)
    history = History(telemetry)
    history.keep_house(now)
    least = KEEP[-1]
    assert rows_in(telemetry, "raw") <= 3 and rows_in(telemetry, "minute") <= 6 * (least.minute + 2)
    assert rows_in(telemetry, "quarter") <= least.quarter / 4 + 2 and rows_in(telemetry, "day") >= 1
    bands = telemetry.bands("sump", "level", (now - 200 * DAY) * 1000, now * 1000, 201)
    assert sum(band.count for band in bands) == 200 * 24


def test_the_ladder_shortens_a_finer_tier_before_a_coarser_one() -> None:
    for longer, shorter in pairwise(KEEP):
        assert all(a >= b for a, b in zip(longer, shorter, strict=True)) and longer != shorter
        assert shorter.raw <= shorter.minute <= shorter.quarter <= shorter.day
    assert len({keep.day for keep in KEEP}) == 1


def test_a_clock_that_jumped_empties_no_history(telemetry: Telemetry) -> None:
    now = int(time.time())
    half_a_year(telemetry, now)
    history = History(telemetry)
    history.keep_house(now + 20 * 365 * DAY)
    assert not any(history.forgotten.values())
    # Should it be right after all, it is so an hour later too.
    history.keep_house(now + 20 * 365 * DAY)
    assert history.forgotten["raw"] > 0


def test_a_start_with_a_wrong_clock_empties_no_history(telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    half_a_year(telemetry, int(now))
    telemetry.save_latest([Latest("sump", "level", 1.0, now, None)])
    wrong = now + 20 * 365 * DAY
    monkeypatch.setattr(time, "time", lambda: wrong)
    history = History(telemetry)
    for _ in range(3):
        history.keep_house(wrong)
    assert not any(history.forgotten.values())
    # Set right, it is trusted from the next time on.
    for _ in range(2):
        history.keep_house(now)
    assert history.forgotten["raw"] > 0
    assert telemetry.history("sump", "level", round((now - 7 * DAY) * 1000), round(now * 1000))


def test_a_start_after_a_short_stop_goes_on_forgetting(telemetry: Telemetry) -> None:
    now = time.time()
    half_a_year(telemetry, int(now))
    telemetry.save_latest([Latest("sump", "level", 1.0, now - DAY, None)])
    history = History(telemetry)
    history.keep_house(now)
    assert history.forgotten["raw"] > 0


def test_a_full_disk_is_told_once_counted_and_over_when_it_is_over(
    telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    series = telemetry.series_id("sump", "level")
    write, full = telemetry.write, [True]

    def refusing(rows: list[tuple[int, int, float]]) -> None:
        if full[0] and rows:
            raise StoreError("full", "no space left")
        write(rows)

    monkeypatch.setattr(telemetry, "write", refusing)
    history = History(telemetry)
    history.start()
    for n in range(3):
        history.offer({series: (n, 1.0)}, [], {})
        wait_until(lambda n=n: history.dropped == n + 1)
    assert "no space left" in history.problem
    assert len(caplog.records) == 1
    full[0] = False
    history.offer({series: (9, 9.0)}, [], {})
    wait_until(lambda: history.stored == 1)
    wait_until(lambda: not history.problem)
    history.stop()
    assert telemetry.history("sump", "level", 0, FAR) == [(9, 9.0)]


@pytest.mark.parametrize("error", [OSError("the folder refuses"), RuntimeError("a mistake"), ValueError()])
@pytest.mark.parametrize("step", ["write", "compact"])
def test_whatever_goes_wrong_is_told_and_the_thread_goes_on(
    telemetry: Telemetry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    step: str,
    error: Exception,
) -> None:
    monkeypatch.setattr(room, "COMPACT_EVERY", 0.02)
    series = telemetry.series_id("sump", "level")
    usual, wrong, tried = getattr(telemetry, step), [True], [0]

    def refusing(*args: object) -> object:
        if wrong[0]:
            tried[0] += 1
            raise error
        return usual(*args)

    monkeypatch.setattr(telemetry, step, refusing)
    history = History(telemetry)
    history.start()
    history.offer({series: (1, 1.0)}, [], {})
    wait_until(lambda: tried[0] > 2)
    assert history.problem and (str(error) or "ValueError") in history.problem
    assert len(caplog.records) == 1 and caplog.records[0].exc_info
    wrong[0] = False
    history.offer({series: (9, 9.0)}, [], {})
    wait_until(lambda: history.stored + history.dropped == 2 and not history.problem)
    assert (9, 9.0) in telemetry.history("sump", "level", 0, FAR)
    history.stop()


def test_a_clock_that_ran_ahead_for_months_makes_nothing_old_when_it_is_right(telemetry: Telemetry) -> None:
    now = int(time.time())
    half_a_year(telemetry, now + 400 * DAY)
    history = History(telemetry)
    telemetry.forget("raw", (now + 300 * DAY) * 1000)
    history.keep_house(now)
    series = telemetry.series_id("sump", "level")
    samples = [((now + n) * 1000, float(n)) for n in range(60)]
    telemetry.write([(series, t, v) for t, v in samples])
    telemetry.settle((now + DAY) * 1000)
    assert telemetry.history("sump", "level", now * 1000, (now + DAY) * 1000) == samples


def test_the_file_may_be_deleted_while_the_thread_runs(telemetry: Telemetry) -> None:
    series = telemetry.series_id("sump", "level")
    history, reader = History(telemetry), TelemetryReader(telemetry.path, KEY)
    history.start()
    for n in range(3):
        stored = history.stored
        history.offer({series: (n, float(n))}, [], {})
        wait_until(lambda before=stored: history.stored == before + 1)
        assert reader.history("sump", "level", 0, FAR) == [(n, float(n))]
        for file in telemetry.path.parent.glob("telemetry.db*"):
            file.unlink()
    history.stop()
    assert history.problem == ""
