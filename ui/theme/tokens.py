"""Colours and measures, from data. Widgets ask `theme()` when they paint, so a switch needs only a repaint."""

from __future__ import annotations

from functools import cache

import msgspec
from PySide6.QtGui import QColor

from resources.loader import folder, load, read


class Colors(msgspec.Struct, frozen=True):
    """A colour for each role; see UI roles in `resources/themes/light.toml`."""

    ground: str
    surface: str
    raised: str
    sunken: str
    ink: str
    ink2: str
    ink3: str
    line: str
    line_strong: str
    accent: str
    accent_hover: str
    accent_ink: str
    accent_soft: str
    hover: str
    critical: str
    critical_soft: str
    high: str
    high_soft: str
    medium: str
    medium_soft: str
    low: str
    low_soft: str
    done: str
    info: str
    info_soft: str
    shadow: str


class Theme(msgspec.Struct, frozen=True):
    """One theme."""

    name: str
    dark: bool
    series: tuple[str, ...]
    """Colours of the lines and bars of charts, in order. None is near those of the priorities."""
    colors: Colors

    def color(self, role: str) -> QColor:
        """The QColor of a role; `#RRGGBBAA` is understood."""
        value: str = getattr(self.colors, role)
        color = QColor(value[:7])
        if len(value) == 9:
            color.setAlpha(int(value[7:], 16))
        return color


@cache
def load_theme(name: str) -> Theme:
    """The theme `light` or `dark`. Raises DataFileError for a mistake in its file."""
    return load(folder("themes", f"{name}.toml"), Theme)


@cache
def measures() -> dict[str, dict[str, int]]:
    """Every measure, by group and name."""
    read_measures: dict[str, dict[str, int]] = read(folder("themes", "measures.toml"))
    return read_measures


def px(group: str, name: str) -> int:
    """A measure in pixels: `px("space", "page")`. Raises KeyError for one that measures.toml lacks."""
    return measures()[group][name]


_current = "light"


def use_theme(name: str) -> None:
    """Makes a theme the current one. `ui.theme.style.apply` does the rest."""
    global _current
    load_theme(name)
    _current = name


def theme() -> Theme:
    """The current theme."""
    return load_theme(_current)
