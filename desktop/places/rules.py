"""Region codes and place codes (pure).

A region code has 12 digits: 2 province, 2 prefecture, 2 county, 3 township, 3 community (国家统计局, 统计用区划代码
和城乡划分代码编制规则). The urban-rural class is data, never derived from the digits: real lists break the ideal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

REGION_CODE = re.compile(r"[1-9][0-9]{11}", re.ASCII)
PLACE_CODE = re.compile(r"[0-9A-Z]+(-[0-9A-Z]+)*", re.ASCII)

KINDS = ("building", "unit", "floor", "room", "area", "gate", "plant")
"""Kinds of place; a room is a home, a plant an equipment room, an area is public."""

# Prefectures that have streets but no districts: 东莞, 中山, 儋州, 嘉峪关.
NO_DISTRICTS = frozenset({"4419", "4420", "4604", "6202"})


@dataclass(frozen=True)
class Ancestors:
    """The codes above a community. `district` is None where the city has no districts and the street hangs on it."""

    street: str
    district: str | None
    city: str
    province: str


def code_problem(code: str) -> str | None:
    """Why this is not a community's code (`digits`, `community`, `street`), or None."""
    if not REGION_CODE.fullmatch(code):
        return "digits"
    if code[9:] == "000":
        return "community"
    return "street" if code[6:9] == "000" else None


def ancestors(code: str) -> Ancestors:
    """The four tiers above a valid community code. Raises ValueError for one that is not."""
    if problem := code_problem(code):
        raise ValueError(f"{code!r} is not a community's code: {problem}")
    absent = code[:4] in NO_DISTRICTS or code[4:6] == "00"
    return Ancestors(
        street=code[:9] + "000",
        district=None if absent else code[:6] + "000000",
        city=code[:4] + "00000000",
        province=code[:2] + "0000000000",
    )


def is_under(code: str, parent: str) -> bool:
    """Whether a region belongs to another, by their codes: 440983102001 is under 440983000000, not 440984000000."""
    for length in (2, 4, 6, 9, 12):
        if parent[length:].strip("0") == "":
            return len(code) == len(parent) == 12 and code != parent and code[:length] == parent[:length]
    return False


def place_code_problem(code: str) -> str | None:
    """Why this cannot be a place's code (`characters`, `long`), or None. "3-2-1201", "G-S"."""
    if len(code) > 20:
        return "long"
    return None if PLACE_CODE.fullmatch(code) else "characters"
