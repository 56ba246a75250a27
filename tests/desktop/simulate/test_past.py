"""A new demo's charts open on the building's own past."""

from __future__ import annotations

from pathlib import Path

from db.telemetry import Telemetry
from desktop.simulate.past import STEP, remember


def test_the_hours_before_are_remembered_and_end_before_now(tmp_path: Path, key: bytes) -> None:
    telemetry = Telemetry(tmp_path / "telemetry.db", key)
    until = 1_795_000_000.0
    written = remember(telemetry, size="small", seed=1, until=until, hours=1)
    rows = telemetry.history("meter-1", "active_power", 0, round(until * 1000) + 3_600_000, 500)
    again = Telemetry(tmp_path / "again.db", key)
    assert remember(again, size="small", seed=1, until=until, hours=1) == written > 1000
    assert again.history("meter-1", "active_power", 0, round(until * 1000), 500) == rows
    times = [at for at, _ in rows]
    assert len(set(times)) > 10
    assert (until - 3600) * 1000 <= min(times) and max(times) <= (until - STEP) * 1000
    telemetry.close()
    again.close()
