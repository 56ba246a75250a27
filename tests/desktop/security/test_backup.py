"""Backups count once verified; a restore changes nothing until its copy has passed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from db.act import Act
from db.open import STORE, open_records
from db.tables.security import Setting
from desktop.kernel.errors import Refused, StoreUnavailable
from desktop.security import backup, keys
from desktop.security.check import run_checks
from desktop.security.errors import BackupFailed, KeysDamaged
from tests.support.fakes import START, FakeClock, FakeIds


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    keys.create_keys(folder, None, open=True)
    write(folder, "a")
    return folder


def write(folder: Path, id_: str) -> str:
    records = open_records(folder, keys.unlock(folder, None), FakeIds())
    records.write(Act("test", "o", "某", "D1", START), lambda tx: tx.add(Setting(id=id_, value={})))
    head = str(records.head())
    records.close()
    return head


def head_of(folder: Path) -> str:
    records = open_records(folder, keys.unlock(folder, None), FakeIds())
    try:
        return str(records.head())
    finally:
        records.close()


def test_a_restore_on_a_blank_machine_gives_equal_rows_and_head(home: Path, tmp_path: Path, clock: FakeClock) -> None:
    made = backup.back_up(home, None, tmp_path / "b", clock)
    put = backup.restore(tmp_path / "b", tmp_path / "blank", None, clock)
    assert (put.rows, put.head, put.moved_aside) == (made.rows, made.head, None)
    assert head_of(tmp_path / "blank") == head_of(home) == str(made.head)
    assert sorted(p.name for p in (tmp_path / "b").iterdir()) == ["backup.json", "keys.json", "records.db"]


def test_a_restore_keeps_what_was_there(home: Path, tmp_path: Path, clock: FakeClock) -> None:
    made = backup.back_up(home, None, tmp_path / "b", clock)
    later = write(home, "later")
    put = backup.restore(tmp_path / "b", home, None, clock)
    assert head_of(home) == str(made.head)
    assert put.moved_aside is not None and head_of(put.moved_aside) == later


def test_a_store_in_use_is_backed_up_but_not_replaced(home: Path, tmp_path: Path, clock: FakeClock) -> None:
    records = open_records(home, keys.unlock(home, None), FakeIds())
    try:
        assert records.head().n == 1
        backup.back_up(home, None, tmp_path / "b", clock)
        with pytest.raises(StoreUnavailable) as caught:
            backup.restore(tmp_path / "b", home, None, clock)
        assert caught.value.code == "store_busy"
        assert records.head().n == 1
    finally:
        records.close()


def test_a_backup_that_rotted_is_refused_and_changes_nothing(home: Path, tmp_path: Path, clock: FakeClock) -> None:
    backup.back_up(home, None, tmp_path / "b", clock)
    before = head_of(home)
    for name in (STORE, backup.NOTE, keys.FILE):
        bad = tmp_path / f"bad-{name}"
        shutil.copytree(tmp_path / "b", bad)
        data = bytearray((bad / name).read_bytes())
        data[len(data) // 2] ^= 1
        (bad / name).write_bytes(data)
        with pytest.raises((BackupFailed, KeysDamaged)):
            backup.restore(bad, home, None, clock)
        (bad / name).unlink()
        with pytest.raises(Exception, match=r"."):
            backup.restore(bad, home, None, clock)
    assert head_of(home) == before
    assert not list(home.glob("restoring*")) and not list(home.glob("before-restore*"))


def test_a_damaged_store_makes_no_backup(home: Path, tmp_path: Path, clock: FakeClock) -> None:
    data = bytearray((home / STORE).read_bytes())
    data[5000] ^= 1
    (home / STORE).write_bytes(data)
    with pytest.raises(BackupFailed):
        backup.back_up(home, None, tmp_path / "b", clock)
    assert [p.name for p in tmp_path.iterdir()] == ["home"]


def test_a_folder_with_something_in_it_is_not_written_over(home: Path, tmp_path: Path, clock: FakeClock) -> None:
    with pytest.raises(Refused):
        backup.back_up(home, None, home, clock)


def test_the_self_test_finds_a_whole_store_well_and_warns_of_the_demos_key(home: Path, clock: FakeClock) -> None:
    found = {check.name: check for check in run_checks(home, clock=clock)}
    assert all(found[name].ok for name in ("library", "keys", "store", "journal", "clock", "fonts", "telemetry"))
    assert "WARNING" in found["keys"].detail
    clock.instant = clock.instant.replace(year=2020)
    assert not {check.name: check for check in run_checks(home, clock=clock)}["clock"].ok
    assert not {c.name: c for c in run_checks(home, anchors={9: "ab"}, broker="mqtt://127.0.0.1:1")}["broker"].ok


def test_the_self_test_of_a_damaged_or_missing_store_says_so(home: Path, tmp_path: Path) -> None:
    (home / STORE).write_bytes(b"\0" * 8192)
    found = {check.name: check for check in run_checks(home)}
    assert not found["store"].ok and not found["journal"].ok
    assert not {check.name: check for check in run_checks(tmp_path / "nowhere")}["keys"].ok
