"""Noto Sans SC in three weights, bundled so that the same glyphs show on every machine and in every PDF.

The regular weight loads with the style; the others at their first use (about 20 ms each).
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from PySide6.QtGui import QFont, QFontDatabase

from resources.loader import folder
from ui.theme.tokens import px

FAMILY = "Noto Sans SC"

Role = Literal["caption", "table", "body", "section", "title", "figure", "gate"]
Weight = Literal[400, 500, 600]

_FILES = {400: "Regular", 500: "Medium", 600: "SemiBold"}


class FontMissing(Exception):
    """A bundled font file cannot be read: the installation is damaged."""


@cache
def load_weight(weight: Weight) -> None:
    """Registers one weight with Qt, once. Needs a QGuiApplication. Raises FontMissing."""
    path = folder("fonts", f"NotoSansSC-{_FILES[weight]}.ttf")
    if QFontDatabase.addApplicationFont(str(path)) < 0:
        raise FontMissing(str(path))


def font(role: Role = "body", weight: Weight = 400, tabular: bool = False) -> QFont:
    """The font of a size role. `tabular` asks for figures of one width, so that columns of numbers stand still."""
    load_weight(weight)
    made = QFont(FAMILY)
    made.setPixelSize(px("type", role))
    made.setWeight(QFont.Weight(weight))
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if tabular:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made
