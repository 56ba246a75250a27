"""Finding in a list that is known whole: by part of a name, by its code, by pinyin or initials."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Option:
    """Something that can be chosen. `code` is what else it is known by; `opens` when it only leads further."""

    id: str
    title: str
    detail: str = ""
    code: str = ""
    opens: bool = False


@lru_cache(maxsize=16_384)
def sounds(text: str) -> tuple[str, str]:
    """Pinyin without tones, and the initials: 水泵房 → ("shuibengfang", "sbf"). Latin and digits stay what they are."""
    # Lazily, as its tables are large and most lists are never searched by sound.
    from pypinyin import Style, lazy_pinyin

    parts = [part.casefold() for part in lazy_pinyin(text, style=Style.NORMAL)]
    plain = ["".join(c for c in part if c.isalnum()) for part in parts]
    return "".join(plain), "".join(part if part.isdigit() else part[:1] for part in plain)


def folded(text: str) -> str:
    """One spelling of what may be typed in any width and case."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def found(options: Sequence[Option], text: str, most: int = 50) -> list[Option]:
    """The options that hold every word of the text, the closest first. An empty text finds all."""
    words = folded(text).split()
    if not words:
        return list(options[:most])
    ranked = [(rank, number) for number, one in enumerate(options) if (rank := _rank(one, words)) is not None]
    return [options[number] for _, number in sorted(ranked)[:most]]


def exactly(options: Iterable[Option], text: str) -> Option | None:
    """The one whose title or code is exactly this; None where there is none or more than one."""
    wanted = folded(text)
    same = [one for one in options if wanted and wanted in (folded(one.title), folded(one.code))]
    return same[0] if len(same) == 1 else None


def _rank(one: Option, words: list[str]) -> int | None:
    """0 is the very thing; None does not match."""
    title, code, rest = folded(one.title), folded(one.code), folded(one.detail)
    whole = " ".join(words)
    if whole in (code, title):
        return 0
    if (code and code.startswith(whole)) or title.startswith(whole):
        return 1
    if all(word in title or word in code for word in words):
        return 2
    if all(word in title or word in code or word in rest for word in words):
        return 3
    return 4 if all(_sounds_like(one, word) for word in words) else None


def _sounds_like(one: Option, word: str) -> bool:
    if not word.isascii():
        return word in folded(f"{one.title}{one.code}{one.detail}")
    return any(word in sound for part in (one.title, one.detail) for sound in sounds(part))
