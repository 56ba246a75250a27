"""The shape of the house holds: floors, names, locks."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_import_rules_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["desktop", "ui", "db", "resources"])
def test_our_generic_names_are_ours(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__file__ is not None
    assert Path(module.__file__).parent.parent == ROOT


def test_the_packaging_folder_does_not_hide_the_library() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()
    library = importlib.import_module("packaging")
    assert library.__file__ is not None
    assert "site-packages" in library.__file__


def test_the_lock_has_a_hash_for_everything_and_no_address() -> None:
    lock = (ROOT / "packaging" / "lock.txt").read_text(encoding="utf-8")
    assert "://" not in lock and "index-url" not in lock
    pinned = re.findall(r"^([a-z0-9][a-z0-9._-]*)==", lock, re.M)
    assert {"pyside6-essentials", "sqlcipher3", "paho-mqtt"} <= set(pinned)
    for entry in re.split(r"\n(?=[a-z0-9])", lock.strip()):
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_the_lock_leaves_out_the_qt_that_aborts() -> None:
    lock = (ROOT / "packaging" / "lock.txt").read_text(encoding="utf-8")
    assert "pyside6-essentials==6.12.0" not in lock


def test_rules_are_pure() -> None:
    """`rules.py` stands on the standard library, on types and on other rules: no store, no clock of its own, no files."""
    allowed = re.compile(
        r"(desktop\.\w+\.(rules|model|definition|values|views)|desktop\.kernel\.(errors|words)|msgspec)\b"
    )
    for file in (ROOT / "desktop").glob("*/rules.py"):
        for line in file.read_text(encoding="utf-8").splitlines():
            found = re.match(r"(?:from|import) ((?:desktop|db|ui|resources|sqlalchemy|msgspec)[\w.]*)", line)
            assert not found or allowed.match(found[1]), f"{file.relative_to(ROOT)}: {line}"


def test_files_stay_readable() -> None:
    """One room, one subject: a file over 450 lines is two."""
    long = {
        str(file.relative_to(ROOT)): count
        for floor in ("desktop", "ui", "db", "resources")
        for file in (ROOT / floor).rglob("*.py")
        if (count := file.read_text(encoding="utf-8").count("\n")) > 450
    }
    assert not long
