"""`linli init | check | backup | restore`, and how every command opens a store."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from pathlib import Path
from typing import Any

from db.errors import StoreError
from db.open import open_records
from desktop.app import Console, Hosting, open_console
from desktop.commands.folders import data_dir, given_passphrase
from desktop.kernel.clock import SystemClock
from desktop.kernel.errors import Invalid, LinliError, NotFound
from desktop.kernel.ids import uuid7
from desktop.kernel.terminal import terminal_code
from desktop.security import backup as backups
from desktop.security import keys
from desktop.security.check import run_checks
from desktop.security.principal import command_line
from desktop.security.views import Check
from desktop.sitefiles import refused_files


def new_id() -> str:
    return uuid7(SystemClock().now())


def say(line: str = "") -> None:
    """One line for whoever reads the terminal."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def print_json(data: Any) -> None:
    say(json.dumps(data, ensure_ascii=False, indent=2))


def passphrase(args: argparse.Namespace, folder: Path) -> str | None:
    """`--passphrase-file`, else LINLI_PASSPHRASE, else asked at a terminal; None when the store needs none.

    Raises NotFound when there is no store, Invalid when a passphrase is needed and nobody can be asked.
    """
    if given := given_passphrase(args):
        return given
    if not keys.exist(folder):
        raise NotFound(f"there is no store in {folder} (make one with: linli init)", what=str(folder))
    if not keys.needs_passphrase(folder):
        return None
    if not sys.stdin.isatty():
        raise Invalid("the store needs its passphrase: LINLI_PASSPHRASE or --passphrase-file", "passphrase")
    return getpass.getpass("Passphrase: ")


def open_for(args: argparse.Namespace, hosting: Hosting = "process") -> Console:
    """The console of the store that the command line names."""
    folder = data_dir(args)
    return open_console(folder, passphrase=passphrase(args, folder), broker=args.broker, hosting=hosting)


def init(args: argparse.Namespace) -> int:
    """Makes a community store. The first operator is made in the window, so that no password is ever a default."""
    from desktop.places.service import Places
    from desktop.places.views import CommunityView

    folder = data_dir(args)
    if keys.exist(folder):
        raise LinliError(f"there is a store in {folder} already")
    phrase = _new_passphrase(args)
    folder.mkdir(parents=True, exist_ok=True)
    key = keys.create_keys(folder, phrase)
    records = open_records(folder, key, new_id)
    try:
        places = Places(records, SystemClock(), new_id)
        places.found(
            command_line(terminal_code(folder)),
            CommunityView(args.code, args.name, args.street, args.district, args.city, 480),
        )
    except LinliError:
        records.close()
        for left in (folder / "keys.json", *folder.glob("records.db*")):
            left.unlink(missing_ok=True)
        raise
    records.close()
    say(f"made {folder}; open it with: linli console --data-dir {folder}")
    return 0


def _new_passphrase(args: argparse.Namespace) -> str:
    if given := given_passphrase(args):
        return given
    if not sys.stdin.isatty():
        raise Invalid("a new store needs a passphrase: LINLI_PASSPHRASE or --passphrase-file", "passphrase")
    first = getpass.getpass("New passphrase: ")
    if getpass.getpass("Once more: ") != first:
        raise Invalid("the two passphrases differ", "passphrase")
    return first


def check(args: argparse.Namespace) -> int:
    """The self-test. Exit status 1 when a check fails."""
    folder = data_dir(args)
    anchors: dict[int, str] = {}
    for head in args.head:
        n, _, mac = head.partition(":")
        if not n.isdigit() or not mac:
            raise Invalid(f"a head reads N:MAC, not {head}", "head")
        anchors[int(n)] = mac
    # The program's own files are checked by its tests; what a site put beside them is checked here.
    refused = refused_files(folder)
    checks = run_checks(folder, passphrase(args, folder), broker=args.broker, anchors=anchors, refused=refused)
    _show(checks, args.json)
    return 0 if all(found.ok for found in checks) else 1


def _show(checks: list[Check], as_json: bool) -> None:
    if as_json:
        rows = [{"name": found.name, "ok": found.ok, "detail": found.detail} for found in checks]
        print_json({"ok": all(found.ok for found in checks), "checks": rows})
        return
    for found in checks:
        say(f"{'ok  ' if found.ok else 'FAIL'} {found.name:<14} {found.detail}")


def backup(args: argparse.Namespace) -> int:
    """Makes a copy and verifies it; only then does it count."""
    folder = data_dir(args)
    made = backups.back_up(folder, passphrase(args, folder), args.folder, SystemClock())
    if args.json:
        print_json(made.as_dict())
    else:
        say(f"verified {made.folder}: {made.rows} rows, journal head {made.head}")
    return 0


def restore(args: argparse.Namespace) -> int:
    """Verifies a backup on a copy, moves the present store aside and puts the backup in its place."""
    folder = data_dir(args)
    given = passphrase(args, args.folder)
    put = backups.restore(args.folder, folder, given, SystemClock())
    erased = _erase_again(folder, given)
    if args.json:
        print_json({**put.as_dict(), "erased": erased})
    else:
        say(f"restored {folder}: {put.rows} rows, journal head {put.head}")
        if erased:
            say(f"pictures of cameras whose time is up, erased again: {erased}")
        if put.moved_aside:
            say(f"the store that was there is kept in {put.moved_aside}")
    return 0


def _erase_again(folder: Path, given: str | None) -> int:
    """What cameras showed and was erased since comes back with an older copy: it goes before any window shows the store.
    Returns how many pictures did."""
    from desktop.alarms.keeping import StillKeeper
    from desktop.security.errors import told
    from desktop.security.settings import Settings

    clock, terminal = SystemClock(), terminal_code(folder)
    try:
        records = open_records(folder, keys.unlock(folder, given), new_id)
        try:
            return StillKeeper(records, Settings(records, clock, terminal), clock, terminal).erase_old()
        finally:
            records.close()
    except StoreError as error:
        raise told(error) from error
