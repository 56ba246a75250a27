"""Region codes: vectors of real codes."""

from __future__ import annotations

import pytest

from desktop.places.rules import Ancestors, ancestors, code_problem, is_under


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("440983102001", Ancestors("440983102000", "440983000000", "440900000000", "440000000000")),
        ("110101001001", Ancestors("110101001000", "110101000000", "110100000000", "110000000000")),
        ("441900003001", Ancestors("441900003000", None, "441900000000", "440000000000")),
        ("620201100201", Ancestors("620201100000", None, "620200000000", "620000000000")),
        ("460400100001", Ancestors("460400100000", None, "460400000000", "460000000000")),
        ("442000001001", Ancestors("442000001000", None, "442000000000", "440000000000")),
    ],
)
def test_the_tiers_above_a_community(code: str, expected: Ancestors) -> None:
    assert ancestors(code) == expected


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("440983102001", None),
        ("44098310200", "digits"),
        ("4409831020011", "digits"),
        ("44098310200A", "digits"),
        ("４40983102001", "digits"),
        ("040983102001", "digits"),
        ("440983102000", "community"),
        ("440983000001", "street"),
        ("", "digits"),
        ("440983102001\n", "digits"),
    ],
)
def test_what_is_a_communitys_code(code: str, problem: str | None) -> None:
    assert code_problem(code) == problem


def test_what_is_not_a_code_has_no_ancestors() -> None:
    with pytest.raises(ValueError, match="digits"):
        ancestors("44098310200")


@pytest.mark.parametrize(
    ("code", "parent", "holds"),
    [
        ("440983102001", "440983102000", True),
        ("440983102001", "440983000000", True),
        ("440983102001", "440900000000", True),
        ("440983102001", "440000000000", True),
        ("440983102001", "440984000000", False),
        ("440983102001", "440983102001", False),
        ("440983102000", "440983102001", False),
        ("44098310200", "440983000000", False),
    ],
)
def test_which_region_belongs_to_which(code: str, parent: str, holds: bool) -> None:
    assert is_under(code, parent) is holds
