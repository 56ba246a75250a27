"""What a panel is made of: groups of points, counters with their days, and what stands in the header."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from db.rollup import Band
from desktop.kernel.words import Words
from desktop.things.counters import readings_of
from desktop.things.loader import load_models
from desktop.things.model import Counter, Group, Panel, Point, Reading
from desktop.things.overrides import Overrides, RuleOverride, applied
from desktop.things.views import ThingView
from tests.ui.things.states import NOW, Staged, staged
from ui.theme import style
from ui.things.groups import PointGroups, grouped, spread
from ui.things.meters import MeterRow, Used, day_edges, used
from ui.things.panel import ThingPanel

MODELS = load_models().models
ZH = Words("zh")
ENERGY = Point(
    name="energy", title={"zh": "电能"}, type="number", symbol="kWh", decimals=1,
    counter=Counter(medium="electricity", rollover=1000.0),
)  # fmt: skip
HOUR = 3600.0


@pytest.fixture(autouse=True)
def light(qapp: QApplication) -> Iterator[None]:
    style.apply(qapp, "light")
    yield


def points(*names: str) -> list[Point]:
    return [Point(name=name, title={"zh": name}, type="number") for name in names]


def test_points_stand_under_their_headings_and_the_rest_last() -> None:
    panel = Panel(
        groups=(Group(title={"zh": "乙"}, points=("c", "a", "gone")), Group(title={"zh": "空"}, points=("x",)))
    )
    found = [(title, [p.name for p in own]) for title, own in grouped(panel, points("a", "b", "c"), ZH, "其余")]
    assert found == [("乙", ["c", "a"]), ("其余", ["b"])]
    assert grouped(Panel(), [], ZH, "其余") == []


def test_columns_are_as_even_as_order_allows() -> None:
    assert spread([10, 10, 10, 10], 2) == [2, 2]
    assert spread([50, 10, 10], 2) == [1, 2]
    assert spread([10], 2) == [1]
    assert spread([10, 20], 1) == [2]


def test_two_columns_where_there_is_room(qtbot: QtBot) -> None:
    groups = PointGroups(ZH)
    qtbot.addWidget(groups)
    panel = Panel(groups=(Group(title={"zh": "甲"}, points=("a",)), Group(title={"zh": "乙"}, points=("b",))))
    groups.show_points(panel, points("a", "b", "c"))
    groups.resize(550, 400)
    assert (groups.columns(), groups.headings()) == (1, ["甲", "乙", "其余读数"])
    groups.resize(900, 400)
    assert groups.columns() == 2


def test_today_and_yesterday_are_parted_at_the_communitys_midnight() -> None:
    before, midnight, now = day_edges(NOW)
    assert (now - midnight, midnight - before) == (14 * HOUR, 24 * HOUR)
    samples = [(before - HOUR + n * HOUR, 100.0 + n * 2) for n in range(40)]
    found = used(ENERGY, [s for s in samples if s[0] <= NOW], NOW)
    assert found.today == pytest.approx(28.0)
    assert found.yesterday == pytest.approx(48.0)


def test_stored_bands_become_readings_at_their_ends() -> None:
    before, _, _ = day_edges(NOW)
    bands = [Band(round((before + n * 300) * 1000), 0.0, 0.0, 0.0, 100.0 + n, 5) for n in range(1, 4)]
    found = readings_of((before - 60, 99.0), bands, NOW)
    assert found == [(before - 60, 99.0), (before + 600, 101.0), (before + 900, 102.0), (NOW, 103.0)]
    single = [Band(round(before * 1000), 7.0, 7.0, 7.0, 7.0, 1)]
    assert readings_of(None, single, NOW) == [(before, 7.0)]
    assert readings_of(None, [], NOW) == []


def test_a_counter_that_rolled_over_or_began_late_is_counted_as_it_was() -> None:
    before, midnight, _ = day_edges(NOW)
    rolled = used(ENERGY, [(before - 1, 980.0), (before + HOUR, 990.0), (midnight + HOUR, 6.0)], NOW)
    assert (rolled.today or 0) + (rolled.yesterday or 0) == pytest.approx(26.0, abs=0.1)
    late = used(ENERGY, [(midnight - 2 * HOUR, 5.0), (midnight, 9.0), (midnight + HOUR, 10.0)], NOW)
    assert (late.yesterday, late.today, late.since) == (4.0, 1.0, midnight - 2 * HOUR)
    assert used(ENERGY, [(midnight + HOUR, 5.0), (midnight + 2 * HOUR, 9.0)], NOW) == Used(today=4.0)
    assert used(ENERGY, [], NOW) == Used()
    with pytest.raises(ValueError):
        used(points("a")[0], [], NOW)


def test_silence_is_no_use_of_zero() -> None:
    before, midnight, _ = day_edges(NOW)
    assert used(ENERGY, [(before - HOUR, 5.0)], NOW, heard=False) == Used()
    assert used(ENERGY, [(before, 5.0), (midnight - HOUR, 9.0)], NOW, heard=False) == Used(None, 4.0)
    assert used(ENERGY, [(before, 5.0), (midnight - HOUR, 9.0)], NOW) == Used(0.0, 4.0)


def test_a_meter_says_both_days_and_what_is_not_known(qtbot: QtBot) -> None:
    row = MeterRow(ENERGY, ZH)
    qtbot.addWidget(row)
    assert row.texts() == ("—", "—")
    row.show_used(Used(12.34, 20.0), NOW)
    assert row.texts() == ("12.3 kWh", "20.0 kWh")
    assert row.accessibleDescription() == "今日 12.3 kWh，昨日 20.0 kWh"


def shown(qtbot: QtBot, what: Staged, others: dict[str, ThingView] | None = None) -> ThingPanel:
    panel = ThingPanel(
        ZH, lambda _id: what.readings, open_alarm=lambda _id: None, trend_wanted=lambda _id, _point: None,
        others=(others or {}).get,
    )  # fmt: skip
    qtbot.addWidget(panel)
    panel.resize(598, 700)
    panel.show_thing(what.view, what.alarms, NOW)
    panel.tick(NOW)
    panel.second(what.view, NOW)
    return panel


def said(panel: ThingPanel) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisibleTo(panel)]


def test_the_gateway_it_speaks_through_is_named_and_blamed(qtbot: QtBot) -> None:
    what = staged(MODELS["lighting-circuit"], "offline")
    view = replace(what.view, parent_id="gw", parent_name="照明网关")
    gateway = replace(what.view, id="gw", name="照明网关", online=False)
    words = said(shown(qtbot, Staged(view, what.readings), {"gw": gateway}))
    assert any(text.endswith("经 照明网关") for text in words)
    assert "所经的「照明网关」已离线，本设备因此失联。请先检查「照明网关」。" in words


def test_counters_are_meters_and_stand_in_no_group(qtbot: QtBot) -> None:
    model = next(model for model in MODELS.values() if any(p.counter and not p.main for p in model.points))
    panel = shown(qtbot, staged(model, "normal"))
    counters = {ZH.of(p.title) for p in model.points if p.counter}
    assert {ZH.of(row.point.title) for row in panel.meters.rows()} == counters
    assert not counters & {text[0] for text in panel.groups.texts()}


def test_a_code_of_a_list_is_told_with_its_word(qtbot: QtBot) -> None:
    model = msgspec.structs.replace(
        MODELS["lift"],
        points=(
            Point(
                name="code", title={"zh": "故障"}, type="integer", labels={"8": {"zh": "关门故障"}, "0": {"zh": "无"}}
            ),
        ),
    )
    what = staged(MODELS["lift"], "normal")
    view = replace(what.view, thing=msgspec.structs.replace(what.view.thing, model=model))
    for code, words in ((8, "关门故障（8）"), (0, "无"), (99, "99")):
        panel = shown(qtbot, Staged(view, {"code": Reading(code, "good", NOW)}))
        assert panel.values()["code"] == words


def test_a_limit_of_this_site_is_drawn_apart_from_the_models(qtbot: QtBot) -> None:
    model = MODELS["pump-set"]
    what = staged(model, "normal")
    rule = next(r for r in model.alarms for c in r.when if c.point == "level" and c.above is not None)
    own = applied(what.view.thing, Overrides(rules={rule.name: RuleOverride(above=91.0)}))
    plain = shown(qtbot, what).grab().toImage()
    view = replace(what.view, thing=own)
    assert view.thing.unchanged is model
    marked = shown(qtbot, Staged(view, what.readings)).grab().toImage()
    assert marked != plain
