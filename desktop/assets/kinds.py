"""Kinds of assets, as `resources/assets.toml` says them."""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec

from desktop.kernel.words import Text
from resources.loader import folder, load


class CardLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of an asset's card."""

    name: str
    title: Text


class AssetKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an asset can be. `every` and `n` are how often it is maintained as a rule, and `source` where that stands."""

    name: str
    title: Text
    icon: str
    every: Literal["", "days", "month"] = ""
    n: int = 1
    basis: Literal["scheduled", "completed"] = "scheduled"
    source: Text = {}
    facts: tuple[CardLine, ...] = ()
    lent: bool = False


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: tuple[AssetKind, ...]


@cache
def asset_kinds() -> dict[str, AssetKind]:
    """Every kind by name, in the file's order. Raises DataFileError for a file with a mistake."""
    return {kind.name: kind for kind in load(folder("assets.toml"), _File).kind}
