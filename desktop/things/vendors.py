"""Words of codes that belong to a maker, not to a kind: `resources/vendors/*.toml`.

Lift fault 08 of one maker is not that of another: a model names no codes but those all makers share, and a code that no
file knows is shown bare.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated

import msgspec
from msgspec import Meta

from desktop.things.model import Thing, ThingModel
from desktop.things.modelfile import TextForm
from resources.loader import DataFileError, folder, load


class VendorFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One maker's codes."""

    makers: Annotated[tuple[str, ...], Meta(min_length=1)]
    """The maker as devices announce it; a device may write its model behind, after a space."""
    source: Annotated[str, Meta(min_length=1)]
    """Where the list comes from."""
    labels: Mapping[str, Mapping[str, Mapping[str, TextForm]]]
    """Words by kind, point and code."""


@cache
def vendor_files() -> tuple[VendorFile, ...]:
    """Every vendor file. Raises DataFileError for one that is wrong, or a maker who stands in two."""
    found: list[VendorFile] = []
    seen: set[str] = set()
    for path in sorted(folder("vendors").glob("*.toml")):
        file = load(path, VendorFile)
        for maker in file.makers:
            if maker.casefold() in seen:
                raise DataFileError(path, 0, f"the maker {maker!r} has a file already")
            seen.add(maker.casefold())
        found.append(file)
    return tuple(found)


def with_makers_words(thing: Thing) -> Thing:
    """The thing with the words its maker has for codes; the same thing when no file knows the maker or the kind."""
    if not thing.maker:
        return thing
    maker = thing.maker.casefold()
    for file in vendor_files():
        if thing.model.kind in file.labels and any(_is(maker, known.casefold()) for known in file.makers):
            return msgspec.structs.replace(thing, model=_model(thing.model, file))
    return thing


def _is(maker: str, known: str) -> bool:
    return maker == known or maker.startswith(known + " ")


_models: dict[tuple[int, int], tuple[ThingModel, ThingModel]] = {}
"""Models with a maker's words, by the identities of model and file; the model is kept beside, so that it stays alive."""
_MOST_MODELS = 1024


def _model(model: ThingModel, file: VendorFile) -> ThingModel:
    key = id(model), id(file)
    known = _models.get(key)
    if known is None:
        if len(_models) >= _MOST_MODELS:
            _models.clear()
        labels = file.labels[model.kind]
        points = tuple(
            msgspec.structs.replace(point, labels={code: text.text() for code, text in labels[point.name].items()})
            if point.name in labels
            else point
            for point in model.points
        )
        known = _models[key] = model, msgspec.structs.replace(model, points=points)
    return known[1]
