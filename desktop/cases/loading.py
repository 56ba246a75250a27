"""Reads the files of case definitions; what is wrong with one is told, and the rest loads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from desktop.cases.checking import missing_kinds, mistakes, shipped
from desktop.cases.definition import CaseDefinition
from resources.loader import DataFileError, error_at, load


@dataclass(frozen=True)
class Loaded:
    """What a folder of definitions holds: every good version by (name, version), and the files that were refused."""

    definitions: Mapping[tuple[str, int], CaseDefinition]
    refused: tuple[DataFileError, ...] = field(default=())

    def newest(self) -> dict[str, CaseDefinition]:
        """The version new cases open with, by name."""
        return {name: self.definitions[name, version] for name, version in sorted(self.definitions)}


def load_definitions(*folders: Path) -> Loaded:
    """Every `*.yaml` of the folders. A file with a mistake is refused with line and reason, and the rest loads."""
    known = shipped()
    good: dict[tuple[str, int], CaseDefinition] = {}
    paths: dict[tuple[str, int], Path] = {}
    refused: list[DataFileError] = []
    for path in _files(folders):
        try:
            definition = load(path, CaseDefinition)
            mistake = next(mistakes(definition, known), None)
            if mistake is None and (definition.name, definition.version) in good:
                mistake = (f"{definition.name} version {definition.version} is in another file too", "$.version")
            if mistake:
                raise error_at(path, *mistake)
        except DataFileError as error:
            refused.append(error)
        else:
            good[definition.name, definition.version] = definition
            paths[definition.name, definition.version] = path
    # A kind whose own file was refused is there: its mistake is told once, and takes no other kind with it.
    kinds = frozenset({name for name, _ in good} | {error.file.name.partition(".")[0] for error in refused})
    for key, definition in list(good.items()):
        if mistake := next(missing_kinds(definition, kinds), None):
            refused.append(error_at(paths[key], *mistake))
            del good[key]
    return Loaded(good, tuple(refused))


def _files(folders: tuple[Path, ...]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(folder.glob("*.yaml"))
