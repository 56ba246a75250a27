"""Amounts and changes as they are written everywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.energy.views import EnergyReport, Loss
from desktop.energy.words import against, decimals, figure, loss_told, percent, signed, use_word
from desktop.kernel.words import Words

REPORT = EnergyReport(
    medium="water", unit="m³", first="2026-11-01", last="2026-11-30", total=100.0, before=100.0, columns=(), buildings=(),
    uses=(), meters=(), loss=None, nights=(), doubts=(), same=100.0, days=21, days_same=21,
)  # fmt: skip
ZH = Words("zh")


@pytest.mark.parametrize(
    ("amount", "written"),
    [(None, "—"), (0.0, "0.00"), (4.256, "4.26"), (42.56, "42.6"), (1234.5, "1,234"), (-1234.5, "−1,234")],
)
def test_amounts_have_three_or_four_figures_and_a_true_minus(amount: float | None, written: str) -> None:
    assert figure(amount) == written


def test_a_column_has_the_digits_of_its_largest() -> None:
    assert decimals([2.0, 1500.0, None]) == 0
    assert decimals([]) == 2


@pytest.mark.parametrize(("share", "written"), [(None, "—"), (0.031, "+3.1%"), (-0.031, "−3.1%"), (-0.0001, "0.0%")])
def test_a_change_has_its_sign_and_none_where_nothing_changed(share: float | None, written: str) -> None:
    assert signed(share) == written
    assert percent(0.5) == "50.0%"


def test_the_comparison_is_told_in_words_and_on_how_many_days() -> None:
    assert against(ZH, REPORT) == "与去年同期持平"
    assert against(ZH, replace(REPORT, same=120.0)) == "比去年同期多 20.0 m³"
    assert against(ZH, replace(REPORT, same=80.0, days_same=7)) == "比去年同期少 20.0 m³（按可比的 7 天）"
    assert against(ZH, replace(REPORT, same=None)) == "去年同期没有抄表记录"


def test_a_loss_says_what_it_is_made_of() -> None:
    assert loss_told(ZH, REPORT) == "没有总表，算不出损耗"
    assert loss_told(ZH, replace(REPORT, loss=Loss(100.0, 90.0, 21))) == "总表 100.0 m³，少计 10.0 m³"
    assert loss_told(ZH, replace(REPORT, loss=Loss(50.0, 45.0, 9))) == "少计 5.00 m³（按可比的 9 天）"


def test_a_use_without_a_word_stands_as_the_site_wrote_it() -> None:
    assert use_word(ZH, "homes") == "居民"
    assert use_word(ZH, "游泳池") == "游泳池"
    assert use_word(ZH, "") == "未注明用途"
