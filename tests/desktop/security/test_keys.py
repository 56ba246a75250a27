"""The key of a store: every way in, and every way of failing told apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from desktop.kernel.errors import Invalid, Refused
from desktop.security import keys
from desktop.security.errors import KeysDamaged, KeysMissing, WrongPassphrase

QUICK = keys.Cost(8, 1, 1)
PHRASE = "柳岸花园 的口令 7"


class MemoryKeyring:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get(self, store: str) -> bytes | None:
        return self.kept.get(store)

    def set(self, store: str, secret: bytes) -> bool:
        self.kept[store] = secret
        return True


def test_the_passphrase_gives_the_key_back_and_another_does_not(tmp_path: Path) -> None:
    key = keys.create_keys(tmp_path, PHRASE, cost=QUICK)
    assert len(key) == 32 and keys.unlock(tmp_path, PHRASE) == key
    assert keys.unlock(tmp_path, "柳岸花园 的口令 ７") == key  # full-width, as an input method gives it
    with pytest.raises(WrongPassphrase):
        keys.unlock(tmp_path, PHRASE + "x")
    assert keys.needs_passphrase(tmp_path) and not keys.is_open(tmp_path)
    assert key.hex() not in (tmp_path / keys.FILE).read_text()


def test_a_missing_file_and_a_missing_way_in_are_told(tmp_path: Path) -> None:
    with pytest.raises(KeysMissing):
        keys.unlock(tmp_path, PHRASE)
    keys.create_keys(tmp_path, PHRASE, cost=QUICK)
    with pytest.raises(KeysMissing):
        keys.unlock(tmp_path, None, MemoryKeyring())


def test_any_changed_byte_is_damage_and_not_a_wrong_passphrase(tmp_path: Path) -> None:
    keys.create_keys(tmp_path, PHRASE, cost=QUICK)
    path = tmp_path / keys.FILE
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        changed = bytearray(whole)
        changed[at] ^= 1
        path.write_bytes(changed)
        if whole[at : at + 1] not in b" \n":
            with pytest.raises(KeysDamaged):
                keys.unlock(tmp_path, PHRASE)
    for text in (b"", b"{}", b"[" * 10_000, b"\xff", whole[: len(whole) // 2]):
        path.write_bytes(text)
        with pytest.raises(KeysDamaged):
            keys.unlock(tmp_path, PHRASE)


def test_there_is_no_second_key_and_no_store_without_a_way_in(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        keys.create_keys(tmp_path, None)
    with pytest.raises(Invalid):
        keys.create_keys(tmp_path, "short", cost=QUICK)
    assert not keys.exist(tmp_path)
    keys.create_keys(tmp_path, PHRASE, cost=QUICK)
    with pytest.raises(Refused):
        keys.create_keys(tmp_path, PHRASE, cost=QUICK)


def test_the_demos_key_lies_open(tmp_path: Path) -> None:
    key = keys.create_keys(tmp_path, None, open=True)
    assert keys.unlock(tmp_path, None) == key and keys.is_open(tmp_path) and not keys.needs_passphrase(tmp_path)


def test_the_systems_keyring_opens_what_it_remembers(tmp_path: Path) -> None:
    ring = MemoryKeyring()
    key = keys.create_keys(tmp_path, PHRASE, cost=QUICK)
    assert keys.remember(tmp_path, key, ring)
    assert keys.unlock(tmp_path, None, ring) == key == keys.unlock(tmp_path, PHRASE)
    with pytest.raises(KeysMissing):
        keys.unlock(tmp_path, None, MemoryKeyring())


def test_a_new_passphrase_replaces_the_old_one(tmp_path: Path) -> None:
    key = keys.create_keys(tmp_path, PHRASE, cost=QUICK)
    keys.set_passphrase(tmp_path, key, "another one 9", QUICK)
    assert keys.unlock(tmp_path, "another one 9") == key
    with pytest.raises(WrongPassphrase):
        keys.unlock(tmp_path, PHRASE)


def test_derived_keys_are_hkdf(key: bytes) -> None:
    assert keys.field_key(key) == HKDF(SHA256(), 32, None, b"linli/field/1").derive(key) != key
