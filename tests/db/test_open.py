"""Opening the records store: every way it can be wrong is told apart, and nothing is silently made anew."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from db.act import Act
from db.engine import open_engine
from db.errors import StoreError
from db.open import IDENTITY, STORE, connected, open_records
from db.schema import SCHEMA
from db.tables.security import Setting
from tests.support.fakes import START, FakeIds

Open = Callable[..., object]


def fill(folder: Path, key: bytes, rows: int = 1) -> str:
    """A store with some rows; returns its head."""
    records = open_records(folder, key, FakeIds())
    for number in range(rows):
        act = Act("test", "o", "某", "D1", START)
        records.write(act, lambda tx, n=number: tx.add(Setting(id=f"s{n}", value={"v": "x" * 200})))
    head = str(records.head())
    records.close()
    return head


def refusal(folder: Path, key: bytes) -> StoreError:
    with pytest.raises(StoreError) as caught:
        open_records(folder, key, FakeIds()).close()
    return caught.value


def test_a_store_is_made_once_and_found_again(tmp_path: Path, key: bytes) -> None:
    head = fill(tmp_path, key)
    records = open_records(tmp_path, key, FakeIds())
    assert str(records.head()) == head and records.verify().ok
    records.close()


def test_a_wrong_key_is_told_and_touches_nothing(tmp_path: Path, key: bytes) -> None:
    head = fill(tmp_path, key)
    assert refusal(tmp_path, bytes(32)).reason == "wrong_key"
    records = open_records(tmp_path, key, FakeIds())
    assert str(records.head()) == head
    records.close()


def test_a_store_that_is_gone_is_not_replaced_by_an_empty_one(tmp_path: Path, key: bytes) -> None:
    fill(tmp_path, key)
    (tmp_path / STORE).unlink()
    assert refusal(tmp_path, key).reason == "missing"
    assert not (tmp_path / STORE).exists()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: b"", id="emptied"),
        pytest.param(lambda data: b"\0" * len(data), id="zeroed"),
        pytest.param(lambda data: data[: len(data) // 2 // 4096 * 4096], id="cut in half"),
        pytest.param(lambda data: b"SQLite format 3\0" + data[16:], id="salt overwritten"),
        pytest.param(lambda data: data[:100] + bytes([data[100] ^ 1]) + data[101:], id="one bit in the header page"),
    ],
)
def test_damage_is_told_and_the_damaged_store_is_kept_aside(
    tmp_path: Path, key: bytes, damage: Callable[[bytes], bytes]
) -> None:
    fill(tmp_path, key, 5)
    broken = damage((tmp_path / STORE).read_bytes())
    (tmp_path / STORE).write_bytes(broken)
    # A log left behind, as after a crash, asks for the full look.
    (tmp_path / f"{STORE}-wal").write_bytes(b"\0" * 32)
    assert refusal(tmp_path, key).reason == "damaged"
    assert (tmp_path / f"{STORE}.damaged").read_bytes() == broken
    assert not (tmp_path / STORE).exists()
    assert refusal(tmp_path, key).reason == "missing"


def test_after_a_crash_a_bit_that_rotted_in_any_page_is_found(tmp_path: Path, key: bytes) -> None:
    fill(tmp_path, key, 40)
    data = bytearray((tmp_path / STORE).read_bytes())
    page = data.rindex(b"") // 4096 // 2
    data[page * 4096 + 50] ^= 4
    (tmp_path / STORE).write_bytes(data)
    (tmp_path / f"{STORE}-wal").write_bytes(b"\0" * 32)
    assert refusal(tmp_path, key).reason == "damaged"


def test_a_store_of_a_later_version_is_refused_kindly_and_left_alone(tmp_path: Path, key: bytes) -> None:
    fill(tmp_path, key)
    with connected(tmp_path / STORE, key, "writer") as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    error = refusal(tmp_path, key)
    assert error.reason == "newer" and str(SCHEMA + 1) in error.detail
    assert (tmp_path / STORE).exists()


def test_somebody_elses_database_is_not_taken_for_a_store(tmp_path: Path, key: bytes) -> None:
    engine = open_engine(tmp_path / STORE, key, "writer")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE cookies (id)")
    engine.dispose()
    assert refusal(tmp_path, key).reason == "damaged"
    assert (tmp_path / STORE).exists()


def test_a_making_that_was_cut_off_is_begun_again(tmp_path: Path, key: bytes) -> None:
    (tmp_path / STORE).touch()
    open_records(tmp_path, key, FakeIds()).close()
    assert (tmp_path / IDENTITY).exists()


def test_a_damaged_identity_file_is_told(tmp_path: Path, key: bytes) -> None:
    fill(tmp_path, key)
    for text in ("", "{}", "[]", '{"key_check": "é"}', "\0"):
        (tmp_path / IDENTITY).write_text(text, encoding="utf-8")
        assert refusal(tmp_path, key).reason in ("damaged", "wrong_key")
    assert (tmp_path / STORE).exists()


def test_opening_an_up_to_date_store_loads_no_migrations(tmp_path: Path, key: bytes) -> None:
    fill(tmp_path, key)
    code = (
        "import sys; from pathlib import Path; from db.open import open_records\n"
        f"open_records(Path({str(tmp_path)!r}), {key!r}, str).close()\n"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
