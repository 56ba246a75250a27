"""The fonts of every report: the bundled Noto Sans SC, embedded as the subset a report uses."""

from __future__ import annotations

import unicodedata
from functools import cache

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from resources.loader import folder

REGULAR = "NotoSansSC"
BOLD = "NotoSansSC-SemiBold"


@cache
def register() -> frozenset[int]:
    """Makes both weights known to reportlab, once; returns the characters that both can draw."""
    known: list[frozenset[int]] = []
    for name, file in ((REGULAR, "NotoSansSC-Regular.ttf"), (BOLD, "NotoSansSC-SemiBold.ttf")):
        font = TTFont(name, str(folder("fonts", file)))
        pdfmetrics.registerFont(font)
        known.append(frozenset(font.face.charToGlyph))
    return known[0] & known[1]


def drawable(text: str) -> str:
    """The text with what cannot be seen made visible.

    White space becomes a space; a character without a glyph, and one that only steers the text (bidi overrides, joiners,
    controls), is written as its code, `[U+20BB7]`, so that nothing is lost and nothing can hide.
    """
    glyphs = register()
    return "".join(
        " "
        if char.isspace()
        else char
        if ord(char) in glyphs and unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")
        else f"[U+{ord(char):04X}]"
        for char in text
    )
