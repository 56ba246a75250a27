"""History: samples a second onto the disk, bytes a sample, and how long charts take, beside plain SQLite tables in the same
run: appending to a bare table, a row a sample, and a table clustered by series and time."""

from __future__ import annotations

import math
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from db.engine import set_up
from db.rollup import DAY, HOUR
from db.telemetry import Telemetry, TelemetryReader
from db.telemetry_layout import SPAN, TABLES, first_id, last_id
from desktop.bench.machine import machine
from desktop.field.history import KEEP, MOST_BYTES, Keep

BEGIN = 1_795_000_000_000 // DAY * DAY
SERIES = 1000
"""Of the write figures: each tells every second, and all of a second are written at once, as the field service does."""
SECONDS = 480
STEP = 10_000
CHART = 8640
"""Points of the chart beside a clustered table: a day, a sample every ten seconds."""
SPANS = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY, "year": 365 * DAY}
YEAR = 365
"""Days."""
MOST = 1000
PROTOTYPES = 2

Shape = Callable[[int, int], float]
Row = tuple[int, int, float]


def walk(series: int, step: int) -> float:
    """A sensor with noise, one decimal."""
    chance = random.Random(series * 1_000_003 + step)
    return round(20 + 5 * math.sin(step / 360 + series) + chance.gauss(0, 0.4), 1)


