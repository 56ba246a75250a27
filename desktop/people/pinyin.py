"""How names sound, for search: made once when a person is written."""

from __future__ import annotations

# Surnames that sound otherwise than the character does on its own (《通用规范汉字字典》 entries marked 姓).
SURNAMES = {
    "万俟": "mo qi", "尉迟": "yu chi", "单于": "chan yu", "长孙": "zhang sun", "澹台": "tan tai", "宿": "su",
    "单": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "查": "zha", "盖": "ge", "区": "ou", "朴": "piao", "任": "ren",
    "华": "hua", "秘": "bi", "繁": "po", "折": "she", "种": "chong", "覃": "qin", "乐": "yue", "召": "shao", "员": "yun",
    "洗": "xian", "冼": "xian", "黑": "he", "翟": "zhai", "缪": "miao", "尹": "yin", "石": "shi", "逄": "pang", "郗": "xi",
    "晟": "cheng", "莘": "shen", "哈": "ha", "那": "na", "令": "ling", "阚": "kan", "牟": "mu", "佘": "she", "隗": "wei",
}  # fmt: skip


def syllables(name: str) -> list[str]:
    """The syllables of a name without tones, surname first: 单小明 → shan, xiao, ming. Latin words stay words.

    ü is written v, as on the keyboard. What has no reading (a rare character, a dot) is left out.
    """
    # Lazily: its tables take a tenth of a second and twenty megabytes that only writing a name needs.
    from pypinyin import Style, lazy_pinyin

    surname = next((name[:n] for n in (2, 1) if name[:n] in SURNAMES), "")
    first = SURNAMES[surname].split() if surname else []
    rest = lazy_pinyin(name[len(surname) :], style=Style.NORMAL, errors=str.lower)
    return first + [
        clean for syllable in rest if (clean := "".join(c for c in syllable if c.isascii() and c.isalnum()))
    ]


def search_keys(name: str) -> tuple[str, str]:
    """The pinyin and the initials of a name: 王小五 → ("wangxiaowu", "wxw")."""
    parts = syllables(name)
    return "".join(parts), "".join(part[0] for part in parts)
