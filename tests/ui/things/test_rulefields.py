"""A rule's numbers as fields: of a range only its limit is a site's, and what is refused says what would be taken."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from desktop.kernel.words import Words
from desktop.things.loader import load_models
from desktop.things.overrides import RuleOverride
from ui.things.rulefields import RuleFields

METER = load_models().models["electricity-meter"]


def test_a_range_has_one_limit_and_ends_where_another_rule_begins(qapp: QApplication) -> None:
    rule = next(rule for rule in METER.alarms if rule.name == "voltage-low-a")
    fields = RuleFields(METER, rule, RuleOverride(), Words("en"))
    assert fields.input("below").placeholderText() == "197.9"
    with pytest.raises(KeyError):
        fields.input("above")
    fields.refuse("below")
    assert "110" in fields.error()
    assert "600 V" in fields.error()