def valve(series: int, step: int) -> float:
    """On or off, for about a minute each."""
    return float(random.Random(series * 7919 + step // 7).random() < 0.3)


def run(points: int = 5000, repeats: int = 5, series: int = SERIES, charts: int = 40) -> dict[str, Any]:
    """The figures as `linli bench history --json` prints them. Every pair takes turns in this run; medians, with the raw
    numbers beside them. A year of `points` series needs up to 2.5 GB of scratch disk."""
    taken_on = machine()
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as scratch:
        folder = Path(scratch)
        written = {
            name: _written(folder, shape, series, repeats) for name, shape in (("walk", walk), ("on_off", valve))
        }
        chart = _charts(folder, max(4, series // 16), repeats)
        year = _year(folder, points, charts)
    ours, bare = written["walk"]["samples_per_s"], written["walk"]["bare_per_s"]
    return {
        "name": "history",
        "figures": {
            "samples_per_s": round(statistics.median(ours)),
            "bytes_per_sample": {name: each["bytes"] for name, each in written.items()},
            "chart_ms": round(statistics.median(chart["bands_ms"]), 3),
            "samples_of_chart_ms": round(statistics.median(chart["chunks_ms"]), 3),
            "year": year,
            "raw": {"written": written, "chart": chart},
        },
        "limit": {
            "rowid_samples_per_s": round(statistics.median(bare)),
            "rowid_bytes_per_sample": {name: each["row_bytes"] for name, each in written.items()},
            "clustered_chart_ms": round(statistics.median(chart["clustered_ms"]), 3),
        },
        "ratio": {
            "write": _ratio(ours, bare),
            "write_with_roll_ups": _ratio(written["walk"]["rolled_up_per_s"], bare),
            "bytes": {name: round(each["bytes"] / each["row_bytes"], 3) for name, each in written.items()},
            # What a chart asks for: its points as bands with their extremes; and every single sample, for an export.
            "chart": _ratio(chart["bands_ms"], chart["clustered_ms"]),
            "samples_of_chart": _ratio(chart["chunks_ms"], chart["clustered_ms"]),
        },
        "machine": taken_on,
    }


def _ratio(ours: list[float], theirs: list[float]) -> float:
    """The median of each pair's ratio: what the machine does beside hits both of a pair."""
    return round(statistics.median(a / b for a, b in zip(ours, theirs, strict=True)), 3)


def _written(folder: Path, shape: Shape, series: int, repeats: int) -> dict[str, Any]:
    """Both ways of writing the same batches, a second of every series each, in turn."""
    jitter = random.Random(1)
    batches: list[list[Row]] = [
        [(n + 1, BEGIN + second * 1000 + jitter.randrange(20), shape(n, second)) for n in range(series)]
        for second in range(SECONDS)
    ]
    count = sum(map(len, batches))
    found: dict[str, Any] = {"samples": count, "samples_per_s": [], "rolled_up_per_s": [], "bare_per_s": []}
    for turn in range(repeats):
        took, found["row_bytes"] = _bare(folder / f"bare{turn}.db", batches)
        found["bare_per_s"].append(round(count / took))
        stored, rolled, found["bytes"] = _ours(folder / f"ours{turn}.db", batches)
        found["samples_per_s"].append(round(count / stored))
        found["rolled_up_per_s"].append(round(count / rolled))
    found["row_bytes"], found["bytes"] = round(found["row_bytes"] / count, 2), round(found["bytes"] / count, 2)
    return found


def _bare(path: Path, batches: list[list[Row]]) -> tuple[float, int]:
    """The limit: nothing but appending, as fast as the driver can."""
    with _plain(path, "CREATE TABLE sample (series INTEGER, t INTEGER, v REAL)") as connection:
        begin = time.perf_counter()
        for batch in batches:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO sample VALUES (?,?,?)", batch)
            connection.execute("COMMIT")
        took = time.perf_counter() - begin
        [(pages,)] = connection.execute("PRAGMA page_count").fetchall()
    path.unlink()
    return took, pages * 4096


def _ours(path: Path, batches: list[list[Row]]) -> tuple[float, float, int]:
    """Seconds until all samples are in chunks, seconds with their roll-ups made too, bytes then."""
    store = Telemetry(path, KEY)
    empty = store.size()
    for number, _, _ in batches[0]:
        assert store.series_id(f"thing-{number}", "value") == number
    begin = time.perf_counter()
    for second, batch in enumerate(batches):
        store.write(batch)
        store.compact(BEGIN + second * 1000)
    store.settle(BEGIN)
    stored = time.perf_counter() - begin
    store.settle(BEGIN + SPAN + HOUR)
    rolled = time.perf_counter() - begin
    size = store.size() - empty
    store.close()
    path.unlink()
    return stored, rolled, size


def _charts(folder: Path, series: int, repeats: int) -> dict[str, list[float]]:
    """One series' day out of many, written in order of time: from chunks and from a clustered table, in turn."""
    batches = [[(n + 1, BEGIN + step * STEP, walk(n, step)) for n in range(series)] for step in range(CHART)]
    store = Telemetry(folder / "chart.db", KEY)
    for row in batches[0]:
        store.series_id(f"thing-{row[0]}", "value")
    for begin in range(0, CHART, 60):
        store.write([row for batch in batches[begin : begin + 60] for row in batch])
    store.settle(BEGIN + 2 * DAY)
    schema = "CREATE TABLE sample (series INTEGER, t INTEGER, v REAL, PRIMARY KEY (series, t)) WITHOUT ROWID"
    found: dict[str, list[float]] = {"chunks_ms": [], "bands_ms": [], "clustered_ms": []}
    with _plain(folder / "clustered.db", schema) as connection:
        for begin in range(0, CHART, 60):
            connection.execute("BEGIN IMMEDIATE")
            rows = [row for batch in batches[begin : begin + 60] for row in batch]
            connection.executemany("INSERT INTO sample VALUES (?,?,?)", rows)
            connection.execute("COMMIT")
        until = BEGIN + DAY
        for turn in range(max(repeats, 5) * 4):
            n = turn % series + 1
            at = time.perf_counter()
            theirs = connection.execute(
                "SELECT t, v FROM sample WHERE series=? AND t BETWEEN ? AND ? ORDER BY t", (n, BEGIN, until)
            ).fetchall()
            between = time.perf_counter()
            ours = store.history(f"thing-{n}", "value", BEGIN, until, CHART)
            end = time.perf_counter()
            bands = store.bands(f"thing-{n}", "value", BEGIN, until - 1, MOST)
            drawn = time.perf_counter()
            assert ours == theirs and len(ours) == CHART
            values = [value for _, value in theirs]
            assert min(band.low for band in bands) == min(values) and max(band.high for band in bands) == max(values)
            found["clustered_ms"].append(round((between - at) * 1000, 3))
            found["chunks_ms"].append(round((end - between) * 1000, 3))
            found["bands_ms"].append(round((drawn - end) * 1000, 3))
    store.close()
    return found


def _year(folder: Path, points: int, charts: int) -> dict[str, Any]:
    """Charts out of a year of so many points, each asked as a console asks: a new connection every time."""
    path = folder / "year.db"
    begin = time.perf_counter()
    kept, now = _make_year(path, points)
    built = time.perf_counter() - begin
    reader, chance = TelemetryReader(path, KEY), random.Random(3)
    found: dict[str, Any] = {"points": points, "built_s": round(built, 1), "kept_days": kept._asdict()}
    found["file_mb"] = round(path.stat().st_size / 2**20)
    for name, span in SPANS.items():
        times: list[float] = []
        bands = 0
        for _ in range(charts):
            thing = f"thing-{chance.randrange(points) + 1}"
            at = time.perf_counter()
            bands = len(reader.bands(thing, "value", now - span, now, MOST))
            times.append(round((time.perf_counter() - at) * 1000, 2))
        times.sort()
        found[name] = {"p50_ms": times[len(times) // 2], "p95_ms": times[int(len(times) * 0.95)], "bands": bands}
        found[name]["most_ms"] = times[-1]
    return found


def _make_year(path: Path, points: int) -> tuple[Keep, int]:
    """A file as it would be after a year: a few series go the whole way and are thinned as the housekeeping does; the
    others get copies of their rows. Returns what is kept of it, and the time of its last samples."""
    store = Telemetry(path, KEY)
    ids = [store.series_id(f"thing-{n + 1}", "value") for n in range(points)]
    now = BEGIN + YEAR * DAY + 3 * HOUR
    for n in range(min(PROTOTYPES, points)):
        shape = walk if n % 2 == 0 else valve
        store.write([(ids[n], at, shape(n, at // 300_000)) for at in range(BEGIN, now - 600_000, 300_000)])
        store.settle(now)
    each = store.size() / min(PROTOTYPES, points)
    for kept in KEEP:
        for tier, days in kept._asdict().items():
            store.forget(tier, now - days * DAY)
        each = store.size() / min(PROTOTYPES, points)
        if each * points <= MOST_BYTES:
            break
    store.close()
    _copy(path, ids)
    store = Telemetry(path, KEY)
    for at in range(now - 600_000, now, 10_000):
        store.write([(id_, at, walk(id_, at // 10_000)) for id_ in ids])
    store.close()
    return kept, now


def _copy(path: Path, ids: list[int]) -> None:
    with _plain(path, "SELECT 1") as connection:
        for n, series in enumerate(ids[PROTOTYPES:]):
            model = ids[n % PROTOTYPES]
            if n % 100 == 0:
                connection.execute("COMMIT") if n else None
                connection.execute("BEGIN IMMEDIATE")
            for table in TABLES:
                columns = "n, span, data" if table == "raw" else "n, data"
                connection.execute(
                    f"INSERT INTO {table} SELECT id + ?, {columns} FROM {table} WHERE id BETWEEN ? AND ?",
                    (first_id(series) - first_id(model), first_id(model), last_id(model)),
                )
            connection.execute("INSERT INTO rolled SELECT ?, until FROM rolled WHERE series=?", (series, model))
        if connection.in_transaction:
            connection.execute("COMMIT")


KEY = os.urandom(32)


@contextmanager
def _plain(path: Path, schema: str) -> Iterator[Any]:
    """A connection as the telemetry file's own, encrypted alike, on a file with another schema."""
    connection = sqlcipher.connect(str(path), isolation_level=None)
    try:
        set_up(connection, KEY, "telemetry")
        connection.execute(schema)
        yield connection
    finally:
        connection.close()
