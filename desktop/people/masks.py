"""How personal data is shown to who has not asked for it (pure; PIPL art. 6 and 51: no more than the purpose needs).

Masks count code points, so that 𠮷 is one character and no half of it is left standing.
"""

from __future__ import annotations

HIDDEN = "•••"


def name(text: str) -> str:
    """张三 → 张*, 欧阳修远 → 欧***."""
    return text[:1] + "*" * (len(text) - 1)


def phone(text: str) -> str:
    """13812341234 → 138****1234; a shorter number keeps its last two digits, at most half of it."""
    if len(text) >= 11:
        return text[:3] + "*" * (len(text) - 7) + text[-4:]
    kept = min(2, len(text) // 2)
    return "*" * (len(text) - kept) + (text[-kept:] if kept else "")


def identity(text: str) -> str:
    """11010519491231002X → 110************02X; anything shorter than 8 is hidden whole."""
    return text[:3] + "*" * (len(text) - 6) + text[-3:] if len(text) >= 8 else "*" * len(text)


def plate(text: str) -> str:
    """京A12345 → 京A1***5; anything shorter than 6 is hidden whole."""
    return text[:3] + "*" * (len(text) - 4) + text[-1:] if len(text) >= 6 else "*" * len(text)


def column(key: str, value: object) -> object:
    """A personal value of a record's column: names and phones by their own masks, everything else hidden."""
    if not isinstance(value, str):
        return value if value is None else HIDDEN
    if not value:
        return value
    if key == "name":
        return name(value)
    return phone(value) if key == "phone" else HIDDEN
