"""History says what a plain list of samples would: over compaction, roll-ups, late samples, restarts and forgetting."""

from __future__ import annotations

import math
import random
import threading
from bisect import bisect_left
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from db.rollup import DAY, HOUR, MINUTE, Band, Columns, merged
from db.telemetry import Telemetry, TelemetryReader
from db.telemetry_layout import CHUNK

KEY = bytes(range(32))
BEGIN = 1_795_000_000_000
FAR = BEGIN + 400 * DAY
POINTS = ("level", "flow")


def agrees(
    bands: list[Band],
    samples: dict[int, float],
    since: int,
    until: int,
    most: int,
    late: frozenset[int] = frozenset(),
) -> None:
    """Every band is what a plain recomputation over its samples says, and every sample is in one. Where some came `late`,
    after the single samples were forgotten, nobody knows which of a band was its last."""
    assert len(bands) <= max(2, most)
    assert [band.at_ms for band in bands] == sorted({band.at_ms for band in bands})
    ends = [band.at_ms for band in bands[1:]] + [until + 1] if bands else []
    begin = min(since, bands[0].at_ms) if bands else since
    assert sum(band.count for band in bands) == sum(begin <= t <= until for t in samples)
    all_times = sorted(samples)
    for band, end in zip(bands, ends, strict=True):
        times = all_times[bisect_left(all_times, band.at_ms) : bisect_left(all_times, end)]
        values = [samples[t] for t in times]
        assert (band.low, band.high, band.count) == (min(values), max(values), len(values))
        assert band.last == values[-1] or (not late.isdisjoint(times) and band.last in values)
        assert math.isclose(band.mean, math.fsum(values) / len(values), rel_tol=1e-9, abs_tol=1e-9)


