"""Reads the data packs. A mistake in a file is told with file, line and reason."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class DataFileError(Exception):
    """A data file is refused. `line` counts from 1 and is 0 when no line can be named."""

    def __init__(self, file: Path, line: int, reason: str) -> None:
        super().__init__(f"{file.name}:{line}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason


def folder(*parts: str) -> Path:
    """The path of a folder or file of the data packs."""
    return Path(str(files("resources"))).joinpath(*parts)


def read(path: Path) -> Any:
    """The plain content of a .json, .yaml or .toml file.

    Raises DataFileError for bytes that are not UTF-8, text that does not parse, and a key that stands twice in one
    mapping: parsers keep the last and say nothing, and half of what somebody wrote would be gone.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataFileError(path, path.read_bytes()[: error.start].count(b"\n") + 1, "not UTF-8") from error
    try:
        if path.suffix == ".toml":
            return tomllib.loads(text)
        if path.suffix == ".json":
            content = msgspec.json.decode(text)
            json.loads(text, object_pairs_hook=lambda pairs: _refuse_doubled(path, text, pairs))
            return content
        return _yaml(path, text)
    except tomllib.TOMLDecodeError as error:
        raise DataFileError(path, _line_in(str(error)), str(error)) from error
    except msgspec.DecodeError as error:
        raise DataFileError(path, _json_error_line(text, str(error)), str(error)) from error
    except RecursionError as error:
        raise DataFileError(path, 0, "nested too deeply") from error


def _yaml(path: Path, text: str) -> Any:
    # Lazily: a window that only draws needs no YAML.
    import yaml

    try:
        # libyaml's, where the wheel has it: a tenth of the time, and every start reads all kinds of case.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        _refuse_doubled_yaml(path, yaml.compose(text, Loader=loader))
        return yaml.load(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise DataFileError(path, line, str(error.problem)) from error


def _refuse_doubled(path: Path, text: str, pairs: list[tuple[str, object]]) -> None:
    """Raises DataFileError for a JSON object with a key twice."""
    names = [name for name, _ in pairs]
    if len(set(names)) == len(names):
        return
    import yaml

    # Only the slow parser knows lines, and not those of JSON that is no YAML, as with tabs.
    with suppress(yaml.YAMLError):
        _refuse_doubled_yaml(path, yaml.compose(text, Loader=yaml.SafeLoader))
    raise DataFileError(path, 0, f"the key {next(name for name in names if names.count(name) > 1)!r} stands twice")


def _refuse_doubled_yaml(path: Path, root: Any) -> None:
    for mapping in _mappings(root):
        seen: set[str] = set()
        for key, _ in mapping.value:
            # Keys that are no plain words (lists) are refused by the types later.
            if isinstance(key.value, str) and key.value in seen:
                raise DataFileError(path, key.start_mark.line + 1, f"the key {key.value!r} stands twice")
            seen.add(str(key.value))


def _mappings(root: Any) -> Iterator[Any]:
    """Every mapping node of a composed YAML document, each once however often it is pointed at."""
    import yaml

    waiting, seen = [root], set[int]()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            yield node
            waiting += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value


def load(path: Path, type_: type[T]) -> T:
    """The file as `type_` (a msgspec struct), checked strictly.

    Raises DataFileError, naming the line of the wrong value.
    """
    content = read(path)
    try:
        return msgspec.convert(content, type_, strict=True)
    except msgspec.ValidationError as error:
        raise error_at(path, str(error)) from error


def error_at(path: Path, message: str, at: str | None = None) -> DataFileError:
    """A DataFileError for the place `at` (`$.limits[0].value`), or the place msgspec's message ends with."""
    reason, _, found = message.partition(" - at `")
    return DataFileError(path, line_of(path, at or found.rstrip("`")), reason)


def line_of(path: Path, at: str) -> int:
    """The line (from 1) where the value at a path such as `$.states[2].name` begins; 0 if unknown."""
    if path.suffix == ".toml":
        return _toml_line(path.read_text(encoding="utf-8"), at)
    import yaml

    try:
        # YAML is a superset of JSON close enough to find lines in both with one parser.
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return 0
    line = node.start_mark.line + 1 if node else 0
    for step in _steps(at):
        if isinstance(node, yaml.MappingNode) and isinstance(step, str):
            pair = next(((k, v) for k, v in node.value if k.value == step), None)
            if pair is None:
                return line
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            return line
    return line


def _steps(at: str) -> list[str | int]:
    steps: list[str | int] = []
    for part in at.removeprefix("$").replace("[", ".[").split("."):
        if part.startswith("[") and part[1:-1].isdigit():
            steps.append(int(part[1:-1]))
        elif part and not part.startswith("["):
            steps.append(part)
    return steps


def _toml_line(text: str, at: str) -> int:
    steps = _steps(at)
    names = [step for step in steps if isinstance(step, str)]
    lines = list(enumerate(text.splitlines(), 1))
    if len(steps) > 1 and isinstance(steps[0], str) and isinstance(steps[1], int):
        return _line_of_table(lines, steps[0], steps[1], names[1:])
    for number, line in lines:
        if names and line.split("=")[0].strip().strip('"') == names[-1]:
            return number
    # The head of a table: of the one the path names, or of the first one in it.
    path = ".".join(names)
    heads = ((number, line.split("#")[0].strip().strip("[]")) for number, line in lines if line.startswith("["))
    return next((number for number, head in heads if path and f"{head}.".startswith(f"{path}.")), 0)


def _line_of_table(lines: list[tuple[int, str]], table: str, which: int, names: list[str]) -> int:
    """The line of a key in the `which`-th `[[table]]`; that of its head when the key has no line there."""
    heads = [place for place, (_, line) in enumerate(lines) if line.split("#")[0].strip() == f"[[{table}]]"]
    if which >= len(heads):
        return 0
    begin = heads[which]
    end = heads[which + 1] if which + 1 < len(heads) else len(lines)
    for number, line in lines[begin + 1 : end]:
        if names and line.split("=")[0].strip().strip('"') == names[0]:
            return number
    return lines[begin][0]


def _line_in(message: str) -> int:
    _, _, rest = message.partition("at line ")
    digits = rest.split(",")[0].strip(" )")
    return int(digits) if digits.isdigit() else 0


def _json_error_line(text: str, message: str) -> int:
    _, _, rest = message.partition("(byte ")
    digits = rest.rstrip(")")
    return text.encode()[: int(digits)].count(b"\n") + 1 if digits.isdigit() else 0
