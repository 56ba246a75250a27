"""A code's words are its maker's: 08 of one lift is not 08 of another."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.alarms.evaluator import Evaluator
from desktop.alarms.transitions import Onset
from desktop.things.loader import load_models
from desktop.things.model import Thing, Value
from desktop.things.vendors import SITE_VENDORS, mistakes, vendors, vendors_with

MODELS = load_models().models


def lift(maker: str, id_: str = "lift-1") -> Thing:
    return Thing(id=id_, name=id_, model=MODELS["lift"], dialect="linli", maker=maker)


def words(thing: Thing, code: str) -> str | None:
    point = thing.model.point("fault_code")
    assert point
    label = point.labels.get(code)
    return label["zh"] if label else None


def test_code_08_differs_between_makers() -> None:
    assert words(vendors().applied(lift("示例电梯")), "8") == "防止电梯再运行的故障"
    assert words(vendors().applied(lift("示例电梯二厂")), "8") == "运行中开门"
    assert words(vendors().applied(lift("示例电梯二厂 K-3")), "9") == "冲顶"


@pytest.mark.parametrize("maker", ["", "谁也不认识", "示例电梯集团"])
def test_an_unknown_maker_changes_nothing(maker: str) -> None:
    plain = lift(maker)
    assert vendors().applied(plain) is plain


@pytest.mark.parametrize("maker", ["示例电梯", "示例电梯二厂", "谁也不认识"])
def test_a_code_nobody_knows_has_no_words(maker: str) -> None:
    assert words(vendors().applied(lift(maker)), "77") is None


def test_the_kind_itself_names_no_code_that_makers_differ_in() -> None:
    assert words(lift(""), "8") is None
    assert words(lift(""), "9") is None


def test_things_of_one_maker_share_a_model() -> None:
    first, second = (vendors().applied(lift("示例电梯", id_)) for id_ in ("a", "b"))
    assert first.model is second.model
    # A rule that asks for no code stays the kind's own.
    assert {rule.name for rule in first.model.alarms if rule not in MODELS["lift"].alarms} == {"fault"}


def test_every_vendor_file_speaks_of_points_there_are() -> None:
    assert vendors().files
    for file in vendors().files:
        assert list(mistakes(file, MODELS)) == []
        for kind, points in file.labels.items():
            for name, labels in points.items():
                point = MODELS[kind].point(name)
                assert point
                if point.type == "integer":
                    assert all(
                        code.isdigit() and (point.maximum is None or int(code) <= point.maximum) for code in labels
                    )


# Codes that tell of no fault


def told(thing: Thing, **values: Value) -> list[str]:
    """The rules that begin within two minutes of these values."""
    evaluator = Evaluator(wall=lambda: 1_795_000_000.0)
    evaluator.watch(thing)
    changes = [change for name, value in values.items() for change in evaluator.sample(thing.id, name, value, 0.0)]
    changes += evaluator.tick(120.0)
    return [change.alarm.rule.name for change in changes if isinstance(change, Onset)]


RUNNING: dict[str, Value] = {
    "service_mode": 1, "moving": True, "occupied": False, "door_zone": False, "alarm_button": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("maker", "code", "fault"),
    [("示例电梯", code, False) for code in (0, 40, 43, 44, 45, 90)]
    + [("示例电梯", code, True) for code in (1, 8, 15, 41, 42, 46, 47, 77)]
    + [("示例电梯二厂", 15, False), ("示例电梯二厂", 40, True), ("示例电梯二厂", 99, True), ("谁也不认识", 40, True)],
)
def test_a_code_that_its_maker_calls_no_fault_is_none(maker: str, code: int, fault: bool) -> None:
    thing = vendors().applied(lift(maker))
    assert told(thing, **RUNNING, fault_code=code) == (["fault"] if fault else [])


def test_it_is_shown_all_the_same() -> None:
    assert words(vendors().applied(lift("示例电梯")), "40") == "已自动恢复"


@pytest.mark.parametrize("code", [40, 44, 90])
def test_whoever_is_trapped_is_trapped_by_any_code(code: int) -> None:
    stuck = RUNNING | {"moving": False, "occupied": True}
    assert "trapped" in told(vendors().applied(lift("示例电梯")), **stuck, fault_code=code)


# A site's own


@pytest.fixture
def site(tmp_path: Path) -> Path:
    found = tmp_path / SITE_VENDORS
    found.mkdir()
    return found


OURS = """makers = ["本市电梯厂"]
source = "2024 版说明书"

[no_fault.lift]
fault_code = [7]

[labels.lift.fault_code]
"7" = { zh = "节能休眠", en = "Asleep to save energy" }
"""


def test_a_site_adds_a_maker_without_touching_the_program(site: Path) -> None:
    (site / "ours.toml").write_text(OURS, encoding="utf-8")
    known = vendors_with(site, MODELS)
    assert known.refused == ()
    thing = known.applied(lift("本市电梯厂"))
    assert words(thing, "7") == "节能休眠"
    assert told(thing, **RUNNING, fault_code=7) == []
    assert words(known.applied(lift("示例电梯")), "8") == "防止电梯再运行的故障"


def test_without_the_folder_there_are_the_program_s(tmp_path: Path) -> None:
    assert vendors_with(tmp_path / SITE_VENDORS, MODELS).files == vendors().files


def test_a_maker_may_have_a_file_for_each_of_its_kinds(site: Path) -> None:
    (site / "ours.toml").write_text(OURS.replace("lift", "barrier").replace("fault_code", "fault").replace(
        "[7]", "[false]").replace("本市电梯厂", "示例电梯"), encoding="utf-8")  # fmt: skip
    assert vendors_with(site, MODELS).refused == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("本市电梯厂", "示例电梯", "makers", "stand in another file already"),
        ("[labels.lift.", "[labels.lfit.", "labels.lfit", "no kind 'lfit'"),
        ("[labels.lift.fault_code]", "[labels.lift.faults]", "labels.lift.faults", "no property 'faults'"),
        ("fault_code = [7]", "faults = [7]", "faults", "no property 'faults'"),
        ("[7]", '["7"]', "fault_code", "never '7'"),
        ("source =", "sauce =", "", "sauce"),
        ("[7]", "[7", "", ""),
    ],
)
def test_a_site_s_mistake_is_told_with_its_line_and_the_rest_counts(
    site: Path, old: str, new: str, line: str, reason: str
) -> None:
    (site / "a-good.toml").write_text(OURS.replace("本市电梯厂", "邻市电梯厂"), encoding="utf-8")
    (site / "b-wrong.toml").write_text(OURS.replace(old, new, 1), encoding="utf-8")
    known = vendors_with(site, MODELS)
    assert words(known.applied(lift("邻市电梯厂")), "7") == "节能休眠"
    (refused,) = known.refused
    assert refused.file.name == "b-wrong.toml"
    assert reason in refused.reason
    if line:
        assert line in (site / "b-wrong.toml").read_text(encoding="utf-8").splitlines()[refused.line - 1]
