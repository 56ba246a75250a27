"""The data tables: complete in both languages, and of one piece with each other."""

from __future__ import annotations

from desktop.things.homeassistant import tables
from resources.loader import folder


def test_every_word_is_there_in_both_languages() -> None:
    names = tables.words()
    for table in (names.components, names.parts, names.states, names.actions, names.names):
        assert all(text["zh"] and text["en"] for text in table.values())
    for rows in tables.classes().values():
        for row in rows.values():
            assert row.zh
            assert row.en
            assert set(row.on) == set(row.off)
            assert set(row.on) in (set(), {"zh", "en"})


def test_every_default_alarm_names_a_known_class_and_one_test() -> None:
    for row in tables.alarms():
        assert row.class_ in tables.classes()[row.component]
        assert [row.equals, row.above, row.below].count(None) == 2


def test_every_kind_has_its_icon_and_the_last_fits_everything() -> None:
    for kind in tables.kinds():
        assert folder("icons", f"{kind.icon}.svg").exists(), kind.icon
    assert tables.kinds()[-1].component == ""
