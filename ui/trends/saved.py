"""Sets of points with a name, for this terminal: a file beside the store, not part of the record."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

log = logging.getLogger(__name__)

MOST_VIEWS = 50


class View(msgspec.Struct, frozen=True):
    """`selection` as the shell carries it (`ui.trends.rules.selection_of`)."""

    name: str
    selection: str


def load_views(data_dir: Path) -> list[View]:
    """The saved views, by name; none when there is no file or it cannot be read."""
    try:
        return msgspec.json.decode((data_dir / "trends.json").read_bytes(), type=list[View])[:MOST_VIEWS]
    except FileNotFoundError:
        return []
    except (OSError, msgspec.DecodeError) as error:
        log.info("the saved trends are set back: %s", error)
        return []


def save_views(data_dir: Path, views: list[View]) -> None:
    """Keeps them. Raises OSError."""
    scratch = data_dir / "trends.json.new"
    scratch.write_bytes(msgspec.json.encode(views))
    scratch.replace(data_dir / "trends.json")


def with_view(views: list[View], view: View) -> list[View]:
    """The views with this one, in place of one with its name, sorted by name."""
    others = [one for one in views if one.name != view.name]
    return sorted([*others, view], key=lambda one: one.name)[:MOST_VIEWS]
