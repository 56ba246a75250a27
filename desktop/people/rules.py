"""What a person's name is, and what somebody who types into the search box may mean (pure)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LONGEST_NAME = 40
"""Code points; names of minorities with their dots are long."""

RELATIONS = ("owner", "tenant", "family")

_HOME = re.compile(r"[0-9A-Z]+(-[0-9A-Z]+)+|[0-9]{1,2}", re.ASCII)
_DOTS = str.maketrans(dict.fromkeys("•・．∙⋅‧", "·"))


@dataclass(frozen=True)
class Query:
    """The readings of a search text; an empty one is not meant."""

    name: str = ""
    letters: str = ""
    home: str = ""
    phone: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.name or self.letters or self.home or self.phone)


def normal_name(text: str) -> str:
    """One spelling for one name: NFC, one kind of minority-name dot, single spaces, nothing that cannot be written."""
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
    return " ".join(unicodedata.normalize("NFC", plain).translate(_DOTS).split())


def digits_of(phone: str) -> str:
    """A phone number as it is kept: digits only, without the country's +86."""
    text = unicodedata.normalize("NFKC", phone).strip()
    digits = "".join(c for c in text if c.isascii() and c.isdigit())
    return digits[2:] if text.startswith("+86") else digits


def query(text: str) -> Query:
    """What the text may mean. "ww" initials or pinyin, "3-2-1201" or "3" a home or building, "1234" phone digits."""
    plain = normal_name(unicodedata.normalize("NFKC", text))
    if not plain:
        return Query()
    home = plain.upper() if _HOME.fullmatch(plain.upper()) else ""
    digits = digits_of(plain)
    if digits and all(c.isdigit() or c in " -+" for c in plain):
        # Fewer than three digits would be in everybody's number.
        is_phone = len(digits) >= 7 or (len(digits) >= 3 and "-" not in plain)
        return Query(home=home, phone=digits if is_phone else "")
    letters = "".join(plain.casefold().split()).replace("ü", "v").replace("'", "")
    return Query(name=plain, letters=letters if letters.isascii() else "", home=home)
