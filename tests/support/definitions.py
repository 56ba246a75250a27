"""Kinds of case are read from their files once, and again only when a file changed: reading them takes longer than most
tests. The loader's own tests call it as it is; only services get what was read before."""

from __future__ import annotations

from pathlib import Path

from desktop.cases.loading import Loaded, load_definitions

_Stamp = tuple[tuple[Path, ...], tuple[tuple[Path, int, int], ...]]
_read: dict[_Stamp, Loaded] = {}


def definitions_once(*folders: Path) -> Loaded:
    """As `load_definitions`. What it gives is frozen, and so tests may share it."""
    files = (path for folder in folders for path in sorted(folder.glob("*.yaml")))
    stamp = folders, tuple((path, (stat := path.stat()).st_mtime_ns, stat.st_size) for path in files)
    if stamp not in _read:
        _read[stamp] = load_definitions(*folders)
    return _read[stamp]
