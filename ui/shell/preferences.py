"""What this terminal's people like: language, theme, sound. A file beside the store, not part of the record."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Literal

import msgspec

from desktop.kernel.words import Lang

log = logging.getLogger(__name__)

ThemeName = Literal["light", "dark"]


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    lang: Lang = "zh"
    theme: ThemeName = "light"
    muted: bool = False
    community: str = ""
    """The community's name, for the sign-in page that stands before the store is open."""


def load_preferences(data_dir: Path) -> Preferences:
    """The preferences of this terminal; the usual ones when there are none or they cannot be read."""
    path = data_dir / "window.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Preferences)
    except FileNotFoundError:
        return Preferences()
    except (OSError, msgspec.DecodeError) as error:
        log.info("the window's preferences are set back: %s", error)
        return Preferences()


def save_preferences(data_dir: Path, preferences: Preferences) -> None:
    """Keeps them. A disk that refuses costs only the preference."""
    try:
        (data_dir / "window.json").write_bytes(msgspec.json.encode(preferences))
    except OSError as error:
        log.info("the window's preferences are not kept: %s", error)
