"""What was erased stays erased, whatever copy is put back."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.open import open_records
from desktop.alarms.keeping import StillKeeper
from desktop.alarms.service import Alarms
from desktop.cases.service import Cases
from desktop.commands import stores
from desktop.kernel.clock import SystemClock
from desktop.security import backup, keys
from desktop.security.settings import Settings
from tests.desktop.alarms.support import WALL_MS, change, person
from tests.support.fakes import FakeClock, FakeIds

JPEG = b"\xff\xd8\xff\xe0 what it saw"
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def test_a_picture_that_was_erased_does_not_come_back_with_an_older_copy(
    tmp_path: Path, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    home, copy = tmp_path / "home", tmp_path / "copy"
    home.mkdir()
    key = keys.create_keys(home, None, open=True)
    records = open_records(home, key, FakeIds())
    cases = Cases(records, clock, FakeIds(), "D1")
    alarms = Alarms(records, clock, cases, terminal="D1", confirm_second=lambda *_: person("wang"))
    alarms.record(change("a1", WALL_MS))
    alarms.album.keep_stills("a1", {"门厅": JPEG}, LONG_AGO)
    alarms.record(change("a1", WALL_MS + 1000, False, WALL_MS))
    picture = alarms.get("a1").pictures[0]
    backup.back_up(home, None, copy, SystemClock())
    assert StillKeeper(records, Settings(records, clock, "D1"), clock, "D1").erase_old() == 1
    records.close()

    asked = argparse.Namespace(data_dir=home, folder=copy, passphrase_file=None, json=True)
    assert stores.restore(asked) == 0
    assert json.loads(capsys.readouterr().out)["erased"] == 1
    put_back = open_records(home, key, FakeIds())
    try:
        after = Alarms(put_back, clock, cases, terminal="D1", confirm_second=lambda *_: person("wang"))
        assert after.album.picture(picture).data == b"" and after.get("a1").stills[picture].erased
        assert put_back.verify().ok
    finally:
        put_back.close()
