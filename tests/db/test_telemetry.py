"""The telemetry file keeps values and history, thins them without losing a peak, and may be lost at any time."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.engine import open_engine
from db.errors import StoreError
from db.store import Act, Records
from db.tables.security import Setting
from db.telemetry import Latest, Telemetry, TelemetryReader
from tests.support.fakes import START

KEY = bytes(range(32))


def rows_of(reader: Telemetry | TelemetryReader, point: str = "level", most: int = 2000) -> list[tuple[int, float]]:
    return reader.history("sump", point, 0, 10**12, most)


def test_a_reader_sees_what_the_writer_wrote(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.db"
    reader = TelemetryReader(path, KEY)
    assert (rows_of(reader), reader.latest(), path.exists()) == ([], [], False)
    store = Telemetry(path, KEY)
    level, flow = store.series_id("sump", "level"), store.series_id("sump", "flow")
    assert (store.series_id("sump", "level"), level != flow) == (level, True)
    store.write([(level, 20, 2.5), (flow, 10, 1.0), (level, 10, 1.5), (level, 20, 3.5)])
    store.write([])
    values = [
        Latest("sump", "level", 3.5, 1.25, 1.0),
        Latest("sump", "pump", True, 2.0),
        Latest("lift", "way", "up", 3),
    ]
    store.save_latest(values)
    store.save_latest([values[0]._replace(value=4, at=9.0)])
    expected = sorted([values[0]._replace(value=4, at=9.0), *values[1:]])
    for each in (reader, store):
        assert rows_of(each) == [(10, 1.5), (20, 3.5)]
        assert each.history("sump", "level", 11, 20) == [(20, 3.5)]
        assert each.history("sump", "nothing", 0, 99) == []
        assert sorted(each.latest()) == expected
        assert {row.point: type(row.value) for row in each.latest()} == {"level": int, "pump": bool, "way": str}
    store.close()


def test_series_keep_their_numbers_over_a_restart(tmp_path: Path) -> None:
    store = Telemetry(tmp_path / "telemetry.db", KEY)
    ids = {point: store.series_id("sump", point) for point in "abc"}
    store.write([(ids["a"], 1, 1.0)])
    store.close()
    store = Telemetry(tmp_path / "telemetry.db", KEY)
    assert {point: store.series_id("sump", point) for point in "cab"} == ids
    assert store.series_id("sump", "d") not in ids.values()
    store.close()


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(st.integers(0, 500), st.integers(-50, 50), max_size=120),
    st.integers(2, 40),
    st.integers(0, 250),
    st.integers(250, 500),
)
def test_thinning_keeps_the_peaks_and_the_bound(samples: dict[int, int], most: int, since: int, until: int) -> None:
    with TemporaryDirectory() as folder:
        store = Telemetry(Path(folder) / "t.db", KEY)
        series = store.series_id("sump", "level")
        store.write([(series, t, float(v)) for t, v in samples.items()])
        window = {t: float(v) for t, v in samples.items() if since <= t <= until}
        thinned = store.history("sump", "level", since, until, most)
        store.close()
    assert len(thinned) <= most
    assert thinned == sorted(thinned)
    assert set(thinned) <= set(window.items())
    if len(window) <= most:
        assert dict(thinned) == window
    else:
        values = [v for _, v in thinned]
        assert (min(values), max(values)) == (min(window.values()), max(window.values()))


def damage(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 500)


def other_key(path: Path) -> None:
    path.unlink()
    Telemetry(path, bytes(32)).close()


def other_version(path: Path) -> None:
    engine = open_engine(path, KEY, "writer")
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA user_version=99")
    engine.dispose()


@pytest.mark.parametrize("spoil", [damage, other_key, other_version])
def test_an_unusable_file_is_moved_aside_counted_and_made_anew(tmp_path: Path, spoil: object) -> None:
    path = tmp_path / "telemetry.db"
    store = Telemetry(path, KEY)
    store.write([(store.series_id("sump", "level"), 1, 1.0)])
    assert store.replaced == 0
    store.close()
    for count in (1, 2):
        spoil(path)  # type: ignore[operator]
        store = Telemetry(path, KEY)
        assert (store.replaced, rows_of(store)) == (count, [])
        store.write([(store.series_id("sump", "level"), 2, 2.0)])
        assert rows_of(TelemetryReader(path, KEY)) == [(2, 2.0)]
        store.close()
        assert [p.name for p in tmp_path.glob("*.aside-*")] == [f"telemetry.db.aside-{count}"]


def test_a_file_damaged_while_it_is_open_is_replaced_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.db"
    store = Telemetry(path, KEY)
    series = store.series_id("sump", "level")
    store.write([(series, 1, 1.0)])
    # Drops the connection, so that the next one meets the damage.
    store.close()
    damage(path)
    store.write([(series, 2, 2.0)])
    assert (store.replaced, rows_of(store)) == (1, [(2, 2.0)])
    assert store.series_id("sump", "level") == series
    store.close()


def test_a_reader_tells_of_a_file_it_cannot_read(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.db"
    damage(path)
    with pytest.raises(StoreError):
        TelemetryReader(path, KEY).latest()


def test_without_the_telemetry_no_business_record_is_missing(tmp_path: Path, records: Records) -> None:
    act = Act("settings.change", "system", "系统", "D1", START)
    path = tmp_path / "telemetry.db"
    for n in range(3):
        store = Telemetry(path, KEY)
        store.write([(store.series_id("sump", "level"), n, 1.0)])
        records.write(act, lambda tx, n=n: tx.add(Setting(id=f"s{n}", value={})))
        store.close()
        for file in tmp_path.glob("telemetry.db*"):
            file.unlink()
        assert TelemetryReader(path, KEY).latest() == []
    assert records.read(lambda s: sorted(row.id for row in s.query(Setting))) == ["s0", "s1", "s2"]
    assert records.verify().ok
