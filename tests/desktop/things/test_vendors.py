"""A code's words are its maker's: 08 of one lift is not 08 of another."""

from __future__ import annotations

import pytest

from desktop.things.loader import load_models
from desktop.things.model import Thing
from desktop.things.vendors import vendor_files, with_makers_words

MODELS = load_models().models


def lift(maker: str, id_: str = "lift-1") -> Thing:
    return Thing(id=id_, name=id_, model=MODELS["lift"], dialect="linli", maker=maker)


def words(thing: Thing, code: str) -> str | None:
    point = thing.model.point("fault_code")
    assert point
    label = point.labels.get(code)
    return label and label["zh"]


def test_code_08_differs_between_makers() -> None:
    assert words(with_makers_words(lift("示例电梯")), "8") == "防止电梯再运行的故障"
    assert words(with_makers_words(lift("示例电梯二厂")), "8") == "运行中开门"
    assert words(with_makers_words(lift("示例电梯二厂 K-3")), "9") == "冲顶"


@pytest.mark.parametrize("maker", ["", "谁也不认识", "示例电梯集团"])
def test_an_unknown_maker_changes_nothing(maker: str) -> None:
    plain = lift(maker)
    assert with_makers_words(plain) is plain


@pytest.mark.parametrize("maker", ["示例电梯", "示例电梯二厂", "谁也不认识"])
def test_a_code_nobody_knows_has_no_words(maker: str) -> None:
    assert words(with_makers_words(lift(maker)), "77") is None


def test_the_kind_itself_names_no_code_that_makers_differ_in() -> None:
    assert words(lift(""), "8") is None
    assert words(lift(""), "9") is None


def test_things_of_one_maker_share_a_model() -> None:
    first, second = (with_makers_words(lift("示例电梯", id_)) for id_ in ("a", "b"))
    assert first.model is second.model
    assert first.model.alarms is MODELS["lift"].alarms


def test_every_vendor_file_speaks_of_points_there_are() -> None:
    assert vendor_files()
    for file in vendor_files():
        for kind, points in file.labels.items():
            for name, labels in points.items():
                point = MODELS[kind].point(name)
                assert point, (kind, name)
                assert point.type in ("integer", "string")
                if point.type == "integer":
                    assert all(
                        code.isdigit() and (point.maximum is None or int(code) <= point.maximum) for code in labels
                    )