class Machine(RuleBasedStateMachine):
    """Random writes, clocks that go back, late samples, compaction, forgetting and restarts, beside plain dictionaries."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "telemetry.db"
        self.plain: dict[str, dict[int, float]] = {point: {} for point in POINTS}
        self.late: dict[str, set[int]] = {point: set() for point in POINTS}
        self.now = BEGIN
        self.forgotten = 0
        """Up to when single samples may be gone."""

    @initialize(offset=st.sampled_from([480, 345, -210, 0]))
    def begin(self, offset: int) -> None:
        self.store = Telemetry(self.path, KEY, offset)

    @rule(
        ahead=st.sampled_from([1000, 60_000, HOUR, 5 * HOUR, DAY, 9 * DAY, -2000, -HOUR, -30 * HOUR]),
        count=st.integers(1, 300),
        step=st.sampled_from([1, 1000, 61_000, 15 * MINUTE]),
        point=st.sampled_from(POINTS),
        values=st.lists(st.integers(-500, 500).map(lambda n: n / 10), min_size=1, max_size=7),
    )
    def write(self, ahead: int, count: int, step: int, point: str, values: list[float]) -> None:
        self.now = max(BEGIN, self.now + ahead)
        series = self.store.series_id("sump", point)
        rows = self.still_known(point, [(self.now + n * step, values[n % len(values)]) for n in range(count)])
        self.store.write([(series, t, v) for t, v in rows])
        self.plain[point] |= dict(rows)
        self.now += (count - 1) * step

    def still_known(self, point: str, rows: list[tuple[int, float]]) -> list[tuple[int, float]]:
        """Without those that another of the same instant was before, where only its bucket knows of that one."""
        gone = self.forgotten and self.forgotten + 4 * HOUR
        rows = [(t, v) for t, v in rows if t >= gone or t not in self.plain[point]]
        self.late[point] |= {t for t, _ in rows if t < gone}
        return rows

    @rule(
        back=st.sampled_from([10 * MINUTE, 7 * HOUR, 3 * DAY, 20 * DAY, 400 * DAY]),
        count=st.integers(1, 40),
        step=st.sampled_from([1, 1000, 7 * MINUTE, 3 * HOUR]),
        point=st.sampled_from(POINTS),
        at_once=st.booleans(),
    )
    def write_late(self, back: int, count: int, step: int, point: str, at_once: bool) -> None:
        """A clock set back for a while, or values that waited in a gateway."""
        series = self.store.series_id("sump", point)
        rows = self.still_known(point, [(self.now - back + n * step, n / 8) for n in range(count)])
        self.store.write([(series, t, v) for t, v in rows])
        self.plain[point] |= dict(rows)
        if at_once:
            self.store.settle(self.now - back + count * step)

    @rule(raw=st.sampled_from([HOUR, DAY, 4 * DAY]), tier=st.sampled_from(["", "minute", "quarter"]))
    def forget(self, raw: int, tier: str) -> None:
        self.store.settle(self.now)
        before = self.now - raw
        self.store.trust_clock(self.now)
        self.store.forget("raw", before)
        self.forgotten = max(self.forgotten, before)
        if tier:
            self.store.forget("minute", before - DAY)
        if tier == "quarter":
            self.store.forget(tier, before - 5 * DAY)

    @rule(shuffled=st.permutations(range(12)), point=st.sampled_from(POINTS))
    def write_out_of_order(self, shuffled: list[int], point: str) -> None:
        series = self.store.series_id("sump", point)
        rows = self.still_known(point, [(self.now + n // 2 * 700, float(n)) for n in shuffled])
        self.store.write([(series, t, v) for t, v in rows])
        self.plain[point] |= dict(rows)

    @rule()
    def settle(self) -> None:
        self.store.settle(self.now + 5 * HOUR)

    @rule(ahead=st.integers(0, 6 * HOUR))
    def compact(self, ahead: int) -> None:
        self.store.compact(self.now + ahead, 1.0)

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = Telemetry(self.path, KEY, 0)

    @rule(point=st.sampled_from(POINTS), most=st.integers(2, 900), data=st.data())
    def ask(self, point: str, most: int, data: st.DataObject) -> None:
        since = data.draw(st.integers(BEGIN - DAY, max(BEGIN, self.now)))
        samples, late = self.plain[point], frozenset(self.late[point])
        # A sample that is in the tail and, replaced, in a roll-up is counted twice until it is compacted.
        self.store.settle(self.now)
        for asked in (self.store, TelemetryReader(self.path, KEY)):
            for until in (FAR, self.now + DAY):
                agrees(asked.bands("sump", point, since, until, most), samples, since, until, most, late)

    @invariant()
    def samples_are_exact(self) -> None:
        if not hasattr(self, "store"):
            return
        for point, samples in self.plain.items():
            kept = sorted((t, v) for t, v in samples.items() if t >= self.forgotten)
            assert self.store.history("sump", point, self.forgotten, FAR, 10**6) == kept
            at = self.now - HOUR
            before = max((t for t in samples if t <= at), default=None)
            if not self.forgotten or (before or 0) >= self.forgotten:
                newest = None if before is None else (before, samples[before])
                assert self.store.last_before("sump", point, at) == newest

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
        self.folder.cleanup()


TestHistoryAgainstPlainDictionaries = Machine.TestCase
TestHistoryAgainstPlainDictionaries.settings = settings(max_examples=12, stateful_step_count=12, deadline=None)


def test_of_the_same_instant_the_sample_written_last_stays(tmp_path: Path) -> None:
    """Also where two writes hold it at different places."""
    store = Telemetry(tmp_path / "telemetry.db", KEY)
    series = store.series_id("sump", "level")
    for rows in ([(1, 1.0), (2, 2.0), (2, 3.0)], [(2, 4.0), (3, 5.0), (4, 6.0)]):
        store.write([(series, BEGIN + t, v) for t, v in rows])
    for _ in range(2):
        assert [v for _, v in store.history("sump", "level", 0, FAR)] == [1.0, 4.0, 5.0, 6.0]
        store.settle(BEGIN)
    store.write([(series, BEGIN + 3, 7.0)])
    store.settle(BEGIN)
    assert [v for _, v in store.history("sump", "level", 0, FAR)] == [1.0, 4.0, 7.0, 6.0]
    store.close()


def test_the_first_band_is_whole(tmp_path: Path) -> None:
    store = filled(tmp_path / "telemetry.db", [(BEGIN, 5.0), *waves(3, 1000, BEGIN + HOUR)])
    [band] = store.bands("sump", "level", BEGIN + HOUR // 2, FAR, 2)
    assert (band.count, band.low) == (4, 5.0) and band.at_ms <= BEGIN
    store.close()


def waves(count: int, step: int, begin: int = BEGIN) -> list[tuple[int, float]]:
    return [(begin + n * step, round(20 + 5 * math.sin(n / 50) + n % 7 / 10, 1)) for n in range(count)]


def filled(path: Path, samples: list[tuple[int, float]]) -> Telemetry:
    store = Telemetry(path, KEY)
    series = store.series_id("sump", "level")
    store.write([(series, t, v) for t, v in samples])
    store.settle(samples[-1][0] + DAY)
    return store


@pytest.mark.parametrize(
    ("hours", "most", "width"),
    [(2, 500, 15_000), (24, 500, 3 * MINUTE), (24 * 20, 400, 75 * MINUTE), (24 * 60, 50, 2 * DAY)],
)
def test_the_width_of_bands_follows_the_span(tmp_path: Path, hours: int, most: int, width: int) -> None:
    """Raw, 1 minute, 15 minutes and 1 day, each to the same result as the samples."""
    samples = waves(hours * 60, MINUTE) if hours > 24 else waves(hours * 720, 5000)
    store = filled(tmp_path / "telemetry.db", samples)
    until = BEGIN + hours * HOUR
    bands = store.bands("sump", "level", BEGIN, until, most)
    store.close()
    agrees(bands, dict(samples), BEGIN, until, most)
    steps = {b.at_ms - a.at_ms for a, b in pairwise(bands)}
    assert len(steps) == 1 and steps.pop() == pytest.approx(width, rel=0.05)
    assert len(bands) > most / 3


def test_days_begin_at_local_midnight(tmp_path: Path) -> None:
    store = filled(tmp_path / "telemetry.db", waves(24 * 40, HOUR))
    bands = store.bands("sump", "level", BEGIN, BEGIN + 40 * DAY - 1, 41)
    store.close()
    assert len(bands) == 41
    assert {(band.at_ms + 8 * HOUR) % DAY for band in bands} == {0}


def test_a_late_sample_is_merged_into_what_was_rolled_up(tmp_path: Path) -> None:
    samples = waves(24 * 60 * 3, MINUTE)
    store = filled(tmp_path / "telemetry.db", samples)
    late = (BEGIN + DAY + 77, 99.0)
    store.write([(store.series_id("sump", "level"), *late)])
    everything = dict([*samples, late])
    for compacted in (False, True):
        if compacted:
            store.settle(BEGIN + 4 * DAY)
        bands = store.bands("sump", "level", BEGIN, BEGIN + 3 * DAY, 60)
        assert max(band.high for band in bands) == 99.0
        assert sum(band.count for band in bands) == len(everything)
    agrees(bands, everything, BEGIN, BEGIN + 3 * DAY, 60)
    store.close()


def test_few_samples_come_as_they_are_even_over_a_month(tmp_path: Path) -> None:
    store = filled(tmp_path / "telemetry.db", samples := waves(60, 12 * HOUR))
    bands = store.bands("sump", "level", BEGIN, BEGIN + 30 * DAY, 200)
    assert [(band.at_ms, band.last, band.count) for band in bands] == [(t, v, 1) for t, v in samples]
    assert store.bands("sump", "nothing", BEGIN, FAR) == store.bands("sump", "level", FAR, BEGIN) == []
    store.close()


def test_what_raw_history_forgot_the_roll_ups_still_tell(tmp_path: Path) -> None:
    chance = random.Random(7)
    samples = [(t, round(chance.gauss(0, 100), 3)) for t, _ in waves(60 * 24 * 6, MINUTE)]
    store = filled(tmp_path / "telemetry.db", samples)
    until = BEGIN + 6 * DAY
    before = store.size()
    gone = store.forget("raw", BEGIN + 4 * DAY)
    assert 0 < gone < 4 * 24 * 60 and store.size() < before
    agrees(store.bands("sump", "level", BEGIN, until, 700), dict(samples), BEGIN, until, 700)
    points = store.history("sump", "level", BEGIN, until, 200)
    assert len(points) <= 200 and {min(points, key=lambda p: p[1])[1]} == {min(v for _, v in samples)}
    at = BEGIN // HOUR * HOUR + 7 * HOUR
    assert store.last_before("sump", "level", at + 5) == (at - 1, max(s for s in samples if s[0] < at)[1])
    # The finer roll-ups too: then the coarser ones stand in, to the edge of what is still raw.
    assert store.forget("minute", BEGIN + 4 * DAY) > 0
    for most in (60, 700):
        agrees(store.bands("sump", "level", BEGIN, until, most), dict(samples), BEGIN, until, most)
    store.close()


def test_raw_history_that_is_not_rolled_up_is_never_forgotten(tmp_path: Path) -> None:
    store = Telemetry(tmp_path / "telemetry.db", KEY)
    series = store.series_id("sump", "level")
    samples = waves(4 * 24, HOUR)
    store.write([(series, t, v) for t, v in samples])
    store.settle(BEGIN - DAY)
    assert store.forget("raw", FAR) == 0
    assert store.last_before("sump", "level", FAR) == samples[-1]
    store.close()


def test_a_clock_that_was_far_ahead_hides_nothing_afterwards(tmp_path: Path) -> None:
    store = Telemetry(tmp_path / "telemetry.db", KEY)
    series = store.series_id("sump", "level")
    store.write([(series, FAR, 1.0)])
    store.settle(FAR + DAY)
    store.forget("raw", FAR - DAY)
    samples = waves(60 * 12, MINUTE)
    store.write([(series, t, v) for t, v in samples])
    store.settle(BEGIN + DAY)
    until = BEGIN + 12 * HOUR
    assert store.history("sump", "level", BEGIN, until, 5000) == samples
    agrees(store.bands("sump", "level", BEGIN, until, 50), dict(samples), BEGIN, until, 50)
    store.close()


def test_the_tail_goes_into_full_chunks_by_itself(tmp_path: Path) -> None:
    store = Telemetry(tmp_path / "telemetry.db", KEY)
    ids = [store.series_id("sump", f"p{n}") for n in range(40)]
    for second in range(CHUNK + 6):
        store.write([(id_, BEGIN + second * 1000, float(second)) for id_ in ids])
        store.compact(BEGIN + second * 1000, 5.0)
    with store._begin() as connection:
        rows = connection.exec_driver_sql("SELECT count(*), max(n) FROM raw").one()
    assert tuple(rows) == (40, CHUNK)
    assert len(store.history("sump", "p3", 0, FAR)) == CHUNK + 6
    store.close()


@given(st.integers(0, 10 * DAY), st.integers(1, 3))
@settings(max_examples=15, deadline=None)
def test_compacting_again_changes_nothing(ahead: int, times: int) -> None:
    with TemporaryDirectory() as folder:
        samples = waves(3000, MINUTE)
        store = filled(Path(folder) / "telemetry.db", samples)
        before = store.bands("sump", "level", BEGIN, FAR, 300)
        for _ in range(times):
            store.settle(BEGIN + ahead)
        assert store.bands("sump", "level", BEGIN, FAR, 300) == before
        store.close()


def test_a_file_deleted_while_it_is_open_is_made_anew_and_readers_follow(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.db"
    store, reader = Telemetry(path, KEY), TelemetryReader(path, KEY)
    series = store.series_id("sump", "level")
    for round_ in range(3):
        store.write([(series, BEGIN + round_, 1.0)])
        assert reader.history("sump", "level", 0, FAR) == [(BEGIN + round_, 1.0)]
        for file in tmp_path.glob("telemetry.db*"):
            file.unlink()
        assert reader.bands("sump", "level", 0, FAR) == [] and reader.last_before("sump", "level", FAR) is None
        store.settle(BEGIN + DAY)
    assert store.series_id("sump", "level") == series and store.replaced == 0
    store.close()


def test_two_readers_beside_the_writer_never_miss_or_double_a_sample(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.db"
    store = Telemetry(path, KEY)
    series = store.series_id("sump", "level")
    written, stop, wrong = [0], threading.Event(), []

    def read() -> None:
        reader = TelemetryReader(path, KEY)
        while not stop.is_set():
            least = written[0]
            rows = reader.history("sump", "level", 0, FAR, 10**6)
            counted = sum(band.count for band in reader.bands("sump", "level", BEGIN - DAY, FAR, 20))
            if [v for _, v in rows] != [float(n) for n in range(len(rows))] or len(rows) < least or counted < len(rows):
                wrong.append((least, len(rows), counted))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for thread in readers:
        thread.start()
    for batch in range(60):
        rows = [(series, BEGIN + n * 60_000, float(n)) for n in range(batch * 50, batch * 50 + 50)]
        store.write(rows)
        written[0] += 50
        store.settle(rows[-1][1])
    stop.set()
    for thread in readers:
        thread.join()
    store.close()
    assert wrong == []


@pytest.mark.parametrize("far", [10**9, 10**12])
def test_merging_few_bands_costs_what_they_are_not_what_they_span(far: int) -> None:
    """A chart over everything there may ever be: one band far wider than all samples, and samples far apart."""
    dense = Columns([0, 1000, 2000], [1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 1, 1], 1)
    assert merged(dense, far).bands() == [Band(0, 1.0, 3.0, 2.0, 3.0, 3)]
    sparse = Columns([0, 1, far], [1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 1, 1], 1)
    assert [band.at_ms for band in merged(sparse, 2).bands()] == [0, far]
