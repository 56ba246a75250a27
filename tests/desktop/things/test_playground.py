"""The W3C playground's examples: every invalid one is refused, every valid Thing Model passes the schema."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from desktop.things.loader import SUFFIX, load_model, schema_errors
from resources.loader import DataFileError

EXAMPLES = Path(__file__).parents[2] / "resources" / "playground"


def examples(folder: str) -> list[Any]:
    found = sorted((EXAMPLES / folder).glob("*.json"))
    assert found
    return [pytest.param(path, id=path.stem) for path in found]


def complaints(path: Path) -> list[str]:
    """What the schema says, or why the file is not even read."""
    try:
        return [error.reason for error in schema_errors(path)]
    except DataFileError as error:
        return [error.reason]


def as_model(path: Path, folder: Path) -> Path:
    """The Thing Description called a Thing Model, so that its own mistake is the only one left."""
    text = path.read_text(encoding="utf-8")
    plain = json.loads(text)
    types = plain.get("@type", [])
    line = f'"@type": {json.dumps(["tm:ThingModel", *([types] if isinstance(types, str) else types)])},'
    copy = folder / path.name
    # By hand: to read and write it anew would heal a key that stands twice.
    copy.write_text(text.replace("{", "{" + ("" if "@type" in plain else line), 1), encoding="utf-8")
    return copy


@pytest.mark.parametrize("path", examples("tms/invalid"))
def test_an_invalid_thing_model_is_refused(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / f"example{SUFFIX}"
    shutil.copyfile(path, copy)
    with pytest.raises(DataFileError):
        load_model(copy)
    if path.stem != "unavailableParent":
        # What it extends cannot be had, which no schema sees; the loader follows no `tm:extends` at all.
        assert complaints(path)


@pytest.mark.parametrize("path", examples("tms/valid"))
def test_a_valid_thing_model_passes_the_schema(path: Path) -> None:
    assert complaints(path) == []


@pytest.mark.parametrize("path", examples("tds/invalid"))
def test_the_mistake_of_an_invalid_description_is_one_in_a_model_too(path: Path, tmp_path: Path) -> None:
    assert complaints(as_model(path, tmp_path))


@pytest.mark.parametrize("path", examples("tds/valid"))
def test_a_valid_description_makes_a_valid_model(path: Path, tmp_path: Path) -> None:
    assert complaints(as_model(path, tmp_path)) == []


def test_a_model_that_extends_another_is_refused_for_that(tmp_path: Path) -> None:
    copy = tmp_path / f"example{SUFFIX}"
    content = json.loads((EXAMPLES / "tms/invalid/unavailableParent.json").read_text(encoding="utf-8"))
    content |= {
        "titles": {"zh": "灯", "en": "Lamp"},
        "linli:icon": "lightbulb",
        "linli:system": "light",
        "properties": {},
    }
    copy.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(DataFileError, match="tm:extends"):
        load_model(copy)
