"""The self-test tells what is wrong and does not break on it."""

from __future__ import annotations

from pathlib import Path

from db.store import Records
from desktop.security.check import run_checks_open
from tests.support.fakes import FakeClock, FakeIds


def test_a_damaged_open_store_is_a_finding_and_the_other_checks_go_on(
    tmp_path: Path, key: bytes, new_id: FakeIds, clock: FakeClock
) -> None:
    (tmp_path / "records.db").write_bytes(b"no database at all " * 1000)
    records = Records(tmp_path / "records.db", key, new_id)
    found = {check.name: check.ok for check in run_checks_open(tmp_path, records, clock)}
    records.close()
    assert (found["store"], found["journal"], found["clock"], found["fonts"]) == (False, False, True, True)
