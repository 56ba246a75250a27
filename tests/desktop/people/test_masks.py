"""Masks count code points and leave no more standing than they say."""

from __future__ import annotations

import pytest

from desktop.people import masks
from desktop.people.pinyin import search_keys


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        (masks.name, "张三", "张*"),
        (masks.name, "欧阳修远", "欧***"),
        (masks.name, "𠮷", "𠮷"),
        (masks.name, "", ""),
        (masks.phone, "13812341234", "138****1234"),
        (masks.phone, "8861234", "*****34"),
        (masks.phone, "110", "**0"),
        (masks.phone, "", ""),
        (masks.identity, "11010519491231002X", "110************02X"),
        (masks.identity, "1101051", "*******"),
        (masks.plate, "京A12345", "京A1***5"),
        (masks.plate, "京A123", "*****"),
    ],
)
def test_masks(mask, text: str, shown: str) -> None:  # type: ignore[no-untyped-def]
    assert mask(text) == shown


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("单小明", ("shanxiaoming", "sxm")),
        ("欧阳修远", ("ouyangxiuyuan", "oyxy")),
        ("尉迟恭", ("yuchigong", "ycg")),
        ("曾国", ("zengguo", "zg")),
        ("吕芳", ("lvfang", "lf")),
        ("Anna 王", ("annawang", "aw")),
        ("·", ("", "")),
    ],
)
def test_names_sound_as_people_say_them(name: str, keys: tuple[str, str]) -> None:
    assert search_keys(name) == keys
