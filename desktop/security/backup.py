"""Backups: a folder `<name>/{records.db, keys.json, backup.json}` that was verified before it got its name.

The keys go along: a copy without its key is no copy. They are wrapped by the passphrase as they are at home.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from db.backup import Contents, close_off, copy_store, sync_file, verify_store
from db.errors import StoreError
from db.files import free_name, sync_folder, write_whole
from db.journal import Head
from db.open import IDENTITY, STORE, identity
from desktop.kernel.clock import Clock
from desktop.kernel.errors import Refused
from desktop.security import keys
from desktop.security.errors import BackupFailed, told

NOTE = "backup.json"

# Files under keys derived from the store's: they go aside with it when another store takes its place.
FIELD_FILES = ("telemetry.db", "handover.db")


class Note(msgspec.Struct, forbid_unknown_fields=True):
    """`backup.json`: what the copy held when it was verified."""

    made_at: datetime
    schema: int
    head_n: int
    head_mac: str
    rows: dict[str, int]
    version: int = 1


@dataclass(frozen=True)
class Backup:
    """A verified backup."""

    folder: Path
    rows: int
    head: Head

    def as_dict(self) -> dict[str, Any]:
        return {"folder": str(self.folder), "rows": self.rows, "head": str(self.head)}


@dataclass(frozen=True)
class Restored:
    """A store that was put in place. `moved_aside` keeps what was there before."""

    rows: int
    head: Head
    moved_aside: Path | None

    def as_dict(self) -> dict[str, Any]:
        aside = str(self.moved_aside) if self.moved_aside else None
        return {"rows": self.rows, "head": str(self.head), "moved_aside": aside}


def back_up(data_dir: Path, passphrase: str | None, folder: Path, clock: Clock) -> Backup:
    """Copies the store of `data_dir`, in use or not, into the new folder `folder`, which appears only once verified.

    Raises Refused when `folder` is there and not empty, BackupFailed when the copy does not pass, StoreUnavailable when
    the disk refuses, and what `keys.unlock` raises.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} is not an empty folder", what=str(folder))
    key = keys.unlock(data_dir, passphrase)
    part = free_name(folder.with_name(folder.name + ".part"))
    part.mkdir(parents=True)
    try:
        with _told():
            contents = copy_store(data_dir / STORE, key, part / STORE)
        write_whole(part / keys.FILE, (data_dir / keys.FILE).read_bytes())
        write_whole(part / NOTE, msgspec.json.format(msgspec.json.encode(_note(contents, clock)), indent=2))
        if keys.unlock(part, passphrase) != key:
            raise BackupFailed("the copied keys are not the store's")
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return Backup(folder, contents.total, contents.head)


def verify(folder: Path, passphrase: str | None) -> Backup:
    """Opens a copy of a backup and checks it against its note; the backup itself is not touched.

    Raises BackupFailed, KeysMissing, KeysDamaged or WrongPassphrase.
    """
    with _staged(folder, passphrase, folder.parent) as (_, _, contents):
        return Backup(folder, contents.total, contents.head)


def restore(folder: Path, data_dir: Path, passphrase: str | None, clock: Clock) -> Restored:
    """Puts a backup in place of the store in `data_dir`; what is there is moved aside and kept.

    A copy is verified first; nothing has changed when this raises BackupFailed (it does not pass), WrongPassphrase,
    KeysMissing, KeysDamaged, or StoreUnavailable (the store is open elsewhere, or the disk refuses).
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with _staged(folder, passphrase, data_dir) as (stage, key, contents):
        with _told():
            _close_present(data_dir, key)
            write_whole(stage / IDENTITY, identity(key))
        aside = _move_aside(data_dir, stage / IDENTITY, clock)
        # The store last: with its keys and no store a crash here is told as "missing", not taken for a new community.
        for name in (keys.FILE, IDENTITY, STORE):
            (stage / name).rename(data_dir / name)
            sync_folder(data_dir)
    return Restored(contents.total, contents.head, aside)


@contextmanager
def _staged(folder: Path, passphrase: str | None, beside: Path) -> Iterator[tuple[Path, bytes, Contents]]:
    """A verified copy of a backup's files in a folder of its own, with its key and what it holds."""
    note = _read_note(folder)
    key = keys.unlock(folder, passphrase)
    stage = free_name(beside / "restoring")
    stage.mkdir()
    try:
        shutil.copyfile(folder / STORE, stage / STORE)
        write_whole(stage / keys.FILE, (folder / keys.FILE).read_bytes())
        with _told():
            sync_file(stage / STORE)
            contents = verify_store(stage / STORE, key, {note.head_n: note.head_mac} if note.head_n else None)
            close_off(stage / STORE, key)
        if dict(contents.rows) != note.rows or contents.head != Head(note.head_n, note.head_mac):
            raise BackupFailed("the backup does not hold what its note says")
        yield stage, key, contents
    except FileNotFoundError as error:
        raise BackupFailed(f"the backup is not whole: {error}") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)


@contextmanager
def _told() -> Iterator[None]:
    """The store's refusals in words: a copy that is damaged is a backup that failed."""
    try:
        yield
    except StoreError as error:
        if error.reason in ("damaged", "newer"):
            raise BackupFailed(error.detail, detail=error.detail) from error
        raise told(error) from error


def _close_present(data_dir: Path, key: bytes) -> None:
    """Makes sure nobody has the present store open. One of another key, or damaged, cannot be asked."""
    if not (data_dir / STORE).exists():
        return
    try:
        close_off(data_dir / STORE, key)
    except StoreError as error:
        if error.reason != "damaged":
            raise


def _move_aside(data_dir: Path, new_identity: Path, clock: Clock) -> Path | None:
    present = [*data_dir.glob(f"{STORE}*"), *data_dir.glob(keys.FILE)]
    old = data_dir / IDENTITY
    if not old.exists() or old.read_bytes() != new_identity.read_bytes():
        present += [path for name in FIELD_FILES for path in data_dir.glob(f"{name}*")]
    if not present:
        return None
    aside = free_name(data_dir / f"before-restore-{clock.now():%Y%m%d-%H%M%S}")
    aside.mkdir()
    for path in present:
        path.rename(aside / path.name)
    sync_folder(data_dir)
    return aside


def _note(contents: Contents, clock: Clock) -> Note:
    return Note(clock.now(), contents.schema, contents.head.n, contents.head.mac, dict(contents.rows))


def _read_note(folder: Path) -> Note:
    try:
        return msgspec.json.decode((folder / NOTE).read_bytes(), type=Note)
    except OSError as error:
        raise BackupFailed(f"{folder} is no backup: {error}", detail=str(folder)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BackupFailed(f"{NOTE} cannot be read: {error}", detail=NOTE) from error
