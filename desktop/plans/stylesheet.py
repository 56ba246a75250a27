"""Is a style sheet inside a drawing nothing but colours and lines? What drawing programs write passes; what could reach
elsewhere, or cost whoever draws it dear, does not.

A narrow grammar instead of CSS: rules of simple selectors and plain values. No at-rules (they import), no escapes (they
hide), no references but to the drawing's own parts, no functions but of colour and place.
"""

from __future__ import annotations

import re

MOST_RULES = 400
MOST_CHARACTERS = 200_000

_RULE = re.compile(r" ?([^{}]+)\{([^{}]*)\} ?")
_SIMPLE = r"(?:\*|[A-Za-z][\w-]*)?(?:[.#][A-Za-z_][\w-]*)*"
_SELECTOR = re.compile(rf"(?=\S){_SIMPLE}(?:(?: ?> ?| )(?=[^ >]){_SIMPLE}){{0,4}}")
_DECLARATION = re.compile(r" ?[a-z-]+ ?: ?([\w #%.,'\"()+/!-]*)")
_FUNCTION = re.compile(r"([\w-]*) ?\( ?(['\"]?.?)")
_FUNCTIONS = frozenset({"rgb", "rgba", "hsl", "hsla", "matrix", "translate", "scale", "rotate", "skewx", "skewy"})


def rules_of(sheet: str) -> int | None:
    """How many rules the sheet has; None when it holds anything that is not understood."""
    if len(sheet) > MOST_CHARACTERS:
        return None
    text = _without_comments(sheet)
    if text is None or "\\" in text or "@" in text:
        return None
    # One space for many: every pattern below then reads each character once.
    text = re.sub(r"\s+", " ", text).strip()
    at, rules = 0, 0
    while at < len(text):
        found = _RULE.match(text, at)
        if found is None or not _selects(found[1]) or not _declares(found[2]):
            return None
        at, rules = found.end(), rules + 1
    return rules


def _without_comments(sheet: str) -> str | None:
    """None for a comment that does not end."""
    parts, at = [], 0
    while (begin := sheet.find("/*", at)) >= 0:
        end = sheet.find("*/", begin + 2)
        if end < 0:
            return None
        parts.append(sheet[at:begin])
        at = end + 2
    return " ".join([*parts, sheet[at:]])


def _selects(text: str) -> bool:
    return all(_SELECTOR.fullmatch(one.strip()) for one in text.split(","))


def _declares(text: str) -> bool:
    for one in text.split(";"):
        if not one.strip():
            continue
        found = _DECLARATION.fullmatch(one)
        if found is None or not all(_allowed(*call) for call in _FUNCTION.findall(found[1])):
            return False
    return True


def _allowed(function: str, begins: str) -> bool:
    """A call by its name and how its first argument begins."""
    name = function.casefold()
    return name in _FUNCTIONS or (name == "url" and begins.lstrip("'\"") == "#")
